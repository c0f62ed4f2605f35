// SPDX-License-Identifier: Apache-2.0
// One raw unit received from a provider, exactly as it came: what the journal keeps and what every
// later step can be derived from again.
#pragma once

#include <optional>
#include <string>

#include "core/http.hpp"
#include "core/time.hpp"

namespace satupintu::core {

struct Delivery {
  std::string account;    // the configured account it came in on
  Timestamp received_at;  // when it reached this gateway
  std::string head;       // what the adapter kept from outside the body (a query string, some headers), in its own form
  std::string body;       // the exact bytes the provider sent
};

// What an adapter says about a request that it found authentic.
struct Admission {
  std::optional<Delivery> delivery;  // to be committed before the answer goes out; none for a handshake
  HttpAnswer answer;                 // the channel's exact answer
};

}  // namespace satupintu::core
