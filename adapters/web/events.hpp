// SPDX-License-Identifier: Apache-2.0
// For the city's own programs: CloudEvents 1.0 over HTTP, signed as Standard Webhooks. README.md has a complete example, and what
// becomes of every event.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

[[nodiscard]] std::unique_ptr<Adapter> make_web_events(std::string account, core::Settings& settings);

}  // namespace satupintu::adapters
