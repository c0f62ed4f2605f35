// SPDX-License-Identifier: Apache-2.0
// Mailgun: mails that a route forwards to us, read by Mailgun or raw, or only announces because it stores them. README.md has the
// provider's facts, and what becomes of every kind of mail.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

[[nodiscard]] std::unique_ptr<Adapter> make_email_mailgun(std::string account, core::Settings& settings);

}  // namespace satupintu::adapters
