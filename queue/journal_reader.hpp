// SPDX-License-Identifier: Apache-2.0
// Reads a journal without ever writing to it: for the pipeline, and for the command line while the gateway runs.
// Not for use by several threads at once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/delivery.hpp"
#include "core/error.hpp"
#include "core/secret.hpp"
#include "queue/errand.hpp"
#include "queue/sqlite.hpp"

namespace satupintu::queue {

using Seq = std::uint64_t;  // 1 for the first delivery

struct JournalRow {
  Seq seq;
  core::Delivery delivery;  // account and body are empty when the row cannot be decrypted
  bool readable = true;
};

// What became of the events of one delivery, to be counted in the ledger.
struct Disposition {
  std::string account;
  std::string outcome;  // published, appended, repeated, answered, duplicate, ignored, quarantined
  std::string why;      // for ignored and quarantined
  std::uint64_t count = 1;
};

inline constexpr std::uint32_t kWholeDelivery = 0xFFFF'FFFF;

struct Quarantined {
  Seq seq;
  std::uint32_t index;  // of the element in its delivery, or kWholeDelivery
  std::string account;
  std::string why;
  core::Timestamp at;
};

// "all" for the delivery as a whole, else the index in digits.
[[nodiscard]] std::string element_name(const Quarantined& quarantined);

struct Ledger {
  std::uint64_t committed = 0;     // deliveries, ever
  std::uint64_t processed = 0;     // deliveries up to the cursor
  std::uint64_t events = 0;        // decoded out of the processed ones
  std::vector<Disposition> lines;  // one per account, outcome and reason
  // Every event of a processed delivery has exactly one outcome.
  [[nodiscard]] bool balances() const;
};

class JournalReader {
 public:
  // Fails with not_found when there is no journal, refused when `master_key` is not its key.
  [[nodiscard]] static core::Result<JournalReader> open(const std::filesystem::path& directory, core::Secret master_key);

  // Rows after `after`, in order: at least one if there is any, then as many as fit both limits.
  [[nodiscard]] core::Result<std::vector<JournalRow>> rows(Seq after, std::size_t max_rows, std::size_t max_bytes);
  [[nodiscard]] core::Result<Ledger> ledger();
  [[nodiscard]] core::Result<std::vector<Quarantined>> quarantine();
  // Empty where nothing was committed under that name.
  [[nodiscard]] core::Result<std::string> bookmark(std::string_view account, std::string_view name);
  // The first to fall due up to `until`, at most `limit` of them. One that cannot be decrypted is passed over.
  [[nodiscard]] core::Result<std::vector<Errand>> errands_due(core::Timestamp until, std::size_t limit);
  [[nodiscard]] core::Result<std::vector<Errand>> errands_of(std::string_view topic);
  [[nodiscard]] const std::string& gateway_id() const noexcept { return gateway_id_; }

 private:
  JournalReader() = default;
  core::Result<core::Secret> day_key(std::int64_t day);
  core::Result<std::vector<Errand>> read_errands(Statement& select);

  Database database_;
  Statement select_rows_;
  Statement select_key_;
  core::Secret master_key_;
  std::map<std::int64_t, core::Secret> day_keys_;
  std::string gateway_id_;
};

}  // namespace satupintu::queue
