// SPDX-License-Identifier: Apache-2.0
#include "normalizer/sketch.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

namespace satupintu::normalizer {

namespace {

constexpr std::size_t kFewestWords = 3;    // fewer are shared by too many to find a report by
constexpr double kLargestAccuracyM = 300;  // a position known less well tells no spot
constexpr std::size_t kShortestName = 3;   // letters
constexpr std::size_t kLongestWord = 24;   // letters of a word that are looked at
constexpr unsigned kPositionSteps = 1U << 24U;

// The finaliser of splitmix64 (Steele, Lea, Flood 2014).
constexpr std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

// FNV-1a, mixed because its high bits are poor.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return mixed(hash);
}

// Never zero, which is what is unknown.
std::uint16_t hash16(std::string_view text) {
  return text.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(1 + hash_of(text) % 0xffffU);
}
std::uint32_t hash24(std::string_view text) { return static_cast<std::uint32_t>(1 + hash_of(text) % 0xffffffU); }
std::uint8_t hash8(std::string_view text) { return text.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(1 + hash_of(text) % 0xffU); }

// Odd multipliers: each makes another order of the same hashes.
constexpr auto kMultipliers = [] {
  std::array<std::uint64_t, kSignatureRows> odd{};
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

  [[nodiscard]] std::array<std::uint8_t, kSignatureRows> signature() const {
    std::array<std::uint8_t, kSignatureRows> rows{};
    std::ranges::transform(least_, rows.begin(), [](std::uint32_t least) {
      constexpr unsigned kMostZeros = 15;
      const unsigned zeros = std::min(static_cast<unsigned>(std::countl_zero(least)), kMostZeros);
      const unsigned next_four = (least << (zeros + 1)) >> 28U;
      return static_cast<std::uint8_t>(zeros << 4U | (15U - next_four));
    });
    return rows;
  }

  [[nodiscard]] std::array<std::uint32_t, kBands> bands() const {
    static_assert(kBands * kRowsPerBand <= kSignatureRows);
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

  std::array<std::uint32_t, kSignatureRows> least_{};
};

// As all of its spellings are written.
std::string_view canonical(const Reading& reading, std::size_t i, const Lexicon& lexicon) {
  return reading.ids[i] == 0 ? reading.words.folded_of(reading.words.list[i]) : lexicon.word(reading.ids[i]);
}

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

void sketch_words(Sketch& sketch, const Reading& reading, const Lexicon& lexicon) {
  const std::vector<bool> says_nothing = words_of(reading, Meaning::filler);
  MinHash minhash;
  std::vector<std::string_view> told;
  told.reserve(reading.words.list.size());
  for (std::size_t i = 0; i < reading.words.list.size(); ++i) {
    const Word& word = reading.words.list[i];
    // Numbers are dates, durations and house numbers, of which the place knows those that matter.
    if (word.number || says_nothing[i]) continue;
    const std::string_view spelt = canonical(reading, i, lexicon);
    if (spelt.size() > 1) told.push_back(spelt);
  }
  std::ranges::sort(told);
  told.erase(std::ranges::unique(told).begin(), told.end());
  for (const std::string_view word : told) minhash.add_word(word);
  sketch.words = static_cast<std::uint8_t>(std::min<std::size_t>(told.size(), 255));
  if (told.empty()) return;
  sketch.signature = minhash.signature();
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
    else if (out.empty() || out.back() != c) out += c;
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
    const std::string_view word = canonical(reading_, i, lexicon_);
    while (i < kinds_.size() && kinds_[i] == Meaning::number_word) ++i;
    if (i == kinds_.size()) return i;
    if (word == "km") set(sketch_.kilometre, static_cast<std::uint8_t>(number_of(folded(i), 255)));
    else if (word.starts_with("bl")) set(sketch_.block, hash8(folded(i)));
    else set_house_number(i);
    return i + 1;
  }

  void set_house_number(std::uint32_t i) { set(sketch_.house_number, static_cast<std::uint16_t>(number_of(folded(i), 9999))); }

  std::uint32_t read_name(std::uint32_t i, Meaning kind) {
    std::vector<std::string> name, titles;
    const std::uint32_t first = i;
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
      (left_out_[i] ? titles : name).push_back(digits.empty() ? sound_of(canonical(reading_, i, lexicon_)) : std::string(digits));
    }
    if (name.empty()) name = std::move(titles);
    if (!name.empty()) set_name(kind, two_words(name[0], name.size() > 1 ? name[1] : std::string()));
    // Behind the name's end: the rest up to the next "gang" or number is no name.
    while (i < kinds_.size() && !kinds_[i] && (i == first || !reading_.words.list[i].after_break)) ++i;
    return i;
  }

  bool comes_with_number(std::uint32_t i) const {
    return i + 1 < kinds_.size() && kinds_[i] == Meaning::number_word && reading_.words.list[i + 1].number &&
           canonical(reading_, i, lexicon_).starts_with("no");
  }

  bool is_place(std::uint32_t i) const {
    return std::ranges::any_of(reading_.around({i, i}, 0), [&](const Match& match) {
      return match.first <= i && i <= match.last && (match.meaning == Meaning::kelurahan || match.meaning == Meaning::kecamatan);
    });
  }

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
  const auto is = [&](std::size_t i, auto... meanings) {
    return std::ranges::any_of(reading.around({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i)}, 0), [&](const Match& match) {
      return match.first <= i && i <= match.last && ((match.meaning == meanings) || ...);
    });
  };
  const auto& list = reading.words.list;
  for (; name < list.size() && !list[name].after_break; ++name) {
    const bool goes_on = name + 1 < list.size() && !list[name + 1].after_break;
    // "stasiun kota tangerang"
    if (is(name, Meaning::city)) {
      if (goes_on && is(name + 1, Meaning::city)) continue;
      return name;
    }
    if (is(name, Meaning::at, Meaning::everyday, Meaning::problem, Meaning::site, Meaning::filler, Meaning::name_end)) return std::nullopt;
    const bool is_left_out = !list[name].number && (is(name, Meaning::title) || reading.words.folded_of(list[name]).size() < kShortestName);
    if (!is_left_out || !goes_on) return name;
  }
  return std::nullopt;
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
void add_things(Sketch& sketch, const Reading& reading) {
  for (const bool is_place : {false, true}) {
    const std::uint8_t place = is_place && sketch.things[0] != 0 ? kThingIsPlace : 0;
    for (const Match& match : reading.matches) {
      if (match.meaning != Meaning::thing) continue;
      if (tells_where(reading, match) == is_place)
        add(sketch.things, static_cast<std::uint8_t>((1 + match.index % 127U) | place), kThingIsPlace);
    }
  }
}

// "puskesmas cipondoh", "pasar malabar", "smpn 43": what it is and what it is called together are one place in the city. "tangcity" is one
// alone.
void add_sites(Sketch& sketch, const Reading& reading, const Lexicon& lexicon) {
  constexpr unsigned kKinds = 254;  // 255: none
  for (const Match& match : reading.matches) {
    if (match.meaning == Meaning::landmark) add(sketch.sites, static_cast<std::uint16_t>(0xff00U | (1U + match.index % 255U)));
    if (match.meaning != Meaning::site) continue;
    const auto name = name_behind(reading, match);
    if (!name) continue;
    std::string called = sound_of(canonical(reading, *name, lexicon));
    // "SDN Cikokol 12"
    if (*name + 1 < reading.words.list.size() && reading.words.list[*name + 1].number && !reading.words.list[*name].number)
      called += reading.words.folded_of(reading.words.list[*name + 1]);
    add(sketch.sites, static_cast<std::uint16_t>((1U + match.index % kKinds) << 8U | hash8(called)));
  }
}

constexpr unsigned kContinues = 4;  // the bit of a name that says that it stands right behind the one before it
constexpr unsigned kNameBits = 7;   // with those of NameOf

class Names {
 public:
  Names(Sketch& sketch, const core::Location& location, const Lexicon& lexicon) : sketch_(sketch), location_(location), lexicon_(lexicon) {}

  void read_address(const Reading& reading) {
    const std::vector<bool> common = common_words(reading, true);
    for (std::size_t i = 0; i < common.size(); ++i)
      if (!common[i] && !reading.words.list[i].number) add(name_of(reading, i), NameOf::address);
  }

  // Its first words may be a kind of landmark only: "depan alfamart".
  void read_landmark(const Reading& reading) {
    const std::vector<bool> common = common_words(reading, false);
    const std::vector<bool> kinds = words_of(reading, Meaning::everyday, Meaning::site, Meaning::landmark_word);
    std::size_t described = 0;
    for (std::size_t i = 0; i < common.size() && described < kWordsOfLandmark; ++i) {
      if (common[i] || reading.words.list[i].number || reading.words.folded_of(reading.words.list[i]).size() < kShortestName) continue;
      ++described;
      if (!kinds[i]) add(name_of(reading, i), NameOf::landmark);
      else if (described <= kKindsOfLandmark) add(canonical(reading, i, lexicon_), NameOf::kind_of_landmark);
    }
  }

  // Words that stand together first, which are names the likeliest; then single ones that none of our lists holds; then the rest.
  void read_text(const Reading& reading) {
    const std::vector<bool> said = said_words(reading);
    const auto stands_with_last = [&](std::size_t i) {
      return i > 0 && i < said.size() && !said[i - 1] && !said[i] && !reading.words.list[i].after_break;
    };
    for (std::size_t i = 0; i < said.size(); ++i) {
      if (said[i] || !(stands_with_last(i) || stands_with_last(i + 1))) continue;
      if (!add(name_of(reading, i), NameOf::nothing_known, stands_with_last(i) ? kContinues : 0)) break;
    }
    for (const bool known : {false, true}) {
      for (std::size_t i = 0; i < said.size(); ++i)
        if (!said[i] && (reading.ids[i] != 0) == known) add(name_of(reading, i), NameOf::nothing_known);
    }
  }

 private:
  static constexpr std::size_t kWordsOfLandmark = 3;
  static constexpr std::size_t kKindsOfLandmark = 2;  // words
  static constexpr std::size_t kShortestRest = 5;     // letters behind a title

  // Words whose meaning is another than to be part of a name.
  std::vector<bool> said_words(const Reading& reading) const {
    std::vector<bool> said(reading.words.list.size());
    for (const Match& match : reading.matches) {
      const bool is_name = match.meaning == Meaning::group || match.meaning == Meaning::kelurahan || match.meaning == Meaning::kecamatan ||
                           match.meaning == Meaning::no_place;
      if (!is_name) std::fill(said.begin() + match.first, said.begin() + match.last + 1, true);
    }
    for (std::size_t i = 0; i < said.size(); ++i) {
      if (said[i]) continue;
      const std::string_view word = canonical(reading, i, lexicon_);
      said[i] = reading.words.list[i].number || word.size() < kShortestName || (reading.ids[i] != 0 && lies_in(word));
    }
    return said;
  }

  // Words that are in no name. What is called after a kelurahan in which it does not lie bears its name.
  std::vector<bool> common_words(const Reading& reading, bool is_address) const {
    std::vector<bool> common =
        words_of(reading, Meaning::filler, Meaning::name_end, Meaning::at, Meaning::number_word, Meaning::rt_word, Meaning::rw_word,
                 Meaning::kelurahan_word, Meaning::kecamatan_word, Meaning::title, Meaning::problem);
    if (is_address) {
      mark(common, reading.matches, Meaning::category, Meaning::thing, Meaning::everyday, Meaning::site, Meaning::landmark_word);
      // In an address "jalan raya" is no saying.
      for (const auto* matches : {&reading.hidden, &reading.matches})
        mark(common, *matches, Meaning::street_word, Meaning::alley_word, Meaning::estate_word);
    }
    const std::vector<bool> areas = words_of(reading, Meaning::kelurahan, Meaning::kecamatan);
    for (std::size_t i = 0; i < common.size(); ++i)
      if (areas[i] && lies_in(canonical(reading, i, lexicon_))) common[i] = true;
    return common;
  }

  // "kisamaun" is Ki Samaun.
  std::string name_of(const Reading& reading, std::size_t i) const {
    std::string_view word = canonical(reading, i, lexicon_);
    if (reading.ids[i] == 0 && word.starts_with("ki") && word.size() >= 2 + kShortestRest) word.remove_prefix(2);
    return sound_of(word);
  }

  // False when there is no room for more.
  bool add(std::string_view name, NameOf of, unsigned continues = 0) {
    if (name.size() < kShortestName) return true;
    const unsigned hash = std::max(hash24(name) & ~kNameBits, kNameBits + 1);
    normalizer::add(sketch_.names, hash | continues | static_cast<unsigned>(of), kNameBits);
    return sketch_.names.back() == 0;
  }

  bool lies_in(std::string_view word) const {
    const auto is_part_of = [&](const std::string& name) { return split_words(name).folded.contains(word); };
    return is_part_of(location_.kelurahan) || is_part_of(location_.kecamatan);
  }

  Sketch& sketch_;
  const core::Location& location_;
  const Lexicon& lexicon_;
};

void sketch_place(Sketch& sketch, const core::Location& location, const Lexicon& lexicon) {
  if (location.role == core::LocationRole::caller) return;
  const double accuracy = location.accuracy_m.value_or(0);
  if (location.latitude && location.longitude && accuracy <= kLargestAccuracyM)
    sketch.position = {*location.latitude, *location.longitude, accuracy};
  sketch.kelurahan = hash16(split_words(location.kelurahan).folded);
  sketch.kecamatan = hash8(split_words(location.kecamatan).folded);
  sketch.rt = static_cast<std::uint8_t>(number_of(location.rt, 255));
  sketch.rw = static_cast<std::uint8_t>(number_of(location.rw, 255));
  Names names(sketch, location, lexicon);
  for (const std::string* street : {&location.address, &location.cross_street}) {
    if (street->empty()) continue;
    const Reading reading(*street, lexicon);
    Address(sketch, reading, lexicon).read();
    names.read_address(reading);
  }
  if (!location.landmark.empty()) names.read_landmark(Reading(location.landmark, lexicon));
}

constexpr std::size_t kPackedBytes = kSignatureRows + 32 + kThings + 2 * kSites + 3 * kNames + 4 * kBands;

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
  for (const auto row : signature) put(out, row, 1);
  put(out, words, 1);
  for (const auto category : categories) put(out, category, 1);
  for (const auto thing : things) put(out, thing, 1);
  put(out, lasts_hours, 1);
  put(out, (widespread ? 1U : 0U) | (asks ? 2U : 0U), 1);
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
  sketch_place(sketch, complaint.location, rules.lexicon);
  Address(sketch, reading, rules.lexicon).read_numbers();
  add_things(sketch, reading);
  add_sites(sketch, reading, rules.lexicon);
  Names(sketch, complaint.location, rules.lexicon).read_text(reading);
  sketch.asks = complaint.report_type == core::ReportType::information;
  return sketch;
}

}  // namespace satupintu::normalizer
