// SPDX-License-Identifier: Apache-2.0
// How much words, pairs of neighbours and traits (traits.hpp) speak for or against something: what scripts/learn finds in labelled
// reports and config/learned.toml holds. It adds to the lists that people write. Words count by their stem (stem.hpp). Filled at start by
// rules.cpp; const from then on and free to use from several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "normalizer/lexicon.hpp"

namespace satupintu::normalizer {

class WordWeights {
 public:
  WordWeights() = default;
  explicit WordWeights(std::size_t topics) : bias_(topics) {}

  // `points` for or against `topic` wherever a word of this stem stands, two such words one behind the other ("lampu mati"), or this trait
  // is seen ("@question").
  void add(std::string_view sign, std::size_t topic, int points);
  // Once all are added; before, none counts.
  void settle();
  // What speaks for or against `topic` before any word is read.
  void set_bias(std::size_t topic, int points) { bias_[topic] = points; }

  // Whether a word of this stem speaks for or against anything: it is no name, then.
  [[nodiscard]] bool holds(std::string_view stem) const;

  // Points by topic. Each counts once, however often it is repeated.
  [[nodiscard]] std::vector<int> points(const Reading& reading, const Lexicon& lexicon) const;

  // What speaks for or against `topic`, in the order of the text; traits last.
  struct Weight {
    std::string_view said;  // part of the reading's text; or a trait's name
    int points = 0;
    [[nodiscard]] bool is_trait() const { return said.starts_with('@'); }
  };
  [[nodiscard]] std::vector<Weight> weights(const Reading& reading, const Lexicon& lexicon, std::size_t topic) const;

 private:
  // What a sign counts for one topic.
  struct Part {
    std::uint64_t sign = 0;  // its hash
    std::uint16_t topic = 0;
    std::int16_t points = 0;
  };
  static constexpr std::uint32_t kNone = 0xFFFFFFFFU;

  template <class Visit>
  void visit(const Reading& reading, const Lexicon& lexicon, Visit visit) const;

  [[nodiscard]] std::uint32_t find(std::uint64_t sign) const;

  std::vector<int> bias_;
  std::vector<Part> parts_;           // by sign, once they are settled
  std::vector<std::uint32_t> slots_;  // open addressing by sign: its first in parts_, or kNone
};

}  // namespace satupintu::normalizer
