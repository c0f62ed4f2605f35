// SPDX-License-Identifier: Apache-2.0
#include "adapters/sms/local_time.hpp"

#include <doctest/doctest.h>

using namespace satupintu;
using namespace satupintu::adapters;

namespace {

constexpr std::chrono::hours kWib{7};

std::string utc_of(std::string_view text, std::string_view format, std::chrono::hours offset = kWib) {
  const auto at = parse_local_time(text, format, offset);
  return at ? core::format_rfc3339(*at) : "none";
}

}  // namespace

TEST_CASE("a_local_time_is_read_by_its_format_and_zone") {
  CHECK(utc_of("2026-01-01 07:59:55", "%Y-%m-%d %H:%M:%S") == "2026-01-01T00:59:55.000Z");
  CHECK(utc_of("01/02/2026 06:05", "%d/%m/%Y %H:%M") == "2026-01-31T23:05:00.000Z");
  CHECK(utc_of("20260101075955", "%Y%m%d%H%M%S") == "2026-01-01T00:59:55.000Z");
  CHECK(utc_of("05-01-2026", "%d-%m-%Y") == "2026-01-04T17:00:00.000Z");
  CHECK(utc_of("2026-01-01 09:59:55", "%Y-%m-%d %H:%M:%S", offset_of("Asia/Jayapura")) == "2026-01-01T00:59:55.000Z");
  CHECK(utc_of("2026-01-01 00:59:55", "%Y-%m-%d %H:%M:%S", offset_of("UTC")) == "2026-01-01T00:59:55.000Z");
  CHECK(utc_of("2028-02-29 00:00:00", "%Y-%m-%d %H:%M:%S", offset_of("UTC")) == "2028-02-29T00:00:00.000Z");
}

TEST_CASE("what_is_not_of_the_format_or_no_date_is_none") {
  for (const char* text : {"", "2026-01-01", "2026-01-01 07:59:5", "2026-01-01 07:59:555", "2026-01-01T07:59:55", "2026-02-30 07:59:55",
                           "2026-13-01 07:59:55", "2026-01-01 24:00:00", "2026-01-01 07:60:55", "2026-1-01 07:59:55", "-026-01-01 07:59:55",
                           "2026-01-01 07:59:55 ", "0000-00-00 00:00:00"}) {
    CAPTURE(text);
    CHECK(utc_of(text, "%Y-%m-%d %H:%M:%S") == "none");
  }
}

TEST_CASE("what_is_written_is_read_back") {
  const core::Timestamp at = *core::parse_rfc3339("2025-12-31T17:04:09Z");
  CHECK(format_local_time(at, "%d/%m/%Y", kWib) == "01/01/2026");
  CHECK(format_local_time(at, "%Y-%m-%d %H:%M:%S", kWib) == "2026-01-01 00:04:09");
  CHECK(parse_local_time("2026-01-01 00:04:09", "%Y-%m-%d %H:%M:%S", kWib) == at);
  CHECK(format_local_time(at, "%Y%m%d", offset_of("UTC")) == "20251231");
}

TEST_CASE("a_format_names_a_whole_date_in_letters_that_we_know") {
  for (const char* format : {"%Y-%m-%d", "%d/%m/%Y %H:%M:%S", "%Y%m%d%H%M%S"}) CHECK(is_time_format(format));
  for (const char* format : {"", "YYYY-MM-DD", "%Y-%m", "%Y-%m-%d %I", "%Y-%m-%d %", "%Y-%m-%d %d", "%%Y-%m-%d"}) {
    CAPTURE(format);
    CHECK_FALSE(is_time_format(format));
  }
}

TEST_CASE("every_zone_that_is_offered_is_known") {
  CHECK(zone_names().size() == 4);
  for (const auto& zone : zone_names()) CHECK((zone == "Asia/Jakarta") == (offset_of(zone) == kWib));
}
