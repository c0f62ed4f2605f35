// SPDX-License-Identifier: Apache-2.0
#include "normalizer/assessment.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "normalizer/place.hpp"
#include "normalizer/reporter.hpp"

namespace satupintu::normalizer {

using core::Priority;
using core::ReportType;
using core::Scope;

namespace {

constexpr std::uint32_t kPairReach = 6;      // words between a thing and what happens to it
constexpr std::uint32_t kSoftenerReach = 1;  // words between a softener and a danger
constexpr std::size_t kLongestThanks = 25;   // words; longer texts that thank also say something else

struct FoundDanger {
  std::size_t danger;         // Rules::dangers
  std::uint32_t first, last;  // the words that tell it
  bool softened;
};

bool overlap(const Match& a, const Match& b) { return a.first <= b.last && b.first <= a.last; }

bool is_harmless(const Reading& reading, const Match& danger) {
  return std::ranges::any_of(reading.around(danger, 0), [&](const Match& match) {
    return match.meaning == Meaning::danger_unless && match.index == danger.index && overlap(match, danger);
  });
}

const Match* thing_near(const Reading& reading, const Match& event) {
  for (const Match& match : reading.around(event, kPairReach)) {
    if (match.meaning != Meaning::danger_thing || match.index != event.index) continue;
    const std::uint32_t distance = match.first > event.last ? match.first - event.last : event.first - std::min(match.last, event.first);
    if (distance <= kPairReach) return &match;
  }
  return nullptr;
}

// The first danger that nothing softens, else the first that something does.
std::optional<FoundDanger> find_danger(const Reading& reading) {
  std::optional<FoundDanger> softened;
  for (const Match& match : reading.matches) {
    if (match.meaning != Meaning::danger && match.meaning != Meaning::danger_event) continue;
    const Match* thing = match.meaning == Meaning::danger_event ? thing_near(reading, match) : &match;
    if (thing == nullptr || is_harmless(reading, match) || reading.stands_before(Meaning::negation, match, 0)) continue;
    FoundDanger found{match.index, std::min(thing->first, match.first), std::max(thing->last, match.last), false};
    found.softened = reading.stands_before(Meaning::softener, match, kSoftenerReach);
    if (!found.softened) return found;
    if (!softened) softened = found;
  }
  return softened;
}

std::optional<Priority> stated_priority(std::string_view stated) {
  for (const Priority priority : {Priority::emergency, Priority::high, Priority::normal, Priority::low})
    if (stated == name_of(priority)) return priority;
  return std::nullopt;
}

// Silent, prank, wrong and broken-off calls are counted, but nobody waits for them.
bool is_no_report(const core::Message& message) {
  if (!message.call) return false;
  const std::string_view disposition = message.call->disposition;
  return disposition == "ghost" || disposition == "prank" || disposition == "wrong_number" || disposition == "dropped";
}

void set_priority(Assessment& result, const Reading& reading, const core::Message& message, const Rules& rules) {
  const auto found = find_danger(reading);
  if (const auto stated = stated_priority(message.stated.priority)) {
    result.priority = *stated;
    result.priority_reason = stated_by(message);
    if (*stated == Priority::emergency && found) result.danger = &rules.dangers[found->danger];
  } else if (is_no_report(message)) {
    result.priority = Priority::low;
    result.priority_reason = message.call->disposition;
  } else if (found) {
    const Danger& danger = rules.dangers[found->danger];
    result.priority = found->softened ? Priority::high : Priority::emergency;
    result.priority_reason = danger.label + ": " + std::string(reading.between(found->first, found->last));
    if (!found->softened) result.danger = &danger;
  } else if (const auto urgent = std::ranges::find(reading.matches, Meaning::urgent, &Match::meaning); urgent != reading.matches.end()) {
    result.priority = Priority::high;
    result.priority_reason = reading.between(urgent->first, urgent->last);
  }
}

ReportType report_type_of(const Reading& reading, const core::Message& message, const Category* category, Priority priority) {
  if (priority == Priority::emergency) return ReportType::emergency;
  if (message.call && message.call->disposition == "information") return ReportType::information;
  if (reading.has(Meaning::problem)) return ReportType::complaint;
  if (reading.has(Meaning::aspiration)) return ReportType::aspiration;
  if (reading.has(Meaning::information)) return ReportType::information;
  const bool thanks = reading.has(Meaning::thanks) && reading.words.list.size() <= kLongestThanks;
  return thanks && category == nullptr ? ReportType::thanks : ReportType::complaint;
}

void set_scope(Assessment& result, const Reading& reading, const core::Message& message, const Category* category, const Rules& rules) {
  if (is_elsewhere(reading, message, rules)) {
    result.scope = Scope::other_jurisdiction;
    result.scope_reason = "Di luar wilayah kota ini: sampaikan ke pemerintah daerah setempat atau lapor.go.id";
  } else if (category == nullptr) {
    const auto match = std::ranges::find(reading.matches, Meaning::out_of_scope, &Match::meaning);
    if (match == reading.matches.end()) return;
    result.scope = rules.scopes[match->index].scope;
    result.scope_reason = rules.scopes[match->index].reason;
  }
}

}  // namespace

Assessment assess(const Reading& reading, const core::Message& message, const Category* category, const Rules& rules) {
  Assessment result;
  set_priority(result, reading, message, rules);
  result.report_type = report_type_of(reading, message, category, result.priority);
  if (result.report_type == ReportType::thanks) {
    result.priority = Priority::low;
    result.priority_reason = name_of(ReportType::thanks);
  }
  set_scope(result, reading, message, category, rules);
  return result;
}

}  // namespace satupintu::normalizer
