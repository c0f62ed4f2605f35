// SPDX-License-Identifier: Apache-2.0
#include "queue/journal_reader.hpp"

#include <numeric>

#include "core/crypto.hpp"
#include "queue/journal_format.hpp"

namespace satupintu::queue {

using core::Errc;
using core::fail;
using core::Result;

std::string element_name(const Quarantined& quarantined) {
  return quarantined.index == kWholeDelivery ? "all" : std::to_string(quarantined.index);
}

bool Ledger::balances() const {
  return events ==
         std::accumulate(lines.begin(), lines.end(), std::uint64_t{0}, [](auto sum, const auto& line) { return sum + line.count; });
}

Result<JournalReader> JournalReader::open(const std::filesystem::path& directory, core::Secret master_key) {
  const auto file = directory / kJournalFile;
  if (!std::filesystem::exists(file)) return fail(Errc::not_found, "there is no journal in " + directory.string());
  auto database = Database::open(file, Database::Mode::read_only);
  if (!database) return std::unexpected(database.error());
  JournalReader reader;
  reader.database_ = std::move(*database);
  reader.master_key_ = std::move(master_key);

  auto state = reader.database_.prepare("SELECT version, gateway_id, key_check FROM journal");
  if (!state) return std::unexpected(state.error());
  const auto row = state->step();
  if (!row) return std::unexpected(row.error());
  if (!*row) return fail(Errc::misconfigured, file.string() + " is not a complete journal");
  if (state->integer(0) < kJournalVersion) {
    return fail(Errc::misconfigured,
                file.string() + " was written by an older version; start the gateway once, which brings it up to date");
  }
  if (state->integer(0) > kJournalVersion) {
    return fail(Errc::misconfigured, file.string() + " has version " + std::to_string(state->integer(0)) +
                                         ", this program writes version " + std::to_string(kJournalVersion) +
                                         "; use the program that wrote it");
  }
  reader.gateway_id_ = state->bytes(1);
  if (!core::decrypt(reader.master_key_, state->bytes(2), kKeyCheckContext)) {
    return fail(Errc::refused,
                "the journal in " + directory.string() + " was written under another master key; give the key it was made with");
  }
  auto rows = reader.database_.prepare("SELECT seq, day, received_at, sealed FROM delivery WHERE seq > ?1 ORDER BY seq LIMIT ?2");
  if (!rows) return std::unexpected(rows.error());
  auto key = reader.database_.prepare("SELECT wrapped FROM day_key WHERE day = ?1");
  if (!key) return std::unexpected(key.error());
  reader.select_rows_ = std::move(*rows);
  reader.select_key_ = std::move(*key);
  return reader;
}

Result<core::Secret> JournalReader::day_key(std::int64_t day) {
  if (const auto known = day_keys_.find(day); known != day_keys_.end()) return known->second;
  const auto found = select_key_.bind(1, day).step();
  if (!found) return std::unexpected(found.error());
  if (!*found) return fail(Errc::not_found, "the key of this day was erased");
  auto key = core::decrypt(master_key_, select_key_.bytes(0), day_key_context(day));
  select_key_.reset();
  if (!key) return std::unexpected(key.error());
  return day_keys_.emplace(day, core::Secret{std::move(*key)}).first->second;
}

Result<std::vector<JournalRow>> JournalReader::rows(Seq after, std::size_t max_rows, std::size_t max_bytes) {
  std::vector<JournalRow> rows;
  std::size_t bytes = 0;
  select_rows_.bind(1, static_cast<std::int64_t>(after)).bind(2, static_cast<std::int64_t>(max_rows));
  while (bytes < max_bytes) {
    const auto found = select_rows_.step();
    if (!found) return std::unexpected(found.error());
    if (!*found) break;
    JournalRow row{static_cast<Seq>(select_rows_.integer(0)), {}, false};
    row.delivery.received_at = core::from_unix_ms(select_rows_.integer(2));
    const std::string_view sealed = select_rows_.bytes(3);
    bytes += sealed.size();
    if (const auto key = day_key(select_rows_.integer(1))) {
      if (auto plain = core::decrypt(*key, sealed, delivery_context(row.seq))) {
        if (auto delivery = unpack(std::move(*plain), row.delivery.received_at)) {
          row.delivery = std::move(*delivery);
          row.readable = true;
        }
      }
    }
    rows.push_back(std::move(row));
  }
  select_rows_.reset();
  return rows;
}

Result<Ledger> JournalReader::ledger() {
  // One read transaction, so that the totals and the lines are of the same moment.
  if (auto begun = database_.run("BEGIN"); !begun) return std::unexpected(begun.error());
  Ledger ledger;
  auto read = [&]() -> Result<void> {
    auto totals = database_.prepare("SELECT cursor, events, (SELECT MAX(seq) FROM delivery) FROM journal");
    if (!totals) return std::unexpected(totals.error());
    if (const auto row = totals->step(); !row) return std::unexpected(row.error());
    ledger.processed = static_cast<std::uint64_t>(totals->integer(0));
    ledger.events = static_cast<std::uint64_t>(totals->integer(1));
    ledger.committed = std::max(ledger.processed, static_cast<std::uint64_t>(totals->integer(2)));
    auto lines = database_.prepare("SELECT account, outcome, why, count FROM ledger WHERE count > 0 ORDER BY account, outcome, why");
    if (!lines) return std::unexpected(lines.error());
    for (;;) {
      const auto row = lines->step();
      if (!row) return std::unexpected(row.error());
      if (!*row) return {};
      ledger.lines.push_back({std::string(lines->bytes(0)), std::string(lines->bytes(1)), std::string(lines->bytes(2)),
                              static_cast<std::uint64_t>(lines->integer(3))});
    }
  }();
  if (auto ended = database_.run("COMMIT"); read && !ended) read = std::unexpected(ended.error());
  if (!read) return std::unexpected(read.error());
  return ledger;
}

Result<std::vector<Quarantined>> JournalReader::quarantine() {
  auto select = database_.prepare("SELECT seq, element, account, why, at FROM quarantine ORDER BY seq, element");
  if (!select) return std::unexpected(select.error());
  std::vector<Quarantined> found;
  for (;;) {
    const auto row = select->step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return found;
    found.push_back({static_cast<Seq>(select->integer(0)), static_cast<std::uint32_t>(select->integer(1)), std::string(select->bytes(2)),
                     std::string(select->bytes(3)), core::from_unix_ms(select->integer(4))});
  }
}

Result<std::string> JournalReader::bookmark(std::string_view account, std::string_view name) {
  auto select = database_.prepare("SELECT value FROM bookmark WHERE account = ?1 AND name = ?2");
  if (!select) return std::unexpected(select.error());
  const auto row = select->bind_text(1, account).bind_text(2, name).step();
  if (!row) return std::unexpected(row.error());
  return *row ? std::string(select->bytes(0)) : std::string();
}

Result<std::vector<Errand>> JournalReader::errands_due(core::Timestamp until, std::size_t limit) {
  auto select = database_.prepare(
      "SELECT id, kind, account, topic, day, due, expires, attempts, sealed FROM errand WHERE due <= ?1 ORDER BY due, id LIMIT ?2");
  if (!select) return std::unexpected(select.error());
  select->bind(1, core::to_unix_ms(until)).bind(2, static_cast<std::int64_t>(limit));
  return read_errands(*select);
}

Result<std::vector<Errand>> JournalReader::errands_of(std::string_view topic) {
  auto select =
      database_.prepare("SELECT id, kind, account, topic, day, due, expires, attempts, sealed FROM errand WHERE topic = ?1 ORDER BY id");
  if (!select) return std::unexpected(select.error());
  select->bind_text(1, topic);
  return read_errands(*select);
}

Result<std::vector<Errand>> JournalReader::read_errands(Statement& select) {
  std::vector<Errand> errands;
  for (;;) {
    const auto row = select.step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return errands;
    Errand errand{.id = select.integer(0),
                  .kind = static_cast<ErrandKind>(select.integer(1)),
                  .account = std::string(select.bytes(2)),
                  .topic = std::string(select.bytes(3)),
                  .due = core::from_unix_ms(select.integer(5)),
                  .expires = core::from_unix_ms(select.integer(6)),
                  .attempts = static_cast<unsigned>(select.integer(7)),
                  .payload = {}};
    const auto key = day_key(select.integer(4));
    auto payload = key ? core::decrypt(*key, select.bytes(8), errand_context(errand.id)) : std::unexpected(key.error());
    if (!payload) continue;
    errand.payload = std::move(*payload);
    errands.push_back(std::move(errand));
  }
}

}  // namespace satupintu::queue
