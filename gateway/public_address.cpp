// SPDX-License-Identifier: Apache-2.0
#include "gateway/public_address.hpp"

#include <algorithm>
#include <array>

namespace satupintu::gateway {

namespace ip = boost::asio::ip;

namespace {

struct Network4 {
  std::uint32_t first;
  unsigned bits;
};

constexpr std::uint32_t quad(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24U | b << 16U | c << 8U | d;
}

constexpr auto kClosed4 = std::to_array<Network4>({
    {quad(0, 0, 0, 0), 8},        // this network
    {quad(10, 0, 0, 0), 8},       // private
    {quad(100, 64, 0, 0), 10},    // carriers' shared space
    {quad(127, 0, 0, 0), 8},      // loopback
    {quad(169, 254, 0, 0), 16},   // link-local, clouds' metadata
    {quad(172, 16, 0, 0), 12},    // private
    {quad(192, 0, 0, 0), 24},     // protocol assignments
    {quad(192, 0, 2, 0), 24},     // documentation
    {quad(192, 31, 196, 0), 24},  // AS112
    {quad(192, 52, 193, 0), 24},  // AMT
    {quad(192, 88, 99, 0), 24},   // 6to4 relays
    {quad(192, 168, 0, 0), 16},   // private
    {quad(192, 175, 48, 0), 24},  // AS112
    {quad(198, 18, 0, 0), 15},    // benchmarks
    {quad(198, 51, 100, 0), 24},  // documentation
    {quad(203, 0, 113, 0), 24},   // documentation
    {quad(224, 0, 0, 0), 4},      // multicast
    {quad(240, 0, 0, 0), 4},      // reserved, broadcast
});

bool is_public(const ip::address_v4& address) {
  return std::ranges::none_of(kClosed4,
                              [&](const Network4& network) { return (address.to_uint() ^ network.first) >> (32 - network.bits) == 0; });
}

struct Network6 {
  std::array<std::uint8_t, 8> first;
  unsigned bits;
};

// Within 2000::/3, all there is of the open IPv6 internet.
constexpr auto kClosed6 = std::to_array<Network6>({
    {{0x20, 0x01, 0x00, 0x00}, 23},              // protocol assignments, Teredo among them
    {{0x20, 0x01, 0x0d, 0xb8}, 32},              // documentation
    {{0x20, 0x02}, 16},                          // 6to4
    {{0x26, 0x20, 0x00, 0x4f, 0x80, 0x00}, 48},  // AS112
    {{0x3f, 0xff}, 20},                          // documentation
});

bool has_prefix(const ip::address_v6::bytes_type& bytes, const Network6& network) {
  for (unsigned bit = 0; bit < network.bits; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if (((bytes[bit / 8] ^ network.first[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

bool is_public(const ip::address_v6& address) {
  const auto bytes = address.to_bytes();
  if ((bytes[0] & 0xE0U) != 0x20U) return false;
  return std::ranges::none_of(kClosed6, [&](const Network6& network) { return has_prefix(bytes, network); });
}

}  // namespace

bool is_public(const ip::address& address) { return address.is_v4() ? is_public(address.to_v4()) : is_public(address.to_v6()); }

}  // namespace satupintu::gateway
