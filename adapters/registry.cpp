// SPDX-License-Identifier: Apache-2.0
#include "adapters/registry.hpp"

#include <algorithm>
#include <vector>

namespace satupintu::adapters {

namespace {

// One row per provider, in the order in which `config-reference` prints them.
const std::vector<Registration> kAdapters{
};

}  // namespace

std::span<const Registration> registry() { return kAdapters; }

const Registration* find_adapter(std::string_view name) {
  const auto found = std::ranges::find(kAdapters, name, &Registration::name);
  return found == kAdapters.end() ? nullptr : &*found;
}

}  // namespace satupintu::adapters
