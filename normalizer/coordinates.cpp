// SPDX-License-Identifier: Apache-2.0
#include "normalizer/coordinates.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace satupintu::normalizer {

namespace {

constexpr std::size_t kLongestNumber = 20;      // digits
constexpr std::size_t kLeastDecimals = 4;       // about ten metres
constexpr std::size_t kLeastDecimalsNamed = 3;  // where "lat" and "long" leave no doubt what they are
constexpr std::size_t kLongestName = 16;        // "longitude" and what stands around it
constexpr std::size_t kWidestGap = 4;           // between the two numbers

enum class Axis : std::uint8_t { unknown, latitude, longitude };

struct Coordinate {
  double value = 0;
  std::size_t decimals = 0;  // or as many as minutes and seconds are worth
  Axis axis = Axis::unknown;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

template <std::size_t Count>
bool take_any(std::string_view& text, const std::array<std::string_view, Count>& expected) {
  return std::ranges::any_of(expected, [&](std::string_view one) { return take(text, one); });
}

constexpr std::array<std::string_view, 4> kMinus{"-", "\xE2\x88\x92", "\xE2\x80\x93", "\xE2\x80\x90"};
constexpr std::array<std::string_view, 3> kDegree{"\xC2\xB0", "\xC2\xBA", "\xCB\x9A"};
// Two single marks are one double mark.
constexpr std::array<std::string_view, 5> kSecond{"\"", "''", "\xE2\x80\xB3", "\xE2\x80\x9D", "\xE2\x80\x99\xE2\x80\x99"};
constexpr std::array<std::string_view, 3> kMinute{"'", "\xE2\x80\xB2", "\xE2\x80\x99"};

void skip_spaces(std::string_view& text) {
  while (take(text, " ")) {
  }
}

struct Number {
  double value = 0;
  std::size_t decimals = 0;
};

// Digits with a decimal point, or a decimal comma: "6,178306", but not the "6,106" of "6,106.63".
std::optional<Number> take_number(std::string_view& text) {
  std::array<char, 2 * kLongestNumber + 2> written{};
  std::size_t size = 0;
  std::size_t i = 0;
  while (i < text.size() && is_digit(text[i]) && i < kLongestNumber) written[size++] = text[i++];
  if (i == 0 || (i < text.size() && is_digit(text[i]))) return std::nullopt;
  Number number;
  if (i + 1 < text.size() && (text[i] == '.' || text[i] == ',') && is_digit(text[i + 1])) {
    std::size_t end = i + 1;
    while (end < text.size() && is_digit(text[end]) && end - i <= kLongestNumber) ++end;
    const bool comma = text[i] == ',';
    const bool next_is_fraction = end + 1 < text.size() && text[end] == '.' && is_digit(text[end + 1]);
    if (!comma || (end - i > kLeastDecimalsNamed && !next_is_fraction)) {
      number.decimals = end - i - 1;
      written[size++] = '.';
      for (++i; i < end; ++i) written[size++] = text[i];
    }
  }
  double scale = 1;
  bool fraction = false;
  for (std::size_t k = 0; k < size; ++k) {
    if (written[k] == '.') {
      fraction = true;
      continue;
    }
    number.value = number.value * 10 + (written[k] - '0');
    if (fraction) scale *= 10;
  }
  number.value /= scale;
  text.remove_prefix(i);
  return number;
}

// "S", "LS" (lintang selatan), "BT" (bujur timur) …; also tells the sign.
struct Hemisphere {
  std::string_view name;
  Axis axis;
  double sign;
};
constexpr std::array<Hemisphere, 8> kHemispheres{{{"ls", Axis::latitude, -1},
                                                  {"lu", Axis::latitude, 1},
                                                  {"bt", Axis::longitude, 1},
                                                  {"bb", Axis::longitude, -1},
                                                  {"s", Axis::latitude, -1},
                                                  {"n", Axis::latitude, 1},
                                                  {"e", Axis::longitude, 1},
                                                  {"w", Axis::longitude, -1}}};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

const Hemisphere* hemisphere(std::string_view word) {
  const std::string name = lower(word);
  const auto* found = std::ranges::find(kHemispheres, name, &Hemisphere::name);
  return found == kHemispheres.end() ? nullptr : found;
}

Axis axis_named(std::string_view word) {
  constexpr std::array<std::string_view, 4> kLatitude{"lat", "latitude", "lintang", "ltg"};
  constexpr std::array<std::string_view, 6> kLongitude{"long", "lon", "lng", "longitude", "bujur", "bjr"};
  const std::string name = lower(word);
  if (std::ranges::find(kLatitude, name) != kLatitude.end()) return Axis::latitude;
  return std::ranges::find(kLongitude, name) != kLongitude.end() ? Axis::longitude : Axis::unknown;
}

std::string_view word_at(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && end < kLongestName && is_letter(text[end])) ++end;
  return text.substr(0, end);
}

// The word before a number: the "lat" of "lat: -6.17".
std::string_view word_before(std::string_view text, std::size_t number) {
  std::size_t end = number;
  const std::size_t least = number > kLongestName ? number - kLongestName : 0;
  while (end > least && std::string_view(" :=.").contains(text[end - 1])) --end;
  std::size_t begin = end;
  while (begin > least && is_letter(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

// `before` is the word before it; a sign stands at the beginning of `text`.
std::optional<Coordinate> take_coordinate(std::string_view& text, std::string_view before) {
  std::string_view rest = text;
  const bool negative = take_any(rest, kMinus);
  if (!negative) take(rest, "+");
  const auto degrees = take_number(rest);
  if (!degrees) return std::nullopt;
  Coordinate coordinate{degrees->value, degrees->decimals, axis_named(before)};
  if (take_any(rest, kDegree)) {
    std::string_view further = rest;
    skip_spaces(further);
    if (const auto minutes = take_number(further); minutes && minutes->value < 60 && take_any(further, kMinute)) {
      constexpr std::size_t kWorthOfMinutes = 2;
      coordinate.value += minutes->value / 60;
      coordinate.decimals = kWorthOfMinutes + minutes->decimals;
      rest = further;
      skip_spaces(further);
      if (const auto seconds = take_number(further); seconds && seconds->value < 60 && take_any(further, kSecond)) {
        coordinate.value += seconds->value / 3600;
        coordinate.decimals = kLeastDecimals;
        rest = further;
      }
    }
  }
  if (negative) coordinate.value = -coordinate.value;
  const Hemisphere* side = hemisphere(before);
  std::string_view behind = rest;
  skip_spaces(behind);
  if (const std::string_view word = word_at(behind); side == nullptr && hemisphere(word) != nullptr) {
    side = hemisphere(word);
    behind.remove_prefix(word.size());
    rest = behind;
  }
  if (side != nullptr) {
    coordinate.axis = side->axis;
    coordinate.value = std::abs(coordinate.value) * side->sign;
  }
  text = rest;
  return coordinate;
}

bool is_latitude_here(double value) { return value > -11.5 && value < 6.5; }
bool is_longitude_here(double value) { return value > 94.5 && value < 141.5; }

}  // namespace

std::optional<Position> coordinates_from(std::string_view text, std::size_t begin, std::size_t end) {
  std::size_t number = begin;
  while (number < end && !is_digit(text[number])) ++number;
  if (number == end) return std::nullopt;
  for (const std::string_view sign : kMinus)
    if (text.substr(begin, number - begin).ends_with(sign)) number -= sign.size();
  std::string_view rest = text.substr(number);
  const auto first = take_coordinate(rest, word_before(text, number));
  if (!first || (first->decimals < kLeastDecimalsNamed)) return std::nullopt;

  std::size_t gap = 0;
  while (gap < rest.size() && gap < kWidestGap && std::string_view(" ,;/&|\n").contains(rest[gap])) ++gap;
  rest.remove_prefix(gap);
  const std::string_view name = word_at(rest);
  if (!name.empty() && axis_named(name) == Axis::unknown && hemisphere(name) == nullptr) return std::nullopt;
  rest.remove_prefix(name.size());
  while (!rest.empty() && !name.empty() && std::string_view(" :=.").contains(rest[0])) rest.remove_prefix(1);
  if (gap == 0 && name.empty()) return std::nullopt;
  const auto second = take_coordinate(rest, name);
  if (!second) return std::nullopt;

  const bool swapped = first->axis == Axis::longitude || second->axis == Axis::latitude ||
                       (first->axis == Axis::unknown && second->axis == Axis::unknown && is_longitude_here(first->value));
  const Coordinate& latitude = swapped ? *second : *first;
  const Coordinate& longitude = swapped ? *first : *second;
  if (latitude.axis == Axis::longitude || longitude.axis == Axis::latitude) return std::nullopt;
  const bool named = latitude.axis == Axis::latitude && longitude.axis == Axis::longitude;
  const std::size_t least = named ? kLeastDecimalsNamed : kLeastDecimals;
  if (latitude.decimals < least || longitude.decimals < least) return std::nullopt;
  if (!is_latitude_here(latitude.value) || !is_longitude_here(longitude.value)) return std::nullopt;
  return Position{latitude.value, longitude.value, std::nullopt};
}

}  // namespace satupintu::normalizer
