// SPDX-License-Identifier: Apache-2.0
// Asks a ClamAV daemon about a file's bytes (clamd(8), INSTREAM). Blocks, a minute at most for each step; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace satupintu::gateway {

enum class Verdict { clean, infected, too_large };  // too large for the daemon to look at: its StreamMaxLength

// `daemon` is a unix socket's path, or host:port. Fails with unavailable.
[[nodiscard]] core::Result<Verdict> scan(const std::string& daemon, std::string_view bytes);

}  // namespace satupintu::gateway
