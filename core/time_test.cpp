// SPDX-License-Identifier: Apache-2.0
#include "core/time.hpp"

#include <doctest/doctest.h>

using namespace satupintu::core;

TEST_CASE("rfc3339_round_trips") {
  const auto at = parse_rfc3339("2026-01-05T03:04:05.678Z");
  REQUIRE(at);
  CHECK(format_rfc3339(*at) == "2026-01-05T03:04:05.678Z");
}

TEST_CASE("rfc3339_zones_and_fractions_are_read_as_providers_write_them") {
  struct {
    const char* text;
    const char* utc;
  } const cases[] = {
      {"2026-01-05T10:04:05+07:00", "2026-01-05T03:04:05.000Z"}, {"2026-01-05T03:04:05+0000", "2026-01-05T03:04:05.000Z"},
      {"2026-01-05T03:04:05.1Z", "2026-01-05T03:04:05.100Z"},    {"2026-01-05t03:04:05.123456789z", "2026-01-05T03:04:05.123Z"},
      {"2024-02-29 00:00:00Z", "2024-02-29T00:00:00.000Z"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const auto at = parse_rfc3339(c.text);
    REQUIRE(at);
    CHECK(format_rfc3339(*at) == c.utc);
  }
}

TEST_CASE("what_is_no_moment_is_refused") {
  for (const char* text : {"", "2026-01-05", "2026-02-30T00:00:00Z", "2026-01-05T24:00:00Z", "2026-01-05T03:04:05", "2026-01-05T03:04:05.Z",
                           "2026-01-05T03:04:05Zx", "2026-1-5T03:04:05Z", "2026-01-05T03:04:05+7"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rfc3339(text));
  }
}

TEST_CASE("unix_times_come_in_seconds_and_milliseconds") {
  CHECK(to_unix_ms(parse_unix("1767225600").value()) == 1767225600000);
  CHECK(to_unix_ms(parse_unix("1767225600123").value()) == 1767225600123);
  for (const char* text : {"", "abc", "17672256001", "-5", "1767225600.5", "99999999999999999999"}) CHECK_FALSE(parse_unix(text));
}
