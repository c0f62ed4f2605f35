// SPDX-License-Identifier: Apache-2.0
// Who a WhatsApp user is, whichever way the messages come to us. Pure.
#pragma once

#include <string>

#include "core/event.hpp"

namespace satupintu::adapters {

// A user's two names on WhatsApp. Since user names came, either may be missing, and the field of the number may
// hold the business-scoped id ("ID.77…").
struct Identity {
  std::string phone;
  std::string user_id;

  Identity(std::string number, std::string scoped_id);

  [[nodiscard]] bool is_known() const { return !phone.empty() || !user_id.empty(); }
  [[nodiscard]] bool is_same_as(const Identity& other) const {
    return (!phone.empty() && phone == other.phone) || (!user_id.empty() && user_id == other.user_id);
  }
};

// A known identity as a sender: by number where there is one. User ids are unique within `scope`.
[[nodiscard]] core::Sender sender_of(Identity identity, std::string scope);

}  // namespace satupintu::adapters
