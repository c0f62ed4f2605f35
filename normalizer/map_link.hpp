// SPDX-License-Identifier: Apache-2.0
// A position that a text holds: geo: URIs, links to Google, OpenStreetMap, Apple and Waze maps that spell out their
// coordinates, and coordinates written down. Shortened links tell nothing without the network and are left alone. Pure.
#pragma once

#include <optional>
#include <string_view>

namespace satupintu::normalizer {

struct Position {
  double latitude = 0;
  double longitude = 0;
};

// On earth, and not the 0, 0 that devices send when they know nothing.
[[nodiscard]] bool is_position(double latitude, double longitude);

[[nodiscard]] std::optional<Position> find_position(std::string_view text);

}  // namespace satupintu::normalizer
