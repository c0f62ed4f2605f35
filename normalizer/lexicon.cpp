// SPDX-License-Identifier: Apache-2.0
#include "normalizer/lexicon.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <iterator>
#include <utility>

namespace satupintu::normalizer {

namespace {

constexpr std::size_t kLongestWord = 40;  // longer ones are nobody's word, and need not be hashed
constexpr std::size_t kMeanings = static_cast<std::size_t>(Meaning::name_end) + 1;

// "banjiiiir": letters standing three times or more become one.
std::string without_drawn_out_letters(std::string_view word) {
  std::string out;
  for (std::size_t i = 0; i < word.size();) {
    std::size_t end = i;
    while (end < word.size() && word[end] == word[i]) ++end;
    out.append(end - i >= 3 ? 1 : end - i, word[i]);
    i = end;
  }
  return out;
}

bool has_drawn_out_letters(std::string_view word) {
  for (std::size_t i = 2; i < word.size(); ++i)
    if (word[i] == word[i - 1] && word[i] == word[i - 2]) return true;
  return false;
}

}  // namespace

Lexicon::WordId Lexicon::find_id(std::string_view folded) const {
  const auto found = ids_.find(folded);
  return found == ids_.end() ? 0 : found->second;
}

Lexicon::WordId Lexicon::id_of(std::string_view folded) {
  if (const WordId known = find_id(folded)) return known;
  const WordId id = add_word(folded);
  misspellings_.add(folded, id);
  return id;
}

Lexicon::WordId Lexicon::add_word(std::string_view folded) {
  words_.emplace_back(folded);
  roots_.push_back(0);
  const auto id = static_cast<WordId>(roots_.size() - 1);
  ids_.emplace(folded, id);
  return id;
}

// The word itself, else without what people put on it, else what was meant.
Lexicon::LookedUp Lexicon::look_up(std::string_view folded) const {
  if (folded.size() > kLongestWord) return {};
  if (const WordId known = find_id(folded)) return {known, words_[known] == folded ? HowRead::as_written : HowRead::other_spelling};
  constexpr std::size_t kShortestStem = 3;
  std::string_view stem = folded;
  for (const std::string_view ending : {"nya", "lah", "kah", "ny", "y"}) {
    if (folded.size() < ending.size() + kShortestStem || !folded.ends_with(ending)) continue;
    stem = folded.substr(0, folded.size() - ending.size());
    if (const WordId known = find_id(stem)) return {known, HowRead::without_ending};
  }
  if (has_drawn_out_letters(folded)) {
    const WordId meant = look_up(without_drawn_out_letters(folded)).word;
    return {meant, meant == 0 ? HowRead::unknown : HowRead::drawn_out};
  }
  WordId meant = misspellings_.find(folded).value_or(0);
  if (meant == 0 && stem.size() != folded.size()) meant = misspellings_.find(stem).value_or(0);
  return {meant, meant == 0 ? HowRead::unknown : HowRead::mistyped};
}

void Lexicon::add_real_word(std::string_view word) {
  const Words words = split_words(word);
  if (words.list.size() == 1 && find_id(words.folded) == 0) add_word(words.folded);
}

bool Lexicon::add_spelling(std::string_view spelling, std::string_view word) {
  const Words from = split_words(spelling);
  const Words to = split_words(word);
  if (from.list.size() != 1 || to.list.size() != 1 || find_id(from.folded) != 0) return false;
  const WordId id = id_of(to.folded);
  misspellings_.add(from.folded, id);
  return ids_.emplace(from.folded, id).second;
}

Lexicon::Added Lexicon::add(std::string_view phrase, Meaning meaning, std::size_t index, unsigned weight) {
  const Words words = split_words(phrase);
  if (words.list.empty() || words.list.size() > kLongestPhrase) return Added::empty;
  std::uint32_t node = 0;
  for (const Word& word : words.list) {
    const WordId id = id_of(words.folded_of(word));
    std::uint32_t& next = node == 0 ? roots_[id] : children_[std::uint64_t{node} << 32U | id];
    if (next == 0) {
      next = static_cast<std::uint32_t>(nodes_.size());
      nodes_.emplace_back();
      nodes_[node].has_children = true;
    }
    node = next;
  }
  const Entry entry{meaning, static_cast<std::uint8_t>(weight), static_cast<std::uint16_t>(index)};
  auto& entries = nodes_[node].entries;
  if (std::ranges::any_of(entries, [&](const Entry& e) { return e.meaning == meaning && e.index == entry.index; })) return Added::twice;
  entries.push_back(entry);
  return Added::yes;
}

std::uint32_t Lexicon::child_of(std::uint32_t node, WordId word) const {
  if (word == 0 || !nodes_[node].has_children) return 0;
  const auto found = children_.find(std::uint64_t{node} << 32U | word);
  return found == children_.end() ? 0 : found->second;
}

std::vector<Lexicon::WordId> Lexicon::ids_of(const Words& words) const {
  std::vector<WordId> ids(words.list.size());
  std::ranges::transform(words.list, ids.begin(), [&](const Word& word) { return look_up(words.folded_of(word)).word; });
  return ids;
}

Lexicon::Found Lexicon::find(const Words& words, const std::vector<WordId>& ids) const {
  const auto count = static_cast<std::uint32_t>(words.list.size());

  Found found;
  auto& matches = found.matches;
  matches.reserve(count);
  std::array<std::uint32_t, kMeanings> covered_until{};  // by meaning: one behind the last word of its last match
  bool any_idiom = false;
  for (std::uint32_t first = 0; first < count; ++first) {
    std::array<std::uint32_t, kLongestPhrase> path{};
    std::uint32_t length = 0;
    for (std::uint32_t node = roots_[ids[first]]; node != 0;) {
      path[length++] = node;
      const std::uint32_t next = first + length;
      node = next < count && length < kLongestPhrase ? child_of(node, ids[next]) : 0;
    }
    std::bitset<kMeanings> found_longer;
    for (; length > 0; --length) {
      std::bitset<kMeanings> found_here;
      for (const Entry& entry : nodes_[path[length - 1]].entries) {
        const auto meaning = static_cast<std::size_t>(entry.meaning);
        const std::uint32_t behind = first + length;
        if (entry.meaning != Meaning::group) {
          if (found_longer[meaning] || (!found_here[meaning] && behind <= covered_until[meaning])) continue;
          found_here.set(meaning);
          covered_until[meaning] = behind;
        }
        any_idiom = any_idiom || entry.meaning == Meaning::idiom;
        matches.push_back({first, behind - 1, entry.meaning, entry.weight, entry.index, path[length - 1]});
      }
      found_longer |= found_here;
    }
  }
  if (!any_idiom) return found;

  std::vector<bool> hidden(count);
  std::vector<std::uint32_t> idiom_until(count);  // one behind the last word of the idiom that starts there
  for (const Match& match : matches) {
    if (match.meaning != Meaning::idiom) continue;
    std::fill(hidden.begin() + match.first, hidden.begin() + match.last + 1, true);
    idiom_until[match.first] = match.last + 1;
  }
  const auto is_hidden = [&](const Match& match) {
    // What another list names in the very same words is meant: "jalan raya" is a street, though nothing is wrong with it.
    if (match.meaning != Meaning::idiom && idiom_until[match.first] == match.last + 1) return false;
    return std::any_of(hidden.begin() + match.first, hidden.begin() + match.last + 1, [](bool h) { return h; });
  };
  std::ranges::copy_if(matches, std::back_inserter(found.hidden), is_hidden);
  std::erase_if(matches, is_hidden);
  return found;
}

Reading::Reading(std::string_view clean_text, const Lexicon& lexicon)
    : text(clean_text), words(split_words(clean_text)), ids(lexicon.ids_of(words)) {
  auto found = lexicon.find(words, ids);
  matches = std::move(found.matches);
  hidden = std::move(found.hidden);
}

std::span<const Match> Reading::around(const Match& match, std::uint32_t reach) const {
  const auto least = match.first > reach + kLongestPhrase ? match.first - reach - kLongestPhrase : 0;
  const auto begin = std::ranges::lower_bound(matches, least, {}, [](const Match& m) { return std::size_t{m.first}; });
  const auto end =
      std::ranges::upper_bound(matches, std::size_t{match.last} + reach + 1, {}, [](const Match& m) { return std::size_t{m.first}; });
  return {begin, end};
}

bool Reading::any_break(std::uint32_t after, std::uint32_t until) const {
  for (std::uint32_t i = after + 1; i <= until; ++i)
    if (words.list[i].after_break) return true;
  return false;
}

bool Reading::stands_before(Meaning meaning, const Match& match, std::uint32_t reach) const {
  return std::ranges::any_of(around(match, reach), [&](const Match& other) {
    if (other.meaning != meaning || other.first >= match.first) return false;
    if (other.last >= match.first) return true;
    return match.first - other.last <= reach + 1 && !any_break(other.last, match.first);
  });
}

bool Reading::stands_behind(Meaning meaning, const Match& match, std::uint32_t reach) const {
  return std::ranges::any_of(around(match, reach), [&](const Match& other) {
    if (other.meaning != meaning || other.last <= match.last) return false;
    if (other.first <= match.last) return true;
    return other.first - match.last <= reach + 1 && !any_break(match.last, other.first);
  });
}

bool Reading::has(Meaning meaning) const {
  return std::ranges::any_of(matches, [meaning](const Match& match) { return match.meaning == meaning; });
}

}  // namespace satupintu::normalizer
