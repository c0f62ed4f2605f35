// SPDX-License-Identifier: Apache-2.0
// Kannel, the open-source SMS gateway with which a city runs its own modems or operator links: what its smsbox
// sends us by `get-url` or `post-url`. README.md has how to configure it, and what becomes of every kind of message.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

[[nodiscard]] std::unique_ptr<Adapter> make_sms_kannel(std::string account, core::Settings& settings);

}  // namespace satupintu::adapters
