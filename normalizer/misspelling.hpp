// SPDX-License-Identifier: Apache-2.0
// Finds a word in spite of a slip of the finger: a letter too many, too few, wrong, or two neighbours exchanged ("cipondho", "karwaci").
// Built at start by lexicon.cpp and rules.cpp; afterwards const and free to use from several threads.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace satupintu::normalizer {

// Hardly anybody gets the first letter wrong. Neither may be empty.
[[nodiscard]] bool is_one_slip_apart(std::string_view typed, std::string_view meant);

class Misspellings {
 public:
  // Several words may stand for the same `value`. A word that is too short to be told from others, or nobody's, is left out.
  void add(std::string_view word, std::uint32_t value);

  // The value of `typed`, or else the only one whose word is one slip apart.
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view typed) const;

 private:
  struct Word {
    std::string text;
    std::uint32_t value;
  };
  std::vector<Word> words_;
  std::array<std::uint64_t, 256> lengths_{};                       // by first letter: a bit for each length, and for those one slip away
  std::unordered_multimap<std::uint64_t, std::uint32_t> without_;  // by hash with a letter left out: words_
};

}  // namespace satupintu::normalizer
