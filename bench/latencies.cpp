// SPDX-License-Identifier: Apache-2.0
#include "bench/latencies.hpp"

#include <algorithm>
#include <cmath>

namespace satupintu::bench {

void Latencies::add(std::chrono::nanoseconds latency) {
  microseconds_.push_back(static_cast<std::uint32_t>(latency / std::chrono::microseconds{1}));
  sorted_ = false;
}

std::chrono::microseconds Latencies::percentile(double share) {
  if (microseconds_.empty()) return {};
  if (!sorted_) std::ranges::sort(microseconds_);
  sorted_ = true;
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(microseconds_.size())));
  return std::chrono::microseconds{microseconds_[std::clamp<std::size_t>(rank, 1, microseconds_.size()) - 1]};
}

}  // namespace satupintu::bench
