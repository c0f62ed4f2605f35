// SPDX-License-Identifier: Apache-2.0
#include "normalizer/category.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "normalizer/reporter.hpp"

namespace satupintu::normalizer {

namespace {

constexpr unsigned kLeastPoints = 2;    // one hint alone says nothing
constexpr unsigned kFurtherPoints = 3;  // worth mentioning beside the first
constexpr std::size_t kMostFurther = 3;
constexpr double kCertain = 1.0;
constexpr double kHashtagConfidence = 0.95;  // people also tag what they only mention

struct Score {
  std::size_t category = 0;
  unsigned points = 0;
  std::uint32_t first_word = 0;
};

// Points per category, the highest first; of equals, the one named first. A phrase counts once however often it is repeated.
std::vector<Score> scores_of(const Reading& reading) {
  std::vector<Match> matches;
  for (const Match& match : reading.matches)
    if (match.meaning == Meaning::category) matches.push_back(match);
  std::ranges::sort(matches, {}, [](const Match& m) { return std::tuple(m.index, m.phrase, m.first); });

  std::vector<Score> scores;
  const Match* before = nullptr;
  for (const Match& match : matches) {
    if (before == nullptr || before->index != match.index) scores.push_back({match.index, 0, match.first});
    if (before == nullptr || before->index != match.index || before->phrase != match.phrase) scores.back().points += match.weight;
    scores.back().first_word = std::min(scores.back().first_word, match.first);
    before = &match;
  }
  std::ranges::sort(scores, [](const Score& a, const Score& b) {
    return std::tuple(b.points, a.first_word, a.category) < std::tuple(a.points, b.first_word, b.category);
  });
  return scores;
}

// One phrase alone gives 0.6, more give more, a rival takes away; in hundredths, so that records stay readable.
double confidence_of(unsigned best, unsigned second) {
  const double evidence = best / (best + 2.0);
  const double lead = best / (best + second * 0.5);
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
    if (result.category == nullptr && category != nullptr) result = {category, std::string(source), confidence, {}};
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
  const auto scores = scores_of(reading);
  if (!scores.empty() && scores.front().points >= kLeastPoints) {
    take(&rules.categories[scores.front().category], "keyword",
         confidence_of(scores.front().points, scores.size() > 1 ? scores[1].points : 0));
  }
  if (result.category == nullptr) return result;

  for (const Category* category : tagged) also(category);
  for (const Score& score : scores)
    if (score.points >= kFurtherPoints) also(&rules.categories[score.category]);
  return result;
}

}  // namespace satupintu::normalizer
