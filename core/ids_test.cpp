// SPDX-License-Identifier: Apache-2.0
#include "core/ids.hpp"

#include <doctest/doctest.h>

using namespace satupintu::core;

namespace {
Hash128 hash_of(std::string_view text) { return keyed_hash(Secret{std::string(32, 'k')}, {text}); }
}  // namespace

TEST_CASE("the_same_message_makes_the_same_uuid") {
  const auto at = from_unix_ms(1767225600123);
  CHECK(make_uuid(at, hash_of("a")) == make_uuid(at, hash_of("a")));
  CHECK(make_uuid(at, hash_of("a")) != make_uuid(at, hash_of("b")));
}

TEST_CASE("uuids_are_version_7_and_sort_by_time") {
  const std::string early = make_uuid(from_unix_ms(1767225600000), hash_of("z"));
  const std::string late = make_uuid(from_unix_ms(1767225600001), hash_of("a"));
  CHECK(early < late);
  CHECK(early.size() == 36);
  CHECK(early[14] == '7');
  CHECK(std::string_view("89ab").find(early[19]) != std::string_view::npos);
}

TEST_CASE("a_tracking_code_reads_back_however_people_type_it") {
  const std::string code = make_tracking_code(3, hash_of("x"));
  CHECK(code.starts_with("SP-3"));
  CHECK(code.size() == 14);
  CHECK(partition_of(code) == 3);
  std::string lower = code;
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  CHECK(parse_tracking_code(code) == code);
  CHECK(parse_tracking_code(lower) == code);
  CHECK(parse_tracking_code(code.substr(3)) == code);
  CHECK(parse_tracking_code(" " + code.substr(3, 5) + " " + code.substr(9) + " ") == code);
}

TEST_CASE("a_mistyped_tracking_code_is_refused") {
  const std::string code = make_tracking_code(0, hash_of("y"));
  const std::string_view symbols = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  for (std::size_t i = 3; i < code.size(); ++i) {
    if (code[i] == '-') continue;
    for (char symbol : symbols) {
      if (symbol == code[i]) continue;
      std::string wrong = code;
      wrong[i] = symbol;
      CAPTURE(wrong);
      CHECK_FALSE(parse_tracking_code(wrong));
    }
  }
  for (const char* text : {"", "SP", "SP-", "SP-00000", "hello world", "SP-ABCDE-FGHJ!", "SP-ABCDE-FGHJKM"})
    CHECK_FALSE(parse_tracking_code(text));
}
