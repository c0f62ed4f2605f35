// SPDX-License-Identifier: Apache-2.0
#include "normalizer/plus_code.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace satupintu::normalizer {

namespace {

constexpr std::string_view kDigits = "23456789CFGHJMPQRVWX";
constexpr std::size_t kPairDigits = 10;  // in pairs of latitude and longitude, each a twentieth of the one before
constexpr std::size_t kMostDigits = 15;  // further ones choose a field of a grid of four columns and five rows
constexpr std::size_t kBeforePlus = 8;   // digits of a full code
constexpr std::size_t kOmitted = 4;      // digits that a short code leaves out
constexpr double kOmittedDegrees = 1.0;  // what they tell apart
constexpr double kMetresPerDegree = 111320;

std::size_t value_of(char c) { return kDigits.find(static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c)); }
bool is_digit_of_code(char c) { return value_of(c) != std::string_view::npos; }

struct Cell {
  double south = -90, west = -180;   // of the field that the digits name
  double height = 400, width = 400;  // degrees
};

// Narrows `cell` by `digits`, the first of which is the code's digit number `at`.
void narrow(Cell& cell, std::string_view digits, std::size_t at) {
  for (const char c : digits) {
    const auto value = static_cast<double>(value_of(c));
    if (at < kPairDigits) {
      double& size = at % 2 == 0 ? cell.height : cell.width;
      size /= 20;
      (at % 2 == 0 ? cell.south : cell.west) += value * size;
    } else {
      cell.height /= 5;
      cell.width /= 4;
      cell.south += std::floor(value / 4) * cell.height;
      cell.west += std::fmod(value, 4) * cell.width;
    }
    ++at;
  }
}

Position middle_of(const Cell& cell) {
  const double latitude = cell.south + cell.height / 2;
  return {latitude, cell.west + cell.width / 2, std::hypot(cell.height, cell.width) / 2 * kMetresPerDegree};
}

// Moves the middle by whole degrees until it is the nearest to `near`.
double nearest(double middle, double near) { return middle + std::round((near - middle) / kOmittedDegrees) * kOmittedDegrees; }

}  // namespace

std::optional<Position> plus_code_in(std::string_view text, const std::optional<Position>& near) {
  for (auto plus = text.find('+'); plus != std::string_view::npos; plus = text.find('+', plus + 1)) {
    std::size_t begin = plus;
    while (begin > 0 && plus - begin <= kBeforePlus && is_digit_of_code(text[begin - 1])) --begin;
    std::size_t end = plus + 1;
    while (end < text.size() && end - plus <= kMostDigits - kBeforePlus + 1 && is_digit_of_code(text[end])) ++end;
    const std::string_view before = text.substr(begin, plus - begin);
    const std::string_view after = text.substr(plus + 1, end - plus - 1);
    const auto is_letter = [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; };
    const auto continues = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
    const bool is_part = (begin > 0 && continues(text[begin - 1])) || (end < text.size() && continues(text[end]));
    // Digits alone are a sum.
    if (is_part || after.size() < 2 || std::ranges::none_of(before, is_letter)) continue;
    Cell cell;
    if (before.size() == kBeforePlus && value_of(before[0]) < 9 && value_of(before[1]) < 18) {
      narrow(cell, before, 0);
      narrow(cell, after, kBeforePlus);
      return middle_of(cell);
    }
    if (before.size() == kBeforePlus - kOmitted && near) {
      cell = {0, 0, kOmittedDegrees, kOmittedDegrees};
      narrow(cell, before, kOmitted);
      narrow(cell, after, kBeforePlus);
      Position position = middle_of(cell);
      position.latitude = nearest(position.latitude, near->latitude);
      position.longitude = nearest(position.longitude, near->longitude);
      if (is_position(position.latitude, position.longitude)) return position;
    }
  }
  return std::nullopt;
}

}  // namespace satupintu::normalizer
