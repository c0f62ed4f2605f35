// SPDX-License-Identifier: Apache-2.0
#include "normalizer/misspelling.hpp"

#include <algorithm>

namespace satupintu::normalizer {

namespace {

constexpr std::size_t kShortest = 6;  // letters; shorter words are too easily each other's neighbours
constexpr std::size_t kLongest = 40;

// FNV-1a of `word`, leaving out the letter at `without`, or none when that is behind the end.
std::uint64_t hash_without(std::string_view word, std::size_t without) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (i == without) continue;
    hash = (hash ^ static_cast<unsigned char>(word[i])) * 0x100000001B3U;
  }
  return hash;
}

bool is_of_fit_length(std::string_view word) { return word.size() >= kShortest && word.size() <= kLongest; }

}  // namespace

bool is_one_slip_apart(std::string_view typed, std::string_view meant) {
  if (typed.front() != meant.front()) return false;
  const auto [from_front, _] = std::ranges::mismatch(typed, meant);
  const auto same = static_cast<std::size_t>(from_front - typed.begin());
  const std::string_view left = typed.substr(same);
  const std::string_view right = meant.substr(same);
  if (left.size() + 1 == right.size()) return left == right.substr(1);
  if (left.size() == right.size() + 1) return left.substr(1) == right;
  if (left.size() != right.size() || left.empty()) return false;
  if (left.substr(1) == right.substr(1)) return true;
  return left.size() >= 2 && left[0] == right[1] && left[1] == right[0] && left.substr(2) == right.substr(2);
}

void Misspellings::add(std::string_view word, std::uint32_t value) {
  if (!is_of_fit_length(word)) return;
  const auto index = static_cast<std::uint32_t>(words_.size());
  words_.push_back({std::string(word), value});
  for (std::size_t without = 0; without <= word.size(); ++without) without_.emplace(hash_without(word, without), index);
}

// Two words that differ in a letter share what is left without it.
std::optional<std::uint32_t> Misspellings::find(std::string_view typed) const {
  if (!is_of_fit_length(typed)) return std::nullopt;
  std::optional<std::uint32_t> found;
  bool several = false;
  for (std::size_t left = typed.size() + 1; left > 0; --left) {
    const auto [begin, end] = without_.equal_range(hash_without(typed, left - 1));
    for (auto candidate = begin; candidate != end; ++candidate) {
      const auto& [text, value] = words_[candidate->second];
      if (text == typed) return value;
      if (value == found || !is_one_slip_apart(typed, text)) continue;
      several = several || found.has_value();
      found = value;
    }
    if (several) return std::nullopt;
  }
  return found;
}

}  // namespace satupintu::normalizer
