// SPDX-License-Identifier: Apache-2.0
#include "adapters/request_head.hpp"

#include <algorithm>

namespace satupintu::adapters {

using core::HttpRequest;

std::string_view take_until(std::string_view& text, std::string_view mark) {
  const auto end = text.find(mark);
  const auto taken = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + mark.size());
  return taken;
}

std::string to_head(const HttpRequest& request, const std::function<bool(std::string_view name)>& is_kept) {
  std::string head = request.method + " ?" + request.query + '\n';
  for (const auto& [name, value] : request.headers) {
    if (is_kept(name) && !value.contains('\n')) head += name + ": " + value + '\n';
  }
  return head;
}

std::optional<HttpRequest> from_head(std::string_view head) {
  HttpRequest request;
  std::string_view first_line = take_until(head, "\n");
  request.method = take_until(first_line, " ?");
  request.query = first_line;
  if (request.method != "GET" && request.method != "POST") return std::nullopt;
  while (!head.empty()) {
    std::string_view line = take_until(head, "\n");
    const std::string_view name = take_until(line, ": ");
    request.headers.emplace_back(name, line);
  }
  return request;
}

std::string parameter_of(std::string_view header, std::string_view parameter) {
  take_until(header, ";");
  while (!header.empty()) {
    std::string_view value = take_until(header, ";");
    std::string_view name = take_until(value, "=");
    name.remove_prefix(std::min(name.find_first_not_of(" \t"), name.size()));
    if (!core::equals_ignoring_case(name, parameter)) continue;
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return std::string(value);
  }
  return {};
}

}  // namespace satupintu::adapters
