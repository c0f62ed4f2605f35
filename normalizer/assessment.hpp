// SPDX-License-Identifier: Apache-2.0
// What kind of report it is, whether the city can take it up, and how urgent it is, each with its reason. A danger to
// life goes into the emergency lane at once, so the words for one outweigh everything except what an operator stated. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/complaint.hpp"
#include "normalizer/category.hpp"
#include "normalizer/lexicon.hpp"
#include "normalizer/place.hpp"
#include "normalizer/rules.hpp"

namespace satupintu::normalizer {

// What the words near a danger leave of it.
enum class Standing : std::uint8_t {
  none,
  feared,   // or over
  doubted,  // an emergency, but told by one pair of words alone, in a text about something else
  real,
};

// Words that tell of a danger.
struct ToldDanger {
  const Danger* danger = nullptr;
  std::uint32_t first = 0, last = 0;  // indexes into Words::list, both inclusive
  Standing standing{};
  std::optional<Match> weakened_by;
};

struct Assessment {
  core::ReportType report_type = core::ReportType::complaint;
  std::string report_type_reason;  // the words that told it; empty for a complaint without any
  core::Scope scope = core::Scope::in_scope;
  std::string scope_reason;  // for people, with the address to turn to
  std::string scope_words;   // the words that told it
  core::Priority priority = core::Priority::normal;
  std::string priority_reason;
  const Danger* danger = nullptr;   // what the text tells of, when it is an emergency
  std::vector<ToldDanger> dangers;  // all that were weighed: none behind an emergency
  // What was learned of the words outweighed the rules, which would have said something else.
  bool is_priority_learned = false, is_report_type_learned = false, is_scope_learned = false;
};

// `places` is where the report is about, `classification` what.
[[nodiscard]] Assessment assess(const Reading& reading, const core::Message& message, const Places& places,
                                const Classification& classification, const Rules& rules);

}  // namespace satupintu::normalizer
