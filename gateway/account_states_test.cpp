// SPDX-License-Identifier: Apache-2.0
#include "gateway/account_states.hpp"

#include <doctest/doctest.h>

using namespace satupintu;
using namespace satupintu::gateway;
using namespace std::chrono_literals;

namespace {

const core::Timestamp kStart = core::parse_rfc3339("2026-01-05T03:04:05Z").value();
const core::Error kRefused{core::Errc::unauthentic, "graph.facebook.com answers 401"};
const core::Error kDown{core::Errc::unavailable, "graph.facebook.com answers 503"};

AccountState state_of(const AccountStates& states, core::Timestamp now) { return states.view(now).at(0).state; }

}  // namespace

TEST_CASE("a_channel_that_goes_quiet_shows_it_until_it_speaks_again") {
  AccountStates states({{"wa-utama", 1h}}, kStart);
  CHECK(state_of(states, kStart + 1h) == AccountState::ok);
  CHECK(state_of(states, kStart + 1h + 1ms) == AccountState::silent);
  states.heard("wa-utama", kStart + 2h);
  CHECK(state_of(states, kStart + 3h) == AccountState::ok);
  CHECK(states.view(kStart + 3h).at(0).heard_at == kStart + 2h);
  CHECK(state_of(states, kStart + 4h) == AccountState::silent);
}

TEST_CASE("an_account_without_a_limit_is_never_silent") {
  const AccountStates states({{"surat", 0ms}}, kStart);
  CHECK(state_of(states, kStart + 1000h) == AccountState::ok);
}

TEST_CASE("a_dead_token_shows_at_once_and_is_told_once") {
  AccountStates states({{"wa-utama", 0ms}}, kStart);
  int told = 0;
  states.on_auth_failure([&](std::string_view account, const core::Error&) {
    CHECK(account == "wa-utama");
    ++told;
  });
  states.failed("wa-utama", kRefused);
  states.failed("wa-utama", kRefused);
  CHECK(told == 1);
  CHECK(state_of(states, kStart) == AccountState::auth_failed);
  CHECK(states.view(kStart).at(0).trouble == kRefused.what);
  states.failed("wa-utama", kDown);  // says nothing about the token
  CHECK(state_of(states, kStart) == AccountState::auth_failed);
  states.reached("wa-utama");
  CHECK(state_of(states, kStart) == AccountState::ok);
  CHECK(states.view(kStart).at(0).trouble.empty());
  states.failed("wa-utama", kRefused);
  CHECK(told == 2);
}

TEST_CASE("a_provider_that_fails_now_and_then_is_no_trouble_and_one_that_stays_down_is") {
  AccountStates states({{"x-kota", 0ms}}, kStart);
  states.failed("x-kota", kDown);
  states.failed("x-kota", kDown);
  CHECK(state_of(states, kStart) == AccountState::ok);
  states.failed("x-kota", kDown);
  CHECK(state_of(states, kStart) == AccountState::degraded);
  states.reached("x-kota");
  states.failed("x-kota", kDown);
  CHECK(state_of(states, kStart) == AccountState::ok);
}
