// SPDX-License-Identifier: Apache-2.0
// Infobip: what it forwards of received SMS and MMS, and its delivery reports. README.md has how to configure it, and what
// becomes of every kind of message.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

[[nodiscard]] std::unique_ptr<Adapter> make_sms_infobip(std::string account, core::Settings& settings);

}  // namespace satupintu::adapters
