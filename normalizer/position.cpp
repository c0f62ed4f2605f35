// SPDX-License-Identifier: Apache-2.0
#include "normalizer/position.hpp"

#include <algorithm>
#include <cmath>

#include "normalizer/coordinates.hpp"
#include "normalizer/map_link.hpp"
#include "normalizer/plus_code.hpp"

namespace satupintu::normalizer {

bool is_position(double latitude, double longitude) {
  return std::isfinite(latitude) && std::isfinite(longitude) && std::abs(latitude) <= 90 && std::abs(longitude) <= 180 &&
         (latitude != 0 || longitude != 0);
}

TextPosition find_position(std::string_view text, const std::optional<Position>& near) {
  TextPosition result;
  for (std::size_t i = 0; i < text.size() && !result.position;) {
    const std::size_t end = std::min(text.find_first_of(" \n", i), text.size());
    const std::string_view piece = text.substr(i, end - i);
    if (const auto link = read_map_link(piece, near)) {
      result.position = link->position;
      result.unresolved_link = result.unresolved_link || !link->position;
    } else if (!piece.contains("//")) {
      if (piece.contains('+')) result.position = plus_code_in(piece, near);
      if (!result.position) result.position = coordinates_from(text, i, end);
    }
    i = end + 1;
  }
  if (result.position) result.unresolved_link = false;
  return result;
}

}  // namespace satupintu::normalizer
