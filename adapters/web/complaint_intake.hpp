// SPDX-License-Identifier: Apache-2.0
// The city's own small document for one complaint, `complaint-intake-v1`: what stands in the `data` of an event that web/events takes.
// docs/schema/complaint-intake-v1.json says the same to other programs; complaint_intake_schema_test.py keeps the two together. Pure.
#pragma once

#include <expected>
#include <string>

#include "adapters/json.hpp"
#include "core/event.hpp"

namespace satupintu::adapters {

// A message without id. Fails with the first field that cannot be taken, as "missing_text" or "invalid_place_latitude". Names that it does
// not know are left alone.
[[nodiscard]] std::expected<core::Message, std::string> read_complaint(const JsonView& data);

}  // namespace satupintu::adapters
