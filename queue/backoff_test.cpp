// SPDX-License-Identifier: Apache-2.0
#include "queue/backoff.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace satupintu::queue;
using std::chrono::milliseconds;

TEST_CASE("a_wait_doubles_up_to_its_limit") {
  constexpr auto longest = [](unsigned failures) {
    milliseconds most{0};
    for (std::uint32_t random = 0; random < 20'000; ++random) most = std::max(most, backoff(failures, random));
    return most;
  };
  CHECK(longest(0) == milliseconds{100});
  CHECK(longest(1) == milliseconds{200});
  CHECK(longest(6) == milliseconds{6400});
  CHECK(longest(7) == kLongestBackoff);
  CHECK(longest(std::numeric_limits<unsigned>::max()) == kLongestBackoff);
}

TEST_CASE("a_wait_is_never_shorter_than_half_its_limit") {
  for (const std::uint32_t random : {0U, 1U, 50U, 51U, 4'294'967'295U}) CHECK(backoff(0, random) >= milliseconds{50});
  CHECK(backoff(40, 0) == kLongestBackoff / 2);
}

TEST_CASE("two_gateways_do_not_wait_in_step") { CHECK(backoff(5, 17) != backoff(5, 1700)); }
