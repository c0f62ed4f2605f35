// SPDX-License-Identifier: Apache-2.0
// What the words of mail protocols need and std lacks: case, white space and numbers of ASCII alone, whatever the locale. Shared by the
// files of this folder. Pure.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace satupintu::adapters {

[[nodiscard]] inline std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

[[nodiscard]] inline bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f'; }

[[nodiscard]] inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// The whole of `digits` as an unsigned number.
template <class Number>
[[nodiscard]] std::optional<Number> number_in(std::string_view digits) {
  Number number{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

}  // namespace satupintu::adapters
