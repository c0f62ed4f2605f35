// SPDX-License-Identifier: Apache-2.0
#include "normalizer/text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace satupintu::normalizer;

namespace {

std::vector<std::string> folded_words(std::string_view text) {
  const Words words = split_words(text);
  std::vector<std::string> list;
  for (const Word& word : words.list) list.emplace_back(words.folded_of(word));
  return list;
}

std::string repeated(std::string_view piece, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

}  // namespace

TEST_CASE("clean_text_is_orderly_and_says_the_same") {
  const struct {
    std::string raw, clean;
  } cases[] = {
      {"lampu mati", "lampu mati"},
      {"  lampu \t mati  ", "lampu mati"},
      {"lampu\r\nmati\rsejak\nkemarin", "lampu\nmati\nsejak\nkemarin"},
      {"lampu\n\n\n\nmati\n", "lampu\n\nmati"},
      {"lampu \n mati", "lampu\nmati"},
      {std::string("lam\0pu\x01 ma\x7Fti", 13), "lampu mati"},
      {"", ""},
      {" \n\t ", ""},
      {"lampu\xC2\xA0mati\xE2\x80\x83sekali", "lampu mati sekali"},              // no-break space, em space
      {"lam\xE2\x80\x8Bpu\xEF\xBB\xBF mati\xC2\xAD", "lampu mati"},              // zero-width space, BOM, soft hyphen
      {"photo\xE2\x80\xAEgpj.exe \xE2\x81\xA6x\xE2\x81\xA9", "photogpj.exe x"},  // bidi override and isolates
      {"baris\xE2\x80\xA8satu\xC2\x85"
       "dua",
       "baris\nsatu\ndua"},  // line separator, NEL
      {"caf"
       "e\xCC\x81",
       "caf\xC3\xA9"},                                                       // composed
      {"putus \xC3 di sini\xFF", "putus \xEF\xBF\xBD di sini\xEF\xBF\xBD"},  // no UTF-8
      {"\xED\xA0\x80"
       "x",
       "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDx"},  // a surrogate
      {"banjir \xF0\x9F\x98\xAD!", "banjir \xF0\x9F\x98\xAD!"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.raw);
    CHECK(clean(c.raw) == c.clean);
    CHECK(clean(c.clean) == c.clean);
  }
}

TEST_CASE("a_line_has_no_line_breaks") { CHECK(clean_line(" Budi\r\n Santoso\n\n") == "Budi Santoso"); }

TEST_CASE("long_runs_of_marks_stay_and_are_broken_up") {
  const std::string zalgo = "a" + repeated("\xCC\x81\xCC\xA3", 5'000);
  const std::string once = clean(zalgo);
  CHECK(clean(once) == once);
  std::size_t joiners = 0;
  for (auto at = once.find("\xCD\x8F"); at != std::string::npos; at = once.find("\xCD\x8F", at + 1)) ++joiners;
  CHECK(joiners == 333);
  CHECK(folded_words(once) == std::vector<std::string>{"a"});
}

TEST_CASE("repairing_touches_nothing_but_bad_bytes") {
  CHECK(repair_utf8(" \t\r\n\x01 \xE2\x80\xAE") == " \t\r\n\x01 \xE2\x80\xAE");
  CHECK(repair_utf8("a\xC0\xAF"
                    "b") ==
        "a\xEF\xBF\xBD\xEF\xBF\xBD"
        "b");
}

TEST_CASE("shortening_cuts_no_grapheme") {
  CHECK(shorten("lampu", 5) == "lampu");
  CHECK(shorten("lampu", 3) == "lam");
  CHECK(shorten("b\xC3\xA9"
                "bas",
                2) == "b\xC3\xA9");
  const std::string family = "\xF0\x9F\x87\xAE\xF0\x9F\x87\xA9";  // the flag of Indonesia: two code points
  CHECK(shorten("x" + family, 2) == "x");
  CHECK(shorten("x" + family + "y", 3) == "x" + family);
  CHECK(shorten("xe\xCC\xB1y", 2) == "x");
  const std::string giant = "a" + repeated("\xCC\xB1", 400);
  CHECK(shorten(giant, 160).size() == 1 + 2 * 159);
}

TEST_CASE("words_are_found_however_they_are_written") {
  using list = std::vector<std::string>;
  CHECK(folded_words("Lampu PJU mati!!") == list{"lampu", "pju", "mati"});
  CHECK(folded_words("rt03/rw05, no.12A") == list{"rt", "03", "rw", "05", "no", "12", "a"});
  CHECK(folded_words("e-KTP Jum'at #jalan_rusak") == list{"e", "ktp", "jum", "at", "jalan", "rusak"});
  CHECK(folded_words("lampu2 jalan2nya alun2 rt2 sd2") == list{"lampu", "jalan", "nya", "alun", "rt", "2", "sd", "2"});
  CHECK(folded_words("sampah2026") == list{"sampah", "2026"});
  CHECK(folded_words("\xF0\x9D\x97\xAF\xF0\x9D\x97\xAE\xF0\x9D\x97\xBB\xF0\x9D\x97\xB7\xF0\x9D\x97\xB6\xF0\x9D\x97\xBF") ==
        list{"banjir"});                                                       // bold
  CHECK(folded_words("\xEF\xBC\xA2\xEF\xBC\xA1\xEF\xBC\xAE") == list{"ban"});  // full width
  CHECK(folded_words("B\xC3\x89"
                     "CAK b\xCC\xB6"
                     "e\xCC\xB6") == list{"becak", "be"});
  CHECK(folded_words("\xF0\x9F\x94\xA5 ... !!").empty());
  CHECK(folded_words("[NIK disamarkan] saya").size() == 1);
  CHECK(folded_words("[NIK saya]") == list{"nik", "saya"});
}

TEST_CASE("words_know_where_they_stand") {
  const std::string text = "Jl. Mawar, rusak. Tolong\nya #PJU 5";
  const Words words = split_words(text);
  REQUIRE(words.list.size() == 7);
  std::vector<bool> breaks;
  for (const Word& word : words.list) breaks.push_back(word.after_break);
  CHECK(breaks == std::vector<bool>{false, false, true, true, true, false, false});
  CHECK(text.substr(words.list[1].begin, words.list[1].end - words.list[1].begin) == "Mawar");
  CHECK(words.list[5].hashtag);
  CHECK_FALSE(words.list[4].hashtag);
  CHECK(words.list[6].number);
}

TEST_CASE("what_cleaning_takes_out_is_counted") {
  const auto dropped = dropped_by_cleaning("la\x1B[31mm\xE2\x80\x8Bpu\xC2\xAD \xE2\x80\xAEmati\xE2\x81\xA6 \xFF\xC2\x85");
  CHECK(dropped.controls == 1);
  CHECK(dropped.invisible == 2);
  CHECK(dropped.bidi == 2);
  CHECK(dropped.not_utf8 == 1);
}

TEST_CASE("wide_characters_take_two_columns_and_marks_none") {
  CHECK(columns_of("lampu") == 5);
  CHECK(columns_of("cafe\xCC\x81") == 4);
  CHECK(columns_of("\xF0\x9F\x99\x8F ya") == 5);
  CHECK(columns_of("\xE9\xA6\x99") == 2);
}

TEST_CASE("a_plain_text_knows_where_each_of_its_bytes_comes_from") {
  const std::string text =
      "a\xEF\xBC\x91\xD9\xA2"
      "3\xEF\xB8\x8F\xE2\x83\xA3\xE2\x80\x93\xC3\xA9\xEF\xBC\xA1";
  const Plain plain = make_plain(text);
  CHECK(plain.text ==
        "a123-\xC3\xA9"
        "A");
  REQUIRE(plain.origins.size() == plain.text.size() + 1);
  CHECK(std::vector<std::uint32_t>(plain.origins) == std::vector<std::uint32_t>{0, 1, 4, 6, 13, 16, 17, 18, 21});
  CHECK(make_plain("").origins == std::vector<std::uint32_t>{0});
  CHECK(make_plain("Jl. Merdeka 5").text == "Jl. Merdeka 5");
}
