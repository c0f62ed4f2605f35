// SPDX-License-Identifier: Apache-2.0
// The table of all adapters. Adding a channel is one folder and two adjacent lines in registry.cpp.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

// Reads the account's own keys and builds its adapter. Mistakes go into the settings' report; the
// adapter is built all the same, so that the remaining keys are checked and documented too.
using Factory = std::unique_ptr<Adapter> (*)(std::string account, core::Settings& settings);

struct Registration {
  std::string_view name;  // "whatsapp/cloud"
  Factory make;
  std::string_view summary;  // one line for `config-reference`
};

[[nodiscard]] std::span<const Registration> registry();

// nullptr when there is no such adapter.
[[nodiscard]] const Registration* find_adapter(std::string_view name);

}  // namespace satupintu::adapters
