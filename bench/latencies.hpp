// SPDX-License-Identifier: Apache-2.0
// The latencies of a run, kept one by one so that the tail is exact. The clients add, the report asks.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace satupintu::bench {

class Latencies {
 public:
  void reserve(std::size_t count) { microseconds_.reserve(count); }
  void add(std::chrono::nanoseconds latency);

  // The nearest-rank percentile, `share` between 0 and 1: at least that share of all were no slower. 0 when there are none.
  [[nodiscard]] std::chrono::microseconds percentile(double share);
  [[nodiscard]] std::size_t count() const noexcept { return microseconds_.size(); }

 private:
  std::vector<std::uint32_t> microseconds_;
  bool sorted_ = true;
};

}  // namespace satupintu::bench
