// SPDX-License-Identifier: Apache-2.0
#include "adapters/form.hpp"

#include <doctest/doctest.h>

using satupintu::adapters::Form;
using satupintu::adapters::percent_decode;

TEST_CASE("escapes_and_blanks_are_decoded_once") {
  CHECK(percent_decode("Jl.+Moh.+Toha%20no%2E5") == "Jl. Moh. Toha no.5");
  CHECK(percent_decode("%2B62812%c3%A9") == "+62812\u00e9");
  CHECK(percent_decode("%2541") == "%41");
  CHECK(percent_decode("%00%FF") == std::string("\0\xFF", 2));
}

TEST_CASE("what_is_no_escape_stands_for_itself") {
  for (const char* text : {"%", "%U", "%4", "50%", "%zz", "%%", "%4g", "%g4", "% 41"}) {
    CAPTURE(text);
    std::string expected = text;
    CHECK(percent_decode(text) == expected);
  }
  CHECK(percent_decode("%%41") == "%A");
}

TEST_CASE("fields_keep_their_order_and_the_first_of_a_name_counts") {
  const Form form = Form::parse("from=%2B62811&text=a%26b%3Dc=d&&text=lain&kosong=&tanpa&=nilai");
  REQUIRE(form.fields().size() == 6);
  CHECK(form.value("from") == "+62811");
  CHECK(form.value("text") == "a&b=c=d");
  CHECK(form.has("kosong"));
  CHECK(form.value("kosong").empty());
  CHECK(form.has("tanpa"));
  CHECK_FALSE(form.has("nilai"));
  CHECK(form.value("nilai").empty());
  CHECK(form.value("") == "nilai");
  CHECK(form.fields().back().second == "nilai");
}

TEST_CASE("nothing_at_all_has_no_fields") {
  CHECK(Form::parse("").fields().empty());
  CHECK(Form::parse("&&&").fields().empty());
  CHECK(Form{}.encoded().empty());
}

TEST_CASE("any_bytes_come_back_from_their_encoding") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  Form form;
  form.add("nama & =", all);
  form.add("teks", "Lampu padam \U0001F333 50% +");
  CHECK(Form::parse(form.encoded()).fields() == form.fields());
  CHECK(form.encoded().find_first_of(" #\"<>") == std::string::npos);
}
