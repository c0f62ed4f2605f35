// SPDX-License-Identifier: Apache-2.0
#include "normalizer/misspelling.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace satupintu::normalizer;

namespace {

Misspellings names() {
  Misspellings names;
  names.add("cipondoh", 1);
  names.add("karawaci", 2);
  names.add("sukasari", 3);
  names.add("sukarasi", 4);
  names.add("panunggangan", 5);
  names.add("gaga", 6);
  return names;
}

}  // namespace

TEST_CASE("a_name_is_found_in_spite_of_a_slip") {
  const struct {
    std::string letters;
    int name;
  } cases[] = {{"cipondoh", 1},  {"cipondho", 1}, {"cipondo", 1},    {"cipondohh", 1},   {"cipandoh", 1},     {"karwaci", 2},
               {"karawacci", 2}, {"sukasari", 3}, {"pnunggangn", 5}, {"panungangan", 5}, {"panungganagan", 5}};
  const auto known = names();
  for (const auto& c : cases) {
    CAPTURE(c.letters);
    const auto* found = known.find(c.letters);
    REQUIRE(found != nullptr);
    CHECK(*found == c.name);
  }
}

TEST_CASE("two_slips_another_first_letter_and_short_names_are_no_name") {
  const auto known = names();
  for (const char* letters :
       {"", "c", "cpondo", "sipondoh", "karwacy", "gaga", "gagah", "sukarari", "sukasarisukasarisukasarisukasari", "", "\xC3\xA9ipondoh"}) {
    CAPTURE(std::string(letters));
    CHECK(known.find(letters) == nullptr);
  }
}
