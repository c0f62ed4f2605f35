// SPDX-License-Identifier: Apache-2.0
#include "normalizer/map_link.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "normalizer/coordinates.hpp"
#include "normalizer/plus_code.hpp"

namespace satupintu::normalizer {

namespace {

constexpr std::size_t kLongestLink = 2048;

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

std::optional<Position> position_of(std::optional<double> latitude, std::optional<double> longitude) {
  if (!latitude || !longitude || !is_position(*latitude, *longitude)) return std::nullopt;
  return Position{*latitude, *longitude, std::nullopt};
}

// "-6.17,106.63", "-6.17/106.63", Bing's "-6.17~106.63" and "-6.17_106.63".
std::optional<Position> pair_at(std::string_view text) {
  const auto latitude = take_number(text);
  if (!latitude || text.empty() || !std::string_view(",/~_ +").contains(text[0])) return std::nullopt;
  if (text[0] != '+' && text[0] != ' ') text.remove_prefix(1);
  while (take(text, "+") || take(text, " ")) {
  }
  return position_of(latitude, take_number(text));
}

std::optional<double> number_behind(std::string_view link, std::string_view mark) {
  const auto found = link.find(mark);
  if (found == std::string_view::npos) return std::nullopt;
  std::string_view rest = link.substr(found + mark.size());
  return take_number(rest);
}

// The last "!3d-6.17!4d106.63": Google's coordinates of a place come last, behind those of the screen.
std::optional<Position> numbers_behind(std::string_view link, std::string_view first, std::string_view second, bool longitude_first) {
  for (auto found = link.rfind(first); found != std::string_view::npos; found = found == 0 ? found - 1 : link.rfind(first, found - 1)) {
    std::string_view rest = link.substr(found + first.size());
    const auto one = take_number(rest);
    if (!one || !take(rest, second)) continue;
    const auto other = take_number(rest);
    if (const auto position = longitude_first ? position_of(other, one) : position_of(one, other)) return position;
  }
  return std::nullopt;
}

std::string percent_decoded(std::string_view link) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const int letter = (c | 0x20) - 'a';
    return letter >= 0 && letter < 6 ? letter + 10 : -1;
  };
  std::string out;
  out.reserve(link.size());
  for (std::size_t i = 0; i < link.size(); ++i) {
    const bool escape = link[i] == '%' && i + 2 < link.size() && digit(link[i + 1]) >= 0 && digit(link[i + 2]) >= 0;
    if (!escape) {
      out += link[i];
      continue;
    }
    out += static_cast<char>(digit(link[i + 1]) * 16 + digit(link[i + 2]));
    i += 2;
  }
  return out;
}

// What stands behind `?name=` or `&name=`, up to the next one.
std::string_view parameter(std::string_view link, std::string_view name) {
  for (auto found = link.find(name); found != std::string_view::npos; found = link.find(name, found + 1)) {
    const bool begins = found > 0 && (link[found - 1] == '?' || link[found - 1] == '&');
    if (!begins || found + name.size() >= link.size() || link[found + name.size()] != '=') continue;
    const std::string_view rest = link.substr(found + name.size() + 1);
    return rest.substr(0, rest.find_first_of("&#"));
  }
  return {};
}

// A place as Google takes it: coordinates in any of the ways people write them, or a plus code.
std::optional<Position> written_in(std::string_view value, const std::optional<Position>& near) {
  take(value, "loc:");
  take(value, "ll.");
  take(value, "point.");
  if (const auto pair = pair_at(value)) return pair;
  if (const auto code = plus_code_in(value, near)) return code;
  std::string spaced(value);
  std::ranges::replace(spaced, '+', ' ');
  return coordinates_from(spaced, 0, spaced.size());
}

// The piece of a path behind `mark`; of a route the last that is a position: its destination.
std::optional<Position> in_path(std::string_view link, std::string_view mark, const std::optional<Position>& near) {
  const auto found = link.find(mark);
  if (found == std::string_view::npos) return std::nullopt;
  std::string_view path = link.substr(found + mark.size());
  path = path.substr(0, path.find_first_of("?#@"));
  std::optional<Position> last;
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(part.size() + 1, path.size()));
    if (part.starts_with("data=")) break;
    if (const auto position = written_in(part, near)) last = position;
  }
  return last;
}

std::optional<Position> position_in_link(std::string_view link, const std::optional<Position>& near) {
  // The place itself goes before the middle of the map that happened to be on the screen.
  if (const auto place = numbers_behind(link, "!3d", "!4d", false)) return place;
  if (const auto marker = position_of(number_behind(link, "mlat="), number_behind(link, "mlon="))) return marker;
  for (const std::string_view name : {"destination", "daddr", "q", "query", "coordinate", "address", "to", "latlng", "sp", "cbll", "ll"}) {
    if (const std::string_view value = parameter(link, name); !value.empty()) {
      if (const auto found = written_in(value, near)) return found;
    }
  }
  for (const std::string_view mark : {"/place/", "/search/", "/dir/"}) {
    if (const auto found = in_path(link, mark, near)) return found;
  }
  if (const auto destination = numbers_behind(link, "!1d", "!2d", true)) return destination;
  if (const auto embedded = numbers_behind(link, "!2d", "!3d", true)) return embedded;
  // A route's "@" is the middle between its ends.
  if (const auto at = link.find("/@"); at != std::string_view::npos && !link.contains("/dir/")) return pair_at(link.substr(at + 2));
  for (const std::string_view name : {"viewpoint", "center", "cp", "sll"}) {
    if (const auto found = pair_at(parameter(link, name))) return found;
  }
  if (const auto map = link.find("#map="); map != std::string_view::npos) {
    const auto slash = link.find('/', map);
    if (slash != std::string_view::npos) return pair_at(link.substr(slash + 1));
  }
  return std::nullopt;
}

// "geo:-6.17,106.63;crs=wgs84;u=35" and Android's "geo:0,0?q=-6.17,106.63(Rumah)".
std::optional<Position> position_in_geo(std::string_view link, const std::optional<Position>& near) {
  const std::string_view query = parameter(link, "q");
  if (!query.empty()) {
    if (const auto found = written_in(query, near)) return found;
  }
  link = link.substr(0, link.find('?'));
  const auto crs = link.find(";crs=");
  constexpr std::string_view kWgs84 = "wgs84";
  if (crs != std::string_view::npos && !link.substr(crs + 5).starts_with(kWgs84)) return std::nullopt;
  auto position = pair_at(link);
  if (position) position->accuracy_m = number_behind(link, ";u=");
  return position;
}

bool is_host(std::string_view host, std::string_view domain) {
  return host.ends_with(domain) && (host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.');
}

// `link` begins with its host, in lower case.
bool is_map(std::string_view link) {
  const std::string_view host = link.substr(0, link.find_first_of("/?#:"));
  const std::string_view path = link.substr(host.size());
  constexpr std::array<std::string_view, 3> kGoogle{"google.com", "google.co.id", "goo.gl"};
  if (std::ranges::any_of(kGoogle, [&](std::string_view domain) { return is_host(host, domain); })) {
    return host.starts_with("maps.") || path.starts_with("/maps");
  }
  if (is_host(host, "bing.com")) return path.starts_with("/maps");
  constexpr std::array<std::string_view, 6> kHosts{"g.page", "openstreetmap.org", "osm.org", "maps.apple.com", "maps.apple", "waze.com"};
  return std::ranges::any_of(kHosts, [&](std::string_view domain) { return is_host(host, domain); });
}

}  // namespace

std::optional<MapLink> read_map_link(std::string_view piece, const std::optional<Position>& near) {
  if (piece.size() < 5 || (!piece.contains(':') && !piece.contains('/'))) return std::nullopt;
  std::string lower(piece.substr(0, kLongestLink));
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  if (const auto geo = lower.find("geo:"); geo != std::string::npos && (geo == 0 || (lower[geo - 1] < 'a' || lower[geo - 1] > 'z'))) {
    return MapLink{position_in_geo(percent_decoded(piece.substr(geo + 4, kLongestLink)), near)};
  }
  // "lokasi:https://…" and "(maps.google.com/…)" begin before the host.
  std::size_t begin = lower.find("://");
  begin = begin == std::string::npos ? lower.find_first_of("abcdefghijklmnopqrstuvwxyz") : begin + 3;
  if (begin == std::string::npos || !is_map(std::string_view(lower).substr(begin))) return std::nullopt;
  const std::string link = percent_decoded(piece.substr(begin, kLongestLink));
  return MapLink{position_in_link(link, near)};
}

}  // namespace satupintu::normalizer
