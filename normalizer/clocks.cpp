// SPDX-License-Identifier: Apache-2.0
#include "normalizer/clocks.hpp"

#include <algorithm>

namespace satupintu::normalizer {

using core::kJakartaOffset;
using core::Timestamp;
using std::chrono::days;
using std::chrono::sys_days;

namespace {

sys_days jakarta_day(Timestamp at) { return std::chrono::floor<days>(at + kJakartaOffset); }

bool is_working_day(sys_days day, const std::vector<sys_days>& holidays) {
  const std::chrono::weekday weekday{day};
  return weekday != std::chrono::Saturday && weekday != std::chrono::Sunday && !std::ranges::binary_search(holidays, day);
}

}  // namespace

Timestamp message_time(const core::Message& message, Timestamp received_at) {
  constexpr Timestamp kEarliest = sys_days{std::chrono::year{2000} / 1 / 1};
  const bool believable = message.provider_at && *message.provider_at >= kEarliest && *message.provider_at <= received_at + days{1};
  return believable ? *message.provider_at : received_at;
}

Occurrence find_occurrence(const Reading& reading, const core::Stated& stated, Timestamp written_at) {
  if (stated.occurred_at) return {stated.occurred_at, "exact"};
  const bool yesterday = reading.has(Meaning::yesterday);
  if (!yesterday && !reading.has(Meaning::today)) return {};
  return {Timestamp{jakarta_day(written_at) - days{yesterday ? 1 : 0}} - kJakartaOffset, "day"};
}

Deadlines find_deadlines(Timestamp received_at, bool is_emergency, const Category* category, const Rules& rules) {
  const auto promised = [&](std::optional<Allowance> Standard::* clock) -> std::optional<Deadline> {
    const auto by = [&](const Standard& standard, StandardOf whose) {
      return (standard.*clock).transform([&](Allowance allowance) {
        return Deadline{due_at(received_at, allowance, rules.holidays), allowance, whose};
      });
    };
    std::optional<Deadline> deadline;
    if (is_emergency) deadline = by(rules.emergency_standard, StandardOf::emergency);
    if (!deadline && category != nullptr) deadline = by(category->standard, StandardOf::category);
    return deadline ? deadline : by(rules.standard, StandardOf::city);
  };
  return {promised(&Standard::verify), promised(&Standard::follow_up), promised(&Standard::expected)};
}

Timestamp due_at(Timestamp from, Allowance allowance, const std::vector<sys_days>& holidays) {
  if (!allowance.working_days) return from + std::chrono::hours{allowance.amount};
  sys_days day = jakarta_day(from);
  for (int left = allowance.amount; left > 0;) {
    day += days{1};
    if (is_working_day(day, holidays)) --left;
  }
  return Timestamp{day + days{1}} - kJakartaOffset;
}

}  // namespace satupintu::normalizer
