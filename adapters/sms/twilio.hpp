// SPDX-License-Identifier: Apache-2.0
// Twilio Programmable Messaging: SMS and MMS to a number that the city rents, posted to us one by one. README.md has how to configure
// it, and what becomes of every kind of message.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

[[nodiscard]] std::unique_ptr<Adapter> make_sms_twilio(std::string account, core::Settings& settings);

}  // namespace satupintu::adapters
