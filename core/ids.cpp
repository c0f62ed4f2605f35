// SPDX-License-Identifier: Apache-2.0
#include "core/ids.hpp"

#include <array>

namespace satupintu::core {

namespace {

constexpr std::string_view kSymbols = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kCodeSymbols = 10;

std::optional<unsigned> value_of(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  if (c == 'O') c = '0';
  if (c == 'I' || c == 'L') c = '1';
  const auto found = kSymbols.find(c);
  if (found == std::string_view::npos) return std::nullopt;
  return static_cast<unsigned>(found);
}

// Luhn's algorithm in base 32: catches every wrong symbol and nearly every swap of neighbours.
char check_symbol(std::string_view symbols) {
  unsigned sum = 0;
  unsigned factor = 2;
  for (std::size_t i = symbols.size(); i-- > 0;) {
    const unsigned addend = factor * value_of(symbols[i]).value_or(0);
    sum += addend / 32 + addend % 32;
    factor = factor == 2 ? 1 : 2;
  }
  return kSymbols[(32 - sum % 32) % 32];
}

std::string written(std::string_view symbols) { return "SP-" + std::string(symbols.substr(0, 5)) + "-" + std::string(symbols.substr(5)); }

}  // namespace

std::string make_uuid(Timestamp at, const Hash128& hash) {
  std::array<std::uint8_t, 16> bytes = hash;
  const auto ms = static_cast<std::uint64_t>(to_unix_ms(at));
  for (unsigned i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(ms >> (8U * (5U - i)));
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x70U);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);
  std::string text = to_hex(bytes);
  for (std::size_t position : {20U, 16U, 12U, 8U}) text.insert(position, 1, '-');
  return text;
}

std::string make_tracking_code(unsigned partition, const Hash128& hash) {
  std::string symbols(1, kSymbols[partition % 32]);
  std::uint64_t bits = 0;
  for (unsigned i = 0; i < 5; ++i) bits = bits << 8U | hash[i];
  for (unsigned i = 0; i < 8; ++i) symbols += kSymbols[bits >> (5U * (7U - i)) & 31U];
  symbols += check_symbol(symbols);
  return written(symbols);
}

std::optional<std::string> parse_tracking_code(std::string_view text) {
  std::string symbols;
  for (char c : text) {
    if (c == '-' || c == ' ') continue;
    symbols += c;
  }
  if (symbols.size() == kCodeSymbols + 2 && (symbols[0] == 'S' || symbols[0] == 's') && (symbols[1] == 'P' || symbols[1] == 'p')) {
    symbols.erase(0, 2);
  }
  if (symbols.size() != kCodeSymbols) return std::nullopt;
  for (char& c : symbols) {
    const auto value = value_of(c);
    if (!value) return std::nullopt;
    c = kSymbols[*value];
  }
  if (check_symbol(std::string_view(symbols).substr(0, kCodeSymbols - 1)) != symbols.back()) return std::nullopt;
  return written(symbols);
}

unsigned partition_of(std::string_view code) { return value_of(code.at(3)).value_or(0); }

}  // namespace satupintu::core
