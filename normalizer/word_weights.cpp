// SPDX-License-Identifier: Apache-2.0
#include "normalizer/word_weights.hpp"

#include "normalizer/stem.hpp"

namespace satupintu::normalizer {

namespace {

// FNV-1a.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return hash;
}

}  // namespace

void WordWeights::add(std::string_view stem, std::size_t topic, int points) {
  const auto [place, is_new] = places_.emplace(hash_of(stem), static_cast<std::uint32_t>(entries_.size()));
  if (is_new) entries_.emplace_back();
  entries_[place->second].emplace_back(static_cast<std::uint16_t>(topic), static_cast<std::int16_t>(points));
}

template <class Visit>
void WordWeights::visit(const Reading& reading, const Lexicon& lexicon, Visit visit) const {
  std::vector<bool> counted(entries_.size());
  for (std::uint32_t i = 0; i < reading.words.list.size(); ++i) {
    const auto place = places_.find(hash_of(stem_of(reading.word(i, lexicon))));
    if (place == places_.end() || counted[place->second]) continue;
    counted[place->second] = true;
    visit(entries_[place->second], i);
  }
}

std::vector<int> WordWeights::points(const Reading& reading, const Lexicon& lexicon) const {
  std::vector<int> sums = bias_;
  visit(reading, lexicon, [&](const Entry& entry, std::uint32_t) {
    for (const auto& [topic, points] : entry) sums[topic] += points;
  });
  return sums;
}

std::vector<WordWeights::Weight> WordWeights::weights(const Reading& reading, const Lexicon& lexicon, std::size_t topic) const {
  std::vector<Weight> found;
  visit(reading, lexicon, [&](const Entry& entry, std::uint32_t word) {
    for (const auto& [about, points] : entry)
      if (about == topic) found.push_back({word, points});
  });
  return found;
}

}  // namespace satupintu::normalizer
