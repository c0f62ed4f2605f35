// SPDX-License-Identifier: Apache-2.0
#include "normalizer/assessment.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include "normalizer/reporter.hpp"

namespace satupintu::normalizer {

using core::Priority;
using core::ReportType;
using core::Scope;

namespace {

// Points beside those that learned.toml gives the words.
constexpr int kRulesSayEmergency = 180;
constexpr int kRulesDoubtEmergency = 90;
constexpr int kWordsWeighed = 40;  // in a longer text each word says less of how urgent it is
constexpr int kRulesSayPriority = 60;
constexpr int kRulesSayType = 40;
constexpr int kRulesSayOutOfScope = 80;
constexpr int kRulesSayInScope = 40;
constexpr int kMostListed = 120;    // points of a category
constexpr int kListedInScope = 30;  // for each hundred of these: that the matter is one of the city's
constexpr int kRatherAnEmergency = 30;
// In words that stand between.
constexpr std::uint32_t kBefellReach = 1;  // whom or what it befell
constexpr std::uint32_t kFearReach = 5;    // what is feared or supposed
constexpr std::uint32_t kNowReach = 3;     // what goes on
constexpr std::uint32_t kPastReach = 8;    // when it happened
constexpr std::uint32_t kOverReach = 15;   // how it ended, or what it was part of
constexpr unsigned kPairPoints = 4;        // surer than one word
constexpr unsigned kLeastScopePoints = 3;  // one word that is enough alone
constexpr unsigned kCandidatePoints = 20;  // of a category, for one of a scope
constexpr unsigned kHashtagPoints = 2;     // people also tag what they only joke about

// The words that together tell something: one phrase, or the two halves of a pair and `told` by its second.
struct Finding {
  Meaning tells{};
  std::size_t index = 0;
  Match told;
  std::uint32_t first = 0, last = 0;
};

struct FoundDanger {
  const Danger* danger = nullptr;
  std::uint32_t first = 0, last = 0;
  bool is_emergency = false;
  bool is_doubted = false;
};

struct Dangers {
  std::optional<FoundDanger> found;
  std::vector<ToldDanger> weighed;
};

// What the words say before anything is decided.
struct Signs {
  unsigned problem = 0, aspiration = 0, information = 0;
  bool thanks = false, request = false;
};

bool overlap(const Match& a, const Match& b) { return a.first <= b.last && b.first <= a.last; }

bool is(const Match& match, Circumstance circumstance) {
  return match.meaning == Meaning::circumstance && match.index == static_cast<std::size_t>(circumstance);
}

// Words between two matches that do not touch.
std::uint32_t gap(const Match& earlier, const Match& later) { return later.first - earlier.last - 1; }

// Calls `visit` with each finding that a match tells, alone or as the second of a pair, until it gives true.
template <typename Visit>
bool any_finding(const Reading& reading, const Rules& rules, Visit visit) {
  for (const Match& match : reading.matches) {
    if (match.meaning == Meaning::danger || match.meaning == Meaning::out_of_scope) {
      if (visit(Finding{match.meaning, match.index, match, match.first, match.last})) return true;
    }
    if (match.meaning != Meaning::group || rules.pairs[match.index].empty()) continue;
    for (const Match& other : reading.around(match, kPairReach)) {
      if (other.meaning != Meaning::group || overlap(other, match)) continue;
      const std::uint32_t between = other.first > match.last ? gap(match, other) : gap(other, match);
      for (const Pair& pair : rules.pairs[match.index]) {
        if (pair.with != other.index || between > pair.reach) continue;
        if (visit(Finding{pair.tells, pair.index, match, std::min(match.first, other.first), std::max(match.last, other.last)}))
          return true;
      }
    }
  }
  return false;
}

Match span_of(const Finding& finding) {
  Match span = finding.told;
  span.first = finding.first;
  span.last = finding.last;
  return span;
}

// A harmless phrase around the danger, or nullptr.
const Match* harmless_phrase(const Reading& reading, const Finding& finding) {
  const Match span = span_of(finding);
  const auto nearby = reading.around(span, 0);
  const auto found = std::ranges::find_if(nearby, [&](const Match& match) {
    return match.meaning == Meaning::danger_unless && match.index == finding.index && overlap(match, span);
  });
  return found == nearby.end() ? nullptr : &*found;
}

// A drill, a film, a joke.
bool is_unreal(const Match& match, const Rules& rules) {
  return is(match, Circumstance::unreal) ||
         (match.meaning == Meaning::out_of_scope && match.weight > 1 && rules.scopes[match.index].scope == Scope::out_of_scope_irrelevant);
}

struct Judgement {
  Standing standing{};
  const Match* weakened_by = nullptr;
};

Judgement judge(const Reading& reading, const Finding& finding, bool asks, const Rules& rules) {
  if (const Match* harmless = harmless_phrase(reading, finding)) return {Standing::none, harmless};
  const Match& told = finding.told;
  const Danger& danger = rules.dangers[finding.index];
  const auto nearby = reading.around(span_of(finding), kOverReach);
  const auto goes_on_between = [&](std::uint32_t after, std::uint32_t until) {
    return std::ranges::any_of(nearby, [&](const Match& m) { return is(m, Circumstance::now) && m.first > after && m.last < until; });
  };
  const bool goes_on = std::ranges::any_of(nearby, [&](const Match& m) {
    if (!is(m, Circumstance::now) || overlap(m, told)) return false;
    if (m.first > told.last) return gap(told, m) == 0;
    return gap(m, told) <= kNowReach && !reading.any_break(m.last, told.first);
  });
  const Match* feared = nullptr;
  const Match* past = nullptr;
  const Match* over = nullptr;
  for (const Match& match : nearby) {
    const bool unreal = is_unreal(match, rules);
    const auto note = [&match](const Match*& first, bool holds) {
      if (first == nullptr && holds) first = &match;
    };
    // A circumstance that begins with the danger is part of it: "tidak sadar", "mau lompat".
    if ((match.meaning != Meaning::circumstance && !unreal) || (overlap(match, told) && match.first >= told.first)) continue;
    // What stands between the halves of a pair stands right before or right behind what is told.
    const bool before = match.first < told.first;
    const std::uint32_t from = before ? std::min(match.last, told.first) : finding.last;
    const std::uint32_t until = before ? finding.first : match.first;
    const bool inside = from >= until;
    const std::uint32_t between = inside ? 0 : until - from - 1;
    const bool same_clause = inside || !reading.any_break(from, until);
    const bool cut_off = !inside && goes_on_between(from, until);
    if (unreal) {
      if (between <= kOverReach && !cut_off && !goes_on) return {Standing::none, &match};
      continue;
    }
    switch (static_cast<Circumstance>(match.index)) {
      case Circumstance::denied:
        if (before && (match.last + 1 >= told.first || match.last + 1 == finding.first) && !reading.any_break(match.last, told.first))
          return {Standing::none, &match};
        break;
      case Circumstance::befell:
        if (danger.emergency && before && same_clause && between <= kBefellReach) return {Standing::none, &match};
        break;
      case Circumstance::supposed:
        if (!before || !same_clause || between > kFearReach || cut_off) break;
        if (asks) return {Standing::none, &match};
        note(feared, true);
        break;
      case Circumstance::another_time:
        if (same_clause && between <= kPastReach && !cut_off) return {Standing::none, &match};
        break;
      case Circumstance::feared: note(feared, before && same_clause && between <= kFearReach && !cut_off); break;
      case Circumstance::imminent: note(feared, before && match.last + 1 >= told.first && same_clause && !danger.imminent); break;
      case Circumstance::habitual: note(feared, same_clause && between <= (before ? kFearReach : 0) && !cut_off); break;
      case Circumstance::past: note(past, same_clause && between <= kPastReach && !cut_off && !goes_on); break;
      case Circumstance::over: note(over, !goes_on && (before ? same_clause && between <= kFearReach : between <= kOverReach)); break;
      case Circumstance::unreal:
      case Circumstance::now:
      case Circumstance::nothing: break;
    }
  }
  if (over != nullptr && (past != nullptr || !danger.emergency)) return {Standing::none, over};
  for (const Match* weakened_by : {feared, past, over})
    if (weakened_by != nullptr) return {Standing::feared, weakened_by};
  return {Standing::real, nullptr};
}

bool belongs_to_a_danger(const Category* category, const Rules& rules) {
  return std::ranges::any_of(rules.dangers, [&](const Danger& danger) { return &rules.categories[danger.category] == category; });
}

// The first emergency, else the first danger that is left. A text about something no danger belongs to, such as a school's fees, is to
// tell of it twice, or in so many words: one pair of words alone is easily a coincidence.
Dangers find_dangers(const Reading& reading, bool asks, const Category* category, const Rules& rules) {
  const bool one_pair_is_enough = category == nullptr || belongs_to_a_danger(category, rules);
  Dangers dangers;
  auto& [found, weighed] = dangers;
  std::optional<std::uint32_t> told_by;
  any_finding(reading, rules, [&](const Finding& finding) {
    if (finding.tells != Meaning::danger) return false;
    const Danger& danger = rules.dangers[finding.index];
    if (found && !danger.emergency) return false;
    const auto [standing, weakened_by] = judge(reading, finding, asks, rules);
    ToldDanger& told = weighed.emplace_back(&danger, finding.first, finding.last, standing);
    if (weakened_by != nullptr) told.weakened_by = *weakened_by;
    if (standing == Standing::none) return false;
    FoundDanger next{&danger, finding.first, finding.last, danger.emergency && standing == Standing::real, false};
    if (next.is_emergency) {
      next.is_doubted =
          !one_pair_is_enough && finding.told.meaning != Meaning::danger && told_by.value_or(finding.told.phrase) == finding.told.phrase;
      if (next.is_doubted) told.standing = Standing::doubted;
      if (!told_by) found.reset();
      told_by = finding.told.phrase;
    }
    const bool is_sure = next.is_emergency && !next.is_doubted;
    if (!found || is_sure) found = next;
    return is_sure;
  });
  return dangers;
}

// The sum of the weights of all phrases with this meaning, each counted once.
unsigned points_of(const Reading& reading, Meaning meaning, std::optional<std::size_t> index = std::nullopt) {
  std::vector<std::uint32_t> phrases;
  unsigned points = 0;
  for (const Match& match : reading.matches) {
    if (match.meaning != meaning || (index && match.index != *index) || std::ranges::find(phrases, match.phrase) != phrases.end()) continue;
    phrases.push_back(match.phrase);
    points += match.weight;
  }
  return points;
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

// The words of the heaviest match with this meaning.
std::string words_of(const Reading& reading, Meaning meaning) {
  const Match* best = nullptr;
  for (const Match& match : reading.matches)
    if (match.meaning == meaning && (best == nullptr || match.weight > best->weight)) best = &match;
  return best == nullptr ? std::string() : std::string(reading.between(best->first, best->last));
}

void set_priority(Assessment& result, const Reading& reading, const core::Message& message, const Category* category, const Signs& signs,
                  const Rules& rules) {
  auto [found, weighed] = find_dangers(reading, signs.information > 0, category, rules);
  result.dangers = std::move(weighed);
  if (const auto stated = stated_priority(message.stated.priority)) {
    result.priority = *stated;
    result.priority_reason = stated_by(message);
    if (*stated == Priority::emergency && found) result.danger = found->danger;
  } else if (is_no_report(message)) {
    result.priority = Priority::low;
    result.priority_reason = message.call->disposition;
  } else if (found) {
    result.priority = found->is_emergency ? Priority::emergency : Priority::high;
    result.priority_reason = found->danger->label + ": " + std::string(reading.between(found->first, found->last));
    if (found->is_emergency) result.danger = found->danger;
  } else if (reading.has(Meaning::urgent)) {
    result.priority = Priority::high;
    result.priority_reason = words_of(reading, Meaning::urgent);
  }
}

// The words that count most for a topic, the strongest first.
std::string strongest_words(const Reading& reading, std::size_t topic, const Rules& rules) {
  constexpr std::size_t kMost = 3;
  auto weights = rules.learned.weights(reading, rules.lexicon, topic);
  constexpr std::size_t kLongest = 40;  // bytes; a pair of words may have anything between them
  std::erase_if(weights, [](const WordWeights::Weight& weight) {
    return weight.points <= 0 || weight.is_trait() || weight.said.size() > kLongest || weight.said.contains('\n');
  });
  std::ranges::sort(weights, {}, [](const auto& weight) { return std::pair(-weight.points, weight.said); });
  std::string words;
  for (std::size_t i = 0; i < std::min(weights.size(), kMost); ++i) {
    if (i > 0) words += ", ";
    words += weights[i].said;
  }
  return words;
}

// Of `values` the one that most speaks for: what was learned of the words, and `said`, which the rules say.
template <class Value>
Value weighed(Value said, int says, std::initializer_list<Value> values, const std::vector<int>& learned, const Rules& rules) {
  return std::ranges::max(values, {}, [&](Value value) { return learned[rules.topic_of(value)] + (value == said ? says : 0); });
}

// A fire that no rule knows must not be missed, and what only sounds like one is to go its ordinary way.
void weigh_priority(Assessment& result, const Reading& reading, const std::vector<int>& learned, const Rules& rules) {
  using enum Priority;
  const Priority said = result.priority;
  const bool is_sure =
      std::ranges::any_of(result.dangers, [](const ToldDanger& told) { return told.standing == Standing::real && told.danger->emergency; });
  const int says = is_sure ? kRulesSayEmergency : result.dangers.empty() ? kRulesSayPriority : kRulesDoubtEmergency;
  auto points = learned;
  // However much else a long letter tells, what the rules are sure of stays.
  const int words = static_cast<int>(reading.words.list.size());
  for (const Priority priority : {normal, high, emergency}) {
    int& counted = points[rules.topic_of(priority)];
    counted = counted * kWordsWeighed / std::max(kWordsWeighed, words);
  }
  if (said != high) points[rules.topic_of(emergency)] += kRatherAnEmergency;
  result.priority = weighed(said, says, {normal, high, emergency}, points, rules);
  result.is_priority_learned = result.priority != said;
  if (!result.is_priority_learned) return;
  result.danger = nullptr;
  if (result.priority == normal) result.priority_reason.clear();
  else if (said != emergency) result.priority_reason = strongest_words(reading, rules.topic_of(result.priority), rules);
}

void weigh_report_type(Assessment& result, const Reading& reading, const std::vector<int>& learned, const Rules& rules) {
  using enum ReportType;
  const ReportType said = result.report_type;
  result.report_type = weighed(said, kRulesSayType, {complaint, aspiration, information, thanks}, learned, rules);
  result.is_report_type_learned = result.report_type != said;
  if (result.is_report_type_learned) result.report_type_reason = strongest_words(reading, rules.topic_of(result.report_type), rules);
}

void set_report_type(Assessment& result, const Reading& reading, const core::Message& message, const Signs& signs) {
  const auto set = [&](ReportType type, std::string reason) {
    result.report_type = type;
    result.report_type_reason = std::move(reason);
  };
  const unsigned best = std::max(signs.information, signs.aspiration);
  if (result.priority == Priority::emergency) return set(ReportType::emergency, result.priority_reason);
  if (message.call && message.call->disposition == "information") return set(ReportType::information, message.call->disposition);
  if (signs.thanks && signs.problem == 0 && best < 3 && !signs.request) return set(ReportType::thanks, words_of(reading, Meaning::thanks));
  if (best == 0 || best <= signs.problem) return set(ReportType::complaint, words_of(reading, Meaning::problem));
  if (signs.aspiration >= signs.information) return set(ReportType::aspiration, words_of(reading, Meaning::aspiration));
  set(ReportType::information, words_of(reading, Meaning::information));
}

struct ScopeScore {
  unsigned points = 0;
  std::uint32_t first = 0, last = 0;  // the surest words
  unsigned surest = 0;
  std::vector<std::uint32_t> phrases;
};

// The class of matters out of scope that most words tell, or none.
std::optional<std::pair<std::size_t, ScopeScore>> best_scope(const Reading& reading, const Rules& rules) {
  std::vector<ScopeScore> scores(rules.scopes.size());
  any_finding(reading, rules, [&](const Finding& finding) {
    if (finding.tells != Meaning::out_of_scope) return false;
    ScopeScore& score = scores[finding.index];
    if (std::ranges::find(score.phrases, finding.told.phrase) != score.phrases.end()) return false;
    score.phrases.push_back(finding.told.phrase);
    const unsigned points = finding.told.meaning == Meaning::group ? kPairPoints : finding.told.weight;
    score.points += points;
    if (points > score.surest) {
      score.surest = points;
      score.first = finding.first;
      score.last = finding.last;
    }
    return false;
  });
  const auto best = std::ranges::max_element(scores, {}, &ScopeScore::points);
  if (best == scores.end() || best->points == 0) return std::nullopt;
  return std::pair(static_cast<std::size_t>(best - scores.begin()), std::move(*best));
}

// How much speaks for a matter of the city's, in the points of scopes.
unsigned points_in_scope(const Classification& classification) {
  if (classification.category == nullptr) return 0;
  const int points = classification.candidates.empty() ? 0 : std::max(classification.candidates.front().points, 0);
  return std::max(static_cast<unsigned>(points) / kCandidatePoints, classification.source == "hashtag" ? kHashtagPoints : 0);
}

bool is_told_by_a_person(const Classification& classification) {
  return classification.source == "operator" || classification.source == "sender" || classification.source == "code";
}

void set_scope(Assessment& result, const Reading& reading, const Places& places, const Classification& classification, const Signs& signs,
               const Rules& rules) {
  if (places.elsewhere) {
    result.scope = Scope::other_jurisdiction;
    result.scope_reason = "Di luar wilayah kota ini: sampaikan ke pemerintah daerah setempat atau lapor.go.id";
    result.scope_words = words_of(reading, Meaning::elsewhere);
    return;
  }
  if (is_told_by_a_person(classification)) return;
  const auto best = best_scope(reading, rules);
  if (!best) return;
  const bool wants_something =
      signs.problem >= kWordWeight || signs.information >= kWordWeight || signs.aspiration >= kWordWeight || signs.request;
  const unsigned least = classification.category == nullptr && !wants_something ? 1 : kLeastScopePoints;
  const auto& [scope, score] = *best;
  // A robbery that goes on is both: the police's matter, and somebody in danger.
  if (result.priority == Priority::emergency && rules.scopes[scope].scope != Scope::out_of_scope_crime) return;
  if (score.points < least || score.points <= points_in_scope(classification)) return;
  result.scope = rules.scopes[scope].scope;
  result.scope_reason = rules.scopes[scope].reason;
  result.scope_words = reading.between(score.first, score.last);
}

void weigh_scope(Assessment& result, const Reading& reading, const Classification& classification, const Rules& rules) {
  using enum Scope;
  const Scope said = result.scope;
  if (said == other_jurisdiction) return;
  int listed = 0;
  for (const Candidate& candidate : classification.candidates) listed = std::clamp(candidate.listed, listed, kMostListed);
  result.scope =
      weighed(said, said == in_scope ? kRulesSayInScope + listed * kListedInScope / 100 : kRulesSayOutOfScope,
              {in_scope, out_of_scope_election, out_of_scope_crime, out_of_scope_private, out_of_scope_court, out_of_scope_irrelevant},
              classification.learned, rules);
  result.is_scope_learned = result.scope != said;
  if (!result.is_scope_learned) return;
  const auto known = std::ranges::find(rules.scopes, result.scope, &OutOfScope::scope);
  result.scope_reason = known == rules.scopes.end() ? std::string() : known->reason;
  result.scope_words = result.scope == in_scope ? std::string() : strongest_words(reading, rules.topic_of(result.scope), rules);
}

}  // namespace

Assessment assess(const Reading& reading, const core::Message& message, const Places& places, const Classification& classification,
                  const Rules& rules) {
  const Signs signs{points_of(reading, Meaning::problem), points_of(reading, Meaning::aspiration), points_of(reading, Meaning::information),
                    reading.has(Meaning::thanks), reading.has(Meaning::request)};
  Assessment result;
  const std::vector<int>& learned = classification.learned;
  set_priority(result, reading, message, classification.category, signs, rules);
  if (message.stated.priority.empty() && !is_no_report(message)) weigh_priority(result, reading, learned, rules);
  set_report_type(result, reading, message, signs);
  const bool is_disposed = message.call && message.call->disposition == "information";
  if (result.priority != Priority::emergency && !is_disposed) weigh_report_type(result, reading, learned, rules);
  if (result.report_type == ReportType::thanks && message.stated.priority.empty() && result.dangers.empty()) {
    result.priority = Priority::low;
    result.priority_reason = result.report_type_reason;
  }
  set_scope(result, reading, places, classification, signs, rules);
  if (!is_told_by_a_person(classification) && result.priority != Priority::emergency) weigh_scope(result, reading, classification, rules);
  if (result.scope == Scope::out_of_scope_irrelevant) {
    result.report_type = ReportType::complaint;
    result.report_type_reason.clear();
  }
  return result;
}

}  // namespace satupintu::normalizer
