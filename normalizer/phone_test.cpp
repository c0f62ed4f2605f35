// SPDX-License-Identifier: Apache-2.0
#include "normalizer/phone.hpp"

#include <doctest/doctest.h>

using satupintu::normalizer::Numbering;
using satupintu::normalizer::to_e164;

TEST_CASE("one_number_has_one_form_however_it_is_written") {
  for (const char* written : {"081290001234", "81290001234", "6281290001234", "+6281290001234", "006281290001234", "+62 0812-9000-1234",
                              "62 081290001234", "+62 (0)812 9000 1234", "0812.9000.1234", "(0812) 9000 1234", "tel:+6281290001234",
                              "0812\xE2\x80\x91"
                              "9000\xE2\x80\x91"
                              "1234",
                              "0812\xC2\xA0"
                              "9000 1234",
                              " 0812 9000 1234 ", "081290001234/081290005678", "081290001234 ext 12", "+6281290001234;ext=12",
                              "081290001234 pes. 7", "081290001234x5"}) {
    CAPTURE(written);
    CHECK(to_e164(written, Numbering::local) == "+6281290001234");
  }
}

TEST_CASE("landlines_services_and_foreign_numbers_are_read") {
  const struct {
    const char* written;
    const char* e164;
  } cases[] = {
      {"(021) 5576 4955", "+622155764955"}, {"021-55764955", "+622155764955"},    {"021 5576495", "+62215576495"},
      {"622155764955", "+622155764955"},    {"0254 123456", "+62254123456"},      {"0800 1 234567", "+628001234567"},
      {"+65 6123 4567", "+6561234567"},     {"+1 415 555 0123", "+14155550123"},  {"14155550123", "+14155550123"},
      {"8613800138000", "+8613800138000"},  {"+7 912 345 67 89", "+79123456789"}, {"0065 6123 4567", "+6561234567"},
      {"+673 223 4567", "+6732234567"},     {"089612345678", "+6289612345678"},   {"0811123456", "+62811123456"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.written);
    CHECK(to_e164(c.written, Numbering::local) == c.e164);
  }
}

TEST_CASE("networks_that_always_send_the_country_code_are_not_second_guessed") {
  CHECK(to_e164("8613800138", Numbering::international) == "+8613800138");
  CHECK(to_e164("8613800138", Numbering::local) == "+628613800138");
  CHECK(to_e164("6281290001234", Numbering::international) == "+6281290001234");
  CHECK_FALSE(to_e164("081290001234", Numbering::international));
}

TEST_CASE("what_is_no_complete_number_is_none") {
  for (const char* written :
       {"", "112", "3636", "15000", "TELKOMSEL", "GO-JEK", "INFO-PBB", "anonymous", "+", "08", "0812", "081234", "55764955",
        "0812900012345678", "+62", "+62 11234567", "+999999", "00", "08129000l234", "081290001234abc", "user@example.org",
        "\xD9\xA0\xD9\xA8\xD9\xA1\xD9\xA2\xD9\xA9\xD9\xA0\xD9\xA0\xD9\xA0\xD9\xA1\xD9\xA2\xD9\xA3\xD9\xA4",  // Arabic-Indic digits
        "\xEF\xBC\x90\xEF\xBC\x98\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x99\xEF\xBC\x90\xEF\xBC\x90\xEF\xBC\x90\xEF\xBC\x91",  // full-width
                                                                                                                         // digits
        "12345678901234567890123456789012345678901234567890"}) {
    CAPTURE(written);
    CHECK_FALSE(to_e164(written, Numbering::local));
  }
}
