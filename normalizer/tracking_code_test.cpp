// SPDX-License-Identifier: Apache-2.0
#include "normalizer/tracking_code.hpp"

#include <doctest/doctest.h>

#include "core/ids.hpp"

using namespace satupintu;
using namespace satupintu::normalizer;

namespace {

const std::string kCode = core::make_tracking_code(0, {0xAB, 0xCD, 0x12, 0x34, 0x56});
const std::string kFirst = kCode.substr(3, 5);
const std::string kSecond = kCode.substr(9);

}  // namespace

TEST_CASE("a_code_is_found_in_whatever_spelling") {
  std::string small = kCode;
  std::string mistaken = kCode;
  for (char& c : small) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  mistaken[3] = 'O';  // for the 0 of the partition
  for (const std::string& written :
       {kCode, small, mistaken, "SP" + kFirst + kSecond, "SP " + kFirst + " " + kSecond, "sp-" + kFirst + kSecond,
        "SP - " + kFirst + " - " + kSecond, "SP#" + kFirst + "#" + kSecond, "SP." + kFirst + "." + kSecond,
        "SP\xE2\x80\x93" + kFirst + "\xE2\x80\x93" + kSecond, kFirst + "-" + kSecond, kFirst + " " + kSecond, kFirst + kSecond,
        "SP-" + kFirst.substr(0, 3) + " " + kFirst.substr(3) + kSecond}) {
    CAPTURE(written);
    const auto found = find_tracking_code("laporan saya " + written + ", sudah?");
    REQUIRE(found);
    CHECK(found->code == kCode);
    CHECK(found->begin == 13);
    CHECK(found->end == 13 + written.size());
  }
}

TEST_CASE("words_and_plain_numbers_are_no_code") {
  for (const char* text :
       {"", "SP", "jalan rusak", "SP4N LAPOR", "0812555011", "hub 0812555011 ya", "SPBU depan pasar", "sparepart", "sp jalan rusak"}) {
    CAPTURE(text);
    CHECK_FALSE(find_tracking_code(text));
  }
  CHECK_FALSE(find_tracking_code("X" + kCode.substr(0, 2) + kFirst + kSecond));
  CHECK_FALSE(find_tracking_code("SP" + kFirst + kSecond + "9"));
}

TEST_CASE("a_code_with_sp_and_a_wrong_symbol_is_told_apart_from_none") {
  std::string wrong = kCode;
  wrong.back() = wrong.back() == '0' ? '1' : '0';
  const auto found = find_tracking_code("CEK " + wrong);
  REQUIRE(found);
  CHECK(found->code.empty());
  CHECK_FALSE(find_tracking_code("CEK " + wrong.substr(3)));
}
