// SPDX-License-Identifier: Apache-2.0
#include "queue/backoff.hpp"

#include <random>

namespace satupintu::queue {

std::chrono::milliseconds backoff(unsigned failures) { return backoff(failures, std::random_device{}()); }

}  // namespace satupintu::queue
