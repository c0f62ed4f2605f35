// SPDX-License-Identifier: Apache-2.0
#include "normalizer/category.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "normalizer/reporter.hpp"

namespace satupintu::normalizer {

namespace {

constexpr int kLeastPoints = 30;    // one hint alone says nothing, two do
constexpr int kFurtherListed = 60;  // worth mentioning beside the first
constexpr int kNamedFirst = 2;      // people begin with what it is about
constexpr std::uint32_t kBesideReach = 1;
constexpr std::uint32_t kDenialReach = 1;
constexpr std::uint32_t kSolvedReach = 3;
constexpr std::size_t kMostFurther = 3;
constexpr double kCertain = 1.0;
constexpr double kHashtagConfidence = 0.95;  // people also tag what they only mention

Void is_void(const Reading& reading, const Match& match) {
  if (reading.stands_before(Meaning::denial, match, kDenialReach)) return Void::denied;
  if (reading.stands_behind(Meaning::solved, match, kSolvedReach)) return Void::solved;
  return reading.stands_before(Meaning::beside, match, kBesideReach) ? Void::beside : Void::no;
}

// The strongest phrase counts twice: one that says it is worth more than several that go with it. A phrase counts once, however often it
// is repeated.
unsigned points_of(const std::vector<Mention>& mentions, bool count_void) {
  std::vector<std::pair<std::uint32_t, unsigned>> counted;
  unsigned most = 0;
  unsigned sum = 0;
  for (const auto& [match, is_void] : mentions) {
    if (is_void != Void::no && !count_void) continue;
    if (std::ranges::find(counted, match.phrase, &std::pair<std::uint32_t, unsigned>::first) != counted.end()) continue;
    counted.emplace_back(match.phrase, match.weight);
    most = std::max<unsigned>(most, match.weight);
    sum += match.weight;
  }
  return sum + most;
}

// Every category that a phrase speaks for, in the order in which the text names them.
std::vector<Candidate> candidates_of(const Reading& reading, const Rules& rules) {
  std::vector<Candidate> candidates;
  bool any_valid = false;
  for (const Match& match : reading.matches) {
    if (match.meaning != Meaning::category) continue;
    const Category* category = &rules.categories[match.index];
    auto candidate = std::ranges::find(candidates, category, &Candidate::category);
    if (candidate == candidates.end()) candidate = candidates.insert(candidate, {category, false, 0, 0, {}});
    candidate->mentions.push_back({match, is_void(reading, match)});
    any_valid = any_valid || candidate->mentions.back().is_void == Void::no;
  }
  Candidate* named_first = nullptr;
  std::uint32_t first_word = 0;
  for (Candidate& candidate : candidates) {
    candidate.listed = kPoints * static_cast<int>(points_of(candidate.mentions, !any_valid));
    for (const auto& [match, is_void] : candidate.mentions) {
      if ((is_void != Void::no && any_valid) || match.weight < kWordWeight || (named_first != nullptr && match.first >= first_word))
        continue;
      named_first = &candidate;
      first_word = match.first;
    }
  }
  if (named_first != nullptr) {
    named_first->is_named_first = true;
    named_first->listed += kPoints * kNamedFirst;
  }
  return candidates;
}

// Adds what the words count by themselves; also for categories that no list speaks for.
void add_learned(std::vector<Candidate>& candidates, const std::vector<int>& learned, const Rules& rules) {
  for (std::size_t i = 0; i < rules.categories.size(); ++i) {
    const Category* category = &rules.categories[i];
    const auto candidate = std::ranges::find(candidates, category, &Candidate::category);
    if (candidate != candidates.end()) candidate->points = candidate->listed + learned[i];
    else if (learned[i] > 0) candidates.push_back({category, false, 0, learned[i], {}});
  }
  const auto first_word = [](const Candidate& candidate) {
    return candidate.mentions.empty() ? std::numeric_limits<std::uint32_t>::max() : candidate.mentions.front().match.first;
  };
  std::ranges::sort(candidates, [&](const Candidate& a, const Candidate& b) {
    return std::tuple(b.points, first_word(a), a.category) < std::tuple(a.points, first_word(b), b.category);
  });
}

// One word alone gives 0.67, more give more, a rival takes away; in hundredths, so that records stay readable.
double confidence_of(int best, int second) {
  const double evidence = best / (best + 40.0);
  const double lead = best / (best + std::max(second, 0) * 0.5);
  return std::round(evidence * lead * 100) / 100;
}

std::vector<const Category*> hashtags(const Reading& reading, const Rules& rules) {
  std::vector<const Category*> found;
  for (const Word& word : reading.words.list) {
    if (!word.hashtag) continue;
    const auto category = rules.short_forms.find(reading.words.folded_of(word));
    if (category != rules.short_forms.end()) found.push_back(&rules.categories[category->second]);
  }
  return found;
}

}  // namespace

Classification classify(const Reading& reading, const core::Message& message, const Category* coded, const Rules& rules) {
  Classification result;
  const auto take = [&](const Category* category, std::string_view source, double confidence) {
    if (result.category == nullptr && category != nullptr) {
      result.category = category;
      result.source = source;
      result.confidence = confidence;
    }
  };
  const auto also = [&](const Category* category) {
    if (category == result.category || result.further.size() == kMostFurther ||
        std::ranges::find(result.further, category) != result.further.end())
      return;
    result.further.push_back(category);
  };

  if (!message.stated.category.empty()) take(rules.category(message.stated.category), stated_by(message), kCertain);
  take(coded, "code", kCertain);
  const auto tagged = hashtags(reading, rules);
  if (!tagged.empty()) take(tagged.front(), "hashtag", kHashtagConfidence);
  auto candidates = candidates_of(reading, rules);
  std::vector<int> learned = rules.learned.points(reading, rules.lexicon);
  add_learned(candidates, learned, rules);
  const int least_points = std::max(1, kLeastPoints + learned[rules.no_matter()]);
  // "air" may be the water that does not come, or the water that does not go.
  const bool says_enough = !candidates.empty() && (reading.words.list.size() > 1 || candidates.front().listed >= kFurtherListed);
  if (says_enough && candidates.front().points >= least_points)
    take(candidates.front().category, "keyword",
         confidence_of(candidates.front().points, candidates.size() > 1 ? candidates[1].points : 0));
  if (result.category != nullptr) {
    for (const Category* category : tagged) also(category);
    for (const Candidate& candidate : candidates)
      if (candidate.listed >= kFurtherListed) also(candidate.category);
  }
  result.candidates = std::move(candidates);
  result.learned = std::move(learned);
  result.least_points = least_points;
  return result;
}

}  // namespace satupintu::normalizer
