// SPDX-License-Identifier: Apache-2.0
#include "normalizer/lexicon.hpp"

#include <doctest/doctest.h>

using namespace satupintu::normalizer;

namespace {

// The matches of one meaning, as "first-last:index".
std::string found(const Lexicon& lexicon, std::string_view text, Meaning meaning) {
  std::string list;
  for (const Match& match : Reading(text, lexicon).matches) {
    if (match.meaning != meaning) continue;
    list += (list.empty() ? "" : " ") + std::to_string(match.first) + "-" + std::to_string(match.last) + ":" + std::to_string(match.index);
  }
  return list;
}

}  // namespace

TEST_CASE("the_longest_phrase_counts_and_hides_what_lies_within_it") {
  Lexicon lexicon;
  CHECK(lexicon.add("lampu", Meaning::category, 1) == Lexicon::Added::yes);
  CHECK(lexicon.add("lampu jalan", Meaning::category, 1) == Lexicon::Added::yes);
  CHECK(lexicon.add("jalan", Meaning::category, 2) == Lexicon::Added::yes);
  CHECK(lexicon.add("jalan rusak", Meaning::category, 2) == Lexicon::Added::yes);
  CHECK(lexicon.add("jalan", Meaning::street_word) == Lexicon::Added::yes);
  CHECK(found(lexicon, "lampu jalan mati", Meaning::category) == "0-1:1");
  CHECK(found(lexicon, "lampu jalan mati", Meaning::street_word) == "1-1:0");
  CHECK(found(lexicon, "lampu jalan rusak", Meaning::category) == "0-1:1 1-2:2");
  CHECK(found(lexicon, "lampu di jalan", Meaning::category) == "0-0:1 2-2:2");
  CHECK(found(lexicon, "", Meaning::category).empty());
}

TEST_CASE("one_phrase_may_mean_several_things") {
  Lexicon lexicon;
  CHECK(lexicon.add("bau", Meaning::category, 1) == Lexicon::Added::yes);
  CHECK(lexicon.add("bau", Meaning::category, 2) == Lexicon::Added::yes);
  CHECK(lexicon.add("BAU!", Meaning::category, 2) == Lexicon::Added::twice);
  CHECK(lexicon.add(" ... ", Meaning::category, 2) == Lexicon::Added::empty);
  CHECK(found(lexicon, "bau", Meaning::category) == "0-0:1 0-0:2");
}

TEST_CASE("spellings_endings_and_drawn_out_letters_are_seen_through") {
  Lexicon lexicon;
  CHECK(lexicon.add_spelling("jln", "jalan"));
  CHECK_FALSE(lexicon.add_spelling("jln", "gang"));
  CHECK_FALSE(lexicon.add_spelling("dua kata", "jalan"));
  CHECK(lexicon.add("jalan rusak", Meaning::category) == Lexicon::Added::yes);
  CHECK(lexicon.add("banjir", Meaning::category) == Lexicon::Added::yes);
  for (const char* text : {"jln rusak", "JALANNYA RUSAK", "jalan2 rusaknya", "jln. rusaaaak", "jalany rusaklah"}) {
    CAPTURE(std::string(text));
    CHECK(found(lexicon, text, Meaning::category) == "0-1:0");
  }
  CHECK(found(lexicon, "banjiiiirrrnya", Meaning::category) == "0-0:0");
  CHECK(found(lexicon, "jalanan rusakan", Meaning::category).empty());
}

TEST_CASE("nothing_that_touches_an_idiom_counts") {
  Lexicon lexicon;
  CHECK(lexicon.add("kebakaran", Meaning::danger) == Lexicon::Added::yes);
  CHECK(lexicon.add("kebakaran jenggot", Meaning::idiom) == Lexicon::Added::yes);
  CHECK(found(lexicon, "warga kebakaran jenggot", Meaning::danger).empty());
  CHECK(found(lexicon, "kebakaran jenggot lalu kebakaran", Meaning::danger) == "3-3:0");
  const Reading reading("kebakaran jenggot lalu kebakaran", lexicon);
  CHECK(reading.matches.size() == 1);
  CHECK(reading.hidden.size() == 2);
}

TEST_CASE("only_matches_nearby_are_around") {
  Lexicon lexicon;
  CHECK(lexicon.add("x", Meaning::problem) == Lexicon::Added::yes);
  std::string text;
  for (int i = 0; i < 100; ++i) text += "x ";
  const Reading reading(text, lexicon);
  REQUIRE(reading.matches.size() == 100);
  const auto near = reading.around(reading.matches[50], 2);
  CHECK(near.front().first == 50 - 2 - kLongestPhrase);
  CHECK(near.back().first == 53);
  CHECK(reading.around(reading.matches[0], 2).front().first == 0);
  CHECK(reading.around(reading.matches[99], 2).back().first == 99);
}

TEST_CASE("a_word_tells_how_it_came_to_be_read") {
  Lexicon lexicon;
  CHECK(lexicon.add_spelling("jln", "jalan"));
  CHECK(lexicon.add("jalan tumbang", Meaning::problem) == Lexicon::Added::yes);
  lexicon.add_real_word("timbang");
  const struct {
    std::string_view word, as;
    HowRead how;
  } cases[] = {
      {"jalan", "jalan", HowRead::as_written},   {"jln", "jalan", HowRead::other_spelling},  {"jalannya", "jalan", HowRead::without_ending},
      {"jalaaaan", "jalan", HowRead::drawn_out}, {"tumbangg", "tumbang", HowRead::mistyped}, {"timbang", "timbang", HowRead::as_written},
      {"kucing", "", HowRead::unknown},          {"kuuuucing", "", HowRead::unknown}};
  for (const auto& c : cases) {
    CAPTURE(c.word);
    const auto [word, how] = lexicon.look_up(c.word);
    CHECK(lexicon.word(word) == c.as);
    CHECK(how == c.how);
  }
}
