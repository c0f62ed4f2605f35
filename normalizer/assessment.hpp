// SPDX-License-Identifier: Apache-2.0
// What kind of report it is, whether the city can take it up, and how urgent it is, each with its reason. A danger to
// life goes into the emergency lane at once, so the words for one outweigh everything except what an operator stated. Pure.
#pragma once

#include <string>

#include "core/complaint.hpp"
#include "normalizer/lexicon.hpp"
#include "normalizer/rules.hpp"

namespace satupintu::normalizer {

struct Assessment {
  core::ReportType report_type = core::ReportType::complaint;
  core::Scope scope = core::Scope::in_scope;
  std::string scope_reason;
  core::Priority priority = core::Priority::normal;
  std::string priority_reason;
  const Danger* danger = nullptr;  // what the text tells of, when it is an emergency
};

// `category` is what the report is about, or nullptr.
[[nodiscard]] Assessment assess(const Reading& reading, const core::Message& message, const Category* category, const Rules& rules);

}  // namespace satupintu::normalizer
