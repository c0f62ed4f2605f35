// SPDX-License-Identifier: Apache-2.0
// What remains to be done about a delivery after it was processed, kept in the journal until it is done: fetching what a provider only
// pointed at, storing an attachment, joining the parts of a text, looking again for the call that a position belongs to.
#pragma once

#include <cstdint>
#include <string>

#include "core/time.hpp"

namespace satupintu::queue {

enum class ErrandKind : std::uint8_t { fetch, store, join, again };

struct Errand {
  std::int64_t id = 0;  // the journal's
  ErrandKind kind{};
  std::string account;
  std::string topic;        // errands of one topic are run together; may be empty
  core::Timestamp due;      // not before
  core::Timestamp expires;  // given up after
  unsigned attempts = 0;
  std::string payload;  // the runner's; encrypted on disk, and erased with the day on which it was made
};

// One try failed; the next is at `due`.
struct Postponement {
  std::int64_t id;
  core::Timestamp due;
};

}  // namespace satupintu::queue
