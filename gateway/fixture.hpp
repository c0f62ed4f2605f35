// SPDX-License-Identifier: Apache-2.0
// A request as it goes over the wire, kept in a file: what `send-fixture` sends and what adapters keep in their
// fixtures folders. A header whose value is {{signed}} is left out and filled in by the adapter's `sign`.
#pragma once

#include <filesystem>

#include "core/error.hpp"
#include "core/http.hpp"

namespace satupintu::gateway {

// Fails with not_found (no such file) or malformed (no request line, no empty line).
[[nodiscard]] core::Result<core::HttpRequest> read_fixture(const std::filesystem::path& file);

}  // namespace satupintu::gateway
