// SPDX-License-Identifier: Apache-2.0
#include "normalizer/place.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "normalizer/contact.hpp"
#include "normalizer/position.hpp"

namespace satupintu::normalizer {

using core::Location;
using core::LocationMethod;
using core::LocationRole;

namespace {

constexpr std::uint32_t kLongestName = 5;    // words in the name of a street or landmark
constexpr std::uint32_t kLongestNumber = 3;  // digits of an RT or RW
constexpr std::size_t kMostStreets = 3;

// How far each source is to be trusted.
constexpr double kSharedPin = 0.9;
constexpr double kMapLink = 0.85;
constexpr double kStatedAddress = 0.8;
constexpr double kStreetAndKelurahan = 0.6;
constexpr double kKelurahan = 0.5;
constexpr double kStreet = 0.4;
constexpr double kPlaceField = 0.4;
constexpr double kKecamatan = 0.3;
constexpr double kLandmark = 0.2;

class TextPlace {
 public:
  TextPlace(const Reading& reading, const Rules& rules) : reading_(reading), rules_(rules) {}

  Location find() {
    find_kelurahan_and_kecamatan();
    for (const Match& match : reading_.matches) {
      switch (match.meaning) {
        case Meaning::street_word:
        case Meaning::alley_word:
        case Meaning::estate_word: add_street(match); break;
        case Meaning::landmark_word: set_landmark(match); break;
        case Meaning::rt_word: set_number(location_.rt, match, true); break;
        case Meaning::rw_word: set_number(location_.rw, match, false); break;
        default: break;
      }
    }
    set_confidence();
    return std::move(location_);
  }

 private:
  const Word& word(std::uint32_t i) const { return reading_.words.list[i]; }
  std::uint32_t count() const { return static_cast<std::uint32_t>(reading_.words.list.size()); }

  bool follows(const Match& match, Meaning meaning) const {
    return std::ranges::any_of(reading_.around(match, 0),
                               [&](const Match& before) { return before.meaning == meaning && before.last + 1 == match.first; });
  }

  template <class... Meanings>
  bool starts_at(std::uint32_t i, Meanings... meanings) const {
    return std::ranges::any_of(reading_.around({i, i}, 0),
                               [&](const Match& match) { return match.first == i && ((match.meaning == meanings) || ...); });
  }

  void find_kelurahan_and_kecamatan() {
    const Match* kelurahan = nullptr;
    const Match* kecamatan = nullptr;
    Evidence kelurahan_evidence{};
    Evidence kecamatan_evidence{};
    for (const Match& match : reading_.matches) {
      const bool is_kelurahan = match.meaning == Meaning::kelurahan;
      if (!is_kelurahan && match.meaning != Meaning::kecamatan) continue;
      const Evidence needed = is_kelurahan ? rules_.kelurahan[match.index].needs : rules_.kecamatan[match.index].needs;
      const Evidence evidence = evidence_of(match, is_kelurahan ? Meaning::kelurahan_word : Meaning::kecamatan_word);
      // "Cipondoh" names both; alone, or behind "kec.", it is the kecamatan.
      if (is_kelurahan && evidence != Evidence::announced && is_also_kecamatan(match)) continue;
      const Match*& best = is_kelurahan ? kelurahan : kecamatan;
      Evidence& best_evidence = is_kelurahan ? kelurahan_evidence : kecamatan_evidence;
      if (evidence < needed || (best != nullptr && evidence <= best_evidence)) continue;
      best = &match;
      best_evidence = evidence;
    }
    if (kelurahan == nullptr && kecamatan != nullptr) kelurahan = common_kelurahan_in(kecamatan->index);
    if (kelurahan != nullptr) {
      location_.kelurahan = rules_.kelurahan[kelurahan->index].name;
      location_.kecamatan = rules_.kecamatan[rules_.kelurahan[kelurahan->index].kecamatan].name;
    } else if (kecamatan != nullptr) {
      location_.kecamatan = rules_.kecamatan[kecamatan->index].name;
    }
  }

  Evidence evidence_of(const Match& match, Meaning announcing) const {
    if (follows(match, announcing)) return Evidence::announced;
    return follows(match, Meaning::at) ? Evidence::at : Evidence::name;
  }

  bool is_also_kecamatan(const Match& kelurahan) const {
    return std::ranges::any_of(reading_.around(kelurahan, 0), [&](const Match& match) {
      return match.meaning == Meaning::kecamatan && match.first == kelurahan.first && match.last == kelurahan.last;
    });
  }

  // "petir cipondoh": once the kecamatan is known, a kelurahan of it with a common name is believed.
  const Match* common_kelurahan_in(std::size_t kecamatan) const {
    for (const Match& match : reading_.matches) {
      if (match.meaning == Meaning::kelurahan && rules_.kelurahan[match.index].kecamatan == kecamatan && !is_also_kecamatan(match))
        return &match;
    }
    return nullptr;
  }

  // The last word of the name that starts at `first`; nullopt where no name starts.
  std::optional<std::uint32_t> end_of_name(std::uint32_t first, bool with_numbers) const {
    std::optional<std::uint32_t> end;
    for (std::uint32_t i = first; i < count() && i < first + kLongestName && !word(i).after_break; ++i) {
      if (starts_at(i, Meaning::name_end, Meaning::street_word, Meaning::alley_word)) break;
      if (with_numbers && i > first && starts_at(i, Meaning::number_word)) {
        // "no 5", "no. 5A", "km 12", "blok C"
        if (i + 1 >= count() || word(i + 1).after_break) break;
        end = i + 1;
        if (word(i + 1).number && i + 2 < count() && is_attached_letter(i + 2)) end = i + 2;
        break;
      }
      end = i;
      if (word(i).number && i > first) break;
    }
    return end;
  }

  // The "A" of "5A".
  bool is_attached_letter(std::uint32_t i) const { return word(i).begin == word(i - 1).end && word(i).end - word(i).begin == 1; }

  void add_street(const Match& match) {
    if (streets_ == kMostStreets || match.last + 1 >= count() || match.first < street_until_) return;
    const auto end = end_of_name(match.last + 1, true);
    if (!end) return;
    if (!location_.address.empty()) location_.address += ", ";
    location_.address += reading_.between(match.first, *end);
    street_until_ = *end + 1;
    ++streets_;
  }

  void set_landmark(const Match& match) {
    if (!location_.landmark.empty() || match.last + 1 >= count()) return;
    if (const auto end = end_of_name(match.last + 1, false)) location_.landmark = reading_.between(match.first, *end);
  }

  // "RT 3", "rt03/05": the second number is the RW.
  void set_number(std::string& field, const Match& match, bool rw_may_follow) {
    const std::uint32_t i = match.last + 1;
    if (!field.empty() || i >= count() || !is_short_number(i)) return;
    field = three_digits(i);
    if (!rw_may_follow || !location_.rw.empty() || i + 1 >= count() || !is_short_number(i + 1)) return;
    const std::string_view between = reading_.text.substr(word(i).end, word(i + 1).begin - word(i).end);
    if (between.contains('/')) location_.rw = three_digits(i + 1);
  }

  bool is_short_number(std::uint32_t i) const { return word(i).number && word(i).end - word(i).begin <= kLongestNumber; }

  std::string three_digits(std::uint32_t i) const {
    const std::string_view digits = reading_.between(i, i);
    return std::string(kLongestNumber - digits.size(), '0') + std::string(digits);
  }

  void set_confidence() {
    const bool street = !location_.address.empty();
    const bool kelurahan = !location_.kelurahan.empty();
    if (street && kelurahan) location_.confidence = kStreetAndKelurahan;
    else if (kelurahan) location_.confidence = kKelurahan;
    else if (street) location_.confidence = kStreet;
    else if (!location_.kecamatan.empty()) location_.confidence = kKecamatan;
    else if (!location_.landmark.empty() || !location_.rt.empty() || !location_.rw.empty()) location_.confidence = kLandmark;
    if (location_.confidence > 0) location_.method = LocationMethod::text;
  }

  const Reading& reading_;
  const Rules& rules_;
  Location location_;
  std::size_t streets_ = 0;
  std::uint32_t street_until_ = 0;
};

void set_position(Location& location, const Position& position, LocationMethod method, double confidence) {
  location.latitude = position.latitude;
  location.longitude = position.longitude;
  const auto accuracy = position.accuracy_m;
  if (accuracy && std::isfinite(*accuracy) && *accuracy > 0) location.accuracy_m = accuracy;
  location.method = method;
  location.confidence = confidence;
}

void take(std::string& field, const std::string& stated) {
  if (stated.empty()) return;
  field = stated;
  clean_and_mask(field);
}

// What an operator or a form stated goes before what the text seems to say.
void take_stated(Location& location, const core::Stated& stated, const Rules& rules) {
  if (!stated.address.empty() || !stated.landmark.empty() || !stated.kelurahan.empty() || !stated.kecamatan.empty()) {
    location.method = LocationMethod::address;
    location.confidence = kStatedAddress;
  }
  // A stated kelurahan or kecamatan rules out another one from the text.
  if (!stated.kelurahan.empty() || !stated.kecamatan.empty()) {
    location.kelurahan.clear();
    location.kecamatan.clear();
  }
  take(location.kelurahan, stated.kelurahan);
  take(location.kecamatan, stated.kecamatan);
  if (location.kecamatan.empty()) {
    const auto known = std::ranges::find(rules.kelurahan, location.kelurahan, &Kelurahan::name);
    if (known != rules.kelurahan.end()) location.kecamatan = rules.kecamatan[known->kecamatan].name;
  }
  take(location.address, stated.address);
  take(location.landmark, stated.landmark);
  take(location.cross_street, stated.cross_street);
  take(location.rt, stated.rt);
  take(location.rw, stated.rw);
  take(location.zip, stated.zip);
}

// How the network or the telephone found the place, where the adapter says so.
LocationMethod method_of_network(const std::vector<std::string>& flags) {
  const auto has = [&](std::string_view flag) { return std::ranges::find(flags, flag) != flags.end(); };
  if (has("wifi")) return LocationMethod::wifi;
  return has("cell") ? LocationMethod::cell : LocationMethod::gps;
}

// Where short plus codes count from: the middle of the city.
std::optional<Position> middle_of(const Area& area) {
  if (area.north - area.south > 1 || area.east - area.west > 1) return std::nullopt;
  return Position{(area.south + area.north) / 2, (area.west + area.east) / 2, std::nullopt};
}

// What the text says goes before a link that its channel expanded (adapters/x).
TextPosition position_in(const Reading& reading, const core::Message& message, const Rules& rules) {
  const auto near = middle_of(rules.area);
  TextPosition found = find_position(reading.text, near);
  for (const auto& [code, value] : message.stated.attributes) {
    if (found.position || code != "link") continue;
    const TextPosition linked = find_position(value, near);
    found = {linked.position, !linked.position && (found.unresolved_link || linked.unresolved_link)};
  }
  return found;
}

}  // namespace

Places find_places(const Reading& reading, const core::Message& message, std::string_view place_field, const Rules& rules) {
  Places places;
  Location& location = places.location;
  location = TextPlace(reading, rules).find();
  if (location.method == LocationMethod::none && !place_field.empty()) {
    location.address = place_field;
    location.method = LocationMethod::text;
    location.confidence = kPlaceField;
  }
  take_stated(location, message.stated, rules);
  const TextPosition linked = position_in(reading, message, rules);
  if (linked.position) set_position(location, *linked.position, LocationMethod::pin, kMapLink);
  if (linked.unresolved_link && !message.place) places.flags.emplace_back("map_link_unresolved");
  if (!message.place) return places;

  const core::SharedPlace& shared = *message.place;
  const Position position{shared.latitude, shared.longitude, shared.accuracy_m};
  if (!message.call && message.kind != core::MessageKind::caller_location) {
    const bool is_from_a_photo = message.kind == core::MessageKind::attachment;
    set_position(location, position, is_from_a_photo ? LocationMethod::gps : LocationMethod::pin, kSharedPin);
    if (location.address.empty()) take(location.address, shared.address);
    if (location.landmark.empty()) take(location.landmark, shared.name);
    return places;
  }
  // The network's position is the phone's. It is the matter's too only while nothing better is known.
  Location caller;
  set_position(caller, position, method_of_network(message.flags), kSharedPin);
  caller.role = LocationRole::caller;
  take(caller.address, shared.address);
  if (location.method == LocationMethod::none && !message.stated.place_differs_from_caller) location = caller;
  else places.caller = std::move(caller);
  return places;
}

}  // namespace satupintu::normalizer
