// SPDX-License-Identifier: Apache-2.0
#include "adapters/hotline/aml_sms.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <utility>

#include "adapters/request_head.hpp"

namespace satupintu::adapters {

namespace {

constexpr std::string_view kStart = "A\"ML=";
constexpr std::size_t kMaxSeptets = 160;
constexpr std::size_t kMaxPackedOctets = 140;
constexpr unsigned kSeptetBits = 7;

// ------------------------------------------------------------------ characters

// The characters that AML uses have the same numbers in the alphabet of 3GPP TS 23.038 as in ASCII. Seven zeros at the end fill the
// last octet.
std::string unpacked(std::string_view octets) {
  std::string text;
  unsigned bits = 0, held = 0;
  for (const char octet : octets) {
    held |= static_cast<unsigned>(static_cast<unsigned char>(octet)) << bits;
    bits += 8;
    for (; bits >= kSeptetBits; bits -= kSeptetBits) {
      text += static_cast<char>(held & 0x7FU);
      held >>= kSeptetBits;
    }
  }
  while (text.ends_with('\0')) text.pop_back();
  return text.size() > kMaxSeptets ? std::string{} : text;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlanks);
  return begin == std::string_view::npos ? std::string_view{} : text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// As characters, whichever of the two it is; empty for what is no AML message.
std::string characters_of(std::string_view text) {
  const std::string_view whole = trimmed(text);
  if (whole.starts_with(kStart)) return std::string(whole);
  if (text.size() > kMaxPackedOctets) return {};
  std::string septets = unpacked(text);
  if (!septets.starts_with(kStart)) septets.clear();
  return septets;
}

// ------------------------------------------------------------------ fields

class Fields {
 public:
  explicit Fields(std::string_view text) {
    while (!text.empty()) {
      std::string_view value = take_until(text, ";");
      const std::string_view name = take_until(value, "=");
      fields_.emplace_back(name, value);
    }
  }

  [[nodiscard]] std::string_view operator[](std::string_view name) const {
    const auto found = std::ranges::find(fields_, name, &std::pair<std::string_view, std::string_view>::first);
    return found == fields_.end() ? std::string_view{} : found->second;
  }

 private:
  std::vector<std::pair<std::string_view, std::string_view>> fields_;
};

std::optional<std::int64_t> whole_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "20260105030405", in UTC.
std::optional<core::Timestamp> compact_time(std::string_view digits) {
  if (digits.size() != 14 || digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  const auto part = [&](std::size_t at, std::size_t size) { return std::string(digits.substr(at, size)); };
  return core::parse_rfc3339(part(0, 4) + '-' + part(4, 2) + '-' + part(6, 2) + 'T' + part(8, 2) + ':' + part(10, 2) + ':' + part(12, 2) +
                             'Z');
}

std::string source_of(std::string_view letter) {
  if (letter == "G") return "gps";
  if (letter == "W") return "wifi";
  if (letter == "C") return "cell";
  if (letter == "F") return "fused";
  return {};
}

std::optional<double> radius(std::string_view text) {
  const auto metres = parse_decimal(text);
  return metres && *metres >= 0 ? metres : std::nullopt;
}

std::string number_text(std::string_view text) { return parse_decimal(text) ? std::string(text) : std::string{}; }

std::string digits_of(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos ? std::string(text) : std::string{};
}

AmlLocation read_first_version(const Fields& fields) {
  AmlLocation location;
  if (fields["pm"] != "N") set_place(location, parse_decimal(fields["lt"]), parse_decimal(fields["lg"]));
  location.accuracy_m = radius(fields["rd"]);
  location.fixed_at = compact_time(fields["top"]);
  location.source = source_of(fields["pm"]);
  location.confidence = number_text(fields["lc"]);
  return location;
}

// The second version uses the letters of the first for other things: `lt` is a time and `lg` are languages.
AmlLocation read_second_version(const Fields& fields) {
  AmlLocation location;
  std::string_view place = fields["lo"];
  const auto latitude = parse_decimal(take_until(place, ","));
  const auto longitude = parse_decimal(take_until(place, ","));
  if (fields["ls"] != "N") set_place(location, latitude, longitude);
  location.accuracy_m = radius(take_until(place, ","));
  location.fixed_at = core::parse_unix(fields["et"]);
  constexpr std::int64_t kDaySeconds = 86'400;
  if (const auto offset = whole_number(fields["lt"]); offset && location.fixed_at && *offset >= -kDaySeconds && *offset <= kDaySeconds) {
    *location.fixed_at += std::chrono::seconds{*offset};
  }
  location.source = source_of(fields["ls"]);
  location.confidence = number_text(fields["lc"]);
  std::string_view height = fields["lz"];
  location.altitude_m = number_text(take_until(height, ","));
  location.emergency_number = digits_of(fields["en"]);
  return location;
}

}  // namespace

std::optional<double> parse_decimal(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.starts_with('+')) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

void set_place(AmlLocation& location, std::optional<double> latitude, std::optional<double> longitude) {
  if (!latitude || !longitude || std::abs(*latitude) > 90 || std::abs(*longitude) > 180) return;
  if (std::fpclassify(*latitude) == FP_ZERO && std::fpclassify(*longitude) == FP_ZERO) return;
  location.latitude = latitude;
  location.longitude = longitude;
}

bool is_aml_sms(std::string_view text) { return !characters_of(text).empty(); }

std::optional<AmlLocation> parse_aml_sms(std::string_view text) {
  const std::string characters = characters_of(text);
  if (characters.empty()) return std::nullopt;
  const Fields fields(characters);
  const std::string_view version = fields["A\"ML"];
  // The first version ends by telling its own length, so that a piece that the network lost is missed.
  const std::string_view told = fields["ml"];
  const bool is_whole = told.empty() ? version == "2" : whole_number(told) == static_cast<std::int64_t>(characters.size());
  if (!is_whole) return std::nullopt;
  if (version == "1") return read_first_version(fields);
  if (version == "2") return read_second_version(fields);
  return std::nullopt;
}

core::Event event_of(const AmlLocation& location) {
  if (!location.latitude || !location.longitude) return core::Ignored{"location_without_fix", {}};
  core::Message message;
  message.channel = core::Channel::call;
  message.kind = core::MessageKind::caller_location;
  message.place = core::SharedPlace{
      .latitude = *location.latitude, .longitude = *location.longitude, .accuracy_m = location.accuracy_m, .name = {}, .address = {}};
  message.provider_at = location.fixed_at;
  message.flags.emplace_back("aml");
  if (!location.source.empty()) message.flags.push_back(location.source);
  const auto state = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) message.stated.attributes.emplace_back(name, value);
  };
  state("emergency_number", location.emergency_number);
  state("location_confidence", location.confidence);
  state("altitude_m", location.altitude_m);
  return message;
}

std::optional<core::Event> read_aml_sms(const core::Message& sms) {
  if (!is_aml_sms(sms.text)) return std::nullopt;
  const auto location = parse_aml_sms(sms.text);
  if (!location) return core::Unreadable{"broken_aml_sms"};
  core::Event event = event_of(*location);
  if (auto* ignored = std::get_if<core::Ignored>(&event)) ignored->external_id = sms.external_id;
  if (auto* message = std::get_if<core::Message>(&event)) {
    message->external_id = sms.external_id;
    message->sender = sms.sender;
    message->to = sms.to;
    if (!message->provider_at) message->provider_at = sms.provider_at;
  }
  return event;
}

}  // namespace satupintu::adapters
