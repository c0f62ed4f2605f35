// SPDX-License-Identifier: Apache-2.0
// Open Location Codes, which Google Maps calls plus codes: "6P58RJFJ+M8", or short with the town beside it, "RJFJ+M8 Tangerang".
// As specified at github.com/google/open-location-code. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "normalizer/position.hpp"

namespace satupintu::normalizer {

// The middle of the first code in `text`, upper or lower case, and half its diagonal as the accuracy. Of full codes those of ten digits
// and more count, and of short ones those that leave four digits out, which are the only ones in use; a short one is the one nearest to
// `near`, and none without it.
[[nodiscard]] std::optional<Position> plus_code_in(std::string_view text, const std::optional<Position>& near);

}  // namespace satupintu::normalizer
