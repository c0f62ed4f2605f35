// SPDX-License-Identifier: Apache-2.0
// Advanced Mobile Location by SMS (ETSI TS 103 625): where a telephone is that calls 112, told by itself in a short message that
// its owner never sees. Every SMS adapter's messages may be asked through `read_aml_sms`, since the network brings such an SMS like any
// other. Pure and total; the telephone's and the SIM card's serial numbers are read by nobody.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/event.hpp"
#include "core/time.hpp"

namespace satupintu::adapters {

// Where a telephone says it is, whichever way it says so.
struct AmlLocation {
  std::optional<double> latitude, longitude;  // neither, or both and on the globe; neither where there is no fix
  std::optional<double> accuracy_m;
  std::optional<core::Timestamp> fixed_at;
  std::string source;      // gps, wifi, cell, fused; empty where it is not told
  std::string confidence;  // "68": in how many of a hundred cases the telephone is inside the circle
  std::string altitude_m;
  std::string emergency_number;
};

// True for whatever begins as an AML message, also a broken one: no citizen types this.
[[nodiscard]] bool is_aml_sms(std::string_view text);

// `text` as characters, or as the packed septets of a data SMS. nullopt for what is no AML message, or one that lost a piece on the way:
// its version is unknown, or its length is not the one it tells.
[[nodiscard]] std::optional<AmlLocation> parse_aml_sms(std::string_view text);

// One decimal number, with or without a sign; nullopt for anything else, and for what is not finite.
[[nodiscard]] std::optional<double> parse_decimal(std::string_view text);

// Sets both degrees, or neither where they lie off the globe or exactly on 0, 0, which is how a telephone without a fix fills them in.
void set_place(AmlLocation& location, std::optional<double> latitude, std::optional<double> longitude);

// The caller_location that `location` means, without sender and id; Ignored where there is no fix.
[[nodiscard]] core::Event event_of(const AmlLocation& location);

// What an SMS meant that is no text of a citizen's but an AML message: a caller_location that keeps the SMS's id, sender and time, or
// Ignored where there is no fix, or Unreadable. nullopt for every other SMS.
[[nodiscard]] std::optional<core::Event> read_aml_sms(const core::Message& sms);

}  // namespace satupintu::adapters
