// SPDX-License-Identifier: Apache-2.0
// WhatsApp Business Platform, Cloud API: webhooks that Meta posts straight to us. README.md has the provider's
// facts, and what becomes of every kind of message.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

[[nodiscard]] std::unique_ptr<Adapter> make_whatsapp_cloud(std::string account, core::Settings& settings);

}  // namespace satupintu::adapters
