// SPDX-License-Identifier: Apache-2.0
// From the alphabets in which short messages come to UTF-8. SMS adapters call it with the exact bytes of the
// text. Total: whatever cannot be read becomes U+FFFD, and the text that comes out is always valid UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace satupintu::adapters {

struct DecodedText {
  std::string text;
  bool repaired = false;      // the bytes were not what the alphabet's name promised
  bool known_charset = true;  // false: the name is none of ours, and the bytes were read as UTF-8
};

// `charset` is a name as gateways write it, in any case: UTF-8, UTF-16BE (also said UCS-2, with surrogates all the
// same), UTF-16LE, GSM (3GPP TS 23.038, a septet an octet), ISO-8859-1 and windows-1252 (one and the same here), or
// 8-BIT, which is UTF-8 where it can be, else windows-1252.
[[nodiscard]] DecodedText to_utf8(std::string_view bytes, std::string_view charset);

// True of octets that are no text: that of any alphabet has no control characters but those that move the paper.
[[nodiscard]] bool is_binary(std::string_view bytes);

// A code point that is no surrogate, in UTF-8.
void append_utf8(std::string& out, char32_t symbol);

}  // namespace satupintu::adapters
