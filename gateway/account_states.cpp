// SPDX-License-Identifier: Apache-2.0
#include "gateway/account_states.hpp"

#include <utility>

namespace satupintu::gateway {

namespace {
constexpr unsigned kFailuresThatCount = 3;
}

std::string_view name_of(AccountState state) noexcept {
  switch (state) {
    case AccountState::ok: return "ok";
    case AccountState::degraded: return "degraded";
    case AccountState::auth_failed: return "auth_failed";
    case AccountState::silent: return "silent";
  }
  std::unreachable();
}

AccountStates::AccountStates(std::map<std::string, std::chrono::milliseconds, std::less<>> silent_after, core::Timestamp started_at) {
  for (const auto& [account, patience] : silent_after)
    entries_.emplace(account, Entry{.silent_after = patience, .quiet_since = started_at, .heard_at = std::nullopt, .trouble = {}});
}

void AccountStates::heard(std::string_view account, core::Timestamp at) {
  const std::lock_guard guard(mutex_);
  if (const auto found = entries_.find(account); found != entries_.end()) found->second.heard_at = found->second.quiet_since = at;
}

void AccountStates::reached(std::string_view account) {
  const std::lock_guard guard(mutex_);
  const auto found = entries_.find(account);
  if (found == entries_.end()) return;
  found->second.failures = 0;
  found->second.auth_failed = false;
  found->second.trouble.clear();
}

void AccountStates::failed(std::string_view account, const core::Error& error) {
  // The provider answered; what it no longer has is no trouble of the account's.
  if (error.code == core::Errc::not_found || error.code == core::Errc::too_large) return reached(account);
  bool is_news = false;
  {
    const std::lock_guard guard(mutex_);
    const auto found = entries_.find(account);
    if (found == entries_.end()) return;
    Entry& entry = found->second;
    ++entry.failures;
    entry.trouble = error.what;
    is_news = error.code == core::Errc::unauthentic && !std::exchange(entry.auth_failed, true);
  }
  if (is_news && auth_failed_) auth_failed_(account, error);
}

void AccountStates::on_auth_failure(std::function<void(std::string_view, const core::Error&)> listener) {
  auth_failed_ = std::move(listener);
}

std::vector<AccountView> AccountStates::view(core::Timestamp now) const {
  const std::lock_guard guard(mutex_);
  std::vector<AccountView> all;
  for (const auto& [account, entry] : entries_) {
    const bool is_silent = entry.silent_after.count() > 0 && now - entry.quiet_since > entry.silent_after;
    const AccountState state = entry.auth_failed                      ? AccountState::auth_failed
                               : entry.failures >= kFailuresThatCount ? AccountState::degraded
                               : is_silent                            ? AccountState::silent
                                                                      : AccountState::ok;
    all.push_back({.account = account, .state = state, .heard_at = entry.heard_at, .trouble = entry.trouble});
  }
  return all;
}

}  // namespace satupintu::gateway
