// SPDX-License-Identifier: Apache-2.0
// Coordinates as people write them down: "-6.178306, 106.631889", "lat -6.1783 long 106.6319", "6°10'42.0"S 106°37'54.8"E",
// "-6,178306 106,631889", and with the longitude first. They must lie in Indonesia and be exact to some ten metres, so that nothing
// else is taken for them. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "normalizer/position.hpp"

namespace satupintu::normalizer {

// The pair whose first number is the first one that stands in text[begin, end); the second may lie behind.
[[nodiscard]] std::optional<Position> coordinates_from(std::string_view text, std::size_t begin, std::size_t end);

}  // namespace satupintu::normalizer
