// SPDX-License-Identifier: Apache-2.0
// Who sent a short message, from the one field in which gateways tell it. Pure.
#pragma once

#include <string>

#include "core/event.hpp"

namespace satupintu::adapters {

// A phone number, with blanks, hyphens, points and brackets between its digits or without; else a name ("TELKOMSEL") that nobody can
// answer. The address is kept verbatim.
[[nodiscard]] core::Sender sms_sender(std::string address);

}  // namespace satupintu::adapters
