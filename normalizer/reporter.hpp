// SPDX-License-Identifier: Apache-2.0
// Who wrote, as far as the channel knows: a canonical identity for the back office, a keyed pseudonym of it for
// everybody else, and the removal of what would give the pseudonym away. Pure.
#pragma once

#include <string>
#include <string_view>

#include "core/event.hpp"
#include "core/secret.hpp"

namespace satupintu::normalizer {

struct Identity {
  std::string canonical;  // "tel:+62812…", "mailto:…", "<channel>:<scope>:<id>"; empty when nobody is known
  std::string reference;  // 32 hex digits, the keyed hash of `canonical`; empty likewise
  bool verified = false;  // the network vouches for the address, which it does for no mail's sender and no form's fields
};

[[nodiscard]] Identity identify(const core::Message& message, const core::Secret& key);

// Whose word Message::stated is: "operator" where staff wrote the message down, else "sender".
[[nodiscard]] std::string_view stated_by(const core::Message& message);

// Replaces ids from which the sender's address can be read, plainly or through base64 (a WhatsApp message id holds the
// number), by a keyed hash, so that equal ids stay equal.
void conceal_ids(core::Message& message, const core::Secret& key);

}  // namespace satupintu::normalizer
