// SPDX-License-Identifier: Apache-2.0
// Telephone numbers as people and networks write them, to E.164: the Indonesian numbering plan and the ITU's country
// codes. The reporter's identity and the masking of personal data rest on it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace satupintu::normalizer {

// How a number without '+' or trunk '0' is to be read.
enum class Numbering : std::uint8_t {
  local,          // as somebody in Indonesia dials: "812…" is a mobile number, "62812…" the same with country code
  international,  // as WhatsApp writes it: always with country code
};

// "+6281234567890", or nullopt for what is no complete number: short codes, alphanumeric senders, digits other than ASCII,
// wrong lengths. Of two numbers joined by '/', and before an extension ("ext 12"), the first counts.
[[nodiscard]] std::optional<std::string> to_e164(std::string_view written, Numbering numbering);

}  // namespace satupintu::normalizer
