// SPDX-License-Identifier: Apache-2.0
// Makes one text again of the short messages into which the network cut it. The gateway calls it with the parts that it held,
// once all are there or the wait is over. Pure.
#pragma once

#include <vector>

#include "core/event.hpp"

namespace satupintu::adapters {

// `parts` are of one text of `total` parts, each with its TextPart: not empty, in any order, some perhaps missing, and of a part that
// came twice the first counts. Their octets are joined before they are read as characters, and where parts are missing the text says so.
// Everything else is the lowest part's; the time is the earliest. The same parts give the same message, and the same id, in whatever
// order they came. Flags: "concatenated", and "gap" where something is missing.
[[nodiscard]] core::Message join_parts(std::vector<core::Message> parts, unsigned total);

}  // namespace satupintu::adapters
