// SPDX-License-Identifier: Apache-2.0
#include "core/http.hpp"

#include <algorithm>

namespace satupintu::core {

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

namespace {

// Takes the text up to `mark` off the front of `text`, or all of it.
std::string_view take_until(std::string_view& text, std::string_view mark) {
  const auto at = text.find(mark);
  const auto taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + mark.size());
  return taken;
}

}  // namespace

std::optional<HttpRequest> parse_fixture(std::string_view text) {
  const auto end_of_head = text.find("\n\n");
  if (end_of_head == std::string_view::npos) return std::nullopt;
  std::string_view head = text.substr(0, end_of_head);
  std::string_view first_line = take_until(head, "\n");
  HttpRequest request;
  request.method = take_until(first_line, " ");
  std::string_view target = take_until(first_line, " ");
  if (!target.starts_with('/') || first_line != "HTTP/1.1") return std::nullopt;
  request.path = take_until(target, "?");
  request.query = target;
  while (!head.empty()) {
    std::string_view value = take_until(head, "\n");
    const std::string_view name = take_until(value, ": ");
    if (value != "{{signed}}") request.headers.emplace_back(name, value);
  }
  request.body = text.substr(end_of_head + 2);
  return request;
}

std::optional<std::string_view> HttpRequest::header(std::string_view name) const {
  std::optional<std::string_view> found;
  for (const auto& [key, value] : headers) {
    if (!equals_ignoring_case(key, name)) continue;
    if (found) return std::nullopt;
    found = value;
  }
  return found;
}

}  // namespace satupintu::core
