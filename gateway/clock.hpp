// SPDX-License-Identifier: Apache-2.0
// The one place where the gateway asks what time it is; everything below is handed the answer.
#pragma once

#include "core/time.hpp"

namespace satupintu::gateway {

[[nodiscard]] inline core::Timestamp now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace satupintu::gateway
