// SPDX-License-Identifier: Apache-2.0
#include "gateway/budget.hpp"

#include <doctest/doctest.h>

using namespace satupintu;
using satupintu::gateway::Budget;
using namespace std::chrono_literals;

TEST_CASE("nobody_asks_more_often_than_his_share_and_all_not_more_than_theirs") {
  const core::Timestamp start = core::parse_rfc3339("2026-01-05T03:04:00Z").value();
  Budget budget(2, 3);
  CHECK(budget.spend("203.0.113.9", start));
  CHECK(budget.spend("203.0.113.9", start + 1s));
  CHECK_FALSE(budget.spend("203.0.113.9", start + 2s));
  CHECK(budget.spend("203.0.113.10", start + 3s));
  CHECK_FALSE(budget.spend("203.0.113.11", start + 4s));
  CHECK(budget.spend("203.0.113.9", start + 60s));
}
