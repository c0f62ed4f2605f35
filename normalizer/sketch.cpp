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

// True for each word that lies in a match of one of these meanings.
template <class... Meanings>
std::vector<bool> words_of(const Reading& reading, Meanings... meanings) {
  std::vector<bool> marked(reading.words.list.size());
  for (const Match& match : reading.matches) {
    if (((match.meaning == meanings) || ...)) std::fill(marked.begin() + match.first, marked.begin() + match.last + 1, true);
  }
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
      if (word.number && kind == Meaning::street_word && !name.empty()) {
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

template <std::size_t kMost>
void add(std::array<std::uint16_t, kMost>& known, std::uint16_t name, std::uint16_t unlike = 0) {
  for (auto& field : known) {
    if ((field | unlike) == (name | unlike)) return;
    if (field != 0) continue;
    field = name;
    return;
  }
}

// "puskesmas cipondoh", "pasar malabar", "smpn 43": what it is and what it is called together are one place in the city.
void add_sites(Sketch& sketch, const Reading& reading, const Lexicon& lexicon) {
  const std::vector<bool> says_nothing = words_of(reading, Meaning::at, Meaning::everyday, Meaning::problem, Meaning::site);
  for (const Match& match : reading.matches) {
    const std::size_t name = match.last + 1;
    if (match.meaning != Meaning::site || name >= reading.words.list.size()) continue;
    if (says_nothing[name] || reading.words.list[name].after_break) continue;
    std::string called = sound_of(canonical(reading, name, lexicon));
    // "SDN Cikokol 12"
    if (name + 1 < reading.words.list.size() && reading.words.list[name + 1].number && !reading.words.list[name].number)
      called += reading.words.folded_of(reading.words.list[name + 1]);
    add(sketch.sites, static_cast<std::uint16_t>((1U + match.index % 255U) << 8U | hash8(called)));
  }
}

// Of a place's description first, then of the whole text.
void add_names(Sketch& sketch, const Reading& reading, const Lexicon& lexicon, bool is_place) {
  const std::vector<bool> common =
      words_of(reading, Meaning::filler, Meaning::everyday, Meaning::name_end, Meaning::at, Meaning::number_word, Meaning::rt_word,
               Meaning::rw_word, Meaning::kelurahan_word, Meaning::kecamatan_word, Meaning::kelurahan, Meaning::kecamatan, Meaning::title,
               Meaning::problem, Meaning::landmark_word, Meaning::site);
  const std::vector<bool> ours = words_of(reading, Meaning::category);
  for (std::size_t i = 0; i < reading.words.list.size(); ++i) {
    const Word& word = reading.words.list[i];
    const std::string_view folded = reading.words.folded_of(word);
    if (word.number || common[i] || folded.size() < kShortestName || (!is_place && (ours[i] || reading.ids[i] != 0))) continue;
    const unsigned name = std::max<unsigned>(hash16(sound_of(canonical(reading, i, lexicon))) & ~1U, 2U);
    add(sketch.names, static_cast<std::uint16_t>(name | (is_place ? 1U : 0U)), 1);
  }
}

void sketch_place(Sketch& sketch, const core::Location& location, const Rules& rules) {
  if (location.role == core::LocationRole::caller) return;
  const double accuracy = location.accuracy_m.value_or(0);
  if (location.latitude && location.longitude && accuracy <= kLargestAccuracyM)
    sketch.position = {*location.latitude, *location.longitude, accuracy};
  sketch.kelurahan = hash16(split_words(location.kelurahan).folded);
  sketch.kecamatan = hash8(split_words(location.kecamatan).folded);
  sketch.rt = static_cast<std::uint8_t>(number_of(location.rt, 255));
  sketch.rw = static_cast<std::uint8_t>(number_of(location.rw, 255));
  for (const std::string* street : {&location.address, &location.cross_street})
    if (!street->empty()) Address(sketch, Reading(*street, rules.lexicon), rules.lexicon).read();
  for (const std::string* part : {&location.address, &location.cross_street, &location.landmark})
    if (!part->empty()) add_names(sketch, Reading(*part, rules.lexicon), rules.lexicon, true);
}

constexpr std::size_t kPackedBytes = kSignatureRows + 32 + 2 * (kSites + kNames) + 4 * kBands;

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
  for (const auto name : names) put(out, name, 2);
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
  sketch_place(sketch, complaint.location, rules);
  Address(sketch, reading, rules.lexicon).read_numbers();
  add_sites(sketch, reading, rules.lexicon);
  add_names(sketch, reading, rules.lexicon, false);
  sketch.asks = complaint.report_type == core::ReportType::information;
  return sketch;
}

}  // namespace satupintu::normalizer
