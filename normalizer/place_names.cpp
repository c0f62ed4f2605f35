// SPDX-License-Identifier: Apache-2.0
#include "normalizer/place_names.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

namespace satupintu::normalizer {

namespace {

constexpr std::uint32_t kLongestNameInWords = 3;
constexpr std::size_t kShortestOfSeveralWords = 10;  // letters; "suka lari" is not Sukasari
constexpr std::uint32_t kMostOpeningWords = 4;       // "warga di wilayah kelurahan"
constexpr std::size_t kLongestHandle = 40;           // characters of "@kec_cipondoh" that are looked back over

bool is_elsewhere(const NamedPlace& mention) { return !mention.kelurahan && !mention.kecamatan; }

// Nothing stands between two neighbouring words but what belongs to the first: "kel. Cimone", "Kelurahan : Cimone".
bool is_joined(const Reading& reading, std::uint32_t word) {
  const Word& second = reading.words.list[word];
  if (!second.after_break) return true;
  const std::size_t end = reading.words.list[word - 1].end;
  return reading.text.substr(end, second.begin - end).find_first_not_of(" :=") == std::string_view::npos;
}

class MentionFinder {
 public:
  MentionFinder(const Reading& reading, const Rules& rules) : reading_(reading), rules_(rules) {}

  std::vector<NamedPlace> find() {
    const bool any_hidden = reading_.has(Meaning::no_place);
    for (const Match& match : reading_.matches) {
      if (any_hidden && is_hidden(match)) continue;
      switch (match.meaning) {
        case Meaning::kelurahan: add({match.first, match.last, match.index, {}, rules_.kelurahan[match.index].needs}); break;
        case Meaning::kecamatan: add({match.first, match.last, {}, match.index, rules_.kecamatan[match.index].needs}); break;
        case Meaning::elsewhere: add({match.first, match.last, {}, {}, static_cast<Evidence>(match.index)}); break;
        default: break;
      }
    }
    add_misspelt();
    return std::move(found_);
  }

 private:
  // "pohon pinang"
  bool is_hidden(const Match& match) const {
    return std::ranges::any_of(reading_.around(match, 0), [&](const Match& other) {
      return other.meaning == Meaning::no_place && other.first <= match.last && match.first <= other.last;
    });
  }

  // Of two that overlap the longer counts; of the same words, both readings.
  void add(const NamedPlace& mention) {
    if (found_.empty() || found_.back().last < mention.first) {
      found_.push_back(mention);
      return;
    }
    NamedPlace& other = found_.back();
    const std::uint32_t length = mention.last - mention.first;
    const std::uint32_t other_length = other.last - other.first;
    if (length > other_length) {
      other = mention;
    } else if (length == other_length && other.first == mention.first && !is_elsewhere(other)) {
      if (mention.kelurahan) other.kelurahan = mention.kelurahan;
      if (mention.kecamatan) other.kecamatan = mention.kecamatan;
    }
  }

  void add_misspelt() {
    const auto& words = reading_.words.list;
    const auto count = static_cast<std::uint32_t>(words.size());
    std::vector<bool> taken(count);
    for (const NamedPlace& mention : found_) std::fill(taken.begin() + mention.first, taken.begin() + mention.last + 1, true);
    std::vector<NamedPlace> further;
    std::string letters;
    for (std::uint32_t first = 0; first < count; ++first) {
      letters.clear();
      bool any_unknown = false;
      std::optional<std::uint32_t> name;
      std::uint32_t last = first;
      for (std::uint32_t i = first; i < count && i < first + kLongestNameInWords; ++i) {
        if (words[i].number || taken[i] || (i > first && words[i].after_break)) break;
        letters += reading_.words.folded_of(words[i]);
        any_unknown = any_unknown || reading_.ids[i] == 0;
        if (!any_unknown) continue;
        if (i > first && letters.size() < kShortestOfSeveralWords) continue;
        if (const auto found = rules_.misspellings.find(letters)) {
          name = found;
          last = i;
        }
      }
      if (!name) continue;
      const PlaceName& place = rules_.misspelt_places[*name];
      further.push_back({first, last, place.kelurahan, place.kecamatan, Evidence::name});
      first = last;
    }
    if (further.empty()) return;
    found_.insert(found_.end(), further.begin(), further.end());
    std::ranges::sort(found_, {}, &NamedPlace::first);
  }

  const Reading& reading_;
  const Rules& rules_;
  std::vector<NamedPlace> found_;
};

// Emoji and other symbols, which people put where a sentence ends; "–" and the like are none.
bool has_picture(std::string_view gap) {
  for (std::size_t i = 0; i + 1 < gap.size(); ++i) {
    const auto first = static_cast<unsigned char>(gap[i]);
    if (first >= 0xF0 || (first == 0xE2 && static_cast<unsigned char>(gap[i + 1]) >= 0x98)) return true;
  }
  return false;
}

// What the words before a name say of it.
struct Opening {
  bool kelurahan = false, kecamatan = false;  // "kel.", "kec." right before it
  bool region = false;                        // "kabupaten"
  bool at = false, not_at = false, passing = false, home = false, people = false, institution = false, stay = false;

  // False for a meaning that says nothing of a name behind it.
  bool add(Meaning meaning) {
    switch (meaning) {
      case Meaning::kelurahan_word: return kelurahan = true;
      case Meaning::kecamatan_word: return kecamatan = true;
      case Meaning::region_word: return region = true;
      case Meaning::at: return at = true;
      case Meaning::not_at: return not_at = true;
      case Meaning::passing: return passing = true;
      case Meaning::home: return home = true;
      case Meaning::people: return people = true;
      case Meaning::institution: return institution = !home;
      case Meaning::stay: return stay = true;
      default: return false;
    }
  }
};

class Choice {
 public:
  Choice(const Reading& reading, const std::vector<NamedPlace>& mentions, const AddressFrame& frame, const Rules& rules)
      : reading_(reading), mentions_(mentions), frame_(frame), rules_(rules) {}

  PlaceNames choose() {
    PlaceNames names;
    Weighed kelurahan, kecamatan, elsewhere;
    for (std::size_t i = 0; i < mentions_.size(); ++i) {
      const NamedPlace& mention = mentions_[i];
      const Opening opening = opening_of(mention);
      const Weight weight = weight_of(i, opening);
      names.names.push_back({mention, weight});
      if (!counts(weight)) continue;
      if (is_elsewhere(mention)) elsewhere.take(mention, weight);
      else if (reads_as_kelurahan(i, opening)) kelurahan.take(mention, weight);
      else kecamatan.take(mention, weight);
    }
    names.elsewhere = is_about(elsewhere, kelurahan.weight > kecamatan.weight ? kelurahan : kecamatan) || is_way_elsewhere(names.names);
    if (names.elsewhere) return names;
    if (kelurahan.mention == nullptr && kecamatan.mention == nullptr) {
      if (WeighedName* only = only_name(names.names)) {
        only->weight = Weight::only_named;
        (only->place.kecamatan ? kecamatan : kelurahan).take(only->place, only->weight);
      }
    }
    if (goes_before(kecamatan, kelurahan)) {
      names.kecamatan = kecamatan.mention->kecamatan;
      names.kelurahan = kelurahan_within(*names.kecamatan);
    } else if (kelurahan.mention != nullptr) {
      names.kelurahan = kelurahan.mention->kelurahan;
      names.kecamatan = rules_.kelurahan[*names.kelurahan].kecamatan;
    }
    return names;
  }

 private:
  struct Weighed {
    const NamedPlace* mention = nullptr;
    Weight weight{};
    void take(const NamedPlace& other, Weight other_weight) {
      if (mention != nullptr && other_weight <= weight) return;
      mention = &other;
      weight = other_weight;
    }
  };

  // The place of another jurisdiction is the matter's, not that of ours which is named as well.
  bool is_about(const Weighed& elsewhere, const Weighed& ours) const {
    if (elsewhere.mention == nullptr) return false;
    if (elsewhere.weight >= Weight::institution && ours.weight < Weight::somewhere) return true;
    // "di Desa Gelam Jaya mati air, anak mandi di rumah nenek di Periuk"
    if (elsewhere.weight == Weight::announced && ours.weight < Weight::announced) return elsewhere.mention->first < ours.mention->first;
    if (ours.mention != nullptr) return false;
    // "warga Bintaro mengeluh", "ibu saya di Depok, dukcapil sana lambat"
    return (elsewhere.weight == Weight::people && elsewhere.mention->needs == Evidence::name) || reading_.has(Meaning::there);
  }

  // "jl raya serpong arah bsd", "arah Cengkareng dari Rawa Buaya": with no place of ours in the text.
  bool is_way_elsewhere(const std::vector<WeighedName>& names) const {
    const NamedPlace* from = nullptr;
    bool any_passed = false, several = false;
    for (const auto& [place, weight] : names) {
      if (weight == Weight::common_word) continue;
      if (!is_elsewhere(place)) return false;
      const bool passed = weight == Weight::passed && place.needs == Evidence::name;
      if (!passed && weight != Weight::street) continue;
      any_passed = any_passed || passed;
      if (from == nullptr) from = &place;
      several = several || reading_.ids[from->first] != reading_.ids[place.first];
    }
    return any_passed && several;
  }

  // Of a text that names one place only, a street's or one on the way: "tolong ambulans ke Cipadu", "jl raya jurumudi gelap". Not where
  // the matter is in another street.
  WeighedName* only_name(std::vector<WeighedName>& names) const {
    WeighedName* only = nullptr;
    for (WeighedName& name : names) {
      const NamedPlace& place = name.place;
      if ((name.weight != Weight::street && name.weight != Weight::passed) || is_elsewhere(place)) continue;
      if (place.needs != Evidence::name && (place.needs != Evidence::at || !is_written_as_name(place))) return nullptr;
      if (only != nullptr && (only->place.kelurahan != place.kelurahan || only->place.kecamatan != place.kecamatan)) return nullptr;
      only = &name;
    }
    if (only == nullptr) return nullptr;
    const bool another_street = std::ranges::any_of(frame_.spots, [&](const Spot& spot) {
      return spot.kind == Spot::Kind::street && (only->place.first < spot.first || spot.last < only->place.first);
    });
    return another_street ? nullptr : only;
  }

  static bool goes_before(const Weighed& kecamatan, const Weighed& kelurahan) {
    if (kecamatan.mention == nullptr || kelurahan.mention == nullptr) return kecamatan.mention != nullptr;
    if (kecamatan.weight != kelurahan.weight) return kecamatan.weight > kelurahan.weight;
    return kecamatan.mention->first < kelurahan.mention->first;
  }

  // The kelurahan of this kecamatan that is named as well.
  std::optional<std::size_t> kelurahan_within(std::size_t kecamatan) const {
    Weighed best;
    for (std::size_t i = 0; i < mentions_.size(); ++i) {
      const NamedPlace& mention = mentions_[i];
      if (!mention.kelurahan || rules_.kelurahan[*mention.kelurahan].kecamatan != kecamatan) continue;
      const Opening opening = opening_of(mention);
      const Weight weight = weight_of(i, opening);
      if ((weight >= Weight::somewhere || (counts(weight) && has_neighbour(i))) && reads_as_kelurahan(i, opening))
        best.take(mention, weight);
    }
    return best.mention == nullptr ? std::nullopt : best.mention->kelurahan;
  }

  Opening opening_of(const NamedPlace& mention) const {
    Opening opening;
    std::uint32_t position = mention.first;
    // "SDN 3 Petir"
    if (position > 1 && reading_.words.list[position - 1].number && is_institution_before(position - 1)) --position;
    for (std::uint32_t step = 0; step < kMostOpeningWords && position > 0 && is_joined(reading_, position); ++step) {
      // Of "terdekat dari" and "dari" the longer counts, which comes first.
      std::uint32_t begin = position;
      for (const Match& match : reading_.around({position - 1, position - 1}, 0)) {
        if (match.last + 1 != position || match.first > begin) continue;
        // "blm gigit org. Kel Poris Gaga"
        if (match.meaning == Meaning::home && gap_behind(match.last).contains('.')) continue;
        if (opening.add(match.meaning)) begin = match.first;
      }
      // An institution of ours is where it is, whoever is on the way there.
      if (begin == position || opening.passing || opening.stay || (opening.institution && !is_elsewhere(mention))) break;
      position = begin;
    }
    return opening;
  }

  bool is_institution_before(std::uint32_t position) const {
    return std::ranges::any_of(reading_.around({position - 1, position - 1}, 0),
                               [&](const Match& match) { return match.meaning == Meaning::institution && match.last + 1 == position; });
  }

  Weight weight_of(std::size_t i, const Opening& opening) const {
    const NamedPlace& mention = mentions_[i];
    if (is_name_of_street(mention)) return Weight::street;
    if (opening.not_at || on_route_[i]) return Weight::direction;
    const bool announced = opening.kelurahan || opening.kecamatan;
    if (opening.passing && !announced && (!opening.institution || is_elsewhere(mention))) return Weight::passed;
    const bool known = mention.needs == Evidence::name || announced || (is_elsewhere(mention) && opening.region);
    if (opening.home && !opening.institution) {
      // "tinggal di"
      if (!known && (mention.needs != Evidence::at || !is_behind(mention, Meaning::at))) return Weight::common_word;
      return home_counts(mention) ? Weight::only_home : Weight::home;
    }
    if (is_in_handle(mention)) return known ? Weight::people : Weight::common_word;
    if (opening.people && (known || mention.needs == Evidence::at)) return Weight::people;
    if (is_elsewhere(mention)) return weight_elsewhere(i, opening);
    if (is_namesake(mention) || has_region_before(i)) return Weight::people;
    if (announced) return Weight::announced;
    if (mention.needs == Evidence::announced) return has_neighbour(i) ? Weight::frame : Weight::common_word;
    if (opening.institution) return Weight::institution;
    if (opening.at || opening.region) return Weight::at;
    if (has_neighbour(i) || is_behind_address(mention) || is_before_address(mention) || stands_alone(mention)) return Weight::frame;
    if (is_name_of_neighbourhood(mention)) return mention.needs == Evidence::name ? Weight::somewhere : Weight::common_word;
    if (mention.needs == Evidence::name) return Weight::name;
    return is_written_as_name(mention) ? Weight::somewhere : Weight::common_word;
  }

  Weight weight_elsewhere(std::size_t i, const Opening& opening) const {
    const NamedPlace& mention = mentions_[i];
    if (opening.kelurahan || opening.kecamatan) return Weight::announced;
    if (opening.stay && !opening.institution && mention.needs != Evidence::name) return Weight::only_home;
    if (opening.region) return Weight::at;
    if (opening.institution) return Weight::institution;
    if (i > 0 && has_region_behind(i - 1)) return Weight::frame;
    if (mention.needs == Evidence::announced) return opening.at && is_written_as_name(mention) ? Weight::at : Weight::common_word;
    if (opening.at) return Weight::at;
    // Not "depan soto lamongan".
    if (stands_alone(mention) || (is_behind_address(mention) && !spot_with(mention, Spot::Kind::landmark))) return Weight::frame;
    if (mention.needs != Evidence::name) return Weight::common_word;
    return is_name_of_neighbourhood(mention) ? Weight::somewhere : Weight::name;
  }

  // Where somebody lives is where the matter is, unless the text tells another place. Where somebody comes from on the way to another
  // place is not.
  bool home_counts(const NamedPlace& mention) const {
    if (any_street_) return false;
    return !is_before(mention, Meaning::passing) && !is_before(mention, Meaning::not_at);
  }

  // "Cipondoh" alone is the kecamatan; "kel. Cipondoh" and with its kecamatan beside it, the kelurahan.
  bool reads_as_kelurahan(std::size_t i, const Opening& opening) const {
    const NamedPlace& mention = mentions_[i];
    if (!mention.kecamatan || !mention.kelurahan) return mention.kelurahan.has_value();
    if (opening.kelurahan || opening.kecamatan) return opening.kelurahan;
    return i + 1 < mentions_.size() && is_beside(mention, mentions_[i + 1]) &&
           mentions_[i + 1].kecamatan == rules_.kelurahan[*mention.kelurahan].kecamatan;
  }

  bool is_before(const NamedPlace& mention, Meaning meaning) const {
    return std::ranges::any_of(reading_.around({mention.last, mention.last}, 0),
                               [&](const Match& match) { return match.meaning == meaning && match.first == mention.last + 1; });
  }

  bool is_behind(const NamedPlace& mention, Meaning meaning) const {
    if (mention.first == 0) return false;
    return std::ranges::any_of(reading_.around({mention.first - 1, mention.first - 1}, 0),
                               [&](const Match& match) { return match.meaning == meaning && match.last + 1 == mention.first; });
  }

  // The spots that a name may lie in or stand behind: few, however long the text is.
  std::span<const Spot> spots_near(const NamedPlace& mention) const {
    const std::uint32_t least = mention.first > kLongestSpot ? mention.first - kLongestSpot : 0;
    const auto begin = std::ranges::lower_bound(frame_.spots, least, {}, &Spot::first);
    return {begin, std::ranges::upper_bound(frame_.spots, mention.first, {}, &Spot::first)};
  }

  const Spot* spot_with(const NamedPlace& mention, Spot::Kind kind) const {
    const auto near = spots_near(mention);
    const auto found = std::ranges::find_if(
        near, [&](const Spot& spot) { return spot.kind == kind && spot.first <= mention.first && mention.first <= spot.last; });
    return found == near.end() ? nullptr : &*found;
  }

  bool is_name_of_street(const NamedPlace& mention) const { return spot_with(mention, Spot::Kind::street) != nullptr; }
  // A street may be called after a place that it leads to; an alley or an estate seldom is.
  bool is_name_of_neighbourhood(const NamedPlace& mention) const {
    return spot_with(mention, Spot::Kind::estate) != nullptr || spot_with(mention, Spot::Kind::alley) != nullptr;
  }

  // "jl husein sastranegara benda", "rt 02/04 benda", "masjid al ikhlas petir".
  bool is_behind_address(const NamedPlace& mention) const {
    if (std::ranges::binary_search(frame_.behind_numbers, mention.first)) return true;
    return std::ranges::any_of(spots_near(mention), [&](const Spot& spot) {
      if (spot.kind == Spot::Kind::landmark) return spot.first + 2 <= mention.first && mention.last == spot.last;
      return spot.last + 1 == mention.first && (spot.first < spot.last || ends_clause(mention.last));
    });
  }

  // "pajang rt 5", "gaga gg asem": at the beginning of a clause; "gondrong belakang majelis", "keroncong blok c": of a sentence.
  bool is_before_address(const NamedPlace& mention) const {
    constexpr std::array kParts{Meaning::rt_word,     Meaning::rw_word,       Meaning::alley_word,
                                Meaning::street_word, Meaning::landmark_word, Meaning::number_word};
    const bool sentence = begins_sentence(mention.first);
    if (!sentence && !reading_.words.list[mention.first].after_break) return false;
    return std::ranges::any_of(std::span(kParts).first(sentence ? kParts.size() : 4),
                               [&](Meaning part) { return is_before(mention, part); });
  }

  // A name is all that a sentence holds, "Tolong dipangkas. Kenanga, Jl KH Ahmad Dahlan 30", or the end of an address, "tiang 8, Gaga".
  bool stands_alone(const NamedPlace& mention) const {
    if (begins_sentence(mention.first)) return ends_clause(mention.last) || is_before(mention, Meaning::filler);
    const auto& words = reading_.words.list;
    if (!words[mention.first].after_break || !ends_sentence(mention.last)) return false;
    return !frame_.spots.empty() || is_written_as_name(mention) || is_behind(mention, Meaning::filler);
  }

  // "Periuk" where other words are small, and no part of a longer name: "Mas Gondrong".
  bool is_written_as_name(const NamedPlace& mention) const {
    const auto& words = reading_.words.list;
    const auto is_capital = [&](std::uint32_t word) {
      const char first = reading_.text[words[word].begin];
      return first >= 'A' && first <= 'Z';
    };
    const char second = reading_.text[words[mention.first].begin + 1];
    if (begins_sentence(mention.first) || !is_capital(mention.first) || second < 'a' || second > 'z') return false;
    const bool continues = mention.last + 1 < words.size() && !words[mention.last + 1].after_break && is_capital(mention.last + 1);
    return !continues && (words[mention.first].after_break || !is_capital(mention.first - 1));
  }

  bool ends_sentence(std::uint32_t word) const { return word + 1 == reading_.words.list.size() || begins_sentence(word + 1); }

  bool ends_clause(std::uint32_t word) const {
    const auto& words = reading_.words.list;
    return word + 1 == words.size() || words[word + 1].after_break;
  }

  bool begins_sentence(std::uint32_t word) const {
    if (word == 0) return true;
    const std::string_view gap = gap_behind(word - 1);
    return gap.find_first_of(".!?\n") != std::string_view::npos || has_picture(gap);
  }

  // Nothing but "kec.", "kota" and the like between them.
  bool is_beside(const NamedPlace& before, const NamedPlace& behind) const {
    std::uint32_t next = before.last + 1;
    while (next < behind.first) {
      const auto around = reading_.around({next, next}, 0);
      const auto opens = std::ranges::find_if(around, [&](const Match& match) {
        return match.first == next && (match.meaning == Meaning::kecamatan_word || match.meaning == Meaning::kelurahan_word ||
                                       match.meaning == Meaning::region_word);
      });
      if (opens == around.end()) return false;
      next = opens->last + 1;
    }
    return next == behind.first;
  }

  // "petir, cipondoh", "benda kota tangerang": a place of ours beside the one that it lies in.
  bool has_neighbour(std::size_t i) const {
    const NamedPlace& mention = mentions_[i];
    if (mention.kelurahan) {
      const std::size_t parent = rules_.kelurahan[*mention.kelurahan].kecamatan;
      const auto is_parent = [&](const NamedPlace& other) { return other.kecamatan == parent && other.kelurahan != mention.kelurahan; };
      if (i + 1 < mentions_.size() && is_parent(mentions_[i + 1]) && is_beside(mention, mentions_[i + 1])) return true;
      if (i > 0 && is_parent(mentions_[i - 1]) && is_beside(mentions_[i - 1], mention)) return true;
    }
    if (mention.kecamatan && i > 0 && mentions_[i - 1].kelurahan && is_beside(mentions_[i - 1], mention) &&
        rules_.kelurahan[*mentions_[i - 1].kelurahan].kecamatan == mention.kecamatan)
      return true;
    if (mention.needs == Evidence::announced || is_elsewhere(mention)) return false;
    return is_before(mention, Meaning::city);
  }

  // By mention: "Serpong" in "trayek Cikokol - Serpong", "Karawaci" in "bukan Cimone Karawaci".
  std::vector<bool> find_routes() const {
    std::vector<bool> on_route(mentions_.size());
    for (std::size_t i = 1; i < mentions_.size(); ++i) {
      if (mentions_[i - 1].last + 1 != mentions_[i].first) continue;
      const std::string_view gap = gap_behind(mentions_[i - 1].last);
      on_route[i] = (gap.contains('-') || gap == " ") && (on_route[i - 1] || opening_of(mentions_[i - 1]).not_at);
    }
    return on_route;
  }

  // "Cipete, Jakarta Selatan": the first is not the place of ours, or a part of the second, and the second is meant. A dash leads from one
  // to the other instead.
  bool has_region_behind(std::size_t i) const {
    if (i + 1 >= mentions_.size() || !is_elsewhere(mentions_[i + 1]) || !is_beside(mentions_[i], mentions_[i + 1])) return false;
    // "Babakan, Kec. Setu", "Babakan Setu Tangsel"
    const bool told = mentions_[i + 1].needs != Evidence::announced || mentions_[i].last + 1 < mentions_[i + 1].first ||
                      (i + 2 < mentions_.size() && is_elsewhere(mentions_[i + 2]) && is_beside(mentions_[i + 1], mentions_[i + 2]));
    return told && gap_behind(mentions_[i].last).find_first_of("-/!?") == std::string_view::npos;
  }

  // "Kab. Brebes, Kec. Larangan"
  bool has_region_before(std::size_t i) const {
    if (i == 0 || !is_elsewhere(mentions_[i - 1]) || !is_beside(mentions_[i - 1], mentions_[i])) return false;
    const Opening before = opening_of(mentions_[i - 1]);
    return before.region || before.kecamatan;
  }

  // A place of ours is not meant where its name stands with a region of another jurisdiction, nor then anywhere else in the text.
  std::vector<const NamedPlace*> find_namesakes() const {
    std::vector<const NamedPlace*> found;
    for (std::size_t i = 0; i < mentions_.size(); ++i) {
      const NamedPlace& mention = mentions_[i];
      if (!is_elsewhere(mention) && has_region_behind(i) && !is_namesake_of(found, mention)) found.push_back(&mention);
    }
    return found;
  }

  static bool is_namesake_of(const std::vector<const NamedPlace*>& namesakes, const NamedPlace& mention) {
    return std::ranges::any_of(
        namesakes, [&](const NamedPlace* other) { return other->kelurahan == mention.kelurahan && other->kecamatan == mention.kecamatan; });
  }

  bool is_namesake(const NamedPlace& mention) const { return is_namesake_of(namesakes_, mention); }

  std::string_view gap_behind(std::uint32_t word) const {
    const auto& words = reading_.words.list;
    return reading_.text.substr(words[word].end, words[word + 1].begin - words[word].end);
  }

  bool is_in_handle(const NamedPlace& mention) const {
    const std::size_t begin = reading_.words.list[mention.first].begin;
    for (std::size_t i = begin; i > 0 && begin - i < kLongestHandle; --i) {
      const char c = reading_.text[i - 1];
      if (c == ' ' || c == '\n') return false;
      if (c == '@') return true;
    }
    return false;
  }

  const Reading& reading_;
  const std::vector<NamedPlace>& mentions_;
  const AddressFrame& frame_;
  const Rules& rules_;
  const std::vector<bool> on_route_ = find_routes();
  const std::vector<const NamedPlace*> namesakes_ = find_namesakes();  // few: the city has not many places
  const bool any_street_ = std::ranges::any_of(frame_.spots, [](const Spot& spot) { return spot.kind != Spot::Kind::landmark; });
};

}  // namespace

std::vector<NamedPlace> find_mentions(const Reading& reading, const Rules& rules) { return MentionFinder(reading, rules).find(); }

PlaceNames choose_names(const Reading& reading, const std::vector<NamedPlace>& mentions, const AddressFrame& frame, const Rules& rules) {
  return Choice(reading, mentions, frame, rules).choose();
}

}  // namespace satupintu::normalizer
