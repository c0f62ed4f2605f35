// SPDX-License-Identifier: Apache-2.0
#include "bench/latencies.hpp"

#include <doctest/doctest.h>

namespace satupintu::bench {

using namespace std::chrono_literals;

TEST_CASE("percentiles_are_nearest_ranks") {
  Latencies latencies;
  for (int i = 1000; i >= 1; --i) latencies.add(std::chrono::microseconds{i});
  CHECK(latencies.percentile(0.5) == 500us);
  CHECK(latencies.percentile(0.99) == 990us);
  CHECK(latencies.percentile(0.999) == 999us);
  CHECK(latencies.percentile(1) == 1000us);
  latencies.add(5ms);
  CHECK(latencies.percentile(1) == 5ms);
}

TEST_CASE("no_latencies_have_no_percentile") {
  Latencies latencies;
  CHECK(latencies.percentile(0.5) == 0us);
}

}  // namespace satupintu::bench
