// SPDX-License-Identifier: Apache-2.0
// The stem of an Indonesian word, roughly: at most one prefix (me-, di-, ber-, ter-, pe-, ke-, se- and Jakarta's nge-) and one
// suffix (-kan, -an, -i, -in, -nya …) taken off, as long as four letters remain. Not a dictionary's stem, only the same for most forms of
// one word: "diangkut", "ngangkut" and "pengangkutan" all give "angkut". Pure.
#pragma once

#include <string_view>

namespace satupintu::normalizer {

// `word` is folded (text.hpp); the result is a part of it.
[[nodiscard]] std::string_view stem_of(std::string_view word);

}  // namespace satupintu::normalizer
