// SPDX-License-Identifier: Apache-2.0
// Dates as they are written where nobody writes RFC 3339: in the local time of one of Indonesia's zones, by a format of
// strftime's letters %Y %m %d %H %M %S. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"

namespace satupintu::adapters {

// The zones that `offset_of` knows: Indonesia's three, none of which has summer time, and UTC.
[[nodiscard]] std::vector<std::string> zone_names();

// Of one of zone_names().
[[nodiscard]] std::chrono::hours offset_of(std::string_view zone);

// nullopt where `text` is not as `format` says to its end, or such a date does not exist. Without a time of day it is midnight.
[[nodiscard]] std::optional<core::Timestamp> parse_local_time(std::string_view text, std::string_view format, std::chrono::hours offset);

[[nodiscard]] std::string format_local_time(core::Timestamp at, std::string_view format, std::chrono::hours offset);

// True when the format names year, month and day, once each, and holds none but the letters above.
[[nodiscard]] bool is_time_format(std::string_view format);

}  // namespace satupintu::adapters
