// SPDX-License-Identifier: Apache-2.0
#include "core/failpoint.hpp"

#ifdef SATUPINTU_FAILPOINTS

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

namespace satupintu::core {

namespace {

struct KillOrder {
  std::string name;
  long pass = 0;
};

KillOrder read_order() {
  const char* order = std::getenv("SATUPINTU_KILL_AT");  // NOLINT(concurrency-mt-unsafe): nothing here sets the environment
  if (order == nullptr) return {};
  const std::string_view text = order;
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return {std::string(text), 1};
  return {std::string(text.substr(0, colon)), std::strtol(order + colon + 1, nullptr, 10)};
}

}  // namespace

void failpoint(std::string_view name) noexcept {
  static const KillOrder kOrder = read_order();
  static std::atomic<long> passes{0};
  if (name == kOrder.name && ++passes == kOrder.pass) std::raise(SIGKILL);
}

}  // namespace satupintu::core

#endif
