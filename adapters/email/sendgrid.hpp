// SPDX-License-Identifier: Apache-2.0
// SendGrid's Inbound Parse: mails that SendGrid receives for a domain and posts to us, read or raw. README.md has the provider's
// facts, and what becomes of every kind of mail.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

[[nodiscard]] std::unique_ptr<Adapter> make_email_sendgrid(std::string account, core::Settings& settings);

}  // namespace satupintu::adapters
