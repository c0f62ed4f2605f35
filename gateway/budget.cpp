// SPDX-License-Identifier: Apache-2.0
#include "gateway/budget.hpp"

namespace satupintu::gateway {

bool Budget::spend(std::string_view peer, core::Timestamp now) {
  if (const auto minute = std::chrono::floor<std::chrono::minutes>(now); minute != minute_) {
    minute_ = minute;
    spent_ = 0;
    spent_by_.clear();
  }
  unsigned& spent = spent_by_[std::string(peer)];
  if (spent >= per_peer_ || spent_ >= in_all_) return false;
  ++spent;
  ++spent_;
  return true;
}

}  // namespace satupintu::gateway
