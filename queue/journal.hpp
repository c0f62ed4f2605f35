// SPDX-License-Identifier: Apache-2.0
// The durable log between the front and the back of the house. `append` returns once the delivery is on disk
// (SQLite, WAL, synchronous=FULL); from then on it cannot be lost. One writer thread commits in groups; a
// lone append does not wait for company. A failed commit latches the journal failed for good: every later
// append fails with journal_failed and the process must exit, because after a failed fsync nobody knows what
// is on disk.
//
// Invariant: sequence numbers are given without gaps in commit order, and `cursor() <= last()`.
// Threads: every function may be called from any thread; awaited results come back on the awaiting executor.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/delivery.hpp"
#include "core/error.hpp"
#include "core/secret.hpp"
#include "core/time.hpp"
#include "queue/journal_reader.hpp"

namespace satupintu::queue {

struct JournalSettings {
  std::filesystem::path directory = {};           // holds journal.db and the lock
  std::uint64_t max_backlog_bytes = 2ULL << 30U;  // above it `append` fails with overloaded
  std::chrono::milliseconds max_backlog_age = std::chrono::hours{72};
  std::chrono::milliseconds retention = std::chrono::days{35};
};

// What a pull channel remembers from one round to the next.
struct Bookmark {
  std::string account, name, value;
};

// One step of the cursor, and what it adds to the ledger.
struct Advance {
  Seq to = 0;                             // at or below the cursor: it stays where it is
  std::uint64_t events = 0;               // decoded out of the rows passed
  std::vector<Disposition> dispositions;  // their counts add up to `events`
  std::vector<Quarantined> quarantined;
  std::vector<Quarantined> released;  // run again since: their events and outcomes are taken back
  std::vector<Errand> errands = {};   // what remains to be done about them
};

// What is to be committed in one transaction.
struct Commit {
  std::vector<core::Delivery> deliveries = {};
  std::optional<Bookmark> bookmark = {};
  std::vector<std::int64_t> errands_done = {};
  std::optional<Postponement> postponed = {};
};

class Journal {
 public:
  // Takes the lock on the directory, opens or creates the journal, checks it and starts the writer. Fails with
  // misconfigured when another process holds the lock, the master key is another one, or the file is damaged.
  [[nodiscard]] static core::Result<std::unique_ptr<Journal>> open(JournalSettings settings, core::Secret master_key);
  ~Journal();  // commits what is waiting, then closes
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Commits the delivery. Fails with overloaded (backlog over its limits) or journal_failed.
  boost::asio::awaitable<core::Result<Seq>> append(core::Delivery delivery);

  // Commits all of it or nothing, and gives the place of the last delivery so far. Where one of the errands was done already, the
  // deliveries are left out. Fails as `append` does, with overloaded only when there are deliveries.
  boost::asio::awaitable<core::Result<Seq>> commit(Commit commit);

  // Rows after `after`, as JournalReader::rows gives them, read on a thread of their own.
  boost::asio::awaitable<core::Result<std::vector<JournalRow>>> read(Seq after, std::size_t max_rows, std::size_t max_bytes);

  // Moves the cursor to `to` and counts what became of the rows up to it, in one transaction with the next commit.
  // Losing it in a crash is harmless: the rows are run again and get the same outcomes.
  void advance(Advance advance);

  // What is in quarantine, read on the same thread as `read`.
  boost::asio::awaitable<core::Result<std::vector<Quarantined>>> quarantine();

  // As JournalReader's functions of those names, read on the same thread.
  boost::asio::awaitable<core::Result<std::string>> bookmark(std::string account, std::string name);
  boost::asio::awaitable<core::Result<std::vector<Errand>>> errands_due(core::Timestamp until, std::size_t limit);
  boost::asio::awaitable<core::Result<std::vector<Errand>>> errands_of(std::string topic);

  // Called on the writer thread after a commit that added errands. Set once, before the first append.
  void on_errands(std::function<void()> listener);
  // Called on the writer thread after each commit of new rows. Set once, before the first append.
  void on_commit(std::function<void()> listener);
  // Called once on the writer thread when the journal latches failed.
  void on_failure(std::function<void()> listener);

  [[nodiscard]] Seq cursor() const noexcept;
  [[nodiscard]] Seq last() const noexcept;
  [[nodiscard]] bool failed() const noexcept;
  [[nodiscard]] std::uint64_t backlog_bytes() const noexcept;
  // When the oldest delivery after the cursor was received.
  [[nodiscard]] std::optional<core::Timestamp> oldest_waiting() const noexcept;
  // Random name of this journal, made with it: tells gateways apart in Redis.
  [[nodiscard]] const std::string& gateway_id() const noexcept;

  // Erases days that ended longer ago than the retention and lie before the cursor: rows and data keys.
  boost::asio::awaitable<core::Result<std::uint64_t>> erase_expired(core::Timestamp now);

 private:
  struct State;
  explicit Journal(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace satupintu::queue
