// SPDX-License-Identifier: Apache-2.0
#include "gateway/accounts.hpp"

#include <algorithm>

#include "adapters/registry.hpp"

namespace satupintu::gateway {

namespace {

// The name becomes part of a URL, of metrics and of keys.
bool is_account_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

std::string adapter_names() {
  std::string names;
  for (const auto& registration : adapters::registry()) names += (names.empty() ? "" : ", ") + std::string(registration.name);
  return names;
}

}  // namespace

std::string read_adapter_name(core::Settings& account) {
  return account.text("adapter", "Which adapter speaks for this account: " + adapter_names() + ".");
}

std::chrono::milliseconds read_silent_after(core::Settings& account) {
  return account.duration("silent_after", "How long nothing may come in before the account counts as silent; 0s: as long as it likes.",
                          std::chrono::milliseconds{0}, std::chrono::days{365}, std::chrono::days{3});
}

Accounts read_accounts(core::Settings& root, Patience& patience) {
  Accounts accounts;
  auto tables = root.tables("accounts");
  if (tables.empty())
    root.mistake("accounts", "has no account", "add at least one table [accounts.NAME]; see `satupintu config-reference`");
  for (auto& [name, settings] : tables) {
    if (!is_account_name(name)) root.mistake("accounts." + name, "is no account name", "use up to 64 of a-z, 0-9 and -");
    const std::string adapter = read_adapter_name(settings);
    patience.emplace(name, read_silent_after(settings));
    if (const auto* registration = adapters::find_adapter(adapter)) {
      accounts.emplace(name, registration->make(name, settings));
      continue;
    }
    if (!adapter.empty()) settings.mistake("adapter", "is \"" + adapter + "\", which does not exist", "use one of " + adapter_names());
    settings.leave_unread();
  }
  return accounts;
}

}  // namespace satupintu::gateway
