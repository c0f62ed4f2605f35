// SPDX-License-Identifier: Apache-2.0
// Amazon SES: mails that it receives and tells us of through a topic of SNS, with their content or as objects in S3. README.md has
// the provider's facts, and what becomes of every kind of mail.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

[[nodiscard]] std::unique_ptr<Adapter> make_email_ses(std::string account, core::Settings& settings);

}  // namespace satupintu::adapters
