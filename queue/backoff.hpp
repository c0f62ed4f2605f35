// SPDX-License-Identifier: Apache-2.0
// How long to wait after a failed attempt: used by whoever owns the loop around a fallible call.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace satupintu::queue {

inline constexpr std::chrono::milliseconds kFirstBackoff{100};
inline constexpr std::chrono::milliseconds kLongestBackoff{10'000};

// Doubles from kFirstBackoff with each failure up to kLongestBackoff; `failures` counts those before this wait, from 0.
// `random` (any 32 bits) spreads it over the upper half, so that gateways which lost one server do not return in step.
[[nodiscard]] constexpr std::chrono::milliseconds backoff(unsigned failures, std::uint32_t random) noexcept {
  const auto whole = std::min(kLongestBackoff, kFirstBackoff * (std::int64_t{1} << std::min(failures, 16U)));
  return whole / 2 + std::chrono::milliseconds{random % (whole.count() / 2 + 1)};
}

// The same with random bits of its own.
[[nodiscard]] std::chrono::milliseconds backoff(unsigned failures);

}  // namespace satupintu::queue
