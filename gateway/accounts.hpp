// SPDX-License-Identifier: Apache-2.0
// The configured accounts: each number, page, mailbox or desk with the adapter that speaks for it.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::gateway {

// By account name. Fixed once the configuration is read; may then be used by every thread.
using Accounts = std::map<std::string, std::unique_ptr<adapters::Adapter>, std::less<>>;

// The name of the adapter that an account's table asks for.
std::string read_adapter_name(core::Settings& account);

// How long each account may be quiet before that is a matter of concern; zero: for ever.
using Patience = std::map<std::string, std::chrono::milliseconds, std::less<>>;

// What every account has, whichever adapter speaks for it.
std::chrono::milliseconds read_silent_after(core::Settings& account);

// Reads every [accounts.NAME] of `root` and builds its adapter; mistakes go into the settings' report.
[[nodiscard]] Accounts read_accounts(core::Settings& root, Patience& patience);

}  // namespace satupintu::gateway
