// SPDX-License-Identifier: Apache-2.0
// Tracking codes within a text, however people type them: "SP-0ABCD-EFGHJ", "sp 0abcd efghj", "SP#0ABCD.EFGHJ", "0ABCD-EFGHJ". Commands
// look for them, and the masking of personal data leaves them alone. Pure; a place costs no more than the longest spelling of a code.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace satupintu::normalizer {

struct TypedCode {
  std::size_t begin = 0, end = 0;  // in the text
  std::string code;                // canonical; empty when it begins with SP but its check symbol is wrong
};

// The code that begins at `position`, where a word must begin. A code without SP needs a letter and a digit, and nothing but a hyphen or a
// space in its middle: plain words and plain numbers are none.
[[nodiscard]] std::optional<TypedCode> tracking_code_at(std::string_view text, std::size_t position);

// The first one that begins at `from` or behind, right or wrong.
[[nodiscard]] std::optional<TypedCode> find_tracking_code(std::string_view text, std::size_t from = 0);

}  // namespace satupintu::normalizer
