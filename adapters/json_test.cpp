// SPDX-License-Identifier: Apache-2.0
#include "adapters/json.hpp"

#include <doctest/doctest.h>

using namespace satupintu::adapters;
using satupintu::core::Errc;

namespace {

JsonDocument parsed(std::string_view bytes) {
  auto document = JsonDocument::parse(bytes);
  REQUIRE(document);
  return std::move(*document);
}

std::string nested(std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); }

}  // namespace

TEST_CASE("every_question_may_be_asked_of_every_value") {
  const auto document = parsed(R"({"text":"ya","count":7,"ratio":-6.25,"yes":true,"nothing":null,"list":[1,"dua"],"inner":{"a":"b"}})");
  CHECK_FALSE(document.repaired());
  const JsonView root = document.root();
  CHECK(root.is_object());
  CHECK(root["text"].text() == "ya");
  CHECK(root["text"].id() == "ya");
  CHECK(root["count"].id() == "7");
  CHECK(root["count"].number() == 7);
  CHECK(root["ratio"].number() == -6.25);
  CHECK(root["yes"].is_true());
  CHECK(root["inner"]["a"].text() == "b");
  REQUIRE(root["list"].elements().size() == 2);
  CHECK(root["list"].elements()[1].text() == "dua");
  CHECK(root.members().size() == 7);
  CHECK(root.members()[6].first == "inner");

  for (const JsonView value : {root["count"], root["list"], root["nothing"], root["absent"], root["text"]["deeper"], JsonView{}}) {
    CHECK(value.text().empty());
    CHECK_FALSE(value.is_true());
    CHECK_FALSE(value["key"].exists());
    CHECK(value.members().empty());
  }
  CHECK_FALSE(root["nothing"].exists());
  CHECK_FALSE(root["text"].number());
  CHECK(root["text"].elements().empty());
  CHECK(root["ratio"].id().empty());
  CHECK(root["yes"].id().empty());
}

TEST_CASE("a_numeric_id_keeps_all_its_digits") {
  const auto document = parsed(R"([9007199254740993,18446744073709551615,-9223372036854775808])");
  CHECK(document.root().elements()[0].id() == "9007199254740993");
  CHECK(document.root().elements()[1].id() == "18446744073709551615");
  CHECK(document.root().elements()[2].id() == "-9223372036854775808");
  CHECK_FALSE(document.repaired());
}

TEST_CASE("a_huge_number_is_kept_as_text") {
  const auto document = parsed(R"({"id":123456789012345678901234567890,"big":1e400,"small":-1.5E+999,"ok":1.5e3,"text":"1e400"})");
  CHECK(document.repaired());
  CHECK(document.root()["id"].id() == "123456789012345678901234567890");
  CHECK(document.root()["big"].text() == "1e400");
  CHECK_FALSE(document.root()["big"].number());
  CHECK(document.root()["small"].id() == "-1.5E+999");
  CHECK(document.root()["ok"].number() == 1500);
  CHECK(document.root()["text"].text() == "1e400");
}

TEST_CASE("half_a_surrogate_pair_becomes_the_replacement_character") {
  const auto document = parsed(
      R"({"high":"banjir \ud83d","low":"\uDE00 banjir","pair":"\ud83d\ude00","swapped":"\ude00\ud83d","escaped":"\\ud83d","a\ud83d":"k"})");
  CHECK(document.repaired());
  CHECK(document.root()["high"].text() == "banjir \uFFFD");
  CHECK(document.root()["low"].text() == "\uFFFD banjir");
  CHECK(document.root()["pair"].text() == "\U0001F600");
  CHECK(document.root()["swapped"].text() == "\uFFFD\uFFFD");
  CHECK(document.root()["escaped"].text() == "\\ud83d");
  CHECK(document.root()["a\uFFFD"].text() == "k");
}

TEST_CASE("a_byte_order_mark_is_skipped") {
  const auto document = parsed("\xEF\xBB\xBF{\"id\":\"1\"}");
  CHECK(document.repaired());
  CHECK(document.root()["id"].text() == "1");
}

TEST_CASE("a_nul_is_shown_and_never_passed_on") {
  const auto document = parsed(R"({"text":"lampu\u0000padam\u0000","ke\u0000y":1})");
  CHECK(document.root()["text"].text() == "lampu\u2400padam\u2400");
  CHECK(document.root()["text"].id() == "lampu\u2400padam\u2400");
  CHECK(document.root().members()[1].first == "ke\u2400y");
  CHECK_FALSE(document.repaired());
}

TEST_CASE("a_key_that_stands_twice_with_different_values_is_read_as_neither") {
  const auto document = parsed(R"({"id":"a","same":"x","\u0069d":"b","same":"x","n":1,"n":2,"o":{},"o":{},"z":null,"z":null})");
  CHECK_FALSE(document.root()["id"].exists());
  CHECK(document.root()["same"].text() == "x");
  CHECK_FALSE(document.root()["n"].exists());
  CHECK_FALSE(document.root()["o"].is_object());
  CHECK_FALSE(document.root()["z"].exists());
}

TEST_CASE("what_is_not_json_is_unreadable") {
  for (const std::string_view bytes : {"",
                                       " ",
                                       "{",
                                       "[1,]",
                                       "{\"a\":1,}",
                                       "[01]",
                                       "[+1]",
                                       "[.5]",
                                       "[5.]",
                                       "[1e]",
                                       "[-]",
                                       "[NaN]",
                                       "[Infinity]",
                                       "['a']",
                                       "[\"\\x\"]",
                                       "[\"\\u12\"]",
                                       "[\"\\ud83d\\u\"]",
                                       "[\"\\ud83d",
                                       "[\"\\ud83d\\",
                                       "[\"a\tb\"]",
                                       "{\"a\":1}{\"b\":2}",
                                       "{}\n{}",
                                       "{} x",
                                       "[1 2]",
                                       "[1e400.5]",
                                       "[012345678901234567890123]",
                                       "[123456789012345678901234567890x]",
                                       "true false",
                                       "{1:2}",
                                       "\xEF\xBB\xBF",
                                       "\xEF\xBB\xBF\xEF\xBB\xBF{}"}) {
    CAPTURE(bytes);
    const auto document = JsonDocument::parse(bytes);
    REQUIRE_FALSE(document);
    CHECK(document.error().code == Errc::unreadable);
  }
}

TEST_CASE("what_is_not_utf8_is_unreadable") {
  for (const std::string_view bytes : {"[\"\xff\"]", "[\"\xc0\xaf\"]", "[\"\xe0\x80\xaf\"]", "[\"\xed\xa0\xbd\xed\xb8\x80\"]",
                                       "[\"\xf4\x90\x80\x80\"]", "[\"\xe2\x82\"]", "[\"\\ud83d\xff\"]"}) {
    CHECK_FALSE(JsonDocument::parse(bytes));
  }
  CHECK_FALSE(JsonDocument::parse(std::string_view("\xff\xfe[\0]\0", 6)));
  CHECK_FALSE(JsonDocument::parse(std::string_view("\0[\0]", 4)));
}

TEST_CASE("more_than_64_levels_are_unreadable") {
  CHECK(JsonDocument::parse(nested(64)));
  CHECK_FALSE(JsonDocument::parse(nested(65)));
  CHECK_FALSE(JsonDocument::parse(nested(1'025)));
  CHECK_FALSE(JsonDocument::parse(std::string(100'000, '[')));
  CHECK_FALSE(JsonDocument::parse(R"(["\ud83d",)" + nested(100'000) + "]"));
}

TEST_CASE("a_scalar_is_a_document_too") {
  CHECK(parsed("\"x\"").root().text() == "x");
  CHECK(parsed("12").root().id() == "12");
  CHECK_FALSE(parsed("null").root().exists());
  CHECK(parsed("-123456789012345678901").root().id() == "-123456789012345678901");
}

TEST_CASE("a_document_outlives_the_bytes_it_was_read_from_and_the_next_one") {
  auto bytes = std::make_unique<std::string>(R"({"id":"pertama"})");
  JsonDocument first = parsed(*bytes);
  bytes.reset();
  const JsonDocument second = parsed(R"({"id":"kedua"})");
  const JsonView root = first.root();
  const JsonDocument moved = std::move(first);
  CHECK(root["id"].text() == "pertama");
  CHECK(moved.root()["id"].text() == "pertama");
  CHECK(second.root()["id"].text() == "kedua");
}

TEST_CASE("a_text_written_as_json_is_read_back") {
  const std::string text = "Jl. \"Daan Mogot\" \\ km\t12\n\x01 \U0001F6A7";
  CHECK(parsed(to_json_string(text)).root().text() == text);
}

TEST_CASE("a_value_is_written_as_json_again") {
  const JsonDocument document = parsed("{ \"a\" : [ 1, -2.5 , true, null, \"x\\u00e9\\n\\u0000\" ], \"a\" : {} }");
  CHECK(document.root().json() == "{\"a\":[1,-2.5,true,null,\"x\u00e9\\n\\u0000\"],\"a\":{}}");
  CHECK(document.root().members().front().second.elements().back().json() == "\"x\u00e9\\n\\u0000\"");
  CHECK(document.root()["b"].json().empty());
  CHECK(parsed("7").root().json() == "7");
}

TEST_CASE("a_view_of_nothing_is_unreadable") {
  CHECK_FALSE(JsonDocument::parse(std::string_view{}));
  CHECK_FALSE(JsonDocument::parse(""));
}
