// SPDX-License-Identifier: Apache-2.0
// When it happened and until when something is promised. Deadlines count from the receipt at the gateway, never from a
// provider's clock; days are those of Jakarta. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/event.hpp"
#include "core/time.hpp"
#include "normalizer/lexicon.hpp"
#include "normalizer/rules.hpp"

namespace satupintu::normalizer {

// The provider's time where it can be true (from 2000 on, at most a day ahead of the receipt), else the receipt's.
[[nodiscard]] core::Timestamp message_time(const core::Message& message, core::Timestamp received_at);

struct Occurrence {
  std::optional<core::Timestamp> at;  // midnight in Jakarta when only the day is known
  std::string_view precision;         // "exact", "day"; empty when nothing is known
};

// As stated, else from words like "kemarin", counted from when the message was written.
[[nodiscard]] Occurrence find_occurrence(const Reading& reading, const core::Stated& stated, core::Timestamp written_at);

// Whose standard a deadline follows.
enum class StandardOf : std::uint8_t { emergency, category, city };

struct Deadline {
  core::Timestamp at;
  Allowance allowance;
  StandardOf standard{};
};

struct Deadlines {
  std::optional<Deadline> verify, follow_up, expected;
};

// The emergency standard goes before the category's, and that before the city's. `category` may be nullptr.
[[nodiscard]] Deadlines find_deadlines(core::Timestamp received_at, bool is_emergency, const Category* category, const Rules& rules);

// The last moment that keeps the promise. Working days end at midnight; the day of `from` itself does not count.
[[nodiscard]] core::Timestamp due_at(core::Timestamp from, Allowance allowance, const std::vector<std::chrono::sys_days>& holidays);

}  // namespace satupintu::normalizer
