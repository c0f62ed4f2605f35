// SPDX-License-Identifier: Apache-2.0
// Dates, times and durations as people and telephone systems write them into tables. The import of calls reads them. Pure; nothing is
// guessed: the day stands before the month where both are numbers, as Indonesia writes it.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "core/time.hpp"

namespace satupintu::adapters {

// "2026-01-05 08:15:30", "05/01/2026 08.15", "Senin, 5 Januari 2026 pukul 08.15 WIB", "5-Jan-2026", RFC 3339, Unix time, and date and
// time in either order. `zone` is how far from UTC a time stands that names no zone of its own; a date alone means its midnight.
[[nodiscard]] std::optional<core::Timestamp> parse_written_time(std::string_view text, std::chrono::minutes zone);

// "75", "1:15", "00:01:15", "1 menit 15 detik", "1m15s". Nothing below zero.
[[nodiscard]] std::optional<std::chrono::seconds> parse_written_duration(std::string_view text);

}  // namespace satupintu::adapters
