// SPDX-License-Identifier: Apache-2.0
// What a citizen answered in a form inside WhatsApp (a "flow"), in words. Pure.
#pragma once

#include <string>
#include <string_view>

namespace satupintu::adapters {

// "question: answer" on a line each. Empty where `json` is no object, or holds nothing but lists and tables.
[[nodiscard]] std::string form_answers(std::string_view json);

}  // namespace satupintu::adapters
