// SPDX-License-Identifier: Apache-2.0
// Masks what identifies a person in a text that many will read: identity numbers (NIK), family card numbers (KK), health
// insurance numbers, telephone numbers, mail addresses, payment cards, bank accounts, number plates, and on request a name. House numbers,
// RT/RW, dates, amounts, coordinates, tracking codes, and the numbers of customers, meters and documents stay. The text must be clean
// (text.hpp). Pure, linear time; masking twice changes nothing more.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace satupintu::normalizer {

// The text with each find replaced by a mask that says what stood there, "[telepon disamarkan]".
[[nodiscard]] std::string mask_personal_data(std::string text);

// Also replaces `name`, wherever its words follow each other in whatever case. Names of a single short word, which may be
// any word of the language, are left alone.
[[nodiscard]] std::string mask_name(std::string text, std::string_view name);

// The length of the mask that `text` starts with, or zero.
[[nodiscard]] std::size_t mask_length(std::string_view text);

}  // namespace satupintu::normalizer
