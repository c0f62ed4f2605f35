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
  names.add("kerawaci", 2);
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
    unsigned name;
  } cases[] = {{"cipondoh", 1}, {"cipondho", 1},  {"cipondo", 1},  {"cipondohh", 1},   {"cipandoh", 1},
               {"karwaci", 2},  {"karawacci", 2}, {"korawaci", 2}, {"panungangan", 5}, {"sukasari", 3}};
  const auto known = names();
  for (const auto& c : cases) {
    CAPTURE(c.letters);
    CHECK(known.find(c.letters) == c.name);
  }
}

TEST_CASE("two_slips_another_first_letter_and_short_names_are_no_name") {
  const auto known = names();
  for (const char* letters : {"", "c", "cpondo", "sipondoh", "karwacy", "gaga", "gagah", "sukasasi", "sukarari",
                              "sukasarisukasarisukasarisukasarisukasarisukasari", "\xC3\xA9ipondoh"}) {
    CAPTURE(std::string(letters));
    CHECK_FALSE(known.find(letters));
  }
}

TEST_CASE("one_slip_is_a_letter_left_out_put_in_changed_or_two_exchanged") {
  for (const char* typed : {"banji", "banjirr", "banjur", "bajnir"}) CHECK(is_one_slip_apart(typed, "banjir"));
  for (const char* typed : {"banjir", "janbir", "anjir", "bnjr", "bajrin"}) CHECK_FALSE(is_one_slip_apart(typed, "banjir"));
}
