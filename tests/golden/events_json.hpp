// SPDX-License-Identifier: Apache-2.0
// Events as JSON that people can review: one field a line, in the order of core/event.hpp, without the fields
// that say nothing.
#pragma once

#include <span>
#include <string>

#include "core/event.hpp"

namespace satupintu::tests {

[[nodiscard]] std::string to_json(std::span<const core::Event> events);

}  // namespace satupintu::tests
