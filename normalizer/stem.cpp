// SPDX-License-Identifier: Apache-2.0
#include "normalizer/stem.hpp"

#include <array>

namespace satupintu::normalizer {

namespace {

constexpr std::size_t kShortest = 4;

// Longer ones before those that they begin or end with.
constexpr std::array<std::string_view, 18> kPrefixes{"meng", "meny", "mem", "men", "me", "peng", "peny", "pem", "pen",
                                                     "pe",   "ber",  "ter", "ke",  "se", "di",   "nge",  "ng",  "ny"};
constexpr std::array<std::string_view, 10> kSuffixes{"kannya", "annya", "inya", "nya", "kan", "lah", "kah", "in", "an", "i"};

}  // namespace

std::string_view stem_of(std::string_view word) {
  if (word.size() <= kShortest) return word;
  for (const std::string_view prefix : kPrefixes) {
    if (word.front() != prefix.front() || word.size() < prefix.size() + kShortest || !word.starts_with(prefix)) continue;
    word.remove_prefix(prefix.size());
    break;
  }
  for (const std::string_view suffix : kSuffixes) {
    if (word.back() != suffix.back() || word.size() < suffix.size() + kShortest || !word.ends_with(suffix)) continue;
    word.remove_suffix(suffix.size());
    break;
  }
  return word;
}

}  // namespace satupintu::normalizer
