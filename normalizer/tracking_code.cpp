// SPDX-License-Identifier: Apache-2.0
#include "normalizer/tracking_code.hpp"

#include "core/ids.hpp"

namespace satupintu::normalizer {

namespace {

constexpr std::size_t kSymbols = 10;
constexpr std::size_t kWidestGap = 3;  // "SP - 0ABCD": also the bytes of one dash, U+2013

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_symbol(char c) { return is_digit(c) || is_letter(c); }

std::size_t gap_length(std::string_view text, std::size_t position) {
  std::size_t i = position;
  while (i < text.size() && i - position < kWidestGap) {
    if (std::string_view(" -_.:#*/").contains(text[i])) ++i;
    else if (const auto wide = text.substr(i, 3); wide >= "\xE2\x80\x90" && wide <= "\xE2\x80\x95") i += 3;
    else break;
  }
  return i - position;
}

// Ten symbols from `position` on, with gaps between some of them, and no further one behind.
struct Symbols {
  std::string symbols;
  std::size_t end = 0;
  bool halved = false;  // at most one gap, of one character, in the middle
};

std::optional<Symbols> symbols_at(std::string_view text, std::size_t position) {
  constexpr std::size_t kMostGaps = 3;
  Symbols found;
  std::size_t gaps = 0;
  found.halved = true;
  std::size_t i = position;
  while (i < text.size() && found.symbols.size() < kSymbols) {
    if (is_symbol(text[i])) {
      found.symbols += text[i++];
      continue;
    }
    const std::size_t gap = gap_length(text, i);
    if (gap == 0 || found.symbols.empty() || ++gaps > kMostGaps) return std::nullopt;
    const bool is_half = found.symbols.size() == kSymbols / 2 && gap == 1 && (text[i] == '-' || text[i] == ' ');
    found.halved = found.halved && is_half && gaps == 1;
    i += gap;
  }
  if (found.symbols.size() < kSymbols || (i < text.size() && is_symbol(text[i]))) return std::nullopt;
  found.end = i;
  return found;
}

bool begins_word(std::string_view text, std::size_t position) { return position == 0 || !is_symbol(text[position - 1]); }

}  // namespace

std::optional<TypedCode> tracking_code_at(std::string_view text, std::size_t position) {
  if (!begins_word(text, position)) return std::nullopt;
  const std::string_view rest = text.substr(position);
  if (rest.size() > 2 && (rest[0] | 0x20) == 's' && (rest[1] | 0x20) == 'p') {
    const std::size_t gap = gap_length(text, position + 2);
    if (const auto symbols = symbols_at(text, position + 2 + gap)) {
      const bool any_digit = symbols->symbols.find_first_of("0123456789") != std::string::npos;
      auto code = core::parse_tracking_code(symbols->symbols);
      if (code && (any_digit || gap != 0)) return TypedCode{position, symbols->end, std::move(*code)};
      if (any_digit) return TypedCode{position, symbols->end, {}};
    }
  }
  const auto symbols = symbols_at(text, position);
  if (!symbols || !symbols->halved) return std::nullopt;
  bool digit = false;
  bool letter = false;
  for (const char c : symbols->symbols) (is_digit(c) ? digit : letter) = true;
  if (!digit || !letter) return std::nullopt;
  auto code = core::parse_tracking_code(symbols->symbols);
  return code ? std::optional(TypedCode{position, symbols->end, std::move(*code)}) : std::nullopt;
}

std::optional<TypedCode> find_tracking_code(std::string_view text, std::size_t from) {
  for (std::size_t i = from; i < text.size(); ++i) {
    if (!is_symbol(text[i]) || !begins_word(text, i)) continue;
    if (auto code = tracking_code_at(text, i)) return code;
  }
  return std::nullopt;
}

}  // namespace satupintu::normalizer
