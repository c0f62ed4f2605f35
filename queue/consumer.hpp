// SPDX-License-Identifier: Apache-2.0
// Reads one stream as a member of a consumer group and hands its entries, one at a time and in order, to a handler: what
// `satupintu consume` is made of. At least once: an entry is acknowledged after the handler succeeded, and is tried
// again otherwise, also after a crash, until it is given up and put on `sp:dead` with the reason.
//
// One Consumer reads one lane of one partition, so an emergency waits neither for an ordinary complaint nor for one that
// is being tried again. Entries of one reporter come in order as long as the group has one consumer for each lane.
// Threads: one executor.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "core/error.hpp"
#include "queue/redis.hpp"

namespace satupintu::queue {

inline constexpr std::string_view kDeadStream = "sp:dead";

// "{sp:0}:emergency" or "{sp:0}:complaints".
[[nodiscard]] std::string lane_name(unsigned partition, bool emergency);

struct StreamEntry {
  std::string stream;
  std::string id;        // of the entry in the stream, "1736046245678-0"
  std::string type;      // "complaint.received" …
  std::string event;     // the CloudEvents object
  unsigned attempt = 1;  // counts deliveries to anybody of the group
};

struct ConsumerSettings {
  std::string stream;
  std::string group;
  std::string name;                               // of this consumer: the same after a restart, another for each running one
  bool from_start = true;                         // a new group begins with the stream's first entry, else with the next one
  std::chrono::milliseconds claim_after{60'000};  // longer than the handler ever takes: an entry idle so long is another's no more
  unsigned max_attempts = 5;
};

class Consumer {
 public:
  using Handler = std::function<boost::asio::awaitable<core::Result<void>>(const StreamEntry&)>;
  // Called when Redis fails and before the pause until the next attempt.
  using FailureListener = std::function<void(const core::Error&, std::chrono::milliseconds pause)>;

  // REQUIRES: `redis` waits for replies for more than a second.
  Consumer(Redis redis, boost::asio::any_io_executor executor, ConsumerSettings settings, Handler handler, FailureListener on_failure);

  // Runs until `stop`, through every outage of Redis. Fails with what only a person can mend (refused, misconfigured).
  boost::asio::awaitable<core::Result<void>> run();
  // The entry in hand is finished first.
  void stop();

 private:
  boost::asio::awaitable<core::Result<void>> consume();
  boost::asio::awaitable<core::Result<void>> create_group();
  boost::asio::awaitable<core::Result<void>> claim_stale();
  boost::asio::awaitable<core::Result<std::optional<StreamEntry>>> next_pending();
  boost::asio::awaitable<core::Result<std::optional<StreamEntry>>> next_new();
  boost::asio::awaitable<core::Result<void>> handle(StreamEntry entry);
  boost::asio::awaitable<core::Result<void>> acknowledge(std::string id);
  boost::asio::awaitable<core::Result<void>> bury(StreamEntry entry, std::string reason);
  boost::asio::awaitable<void> pause(std::chrono::milliseconds length);

  Redis redis_;
  ConsumerSettings settings_;
  Handler handler_;
  FailureListener on_failure_;
  boost::asio::steady_timer pause_;
  std::chrono::steady_clock::time_point claim_due_{};
  bool has_pending_ = true;  // possibly: entries delivered to this consumer and not acknowledged
  bool stopping_ = false;
};

}  // namespace satupintu::queue
