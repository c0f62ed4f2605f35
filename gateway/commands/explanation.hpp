// SPDX-License-Identifier: Apache-2.0
// What `satupintu explain` tells: what each of the normalizer's steps found in a message and why, as one JSON object whose keys
// docs/operations.md lists, and as a page for people that shows the same object. Neither holds what the record would not show to everybody:
// no address, and of personal data only that it was masked.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "normalizer/normalizer.hpp"

namespace satupintu::gateway::commands {

// `record` is what the normalizer made of the same message.
[[nodiscard]] boost::json::object explanation_of(const normalizer::Analysis& found, const normalizer::Normalized& record,
                                                 const normalizer::Rules& rules);

struct PageStyle {
  std::size_t columns = 100;
  bool is_coloured = false;
};

[[nodiscard]] std::string page_of(const boost::json::object& explanation, PageStyle style);

}  // namespace satupintu::gateway::commands
