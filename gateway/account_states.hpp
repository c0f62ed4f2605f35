// SPDX-License-Identifier: Apache-2.0
// How each account is doing, for metrics, `doctor` and GET /accounts: told by whoever speaks with its provider. A channel whose token
// died or that fell silent must not look healthy. May be called from any thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/time.hpp"

namespace satupintu::gateway {

enum class AccountState {
  ok,
  degraded,     // the provider did not answer the last few times
  auth_failed,  // the provider refuses our credentials: somebody must renew them
  silent,       // nothing came in for longer than the account's silent_after
};

[[nodiscard]] std::string_view name_of(AccountState state) noexcept;

struct AccountView {
  std::string account;
  AccountState state = AccountState::ok;
  std::optional<core::Timestamp> heard_at;  // the last delivery
  std::string trouble;                      // what the provider last answered; empty when that was well
};

class AccountStates {
 public:
  // `silent_after` by account; zero: never silent. An account counts as heard at `started_at`.
  AccountStates(std::map<std::string, std::chrono::milliseconds, std::less<>> silent_after, core::Timestamp started_at);

  void heard(std::string_view account, core::Timestamp at);  // a delivery was committed
  void reached(std::string_view account);                    // the provider answered us
  void failed(std::string_view account, const core::Error& error);

  // Called with the account and the error when its credentials are refused for the first time. Set once, before the first call.
  void on_auth_failure(std::function<void(std::string_view account, const core::Error&)> listener);

  // In the order of their names.
  [[nodiscard]] std::vector<AccountView> view(core::Timestamp now) const;

 private:
  struct Entry {
    std::chrono::milliseconds silent_after{};
    core::Timestamp quiet_since;
    std::optional<core::Timestamp> heard_at;
    unsigned failures = 0;  // in a row
    bool auth_failed = false;
    std::string trouble;
  };

  mutable std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> entries_;
  std::function<void(std::string_view, const core::Error&)> auth_failed_;
};

}  // namespace satupintu::gateway
