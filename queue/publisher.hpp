// SPDX-License-Identifier: Apache-2.0
// Puts submissions on the Redis streams, each atomically and idempotently (publish.lua). Beside the streams
// it keeps one mark per gateway: how far in its journal this Redis has come. Redis' log and replication keep
// the order of writes, so whatever a crash or failover takes away is a tail, and the mark goes back with it.
// Threads: one coroutine on one executor.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "queue/journal.hpp"
#include "queue/redis.hpp"
#include "queue/submission.hpp"

namespace satupintu::queue {

struct DedupeSettings {
  std::chrono::milliseconds remember_ids = std::chrono::days{40};        // longer than the journal's retention
  std::chrono::milliseconds repeat_window = std::chrono::hours{24};
  std::chrono::milliseconds conversation_window = std::chrono::minutes{30};
};

struct BatchResult {
  std::vector<Published> published;   // one per submission, in order
  std::optional<Seq> mark;            // what Redis remembers of this gateway; below `to` when it has lost its tail
};

class Publisher {
 public:
  // `redis` must outlive the publisher.
  Publisher(Redis& redis, std::string gateway_id, DedupeSettings settings);

  // Publishes in order, then moves the mark from `expected` to `to`, unless Redis holds another mark: then the mark
  // stays and comes back in the result, and the caller runs the journal again from there. Nothing is assumed on
  // failure: the same batch may be sent again at any time.
  boost::asio::awaitable<core::Result<BatchResult>> publish(const std::vector<Submission>& batch, std::optional<Seq> expected, Seq to);

  // nullopt: this Redis knows nothing of this gateway.
  boost::asio::awaitable<core::Result<std::optional<Seq>>> mark();

 private:
  Redis& redis_;
  std::string gateway_id_;
  DedupeSettings settings_;
};

}  // namespace satupintu::queue
