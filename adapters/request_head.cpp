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

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

void skip_blanks(std::string_view& text) { text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size())); }

std::string_view without_blanks_behind(std::string_view text) { return text.substr(0, text.find_last_not_of(kBlanks) + 1); }

// What stands between quotes, of which `text` has the first already behind it. Without an end it reaches to the end of the header.
std::string take_quoted(std::string_view& text) {
  std::string value;
  while (!text.empty() && text.front() != '"') {
    // A backslash before anything else is one of a path from an old browser.
    if (text.starts_with("\\\"") || text.starts_with(R"(\\)")) text.remove_prefix(1);
    value += text.front();
    text.remove_prefix(1);
  }
  take_until(text, ";");
  return value;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> parameters_of(std::string_view header) {
  std::vector<std::pair<std::string, std::string>> parameters;
  take_until(header, ";");
  while (!header.empty()) {
    skip_blanks(header);
    const auto end_of_name = std::min(header.find_first_of("=;"), header.size());
    std::string name(without_blanks_behind(header.substr(0, end_of_name)));
    header.remove_prefix(end_of_name);
    std::string value;
    if (header.starts_with('=')) {
      header.remove_prefix(1);
      skip_blanks(header);
      if (header.starts_with('"')) {
        header.remove_prefix(1);
        value = take_quoted(header);
      } else {
        value = without_blanks_behind(take_until(header, ";"));
      }
    } else {
      take_until(header, ";");
    }
    if (!name.empty()) parameters.emplace_back(std::move(name), std::move(value));
  }
  return parameters;
}

std::string parameter_of(std::string_view header, std::string_view parameter) {
  for (auto& [name, value] : parameters_of(header)) {
    if (core::equals_ignoring_case(name, parameter)) return std::move(value);
  }
  return {};
}

}  // namespace satupintu::adapters
