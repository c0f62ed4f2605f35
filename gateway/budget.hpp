// SPDX-License-Identifier: Apache-2.0
// How often tracking codes may be asked for, by one address and by all together, so that they cannot be guessed through. Counts by the
// minute. One thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/time.hpp"

namespace satupintu::gateway {

class Budget {
 public:
  Budget(unsigned per_peer, unsigned in_all) : per_peer_(per_peer), in_all_(in_all) {}

  // False when the minute's share of `peer`, or everybody's, is used up.
  [[nodiscard]] bool spend(std::string_view peer, core::Timestamp now);

 private:
  unsigned per_peer_, in_all_;
  std::chrono::sys_time<std::chrono::minutes> minute_{};
  unsigned spent_ = 0;
  std::map<std::string, unsigned, std::less<>> spent_by_;
};

}  // namespace satupintu::gateway
