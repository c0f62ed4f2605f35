// SPDX-License-Identifier: Apache-2.0
#include "normalizer/continuation.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "normalizer/place.hpp"
#include "tests/support/shipped_rules.hpp"

using namespace satupintu;
using namespace satupintu::normalizer;

namespace {

Continuation continuation(std::string_view text) {
  const Rules& rules = tests::shipped_rules();
  const Reading reading(text, rules.lexicon);
  return continuation_of(reading, classify(reading, {}, nullptr, rules), find_places(reading, {}, {}, rules).location);
}

}  // namespace

TEST_CASE("a_message_that_names_a_matter_and_its_place_stands_alone") {
  CHECK(continuation("lampu jalan mati di jl mawar rt 03 cimone").stands_alone);
  CHECK(continuation("satu lagi pak, sampah numpuk juga").stands_alone);
}

TEST_CASE("what_only_adds_to_a_report_does_not_stand_alone") {
  for (const char* text : {"ini fotonya", "depan masjid ya pak", "udah 3 hari", "terima kasih", "gimana nih min", "", "masih gelap"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(continuation(text).stands_alone);
  }
}

TEST_CASE("a_correction_goes_on_with_what_it_corrects") {
  CHECK_FALSE(continuation("ralat pak, lampu jalan matinya di jl melati cimone bukan jl mawar").stands_alone);
}

TEST_CASE("a_message_speaks_of_all_the_matters_it_names") {
  const auto speaks_of = continuation("lampu tadi sudah nyala, sampahnya belum diangkut").speaks_of;
  CHECK(std::ranges::find(speaks_of, "pju") != speaks_of.end());
  CHECK(std::ranges::find(speaks_of, "sampah") != speaks_of.end());
}
