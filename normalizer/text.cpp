// SPDX-License-Identifier: Apache-2.0
#include "normalizer/text.hpp"

#include <unicode/brkiter.h>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>

#include "normalizer/personal_data.hpp"

namespace satupintu::normalizer {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kGraphemeJoiner = "\xCD\x8F";   // U+034F, what UAX #15 puts between long runs of marks
constexpr int kMostMarksInARow = 30;

bool is_ascii(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  std::size_t i = 0;
  for (; i + sizeof(std::uint64_t) <= text.size(); i += sizeof(std::uint64_t)) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data() + i, sizeof eight);
    if ((eight & kHighBits) != 0) return false;
  }
  return std::ranges::none_of(text.substr(i), [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; });
}

// Takes the code point at `position`; -1 for bytes that are no UTF-8.
UChar32 next_code_point(std::string_view text, std::size_t& position) {
  UChar32 c = 0;
  auto i = static_cast<std::int64_t>(position);
  const auto length = static_cast<std::int64_t>(text.size());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  U8_NEXT(bytes, i, length, c);  // NOLINT(bugprone-inc-dec-in-conditions): ICU's macro
  position = static_cast<std::size_t>(i);
  return c;
}

// What cleaning does with a character.
enum class Part : std::uint8_t { keep, space, line, carriage_return, drop };

constexpr std::array<Part, 128> kAsciiParts = [] {
  std::array<Part, 128> parts{};
  for (std::size_t c = 0; c < 0x20; ++c) parts[c] = Part::drop;
  parts['\t'] = parts[' '] = Part::space;
  parts['\n'] = parts['\v'] = parts['\f'] = Part::line;
  parts['\r'] = Part::carriage_return;
  parts[0x7F] = Part::drop;
  return parts;
}();

Part part_of_ascii(char c) { return kAsciiParts[static_cast<unsigned char>(c)]; }

Part part_of(UChar32 c) {
  if (c < 0x80) return kAsciiParts[static_cast<std::size_t>(c)];
  if (c == 0x85 || c == 0x2028 || c == 0x2029) return Part::line;
  if (c < 0xA0) return Part::drop;  // C1 controls
  switch (c) {
    case 0xA0:
    case 0x1680:
    case 0x202F:
    case 0x205F:
    case 0x3000: return Part::space;
    case 0xAD:
    case 0x61C:
    case 0x180E:
    case 0xFEFF: return Part::drop;  // soft hyphen, Arabic mark, vowel separator, BOM
    default: break;
  }
  if (c >= 0x2000 && c <= 0x200A) return Part::space;
  if ((c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F)) return Part::drop;
  if ((c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F)) return Part::drop;  // annotations, tags
  return Part::keep;
}

// Writes what is kept, with white space in order.
class CleanText {
 public:
  CleanText(std::size_t size, bool keep_lines) : keep_lines_(keep_lines) { out_.reserve(size); }

  void put(std::string_view kept) {
    if (!out_.empty()) {
      if (lines_ != 0) out_.append(lines_ == 1 ? 1 : 2, '\n');
      else if (space_) out_ += ' ';
    }
    space_ = false;
    lines_ = 0;
    out_ += kept;
  }
  void space() { space_ = true; }
  void line() {
    if (keep_lines_) ++lines_;
    else space_ = true;
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  bool keep_lines_;
  bool space_ = false;
  std::size_t lines_ = 0;
};

std::string clean_ascii(std::string_view raw, bool keep_lines) {
  CleanText out(raw.size(), keep_lines);
  std::size_t i = 0;
  while (i < raw.size()) {
    // Words with single spaces between them, the usual thing, are copied in one piece.
    std::size_t run = i;
    for (; run < raw.size(); ++run) {
      const bool between_words = raw[run] == ' ' && run != i && run + 1 < raw.size() && part_of_ascii(raw[run + 1]) == Part::keep;
      if (part_of_ascii(raw[run]) != Part::keep && !between_words) break;
    }
    if (run != i) {
      out.put(raw.substr(i, run - i));
      i = run;
      continue;
    }
    const Part part = part_of_ascii(raw[i]);
    if (part == Part::space) out.space();
    if (part == Part::line && (i == 0 || raw[i - 1] != '\r' || raw[i] != '\n')) out.line();
    if (part == Part::carriage_return) out.line();
    ++i;
  }
  return out.take();
}

std::string to_nfc(std::string text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status) != 0 || nfc->isNormalizedUTF8(text, status) != 0) return text;
  std::string composed;
  icu::StringByteSink<std::string> sink(&composed, static_cast<std::int32_t>(text.size()));
  nfc->normalizeUTF8(0, text, sink, nullptr, status);
  return U_FAILURE(status) != 0 ? text : composed;
}

std::string clean_unicode(std::string_view raw, bool keep_lines) {
  CleanText out(raw.size(), keep_lines);
  int marks = 0;
  UChar32 before = 0;
  for (std::size_t i = 0; i < raw.size();) {
    const std::size_t start = i;
    const UChar32 c = next_code_point(raw, i);
    if (c < 0) {
      out.put(kReplacement);
      marks = 0;
      continue;
    }
    switch (part_of(c)) {
      case Part::keep:
        marks = c >= 0x300 && u_getCombiningClass(c) != 0 ? marks + 1 : 0;
        if (marks > kMostMarksInARow) {
          out.put(kGraphemeJoiner);
          marks = 1;
        }
        out.put(raw.substr(start, i - start));
        break;
      case Part::space:
        out.space();
        marks = 0;
        break;
      case Part::line:
        if (c != '\n' || before != '\r') out.line();
        marks = 0;
        break;
      case Part::carriage_return:
        out.line();
        marks = 0;
        break;
      case Part::drop: break;
    }
    before = c;
  }
  return to_nfc(out.take());
}

std::string clean_as(std::string_view raw, bool keep_lines) {
  return is_ascii(raw) ? clean_ascii(raw, keep_lines) : clean_unicode(raw, keep_lines);
}

bool is_mark(UChar32 c) {
  const auto type = u_charType(c);
  return type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK;
}

std::string normalized_with(const icu::Normalizer2* normalizer, std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  std::string out;
  icu::StringByteSink<std::string> sink(&out, static_cast<std::int32_t>(text.size()));
  normalizer->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink, nullptr, status);
  return out;
}

std::string without_marks(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t start = i;
    const UChar32 c = next_code_point(text, i);
    if (!is_mark(c)) out.append(text.substr(start, i - start));
  }
  return out;
}

// Marks go first, so that neither normalisation meets a long run of them: reordering one takes quadratic time.
void append_folded(std::string& out, std::string_view word) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* case_fold = icu::Normalizer2::getNFKCCasefoldInstance(status);
  const icu::Normalizer2* decompose = icu::Normalizer2::getNFDInstance(status);
  if (U_FAILURE(status) != 0) return;
  out += without_marks(normalized_with(decompose, normalized_with(case_fold, without_marks(word))));
}

void append_lower_case(std::string& out, std::string_view word) {
  const std::size_t begin = out.size();
  out += word;
  for (std::size_t i = begin; i < out.size(); ++i) out[i] = static_cast<char>(out[i] >= 'A' && out[i] <= 'Z' ? out[i] + 32 : out[i]);
}

enum class Kind : std::uint8_t { gap, letter, digit, punctuation };

constexpr std::array<Kind, 128> kAsciiKinds = [] {
  std::array<Kind, 128> kinds{};
  for (std::size_t c = 0x21; c < 0x7F; ++c) kinds[c] = Kind::punctuation;
  for (std::size_t c = '0'; c <= '9'; ++c) kinds[c] = Kind::digit;
  for (std::size_t c = 'a'; c <= 'z'; ++c) kinds[c] = kinds[c - 32] = Kind::letter;
  kinds['\n'] = Kind::punctuation;
  // These join or abbreviate rather than end something: "e-KTP", "rt03/rw05", "Jum'at", "#jalan_rusak", "Jl. Sudirman".
  for (const char c : {'-', '/', '\'', '_', '#', '.'}) kinds[static_cast<unsigned char>(c)] = Kind::gap;
  return kinds;
}();

// The kind of the character at `position`, which moves behind it.
Kind next_kind(std::string_view text, std::size_t& position) {
  const auto byte = static_cast<unsigned char>(text[position]);
  if (byte < 0x80) {
    ++position;
    return kAsciiKinds[byte];
  }
  const UChar32 c = next_code_point(text, position);
  if (u_isalnum(c) != 0 || is_mark(c)) return Kind::letter;
  return u_ispunct(c) != 0 ? Kind::punctuation : Kind::gap;
}

// A dot ends a sentence when it stands before white space and behind a word too long to be an abbreviation.
bool ends_sentence(std::string_view text, std::size_t dot, const std::vector<Word>& words) {
  const bool before_gap = dot + 1 == text.size() || text[dot + 1] == ' ' || text[dot + 1] == '\n';
  return before_gap && !words.empty() && words.back().end == dot && words.back().end - words.back().begin > 4;
}

}  // namespace

std::string repair_utf8(std::string_view raw) {
  if (is_ascii(raw)) return std::string(raw);
  std::string out;
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size();) {
    const std::size_t start = i;
    if (next_code_point(raw, i) < 0) out += kReplacement;
    else out.append(raw.substr(start, i - start));
  }
  return out;
}

std::string clean(std::string_view raw) { return clean_as(raw, true); }

std::string clean_line(std::string_view raw) { return clean_as(raw, false); }

Dropped dropped_by_cleaning(std::string_view raw) {
  Dropped dropped;
  for (std::size_t i = 0; i < raw.size();) {
    const UChar32 c = next_code_point(raw, i);
    if (c < 0) ++dropped.not_utf8;
    else if (part_of(c) != Part::drop) continue;
    else if (c < 0xA0) ++dropped.controls;
    else if (u_hasBinaryProperty(c, UCHAR_BIDI_CONTROL) != 0) ++dropped.bidi;
    else ++dropped.invisible;
  }
  return dropped;
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size();) {
    const UChar32 c = next_code_point(text, i);
    if (c >= 0 && is_mark(c)) continue;
    const int width = c < 0 ? U_EA_NEUTRAL : u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
    columns += width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2U : 1U;
  }
  return columns;
}

std::string_view shorten(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  if (is_ascii(text.substr(0, most + 1))) return text.substr(0, most);
  std::size_t cut = 0;
  for (std::size_t points = 0; points < most && cut < text.size(); ++points) next_code_point(text, cut);
  if (cut == text.size()) return text;
  std::size_t behind = cut;
  next_code_point(text, behind);
  const std::string_view near = text.substr(0, behind);
  if (is_ascii(near.substr(cut - 1))) return text.substr(0, cut);

  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> graphemes(icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
  UText* view = utext_openUTF8(nullptr, near.data(), static_cast<std::int64_t>(near.size()), &status);
  std::size_t boundary = 0;
  if (U_SUCCESS(status) != 0) {
    graphemes->setText(view, status);
    const auto offset = static_cast<std::int32_t>(cut);
    boundary = static_cast<std::size_t>(graphemes->isBoundary(offset) != 0 ? offset : std::max(graphemes->preceding(offset), 0));
  }
  utext_close(view);
  return text.substr(0, boundary == 0 ? cut : boundary);
}

Plain make_plain(std::string_view text) {
  Plain plain;
  plain.text.reserve(text.size());
  plain.origins.reserve(text.size() + 1);
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t start = i;
    const UChar32 c = next_code_point(text, i);
    constexpr UChar32 kVariationSelector = 0xFE0F;
    constexpr UChar32 kKeycap = 0x20E3;
    if (c == kVariationSelector || c == kKeycap) continue;
    char ascii = 0;
    if (c < 0x80) ascii = text[start];
    else if (c >= 0xFF01 && c <= 0xFF5E) ascii = static_cast<char>(c - 0xFF00 + 0x20);
    else if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212) ascii = '-';
    else if (const auto digit = u_charDigitValue(c); digit >= 0) ascii = static_cast<char>('0' + digit);
    for (std::size_t byte = start; byte < (ascii != 0 ? start + 1 : i); ++byte) {
      plain.text += ascii != 0 ? ascii : text[byte];
      plain.origins.push_back(static_cast<std::uint32_t>(byte));
    }
  }
  plain.origins.push_back(static_cast<std::uint32_t>(text.size()));
  return plain;
}

Words split_words(std::string_view text) {
  Words words;
  words.folded.reserve(text.size());
  words.list.reserve(text.size() / 6 + 1);
  bool after_break = false;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t start = i;
    const Kind kind = next_kind(text, i);
    if (text[start] == '[') {
      if (const std::size_t mask = mask_length(text.substr(start)); mask != 0) {
        i = start + mask;
        continue;
      }
    }
    if (kind == Kind::punctuation || (text[start] == '.' && ends_sentence(text, start, words.list))) after_break = true;
    if (kind == Kind::gap || kind == Kind::punctuation) continue;

    Word word;
    word.begin = static_cast<std::uint32_t>(start);
    word.folded_begin = static_cast<std::uint32_t>(words.folded.size());
    word.number = kind == Kind::digit;
    word.after_break = after_break;
    word.hashtag = start != 0 && text[start - 1] == '#';
    std::size_t end = i;
    bool ascii = static_cast<unsigned char>(text[start]) < 0x80;
    for (std::size_t next = end; next < text.size(); end = next) {
      if (const auto byte = static_cast<unsigned char>(text[next]); byte < 0x80) {
        if (kAsciiKinds[byte] != kind) break;
        ++next;
      } else {
        if (next_kind(text, next) != kind) break;
        ascii = false;
      }
    }
    const std::string_view written = text.substr(start, end - start);
    if (ascii) append_lower_case(words.folded, written);
    else append_folded(words.folded, written);
    word.folded_end = static_cast<std::uint32_t>(words.folded.size());
    const bool reduplicated = !word.number && written.size() >= 4 && end < text.size() && text[end] == '2' &&
                              (end + 1 == text.size() || text[end + 1] < '0' || text[end + 1] > '9');
    i = reduplicated ? end + 1 : end;
    word.end = static_cast<std::uint32_t>(i);
    after_break = false;
    if (word.folded_end != word.folded_begin) words.list.push_back(word);
  }
  return words;
}

}  // namespace satupintu::normalizer
