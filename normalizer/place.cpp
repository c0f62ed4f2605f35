// SPDX-License-Identifier: Apache-2.0
#include "normalizer/place.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "normalizer/address.hpp"
#include "normalizer/contact.hpp"
#include "normalizer/place_names.hpp"
#include "normalizer/position.hpp"

namespace satupintu::normalizer {

using core::Location;
using core::LocationMethod;
using core::LocationRole;

namespace {

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

void set_confidence(Location& location) {
  const bool street = !location.address.empty();
  const bool kelurahan = !location.kelurahan.empty();
  if (street && kelurahan) location.confidence = kStreetAndKelurahan;
  else if (kelurahan) location.confidence = kKelurahan;
  else if (street) location.confidence = kStreet;
  else if (!location.kecamatan.empty()) location.confidence = kKecamatan;
  else if (!location.landmark.empty() || !location.rt.empty() || !location.rw.empty()) location.confidence = kLandmark;
  if (location.confidence > 0) location.method = LocationMethod::text;
}

Places places_in_text(const Reading& reading, const Rules& rules) {
  Places places;
  Location& location = places.location;
  const auto mentions = find_mentions(reading, rules);
  const AddressFrame frame = read_address(reading, mentions, location);
  PlaceNames names = choose_names(reading, mentions, frame, rules);
  if (names.kelurahan) location.kelurahan = rules.kelurahan[*names.kelurahan].name;
  if (names.kecamatan) location.kecamatan = rules.kecamatan[*names.kecamatan].name;
  set_confidence(location);
  places.names = std::move(names.names);
  places.elsewhere = names.elsewhere;
  return places;
}

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

bool is_in_city(double latitude, double longitude, const Rules& rules) {
  return rules.boundaries.empty() ? rules.area.contains(latitude, longitude) : rules.boundaries.find(latitude, longitude).in_city;
}

// `is_named` is what the names in the text say.
bool is_elsewhere(const core::Message& message, const TextPosition& linked, bool is_named, const Rules& rules) {
  if (message.place && !message.call) return !is_in_city(message.place->latitude, message.place->longitude, rules);
  if (!message.stated.kelurahan.empty() || !message.stated.kecamatan.empty()) return false;
  return linked.position ? !is_in_city(linked.position->latitude, linked.position->longitude, rules) : is_named;
}

// Sets kelurahan and kecamatan by the boundaries around the position. False where something else was said. A position that was chosen
// on a map then goes before the words; a photo may show what was taken elsewhere.
bool take_from_boundaries(Location& location, const Rules& rules) {
  if (!location.latitude || !location.longitude) return true;
  const auto lying = rules.boundaries.find(*location.latitude, *location.longitude);
  if (!lying.kelurahan && !lying.kecamatan) return true;
  const std::string kelurahan = lying.kelurahan ? rules.kelurahan[*lying.kelurahan].name : std::string();
  const std::string kecamatan = rules.kecamatan[lying.kecamatan ? *lying.kecamatan : rules.kelurahan[*lying.kelurahan].kecamatan].name;
  const bool other_kelurahan = !kelurahan.empty() && !location.kelurahan.empty() && location.kelurahan != kelurahan;
  const bool other_kecamatan = !location.kecamatan.empty() && location.kecamatan != kecamatan;
  const bool agrees = !other_kelurahan && !other_kecamatan;
  if (!agrees && location.method != LocationMethod::pin) return false;
  if (!kelurahan.empty() || other_kecamatan) location.kelurahan = kelurahan;
  location.kecamatan = kecamatan;
  return agrees;
}

}  // namespace

Places find_places(const Reading& reading, const core::Message& message, std::string_view place_field, const Rules& rules) {
  Places places = places_in_text(reading, rules);
  Location& location = places.location;
  if (location.method == LocationMethod::none && !place_field.empty()) {
    location.address = place_field;
    location.method = LocationMethod::text;
    location.confidence = kPlaceField;
  }
  take_stated(location, message.stated, rules);
  const TextPosition linked = position_in(reading, message, rules);
  places.elsewhere = is_elsewhere(message, linked, places.elsewhere, rules);
  if (linked.position) set_position(location, *linked.position, LocationMethod::pin, kMapLink);
  if (linked.unresolved_link && !message.place) places.flags.emplace_back("map_link_unresolved");
  const auto settle = [&] {
    if (!take_from_boundaries(location, rules)) places.flags.emplace_back("place_contradicts_text");
  };
  if (!message.place) {
    settle();
    return places;
  }

  const core::SharedPlace& shared = *message.place;
  const Position position{shared.latitude, shared.longitude, shared.accuracy_m};
  if (!message.call && message.kind != core::MessageKind::caller_location) {
    const bool is_from_a_photo = message.kind == core::MessageKind::attachment;
    set_position(location, position, is_from_a_photo ? LocationMethod::gps : LocationMethod::pin, kSharedPin);
    if (location.address.empty()) take(location.address, shared.address);
    if (location.landmark.empty()) take(location.landmark, shared.name);
    settle();
    return places;
  }
  // The network's position is the phone's. It is the matter's too only while nothing better is known.
  Location caller;
  set_position(caller, position, method_of_network(message.flags), kSharedPin);
  caller.role = LocationRole::caller;
  take(caller.address, shared.address);
  static_cast<void>(take_from_boundaries(caller, rules));  // it says nothing that could contradict
  settle();
  if (location.method == LocationMethod::none && !message.stated.place_differs_from_caller) location = caller;
  else places.caller = std::move(caller);
  return places;
}

}  // namespace satupintu::normalizer
