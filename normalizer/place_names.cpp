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
        case Meaning::elsewhere: add({match.first, match.last, {}, {}, Evidence::name}); break;
        case Meaning::elsewhere_common: add({match.first, match.last, {}, {}, Evidence::at}); break;
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
      const std::uint16_t* name = nullptr;
      std::uint32_t last = first;
      for (std::uint32_t i = first; i < count && i < first + kLongestNameInWords; ++i) {
        if (words[i].number || taken[i] || (i > first && words[i].after_break)) break;
        letters += reading_.words.folded_of(words[i]);
        any_unknown = any_unknown || reading_.ids[i] == 0;
        if (!any_unknown) continue;
        if (i > first && letters.size() < kShortestOfSeveralWords) continue;
        if (const auto* found = rules_.misspellings.find(letters)) {
          name = found;
          last = i;
        }
      }
      if (name == nullptr) continue;
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

// What the words before a name say of it.
struct Opening {
  bool kelurahan = false, kecamatan = false;  // "kel.", "kec." right before it
  bool at = false, not_at = false, passing = false, home = false, people = false, institution = false;

  // False for a meaning that says nothing of a name behind it.
  bool add(Meaning meaning) {
    switch (meaning) {
      case Meaning::kelurahan_word: return kelurahan = true;
      case Meaning::kecamatan_word: return kecamatan = true;
      case Meaning::at: return at = true;
      case Meaning::not_at: return not_at = true;
      case Meaning::passing: return passing = true;
      case Meaning::home: return home = true;
      case Meaning::people: return people = true;
      case Meaning::institution: return institution = true;
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
    const Weight ours = std::max(kelurahan.weight, kecamatan.weight);
    if (elsewhere.weight >= Weight::institution && ours < Weight::somewhere) {
      names.elsewhere = true;
      return names;
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
        if (opening.add(match.meaning)) begin = match.first;
      }
      // An institution is where it is, whoever is on the way there.
      if (begin == position || opening.passing || opening.institution) break;
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
    if (opening.not_at || ends_route(i)) return Weight::direction;
    const bool announced = opening.kelurahan || opening.kecamatan;
    if (opening.passing && !announced && !opening.institution) return Weight::passed;
    const bool known = mention.needs == Evidence::name || announced;
    if (opening.home && !opening.institution) {
      if (!known) return Weight::common_word;
      return home_counts(mention) ? Weight::only_home : Weight::home;
    }
    if (is_in_handle(mention)) return known ? Weight::people : Weight::common_word;
    if (opening.people && (known || mention.needs == Evidence::at)) return Weight::people;
    if (announced) return Weight::announced;
    if (mention.needs == Evidence::announced) return has_neighbour(i) ? Weight::frame : Weight::common_word;
    if (has_region_behind(i)) return Weight::people;
    if (opening.institution) return Weight::institution;
    if (opening.at) return Weight::at;
    if (i > 0 && has_region_behind(i - 1)) return Weight::frame;
    if (has_neighbour(i) || is_behind_address(mention) || is_before_address(mention) || stands_alone(mention)) return Weight::frame;
    if (mention.needs != Evidence::name) return Weight::common_word;
    return is_name_of_neighbourhood(mention) ? Weight::somewhere : Weight::name;
  }

  // Where somebody lives is where the matter is, unless the text tells another place. Where somebody comes from on the way to another
  // place is not.
  bool home_counts(const NamedPlace& mention) const {
    if (any_street_) return false;
    return !is_before(mention, Meaning::passing) && !is_before(mention, Meaning::not_at);
  }

  // "Cipondoh" alone is the kecamatan; "kel. Cipondoh", "Cipondoh RT 2/5" and with its kecamatan beside it, the kelurahan.
  bool reads_as_kelurahan(std::size_t i, const Opening& opening) const {
    const NamedPlace& mention = mentions_[i];
    if (!mention.kecamatan || !mention.kelurahan) return mention.kelurahan.has_value();
    if (opening.kelurahan || opening.kecamatan) return opening.kelurahan;
    if (is_before(mention, Meaning::rt_word) || is_before(mention, Meaning::rw_word)) return true;
    return i + 1 < mentions_.size() && is_beside(mention, mentions_[i + 1]) &&
           mentions_[i + 1].kecamatan == rules_.kelurahan[*mention.kelurahan].kecamatan;
  }

  bool is_before(const NamedPlace& mention, Meaning meaning) const {
    return std::ranges::any_of(reading_.around({mention.last, mention.last}, 0),
                               [&](const Match& match) { return match.meaning == meaning && match.first == mention.last + 1; });
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

  // "pajang rt 5", "gaga gg asem", "gondrong belakang majelis": at the beginning of a sentence.
  bool is_before_address(const NamedPlace& mention) const {
    constexpr std::array kParts{Meaning::rt_word, Meaning::rw_word, Meaning::alley_word, Meaning::street_word, Meaning::landmark_word};
    return begins_sentence(mention.first) && std::ranges::any_of(kParts, [&](Meaning part) { return is_before(mention, part); });
  }

  // A name is all that a sentence holds, "Tolong dipangkas. Kenanga, Jl KH Ahmad Dahlan 30", or the end of an address, "tiang 8, Gaga".
  bool stands_alone(const NamedPlace& mention) const {
    if (begins_sentence(mention.first)) return ends_clause(mention.last);
    const auto& words = reading_.words.list;
    const bool ends_sentence = mention.last + 1 == words.size() || begins_sentence(mention.last + 1);
    return words[mention.first].after_break && ends_sentence && !frame_.spots.empty();
  }

  bool ends_clause(std::uint32_t word) const {
    const auto& words = reading_.words.list;
    return word + 1 == words.size() || words[word + 1].after_break;
  }

  bool begins_sentence(std::uint32_t word) const {
    return word == 0 || gap_behind(word - 1).find_first_of(".!?\n") != std::string_view::npos;
  }

  // Nothing but "kec.", "kota" and the like between them.
  bool is_beside(const NamedPlace& before, const NamedPlace& behind) const {
    std::uint32_t next = before.last + 1;
    while (next < behind.first) {
      const auto around = reading_.around({next, next}, 0);
      const auto opens = std::ranges::find_if(around, [&](const Match& match) {
        return match.first == next && (match.meaning == Meaning::kecamatan_word || match.meaning == Meaning::kelurahan_word);
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

  // "trayek Cikokol - Serpong"
  bool ends_route(std::size_t i) const {
    if (i == 0 || mentions_[i - 1].last + 1 != mentions_[i].first) return false;
    return gap_behind(mentions_[i - 1].last).contains('-') && opening_of(mentions_[i - 1]).not_at;
  }

  // "Cipete, Jakarta Selatan": the first is not the place of ours, and the second is meant. A dash leads from one to the other instead.
  bool has_region_behind(std::size_t i) const {
    if (i + 1 >= mentions_.size() || is_elsewhere(mentions_[i]) || !is_elsewhere(mentions_[i + 1])) return false;
    return is_beside(mentions_[i], mentions_[i + 1]) && !gap_behind(mentions_[i].last).contains('-');
  }

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
  const bool any_street_ = std::ranges::any_of(frame_.spots, [](const Spot& spot) { return spot.kind != Spot::Kind::landmark; });
};

}  // namespace

std::vector<NamedPlace> find_mentions(const Reading& reading, const Rules& rules) { return MentionFinder(reading, rules).find(); }

PlaceNames choose_names(const Reading& reading, const std::vector<NamedPlace>& mentions, const AddressFrame& frame, const Rules& rules) {
  return Choice(reading, mentions, frame, rules).choose();
}

}  // namespace satupintu::normalizer
