// SPDX-License-Identifier: Apache-2.0
// Points in time as the house passes them around: UTC, milliseconds. Nothing here reads a clock;
// whoever needs the present is handed it as `now`.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace satupintu::core {

using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

// Asia/Jakarta (WIB) has been UTC+7 without daylight saving since 1964.
inline constexpr std::chrono::hours kJakartaOffset{7};

// "2026-01-05T03:04:05.678Z".
[[nodiscard]] std::string format_rfc3339(Timestamp at);

// Accepts RFC 3339 with any fraction and zone, and the zone without colon that some providers send
// ("2026-01-05T03:04:05+0000"). Nothing else; nullopt for a date that does not exist.
[[nodiscard]] std::optional<Timestamp> parse_rfc3339(std::string_view text);

// A Unix time written in digits. Ten digits are seconds, thirteen milliseconds, as providers mix the two.
[[nodiscard]] std::optional<Timestamp> parse_unix(std::string_view digits);

[[nodiscard]] inline std::int64_t to_unix_ms(Timestamp at) { return at.time_since_epoch().count(); }
[[nodiscard]] inline Timestamp from_unix_ms(std::int64_t ms) { return Timestamp{std::chrono::milliseconds{ms}}; }

}  // namespace satupintu::core
