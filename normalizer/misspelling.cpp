// SPDX-License-Identifier: Apache-2.0
#include "normalizer/misspelling.hpp"

#include <algorithm>
#include <bit>

namespace satupintu::normalizer {

namespace {

constexpr std::size_t kShortest = 7;  // letters; shorter names have real words beside them
constexpr std::size_t kLongest = 24;
constexpr std::size_t kLongEnoughForTwo = 12;  // letters from which on two slips are forgiven

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

std::uint32_t set_of(std::string_view letters) {
  std::uint32_t set = 0;
  for (const char c : letters)
    if (is_letter(c)) set |= 1U << static_cast<unsigned>(c - 'a');
  return set;
}

std::size_t slips_allowed(std::size_t letters) { return letters >= kLongEnoughForTwo ? 2 : 1; }

// The number of letters to insert, drop, replace or exchange with their neighbour (optimal string alignment distance).
std::size_t distance(std::string_view a, std::string_view b) {
  std::array<std::array<std::size_t, kLongest + 3>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    const auto& two_above = rows[(i + 1) % 3];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], two_above[j - 2] + 1);
    }
  }
  return rows[a.size() % 3][b.size()];
}

}  // namespace

void Misspellings::add(std::string_view letters, std::uint16_t name) {
  if (letters.size() < kShortest || letters.size() > kLongest || !std::ranges::all_of(letters, is_letter)) return;
  by_first_letter_[static_cast<std::size_t>(letters[0] - 'a')].push_back({std::string(letters), set_of(letters), name});
}

const std::uint16_t* Misspellings::find(std::string_view letters) const {
  if (letters.size() + 1 < kShortest || letters.size() > kLongest + 1 || !is_letter(letters[0])) return nullptr;
  const std::uint32_t set = set_of(letters);
  const Name* found = nullptr;
  std::size_t least = kLongest;
  bool several = false;
  for (const Name& name : by_first_letter_[static_cast<std::size_t>(letters[0] - 'a')]) {
    const std::size_t allowed = slips_allowed(name.letters.size());
    const std::size_t difference = std::max(letters.size(), name.letters.size()) - std::min(letters.size(), name.letters.size());
    // Each slip adds at most one letter and takes at most one away.
    if (difference > allowed || static_cast<std::size_t>(std::popcount(set ^ name.set)) > 2 * allowed) continue;
    const std::size_t slips = distance(letters, name.letters);
    if (slips > allowed || slips > least) continue;
    several = slips == least && found != nullptr && found->name != name.name;
    found = &name;
    least = slips;
  }
  return several || found == nullptr ? nullptr : &found->name;
}

}  // namespace satupintu::normalizer
