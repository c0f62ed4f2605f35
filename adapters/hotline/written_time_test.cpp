// SPDX-License-Identifier: Apache-2.0
#include "adapters/hotline/written_time.hpp"

#include <doctest/doctest.h>

using namespace satupintu;
using namespace satupintu::adapters;
using namespace std::chrono_literals;

namespace {

std::string utc(std::string_view written, std::chrono::minutes zone = core::kJakartaOffset) {
  const auto at = parse_written_time(written, zone);
  return at ? core::format_rfc3339(*at).substr(0, 19) : "none";
}

}  // namespace

TEST_CASE("a_time_is_read_in_the_ways_in_which_tables_write_it") {
  for (const char* written : {"2026-01-05 08:15:00",
                              "2026/01/05 08:15:00",
                              "2026-01-05T08:15:00",
                              "2026-01-05 08:15:00.250",
                              "05/01/2026 08:15",
                              "5/1/2026 8:15",
                              "05-01-2026 08.15",
                              "05.01.2026 08.15.00",
                              "05/01/26 08:15",
                              "5 Januari 2026 08:15",
                              "5 Jan 2026, 08.15 WIB",
                              "05-Jan-2026 08:15",
                              "Senin, 5 Januari 2026 pukul 08.15 WIB",
                              "08:15 05/01/2026",
                              "08.15 5 Januari 2026",
                              "05/01/2026 8:15 AM",
                              "5/1/2026 8:15am",
                              "2026-01-05 09:15 WITA",
                              "2026-01-05 01:15 UTC",
                              "2026-01-05T08:15:00+07:00",
                              "2026-01-05 08:15:00 +0700",
                              "2026-01-05T01:15:00Z",
                              "1767575700",
                              "1767575700000",
                              "05/01/2026 08:15 08:15:00"}) {
    CAPTURE(written);
    CHECK(utc(written) == "2026-01-05T01:15:00");
  }
}

TEST_CASE("every_month_has_its_indonesian_name") {
  const auto* names = "Januari,Februari,Maret,April,Mei,Juni,Juli,Agustus,September,Oktober,November,Desember";
  std::string_view rest = names;
  for (int month = 1; month <= 12; ++month) {
    const auto name = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
    CAPTURE(name);
    const std::string expected = "2026-" + std::string(month < 10 ? "0" : "") + std::to_string(month) + "-20T00:00:00";
    CHECK(utc("20 " + std::string(name) + " 2026", 0min) == expected);
    CHECK(utc("20-" + std::string(name.substr(0, 3)) + "-2026", 0min) == expected);
  }
}

TEST_CASE("afternoons_and_midnights_are_told_apart") {
  CHECK(utc("5/1/2026 12:00 AM", 0min) == "2026-01-05T00:00:00");
  CHECK(utc("5/1/2026 12:00 PM", 0min) == "2026-01-05T12:00:00");
  CHECK(utc("5/1/2026 1:30 pm", 0min) == "2026-01-05T13:30:00");
  CHECK(utc("5/1/2026 13:30 pm", 0min) == "none");
  CHECK(utc("5/1/2026", 0min) == "2026-01-05T00:00:00");
}

TEST_CASE("the_zone_is_the_one_that_is_asked_for") {
  CHECK(utc("2026-01-05 08:15:00", 0min) == "2026-01-05T08:15:00");
  CHECK(utc("2026-01-05 08:15:00", 480min) == "2026-01-05T00:15:00");
}

TEST_CASE("what_is_no_time_is_not_guessed") {
  for (const char* written : {"", " ", "08:15", "kemarin", "2026-13-01", "31/02/2026", "1/25/2026", "2026-01-05 25:00", "2026-01-05 08:60",
                              "5 Januari", "05/01", "45000.5", "2026-01-05 08:15 09:15", "1899-12-30", "0000-00-00 00:00:00",
                              "2026-01-05 x", "5 Januari 2026 6", "2026-01-05 08:15:00:00", "99999999999999999999"}) {
    CAPTURE(written);
    CHECK(utc(written) == "none");
  }
}

TEST_CASE("durations_are_read_in_seconds") {
  for (const char* written :
       {"75", "1:15", "00:01:15", "1 menit 15 detik", "1m15s", "1 mnt 15 dtk", "75 detik", " 75s ", "0 jam 1 min 15 sec"}) {
    CAPTURE(written);
    CHECK(parse_written_duration(written) == 75s);
  }
  CHECK(parse_written_duration("1:02:03") == 3723s);
  CHECK(parse_written_duration("0") == 0s);
  for (const char* written : {"", "-5", "lama", "1 tahun", "1:2:3:4", "5 5", "m", "1 menit 5", "99999999"}) {
    CAPTURE(written);
    CHECK_FALSE(parse_written_duration(written));
  }
}
