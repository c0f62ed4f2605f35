// SPDX-License-Identifier: Apache-2.0
// When it happened and until when something is promised. Deadlines count from the receipt at the gateway, never from a
// provider's clock; days are those of Jakarta. Pure.
#pragma once

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

// The last moment that keeps the promise. Working days end at midnight; the day of `from` itself does not count.
[[nodiscard]] core::Timestamp due_at(core::Timestamp from, Allowance allowance, const std::vector<std::chrono::sys_days>& holidays);

}  // namespace satupintu::normalizer
