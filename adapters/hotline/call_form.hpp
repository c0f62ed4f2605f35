// SPDX-License-Identifier: Apache-2.0
// The call form as a document: which fields it has, what may stand in them, and what they mean. The adapter reads
// every form before it accepts it, and again when it is decoded. docs/schema/call-form-v1.json says the same to other
// programs; call_form_schema_test.py keeps the two together. Pure.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/json.hpp"
#include "core/event.hpp"

namespace satupintu::adapters {

// Each as "incident.category: is missing; write …", for the program that sent the form. They name fields and never
// quote what stands in them.
using Mistakes = std::vector<std::string>;

// A form without mistakes.
class CallForm {
 public:
  // Fails with all its mistakes at once.
  [[nodiscard]] static std::expected<CallForm, Mistakes> parse(std::string_view body);

  // The call's own id; empty where the form is about no call.
  [[nodiscard]] std::string call_id() const;

  // A message that is named `external_id`, or Ignored for a call that nobody waits for.
  [[nodiscard]] core::Event event(std::string external_id) const;

 private:
  explicit CallForm(JsonDocument document) noexcept : document_(std::move(document)) {}
  JsonDocument document_;
};

}  // namespace satupintu::adapters
