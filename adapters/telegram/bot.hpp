// SPDX-License-Identifier: Apache-2.0
// Telegram Bot API: updates that Telegram posts to a bot's webhook, and the files that people send along. README.md has the
// provider's facts, and what becomes of every kind of update.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

[[nodiscard]] std::unique_ptr<Adapter> make_telegram_bot(std::string account, core::Settings& settings);

}  // namespace satupintu::adapters
