// SPDX-License-Identifier: Apache-2.0
#include "adapters/sms/udh.hpp"

#include <doctest/doctest.h>

#include "core/crypto.hpp"

using namespace satupintu::adapters;

namespace {

UserDataHeader parsed(std::string_view hex) { return parse_udh(satupintu::core::from_hex(hex).value()); }

}  // namespace

TEST_CASE("a_part_with_an_8_bit_reference_is_told") {
  const auto part = parsed("050003aa0302").part;
  REQUIRE(part);
  CHECK(part->reference == 0xAA);
  CHECK_FALSE(part->wide);
  CHECK(part->total == 3);
  CHECK(part->number == 2);
  CHECK(reference_of(*part) == "aa/3");
}

TEST_CASE("a_part_with_a_16_bit_reference_is_told_apart_from_one_with_8_bits") {
  const auto part = parsed("06080400aa0302").part;
  REQUIRE(part);
  CHECK(part->reference == 0xAA);
  CHECK(part->wide);
  CHECK(reference_of(*part) == "00aa/3");
}

TEST_CASE("senseless_numbers_mean_a_message_of_one_part") {
  for (const char* hex : {"050003aa0300", "050003aa0304", "050003aa0001", "050003aa0000", "050003aa0101"}) {
    CAPTURE(hex);
    CHECK_FALSE(parsed(hex).part);
  }
}

TEST_CASE("other_elements_are_stepped_over") {
  CHECK(parsed("08240101"
               "0003aa0201")
            .part);
  CHECK(parsed("0a2401012501010003").part.has_value() == false);
  CHECK(parsed("0b0504158115810003aa0201").part);
  CHECK(parsed("0b0504158115810003aa0201").addresses_port);
  CHECK(parsed("0404021581").addresses_port);
  CHECK_FALSE(parsed("050003aa0201").addresses_port);
}

TEST_CASE("of_an_element_that_stands_twice_the_last_counts") {
  const auto part = parsed("0a0003aa02010003bb0202").part;
  REQUIRE(part);
  CHECK(part->reference == 0xBB);
  CHECK_FALSE(parsed("0a0003aa02010003bb0209").part);
}

TEST_CASE("a_header_cut_short_anywhere_is_read_as_far_as_it_goes") {
  const std::string whole = satupintu::core::from_hex("0b0504158115810003aa0201").value();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(parse_udh(std::string_view(whole).substr(0, length)).part);
  }
  CHECK_FALSE(parsed("ff00ff").part);
  CHECK_FALSE(parsed("00").part);
}
