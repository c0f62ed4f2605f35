// SPDX-License-Identifier: Apache-2.0
#include "normalizer/clocks.hpp"

#include <doctest/doctest.h>

#include "tests/support/shipped_rules.hpp"

using namespace satupintu;
using namespace satupintu::normalizer;
using namespace std::chrono_literals;

namespace {
core::Timestamp at(std::string_view text) { return core::parse_rfc3339(text).value(); }
}  // namespace

TEST_CASE("working_days_leave_out_weekends_and_holidays_and_end_at_midnight") {
  const struct {
    std::string from;
    int days;
    std::string due;
  } cases[] = {
      {"2026-01-05T10:00:00+07:00", 3, "2026-01-09T00:00:00+07:00"},  // Monday: until Thursday's end
      {"2026-01-05T23:59:59+07:00", 1, "2026-01-07T00:00:00+07:00"}, {"2026-01-06T00:00:00+07:00", 1, "2026-01-08T00:00:00+07:00"},
      {"2026-01-09T10:00:00+07:00", 3, "2026-01-15T00:00:00+07:00"},  // Friday: the weekend does not count
      {"2026-01-10T10:00:00+07:00", 1, "2026-01-13T00:00:00+07:00"},  // Saturday
      {"2026-01-14T10:00:00+07:00", 3, "2026-01-21T00:00:00+07:00"},  // over Isra Mikraj, Friday 16 January
      {"2026-03-17T10:00:00+07:00", 1, "2026-03-26T00:00:00+07:00"},  // over Nyepi and Idulfitri
      {"2025-12-31T10:00:00+07:00", 5, "2026-01-09T00:00:00+07:00"},  // over New Year
  };
  for (const auto& c : cases) {
    CAPTURE(c.from);
    const auto due = due_at(at(c.from), {c.days, true}, tests::shipped_rules().holidays);
    CHECK(core::format_rfc3339(due) == core::format_rfc3339(at(c.due)));
  }
}

TEST_CASE("hours_run_through") {
  CHECK(due_at(at("2026-01-09T22:30:00Z"), {24, false}, tests::shipped_rules().holidays) == at("2026-01-10T22:30:00Z"));
}

TEST_CASE("a_providers_clock_is_believed_only_where_it_can_be_true") {
  const auto received = at("2026-01-05T03:04:05Z");
  core::Message message;
  CHECK(message_time(message, received) == received);
  for (const auto& [told, believed] : {std::pair{received - 1min, true},
                                       {received + 23h, true},
                                       {received + 25h, false},
                                       {at("1999-12-31T23:59:59Z"), false},
                                       {core::from_unix_ms(0), false},
                                       {at("2000-01-01T00:00:00Z"), true}}) {
    message.provider_at = told;
    CHECK(message_time(message, received) == (believed ? told : received));
  }
}

TEST_CASE("the_day_it_happened_is_that_of_jakarta") {
  const auto occurred = [](std::string_view text, core::Timestamp written) {
    return find_occurrence(Reading(text, tests::shipped_rules().lexicon), {}, written);
  };
  const auto late = at("2026-01-05T23:30:00+07:00");
  const auto early = at("2026-01-06T00:30:00+07:00");
  CHECK(occurred("kejadiannya tadi pagi", late).at == at("2026-01-05T00:00:00+07:00"));
  CHECK(occurred("kemarin malam", late).at == at("2026-01-04T00:00:00+07:00"));
  CHECK(occurred("kmrn", early).at == at("2026-01-05T00:00:00+07:00"));
  CHECK(occurred("kemarin", late).precision == "day");
  CHECK_FALSE(occurred("lampu mati", late).at);
  CHECK(occurred("lampu mati", late).precision.empty());

  core::Stated stated;
  stated.occurred_at = at("2026-01-01T08:15:00Z");
  const auto told = find_occurrence(Reading("kemarin", tests::shipped_rules().lexicon), stated, late);
  CHECK(told.at == stated.occurred_at);
  CHECK(told.precision == "exact");
}
