// SPDX-License-Identifier: Apache-2.0
// Postmark's inbound webhook: mails that Postmark receives, reads and posts to us as JSON. README.md has the provider's facts, and
// what becomes of every kind of mail.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

[[nodiscard]] std::unique_ptr<Adapter> make_email_postmark(std::string account, core::Settings& settings);

}  // namespace satupintu::adapters
