// SPDX-License-Identifier: Apache-2.0
// Vonage (once Nexmo): what its SMS API sends to the inbound webhook and to the one for delivery receipts. README.md has how to
// configure it, and what becomes of every kind of message.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

[[nodiscard]] std::unique_ptr<Adapter> make_sms_vonage(std::string account, core::Settings& settings);

}  // namespace satupintu::adapters
