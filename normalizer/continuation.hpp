// SPDX-License-Identifier: Apache-2.0
// Whether a message tells enough to be a report of its own. In a conversation publish.lua decides by it, and by what the
// message speaks of, whether it goes on with a complaint just made or opens another. Pure.
#pragma once

#include <string>
#include <vector>

#include "core/complaint.hpp"
#include "normalizer/category.hpp"
#include "normalizer/lexicon.hpp"

namespace satupintu::normalizer {

struct Continuation {
  bool stands_alone = false;           // names a matter, and where it is or much about it; corrects nothing
  std::vector<std::string> speaks_of;  // codes of the categories that its words name, most points first
};

[[nodiscard]] Continuation continuation_of(const Reading& reading, const Classification& classification, const core::Location& location);

}  // namespace satupintu::normalizer
