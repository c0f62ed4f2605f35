// SPDX-License-Identifier: Apache-2.0
#include "normalizer/word_weights.hpp"

#include <algorithm>
#include <bit>

#include "normalizer/fnv.hpp"
#include "normalizer/stem.hpp"

namespace satupintu::normalizer {

void WordWeights::add(std::string_view sign, std::size_t topic, int points) {
  parts_.push_back({fnv(sign), static_cast<std::uint16_t>(topic), static_cast<std::int16_t>(points)});
}

void WordWeights::settle() {
  parts_.shrink_to_fit();
  std::ranges::sort(parts_, {}, &Part::sign);
  slots_.assign(std::bit_ceil(parts_.size() + 1), kNone);
  for (std::uint32_t i = 0; i < parts_.size(); ++i) {
    if (i > 0 && parts_[i].sign == parts_[i - 1].sign) continue;
    std::size_t slot = parts_[i].sign % slots_.size();
    while (slots_[slot] != kNone) slot = (slot + 1) % slots_.size();
    slots_[slot] = i;
  }
}

std::uint32_t WordWeights::find(std::uint64_t sign) const {
  if (slots_.empty()) return kNone;
  std::size_t slot = sign % slots_.size();
  while (slots_[slot] != kNone && parts_[slots_[slot]].sign != sign) slot = (slot + 1) % slots_.size();
  return slots_[slot];
}

bool WordWeights::holds(std::string_view stem) const { return find(fnv(stem)) != kNone; }

template <class Visit>
void WordWeights::visit(const Reading& reading, const Lexicon& lexicon, Visit visit) const {
  std::vector<bool> counted(parts_.size());
  const auto count = [&](std::uint64_t sign, auto said) {
    const std::uint32_t first = find(sign);
    if (first == kNone || counted[first]) return;
    counted[first] = true;
    for (std::size_t i = first; i < parts_.size() && parts_[i].sign == sign; ++i) visit(parts_[i], said);
  };
  std::uint64_t last = 0;
  for (std::uint32_t i = 0; i < reading.words.list.size(); ++i) {
    const std::string_view stem = stem_of(reading.word(i, lexicon));
    if (i > 0) count(fnv(stem, fnv(" ", last)), [&, i] { return reading.between(i - 1, i); });
    last = fnv(stem);
    count(last, [&, i] { return reading.between(i, i); });
  }
  for (const std::string_view trait : reading.traits) count(fnv(trait), [trait] { return trait; });
}

std::vector<int> WordWeights::points(const Reading& reading, const Lexicon& lexicon) const {
  std::vector<int> sums = bias_;
  visit(reading, lexicon, [&](const Part& part, const auto&) { sums[part.topic] += part.points; });
  return sums;
}

std::vector<WordWeights::Weight> WordWeights::weights(const Reading& reading, const Lexicon& lexicon, std::size_t topic) const {
  std::vector<Weight> found;
  visit(reading, lexicon, [&](const Part& part, const auto& said) {
    if (part.topic == topic) found.push_back({said(), part.points});
  });
  return found;
}

}  // namespace satupintu::normalizer
