// SPDX-License-Identifier: Apache-2.0
// What is journalled of a request besides its body, by adapters to which method, query or headers say something. The path
// is left out: it may hold a secret. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/http.hpp"

namespace satupintu::adapters {

// Method and query, and the headers whose names `is_kept` accepts, as HTTP would write them.
[[nodiscard]] std::string to_head(const core::HttpRequest& request, const std::function<bool(std::string_view name)>& is_kept);

// The request again, without path and body. nullopt when `head` is not as to_head writes it.
[[nodiscard]] std::optional<core::HttpRequest> from_head(std::string_view head);

// What follows the value of a header such as Content-Type, each `parameter="value"` or `parameter=value`, in their order.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> parameters_of(std::string_view header);

// The first of that name; empty when it is not there. Names compare without case.
[[nodiscard]] std::string parameter_of(std::string_view header, std::string_view parameter);

// What stands before `mark`, or everything; `text` goes on behind the mark.
std::string_view take_until(std::string_view& text, std::string_view mark);

}  // namespace satupintu::adapters
