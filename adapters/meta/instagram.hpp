// SPDX-License-Identifier: Apache-2.0
// An Instagram professional account: its messages, the comments on its media and live videos, and where people name it. README.md
// has the provider's facts, and what becomes of every kind of message.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

[[nodiscard]] std::unique_ptr<Adapter> make_meta_instagram(std::string account, core::Settings& settings);

}  // namespace satupintu::adapters
