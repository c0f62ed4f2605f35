// SPDX-License-Identifier: Apache-2.0
#include "normalizer/word_weights.hpp"

#include <doctest/doctest.h>

using namespace satupintu::normalizer;

TEST_CASE("words_count_by_their_stem_and_once") {
  const Lexicon lexicon;
  WordWeights weights(2);
  weights.set_bias(1, -5);
  weights.add("angkut", 0, 12);
  weights.add("angkut", 1, -3);
  weights.add("belatung", 0, 30);
  weights.settle();
  const Reading reading("belum diangkut, ngangkut kapan? belatung", lexicon);
  CHECK(weights.points(reading, lexicon) == std::vector<int>{42, -8});
  const auto told = weights.weights(reading, lexicon, 0);
  REQUIRE(told.size() == 2);
  CHECK(told[0].said == "diangkut");
  CHECK(told[1].points == 30);
}

TEST_CASE("pairs_of_neighbours_and_traits_count_too") {
  const Lexicon lexicon;
  WordWeights weights(1);
  weights.add("lampu mati", 0, 20);
  weights.add("@question", 0, -7);
  weights.settle();
  Reading reading("lampu saya mati, lampunya mati", lexicon);
  CHECK(weights.points(reading, lexicon) == std::vector<int>{20});
  reading.traits = {"@question"};
  CHECK(weights.points(reading, lexicon) == std::vector<int>{13});
  const auto told = weights.weights(reading, lexicon, 0);
  REQUIRE(told.size() == 2);
  CHECK(told[0].said == "lampunya mati");
  CHECK(told[1].is_trait());
}

TEST_CASE("without_weights_no_word_counts") {
  const Lexicon lexicon;
  CHECK(WordWeights(3).points(Reading("lampu mati", lexicon), lexicon) == std::vector<int>{0, 0, 0});
}
