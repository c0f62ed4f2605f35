// SPDX-License-Identifier: Apache-2.0
#include "queue/submission.hpp"

#include <utility>

namespace satupintu::queue {

std::string_view name_of(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::published: return "published";
    case Outcome::appended: return "appended";
    case Outcome::repeated: return "repeated";
    case Outcome::duplicate: return "duplicate";
    case Outcome::held: return "held";
    case Outcome::orphaned: return "orphaned";
  }
  std::unreachable();
}

}  // namespace satupintu::queue
