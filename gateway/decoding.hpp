// SPDX-License-Identifier: Apache-2.0
// From a row of the journal to its events, whoever made the delivery: a provider, whose adapter decodes it, or the gateway itself. The
// gateway makes four kinds of deliveries, so that what it found out later is committed, replayed and counted like everything else:
// a text joined from its parts, one event to be looked at again, what became of an attachment, and a pointer that led nowhere. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/complaint.hpp"
#include "gateway/accounts.hpp"
#include "queue/journal_reader.hpp"

namespace satupintu::gateway {

// Fails with unreadable, as Adapter::decode does; "undecryptable" and "unknown_account" are reasons too.
[[nodiscard]] core::Result<std::vector<core::Event>> decode(const Accounts& accounts, const queue::JournalRow& row);

// One event of a row that held a part of a text.
struct HeldPart {
  core::Delivery delivery;
  std::uint32_t index;
};

// REQUIRES: at least one part, all of one account.
[[nodiscard]] core::Delivery joined_delivery(const std::vector<HeldPart>& parts, unsigned total);

// `outcome` is the message's attachment `which`, stored or lost; `visibility` is the report's, and `position` where the picture says it was
// taken.
[[nodiscard]] core::Delivery attachment_delivery(const core::Delivery& original, const core::Message& message, std::size_t which,
                                                 const core::Attachment& outcome, core::Visibility visibility,
                                                 const std::optional<core::SharedPlace>& position);

// One event of a delivery, to be looked at again; of one that is that already, itself.
[[nodiscard]] core::Delivery again_delivery(const core::Delivery& original, std::uint32_t index);
[[nodiscard]] bool is_looked_at_again(const core::Delivery& delivery);

// `why`: a short snake_case word.
[[nodiscard]] core::Delivery unfetched_delivery(const core::Delivery& original, const core::Pointer& pointer, std::string_view why);

}  // namespace satupintu::gateway
