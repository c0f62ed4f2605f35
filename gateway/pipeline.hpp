// SPDX-License-Identifier: Apache-2.0
// The back of the house: reads the journal behind a cursor, decodes, normalizes, publishes, and moves the cursor once Redis has
// answered. There is one path: Redis up, down, slow or failing over, the same loop runs, only later. When Redis turns out to
// have lost its tail, the loop starts again from the mark that Redis still holds. Threads: the back executor only, but where a
// function says otherwise.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "gateway/assembly.hpp"
#include "gateway/suspect.hpp"
#include "gateway/telemetry.hpp"
#include "queue/journal.hpp"
#include "queue/publisher.hpp"

namespace satupintu::gateway {

class Pipeline {
 public:
  // All must outlive the pipeline.
  Pipeline(boost::asio::any_io_executor back, queue::Journal& journal, queue::Publisher& publisher, Assembly assembly, Suspect suspect,
           Telemetry& telemetry);

  // Runs until `stop`, finishing the batch in hand when Redis answers in time.
  boost::asio::awaitable<void> run();
  void stop();  // any thread

  // Runs a quarantined delivery again, from any executor. Gives how many of its events left the quarantine; what still cannot be
  // read stays. Fails with not_found when nothing of that row is in quarantine, or with what Redis answered.
  boost::asio::awaitable<core::Result<std::size_t>> retry(queue::Seq seq);

  // Called from any thread when there may be something to read.
  void journal_has_rows();
  // Any thread.
  [[nodiscard]] bool redis_is_up() const noexcept { return redis_is_up_; }

 private:
  struct Retry {
    queue::Seq seq;
    std::move_only_function<void(core::Result<std::size_t>)> answer;
  };

  Batch assemble(const std::vector<queue::JournalRow>& rows);
  void assemble(Batch& batch, const queue::JournalRow& row);
  boost::asio::awaitable<void> find_position();
  boost::asio::awaitable<void> serve_retries();
  boost::asio::awaitable<core::Result<std::size_t>> run_again(queue::Seq seq);
  boost::asio::awaitable<void> publish(Batch batch);
  boost::asio::awaitable<void> wait_for_rows();
  boost::asio::awaitable<void> check_mark();
  boost::asio::awaitable<void> pause_after(const core::Error& error);
  void redis_answered();
  void follow(std::optional<queue::Seq> mark);
  void settle(const Batch& batch, const std::vector<queue::Published>& published);

  boost::asio::any_io_executor back_;
  boost::asio::steady_timer sleep_;
  queue::Journal& journal_;
  queue::Publisher& publisher_;
  Assembly assembly_;
  Suspect suspect_;
  Telemetry& telemetry_;
  std::optional<queue::Seq> mark_;  // what Redis should hold
  queue::Seq position_ = 0;         // the last row published
  queue::Seq counted_;              // the last row counted in the ledger
  unsigned failures_ = 0;           // in a row
  bool stopping_ = false;
  std::deque<Retry> retries_;
  std::atomic<bool> asleep_{false};
  std::atomic<bool> redis_is_up_{false};
};

}  // namespace satupintu::gateway
