// SPDX-License-Identifier: Apache-2.0
// TOML files as the plain tree that Settings reads. Secrets written as { env = "NAME" } or { file = "/path" } are
// fetched here, so that no other code touches the environment or a secret's file.
#pragma once

#include <filesystem>
#include <string_view>

#include "core/error.hpp"
#include "core/settings.hpp"

namespace satupintu::gateway {

// Fails with misconfigured: file unreadable, or not TOML (with line and column). A secret that cannot be fetched is a mistake in
// `report` at its own path, and reads as an empty secret. Relative secret files are taken from the TOML file's own directory.
[[nodiscard]] core::Result<core::SettingsNode> load_toml(const std::filesystem::path& file, core::SettingsReport& report);

}  // namespace satupintu::gateway
