// SPDX-License-Identifier: Apache-2.0
#include "adapters/sms/charset.hpp"

#include <algorithm>
#include <array>

#include "core/http.hpp"

namespace satupintu::adapters {

void append_utf8(std::string& out, char32_t symbol) {
  const auto byte = [&](char32_t bits) { out += static_cast<char>(bits); };
  if (symbol < 0x80) return byte(symbol);
  if (symbol < 0x800) {
    byte(0xC0 | symbol >> 6U);
  } else {
    if (symbol < 0x10000) {
      byte(0xE0 | symbol >> 12U);
    } else {
      byte(0xF0 | symbol >> 18U);
      byte(0x80 | (symbol >> 12U & 0x3F));
    }
    byte(0x80 | (symbol >> 6U & 0x3F));
  }
  byte(0x80 | (symbol & 0x3F));
}

namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kByteOrderMark = 0xFEFF;
constexpr char32_t kSwappedByteOrderMark = 0xFFFE;

unsigned octet(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

void append_repaired(DecodedText& decoded) {
  append_utf8(decoded.text, kReplacement);
  decoded.repaired = true;
}

// ------------------------------------------------------------------ UTF-8

struct Utf8Lead {
  std::size_t length;    // of the whole sequence; 0 where no sequence starts so
  unsigned least, most;  // of the second octet (Unicode, table 3-7)
};

constexpr Utf8Lead lead_of(unsigned octet) {
  if (octet < 0x80) return {1, 0, 0};
  if (octet < 0xC2) return {0, 0, 0};
  if (octet < 0xE0) return {2, 0x80, 0xBF};
  if (octet == 0xE0) return {3, 0xA0, 0xBF};
  if (octet == 0xED) return {3, 0x80, 0x9F};
  if (octet < 0xF0) return {3, 0x80, 0xBF};
  if (octet == 0xF0) return {4, 0x90, 0xBF};
  if (octet < 0xF4) return {4, 0x80, 0xBF};
  if (octet == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

DecodedText from_utf8(std::string_view bytes) {
  DecodedText decoded;
  for (std::size_t at = 0; at < bytes.size();) {
    const Utf8Lead lead = lead_of(octet(bytes, at));
    std::size_t good = std::min<std::size_t>(lead.length, 1);
    while (good > 0 && good < lead.length && at + good < bytes.size()) {
      const unsigned next = octet(bytes, at + good);
      const bool fits = good == 1 ? next >= lead.least && next <= lead.most : next >= 0x80 && next <= 0xBF;
      if (!fits) break;
      ++good;
    }
    if (good == lead.length && good > 0) decoded.text += bytes.substr(at, good);
    else append_repaired(decoded);
    at += std::max<std::size_t>(good, 1);
  }
  return decoded;
}

// ------------------------------------------------------------------ UTF-16

constexpr bool is_high_surrogate(char32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
constexpr bool is_low_surrogate(char32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

DecodedText from_utf16(std::string_view bytes, bool little_endian) {
  const auto unit_at = [&](std::size_t at) -> char32_t {
    return little_endian ? octet(bytes, at + 1) << 8U | octet(bytes, at) : octet(bytes, at) << 8U | octet(bytes, at + 1);
  };
  std::size_t at = 0;
  if (bytes.size() >= 2 && (unit_at(0) == kByteOrderMark || unit_at(0) == kSwappedByteOrderMark)) {
    little_endian = little_endian != (unit_at(0) == kSwappedByteOrderMark);
    at = 2;
  }
  DecodedText decoded;
  for (; at + 1 < bytes.size(); at += 2) {
    const char32_t unit = unit_at(at);
    if (is_high_surrogate(unit) && at + 3 < bytes.size() && is_low_surrogate(unit_at(at + 2))) {
      append_utf8(decoded.text, 0x10000 + ((unit - 0xD800) << 10U) + (unit_at(at + 2) - 0xDC00));
      at += 2;
    } else if (is_high_surrogate(unit) || is_low_surrogate(unit)) {
      append_repaired(decoded);
    } else {
      append_utf8(decoded.text, unit);
    }
  }
  if (at < bytes.size()) append_repaired(decoded);
  return decoded;
}

// ------------------------------------------------------------------ one octet a symbol

constexpr char32_t kEscape = 0x1B;

constexpr std::array<char32_t, 128> kGsm{
    U'@', U'£',  U'$', U'¥', U'è', U'é', U'ù', U'ì', U'ò',    U'Ç', U'\n', U'Ø', U'ø', U'\r', U'Å', U'å', U'Δ', U'_', U'Φ',
    U'Γ', U'Λ',  U'Ω', U'Π', U'Ψ', U'Σ', U'Θ', U'Ξ', kEscape, U'Æ', U'æ',  U'ß', U'É', U' ',  U'!', U'"', U'#', U'¤', U'%',
    U'&', U'\'', U'(', U')', U'*', U'+', U',', U'-', U'.',    U'/', U'0',  U'1', U'2', U'3',  U'4', U'5', U'6', U'7', U'8',
    U'9', U':',  U';', U'<', U'=', U'>', U'?', U'¡', U'A',    U'B', U'C',  U'D', U'E', U'F',  U'G', U'H', U'I', U'J', U'K',
    U'L', U'M',  U'N', U'O', U'P', U'Q', U'R', U'S', U'T',    U'U', U'V',  U'W', U'X', U'Y',  U'Z', U'Ä', U'Ö', U'Ñ', U'Ü',
    U'§', U'¿',  U'a', U'b', U'c', U'd', U'e', U'f', U'g',    U'h', U'i',  U'j', U'k', U'l',  U'm', U'n', U'o', U'p', U'q',
    U'r', U's',  U't', U'u', U'v', U'w', U'x', U'y', U'z',    U'ä', U'ö',  U'ñ', U'ü', U'à'};

// What stands behind an escape; a symbol of no such meaning is shown as the plain one.
constexpr char32_t gsm_extension(unsigned septet) {
  switch (septet) {
    case 0x0A: return U'\f';
    case 0x14: return U'^';
    case 0x1B: return U' ';
    case 0x28: return U'{';
    case 0x29: return U'}';
    case 0x2F: return U'\\';
    case 0x3C: return U'[';
    case 0x3D: return U'~';
    case 0x3E: return U']';
    case 0x40: return U'|';
    case 0x65: return U'€';
    default: return kGsm[septet];
  }
}

DecodedText from_gsm(std::string_view bytes) {
  DecodedText decoded;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const unsigned septet = octet(bytes, at);
    if (septet >= kGsm.size()) {
      append_repaired(decoded);
    } else if (kGsm[septet] != kEscape) {
      append_utf8(decoded.text, kGsm[septet]);
    } else if (at + 1 < bytes.size() && octet(bytes, at + 1) < kGsm.size()) {
      append_utf8(decoded.text, gsm_extension(octet(bytes, ++at)));
    } else {
      append_utf8(decoded.text, U' ');
    }
  }
  return decoded;
}

// 0x80 to 0x9F; the rest of windows-1252 is Unicode's first row.
constexpr std::array<char32_t, 32> kWindows1252{
    U'€',         kReplacement, U'‚', U'ƒ', U'„', U'…', U'†', U'‡', U'ˆ', U'‰', U'Š', U'‹', U'Œ', kReplacement, U'Ž', kReplacement,
    kReplacement, U'‘',         U'’', U'“', U'”', U'•', U'–', U'—', U'˜', U'™', U'š', U'›', U'œ', kReplacement, U'ž', U'Ÿ'};

DecodedText from_windows_1252(std::string_view bytes) {
  DecodedText decoded;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const unsigned value = octet(bytes, at);
    const char32_t symbol = value >= 0x80 && value < 0xA0 ? kWindows1252[value - 0x80] : value;
    append_utf8(decoded.text, symbol);
    decoded.repaired = decoded.repaired || symbol == kReplacement;
  }
  return decoded;
}

// ------------------------------------------------------------------ by name

// Nobody types U+0000: what has it, said to be UTF-8, is UCS-2 that lost its name on the way.
DecodedText from_said_utf8(std::string_view bytes) {
  if (bytes.contains('\0') && bytes.size() % 2 == 0) {
    DecodedText decoded = from_utf16(bytes, false);
    if (!decoded.repaired && !decoded.text.contains('\0')) {
      decoded.repaired = true;
      return decoded;
    }
  }
  return from_utf8(bytes);
}

DecodedText from_8_bit(std::string_view bytes) {
  DecodedText decoded = from_utf8(bytes);
  return decoded.repaired ? from_windows_1252(bytes) : decoded;
}

struct Charset {
  std::string_view name;
  DecodedText (*decode)(std::string_view bytes);
};

constexpr auto from_utf16be = [](std::string_view bytes) { return from_utf16(bytes, false); };
constexpr auto from_utf16le = [](std::string_view bytes) { return from_utf16(bytes, true); };

constexpr std::array<Charset, 17> kCharsets{{
    {"UTF-8", from_said_utf8},
    {"UTF8", from_said_utf8},
    {"US-ASCII", from_said_utf8},
    {"UTF-16BE", from_utf16be},
    {"UTF-16", from_utf16be},
    {"UCS-2", from_utf16be},
    {"UCS-2BE", from_utf16be},
    {"UCS2", from_utf16be},
    {"ISO-10646-UCS-2", from_utf16be},
    {"UTF-16LE", from_utf16le},
    {"ISO-8859-1", from_windows_1252},
    {"LATIN1", from_windows_1252},
    {"WINDOWS-1252", from_windows_1252},
    {"CP1252", from_windows_1252},
    {"8-BIT", from_8_bit},
    {"GSM", from_gsm},
    {"GSM-7", from_gsm},
}};

}  // namespace

DecodedText to_utf8(std::string_view bytes, std::string_view charset) {
  const auto* const found =
      std::ranges::find_if(kCharsets, [&](const Charset& known) { return core::equals_ignoring_case(known.name, charset); });
  if (found != kCharsets.end()) return found->decode(bytes);
  DecodedText decoded = from_utf8(bytes);
  decoded.known_charset = false;
  return decoded;
}

bool is_binary(std::string_view bytes) {
  return std::ranges::any_of(bytes,
                             [](char c) { return static_cast<unsigned char>(c) < 0x20 && !std::string_view("\t\n\f\r").contains(c); });
}

}  // namespace satupintu::adapters
