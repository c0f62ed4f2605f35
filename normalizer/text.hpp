// SPDX-License-Identifier: Apache-2.0
// Text as every later step may rely on it: valid UTF-8 in NFC, without invisible characters, with orderly white
// space. Also how a text is cut into words for matching, and how it is shortened. ICU is used here alone, and
// only where a text is not plain ASCII. All functions are pure and take time linear in the text's length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace satupintu::normalizer {

// Every byte sequence that is no UTF-8 becomes U+FFFD; everything else stays.
[[nodiscard]] std::string repair_utf8(std::string_view raw);

// Repaired, in NFC and in stream-safe form (UAX #15: at most 30 combining marks in a row, so that no one can make
// normalising slow); control, zero-width and bidi characters taken out; runs of white space made one space; lines kept,
// with at most one empty line between them. Cleaning twice changes nothing more.
[[nodiscard]] std::string clean(std::string_view raw);

// The same, with line breaks made spaces: for names, subjects and ids.
[[nodiscard]] std::string clean_line(std::string_view raw);

// How many characters cleaning takes out of a text, or repairs in it.
struct Dropped {
  std::size_t controls = 0;
  std::size_t bidi = 0;       // turn the direction of writing
  std::size_t invisible = 0;  // of no width: joiners, soft hyphens, tags
  std::size_t not_utf8 = 0;   // replaced by U+FFFD
};

[[nodiscard]] Dropped dropped_by_cleaning(std::string_view raw);

// Columns that a terminal needs for a text without line breaks: none for combining marks, two for wide characters.
[[nodiscard]] std::size_t columns_of(std::string_view text);

// The longest beginning of `text` (which is clean) of at most `most` code points that cuts no grapheme in two. A
// grapheme that alone is longer is cut between two code points.
[[nodiscard]] std::string_view shorten(std::string_view text, std::size_t most);

// A text with its digits, letters and marks as a plain keyboard has them: digits of every script, full-width forms and dashes become
// ASCII, the marks of keycap digits go, everything else stays. Byte i comes from byte `origins[i]` of the text; origins has one more, its
// end.
struct Plain {
  std::string text;
  std::vector<std::uint32_t> origins;
};

[[nodiscard]] Plain make_plain(std::string_view text);

// One word of a text: letters, or a number. `begin` and `end` are offsets into the text, the folded ones into Words::folded.
struct Word {
  std::uint32_t begin = 0, end = 0;
  std::uint32_t folded_begin = 0, folded_end = 0;
  bool number = false;       // ASCII digits only
  bool after_break = false;  // punctuation or a line's end stands before it
  bool hashtag = false;      // '#' stands right before it
};

struct Words {
  std::string folded;  // lower case, no accents, compatibility forms unified
  std::vector<Word> list;

  [[nodiscard]] std::string_view folded_of(const Word& word) const {
    return std::string_view(folded).substr(word.folded_begin, word.folded_end - word.folded_begin);
  }
};

// Cuts clean text into words. Letters and digits part ("rt03" is two words), except for the 2 with which Indonesians write a
// reduplication ("lampu2"), which is dropped from the folded form. Masks left by personal_data.hpp are no words.
[[nodiscard]] Words split_words(std::string_view text);

}  // namespace satupintu::normalizer
