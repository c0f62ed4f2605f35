// SPDX-License-Identifier: Apache-2.0
#include "gateway/errands.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <charconv>
#include <set>

#include "core/failpoint.hpp"
#include "gateway/clock.hpp"
#include "gateway/decoding.hpp"
#include "queue/awaiting.hpp"

namespace satupintu::gateway {

namespace asio = boost::asio;
using core::Errc;
using core::fail;
using core::Result;
using queue::Commit;
using queue::Errand;
using queue::ErrandKind;

namespace {

// Fewer than the threads that the way out has, so that servers which hang leave some to the pull channels.
constexpr std::size_t kAtOnce = 4;
constexpr std::chrono::seconds kLook{1};
constexpr std::chrono::seconds kFirstPause{5};
constexpr std::chrono::minutes kLongestPause{15};
// What the provider refuses it will refuse again a moment later; somebody may mend it within the hour.
constexpr std::chrono::hours kPauseAfterRefusal{1};

std::string to_payload(const ErrandSubject& subject) {
  return std::to_string(subject.seq) + ' ' + std::to_string(subject.index) + ' ' + std::to_string(subject.item) + ' ' +
         std::to_string(subject.total) + ' ' + std::to_string(static_cast<int>(subject.visibility));
}

ErrandSubject subject_of(const Errand& errand) {
  std::array<std::uint64_t, 5> numbers{};
  const char* at = errand.payload.data();
  const char* const end = at + errand.payload.size();
  for (auto& number : numbers) {
    at = std::from_chars(at, end, number).ptr;
    if (at != end) ++at;
  }
  return {numbers[0], static_cast<std::uint32_t>(numbers[1]), static_cast<std::uint32_t>(numbers[2]),
          static_cast<std::uint32_t>(numbers[3]), static_cast<core::Visibility>(numbers[4])};
}

core::Timestamp next_try(const Errand& errand, const core::Error& error) {
  if (error.code == Errc::refused || error.code == Errc::unauthentic) return now() + kPauseAfterRefusal;
  const auto doubled = kFirstPause * (1U << std::min(errand.attempts, 10U));
  return now() + std::min<std::chrono::seconds>(doubled, kLongestPause);
}

// Providers tell of a thing a moment before they have it.
constexpr unsigned kTriesBeforeItIsGone = 5;

// Trying again would give the same.
bool is_final(Errc code, unsigned attempts) {
  return code == Errc::too_large || (code == Errc::not_found && attempts + 1 >= kTriesBeforeItIsGone);
}

std::string_view why_lost(Errc code) {
  switch (code) {
    case Errc::not_found: return "gone_at_provider";
    case Errc::too_large: return "too_large";
    case Errc::unauthentic: return "no_access";
    case Errc::refused: return "refused";
    default: return "unavailable";
  }
}

// Ends the errand, and commits what came of it.
Commit ended(const Errand& errand, core::Delivery delivery) {
  Commit commit;
  commit.deliveries.push_back(std::move(delivery));
  commit.errands_done = {errand.id};
  return commit;
}

// What it was about is not there any more, or never was: nothing can come of it.
Commit dropped(const Errand& errand) {
  Commit commit;
  commit.errands_done = {errand.id};
  return commit;
}

Result<Commit> without_row(const Errand& errand, const core::Error& error) {
  if (error.code == Errc::not_found) return dropped(errand);
  return std::unexpected(error);
}

}  // namespace

Errand make_errand(ErrandKind kind, const std::string& account, ErrandSubject subject, core::Timestamp due, core::Timestamp expires,
                   std::string topic) {
  return {.id = 0,
          .kind = kind,
          .account = account,
          .topic = std::move(topic),
          .due = due,
          .expires = expires,
          .attempts = 0,
          .payload = to_payload(subject)};
}

Errands::Errands(asio::any_io_executor back, queue::Journal& journal, const Accounts& accounts, Outbound& outbound, MediaStore& media,
                 AccountStates& states, Telemetry& telemetry)
    : back_(back),
      sleep_(back),
      journal_(journal),
      accounts_(accounts),
      outbound_(outbound),
      media_(media),
      states_(states),
      telemetry_(telemetry) {
  for (const auto& [name, adapter] : accounts_) transports_.emplace(name, outbound_.transport_to(adapter->hosts()));
}

asio::awaitable<void> Errands::run() {
  while (!stopping_ && !journal_.failed()) {
    auto due = co_await journal_.errands_due(now(), kAtOnce + under_way_.size());
    if (!due) telemetry_.errands_stuck(due.error());
    for (auto& errand : due ? *due : std::vector<Errand>{}) {
      if (stopping_ || under_way_.size() >= kAtOnce) break;
      std::string key = errand.topic.empty() ? std::to_string(errand.id) : errand.topic;
      const auto [task, is_new] = under_way_.try_emplace(key);
      if (!is_new) continue;
      const auto ended = [this, key](std::exception_ptr failure) {
        under_way_.erase(key);
        sleep_.cancel();
        if (failure && !stopping_) std::rethrow_exception(failure);  // a bug; on stopping, the cancellation
      };
      asio::co_spawn(back_, attend(std::move(errand)), asio::bind_cancellation_slot(task->second.slot(), ended));
    }
    sleep_.expires_after(kLook);
    co_await sleep_.async_wait(queue::as_result);
  }
  while (!under_way_.empty()) {
    sleep_.expires_after(kLook);
    co_await sleep_.async_wait(queue::as_result);
  }
}

void Errands::stop() {
  asio::post(back_, [this] {
    stopping_ = true;
    sleep_.cancel();
    for (auto& [key, signal] : under_way_) signal.emit(asio::cancellation_type::terminal);
  });
}

void Errands::wake() {
  asio::post(back_, [this] { sleep_.cancel(); });
}

asio::awaitable<void> Errands::attend(Errand errand) {
  auto outcome = co_await carry_out(errand);
  core::failpoint("errands.before_commit");
  Result<queue::Seq> committed = 0;
  if (outcome) committed = co_await journal_.commit(std::move(*outcome));
  // A journal that takes no more deliveries still takes it that there will be another try.
  const bool must_wait = !outcome || (!committed && committed.error().code == Errc::overloaded);
  if (must_wait) {
    const core::Error error = outcome ? committed.error() : outcome.error();
    const core::Timestamp again_at = next_try(errand, error);
    telemetry_.errand_postponed(errand.account, error, errand.attempts + 1, again_at);
    Commit later;
    later.postponed = queue::Postponement{errand.id, again_at};
    committed = co_await journal_.commit(std::move(later));
  }
  if (!committed) telemetry_.errands_stuck(committed.error());
}

asio::awaitable<Result<Commit>> Errands::carry_out(const Errand& errand) {
  const bool needs_account = errand.kind == ErrandKind::fetch || errand.kind == ErrandKind::store;
  if (needs_account && !accounts_.contains(errand.account)) co_return fail(Errc::misconfigured, "the account is not in the configuration");
  switch (errand.kind) {
    case ErrandKind::fetch: co_return co_await fetch(errand);
    case ErrandKind::store: co_return co_await store(errand);
    case ErrandKind::join: co_return co_await join(errand);
    case ErrandKind::again: co_return co_await again(errand);
  }
  co_return dropped(errand);
}

// Fails with not_found when the row was erased.
asio::awaitable<Result<queue::JournalRow>> Errands::row_of(queue::Seq seq) {
  auto rows = co_await journal_.read(seq - 1, 1, 1);
  if (!rows) co_return std::unexpected(rows.error());
  if (rows->empty() || rows->front().seq != seq) co_return fail(Errc::not_found, "the row was erased");
  co_return std::move(rows->front());
}

asio::awaitable<Result<Commit>> Errands::fetch(const Errand& errand) {
  const ErrandSubject subject = subject_of(errand);
  const auto row = co_await row_of(subject.seq);
  if (!row) co_return without_row(errand, row.error());
  auto events = decode(accounts_, *row);
  if (!events || subject.index >= events->size()) co_return dropped(errand);
  const auto* pointer = std::get_if<core::Pointer>(&(*events)[subject.index]);
  if (pointer == nullptr) co_return dropped(errand);
  auto delivery = co_await accounts_.at(errand.account)->fetch(*pointer, *transports_.at(errand.account));
  if (delivery) {
    states_.reached(errand.account);
    delivery->account = errand.account;
    delivery->received_at = row->delivery.received_at;  // the citizen has waited since then
    co_return ended(errand, std::move(*delivery));
  }
  if (is_final(delivery.error().code, errand.attempts) || now() > errand.expires)
    co_return ended(errand, unfetched_delivery(row->delivery, *pointer, why_lost(delivery.error().code)));
  states_.failed(errand.account, delivery.error());
  co_return std::unexpected(delivery.error());
}

asio::awaitable<Result<Commit>> Errands::store(const Errand& errand) {
  const ErrandSubject subject = subject_of(errand);
  const auto row = co_await row_of(subject.seq);
  if (!row) co_return without_row(errand, row.error());
  auto events = decode(accounts_, *row);
  if (!events || subject.index >= events->size()) co_return dropped(errand);
  const auto* message = std::get_if<core::Message>(&(*events)[subject.index]);
  if (message == nullptr || subject.item >= message->attachments.size()) co_return dropped(errand);

  core::Attachment attachment = message->attachments[subject.item];
  auto stored = co_await bring_in(errand.account, row->delivery, attachment);
  if (!stored && !is_final(stored.error().code, errand.attempts) && stored.error().code != Errc::unreadable && now() <= errand.expires)
    co_return std::unexpected(stored.error());
  if (stored) {
    attachment.state = core::AttachmentState::stored;
    attachment.stored_id = stored->id;
    attachment.url = media_.link_to({.id = stored->id}, now());
    const bool may_have_metadata = stored->mime_type == "image/jpeg" || stored->mime_type == "image/png";
    if (may_have_metadata && subject.visibility != core::Visibility::secret)
      attachment.public_url = media_.link_to({.id = stored->id, .is_public = true}, now());
    attachment.mime_type = stored->mime_type;
    attachment.sha256 = stored->id;
    attachment.bytes = stored->bytes;
  } else {
    attachment.state = core::AttachmentState::lost;
    attachment.lost_why = stored.error().code == Errc::unreadable ? stored.error().what : std::string(why_lost(stored.error().code));
  }
  co_return ended(errand, attachment_delivery(row->delivery, *message, subject.item, attachment, subject.visibility,
                                              stored ? stored->position : std::optional<core::SharedPlace>()));
}

// Fails with unreadable and a word for the reason when it is nothing that is kept. Awaited where it is called, so that a delivery of
// 25 MB is not held twice.
asio::awaitable<Result<StoredMedia>> Errands::bring_in(const std::string& account, const core::Delivery& delivery,
                                                       core::Attachment attachment) {
  const adapters::Adapter& adapter = *accounts_.at(account);
  if (!attachment.inline_part.empty()) {
    auto bytes = adapter.extract(delivery, attachment);
    if (!bytes) co_return fail(Errc::not_found, bytes.error().what);
    co_return co_await queue::run_on<StoredMedia>(outbound_.pool(), [this, bytes = std::move(*bytes)] { return media_.keep_bytes(bytes); });
  }
  auto download = co_await adapter.download(attachment, *transports_.at(account));
  if (!download) {
    states_.failed(account, download.error());
    // That what came is no answer says nothing about the file.
    if (download.error().code == Errc::unreadable) co_return fail(Errc::unavailable, download.error().what);
    co_return std::unexpected(download.error());
  }
  states_.reached(account);
  if (!attachment.sha256.empty() && attachment.sha256 != download->sha256) {
    std::error_code ignored;
    std::filesystem::remove(download->file, ignored);
    co_return fail(Errc::unavailable, "what arrived is not what the provider's digest promises");
  }
  co_return co_await queue::run_on<StoredMedia>(outbound_.pool(), [this, file = download->file] { return media_.keep(file); });
}

// All parts that are there, once they are all or the wait for the rest is over.
asio::awaitable<Result<Commit>> Errands::join(const Errand& errand) {
  const auto siblings = co_await journal_.errands_of(errand.topic);
  if (!siblings) co_return std::unexpected(siblings.error());
  const unsigned total = subject_of(errand).total;
  std::map<std::uint32_t, const Errand*> by_number;
  core::Timestamp expires = errand.expires;
  for (const Errand& sibling : *siblings) {
    by_number.try_emplace(subject_of(sibling).item, &sibling);
    expires = std::min(expires, sibling.expires);
  }
  if (by_number.size() < total && now() < expires) {
    Commit later;
    later.postponed = queue::Postponement{errand.id, expires};
    co_return later;
  }
  Commit commit;
  std::vector<HeldPart> parts;
  for (const auto& [number, part] : by_number) {
    const ErrandSubject subject = subject_of(*part);
    auto row = co_await row_of(subject.seq);
    if (!row && row.error().code != Errc::not_found) co_return std::unexpected(row.error());
    if (row) parts.push_back({std::move(row->delivery), subject.index});
    commit.errands_done.push_back(part->id);
  }
  if (!parts.empty()) commit.deliveries.push_back(joined_delivery(parts, total));
  co_return commit;
}

asio::awaitable<Result<Commit>> Errands::again(const Errand& errand) {
  const ErrandSubject subject = subject_of(errand);
  const auto row = co_await row_of(subject.seq);
  if (!row) co_return without_row(errand, row.error());
  co_return ended(errand, again_delivery(row->delivery, subject.index));
}

}  // namespace satupintu::gateway
