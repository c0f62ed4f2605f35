// SPDX-License-Identifier: Apache-2.0
// How adapters walk through a provider's batches: every element gets an event of its own, and one that cannot be read costs none of its
// neighbours. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/json.hpp"
#include "core/event.hpp"

namespace satupintu::adapters {

// Calls `read` for each object in a list that may be missing. Whatever else stands there, or in the list's place, is unreadable, with
// `otherwise` as the reason.
template <class Read>
void for_each_object(const JsonView& list, std::string_view otherwise, std::vector<core::Event>& events, Read read) {
  if (list.exists() && !list.is_list()) events.emplace_back(core::Unreadable{std::string(otherwise)});
  for (const JsonView element : list.elements()) {
    if (element.is_object()) {
      read(element);
    } else {
      events.emplace_back(core::Unreadable{std::string(otherwise)});
    }
  }
}

}  // namespace satupintu::adapters
