// SPDX-License-Identifier: Apache-2.0
#include "gateway/pipeline.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <map>
#include <tuple>

#include "core/failpoint.hpp"
#include "gateway/clock.hpp"
#include "queue/backoff.hpp"

namespace satupintu::gateway {

namespace asio = boost::asio;
using queue::Disposition;
using queue::Seq;

namespace {

// Enough to make a round trip to Redis cheap, little enough that a lone message is not kept waiting by its batch.
constexpr std::size_t kBatchRows = 128;
constexpr std::size_t kBatchBytes = 4U << 20U;

// How soon a Redis that lost its tail while nothing came in is noticed.
constexpr std::chrono::seconds kMarkCheck{1};

// Adds up equal outcomes, so that a batch costs the ledger a row or two.
class Tally {
 public:
  void add(std::string_view account, std::string_view outcome, std::string_view why) { ++counts_[{account, outcome, why}]; }
  std::vector<Disposition> lines() const {
    std::vector<Disposition> lines;
    for (const auto& [key, count] : counts_) {
      lines.push_back({std::string(std::get<0>(key)), std::string(std::get<1>(key)), std::string(std::get<2>(key)), count});
    }
    return lines;
  }

 private:
  std::map<std::tuple<std::string_view, std::string_view, std::string_view>, std::uint64_t> counts_;
};

}  // namespace

Pipeline::Pipeline(asio::any_io_executor back, queue::Journal& journal, queue::Publisher& publisher, Assembly assembly, Telemetry& telemetry)
    : back_(back), sleep_(back), journal_(journal), publisher_(publisher), assembly_(std::move(assembly)), telemetry_(telemetry),
      counted_(journal.cursor()) {}

asio::awaitable<void> Pipeline::run() {
  co_await find_position();
  while (!stopping_) {
    const auto rows = co_await journal_.read(position_, kBatchRows, kBatchBytes);
    if (!rows) {
      co_await pause_after(rows.error());
    } else if (rows->empty()) {
      co_await wait_for_rows();
    } else {
      Batch batch;
      for (const auto& row : *rows) assembly_.add(batch, row, now());
      co_await publish(std::move(batch));
    }
  }
}

// Rows after the cursor were never counted, rows after the mark may not be in Redis: begin with the earlier of the two.
asio::awaitable<void> Pipeline::find_position() {
  while (!stopping_) {
    const auto mark = co_await publisher_.mark();
    if (mark) {
      redis_answered();
      mark_ = *mark;
      position_ = std::min(mark_.value_or(0), counted_);
      co_return;
    }
    co_await pause_after(mark.error());
  }
}

asio::awaitable<void> Pipeline::publish(Batch batch) {
  std::vector<queue::Submission> submissions;
  submissions.reserve(batch.waiting.size());
  for (auto& waiting : batch.waiting) submissions.push_back(std::move(waiting.submission));
  while (!stopping_) {
    core::failpoint("pipeline.before_publish");
    const auto started = std::chrono::steady_clock::now();
    const auto result = co_await publisher_.publish(submissions, mark_, batch.to);
    if (!result) {
      co_await pause_after(result.error());
      continue;
    }
    core::failpoint("pipeline.after_publish");
    redis_answered();
    telemetry_.batch_published(submissions.size(), std::chrono::steady_clock::now() - started);
    if (result->mark != batch.to) co_return follow(result->mark);
    mark_ = result->mark;
    position_ = batch.to;
    settle(std::move(batch), result->published);
    co_return;
  }
}

// Redis holds another mark than we left there: it has lost its tail. What came after the mark is run again.
void Pipeline::follow(std::optional<Seq> mark) {
  telemetry_.redis_lost_its_tail(mark_.value_or(0), mark.value_or(0));
  mark_ = mark;
  position_ = std::min(mark.value_or(0), position_);
}

void Pipeline::settle(Batch batch, const std::vector<queue::Published>& published) {
  Tally tally;
  queue::Advance advance{batch.to, 0, {}, {}, {}};
  std::uint64_t restored = 0;
  const auto count = [&](const std::string& account, Seq seq, std::string_view outcome, std::string_view why) {
    if (seq <= counted_) return false;
    tally.add(account, outcome, why);
    ++advance.events;
    return true;
  };
  for (std::size_t i = 0; i < published.size(); ++i) {
    const Place& place = batch.waiting[i].place;
    const bool orphaned = published[i].outcome == queue::Outcome::orphaned;
    const bool first_time = count(place.account, place.seq, orphaned ? "ignored" : name_of(published[i].outcome), orphaned ? "original_unknown" : "");
    if (!first_time && published[i].added) ++restored;
  }
  for (const auto& ignored : batch.ignored) count(ignored.place.account, ignored.place.seq, "ignored", ignored.why);
  for (auto& quarantined : batch.quarantined) {
    if (!count(quarantined.account, quarantined.seq, "quarantined", quarantined.why)) continue;
    telemetry_.event_quarantined(quarantined);
    advance.quarantined.push_back(quarantined);
  }
  if (restored > 0) telemetry_.tail_restored(restored);
  if (batch.to <= counted_) return;
  counted_ = batch.to;
  advance.dispositions = tally.lines();
  for (const auto& line : advance.dispositions) telemetry_.events_counted(line);
  journal_.advance(std::move(advance));
}

asio::awaitable<void> Pipeline::wait_for_rows() {
  asleep_ = true;
  if (journal_.last() > position_ || stopping_) {
    asleep_ = false;
    co_return;
  }
  sleep_.expires_after(kMarkCheck);
  boost::system::error_code woken;
  co_await sleep_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  asleep_ = false;
  if (!woken) co_await check_mark();
}

asio::awaitable<void> Pipeline::check_mark() {
  const auto mark = co_await publisher_.mark();
  if (!mark) co_return co_await pause_after(mark.error());
  redis_answered();
  if (*mark != mark_) follow(*mark);
}

asio::awaitable<void> Pipeline::pause_after(const core::Error& error) {
  redis_is_up_ = false;
  const auto pause = queue::backoff(failures_++);
  telemetry_.publish_failed(error, failures_, pause);
  if (stopping_) co_return;
  sleep_.expires_after(pause);
  boost::system::error_code woken;
  co_await sleep_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

void Pipeline::redis_answered() {
  if (failures_ > 0) telemetry_.publishing_again();
  failures_ = 0;
  redis_is_up_ = true;
}

void Pipeline::stop() {
  asio::post(back_, [this] {
    stopping_ = true;
    sleep_.cancel();
  });
}

void Pipeline::journal_has_rows() {
  if (asleep_.exchange(false)) asio::post(back_, [this] { sleep_.cancel(); });
}

}  // namespace satupintu::gateway
