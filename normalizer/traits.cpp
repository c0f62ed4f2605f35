// SPDX-License-Identifier: Apache-2.0
#include "normalizer/traits.hpp"

namespace satupintu::normalizer {

namespace {

bool is_public_post(core::Channel channel) {
  return channel == core::Channel::x || channel == core::Channel::instagram || channel == core::Channel::facebook;
}

// People write otherwise to an office than to each other, and staff write down what they hear.
bool is_formal(core::Channel channel) {
  using enum core::Channel;
  return channel == email || channel == letter || channel == call || channel == walk_in;
}

}  // namespace

std::vector<std::string_view> traits_of(const Reading& reading, const core::Message& message, const core::Location& location) {
  std::vector<std::string_view> traits;
  const auto add = [&](bool has, std::string_view trait) {
    if (has) traits.push_back(trait);
  };
  add(!location.kelurahan.empty() || !location.kecamatan.empty(), "@area");
  add(!location.address.empty(), "@address");
  add(!location.landmark.empty(), "@landmark");
  add(is_public_post(message.channel), "@public");
  add(is_formal(message.channel), "@formal");
  add(reading.text.contains('?'), "@question");
  add(reading.text.contains('!'), "@exclamation");
  add(reading.text.contains('#'), "@hashtag");
  add(reading.text.contains('@'), "@mention");
  return traits;
}

}  // namespace satupintu::normalizer
