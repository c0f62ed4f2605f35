// SPDX-License-Identifier: Apache-2.0
#include "normalizer/address.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace satupintu::normalizer {

using core::Location;

namespace {

constexpr std::uint32_t kLongestName = 5;   // words in the name of a street or landmark
constexpr std::size_t kLongestNumber = 3;   // digits of an RT or RW
constexpr std::uint32_t kLongestHouse = 6;  // words in "F2/15 no 9"
constexpr std::size_t kMostStreets = 3;

class AddressReader {
 public:
  AddressReader(const Reading& reading, const std::vector<NamedPlace>& mentions, Location& location)
      : reading_(reading), mentions_(mentions), location_(location) {}

  AddressFrame read() {
    for (const Match& match : reading_.matches) {
      switch (match.meaning) {
        case Meaning::street_word: add_street(match, Spot::Kind::street); break;
        case Meaning::alley_word: add_street(match, Spot::Kind::alley); break;
        case Meaning::estate_word: add_street(match, Spot::Kind::estate); break;
        case Meaning::crossing_word: set_crossing(match); break;
        case Meaning::landmark_word: set_landmark(match.first, match.last + 1); break;
        case Meaning::distance_from: set_distance(match); break;
        case Meaning::rt_word: set_rt(match); break;
        case Meaning::rw_word: set_rw(match); break;
        default: break;
      }
    }
    if (location_.rt.empty() && location_.rw.empty()) set_bare_numbers();
    std::ranges::sort(frame_.spots, {}, &Spot::first);
    std::ranges::sort(frame_.behind_numbers);
    return std::move(frame_);
  }

 private:
  const Word& word(std::uint32_t i) const { return reading_.words.list[i]; }
  std::uint32_t count() const { return static_cast<std::uint32_t>(reading_.words.list.size()); }
  std::size_t length(std::uint32_t i) const { return word(i).end - word(i).begin; }

  std::string_view gap_before(std::uint32_t i) const { return reading_.text.substr(word(i - 1).end, word(i).begin - word(i - 1).end); }

  template <class... Meanings>
  const Match* match_at(std::uint32_t i, Meanings... meanings) const {
    const auto around = reading_.around({i, i}, 0);
    const auto found =
        std::ranges::find_if(around, [&](const Match& match) { return match.first == i && ((match.meaning == meanings) || ...); });
    return found == around.end() ? nullptr : &*found;
  }

  template <class... Meanings>
  bool starts_at(std::uint32_t i, Meanings... meanings) const {
    return i < count() && match_at(i, meanings...) != nullptr;
  }

  bool ends_before(std::uint32_t i, Meaning meaning) const {
    return i > 0 && std::ranges::any_of(reading_.around({i - 1, i - 1}, 0),
                                        [&](const Match& match) { return match.meaning == meaning && match.last + 1 == i; });
  }

  const NamedPlace* mention_at(std::uint32_t i) const {
    const auto found = std::ranges::lower_bound(mentions_, i, {}, &NamedPlace::first);
    return found == mentions_.end() || found->first != i ? nullptr : &*found;
  }

  // Behind a street's name: "jl husein sastranegara benda". A common word is believed only behind a name of two words, or at the end of
  // what is said: "gg sawo tajur".
  bool is_place_behind_name(std::uint32_t i, std::uint32_t first) const {
    const NamedPlace* mention = i > first ? mention_at(i) : nullptr;
    return mention != nullptr && (mention->needs == Evidence::name || i >= first + 2 || ends_clause(mention->last));
  }

  bool ends_clause(std::uint32_t i) const { return i + 1 == count() || word(i + 1).after_break; }

  // The last word of a house number whose "no", "blok" or "km" is at `i`; nullopt where no number follows.
  std::optional<std::uint32_t> end_of_number(std::uint32_t i) const {
    const Match* announced = match_at(i, Meaning::number_word);
    if (announced == nullptr) return std::nullopt;
    std::uint32_t end = announced->last + 1;
    if (end >= count() || (!word(end).number && length(end) > 1) || !is_close(end)) return std::nullopt;
    while (end + 1 < count() && end - i < kLongestHouse && (word(end + 1).number || length(end + 1) == 1)) {
      const std::string_view gap = gap_before(end + 1);
      const bool is_fraction = gap == "," && word(end).number && word(end + 1).number;
      if (!gap.empty() && gap != "/" && gap != "-" && !is_fraction) break;
      ++end;
    }
    return end;
  }

  // Nothing but ". : - /" and spaces between it and the word before.
  bool is_close(std::uint32_t i) const { return gap_before(i).find_first_not_of(" .:-/=") == std::string_view::npos; }

  struct Name {
    std::uint32_t last;  // of the name
    std::uint32_t end;   // of the house number behind it, or the same
  };

  // The name that starts at `first`; nullopt where none does.
  std::optional<Name> name_of_street(std::uint32_t first) const {
    std::optional<Name> name;
    std::uint32_t i = first;
    for (; i < count() && i < first + kLongestName && (!word(i).after_break || (i == first && gap_before(i).contains(':'))); ++i) {
      const bool is_named_after_city = i > first && starts_at(i, Meaning::city) && ends_before(i, Meaning::estate_word);
      if (!is_named_after_city && starts_at(i, Meaning::name_end, Meaning::street_word, Meaning::alley_word)) break;
      if (is_place_behind_name(i, first)) break;
      if (i > first && starts_at(i, Meaning::crossing_word, Meaning::estate_word)) break;
      if (i > first && starts_at(i, Meaning::number_word)) break;
      name = Name{i, i};
      if (i > first && word(i).number) {
        ++i;
        break;
      }
    }
    // "no 5", "km 12", "blok F2 no 9"; a lone comma before them is no end.
    while (name && i < count() && name->end - first < kLongestName + kLongestHouse) {
      const bool follows = i == name->end + 1 && (!word(i).after_break || gap_before(i) == ", ");
      const auto end = follows ? end_of_number(i) : std::nullopt;
      if (!end) {
        if (i == name->last + 1 && word(name->last).number && length(i) == 1 && gap_before(i).empty()) name->end = i;
        break;
      }
      name->end = *end;
      i = *end + 1;
    }
    return name;
  }

  void add_street(const Match& match, Spot::Kind kind) {
    const std::uint32_t first = match.last + 1;
    if (first >= count() || match.first < street_until_ || is_no_street(match)) return;
    // "perumahan di cipondoh": no name.
    const auto name = name_of_street(first);
    if (!name) return;
    frame_.spots.push_back({kind, first, name->last});
    if (name->end != name->last) frame_.behind_numbers.push_back(name->end + 1);
    street_until_ = name->end + 1;
    if (streets_ == kMostStreets) return;
    if (is_cross_street(match)) {
      location_.cross_street = reading_.between(match.first, name->end);
      return;
    }
    if (!location_.address.empty()) location_.address += ", ";
    location_.address += reading_.between(match.first, name->end);
    last_street_end_ = name->end;
    ++streets_;
  }

  // "lampu jalan Cipondoh"
  bool is_no_street(const Match& match) const {
    return mention_at(match.last + 1) != nullptr && std::ranges::any_of(reading_.around(match, 0), [&](const Match& other) {
             return other.meaning == Meaning::no_street && other.first < match.first && other.last == match.last;
           });
  }

  // "jl A simpang jl B", and behind "perempatan" "jl A dan jl B".
  bool is_cross_street(const Match& match) const {
    if (!last_street_end_ || !location_.cross_street.empty()) return false;
    const std::uint32_t between = *last_street_end_ + 1;
    if (ends_before(match.first, Meaning::crossing_word)) return match.first - between <= 2;
    if (!behind_crossing_) return false;
    return match.first == between || (match.first == between + 1 && starts_at(between, Meaning::name_end));
  }

  // "perempatan robinson": the cross street of a street before it, else a landmark (whose words these are, too).
  void set_crossing(const Match& match) {
    const std::uint32_t first = match.last + 1;
    if (match.first < street_until_) return;
    behind_crossing_ = starts_at(first, Meaning::street_word);
    if (behind_crossing_ || first >= count() || !crosses_last_street(match.first)) return;
    if (const auto end = end_of_landmark(first)) {
      location_.cross_street = reading_.between(match.first, *end);
      frame_.spots.push_back({Spot::Kind::landmark, first, *end});
      landmark_until_ = *end + 1;
    }
  }

  std::optional<std::uint32_t> end_of_landmark(std::uint32_t first) const {
    std::optional<std::uint32_t> end;
    std::uint32_t begin = first;
    // "100 m dari lampu merah": a lamp is no part of a name, but this is one.
    if (const Match* noun = match_at(first, Meaning::landmark_word); noun != nullptr && noun->first != noun->last) {
      end = noun->last;
      begin = noun->last + 1;
    }
    for (std::uint32_t i = begin; i < count() && i < first + kLongestName && !word(i).after_break; ++i) {
      // "kantor kelurahan cimone"
      const Match* announced = i > first ? match_at(i, Meaning::kelurahan_word, Meaning::kecamatan_word) : nullptr;
      const NamedPlace* place = announced == nullptr ? nullptr : mention_at(announced->last + 1);
      if (place != nullptr && ends_before(i, Meaning::institution)) return place->last;
      if (starts_at(i, Meaning::name_end, Meaning::street_word, Meaning::alley_word)) break;
      end = i;
      if (word(i).number && i > first) break;
    }
    return end;
  }

  bool crosses_last_street(std::uint32_t i) const {
    return last_street_end_ && i == *last_street_end_ + 1 && location_.cross_street.empty() && starts_at(i, Meaning::crossing_word);
  }

  // `begin`: where it starts to be quoted; `first`: where its name starts.
  void set_landmark(std::uint32_t begin, std::uint32_t first) {
    if (first >= count() || begin < street_until_ || begin < landmark_until_ || crosses_last_street(begin)) return;
    const auto end = end_of_landmark(first);
    if (!end) return;
    frame_.spots.push_back({Spot::Kind::landmark, first, *end});
    landmark_until_ = *end + 1;
    if (location_.landmark.empty()) location_.landmark = reading_.between(begin, *end);
  }

  // "100 m dari lampu merah"
  void set_distance(const Match& match) {
    if (match.first < 2) return;
    const std::uint32_t unit = match.first - 1;
    if (!ends_before(match.first, Meaning::distance_unit) || !word(unit - 1).number || !is_close(unit)) return;
    set_landmark(unit - 1, match.last + 1);
  }

  bool is_short_number(std::uint32_t i) const { return i < count() && word(i).number && length(i) <= kLongestNumber && is_close(i); }

  std::string three_digits(std::uint32_t i) const {
    const std::string_view digits = reading_.between(i, i);
    return std::string(kLongestNumber - digits.size(), '0') + std::string(digits);
  }

  // "RT 3", "rt03/05" and "RT/RW 03/05": the second number is the RW.
  void set_rt(const Match& match) {
    std::uint32_t i = match.last + 1;
    if (const Match* both = i < count() && is_close(i) ? match_at(i, Meaning::rw_word) : nullptr) i = both->last + 1;
    if (!is_short_number(i)) return;
    frame_.behind_numbers.push_back(i + 1);
    const bool is_first = location_.rt.empty();
    if (is_first) location_.rt = three_digits(i);
    if (!is_short_number(i + 1) || !gap_before(i + 1).contains('/')) return;
    frame_.behind_numbers.push_back(i + 2);
    if (is_first && location_.rw.empty()) location_.rw = three_digits(i + 1);
  }

  void set_rw(const Match& match) {
    const std::uint32_t i = match.last + 1;
    if (!is_short_number(i) || ends_before(match.first, Meaning::rt_word)) return;
    frame_.behind_numbers.push_back(i + 1);
    if (location_.rw.empty()) location_.rw = three_digits(i);
  }

  // "003/005", as forms write it.
  void set_bare_numbers() {
    const auto is_padded = [&](std::uint32_t i) {
      return word(i).number && length(i) == kLongestNumber && reading_.text[word(i).begin] == '0' && reading_.between(i, i) != "000";
    };
    for (std::uint32_t i = 0; i + 1 < count(); ++i) {
      if (!is_padded(i) || !is_padded(i + 1) || gap_before(i + 1) != "/") continue;
      if ((i > 0 && gap_before(i) == "/") || (i + 2 < count() && gap_before(i + 2) == "/")) continue;
      location_.rt = three_digits(i);
      location_.rw = three_digits(i + 1);
      frame_.behind_numbers.push_back(i + 2);
      return;
    }
  }

  const Reading& reading_;
  const std::vector<NamedPlace>& mentions_;
  Location& location_;
  AddressFrame frame_;
  std::size_t streets_ = 0;
  std::uint32_t street_until_ = 0;
  std::uint32_t landmark_until_ = 0;
  std::optional<std::uint32_t> last_street_end_;
  bool behind_crossing_ = false;
};

}  // namespace

AddressFrame read_address(const Reading& reading, const std::vector<NamedPlace>& mentions, Location& location) {
  return AddressReader(reading, mentions, location).read();
}

}  // namespace satupintu::normalizer
