// SPDX-License-Identifier: Apache-2.0
#include "gateway/pipeline.hpp"

#include <algorithm>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
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

struct Counted {
  std::string_view outcome, why;
};

// What the ledger says of a submission. `goes_on`: an errand takes it up again.
Counted outcome_of(queue::Outcome outcome, queue::Intent intent, std::string_view held_as, bool goes_on) {
  if (outcome == queue::Outcome::held) return {"ignored", held_as};
  if (outcome != queue::Outcome::orphaned) return {name_of(outcome), ""};
  if (intent != queue::Intent::locate) return {"ignored", "original_unknown"};
  return {"ignored", goes_on ? "waits_for_its_call" : "call_unknown"};
}

// What a batch adds to the ledger; equal outcomes are added up, so that it costs a row or two. Rows up to
// `already_counted` are left out.
queue::Advance account_for(const Batch& batch, const std::vector<queue::Published>& published, Seq already_counted) {
  queue::Advance advance{batch.to, 0, {}, {}, {}};
  const auto leave = [&](Seq seq, const std::vector<queue::Errand>& errands) {
    if (seq > already_counted) advance.errands.insert(advance.errands.end(), errands.begin(), errands.end());
  };
  std::map<std::tuple<std::string_view, std::string_view, std::string_view>, std::uint64_t> counts;
  const auto count = [&](const std::string& account, Seq seq, std::string_view outcome, std::string_view why) {
    if (seq <= already_counted) return;
    ++counts[{account, outcome, why}];
    ++advance.events;
  };
  for (std::size_t i = 0; i < published.size(); ++i) {
    const auto& [place, submission, held_as, errands] = batch.waiting[i];
    const auto [outcome, why] = outcome_of(published[i].outcome, submission.intent, held_as, !errands.empty());
    count(place.account, place.seq, outcome, why);
    // A position whose call is known has nothing more to look for; whoever came a second time was taken care of the first time.
    const bool is_done = published[i].outcome == queue::Outcome::duplicate ||
                         (submission.intent == queue::Intent::locate && published[i].outcome != queue::Outcome::orphaned);
    if (!is_done) leave(place.seq, errands);
  }
  for (const auto& ignored : batch.ignored) {
    count(ignored.place.account, ignored.place.seq, "ignored", ignored.why);
    leave(ignored.place.seq, ignored.errands);
  }
  for (const auto& quarantined : batch.quarantined) {
    count(quarantined.account, quarantined.seq, "quarantined", quarantined.why);
    if (quarantined.seq > already_counted) advance.quarantined.push_back(quarantined);
  }
  for (const auto& [key, times] : counts) {
    const auto& [account, outcome, why] = key;
    advance.dispositions.push_back({std::string(account), std::string(outcome), std::string(why), times});
  }
  return advance;
}

}  // namespace

Pipeline::Pipeline(asio::any_io_executor back, queue::Journal& journal, queue::Publisher& publisher, Assembly assembly, Suspect suspect,
                   Telemetry& telemetry)
    : back_(back),
      sleep_(back),
      journal_(journal),
      publisher_(publisher),
      assembly_(std::move(assembly)),
      suspect_(std::move(suspect)),
      telemetry_(telemetry),
      counted_(journal.cursor()) {}

asio::awaitable<void> Pipeline::run() {
  co_await find_position();
  while (!stopping_) {
    co_await serve_retries();
    const auto rows = co_await journal_.read(position_, kBatchRows, kBatchBytes);
    if (!rows) {
      co_await pause_after(rows.error());
    } else if (rows->empty()) {
      co_await wait_for_rows();
    } else {
      co_await publish(assemble(*rows));
    }
  }
  for (auto& retry : retries_) retry.answer(core::fail(core::Errc::unavailable, "the gateway is stopping"));
}

Batch Pipeline::assemble(const std::vector<queue::JournalRow>& rows) {
  Batch batch;
  for (const auto& row : rows) {
    if (suspect_.is_poison(row.seq)) {
      Assembly::set_aside(batch, row, "crashed", now());
    } else {
      assemble(batch, row);
    }
  }
  return batch;
}

void Pipeline::assemble(Batch& batch, const queue::JournalRow& row) {
  suspect_.begin(row.seq);
  assembly_.add(batch, row, now());
  suspect_.end();
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
    settle(batch, result->published);
    co_return;
  }
}

// Redis holds another mark than we left there: it has lost its tail. What came after the mark is run again.
void Pipeline::follow(std::optional<Seq> mark) {
  telemetry_.redis_lost_its_tail(mark_.value_or(0), mark.value_or(0));
  mark_ = mark;
  position_ = std::min(mark.value_or(0), position_);
}

void Pipeline::settle(const Batch& batch, const std::vector<queue::Published>& published) {
  std::uint64_t restored = 0;
  for (std::size_t i = 0; i < published.size(); ++i) {
    const bool is_entry = published[i].outcome != queue::Outcome::held && published[i].outcome != queue::Outcome::orphaned;
    if (published[i].added && is_entry && batch.waiting[i].place.seq <= counted_) ++restored;
  }
  if (restored > 0) telemetry_.tail_restored(restored);
  if (batch.to <= counted_) return;
  auto advance = account_for(batch, published, counted_);
  counted_ = batch.to;
  for (const auto& line : advance.dispositions) telemetry_.events_counted(line);
  for (const auto& quarantined : advance.quarantined) telemetry_.event_quarantined(quarantined);
  journal_.advance(std::move(advance));
}

asio::awaitable<void> Pipeline::wait_for_rows() {
  asleep_ = true;
  if (journal_.last() > position_ || stopping_ || !retries_.empty()) {
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
  if (failures_ > 0) telemetry_.publishing_again(failures_);
  failures_ = 0;
  redis_is_up_ = true;
}

asio::awaitable<core::Result<std::size_t>> Pipeline::retry(Seq seq) {
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(core::Result<std::size_t>)>(
      [this, seq](auto handler) {
        const asio::any_io_executor executor = asio::get_associated_executor(handler);
        asio::post(back_, [this, seq, executor, handler = std::move(handler)]() mutable {
          retries_.push_back({seq, [executor, handler = std::move(handler)](core::Result<std::size_t> released) mutable {
                                asio::post(executor, [handler = std::move(handler), released = std::move(released)]() mutable {
                                  handler(std::move(released));
                                });
                              }});
          sleep_.cancel();
        });
      },
      asio::use_awaitable);
}

asio::awaitable<void> Pipeline::serve_retries() {
  while (!retries_.empty()) {
    Retry retry = std::move(retries_.front());
    retries_.pop_front();
    retry.answer(co_await run_again(retry.seq));
  }
}

// The siblings of a quarantined element have their outcome already, so only what was held is published and counted. A row over
// which we died is tried, too: whoever asks believes that it is mended.
asio::awaitable<core::Result<std::size_t>> Pipeline::run_again(Seq seq) {
  auto held = co_await journal_.quarantine();
  if (!held) co_return std::unexpected(held.error());
  std::erase_if(*held, [&](const auto& quarantined) { return quarantined.seq != seq; });
  const auto rows = co_await journal_.read(seq - 1, 1, kBatchBytes);
  if (!rows) co_return std::unexpected(rows.error());
  if (held->empty() || rows->empty() || rows->front().seq != seq) {
    co_return core::fail(core::Errc::not_found, "nothing of row " + std::to_string(seq) + " is in quarantine");
  }
  Batch batch;
  assemble(batch, rows->front());
  const auto was_held = [&](std::uint32_t index) {
    return std::ranges::any_of(*held, [&](const auto& q) { return q.index == index || q.index == queue::kWholeDelivery; });
  };
  std::erase_if(batch.waiting, [&](const auto& event) { return !was_held(event.place.index); });
  std::erase_if(batch.ignored, [&](const auto& event) { return !was_held(event.place.index); });
  std::erase_if(batch.quarantined, [&](const auto& event) { return !was_held(event.index); });

  std::vector<queue::Submission> submissions;
  for (auto& waiting : batch.waiting) submissions.push_back(std::move(waiting.submission));
  const auto result = co_await publisher_.publish(submissions, mark_, mark_.value_or(0));
  if (!result) co_return std::unexpected(result.error());
  if (result->published.size() != submissions.size())
    co_return core::fail(core::Errc::unavailable, "Redis has just lost its tail; try again");

  auto advance = account_for(batch, result->published, 0);
  const std::size_t released = advance.events - advance.quarantined.size();
  advance.to = 0;
  advance.released = std::move(*held);
  journal_.advance(std::move(advance));
  co_return released;
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
