// SPDX-License-Identifier: Apache-2.0
// Indonesian number plates in a text: the letters of a region, one to four digits, one to three letters, "B 1234 XYZ", "b1234xyz",
// "B-1234-XYZ". Short ones, and those in small letters with gaps, look like much else ("blok b 12 aa", "d 5 rt 3"): they count only
// where the words before them speak of a plate or a vehicle. Pure; looks at a few words.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace satupintu::normalizer {

struct Span {
  std::size_t begin = 0, end = 0;
};

// The plate whose digits begin at `digits`, if nothing of it stands before `from`. `text` must be plain (text.hpp).
[[nodiscard]] std::optional<Span> number_plate_at(std::string_view text, std::size_t digits, std::size_t from);

}  // namespace satupintu::normalizer
