// SPDX-License-Identifier: Apache-2.0
// The one line by which a list shows a complaint. Pure.
#pragma once

#include <string>
#include <string_view>

#include "core/event.hpp"

namespace satupintu::normalizer {

inline constexpr std::size_t kLongestTitle = 160;  // code points

// The subject, else the text's first sentence, else what kind of message it was, in Indonesian. Both must be clean.
[[nodiscard]] std::string make_title(std::string_view subject, std::string_view text, const core::Message& message);

}  // namespace satupintu::normalizer
