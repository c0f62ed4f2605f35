// SPDX-License-Identifier: Apache-2.0
#include "queue/consumer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "queue/backoff.hpp"

namespace satupintu::queue {

namespace asio = boost::asio;
using core::Errc;
using core::Result;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// How long Redis holds a read open while there is nothing new.
constexpr const char* kBlockMs = "500";

std::string* text_at(RespValue& array, std::size_t index) {
  return index < array.elements.size() && array.elements[index].kind == RespKind::text ? &array.elements[index].text : nullptr;
}

// [id, [field, value, …]]; whatever lacks an id is no entry.
std::optional<StreamEntry> read_entry(RespValue& reply) {
  auto* const id = text_at(reply, 0);
  if (id == nullptr || reply.elements.size() != 2) return std::nullopt;
  StreamEntry entry;
  entry.id = std::move(*id);
  RespValue& fields = reply.elements[1];
  for (std::size_t i = 0; i + 1 < fields.elements.size(); i += 2) {
    const auto* const name = text_at(fields, i);
    auto* const value = text_at(fields, i + 1);
    if (name == nullptr || value == nullptr) continue;
    if (*name == "type") entry.type = std::move(*value);
    if (*name == "event") entry.event = std::move(*value);
  }
  return entry;
}

bool needs_a_person(const core::Error& error) { return error.code == Errc::refused || error.code == Errc::misconfigured; }

}  // namespace

std::string lane_name(unsigned partition, bool emergency) {
  return "{sp:" + std::to_string(partition) + "}:" + (emergency ? "emergency" : "complaints");
}

Consumer::Consumer(Redis redis, asio::any_io_executor executor, ConsumerSettings settings, Handler handler, FailureListener on_failure)
    : redis_(std::move(redis)),
      settings_(std::move(settings)),
      handler_(std::move(handler)),
      on_failure_(std::move(on_failure)),
      pause_(std::move(executor)) {}

asio::awaitable<Result<void>> Consumer::run() {
  unsigned failures = 0;
  while (!stopping_) {
    const auto since = steady_clock::now();
    const auto consumed = co_await consume();
    if (consumed) break;
    if (needs_a_person(consumed.error())) co_return consumed;
    if (steady_clock::now() - since > kLongestBackoff) failures = 0;
    const auto length = backoff(failures++);
    on_failure_(consumed.error(), length);
    co_await pause(length);
  }
  co_return Result<void>{};
}

void Consumer::stop() {
  stopping_ = true;
  pause_.cancel();
}

// Until the first failure: whatever Redis handed us and did not hear back about is pending then.
asio::awaitable<Result<void>> Consumer::consume() {
  has_pending_ = true;
  claim_due_ = {};
  if (auto created = co_await create_group(); !created) co_return created;
  while (!stopping_) {
    if (steady_clock::now() >= claim_due_) {
      if (auto claimed = co_await claim_stale(); !claimed) co_return claimed;
    }
    auto entry = has_pending_ ? co_await next_pending() : co_await next_new();
    if (!entry) co_return std::unexpected(entry.error());
    if (!*entry) continue;
    if (auto handled = co_await handle(std::move(**entry)); !handled) co_return handled;
  }
  co_return Result<void>{};
}

asio::awaitable<Result<void>> Consumer::create_group() {
  const auto replies =
      co_await redis_.pipeline({{"XGROUP", "CREATE", settings_.stream, settings_.group, settings_.from_start ? "0" : "$", "MKSTREAM"}});
  if (!replies) co_return std::unexpected(replies.error());
  const auto* const error = first_error(*replies);
  if (error != nullptr && error_code(*error) != "BUSYGROUP") co_return std::unexpected(error_of(*error));
  co_return Result<void>{};
}

// Takes over what other consumers left lying. JUSTID, because the claim itself is not yet another attempt.
asio::awaitable<Result<void>> Consumer::claim_stale() {
  const auto reply = co_await redis_.call({"XAUTOCLAIM", settings_.stream, settings_.group, settings_.name,
                                           std::to_string(settings_.claim_after.count()), "0", "COUNT", "100", "JUSTID"});
  if (!reply) co_return std::unexpected(reply.error());
  if (reply->elements.size() >= 2 && !reply->elements[1].elements.empty()) has_pending_ = true;
  claim_due_ = steady_clock::now() + settings_.claim_after / 2;
  co_return Result<void>{};
}

// The oldest entry that was delivered to us and not acknowledged. Claiming it from ourselves counts the attempt inside
// Redis, so that an entry which kills its consumer is given up in the end.
asio::awaitable<Result<std::optional<StreamEntry>>> Consumer::next_pending() {
  auto pending = co_await redis_.call({"XPENDING", settings_.stream, settings_.group, "-", "+", "1", settings_.name});
  if (!pending) co_return std::unexpected(pending.error());
  const auto* const id = pending->elements.empty() ? nullptr : text_at(pending->elements[0], 0);
  if (id == nullptr || pending->elements[0].elements.size() != 4) {
    has_pending_ = false;
    co_return std::nullopt;
  }
  const auto delivered = static_cast<unsigned>(pending->elements[0].elements[3].integer);
  auto claimed = co_await redis_.call({"XCLAIM", settings_.stream, settings_.group, settings_.name, "0", *id});
  if (!claimed) co_return std::unexpected(claimed.error());
  auto entry = claimed->elements.empty() ? std::nullopt : read_entry(claimed->elements[0]);
  // Redis drops the claim of an entry that was deleted from the stream.
  if (!entry) co_return std::nullopt;
  entry->attempt = delivered + 1;
  co_return entry;
}

asio::awaitable<Result<std::optional<StreamEntry>>> Consumer::next_new() {
  auto reply = co_await redis_.call(
      {"XREADGROUP", "GROUP", settings_.group, settings_.name, "COUNT", "1", "BLOCK", kBlockMs, "STREAMS", settings_.stream, ">"});
  if (!reply) co_return std::unexpected(reply.error());
  if (reply->elements.empty() || reply->elements[0].elements.size() != 2 || reply->elements[0].elements[1].elements.empty())
    co_return std::nullopt;
  co_return read_entry(reply->elements[0].elements[1].elements[0]);
}

asio::awaitable<Result<void>> Consumer::handle(StreamEntry entry) {
  entry.stream = settings_.stream;
  if (entry.attempt > settings_.max_attempts) co_return co_await bury(std::move(entry), "the consumer ended while handling it");
  const auto handled = co_await handler_(entry);
  if (handled) co_return co_await acknowledge(std::move(entry.id));
  if (entry.attempt >= settings_.max_attempts) co_return co_await bury(std::move(entry), handled.error().what);
  has_pending_ = true;
  co_await pause(backoff(entry.attempt - 1));
  co_return Result<void>{};
}

asio::awaitable<Result<void>> Consumer::acknowledge(std::string id) {
  const auto reply = co_await redis_.call({"XACK", settings_.stream, settings_.group, std::move(id)});
  if (!reply) co_return std::unexpected(reply.error());
  co_return Result<void>{};
}

asio::awaitable<Result<void>> Consumer::bury(StreamEntry entry, std::string reason) {
  const auto replies = co_await redis_.pipeline(
      {{"MULTI"},
       {"XADD", std::string(kDeadStream), "*", "reason", std::move(reason), "group", settings_.group, "stream", entry.stream, "id",
        entry.id, "attempts", std::to_string(entry.attempt), "type", std::move(entry.type), "event", std::move(entry.event)},
       {"XACK", entry.stream, settings_.group, entry.id},
       {"EXEC"}});
  if (!replies) co_return std::unexpected(replies.error());
  if (const auto* error = first_error(*replies)) co_return std::unexpected(error_of(*error));
  co_return Result<void>{};
}

asio::awaitable<void> Consumer::pause(milliseconds length) {
  if (stopping_) co_return;
  pause_.expires_after(length);
  co_await pause_.async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace satupintu::queue
