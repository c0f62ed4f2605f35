// SPDX-License-Identifier: Apache-2.0
// The rules as they ship in config/, for tests that are to see what the city's tables make of a message.
#pragma once

#include <string>

#include "core/settings.hpp"
#include "normalizer/rules.hpp"

namespace satupintu::tests {

// The tree of a TOML text; throws when it is none.
core::SettingsNode parse_toml(const std::string& text);

// The four files of config/ as one tree.
core::SettingsNode shipped_tables();

// Read once; throws when the tables hold a mistake.
const normalizer::Rules& shipped_rules();

}  // namespace satupintu::tests
