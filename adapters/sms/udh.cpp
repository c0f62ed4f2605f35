// SPDX-License-Identifier: Apache-2.0
#include "adapters/sms/udh.hpp"

#include <algorithm>

#include "core/crypto.hpp"

namespace satupintu::adapters {

namespace {

// Information element identifiers, TS 23.040 table 9.2.3.24.
constexpr std::uint8_t kConcatenation8 = 0x00;
constexpr std::uint8_t kPorts8 = 0x04;
constexpr std::uint8_t kPorts16 = 0x05;
constexpr std::uint8_t kConcatenation16 = 0x08;

std::uint8_t octet(std::string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }

std::optional<MessagePart> read_part(std::string_view element, bool wide) {
  const std::size_t reference_octets = wide ? 2 : 1;
  if (element.size() != reference_octets + 2) return std::nullopt;
  MessagePart part{.wide = wide, .total = octet(element, reference_octets), .number = octet(element, reference_octets + 1)};
  for (std::size_t at = 0; at < reference_octets; ++at)
    part.reference = static_cast<std::uint16_t>(part.reference << 8U | octet(element, at));
  if (part.total < 2 || part.number < 1 || part.number > part.total) return std::nullopt;
  return part;
}

}  // namespace

UserDataHeader parse_udh(std::string_view bytes) noexcept {
  UserDataHeader header;
  if (bytes.empty()) return header;
  std::string_view rest = bytes.substr(1, octet(bytes, 0));
  while (rest.size() >= 2) {
    const std::uint8_t id = octet(rest, 0);
    const std::string_view element = rest.substr(2, octet(rest, 1));
    // Of an element that stands twice, the last one counts.
    if (id == kConcatenation8 || id == kConcatenation16) header.part = read_part(element, id == kConcatenation16);
    if (id == kPorts8 || id == kPorts16) header.addresses_port = true;
    rest.remove_prefix(2 + element.size());
  }
  return header;
}

std::string reference_of(const MessagePart& part) {
  const std::string reference{static_cast<char>(part.reference >> 8U), static_cast<char>(part.reference & 0xFFU)};
  return core::to_hex(std::string_view(reference).substr(part.wide ? 0 : 1)) + '/' + std::to_string(part.total);
}

}  // namespace satupintu::adapters
