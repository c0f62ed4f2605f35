// SPDX-License-Identifier: Apache-2.0
// Runs the pull channels: round after round of every account's `poll`, each account by itself, so that one that hangs delays no other.
// Threads: the back executor, but where a function says otherwise.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <list>

#include "gateway/account_states.hpp"
#include "gateway/accounts.hpp"
#include "gateway/outbound.hpp"
#include "gateway/telemetry.hpp"
#include "queue/journal.hpp"

namespace satupintu::gateway {

class Poller {
 public:
  // All must outlive the poller.
  Poller(boost::asio::any_io_executor back, queue::Journal& journal, const Accounts& accounts, Outbound& outbound, AccountStates& states,
         Telemetry& telemetry);

  void start();
  void stop();  // any thread; what a round has not committed, the first round after the next start finds again

 private:
  boost::asio::awaitable<void> serve(const std::string& account, const adapters::Adapter& adapter);

  boost::asio::any_io_executor back_;
  queue::Journal& journal_;
  const Accounts& accounts_;
  Outbound& outbound_;
  AccountStates& states_;
  Telemetry& telemetry_;
  std::list<boost::asio::cancellation_signal> stop_signals_;
  bool stopping_ = false;
};

}  // namespace satupintu::gateway
