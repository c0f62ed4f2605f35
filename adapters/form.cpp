// SPDX-License-Identifier: Apache-2.0
#include "adapters/form.hpp"

#include <algorithm>
#include <optional>

namespace satupintu::adapters {

namespace {

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  return std::nullopt;
}

bool stands_for_itself(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '*' || c == '-' || c == '.' || c == '_';
}

std::string percent_encode(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (stands_for_itself(c)) out += c;
    else if (c == ' ') out += '+';
    else (out += '%').append({kDigits[byte >> 4U], kDigits[byte & 0xFU]});
  }
  return out;
}

std::string unescape(std::string_view text, char plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && at + 2 < text.size()) {
      const auto high = hex_digit(text[at + 1]);
      const auto low = hex_digit(text[at + 2]);
      if (high && low) {
        out += static_cast<char>(*high << 4U | *low);
        at += 2;
        continue;
      }
    }
    out += text[at] == '+' ? plus : text[at];
  }
  return out;
}

}  // namespace

std::string percent_decode(std::string_view text) { return unescape(text, ' '); }

std::string percent_unescape(std::string_view text) { return unescape(text, '+'); }

Form Form::parse(std::string_view encoded) {
  Form form;
  while (!encoded.empty()) {
    const std::string_view field = encoded.substr(0, encoded.find('&'));
    encoded.remove_prefix(std::min(field.size() + 1, encoded.size()));
    if (field.empty()) continue;
    const std::string_view name = field.substr(0, field.find('='));
    const std::string_view value = field.substr(std::min(name.size() + 1, field.size()));
    form.add(percent_decode(name), percent_decode(value));
  }
  return form;
}

std::string Form::value(std::string_view name) const {
  const auto found = std::ranges::find(fields_, name, [](const auto& field) -> std::string_view { return field.first; });
  return found == fields_.end() ? std::string{} : found->second;
}

bool Form::has(std::string_view name) const {
  return std::ranges::any_of(fields_, [&](const auto& field) { return field.first == name; });
}

void Form::add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }

std::string Form::encoded() const {
  std::string out;
  for (const auto& [name, value] : fields_) {
    if (!out.empty()) out += '&';
    out += percent_encode(name) + '=' + percent_encode(value);
  }
  return out;
}

}  // namespace satupintu::adapters
