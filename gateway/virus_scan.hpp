// SPDX-License-Identifier: Apache-2.0
// Asks a ClamAV daemon about a file's bytes (clamd(8), INSTREAM). Blocks; any thread.
#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"

namespace satupintu::gateway {

// `daemon` is a unix socket's path, or host:port. True when something was found. Fails with unavailable.
[[nodiscard]] core::Result<bool> is_infected(const std::string& daemon, std::string_view bytes);

}  // namespace satupintu::gateway
