// SPDX-License-Identifier: Apache-2.0
// Mail addresses in a text, also as people write them to hide them from machines: "sari@contoh.id", "sari [at] contoh.id",
// "sari(at)contoh(dot)id", "sari at contoh dot id", "sari @ contoh.id". Pure; linear in the length of what is found.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace satupintu::normalizer {

struct MailAddress {
  std::size_t begin = 0, end = 0;
};

// The address whose "@" or its like begins at `at`, if nothing of it stands before `from`.
[[nodiscard]] std::optional<MailAddress> mail_address_at(std::string_view text, std::size_t at, std::size_t from);

}  // namespace satupintu::normalizer
