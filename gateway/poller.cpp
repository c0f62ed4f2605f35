// SPDX-License-Identifier: Apache-2.0
#include "gateway/poller.hpp"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "core/failpoint.hpp"
#include "gateway/clock.hpp"
#include "queue/awaiting.hpp"

namespace satupintu::gateway {

namespace asio = boost::asio;
using core::Result;
using std::chrono::milliseconds;

namespace {

constexpr std::chrono::minutes kLongestPause{15};

class JournalInbox final : public adapters::Inbox {
 public:
  JournalInbox(queue::Journal& journal, std::string account, AccountStates& states, Telemetry& telemetry)
      : journal_(journal), account_(std::move(account)), states_(states), telemetry_(telemetry) {}

  asio::awaitable<Result<std::string>> bookmark(std::string name) override {
    co_return co_await journal_.bookmark(account_, std::move(name));
  }

  asio::awaitable<Result<void>> commit(std::vector<core::Delivery> deliveries, std::string name, std::string bookmark) override {
    const auto started = std::chrono::steady_clock::now();
    const auto count = deliveries.size();
    for (auto& delivery : deliveries) {
      delivery.account = account_;
      delivery.received_at = now();
    }
    queue::Commit commit{.deliveries = std::move(deliveries), .bookmark = queue::Bookmark{account_, std::move(name), std::move(bookmark)}};
    core::failpoint("poller.before_commit");
    const auto done = co_await journal_.commit(std::move(commit));
    if (!done) co_return std::unexpected(done.error());
    core::failpoint("poller.after_commit");
    if (count > 0) states_.heard(account_, now());
    for (std::size_t i = 0; i < count; ++i) telemetry_.delivery_committed(account_, std::chrono::steady_clock::now() - started);
    co_return Result<void>{};
  }

 private:
  queue::Journal& journal_;
  std::string account_;
  AccountStates& states_;
  Telemetry& telemetry_;
};

}  // namespace

Poller::Poller(asio::any_io_executor back, queue::Journal& journal, const Accounts& accounts, Outbound& outbound, AccountStates& states,
               Telemetry& telemetry)
    : back_(back), journal_(journal), accounts_(accounts), outbound_(outbound), states_(states), telemetry_(telemetry) {}

void Poller::start() {
  const auto ended = [this](std::exception_ptr failure) {
    if (failure && !stopping_) std::rethrow_exception(failure);  // a bug; on stopping, the cancellation
  };
  for (const auto& [name, adapter] : accounts_) {
    if (!adapter->poll_interval()) continue;
    asio::co_spawn(back_, serve(name, *adapter), asio::bind_cancellation_slot(stop_signals_.emplace_back().slot(), ended));
  }
}

void Poller::stop() {
  asio::post(back_, [this] {
    stopping_ = true;
    for (auto& signal : stop_signals_) signal.emit(asio::cancellation_type::terminal);
  });
}

asio::awaitable<void> Poller::serve(const std::string& account, const adapters::Adapter& adapter) {
  JournalInbox inbox(journal_, account, states_, telemetry_);
  const auto transport = outbound_.transport_to(adapter.hosts());
  asio::steady_timer pause(back_);
  unsigned failures = 0;
  while (!stopping_) {
    const auto round = co_await adapter.poll(inbox, *transport);
    milliseconds wait = adapter.poll_interval().value_or(kLongestPause);
    if (round) {
      failures = 0;
      states_.reached(account);
      wait = round->value_or(wait);
    } else {
      states_.failed(account, round.error());
      wait = std::min<milliseconds>(wait * (1U << std::min(failures++, 10U)), kLongestPause);
      telemetry_.poll_failed(account, round.error(), failures, wait);
    }
    pause.expires_after(wait);
    co_await pause.async_wait(queue::as_result);
  }
}

}  // namespace satupintu::gateway
