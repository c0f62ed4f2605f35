// SPDX-License-Identifier: Apache-2.0
// A position that a text holds, in whatever way people give one: a map link or geo: URI (map_link.hpp), a plus code
// (plus_code.hpp) or coordinates written down (coordinates.hpp). Pure, linear time.
#pragma once

#include <optional>
#include <string_view>

namespace satupintu::normalizer {

// WGS 84, in degrees.
struct Position {
  double latitude = 0;
  double longitude = 0;
  std::optional<double> accuracy_m;
};

// On earth, and not the 0, 0 that devices send when they know nothing.
[[nodiscard]] bool is_position(double latitude, double longitude);

struct TextPosition {
  std::optional<Position> position;  // the first that is given
  bool unresolved_link = false;      // there is none, but a map link that only its owner's servers can read
};

// `near` is where the city lies: short plus codes count from there.
[[nodiscard]] TextPosition find_position(std::string_view text, const std::optional<Position>& near);

}  // namespace satupintu::normalizer
