// SPDX-License-Identifier: Apache-2.0
#include "normalizer/continuation.hpp"

namespace satupintu::normalizer {

namespace {

constexpr std::size_t kFewestWords = 4;
constexpr std::size_t kMuch = 12;  // words; so many tell of a matter even without its place
constexpr int kClearly = 60;       // points: what one phrase gives that is enough alone
constexpr std::size_t kMostCategories = 4;

}  // namespace

Continuation continuation_of(const Reading& reading, const Classification& classification, const core::Location& location) {
  Continuation result;
  for (const Candidate& candidate : classification.candidates) {
    if (candidate.mentions.empty() || result.speaks_of.size() == kMostCategories) continue;
    result.speaks_of.push_back(candidate.category->code);
  }
  const std::size_t words = reading.words.list.size();
  if (classification.category == nullptr || words < kFewestWords || reading.has(Meaning::correction)) return result;
  const bool clearly =
      classification.source != "keyword" || (!classification.candidates.empty() && classification.candidates.front().points >= kClearly);
  const bool tells_where = location.method != core::LocationMethod::none;
  result.stands_alone = clearly && (tells_where || words >= kMuch || reading.has(Meaning::opener));
  return result;
}

}  // namespace satupintu::normalizer
