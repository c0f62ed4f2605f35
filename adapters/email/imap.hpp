// SPDX-License-Identifier: Apache-2.0
// A mailbox, read over IMAP4rev1: each new mail is committed with every byte before it is marked as read. The client is our own
// (docs/decisions/0006-imap-client-of-our-own.md). README.md has how to set it up, and what becomes of every kind of mail.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

[[nodiscard]] std::unique_ptr<Adapter> make_email_imap(std::string account, core::Settings& settings);

}  // namespace satupintu::adapters
