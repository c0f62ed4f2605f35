// SPDX-License-Identifier: Apache-2.0
// The call form that staff fill in: posted as JSON to the staff listener by the helpdesk's console, or by whatever
// program holds the city's telephone calls. The API is our own, so a form is checked before it is accepted, and `admit`
// fails with malformed and all its mistakes, which the caller may show to this authenticated sender.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

[[nodiscard]] std::unique_ptr<Adapter> make_hotline_form(std::string account, core::Settings& settings);

}  // namespace satupintu::adapters
