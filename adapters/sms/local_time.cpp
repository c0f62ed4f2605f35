// SPDX-License-Identifier: Apache-2.0
#include "adapters/sms/local_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace satupintu::adapters {

using namespace std::chrono;

namespace {

struct Zone {
  std::string_view name;
  hours offset;
};
constexpr std::array<Zone, 4> kZones{
    {{"Asia/Jakarta", core::kJakartaOffset}, {"Asia/Makassar", hours{8}}, {"Asia/Jayapura", hours{9}}, {"UTC", hours{0}}}};

constexpr std::string_view kLetters = "YmdHMS";

std::size_t digits_of(char letter) { return letter == 'Y' ? 4 : 2; }

// Calls `with_letter` and `with_symbol` for what the format consists of, until one of them gives false.
template <class WithLetter, class WithSymbol>
bool for_each_piece(std::string_view format, WithLetter with_letter, WithSymbol with_symbol) {
  for (std::size_t at = 0; at < format.size(); ++at) {
    const bool is_letter = format[at] == '%' && at + 1 < format.size();
    if (is_letter ? !with_letter(format[++at]) : !with_symbol(format[at])) return false;
  }
  return true;
}

}  // namespace

std::vector<std::string> zone_names() {
  std::vector<std::string> names;
  names.reserve(kZones.size());
  for (const Zone& zone : kZones) names.emplace_back(zone.name);
  return names;
}

hours offset_of(std::string_view zone) {
  const auto* const found = std::ranges::find(kZones, zone, &Zone::name);
  return found == kZones.end() ? core::kJakartaOffset : found->offset;
}

std::optional<core::Timestamp> parse_local_time(std::string_view text, std::string_view format, hours offset) {
  std::array<int, kLetters.size()> values{};
  const auto read_number = [&](char letter) {
    const auto place = kLetters.find(letter);
    const std::string_view number = text.substr(0, digits_of(letter));
    if (place == std::string_view::npos || number.size() != digits_of(letter) ||
        number.find_first_not_of("0123456789") != std::string_view::npos)
      return false;
    std::from_chars(number.data(), number.data() + number.size(), values[place]);
    text.remove_prefix(number.size());
    return true;
  };
  const auto skip_symbol = [&](char symbol) {
    if (!text.starts_with(symbol)) return false;
    text.remove_prefix(1);
    return true;
  };
  if (!for_each_piece(format, read_number, skip_symbol) || !text.empty()) return std::nullopt;
  const auto [y, mo, d, h, mi, s] = values;
  const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
  if (!date.ok() || h > 23 || mi > 59 || s > 60) return std::nullopt;
  return core::Timestamp{sys_days{date}} + hours{h} + minutes{mi} + seconds{s} - offset;
}

std::string format_local_time(core::Timestamp at, std::string_view format, hours offset) {
  const auto local = at + offset;
  const year_month_day date{floor<days>(local)};
  const hh_mm_ss time{floor<seconds>(local - floor<days>(local))};
  const std::array<long, kLetters.size()> values{static_cast<int>(date.year()),
                                                 static_cast<long>(static_cast<unsigned>(date.month())),
                                                 static_cast<long>(static_cast<unsigned>(date.day())),
                                                 time.hours().count(),
                                                 time.minutes().count(),
                                                 time.seconds().count()};
  std::string out;
  for_each_piece(
      format,
      [&](char letter) {
        const auto place = kLetters.find(letter);
        if (place == std::string_view::npos) return false;
        const std::string digits = std::to_string(values[place]);
        out += std::string(digits_of(letter) - std::min(digits_of(letter), digits.size()), '0') + digits;
        return true;
      },
      [&](char symbol) {
        out += symbol;
        return true;
      });
  return out;
}

bool is_time_format(std::string_view format) {
  std::string letters;
  const bool is_known = for_each_piece(
      format,
      [&](char letter) {
        letters += letter;
        return kLetters.contains(letter);
      },
      [](char symbol) { return symbol != '%'; });
  const auto stands_once = [&](char letter) { return std::ranges::count(letters, letter) == 1; };
  return is_known && std::ranges::all_of(letters, stands_once) && stands_once('Y') && stands_once('m') && stands_once('d');
}

}  // namespace satupintu::adapters
