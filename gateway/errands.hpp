// SPDX-License-Identifier: Apache-2.0
// Does what remains to be done about deliveries (queue/errand.hpp): fetches what providers point at, stores attachments, joins the parts
// of texts, looks again for a caller's call. What comes of it is committed as a delivery of its own in the transaction that ends the
// errand, so that an errand is done once whatever is killed meanwhile. Threads: the back executor, but where a function says otherwise.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <string>

#include "core/complaint.hpp"
#include "gateway/account_states.hpp"
#include "gateway/accounts.hpp"
#include "gateway/media_store.hpp"
#include "gateway/outbound.hpp"
#include "gateway/telemetry.hpp"
#include "queue/journal.hpp"

namespace satupintu::gateway {

// What an errand is about: an event of a row, and which of its attachments or parts.
struct ErrandSubject {
  queue::Seq seq = 0;
  std::uint32_t index = 0;
  std::uint32_t item = 0;                                // the attachment, counted from 0; the part, from 1
  std::uint32_t total = 0;                               // parts
  core::Visibility visibility = core::Visibility::open;  // of the report that an attachment belongs to
};

[[nodiscard]] queue::Errand make_errand(queue::ErrandKind kind, const std::string& account, ErrandSubject subject, core::Timestamp due,
                                        core::Timestamp expires, std::string topic = {});

class Errands {
 public:
  // All must outlive the errands.
  Errands(boost::asio::any_io_executor back, queue::Journal& journal, const Accounts& accounts, Outbound& outbound, MediaStore& media,
          AccountStates& states, Telemetry& telemetry);

  // Runs until `stop`, and until what is under way has ended.
  boost::asio::awaitable<void> run();
  void stop();  // any thread
  // Called from any thread when there may be something to do.
  void wake();

 private:
  boost::asio::awaitable<void> attend(queue::Errand errand);
  boost::asio::awaitable<core::Result<queue::Commit>> carry_out(const queue::Errand& errand);
  boost::asio::awaitable<core::Result<queue::Commit>> fetch(const queue::Errand& errand);
  boost::asio::awaitable<core::Result<queue::Commit>> store(const queue::Errand& errand);
  boost::asio::awaitable<core::Result<queue::Commit>> join(const queue::Errand& errand);
  boost::asio::awaitable<core::Result<queue::Commit>> again(const queue::Errand& errand);
  boost::asio::awaitable<core::Result<queue::JournalRow>> row_of(queue::Seq seq);
  boost::asio::awaitable<core::Result<StoredMedia>> bring_in(const std::string& account, const core::Delivery& delivery,
                                                             core::Attachment attachment);

  boost::asio::any_io_executor back_;
  boost::asio::steady_timer sleep_;
  queue::Journal& journal_;
  const Accounts& accounts_;
  Outbound& outbound_;
  MediaStore& media_;
  AccountStates& states_;
  Telemetry& telemetry_;
  std::map<std::string, std::unique_ptr<adapters::Transport>, std::less<>> transports_;
  std::map<std::string, boost::asio::cancellation_signal> under_way_;  // by topic, or by id where there is none
  bool stopping_ = false;
};

}  // namespace satupintu::gateway
