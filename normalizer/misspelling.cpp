// SPDX-License-Identifier: Apache-2.0
#include "normalizer/misspelling.hpp"

#include <algorithm>

#include "normalizer/fnv.hpp"

namespace satupintu::normalizer {

namespace {

constexpr std::size_t kShortest = 6;  // letters; shorter words are too easily each other's neighbours
constexpr std::size_t kLongest = 40;

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
  lengths_[static_cast<unsigned char>(word[0])] |= std::uint64_t{7} << (word.size() - 1);
  without_.emplace(fnv(word), index);
  for (std::size_t i = 0; i < word.size(); ++i) without_.emplace(fnv(word.substr(i + 1), fnv(word.substr(0, i))), index);
}

// Two words that differ in a letter share what is left without it.
std::optional<std::uint32_t> Misspellings::find(std::string_view typed) const {
  if (!is_of_fit_length(typed) || (lengths_[static_cast<unsigned char>(typed[0])] >> typed.size() & 1U) == 0) return std::nullopt;
  std::optional<std::uint32_t> found;
  bool several = false;
  std::uint64_t before = fnv({});
  for (std::size_t i = 0; i <= typed.size(); ++i) {
    // First nothing is left out, then one letter after the other.
    if (i > 1) before = fnv(typed.substr(i - 2, 1), before);
    const auto [begin, end] = without_.equal_range(i == 0 ? fnv(typed) : fnv(typed.substr(i), before));
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
