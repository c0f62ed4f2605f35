// SPDX-License-Identifier: Apache-2.0
#include "adapters/hotline/written_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

namespace satupintu::adapters {

using namespace std::chrono;

namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr int kFirstYear = 1970, kLastYear = 2099;
constexpr int kCentury = 2000;  // of a year written with two digits

constexpr auto kMonths =
    std::to_array<std::string_view>({"januari january jan", "februari february pebruari feb peb", "maret march mar mrt", "april apr",
                                     "mei may", "juni june jun", "juli july jul", "agustus august agu ags agt aug", "september sep sept",
                                     "oktober october okt oct", "november nopember nov nop", "desember december des dec"});

// Say nothing that the date does not say.
constexpr std::string_view kFillers =
    " pukul pkl pk jam hari tanggal tgl at - senin selasa rabu kamis jumat jum'at sabtu minggu ahad monday tuesday wednesday thursday "
    "friday "
    "saturday sunday mon tue wed thu fri sat sun ";

constexpr auto kZones = std::to_array<std::pair<std::string_view, hours>>(
    {{"wib", hours{7}}, {"wita", hours{8}}, {"wit", hours{9}}, {"utc", hours{0}}, {"gmt", hours{0}}, {"z", hours{0}}});

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

bool is_digits(std::string_view text) { return !text.empty() && text.find_first_not_of(kDigits) == std::string_view::npos; }

std::optional<int> small_number(std::string_view text) {
  constexpr std::size_t kMostDigits = 6;
  int value = 0;
  if (!is_digits(text) || text.size() > kMostDigits) return std::nullopt;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool is_word_of(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    if (!word.empty() && words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

std::optional<int> month_named(std::string_view word) {
  if (word.ends_with('.')) word.remove_suffix(1);
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (is_word_of(kMonths[i], word)) return static_cast<int>(i) + 1;
  }
  return std::nullopt;
}

std::vector<std::string_view> split(std::string_view text, std::string_view at_any_of) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = text.find_first_of(at_any_of);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// What the words of a date have said so far. Each thing may be said once, or again in the same way.
class WrittenTime {
 public:
  [[nodiscard]] bool read(std::string_view word) {
    if (is_word_of(kFillers, word)) return true;
    for (const auto& [name, offset] : kZones) {
      if (word == name) return set(zone_, static_cast<int>(duration_cast<minutes>(offset).count()));
    }
    if (word == "am" || word == "pm") return set(afternoon_, word == "pm" ? 1 : 0);
    if (word.size() > 2 && (word.ends_with("am") || word.ends_with("pm")) && kDigits.contains(word.front())) {
      return read(word.substr(0, word.size() - 2)) && read(word.substr(word.size() - 2));
    }
    if (const auto month = month_named(word)) return set(month_, month);
    if (word.starts_with('+')) return read_zone(word.substr(1));
    if (word.contains(':')) return read_clock(split(word, ":"));
    if (const auto parts = split(word, "-/."); parts.size() > 1) return read_parts(parts, word.contains('.'));
    const auto number = small_number(word);
    if (!number) return false;
    return word.size() == 4 ? set(year_, number) : word.size() <= 2 && set(day_, number);
  }

  [[nodiscard]] std::optional<core::Timestamp> at(minutes zone) const {
    if (!year_ || !month_ || !day_ || *year_ < kFirstYear || *year_ > kLastYear) return std::nullopt;
    const year_month_day date{year{*year_}, month{static_cast<unsigned>(*month_)}, day{static_cast<unsigned>(*day_)}};
    int hour = hour_.value_or(0);
    if (afternoon_) {
      if (hour < 1 || hour > 12) return std::nullopt;
      hour = hour % 12 + (*afternoon_ == 1 ? 12 : 0);
    }
    if (!date.ok() || hour > 23 || minute_.value_or(0) > 59 || second_.value_or(0) > 59) return std::nullopt;
    return core::Timestamp{sys_days{date} + hours{hour} + minutes{minute_.value_or(0)} + seconds{second_.value_or(0)} -
                           (zone_ ? minutes{*zone_} : zone)};
  }

 private:
  static bool set(std::optional<int>& part, std::optional<int> value) {
    if (!value || (part && *part != *value)) return false;
    part = value;
    return true;
  }

  // "0700" or "07:00", east of Greenwich.
  bool read_zone(std::string_view text) {
    std::string digits;
    for (const char c : text) {
      if (c != ':') digits += c;
    }
    const auto number = small_number(digits);
    return number && digits.size() == 4 && *number % 100 < 60 && set(zone_, *number / 100 * 60 + *number % 100);
  }

  bool read_clock(const std::vector<std::string_view>& parts) {
    if (parts.size() > 3) return false;
    if (!set(hour_, small_number(parts[0])) || !set(minute_, small_number(parts[1]))) return false;
    // A fraction of a second is dropped.
    return parts.size() == 2 || set(second_, small_number(parts[2].substr(0, parts[2].find('.'))));
  }

  bool read_parts(const std::vector<std::string_view>& parts, bool has_dots) {
    if (parts.size() == 2) return has_dots && read_clock(parts);
    if (parts.size() != 3) return false;
    const auto month = [&] {
      const auto named = month_named(parts[1]);
      return named ? named : small_number(parts[1]);
    };
    if (parts[0].size() == 4) return set(year_, small_number(parts[0])) && set(month_, month()) && set(day_, small_number(parts[2]));
    if (parts[2].size() == 4) return set(day_, small_number(parts[0])) && set(month_, month()) && set(year_, small_number(parts[2]));
    if (has_dots) return read_clock(parts);
    const auto short_year = parts[2].size() == 2 ? small_number(parts[2]) : std::nullopt;
    return short_year && set(day_, small_number(parts[0])) && set(month_, month()) && set(year_, kCentury + *short_year);
  }

  std::optional<int> year_, month_, day_, hour_, minute_, second_, afternoon_;
  std::optional<int> zone_;  // minutes east of UTC
};

}  // namespace

std::optional<core::Timestamp> parse_written_time(std::string_view text, minutes zone) {
  if (const auto exact = core::parse_rfc3339(text)) return exact;
  constexpr std::size_t kUnixDigits = 10, kUnixMillisecondDigits = 13;
  if (is_digits(text) && (text.size() == kUnixDigits || text.size() == kUnixMillisecondDigits)) return core::parse_unix(text);
  std::string words = lower(text);
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    if (words[i] == 't' && kDigits.contains(words[i - 1]) && kDigits.contains(words[i + 1])) words[i] = ' ';
  }
  WrittenTime written;
  for (const std::string_view word : split(words, " \t\r\n,;()")) {
    if (!word.empty() && !written.read(word)) return std::nullopt;
  }
  return written.at(zone);
}

std::optional<seconds> parse_written_duration(std::string_view text) {
  const std::string written = lower(text);
  if (written.contains(':')) {
    const auto parts = split(written, ":");
    if (parts.size() > 3) return std::nullopt;
    seconds sum{0};
    for (const auto part : parts) {
      const auto number = small_number(part);
      if (!number) return std::nullopt;
      sum = sum * 60 + seconds{*number};
    }
    return sum;
  }
  seconds sum{0};
  bool is_told = false;
  std::string_view rest = written;
  while (true) {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    if (rest.empty()) return is_told ? std::optional(sum) : std::nullopt;
    const auto number = small_number(rest.substr(0, rest.find_first_not_of(kDigits)));
    if (!number) return std::nullopt;
    rest.remove_prefix(std::min(rest.find_first_not_of(kDigits), rest.size()));
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    const std::string_view unit = rest.substr(0, rest.find_first_of(" \t0123456789"));
    rest.remove_prefix(unit.size());
    if (is_word_of("detik dtk dt second seconds sec secs s", unit) || (unit.empty() && !is_told && rest.empty())) sum += seconds{*number};
    else if (is_word_of("menit mnt minute minutes min mins m", unit)) sum += minutes{*number};
    else if (is_word_of("jam hour hours h j", unit)) sum += hours{*number};
    else return std::nullopt;
    is_told = true;
  }
}

}  // namespace satupintu::adapters
