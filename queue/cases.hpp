// SPDX-License-Identifier: Apache-2.0
// What Redis remembers of complaints apart from the streams: which complaint a message became, and how a complaint stands. Read by
// whoever answers for complaints; publish.lua writes it. Threads: those of the Redis that is passed, which must outlive the call.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "core/error.hpp"
#include "core/time.hpp"
#include "queue/redis.hpp"

namespace satupintu::queue {

struct Case {
  std::string tracking_code;
  std::string status;    // received, …
  std::string category;  // its code; may be empty
  core::Timestamp received_at;
};

// nullopt when there is no complaint of that code.
boost::asio::awaitable<core::Result<std::optional<Case>>> find_case(Redis& redis, std::string tracking_code);

// The tracking code of the complaint that a message went to, by its `seen` fingerprint; empty where it is not known, or not yet.
boost::asio::awaitable<core::Result<std::string>> code_of_message(Redis& redis, std::string seen);

}  // namespace satupintu::queue
