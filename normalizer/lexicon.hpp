// SPDX-License-Identifier: Apache-2.0
// All words and phrases of the configuration in one trie, so that a text is searched once for everything. A long word
// typed wrong by one letter is found as well. Built at start by rules.cpp; afterwards const and free to use from several threads.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "normalizer/misspelling.hpp"
#include "normalizer/text.hpp"

namespace satupintu::normalizer {

// What finding a phrase tells. What an `index` refers to stands behind each.
enum class Meaning : std::uint8_t {
  category,       // Rules::categories; the weight says how much it counts
  denial,         // "bukan soal": what follows is not the matter
  solved,         // "sudah diangkut": what stands before is not the matter any more
  beside,         // "depan": what follows tells where it is
  opener,         // "satu lagi": another matter begins
  correction,     // "ralat": an earlier message said it wrong
  idiom,          // means something else: hides every other match that touches it
  group,          // Rules::pairs: counts near a match of another group
  danger,         // Rules::dangers: enough alone
  danger_unless,  // Rules::dangers: harmless
  out_of_scope,   // Rules::scopes; the weight says how much it counts
  circumstance,   // enum class Circumstance
  problem,        // the weight of these three says how much they count
  aspiration,
  information,
  thanks,
  request,
  urgent,
  anonymous,
  secret,
  today,
  yesterday,
  filler,     // greetings, politeness, the small words of grammar: tell nothing of the matter
  flag,       // Rules::flags
  elsewhere,  // a place of another jurisdiction: enum class Evidence
  there,      // "sana": the other place that was named is the matter's
  no_place,   // "pohon pinang": hides the names of places that touch it
  no_street,  // "lampu jalan": what follows is no street's name
  city,
  region_word,  // "kabupaten"
  at,           // "di", "daerah"
  not_at,       // "arah", "bukan"
  passing,      // "ke", "dari"
  home,         // "tinggal di"
  stay,         // "anak di": who or what is only there
  people,       // "warga"
  institution,
  kecamatan,  // Rules::kecamatan
  kelurahan,  // Rules::kelurahan
  kecamatan_word,
  kelurahan_word,
  rt_word,
  rw_word,
  number_word,
  street_word,
  alley_word,
  estate_word,
  landmark_word,
  well_known,  // a street, the line of `streets`, or an estate: kEstates on from there, the line of `estates`
  site,        // a kind of place that bears a name of its own: the line of `sites`
  landmark,    // a place that bears one name in the whole city: the line of `landmarks`
  thing,       // what a report is about: the line of `things`
  state,       // what is wrong with it: the line of `states`
  everyday,    // a word that everybody uses: nobody's and no place's name
  title,       // part of a street's name that people leave out
  crossing_word,
  distance_unit,
  distance_from,
  // Those of Rules::commands; `index` is a CommandKind.
  command_word,    // "cek"
  command_phrase,  // "sampai mana"
  command_beside,  // may stand beside them
  courtesy,
  about_report,  // "laporan saya"
  further,       // "dan": something more is said
  rating_value,  // `index`: 1 to 5
  name_end,
};

inline constexpr std::size_t kEstates = 1024;     // the first index of one among Meaning::well_known
inline constexpr std::size_t kLongestPhrase = 8;  // words

struct Match {
  std::uint32_t first = 0, last = 0;  // indexes into Words::list, both inclusive
  Meaning meaning{};
  std::uint8_t weight = 0;
  std::uint16_t index = 0;
  std::uint32_t phrase = 0;  // the same for the same phrase
};

// How a word came to be read as one of ours.
enum class HowRead : std::uint8_t { unknown, as_written, other_spelling, without_ending, drawn_out, mistyped };

class Lexicon {
 public:
  // From now on `spelling` reads as `word`. False when either is not exactly one word or `spelling` has a reading already.
  bool add_spelling(std::string_view spelling, std::string_view word);

  // From now on `word` is nobody's mistyped word. After all phrases.
  void add_real_word(std::string_view word);

  enum class Added : std::uint8_t { yes, empty, twice };
  // `twice`: with this meaning and index it is there already, perhaps in another spelling.
  Added add(std::string_view phrase, Meaning meaning, std::size_t index = 0, unsigned weight = 1);

  using WordId = std::uint32_t;  // the same for all spellings of a word; 0: none that we know
  [[nodiscard]] std::vector<WordId> ids_of(const Words& words) const;
  // The word in its own spelling.
  [[nodiscard]] std::string_view word(WordId known) const { return words_[known]; }
  struct LookedUp {
    WordId word = 0;
    HowRead how{};
  };
  [[nodiscard]] LookedUp look_up(std::string_view folded) const;

  struct Found {
    std::vector<Match> matches;
    std::vector<Match> hidden;  // idioms, and what touches one, unless it is the very same words
  };
  // The matches in `words`, whose `ids` these are, by where they start. For each meaning only the longest phrase that starts at a word, and
  // none that lies within an earlier one; but of groups, which have nothing to do with each other, all.
  [[nodiscard]] Found find(const Words& words, const std::vector<WordId>& ids) const;

 private:
  struct Entry {
    Meaning meaning;
    std::uint8_t weight;
    std::uint16_t index;
  };
  struct Node {
    std::vector<Entry> entries;
    bool has_children = false;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };

  WordId id_of(std::string_view folded);
  WordId add_word(std::string_view folded);
  [[nodiscard]] WordId find_id(std::string_view folded) const;
  [[nodiscard]] std::uint32_t child_of(std::uint32_t node, WordId word) const;

  std::unordered_map<std::string, WordId, TextHash, std::equal_to<>> ids_;
  Misspellings misspellings_;                                  // word ids
  std::vector<std::string> words_{1};                          // by word id
  std::vector<std::uint32_t> roots_{0};                        // by word id: the node of a phrase's first word
  std::unordered_map<std::uint64_t, std::uint32_t> children_;  // by node and word id
  std::vector<Node> nodes_{1};                                 // 0: none
};

// A clean text as the rules read it: what every step from the category on looks at.
struct Reading {
  std::string_view text;
  Words words;
  std::vector<Lexicon::WordId> ids;  // of the words
  std::vector<Match> matches;
  std::vector<Match> hidden;             // Lexicon::Found::hidden
  std::vector<std::string_view> traits;  // traits.hpp; empty until the place is known

  Reading() = default;
  Reading(std::string_view clean_text, const Lexicon& lexicon);

  // Word `i` in its own spelling, as far as `lexicon` knows it.
  [[nodiscard]] std::string_view word(std::size_t i, const Lexicon& lexicon) const {
    return ids[i] == 0 ? words.folded_of(words.list[i]) : lexicon.word(ids[i]);
  }
  [[nodiscard]] bool has(Meaning meaning) const;
  // The matches that may touch `match`, or stand at most `reach` words before or behind it: few, however long the text is.
  [[nodiscard]] std::span<const Match> around(const Match& match, std::uint32_t reach) const;
  // True when a match of this meaning touches `match` from before, or ends at most `reach` words before it in the same clause.
  [[nodiscard]] bool stands_before(Meaning meaning, const Match& match, std::uint32_t reach) const;
  // Likewise behind it.
  [[nodiscard]] bool stands_behind(Meaning meaning, const Match& match, std::uint32_t reach) const;
  // True when punctuation stands anywhere between the words `after` and `until`.
  [[nodiscard]] bool any_break(std::uint32_t after, std::uint32_t until) const;
  // The text from the first to the last of these words.
  [[nodiscard]] std::string_view between(std::uint32_t first, std::uint32_t last) const {
    return text.substr(words.list[first].begin, words.list[last].end - words.list[first].begin);
  }
};

}  // namespace satupintu::normalizer
