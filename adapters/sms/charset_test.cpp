// SPDX-License-Identifier: Apache-2.0
#include "adapters/sms/charset.hpp"

#include <doctest/doctest.h>

using satupintu::adapters::DecodedText;
using satupintu::adapters::is_binary;
using satupintu::adapters::to_utf8;

namespace {

using namespace std::string_view_literals;

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

void check_clean(const DecodedText& decoded, std::string_view text) {
  CHECK(decoded.text == text);
  CHECK_FALSE(decoded.repaired);
  CHECK(decoded.known_charset);
}

void check_repaired(const DecodedText& decoded, std::string_view text) {
  CHECK(decoded.text == text);
  CHECK(decoded.repaired);
}

}  // namespace

TEST_CASE("utf_8_passes_through_unchanged") {
  check_clean(to_utf8("Jl. Moh. Toha no. 5, gelap \U0001F64F \u00e9\u0e01\n", "UTF-8"),
              "Jl. Moh. Toha no. 5, gelap \U0001F64F \u00e9\u0e01\n");
  check_clean(to_utf8("", "utf-8"), "");
  check_clean(to_utf8("\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", "UTF-8"),
              "\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xF0\x90\x80\x80\xF4\x8F\xBF\xBF");
}

TEST_CASE("what_is_no_utf_8_becomes_replacement_characters") {
  const std::string r{kReplacement};
  check_repaired(to_utf8("a\xFF z", "UTF-8"), "a" + r + " z");
  check_repaired(to_utf8("caf\xE9", "UTF-8"), "caf" + r);
  check_repaired(to_utf8("\xC0\xAF", "UTF-8"), r + r);  // overlong '/'
  check_repaired(to_utf8("\xE0\x80\xAF", "UTF-8"), r + r + r);
  check_repaired(to_utf8("\xED\xA0\x80", "UTF-8"), r + r + r);          // half of a surrogate pair
  check_repaired(to_utf8("\xF4\x90\x80\x80", "UTF-8"), r + r + r + r);  // beyond U+10FFFF
  check_repaired(to_utf8("\xF0\x9F\x98z", "UTF-8"), r + "z");           // one for the part that began well
  check_repaired(to_utf8("\x80", "UTF-8"), r);
}

TEST_CASE("utf_16_is_read_with_its_surrogate_pairs") {
  check_clean(to_utf8("\0L\0a\xD8\x3D\xDE\x00"sv, "UTF-16BE"), "La\U0001F600");
  check_clean(to_utf8("\0L\0a\xD8\x3D\xDE\x00"sv, "ucs-2"), "La\U0001F600");
  check_clean(to_utf8("L\0a\0\x3D\xD8\x00\xDE"sv, "UTF-16LE"), "La\U0001F600");
  check_clean(to_utf8("\x06\x45\x20\x64\x00\x0A"sv, "UTF-16BE"), "\u0645\u2064\n");
}

TEST_CASE("a_byte_order_mark_settles_the_order_and_is_dropped") {
  check_clean(to_utf8("\xFE\xFF\0L"sv, "UTF-16BE"), "L");
  check_clean(to_utf8("\xFF\xFEL\0"sv, "UTF-16BE"), "L");
  check_clean(to_utf8("\xFF\xFEL\0"sv, "UTF-16LE"), "L");
  check_clean(to_utf8("\xFE\xFF\0L"sv, "UTF-16LE"), "L");
}

TEST_CASE("half_a_surrogate_pair_and_half_a_unit_are_repaired") {
  const std::string r{kReplacement};
  check_repaired(to_utf8("\0a\xD8\x3D"sv, "UTF-16BE"), "a" + r);
  check_repaired(to_utf8("\xDE\x00\0a"sv, "UTF-16BE"), r + "a");
  check_repaired(to_utf8("\xD8\x3D\0a"sv, "UTF-16BE"), r + "a");
  check_repaired(to_utf8("\xD8\x3D\xD8\x3D\xDE\x00"sv, "UTF-16BE"), r + "\U0001F600");
  check_repaired(to_utf8("\0a\0"sv, "UTF-16BE"), "a" + r);
}

TEST_CASE("ucs_2_that_calls_itself_utf_8_is_recognised_by_its_zeros") {
  check_repaired(to_utf8("\0B\0a\0n\0j\0i\0r"sv, "UTF-8"), "Banjir");
  check_clean(to_utf8("a\0b"sv, "UTF-8"), "a\0b"sv);
  check_clean(to_utf8("\0\0\0\0"sv, "UTF-8"), "\0\0\0\0"sv);
}

TEST_CASE("the_gsm_alphabet_is_read_with_its_extension") {
  check_clean(to_utf8("\0 \x01\x02\x11\x40 Rp\x1B\x65 5"sv, "GSM"), "@ £$_¡ Rp€ 5");
  check_clean(to_utf8("\x1B\x28\x1B\x29\x1B\x3C\x1B\x3E\x1B\x2F\x1B\x3D\x1B\x40\x1B\x14"sv, "gsm"), "{}[]\\~|^");
  check_clean(to_utf8("\x5B\x5C\x5D\x5E\x5F\x60\x7B\x7C\x7D\x7E\x7F"sv, "GSM"), "ÄÖÑÜ§¿äöñüà");
  check_clean(to_utf8("Jalan \x0A RT 03\x0D", "GSM"), "Jalan \n RT 03\r");
}

TEST_CASE("an_escape_into_nothing_shows_the_plain_symbol_or_a_blank") {
  check_clean(to_utf8("\x1B\x41", "GSM"), "A");
  check_clean(to_utf8("\x1B\x1Bx", "GSM"), " x");
  check_clean(to_utf8("x\x1B", "GSM"), "x ");
  check_repaired(to_utf8("x\x1B\x80", "GSM"), "x " + std::string(kReplacement));
  check_repaired(to_utf8("\xE9", "GSM"), kReplacement);
}

TEST_CASE("western_alphabets_are_read_as_windows_1252") {
  check_clean(to_utf8("caf\xE9 \x93kutip\x94 \x80", "ISO-8859-1"), "café “kutip” €");
  check_clean(to_utf8("caf\xE9", "windows-1252"), "café");
  check_repaired(to_utf8("\x81", "windows-1252"), kReplacement);
}

TEST_CASE("eight_bits_without_a_name_are_utf_8_where_they_can_be") {
  check_clean(to_utf8("caf\xC3\xA9", "8-BIT"), "café");
  check_clean(to_utf8("caf\xE9", "8-BIT"), "café");
}

TEST_CASE("an_unknown_charset_is_read_as_utf_8_and_said_to_be_unknown") {
  for (const char* name : {"", "EBCDIC", "UTF-7", "%C"}) {
    CAPTURE(name);
    const DecodedText decoded = to_utf8("caf\xC3\xA9 \xFF", name);
    CHECK(decoded.text == "café " + std::string(kReplacement));
    CHECK(decoded.repaired);
    CHECK_FALSE(decoded.known_charset);
  }
}

TEST_CASE("every_pair_of_octets_comes_out_as_valid_utf_8_in_every_charset") {
  for (const char* name : {"UTF-8", "UTF-16BE", "UTF-16LE", "GSM", "ISO-8859-1", "8-BIT", "lain"}) {
    CAPTURE(name);
    for (int high = 0; high < 256; ++high) {
      for (int low = 0; low < 256; ++low) {
        const char octets[] = {static_cast<char>(high), static_cast<char>(low)};
        const std::string text = to_utf8({octets, 2}, name).text;
        const DecodedText again = to_utf8(text, "8-BIT");
        REQUIRE(again.text == text);
      }
    }
  }
}

TEST_CASE("octets_with_control_characters_are_no_text") {
  for (const std::string_view text : {""sv, "banjir\r\n\tRT 03\f"sv, "caf\xE9"sv}) CHECK_FALSE(is_binary(text));
  for (const std::string_view octets : {"\0"sv, "a\x01z"sv, "\x1B"sv}) CHECK(is_binary(octets));
}
