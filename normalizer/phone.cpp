// SPDX-License-Identifier: Apache-2.0
#include "normalizer/phone.hpp"

#include <algorithm>
#include <array>

namespace satupintu::normalizer {

namespace {

constexpr std::size_t kMostDigits = 15;  // E.164
constexpr std::size_t kLeastDigits = 8;  // the shortest complete numbers abroad, country code included

// ITU-T E.164 assigned country codes: those of two digits, and the beginnings of those of three. 1 and 7 stand alone.
constexpr std::array<std::uint8_t, 44> kTwoDigitCodes{20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46,
                                                      47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58, 60, 61, 62, 63,
                                                      64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98};
constexpr std::array<std::uint8_t, 23> kThreeDigitCodes{21, 22, 23, 24, 25, 26, 29, 35, 37, 38, 42, 50,
                                                        59, 67, 68, 69, 80, 85, 87, 88, 96, 97, 99};

bool has_country_code(std::string_view digits) {
  if (digits[0] == '1') return digits.size() == 11;
  if (digits[0] == '7') return digits.size() == 11;
  const auto pair = static_cast<std::uint8_t>((digits[0] - '0') * 10 + (digits[1] - '0'));
  return std::ranges::binary_search(kTwoDigitCodes, pair) || std::ranges::binary_search(kThreeDigitCodes, pair);
}

// A number behind +62: mobile (8, but 80x are services), or an area code and a subscriber's number.
bool is_indonesian(std::string_view national) {
  if (national.size() < 8 || national[0] < '2') return false;
  if (national[0] != '8') return national.size() <= 11;
  if (national[1] == '0') return national.size() <= 11;
  return national.size() >= 9 && national.size() <= 12;
}

std::optional<std::string> indonesian(std::string_view national) {
  if (national.starts_with('0')) national.remove_prefix(1);  // +62 (0)812…
  if (!is_indonesian(national)) return std::nullopt;
  return "+62" + std::string(national);
}

std::optional<std::string> abroad(std::string_view digits) {
  if (digits.starts_with("62")) return indonesian(digits.substr(2));
  if (digits.size() < kLeastDigits || digits.size() > kMostDigits || digits[0] == '0' || !has_country_code(digits)) return std::nullopt;
  return "+" + std::string(digits);
}

struct Dialled {
  std::string digits;
  bool plus = false;
};

// The digits of the first number in `written`; nullopt where anything stands that belongs in no number.
std::optional<Dialled> dialled(std::string_view written) {
  constexpr std::string_view kSeparators = " -.()\t";
  Dialled number;
  for (std::size_t i = 0; i < written.size(); ++i) {
    const char c = written[i];
    if (c >= '0' && c <= '9') {
      if (number.digits.size() > kMostDigits + 5) return std::nullopt;
      number.digits += c;
    } else if (c == '+' && number.digits.empty() && !number.plus) {
      number.plus = true;
    } else if (c == '/' || c == ';' || c == ',' || c == '#' || c == 'e' || c == 'E' || c == 'x' || c == 'X' || c == 'p' || c == 'P') {
      // A second number, or an extension: "/ 5576…", ";ext=12", "ext 12", "x12", "pes. 12".
      const std::string_view rest = written.substr(i);
      const bool is_tail =
          c == '/' || c == ';' || c == ',' || c == '#' || rest.substr(1).find_first_of("0123456789") != std::string_view::npos;
      if (number.digits.empty() || !is_tail) return std::nullopt;
      return number;
    } else if (const auto wide = written.substr(i, 3); wide >= "\xE2\x80\x90" && wide <= "\xE2\x80\x95") {
      i += 2;  // hyphens and dashes, U+2010 to U+2015
    } else if (written.substr(i, 2) == "\xC2\xA0") {
      i += 1;  // no-break space
    } else if (!kSeparators.contains(c)) {
      return std::nullopt;
    }
  }
  return number;
}

}  // namespace

std::optional<std::string> to_e164(std::string_view written, Numbering numbering) {
  if (written.starts_with("tel:")) written.remove_prefix(4);
  const auto number = dialled(written);
  if (!number || number->digits.size() < kLeastDigits) return std::nullopt;
  const std::string_view digits = number->digits;
  if (number->plus || numbering == Numbering::international) return abroad(digits);
  if (digits.starts_with("00")) return abroad(digits.substr(2));
  if (digits.starts_with('0')) return indonesian(digits);
  if (digits.starts_with("62")) return abroad(digits);
  if (digits.starts_with('8') && is_indonesian(digits)) return indonesian(digits);
  // Networks hand over foreign numbers without '+'; anything shorter may as well be a local number without its area code.
  return digits.size() >= 10 ? abroad(digits) : std::nullopt;
}

}  // namespace satupintu::normalizer
