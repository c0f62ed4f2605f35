// SPDX-License-Identifier: Apache-2.0
#include "normalizer/word_weights.hpp"

namespace satupintu::normalizer {

namespace {

// FNV-1a.
constexpr std::uint64_t kEmptyHash = 0xCBF29CE484222325U;

std::uint64_t hash_on(std::uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return hash;
}

std::uint64_t hash_of_pair(std::uint64_t first, std::string_view second) { return hash_on(hash_on(first, " "), second); }

}  // namespace

bool WordWeights::add(std::string_view phrase, std::size_t topic, int points) {
  const Words words = split_words(phrase);
  if (words.list.empty() || words.list.size() > 2) return false;
  std::uint64_t hash = hash_on(kEmptyHash, words.folded_of(words.list[0]));
  if (words.list.size() == 2) hash = hash_of_pair(hash, words.folded_of(words.list[1]));
  const auto [place, is_new] = places_.emplace(hash, static_cast<std::uint32_t>(entries_.size()));
  if (is_new) entries_.emplace_back();
  entries_[place->second].emplace_back(static_cast<std::uint16_t>(topic), static_cast<std::int16_t>(points));
  return true;
}

template <class Visit>
void WordWeights::visit(const Reading& reading, const Lexicon& lexicon, Visit visit) const {
  std::vector<bool> counted(entries_.size());
  const auto look_up = [&](std::uint64_t hash, std::uint32_t first, std::uint32_t last) {
    const auto place = places_.find(hash);
    if (place == places_.end() || counted[place->second]) return;
    counted[place->second] = true;
    visit(entries_[place->second], first, last);
  };
  std::uint64_t before = 0;
  for (std::uint32_t i = 0; i < reading.words.list.size(); ++i) {
    const std::string_view word = reading.word(i, lexicon);
    const std::uint64_t hash = hash_on(kEmptyHash, word);
    if (i != 0) look_up(hash_of_pair(before, word), i - 1, i);
    look_up(hash, i, i);
    before = hash;
  }
}

std::vector<int> WordWeights::points(const Reading& reading, const Lexicon& lexicon) const {
  std::vector<int> sums = bias_;
  visit(reading, lexicon, [&](const Entry& entry, std::uint32_t, std::uint32_t) {
    for (const auto& [topic, points] : entry) sums[topic] += points;
  });
  return sums;
}

std::vector<WordWeights::Weight> WordWeights::weights(const Reading& reading, const Lexicon& lexicon, std::size_t topic) const {
  std::vector<Weight> found;
  visit(reading, lexicon, [&](const Entry& entry, std::uint32_t first, std::uint32_t last) {
    for (const auto& [about, points] : entry)
      if (about == topic) found.push_back({first, last, points});
  });
  return found;
}

}  // namespace satupintu::normalizer
