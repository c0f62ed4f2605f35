// SPDX-License-Identifier: Apache-2.0
#include "adapters/whatsapp/form_answers.hpp"

#include "adapters/json.hpp"

namespace satupintu::adapters {

std::string form_answers(std::string_view json) {
  std::string lines;
  if (const auto answers = JsonDocument::parse(json)) {
    for (const auto& [question, answer] : answers->root().members()) {
      const std::string text = answer.id();
      if (question != "flow_token" && !text.empty()) lines += (lines.empty() ? "" : "\n") + question + ": " + text;
    }
  }
  return lines;
}

}  // namespace satupintu::adapters
