// SPDX-License-Identifier: Apache-2.0
// The two kinds of name a complaint has: a UUID for programs, a tracking code for people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/crypto.hpp"
#include "core/time.hpp"

namespace satupintu::core {

// A UUIDv7 (RFC 9562) whose random bits come from `hash`: the same message makes the same id in every
// gateway and at every replay, and ids still sort by `at`. Lower case with hyphens, 36 characters.
[[nodiscard]] std::string make_uuid(Timestamp at, const Hash128& hash);

// "SP-0ABCD-EFGHJ" in Crockford's base32: the first symbol names the partition (0 to 31), the last is a
// check symbol over the nine before it, the eight between come from 40 bits of `hash`.
[[nodiscard]] std::string make_tracking_code(unsigned partition, const Hash128& hash);

// Reads a code as people type it: any case, with or without "SP", hyphens or spaces, O for 0, I and L for 1.
// Gives the canonical form, or nullopt when the symbols or the check symbol are wrong.
[[nodiscard]] std::optional<std::string> parse_tracking_code(std::string_view text);

// `code` must be canonical.
[[nodiscard]] unsigned partition_of(std::string_view code);

}  // namespace satupintu::core
