// SPDX-License-Identifier: Apache-2.0
// Puts submissions on the Redis streams, each atomically and idempotently (publish.lua). Beside the streams
// it keeps one mark per gateway: how far in its journal this Redis has come. Redis' log and replication keep
// the order of writes, so whatever a crash or failover takes away is a tail, and the mark goes back with it.
// Threads: one coroutine on one executor.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "queue/journal.hpp"
#include "queue/redis.hpp"
#include "queue/submission.hpp"

namespace satupintu::queue {

struct DedupeSettings {
  std::chrono::milliseconds remember_ids = std::chrono::days{40};  // longer than the journal's retention
  std::chrono::milliseconds repeat_window = std::chrono::hours{24};
  std::chrono::milliseconds conversation_window = std::chrono::minutes{30};
  std::chrono::milliseconds similar_window = std::chrono::days{14};
};

struct BatchResult {
  std::vector<Published> published;  // one per submission, in order; none when the tail was found lost beforehand
  std::optional<Seq> mark;           // what Redis remembers of this gateway; not `to` when it has lost its tail
};

class Publisher {
 public:
  // `redis` must outlive the publisher.
  Publisher(Redis& redis, std::string gateway_id, DedupeSettings settings);

  // Publishes in order, then moves the mark from `expected` to `to`, all in one transaction. When Redis holds another mark,
  // that stays and comes back in the result, and the caller runs the journal again from there; a mark behind `expected` on a
  // new connection is seen before anything is published, so that what was lost comes back in its old order. Nothing is
  // assumed on failure: the same batch may be sent again at any time.
  boost::asio::awaitable<core::Result<BatchResult>> publish(const std::vector<Submission>& batch, std::optional<Seq> expected, Seq to);

  // nullopt: this Redis knows nothing of this gateway.
  boost::asio::awaitable<core::Result<std::optional<Seq>>> mark();

 private:
  boost::asio::awaitable<core::Result<void>> load_scripts();
  boost::asio::awaitable<core::Result<std::optional<BatchResult>>> try_publish(const std::vector<Submission>& batch,
                                                                               std::optional<Seq> expected, Seq to);
  void write_batch(const std::vector<Submission>& batch, std::optional<Seq> expected, Seq to);

  Redis& redis_;
  std::string mark_key_;
  std::string remember_ids_, repeat_window_, remember_words_, conversation_window_, remember_conversation_,
      similar_window_;                          // milliseconds in digits
  std::string publish_sha_, advance_mark_sha_;  // Redis' names for the scripts; empty until loaded
  std::uint64_t checked_connection_ = 0;        // the last one whose mark was compared
  std::string buffer_;                          // the batch as it goes over the wire, kept for its memory
};

}  // namespace satupintu::queue
