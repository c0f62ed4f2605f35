// SPDX-License-Identifier: Apache-2.0
// How a journal lies on disk, shared by its writer and its readers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/delivery.hpp"

namespace satupintu::queue {

inline constexpr const char* kJournalFile = "journal.db";
inline constexpr std::int64_t kJournalVersion = 2;

// `journal` has one row. A day's data key is wrapped by the master key; deleting it erases the day's deliveries.
inline constexpr const char* kJournalSchema = R"(
CREATE TABLE journal (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  version INTEGER NOT NULL,
  gateway_id TEXT NOT NULL,
  key_check BLOB NOT NULL,
  cursor INTEGER NOT NULL,
  events INTEGER NOT NULL
) STRICT;
CREATE TABLE day_key (day INTEGER PRIMARY KEY, wrapped BLOB NOT NULL) STRICT;
CREATE TABLE delivery (seq INTEGER PRIMARY KEY, day INTEGER NOT NULL, received_at INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;
CREATE TABLE ledger (
  account TEXT NOT NULL, outcome TEXT NOT NULL, why TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (account, outcome, why)
) STRICT, WITHOUT ROWID;
CREATE TABLE quarantine (
  seq INTEGER NOT NULL, element INTEGER NOT NULL, account TEXT NOT NULL, why TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (seq, element)
) STRICT, WITHOUT ROWID;
)";

// What version 2 added. A bookmark is what a pull channel remembers; an errand is described in queue/errand.hpp.
inline constexpr const char* kJournalSchemaSince2 = R"(
CREATE TABLE bookmark (
  account TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (account, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE errand (
  id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, account TEXT NOT NULL, topic TEXT NOT NULL, day INTEGER NOT NULL,
  due INTEGER NOT NULL, expires INTEGER NOT NULL, attempts INTEGER NOT NULL, sealed BLOB NOT NULL
) STRICT;
CREATE INDEX errand_due ON errand (due);
CREATE INDEX errand_topic ON errand (topic);
)";

// What a row's and a key's encryption is bound to, so that neither can be moved elsewhere.
[[nodiscard]] std::string delivery_context(std::uint64_t seq);
[[nodiscard]] std::string day_key_context(std::int64_t day);
[[nodiscard]] std::string errand_context(std::int64_t id);
inline constexpr std::string_view kKeyCheckContext = "satupintu journal key check";

[[nodiscard]] std::int64_t day_of(core::Timestamp at);

// Account, head and body as one string, each of the first two with its length. A body of 25 MB is moved there and back, not held twice.
[[nodiscard]] std::string pack(core::Delivery delivery);
[[nodiscard]] std::optional<core::Delivery> unpack(std::string packed, core::Timestamp received_at);

}  // namespace satupintu::queue
