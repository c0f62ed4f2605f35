// SPDX-License-Identifier: Apache-2.0
#include "normalizer/stem.hpp"

#include <doctest/doctest.h>

#include <string>

using satupintu::normalizer::stem_of;

TEST_CASE("the_forms_of_a_word_share_a_stem") {
  for (const char* word : {"angkut", "diangkut", "ngangkut", "pengangkutan", "mengangkut", "terangkut", "angkutannya", "diangkutin"}) {
    CAPTURE(std::string(word));
    CHECK(stem_of(word) == "angkut");
  }
  CHECK(stem_of("dibersihkan") == stem_of("membersihkan"));
  CHECK(stem_of("terbakar") == "bakar");
}

TEST_CASE("a_stem_keeps_four_letters") {
  CHECK(stem_of("dia") == "dia");
  CHECK(stem_of("ular") == "ular");
  CHECK(stem_of("jalan") == "jalan");
  CHECK(stem_of("mati") == "mati");
  CHECK(stem_of("") == "");
}
