// SPDX-License-Identifier: Apache-2.0
#include "normalizer/map_link.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace satupintu::normalizer {

namespace {

constexpr std::size_t kLongestLink = 2048;
constexpr std::size_t kLeastDecimals = 4;  // about ten metres; coordinates without a link must be that exact to be believed

// Takes a decimal number off `text`.
std::optional<double> take_number(std::string_view& text) {
  std::string_view rest = text;
  if (rest.starts_with('+')) rest.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value, std::chars_format::fixed);
  if (error != std::errc{}) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  text = rest;
  return value;
}

bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

// "-6.17,106.63" and "-6.17%2C106.63" and "-6.17/106.63".
std::optional<Position> pair_at(std::string_view text) {
  const auto latitude = take_number(text);
  if (!latitude) return std::nullopt;
  if (!take(text, ",") && !take(text, "%2C") && !take(text, "%2c") && !take(text, "/")) return std::nullopt;
  while (take(text, "+") || take(text, "%20") || take(text, " ")) {
  }
  const auto longitude = take_number(text);
  if (!longitude || !is_position(*latitude, *longitude)) return std::nullopt;
  return Position{*latitude, *longitude};
}

std::optional<Position> pair_behind(std::string_view link, std::string_view mark) {
  const auto found = link.find(mark);
  return found == std::string_view::npos ? std::nullopt : pair_at(link.substr(found + mark.size()));
}

std::optional<double> number_behind(std::string_view link, std::string_view mark) {
  const auto found = link.find(mark);
  if (found == std::string_view::npos) return std::nullopt;
  std::string_view rest = link.substr(found + mark.size());
  return take_number(rest);
}

std::optional<Position> both(std::optional<double> latitude, std::optional<double> longitude) {
  if (!latitude || !longitude || !is_position(*latitude, *longitude)) return std::nullopt;
  return Position{*latitude, *longitude};
}

bool is_map_link(std::string_view link) {
  constexpr std::array<std::string_view, 7> kHosts{"maps.google.", "google.com/maps", "google.co.id/maps", "openstreetmap.org",
                                                   "osm.org",      "maps.apple.com",  "waze.com"};
  for (const auto host : kHosts)
    if (link.contains(host)) return true;
  return false;
}

std::optional<Position> position_in_link(std::string_view link) {
  if (!is_map_link(link)) return std::nullopt;
  // The place itself goes before the middle of the map that happened to be on the screen.
  if (const auto place = both(number_behind(link, "!3d"), number_behind(link, "!4d"))) return place;
  if (const auto marker = both(number_behind(link, "mlat="), number_behind(link, "mlon="))) return marker;
  for (const std::string_view mark : {"?q=loc:", "&q=loc:", "?q=", "&q=", "?query=", "&query=", "?ll=", "&ll=", "destination=", "daddr=",
                                      "?center=", "&center=", "/place/", "/search/", "/dir//", "/@"}) {
    if (const auto found = pair_behind(link, mark)) return found;
  }
  if (const auto map = link.find("#map="); map != std::string_view::npos) {
    const auto slash = link.find('/', map);
    if (slash != std::string_view::npos) return pair_at(link.substr(slash + 1));
  }
  return std::nullopt;
}

std::size_t decimals_of(std::string_view number) {
  const auto dot = number.find('.');
  if (dot == std::string_view::npos) return 0;
  const auto end = number.find_first_not_of("0123456789", dot + 1);
  return std::min(end, number.size()) - dot - 1;
}

// "-6.178306, 106.631889": a latitude and a longitude of Indonesia with enough decimals to be nothing else.
std::optional<Position> written_pair(std::string_view text) {
  std::string_view rest = text;
  const auto latitude = take_number(rest);
  if (!latitude || decimals_of(text) < kLeastDecimals || *latitude < -11.5 || *latitude > 6.5) return std::nullopt;
  if (!take(rest, ",") && !rest.starts_with(' ')) return std::nullopt;
  while (take(rest, " ")) {
  }
  const std::string_view second = rest;
  const auto longitude = take_number(rest);
  if (!longitude || decimals_of(second) < kLeastDecimals || *longitude < 94.5 || *longitude > 141.5) return std::nullopt;
  return Position{*latitude, *longitude};
}

}  // namespace

bool is_position(double latitude, double longitude) {
  return std::isfinite(latitude) && std::isfinite(longitude) && std::abs(latitude) <= 90 && std::abs(longitude) <= 180 &&
         (latitude != 0 || longitude != 0);
}

std::optional<Position> find_position(std::string_view text) {
  // Coordinates have decimals, most texts have none.
  bool any_decimals = false;
  for (auto dot = text.find('.'); dot != std::string_view::npos && !any_decimals; dot = text.find('.', dot + 1)) {
    any_decimals = dot + 1 < text.size() && text[dot + 1] >= '0' && text[dot + 1] <= '9';
  }
  if (!any_decimals) return std::nullopt;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    const std::string_view piece = rest.substr(0, rest.find_first_of(" \n"));
    std::optional<Position> found;
    if (piece.starts_with("geo:")) found = pair_at(piece.substr(4));
    else if (piece.contains('/')) found = position_in_link(piece.substr(0, kLongestLink));
    else if (piece.contains('.')) found = written_pair(rest.substr(std::min(rest.find_first_not_of("(:"), rest.size())));
    if (found) return found;
    i += piece.size() + 1;
  }
  return std::nullopt;
}

}  // namespace satupintu::normalizer
