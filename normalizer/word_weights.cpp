// SPDX-License-Identifier: Apache-2.0
#include "normalizer/word_weights.hpp"

#include "normalizer/stem.hpp"

namespace satupintu::normalizer {

namespace {

constexpr std::uint64_t kEmptyHash = 0xCBF29CE484222325U;

// FNV-1a of what `hash` is of, and `text` behind it.
std::uint64_t hash_with(std::uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return hash;
}

}  // namespace

void WordWeights::add(std::string_view sign, std::size_t topic, int points) {
  const auto [place, is_new] = places_.emplace(hash_with(kEmptyHash, sign), static_cast<std::uint32_t>(entries_.size()));
  any_[place->first % kSomeBits] = true;
  if (is_new) entries_.emplace_back();
  entries_[place->second].emplace_back(static_cast<std::uint16_t>(topic), static_cast<std::int16_t>(points));
}

bool WordWeights::holds(std::string_view stem) const { return places_.contains(hash_with(kEmptyHash, stem)); }

template <class Visit>
void WordWeights::visit(const Reading& reading, const Lexicon& lexicon, Visit visit) const {
  std::vector<bool> counted(entries_.size());
  const auto count = [&](std::uint64_t hash, auto said) {
    if (!any_[hash % kSomeBits]) return;
    const auto place = places_.find(hash);
    if (place == places_.end() || counted[place->second]) return;
    counted[place->second] = true;
    visit(entries_[place->second], said);
  };
  std::uint64_t last = kEmptyHash;
  for (std::uint32_t i = 0; i < reading.words.list.size(); ++i) {
    const std::string_view stem = stem_of(reading.word(i, lexicon));
    if (i > 0) count(hash_with(hash_with(last, " "), stem), [&, i] { return reading.between(i - 1, i); });
    last = hash_with(kEmptyHash, stem);
    count(last, [&, i] { return reading.between(i, i); });
  }
  for (const std::string_view trait : reading.traits) count(hash_with(kEmptyHash, trait), [trait] { return trait; });
}

std::vector<int> WordWeights::points(const Reading& reading, const Lexicon& lexicon) const {
  std::vector<int> sums = bias_;
  visit(reading, lexicon, [&](const Entry& entry, const auto&) {
    for (const auto& [topic, points] : entry) sums[topic] += points;
  });
  return sums;
}

std::vector<WordWeights::Weight> WordWeights::weights(const Reading& reading, const Lexicon& lexicon, std::size_t topic) const {
  std::vector<Weight> found;
  visit(reading, lexicon, [&](const Entry& entry, const auto& said) {
    for (const auto& [about, points] : entry)
      if (about == topic) found.push_back({said(), points});
  });
  return found;
}

}  // namespace satupintu::normalizer
