// SPDX-License-Identifier: Apache-2.0
#include "normalizer/sketch.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

#include "normalizer/fnv.hpp"
#include "normalizer/stem.hpp"

namespace satupintu::normalizer {

namespace {

constexpr std::size_t kFewestWords = 3;    // fewer are shared by too many to find a report by
constexpr double kLargestAccuracyM = 300;  // a position known less well tells no spot
constexpr std::size_t kShortestName = 3;   // letters
constexpr std::size_t kLongestWord = 24;   // letters of a word that are looked at
constexpr std::size_t kRows = kBands * kRowsPerBand;
constexpr unsigned kPositionSteps = 1U << 24U;

// The finaliser of splitmix64 (Steele, Lea, Flood 2014).
constexpr std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

// Mixed because FNV's high bits are poor.
std::uint64_t hash_of(std::string_view text) { return mixed(fnv(text)); }

// Never zero, which is what is unknown.
std::uint16_t hash16(std::string_view text) {
  return text.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(1 + hash_of(text) % 0xffffU);
}
std::uint32_t hash24(std::string_view text) { return static_cast<std::uint32_t>(1 + hash_of(text) % 0xffffffU); }
std::uint8_t hash8(std::string_view text) { return text.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(1 + hash_of(text) % 0xffU); }

// Odd multipliers: each makes another order of the same hashes.
constexpr auto kMultipliers = [] {
  std::array<std::uint64_t, kRows> odd{};
  for (std::size_t i = 0; i < odd.size(); ++i) odd[i] = mixed(0x9e3779b97f4a7c15U * (i + 1)) | 1U;
  return odd;
}();

class MinHash {
 public:
  MinHash() { least_.fill(std::numeric_limits<std::uint32_t>::max()); }

  // Every three letters of the word, its beginning and end counted as letters: a slip of the finger changes three of them.
  void add_word(std::string_view word) {
    word = word.substr(0, kLongestWord);
    std::uint32_t last_three = ' ';
    for (const char c : word) {
      last_three = (last_three << 8U | static_cast<unsigned char>(c)) & 0xffffffU;
      if (last_three >> 16U != 0) add(last_three);
    }
    add((last_three << 8U | ' ') & 0xffffffU);
  }

  [[nodiscard]] std::array<std::uint32_t, kBands> bands() const {
    std::array<std::uint32_t, kBands> hashes{};
    for (std::size_t band = 0; band < kBands; ++band) {
      std::uint64_t hash = band;
      for (std::size_t row = 0; row < kRowsPerBand; ++row) hash = mixed(hash + least_[band * kRowsPerBand + row]);
      hashes[band] = static_cast<std::uint32_t>(hash | 1U);
    }
    return hashes;
  }

 private:
  void add(std::uint32_t three_letters) {
    const std::uint64_t hash = mixed(three_letters + 0x9e3779b97f4a7c15U);
    for (std::size_t i = 0; i < least_.size(); ++i)
      least_[i] = std::min(least_[i], static_cast<std::uint32_t>(hash * kMultipliers[i] >> 32U));
  }

  std::array<std::uint32_t, kRows> least_{};
};

// Sets what is true for each word that lies in a match of one of these meanings.
template <class... Meanings>
void mark(std::vector<bool>& marked, const std::vector<Match>& matches, Meanings... meanings) {
  for (const Match& match : matches) {
    if (((match.meaning == meanings) || ...)) std::fill(marked.begin() + match.first, marked.begin() + match.last + 1, true);
  }
}

template <class... Meanings>
std::vector<bool> words_of(const Reading& reading, Meanings... meanings) {
  std::vector<bool> marked(reading.words.list.size());
  mark(marked, reading.matches, meanings...);
  return marked;
}

// The match of one of these meanings in which the word lies; nullptr when there is none.
template <class... Meanings>
const Match* match_at(const Reading& reading, std::size_t i, Meanings... meanings) {
  const auto word = static_cast<std::uint32_t>(i);
  for (const Match& match : reading.around({word, word}, 0))
    if (((match.meaning == meanings) || ...) && match.first <= word && word <= match.last) return &match;
  return nullptr;
}

void sketch_words(Sketch& sketch, const Reading& reading, const Lexicon& lexicon) {
  const std::vector<bool> says_nothing = words_of(reading, Meaning::filler);
  MinHash minhash;
  std::vector<std::string_view> told;
  told.reserve(reading.words.list.size());
  for (std::size_t i = 0; i < reading.words.list.size(); ++i) {
    const Word& word = reading.words.list[i];
    // Numbers are dates, durations and house numbers, of which the place knows those that matter.
    if (word.number || says_nothing[i]) continue;
    const std::string_view spelt = reading.word(i, lexicon);
    if (spelt.size() > 1) told.push_back(spelt);
  }
  std::ranges::sort(told);
  told.erase(std::ranges::unique(told).begin(), told.end());
  for (const std::string_view word : told) minhash.add_word(word);
  sketch.words = static_cast<std::uint8_t>(std::min<std::size_t>(told.size(), 255));
  if (told.size() >= kFewestWords) sketch.bands = minhash.bands();
}

// "Soekarno Hatta" and "Sukarno Hata" are one street: the spelling of before 1972 and letters that make no sound.
std::string sound_of(std::string_view word) {
  std::string out;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    const char next = i + 1 < word.size() ? word[i + 1] : '\0';
    if (c == 'o' && next == 'e') out += 'u', ++i;
    else if (c == 'd' && next == 'j') out += 'j', ++i;
    else if (c == 't' && next == 'j') out += 'c', ++i;
    else if (c == 'h' && !out.empty() && std::string_view("aeiou").find(out.back()) == std::string_view::npos) continue;
    else if (c == 'h' && next == '\0') continue;
    else if (out.empty() || out.back() != c || (c >= '0' && c <= '9')) out += c;
  }
  return out;
}

// "III" behind a street's name; empty when it is no such numeral.
std::string_view digits_of_roman(std::string_view word) {
  constexpr std::array<std::string_view, 10> kNumerals{"i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"};
  constexpr std::array<std::string_view, 10> kDigits{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"};
  const auto* const found = std::ranges::find(kNumerals, word);
  return found == kNumerals.end() ? std::string_view() : kDigits[static_cast<std::size_t>(found - kNumerals.begin())];
}

unsigned number_of(std::string_view digits, unsigned most) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc{} && end == digits.data() + digits.size() && number <= most ? number : 0;
}

// A byte for each of a name's first two words; the second may be missing.
std::uint16_t two_words(std::string_view first, std::string_view second) {
  return static_cast<std::uint16_t>(hash8(first) << 8U | hash8(second));
}

// The name of a well-known street or estate, whatever it is called.
std::uint16_t well_known(const Match& match) { return hash16("well known " + std::to_string(match.index)); }

// Reads "Jl. Moh. Toha no 5, Gg. Masjid blok C" into the sketch.
class Address {
 public:
  Address(Sketch& sketch, const Reading& reading, const Lexicon& lexicon) : sketch_(sketch), reading_(reading), lexicon_(lexicon) {
    kinds_.resize(reading.words.list.size());
    // In an address "jalan raya" is no saying.
    for (const auto* matches : {&reading.hidden, &reading.matches}) {
      for (const Match& match : *matches) {
        if (match.meaning == Meaning::street_word || match.meaning == Meaning::alley_word || match.meaning == Meaning::estate_word ||
            match.meaning == Meaning::number_word)
          std::fill(kinds_.begin() + match.first, kinds_.begin() + match.last + 1, match.meaning);
      }
    }
    for (const Match& match : reading.matches)
      if (match.meaning == Meaning::well_known) known_.push_back(match);
    ends_ = words_of(reading, Meaning::kelurahan, Meaning::kecamatan, Meaning::kelurahan_word, Meaning::kecamatan_word, Meaning::rt_word,
                     Meaning::rw_word, Meaning::problem, Meaning::everyday);
    left_out_ = words_of(reading, Meaning::title);
    tells_ = words_of(reading, Meaning::category);
  }

  // What stands before any "jalan" or "gang" is the name of a street.
  void read() {
    Meaning kind = Meaning::street_word;
    for (std::uint32_t i = 0; i < kinds_.size();) {
      if (kinds_[i] == Meaning::number_word) {
        i = read_number(i);
      } else if (kinds_[i]) {
        kind = *kinds_[i++];
      } else {
        i = read_name(i, kind);
      }
    }
  }

  // Those numbers that are told apart from an address, too: "taman cibodas blok A1".
  void read_numbers() {
    for (std::uint32_t i = 0; i < kinds_.size();) i = kinds_[i] == Meaning::number_word ? read_number(i) : i + 1;
  }

 private:
  std::string_view folded(std::uint32_t i) const { return reading_.words.folded_of(reading_.words.list[i]); }

  std::uint32_t read_number(std::uint32_t i) {
    const std::string_view word = reading_.word(i, lexicon_);
    while (i < kinds_.size() && kinds_[i] == Meaning::number_word) ++i;
    if (i == kinds_.size()) return i;
    if (word == "km") set(sketch_.kilometre, static_cast<std::uint8_t>(number_of(folded(i), 255)));
    else if (word.starts_with("bl")) return read_block(i);
    else set_house_number(i);
    return i + 1;
  }

  // "blok G3/8", "blok C5 no 12"; "blok F 12" and "blok F12" may be the same house, or one of block F12.
  std::uint32_t read_block(std::uint32_t i) {
    const auto& list = reading_.words.list;
    std::string block(folded(i));
    std::uint32_t next = i + 1;
    const bool is_joined = next < list.size() && list[next].number && list[next].begin == list[i].end;
    const bool has_house =
        next + 1 < list.size() && !list[next + 1].after_break && (list[next + 1].number || kinds_[next + 1] == Meaning::number_word);
    if (is_joined && has_house) block += folded(next++);
    set(sketch_.block, hash8(block));
    if (next < list.size() && list[next].number) {
      if (!is_joined || has_house) set_house_number(next);
      ++next;
    }
    return next;
  }

  void set_house_number(std::uint32_t i) { set(sketch_.house_number, static_cast<std::uint16_t>(number_of(folded(i), 9999))); }

  std::uint32_t read_name(std::uint32_t i, Meaning kind) {
    std::vector<std::string> name, titles;
    const std::uint32_t first = i;
    for (const Match& match : known_) {
      if (match.first < i || match.first > i + 1) continue;
      set_name(match.index < kEstates ? Meaning::street_word : Meaning::estate_word, well_known(match));
      for (i = match.last + 1; i < kinds_.size() && !kinds_[i] && !reading_.words.list[i].after_break; ++i)
        if (i == match.last + 1 && reading_.words.list[i].number) set_house_number(i);
      return i;
    }
    for (; i < kinds_.size() && !kinds_[i]; ++i) {
      const Word& word = reading_.words.list[i];
      const bool is_behind = i > first;
      if (kind == Meaning::alley_word && !is_behind && tells_[i]) break;  // "gang amblas"
      if (ends_[i] && (is_behind || !is_place(i))) break;
      if (word.after_break && !name.empty()) break;
      // "Jl. Aster 3 no 22" is the third street of that name.
      const bool is_house = word.number && kind == Meaning::street_word && !name.empty() && !comes_with_number(i + 1);
      if (is_house) {
        set_house_number(i);
        continue;
      }
      const std::string_view digits = is_behind ? digits_of_roman(folded(i)) : std::string_view();
      (left_out_[i] ? titles : name).push_back(digits.empty() ? sound_of(reading_.word(i, lexicon_)) : std::string(digits));
    }
    if (name.empty()) name = std::move(titles);
    if (!name.empty()) set_name(kind, two_words(name[0], name.size() > 1 ? name[1] : std::string()));
    // Behind the name's end: the rest up to the next "gang" or number is no name.
    while (i < kinds_.size() && !kinds_[i] && (i == first || !reading_.words.list[i].after_break)) ++i;
    return i;
  }

  bool comes_with_number(std::uint32_t i) const {
    return i + 1 < kinds_.size() && kinds_[i] == Meaning::number_word && reading_.words.list[i + 1].number &&
           reading_.word(i, lexicon_).starts_with("no");
  }

  bool is_place(std::uint32_t i) const { return match_at(reading_, i, Meaning::kelurahan, Meaning::kecamatan) != nullptr; }

  void set_name(Meaning kind, std::uint16_t name) {
    if (kind == Meaning::alley_word) return set(sketch_.alley, name);
    if (kind == Meaning::street_word)
      return set(sketch_.street != 0 && sketch_.street != name ? sketch_.cross_street : sketch_.street, name);
    set(sketch_.estate != 0 && sketch_.estate != name ? sketch_.inner_estate : sketch_.estate, name);
  }

  template <class Number>
  static void set(Number& field, Number value) {
    if (field == 0) field = value;
  }

  Sketch& sketch_;
  const Reading& reading_;
  const Lexicon& lexicon_;
  std::vector<std::optional<Meaning>> kinds_;
  std::vector<bool> ends_, left_out_, tells_;
  std::vector<Match> known_;
};

// Once each; what comes when all are known is left out.
template <class Value, std::size_t kMost>
void add(std::array<Value, kMost>& known, Value value, unsigned unlike = 0) {
  for (auto& field : known) {
    if ((field | unlike) == (value | unlike)) return;
    if (field != 0) continue;
    field = value;
    return;
  }
}

// The word by which a kind of place is told from others of its kind; none when there is no such word. "Masjid Jami Al Ittihad"
std::optional<std::size_t> name_behind(const Reading& reading, const Match& site) {
  std::size_t name = site.last + 1;
  const auto is = [&](std::size_t i, auto... meanings) { return match_at(reading, i, meanings...) != nullptr; };
  const auto& list = reading.words.list;
  for (; name < list.size() && !list[name].after_break; ++name) {
    const bool goes_on = name + 1 < list.size() && !list[name + 1].after_break;
    // "stasiun kota tangerang"
    if (is(name, Meaning::city)) {
      if (goes_on && is(name + 1, Meaning::city)) continue;
      return name;
    }
    if (is(name, Meaning::kelurahan, Meaning::kecamatan)) return name;
    if (is(name, Meaning::at, Meaning::everyday, Meaning::problem, Meaning::site, Meaning::filler, Meaning::name_end)) return std::nullopt;
    const bool is_left_out = !list[name].number && (is(name, Meaning::title) || reading.words.folded_of(list[name]).size() < kShortestName);
    if (!is_left_out || !goes_on) return name;
  }
  return std::nullopt;
}

// What is said not to be meant: "bukan yang di depan masjid".
std::vector<bool> denied_words(const Reading& reading) {
  constexpr std::uint32_t kReach = 4;  // words
  std::vector<bool> denied(reading.words.list.size());
  const auto is_denial = [&](const Match& correction) {
    return std::ranges::any_of(reading.around(correction, 0),
                               [&](const Match& match) { return match.meaning == Meaning::denial && match.first == correction.first; });
  };
  for (const Match& match : reading.matches) {
    // "di TK Melati, eh maksud saya di SD Poris Jaya"
    if (match.meaning == Meaning::correction && !is_denial(match))
      for (std::uint32_t i = match.first > kReach ? match.first - kReach : 0; i < match.first; ++i) denied[i] = true;
    if (match.meaning != Meaning::denial) continue;
    for (std::uint32_t i = match.last + 1; i < denied.size() && i <= match.last + kReach && !reading.words.list[i].after_break; ++i)
      denied[i] = true;
  }
  return denied;
}

// "di halte", "depan halte", "halte ciputra"; and the name of what stands before: "jembatan kaca", but not "halte kacanya".
bool tells_where(const Reading& reading, const Match& thing) {
  if (reading.stands_before(Meaning::at, thing, 0)) return true;
  const bool is_part = reading.words.folded_of(reading.words.list[thing.last]).ends_with("nya");
  if (!is_part && reading.stands_before(Meaning::landmark_word, thing, 0)) return true;
  return std::ranges::any_of(reading.around(thing, 0), [&](const Match& match) {
    return match.meaning == Meaning::site && match.first == thing.first && name_behind(reading, match).has_value();
  });
}

// "bus lambat di halte": where something is is not what it is about, unless nothing else is.
void add_things(Sketch& sketch, const Reading& reading, const std::vector<bool>& denied) {
  for (const Match& match : reading.matches)
    if (match.meaning == Meaning::state && !denied[match.first]) add(sketch.states, static_cast<std::uint8_t>(1 + match.index % 255U));
  for (const bool is_place : {false, true}) {
    const std::uint8_t place = is_place && sketch.things[0] != 0 ? kThingIsPlace : 0;
    for (const Match& match : reading.matches) {
      if (match.meaning != Meaning::thing || denied[match.first]) continue;
      if (tells_where(reading, match) == is_place)
        add(sketch.things, static_cast<std::uint8_t>((1 + match.index % 127U) | place), kThingIsPlace);
    }
  }
}

// "puskesmas cipondoh", "pasar malabar", "smpn 43": what it is and what it is called together are one place in the city. "tangcity" is one
// alone.
void add_sites(Sketch& sketch, const Reading& reading, const std::vector<bool>& denied, const Lexicon& lexicon) {
  constexpr unsigned kKinds = 254;         // 255: none
  constexpr std::size_t kWordsOfName = 3;  // before its number
  const std::vector<bool> ends = words_of(reading, Meaning::at, Meaning::filler, Meaning::problem, Meaning::name_end, Meaning::thing);
  const auto& list = reading.words.list;
  for (const Match& match : reading.matches) {
    if (denied[match.first]) continue;
    if (match.meaning == Meaning::landmark) add(sketch.sites, static_cast<std::uint16_t>(0xff00U | (1U + match.index % 255U)));
    if (match.meaning != Meaning::site) continue;
    const auto name = name_behind(reading, match);
    if (!name) continue;
    std::string called = sound_of(reading.word(*name, lexicon));
    // "puskesmas poris gaga" is not that of Poris Plawad.
    const auto at_name = static_cast<std::uint32_t>(*name);
    for (const Match& area : reading.around({at_name, at_name}, 0))
      if (area.meaning == Meaning::kelurahan && area.first == *name) called = "kelurahan " + std::to_string(area.index);
    // "SDN Tanah Tinggi 6": with a number all of its words count, for the next one may be "SDN Tanah Tinggi Baru 6".
    std::string whole = called;
    for (std::size_t i = *name + 1; !list[*name].number && i < list.size() && i <= *name + kWordsOfName && !list[i].after_break; ++i) {
      if (ends[i]) break;
      whole += list[i].number ? std::string(reading.words.folded_of(list[i])) : sound_of(reading.word(i, lexicon));
      if (!list[i].number) continue;
      called = whole;
      break;
    }
    add(sketch.sites, static_cast<std::uint16_t>((1U + match.index % kKinds) << 8U | hash8(called)));
  }
}

constexpr unsigned kNameBits = 7;  // those of NameOf

// Sorts the words of a text by what they tell, and adds the most telling ones to the sketch.
class Names {
 public:
  // `area` is what the kelurahan and the kecamatan are called, by words and whole.
  Names(Sketch& sketch, const Reading& reading, const std::vector<std::string>& area, const Rules& rules)
      : sketch_(sketch),
        reading_(reading),
        area_(area),
        rules_(rules),
        kinds_(words_of(reading, Meaning::everyday, Meaning::site)),
        ends_(words_of(reading, Meaning::at, Meaning::problem, Meaning::rt_word, Meaning::rw_word, Meaning::kelurahan_word,
                       Meaning::kecamatan_word)),
        of_(reading.words.list.size()) {
    sort_out();
  }

  void read_text(const std::vector<bool>& denied) {
    for (const Match& match : reading_.matches)
      if (match.meaning == Meaning::landmark_word) read_spot(match.last + 1);
    add_well_known(denied);
    for (std::size_t i = 0; i < of_.size(); ++i)
      if (of_[i] && denied[i]) of_[i] = NameOf::denied;
    for (const NameOf of :
         {NameOf::landmark, NameOf::kind_of_landmark, NameOf::nobody_known, NameOf::denied, NameOf::number, NameOf::ordinary})
      add_all(of);
  }

  // Of a landmark that is told apart from the text.
  void read_landmark() {
    read_spot(0);
    for (const NameOf of : {NameOf::landmark, NameOf::kind_of_landmark}) add_all(of);
  }

  // Of a street.
  void read_address() {
    add_well_known(std::vector<bool>(of_.size()));
    const std::vector<bool> common = words_of(reading_, Meaning::thing, Meaning::state, Meaning::site, Meaning::landmark);
    for (std::size_t i = 0; i < of_.size(); ++i)
      if (of_[i] && !common[i] && !reading_.words.list[i].number) add(name_of(i), NameOf::address);
  }

 private:
  static constexpr std::uint32_t kWordsOfSpot = 3;
  static constexpr std::size_t kShortestRest = 5;    // letters behind a title
  static constexpr std::size_t kShortestNumber = 2;  // digits; fewer are everybody's

  void sort_out() {
    std::vector<bool> common = words_of(reading_, Meaning::filler, Meaning::everyday, Meaning::name_end, Meaning::at, Meaning::number_word,
                                        Meaning::rt_word, Meaning::rw_word, Meaning::kelurahan_word, Meaning::kecamatan_word,
                                        Meaning::title, Meaning::landmark_word, Meaning::thing, Meaning::state, Meaning::city,
                                        Meaning::street_word, Meaning::alley_word, Meaning::estate_word, Meaning::site, Meaning::landmark);
    // In an address "jalan raya" is no saying.
    mark(common, reading_.hidden, Meaning::street_word, Meaning::alley_word, Meaning::estate_word);
    for (std::size_t i = 0; i < of_.size(); ++i) {
      if (common[i]) continue;
      const std::string_view word = reading_.word(i, rules_.lexicon);
      if (reading_.words.list[i].number) {
        // "3 hari", "jam 10"
        const bool counts = (i > 0 && common[i - 1]) || (i + 1 < of_.size() && common[i + 1]);
        if (word.size() > kShortestNumber || (word.size() == kShortestNumber && !counts)) of_[i] = NameOf::number;
      } else if (word.size() >= kShortestName && !lies_in(word)) {
        of_[i] = rules_.learned.holds(stem_of(word)) ? NameOf::ordinary : NameOf::nobody_known;
      }
    }
  }

  // "depan toko cat warna jaya": its first words may be a kind of landmark only.
  void read_spot(std::uint32_t first) {
    std::uint32_t described = 0;
    for (std::uint32_t i = first; i < of_.size() && described < kWordsOfSpot; ++i) {
      const Word& word = reading_.words.list[i];
      if (i > 0 && (word.after_break || ends_[i])) break;
      const std::string_view spelt = reading_.word(i, rules_.lexicon);
      if (word.number || spelt.size() < kShortestName || lies_in(spelt)) continue;
      if (kinds_[i]) of_[i] = NameOf::kind_of_landmark;
      else if (of_[i]) of_[i] = NameOf::landmark;
      else continue;
      ++described;
    }
  }

  void add_well_known(const std::vector<bool>& denied) {
    for (const Match& match : reading_.matches) {
      if (match.meaning != Meaning::well_known) continue;
      for (std::uint32_t i = match.first; i <= match.last; ++i) of_[i].reset();
      add(std::to_string(well_known(match)), denied[match.first] ? NameOf::denied : NameOf::address);
    }
  }

  // "kisamaun" is Ki Samaun.
  std::string name_of(std::size_t i) const {
    std::string_view word = reading_.word(i, rules_.lexicon);
    if (reading_.ids[i] == 0 && word.starts_with("ki") && word.size() >= 2 + kShortestRest) word.remove_prefix(2);
    return sound_of(stem_of(word));
  }

  // "pom bensin" and "SPBU" are one kind.
  std::string kind_of(std::size_t i) const {
    const Match* site = match_at(reading_, i, Meaning::site);
    return site == nullptr ? name_of(i) : "site " + std::to_string(site->index);
  }

  void add_all(NameOf of) {
    for (std::size_t i = 0; i < of_.size() && sketch_.names.back() == 0; ++i)
      if (of_[i] == of) add(of == NameOf::kind_of_landmark ? kind_of(i) : name_of(i), of);
  }

  void add(const std::string& name, NameOf of) {
    const unsigned hash = std::max(hash24(name) & ~kNameBits, kNameBits + 1);
    normalizer::add(sketch_.names, hash | static_cast<unsigned>(of), kNameBits);
  }

  bool lies_in(std::string_view word) const { return std::ranges::find(area_, word) != area_.end(); }

  Sketch& sketch_;
  const Reading& reading_;
  const std::vector<std::string>& area_;
  const Rules& rules_;
  std::vector<bool> kinds_, ends_;         // of the words: may be a kind of landmark; ends the name of one
  std::vector<std::optional<NameOf>> of_;  // by word of the text; none: nothing is told by it
};

// "hasyim ashari depan pasar sipon": well-known streets and estates are known without "jalan" or "perumahan".
void add_well_known(Sketch& sketch, const Reading& reading, const std::vector<bool>& denied) {
  const auto set = [](std::uint16_t& field, std::uint16_t& other, std::uint16_t name) {
    if (field == name || other == name) return;
    if (field == 0) field = name;
    else if (other == 0) other = name;
  };
  for (const Match& match : reading.matches) {
    if (match.meaning != Meaning::well_known || denied[match.first]) continue;
    if (match.index < kEstates) set(sketch.street, sketch.cross_street, well_known(match));
    else set(sketch.estate, sketch.inner_estate, well_known(match));
  }
}

void sketch_place(Sketch& sketch, const core::Location& location, const std::vector<std::string>& area, const Rules& rules) {
  if (location.role == core::LocationRole::caller) return;
  const double accuracy = location.accuracy_m.value_or(0);
  if (location.latitude && location.longitude && accuracy <= kLargestAccuracyM)
    sketch.position = {*location.latitude, *location.longitude, accuracy};
  sketch.kelurahan = hash16(split_words(location.kelurahan).folded);
  sketch.kecamatan = hash8(split_words(location.kecamatan).folded);
  sketch.rt = static_cast<std::uint8_t>(number_of(location.rt, 255));
  sketch.rw = static_cast<std::uint8_t>(number_of(location.rw, 255));
  for (const std::string* street : {&location.address, &location.cross_street}) {
    if (street->empty()) continue;
    const Reading read(*street, rules.lexicon);
    Address(sketch, read, rules.lexicon).read();
    Names(sketch, read, area, rules).read_address();
  }
  if (!location.landmark.empty()) Names(sketch, Reading(location.landmark, rules.lexicon), area, rules).read_landmark();
}

constexpr std::size_t kPackedBytes = 32 + kThings + kStates + 2 * kSites + 3 * kNames + 4 * kBands;

void put(std::string& out, std::uint32_t value, unsigned bytes) {
  for (unsigned i = bytes; i > 0; --i) out += static_cast<char>(value >> (8 * (i - 1)));
}

std::uint32_t steps(double degrees, double whole) {
  return static_cast<std::uint32_t>(std::clamp((degrees + whole / 2) / whole * kPositionSteps, 1.0, kPositionSteps - 1.0));
}

}  // namespace

std::string Sketch::packed() const {
  std::string out;
  out.reserve(kPackedBytes);
  put(out, words, 1);
  for (const auto category : categories) put(out, category, 1);
  for (const auto thing : things) put(out, thing, 1);
  for (const auto state : states) put(out, state, 1);
  put(out, lasts_hours, 1);
  put(out, (widespread ? 1U : 0U) | (asks ? 2U : 0U) | (proposes ? 4U : 0U), 1);
  put(out, position ? steps(position->latitude, 180) : 0, 3);
  put(out, position ? steps(position->longitude, 360) : 0, 3);
  put(out, position ? static_cast<std::uint32_t>(std::clamp(std::ceil(position->accuracy_m / 10), 0.0, 255.0)) : 0, 1);
  put(out, kelurahan, 2);
  put(out, kecamatan, 1);
  for (const auto name : {street, cross_street, alley, estate, inner_estate, house_number}) put(out, name, 2);
  for (const auto number : {kilometre, block, rt, rw}) put(out, number, 1);
  for (const auto site : sites) put(out, site, 2);
  for (const auto name : names) put(out, name, 3);
  for (const auto band : bands) put(out, band, 4);
  return out;
}

Sketch sketch_of(const Reading& reading, const core::Complaint& complaint, const Rules& rules) {
  Sketch sketch;
  sketch_words(sketch, reading, rules.lexicon);
  sketch.categories[0] = hash8(complaint.category.value);
  for (std::size_t i = 1; i < sketch.categories.size() && i <= complaint.further_categories.size(); ++i)
    sketch.categories[i] = hash8(complaint.further_categories[i - 1]);
  if (const Category* category = complaint.category.value.empty() ? nullptr : rules.category(complaint.category.value)) {
    sketch.lasts_hours = category->lasts_hours;
    sketch.widespread = category->widespread;
  }
  const std::vector<bool> denied = denied_words(reading);
  add_well_known(sketch, reading, denied);
  const core::Location& location = complaint.location;
  std::vector<std::string> area;
  for (const std::string* name : {&location.kelurahan, &location.kecamatan}) {
    const Words words = split_words(*name);
    for (const Word& word : words.list) area.emplace_back(words.folded_of(word));
    if (words.list.size() > 1) area.push_back(words.folded);
  }
  sketch_place(sketch, location, area, rules);
  Address(sketch, reading, rules.lexicon).read_numbers();
  add_things(sketch, reading, denied);
  add_sites(sketch, reading, denied, rules.lexicon);
  Names(sketch, reading, area, rules).read_text(denied);
  sketch.proposes = complaint.report_type == core::ReportType::aspiration;
  sketch.asks = complaint.report_type == core::ReportType::information && sketch.states[0] == 0;
  return sketch;
}

}  // namespace satupintu::normalizer
