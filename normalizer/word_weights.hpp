// SPDX-License-Identifier: Apache-2.0
// How much single words speak for or against something: what scripts/learn finds in labelled reports and
// config/learned.toml holds. It adds to the lists that people write. Words count by their stem (stem.hpp). Filled at start by
// rules.cpp; const from then on and free to use from several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "normalizer/lexicon.hpp"

namespace satupintu::normalizer {

class WordWeights {
 public:
  WordWeights() = default;
  explicit WordWeights(std::size_t topics) : bias_(topics) {}

  // `points` for or against `topic` wherever a word of this stem stands.
  void add(std::string_view stem, std::size_t topic, int points);
  // What speaks for or against `topic` before any word is read.
  void set_bias(std::size_t topic, int points) { bias_[topic] = points; }

  // Points by topic. A stem counts once, however often it is repeated.
  [[nodiscard]] std::vector<int> points(const Reading& reading, const Lexicon& lexicon) const;

  // The words that speak for or against `topic`, in the order of the text.
  struct Weight {
    std::uint32_t word = 0;  // index into Words::list
    int points = 0;
  };
  [[nodiscard]] std::vector<Weight> weights(const Reading& reading, const Lexicon& lexicon, std::size_t topic) const;

 private:
  using Entry = std::vector<std::pair<std::uint16_t, std::int16_t>>;  // topic and points

  template <class Visit>
  void visit(const Reading& reading, const Lexicon& lexicon, Visit visit) const;

  std::vector<int> bias_;
  std::unordered_map<std::uint64_t, std::uint32_t> places_;  // by hash of the stem: entries_
  std::vector<Entry> entries_;
};

}  // namespace satupintu::normalizer
