// SPDX-License-Identifier: Apache-2.0
#include "normalizer/number_plate.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "normalizer/announcement.hpp"

namespace satupintu::normalizer {

namespace {

// Regions, Peraturan Kapolri 7/2021. Those of vehicles of embassies, the army and the state have other forms.
constexpr auto kRegions = std::to_array<std::string_view>(
    {"A",  "AA", "AB", "AD", "AE", "AG", "B",  "BA", "BB", "BD", "BE", "BG", "BH", "BK", "BL", "BM", "BN", "BP", "D", "DA", "DB",
     "DC", "DD", "DE", "DG", "DH", "DK", "DL", "DM", "DN", "DP", "DR", "DS", "DT", "DW", "E",  "EA", "EB", "ED", "F", "G",  "H",
     "K",  "KB", "KH", "KT", "KU", "L",  "M",  "N",  "P",  "PA", "PB", "PG", "PS", "PT", "PY", "R",  "S",  "T",  "W", "Z"});
static_assert(std::ranges::is_sorted(kRegions));

// Words and units of two or three letters that stand behind a number more often than a plate's letters do.
constexpr auto kNoSuffixes = std::to_array<std::string_view>(
    {"ada", "aja", "an",  "apa", "bh",  "bks", "blm", "bln", "blk", "bro", "bu",  "bgt", "bsk", "cc",  "cm",  "dan", "dg",  "dgn", "di",
     "dkk", "dkt", "dlm", "dll", "dpn", "dr",  "dst", "dtk", "dus", "ekr", "gb",  "gg",  "gr",  "ha",  "hp",  "hr",  "hri", "inc", "ini",
     "itu", "jam", "jg",  "jl",  "jln", "jt",  "jta", "kav", "kec", "kel", "kg",  "kk",  "km",  "kpd", "krn", "kva", "kw",  "kwh", "lbr",
     "lg",  "lgi", "lot", "lt",  "ltr", "mah", "mas", "mb",  "mei", "mil", "min", "ml",  "mm",  "mnt", "mtr", "no",  "org", "pak", "pcs",
     "pd",  "per", "pln", "pm",  "rb",  "rbu", "rp",  "rmh", "rt",  "rw",  "sd",  "sdh", "sm",  "sma", "smk", "smp", "spt", "td",  "tdk",
     "tgl", "th",  "thn", "tlp", "tlg", "ton", "tpi", "udh", "utk", "va",  "wa",  "wib", "wit", "x",   "yg",  "yth"});

constexpr std::size_t kMostDigits = 4;
constexpr std::size_t kLongestSuffix = 3;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }
bool is_word(char c) { return is_letter(c) || is_digit(c) || (c & 0x80) != 0; }
bool is_gap(char c) { return std::string_view(" -._").contains(c); }

// Letters, whole: no more of them stand beside.
struct Letters {
  std::string_view text;
  bool gap = false;  // between them and the digits

  [[nodiscard]] bool in_capitals() const { return std::ranges::all_of(text, is_upper); }
};

Letters letters_before(std::string_view text, std::size_t digits, std::size_t from) {
  const bool gap = digits > from && is_gap(text[digits - 1]);
  const std::size_t end = gap ? digits - 1 : digits;
  std::size_t begin = end;
  while (begin > from && is_letter(text[begin - 1]) && end - begin < 3) --begin;
  // Nor do letters count that follow a hyphen, or stand in an address of the web.
  const bool joined = begin > 1 && text[begin - 1] == '-' && is_word(text[begin - 2]);
  const bool whole = begin == from || (!is_word(text[begin - 1]) && !joined && !std::string_view("/=&?@#").contains(text[begin - 1]));
  return {whole && begin != end ? text.substr(begin, end - begin) : std::string_view(), gap};
}

Letters letters_behind(std::string_view text, std::size_t digits_end) {
  const bool gap = digits_end < text.size() && is_gap(text[digits_end]);
  const std::size_t begin = gap ? digits_end + 1 : digits_end;
  std::size_t end = begin;
  while (end < text.size() && is_letter(text[end]) && end - begin <= kLongestSuffix) ++end;
  // A mask right behind may stand for digits.
  const bool whole = end == text.size() || (!is_word(text[end]) && text[end] != '[');
  return {whole && end - begin <= kLongestSuffix ? text.substr(begin, end - begin) : std::string_view(), gap};
}

bool is_region(std::string_view letters) {
  std::string upper;
  for (const char c : letters) upper += static_cast<char>(c & ~0x20);
  return std::ranges::binary_search(kRegions, std::string_view(upper));
}

bool is_no_suffix(std::string_view letters) {
  std::string lower;
  for (const char c : letters) lower += static_cast<char>(c | 0x20);
  return std::ranges::find(kNoSuffixes, std::string_view(lower)) != kNoSuffixes.end();
}

// Whether these look like a plate though nothing speaks of one or of a vehicle.
bool is_plate_alone(const Letters& region, std::size_t digits, const Letters& suffix) {
  // One letter behind: "B 1967 C" of Jakarta and around, not "T 2024 A".
  if (suffix.text.size() == 1) return digits == kMostDigits && region.text == "B" && suffix.in_capitals();
  if (digits < 3 || suffix.text.empty() || is_no_suffix(suffix.text)) return false;
  if (region.in_capitals() && suffix.in_capitals()) return true;
  if (!region.gap && !suffix.gap) return true;
  // "d 1500 …" is "di 1500 …", "pa 2000 …" an address to somebody.
  return digits == kMostDigits &&
         (region.text == "b" || region.in_capitals() || (region.gap && suffix.gap && region.text.size() == 1 && region.text != "d"));
}

}  // namespace

std::optional<Span> number_plate_at(std::string_view text, std::size_t digits, std::size_t from) {
  std::size_t end = digits;
  while (end < text.size() && is_digit(text[end])) ++end;
  const std::size_t count = end - digits;
  if (count == 0 || count > kMostDigits || text[digits] == '0') return std::nullopt;
  const Letters region = letters_before(text, digits, from);
  if (!is_region(region.text)) return std::nullopt;
  const auto begin = static_cast<std::size_t>(region.text.data() - text.data());
  const Letters suffix = letters_behind(text, end);
  const Announcement before = announcement_before(text, begin, from);

  const bool announced = before.what == Announced::plate;
  const bool credible = !suffix.text.empty() && !is_no_suffix(suffix.text);
  bool whole = false;
  if (announced) whole = credible;
  else if (before.what == Announced::vehicle) whole = credible && (count >= 3 || (region.in_capitals() && suffix.in_capitals()));
  else if (before.what == Announced::address && before.distance == 0) whole = count == kMostDigits && is_plate_alone(region, count, suffix);
  else whole = is_plate_alone(region, count, suffix);
  if (whole) return Span{begin, static_cast<std::size_t>(suffix.text.data() + suffix.text.size() - text.data())};
  // "plat B 1234, huruf belakangnya tidak terlihat".
  if (announced && count >= 3) return Span{begin, end};
  return std::nullopt;
}

}  // namespace satupintu::normalizer
