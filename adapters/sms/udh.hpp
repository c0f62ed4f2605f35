// SPDX-License-Identifier: Apache-2.0
// The user data header in front of a short message's text (3GPP TS 23.040, 9.2.3.24). SMS adapters call it for
// messages whose parts nobody joined on the way. Total: of a broken header it reads what can be read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace satupintu::adapters {

// One part of a long message.
struct MessagePart {
  std::uint16_t reference = 0;  // the same in all parts of one sender's message; comes round soon
  bool wide = false;            // the reference has 16 bits, not 8
  std::uint8_t total = 0;       // at least 2
  std::uint8_t number = 0;      // from 1 to `total`
};

struct UserDataHeader {
  std::optional<MessagePart> part;  // none when the message is whole, or the numbers make no sense
  bool addresses_port = false;      // meant for a program on the telephone: a setting, a ring tone, a visiting card
};

// `bytes` begin with the octet that tells the header's length.
[[nodiscard]] UserDataHeader parse_udh(std::string_view bytes) noexcept;

// "aa/3", or "00aa/3" for a wide reference: the same for all parts of one message, when taken together with sender and account.
[[nodiscard]] std::string reference_of(const MessagePart& part);

}  // namespace satupintu::adapters
