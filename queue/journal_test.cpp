// SPDX-License-Identifier: Apache-2.0
#include "queue/journal.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "core/crypto.hpp"
#include "queue/sqlite.hpp"
#include "tests/support/run.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace satupintu;
using namespace satupintu::queue;
using tests::run;

namespace {

const core::Timestamp kNow = core::parse_rfc3339("2026-01-05T03:04:05Z").value();
const core::Secret kKey{std::string(32, 'k')};

core::Delivery delivery(std::string body, core::Timestamp at = kNow) { return {"wa-utama", at, "kepala", std::move(body)}; }

std::unique_ptr<Journal> open(const std::filesystem::path& directory, JournalSettings settings = {}) {
  settings.directory = directory;
  auto journal = Journal::open(settings, kKey);
  REQUIRE_MESSAGE(journal.has_value(), (journal ? "" : journal.error().what));
  return std::move(*journal);
}

void wait_for_cursor(const Journal& journal, Seq seq) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (journal.cursor() < seq && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  REQUIRE(journal.cursor() == seq);
}

std::string bytes_of_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("appended_deliveries_come_back_in_order_and_unchanged") {
  const tests::TemporaryDirectory directory;
  {
    const auto journal = open(directory.path());
    CHECK(run(journal->append(delivery("satu"))).value() == 1);
    CHECK(run(journal->append(delivery(std::string("dua\0tiga", 8)))).value() == 2);
    CHECK(journal->last() == 2);
  }
  const auto journal = open(directory.path());
  CHECK(journal->last() == 2);
  CHECK(run(journal->append(delivery("empat"))).value() == 3);
  const auto rows = run(journal->read(0, 100, 1 << 20)).value();
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].seq == 1);
  CHECK(rows[0].delivery.account == "wa-utama");
  CHECK(rows[0].delivery.head == "kepala");
  CHECK(rows[0].delivery.received_at == kNow);
  CHECK(rows[1].delivery.body == std::string("dua\0tiga", 8));
  CHECK(run(journal->read(1, 1, 1 << 20)).value().front().seq == 2);
  CHECK(run(journal->read(0, 100, 1)).value().size() == 1);
  CHECK(run(journal->read(3, 100, 1 << 20)).value().empty());
}

TEST_CASE("an_answered_delivery_survives_kill") {
  const tests::TemporaryDirectory directory;
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto journal = Journal::open({directory.path()}, kKey);
    for (char i = 0; i < 20; ++i) {
      if (run((*journal)->append(delivery("laporan")))) [[maybe_unused]]
        const auto told = ::write(pipe_ends[1], "!", 1);
    }
    ::raise(SIGKILL);
  }
  ::close(pipe_ends[1]);
  std::size_t answered = 0;
  char mark = 0;
  while (::read(pipe_ends[0], &mark, 1) == 1) ++answered;
  ::close(pipe_ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WTERMSIG(status) == SIGKILL);
  CHECK(answered == 20);
  CHECK(open(directory.path())->last() == answered);
}

TEST_CASE("appends_that_wait_together_are_committed_together_and_each_gets_its_own_number") {
  const tests::TemporaryDirectory directory;
  boost::asio::io_context io;
  const auto journal = open(directory.path());
  std::vector<Seq> numbers;
  for (int i = 0; i < 500; ++i) {
    boost::asio::co_spawn(io, journal->append(delivery("laporan " + std::to_string(i))),
                          [&](std::exception_ptr, core::Result<Seq> seq) { numbers.push_back(seq.value()); });
  }
  io.run();
  REQUIRE(numbers.size() == 500);
  const auto rows = run(journal->read(0, 1000, 1 << 20)).value();
  for (std::size_t i = 0; i < 500; ++i) {
    CHECK(numbers[i] == i + 1);
    CHECK(rows[i].delivery.body == "laporan " + std::to_string(i));
  }
}

TEST_CASE("the_cursor_and_the_ledger_move_together_and_survive_a_restart") {
  const tests::TemporaryDirectory directory;
  {
    const auto journal = open(directory.path());
    for (int i = 0; i < 3; ++i) REQUIRE(run(journal->append(delivery("x"))));
    CHECK(journal->oldest_waiting() == kNow);
    CHECK(journal->backlog_bytes() > 0);
    journal->advance({2,
                      3,
                      {{"wa-utama", "published", "", 2}, {"wa-utama", "quarantined", "bad_element", 1}},
                      {{2, 1, "wa-utama", "bad_element", kNow}},
                      {}});
    journal->advance({3, 1, {{"wa-utama", "published", "", 1}}, {}, {}});
    wait_for_cursor(*journal, 3);
    CHECK(journal->backlog_bytes() == 0);
  }
  const auto journal = open(directory.path());
  CHECK(journal->cursor() == 3);
  CHECK_FALSE(journal->oldest_waiting());
  auto reader = JournalReader::open(directory.path(), kKey).value();
  const auto ledger = reader.ledger().value();
  CHECK(ledger.committed == 3);
  CHECK(ledger.processed == 3);
  CHECK(ledger.events == 4);
  CHECK(ledger.balances());
  REQUIRE(ledger.lines.size() == 2);
  CHECK(ledger.lines[0].count == 3);
  const auto quarantined = reader.quarantine().value();
  REQUIRE(quarantined.size() == 1);
  CHECK(quarantined[0].seq == 2);
  CHECK(quarantined[0].why == "bad_element");
}

TEST_CASE("a_released_event_changes_its_outcome_and_the_ledger_still_balances") {
  const tests::TemporaryDirectory directory;
  const auto journal = open(directory.path());
  REQUIRE(run(journal->append(delivery("x"))));
  journal->advance({1, 1, {{"wa-utama", "quarantined", "unreadable", 1}}, {{1, kWholeDelivery, "wa-utama", "unreadable", kNow}}, {}});
  wait_for_cursor(*journal, 1);
  const auto held = run(journal->quarantine()).value();
  REQUIRE(held.size() == 1);
  CHECK(held[0].index == kWholeDelivery);
  journal->advance({1, 2, {{"wa-utama", "published", "", 2}}, {}, held});
  REQUIRE(run(journal->append(delivery("y"))));  // commits in the same order
  auto reader = JournalReader::open(directory.path(), kKey).value();
  CHECK(reader.quarantine().value().empty());
  const auto ledger = reader.ledger().value();
  CHECK(ledger.events == 2);
  CHECK(ledger.balances());
  REQUIRE(ledger.lines.size() == 1);
  CHECK(ledger.lines[0].outcome == "published");
}

TEST_CASE("a_ledger_that_lost_an_outcome_does_not_balance") {
  Ledger ledger{10, 10, 3, {{"a", "published", "", 2}}};
  CHECK_FALSE(ledger.balances());
  ledger.lines.push_back({"a", "ignored", "status", 1});
  CHECK(ledger.balances());
}

TEST_CASE("a_second_gateway_on_the_same_directory_is_refused") {
  const tests::TemporaryDirectory directory;
  const auto journal = open(directory.path());
  const auto second = Journal::open({directory.path()}, kKey);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == core::Errc::misconfigured);
  CHECK(second.error().what.contains("another gateway"));
}

TEST_CASE("bodies_are_unreadable_on_disk_and_under_another_key") {
  const tests::TemporaryDirectory directory;
  {
    const auto journal = open(directory.path());
    REQUIRE(run(journal->append(delivery("nomor saya 0811 sekian"))));
    CHECK_FALSE(bytes_of_file(directory.path() / "journal.db-wal").contains("nomor saya"));
  }
  CHECK_FALSE(bytes_of_file(directory.path() / "journal.db").contains("nomor saya"));
  const auto other = Journal::open({directory.path()}, core::Secret{std::string(32, 'x')});
  REQUIRE_FALSE(other);
  CHECK(other.error().what.contains("another master key"));
}

TEST_CASE("a_changed_row_is_reported_unreadable_and_its_neighbours_are_not") {
  const tests::TemporaryDirectory directory;
  {
    const auto journal = open(directory.path());
    for (int i = 0; i < 3; ++i) REQUIRE(run(journal->append(delivery("x"))));
  }
  {
    auto database = Database::open(directory.path() / "journal.db", Database::Mode::write).value();
    REQUIRE(database.run("UPDATE delivery SET sealed = zeroblob(64) WHERE seq = 2"));
  }
  const auto rows = run(open(directory.path())->read(0, 10, 1 << 20)).value();
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].readable);
  CHECK_FALSE(rows[1].readable);
  CHECK(rows[2].readable);
}

TEST_CASE("a_full_backlog_is_refused_before_anything_is_promised") {
  const tests::TemporaryDirectory directory;
  SUBCASE("by bytes") {
    const auto journal = open(directory.path(), {.max_backlog_bytes = 1000});
    REQUIRE(run(journal->append(delivery(std::string(1200, 'x')))));
    CHECK(run(journal->append(delivery("x"))).error().code == core::Errc::overloaded);
    journal->advance({1, 1, {{"wa-utama", "published", "", 1}}, {}, {}});
    wait_for_cursor(*journal, 1);
    CHECK(run(journal->append(delivery("x"))));
  }
  SUBCASE("by age") {
    const auto journal = open(directory.path(), {.max_backlog_age = std::chrono::hours{1}});
    REQUIRE(run(journal->append(delivery("x"))));
    CHECK(run(journal->append(delivery("x", kNow + std::chrono::minutes{59}))));
    CHECK(run(journal->append(delivery("x", kNow + std::chrono::minutes{61}))).error().code == core::Errc::overloaded);
  }
}

TEST_CASE("a_failed_commit_latches_the_journal_for_good") {
  const tests::TemporaryDirectory directory;
  const auto journal = open(directory.path());
  std::atomic<int> failures{0};
  journal->on_failure([&] { ++failures; });
  REQUIRE(run(journal->append(delivery("x"))));
  {
    auto intruder = Database::open(directory.path() / "journal.db", Database::Mode::write).value();
    REQUIRE(intruder.run("DROP TABLE delivery"));
  }
  CHECK(run(journal->append(delivery("x"))).error().code == core::Errc::journal_failed);
  CHECK(run(journal->append(delivery("x"))).error().code == core::Errc::journal_failed);
  CHECK(journal->failed());
  CHECK(failures == 1);
}

TEST_CASE("days_past_retention_are_erased_with_their_keys_but_never_what_still_waits") {
  const tests::TemporaryDirectory directory;
  const auto journal = open(directory.path(), {.max_backlog_age = std::chrono::days{1000}});
  const auto old = kNow - std::chrono::days{40};
  REQUIRE(run(journal->append(delivery("lama", old))));
  REQUIRE(run(journal->append(delivery("lama, belum selesai", old))));
  REQUIRE(run(journal->append(delivery("baru"))));
  journal->advance({1, 1, {{"wa-utama", "published", "", 1}}, {}, {}});
  wait_for_cursor(*journal, 1);
  CHECK(run(journal->erase_expired(kNow)).value() == 1);
  CHECK(run(journal->read(0, 10, 1 << 20)).value().size() == 2);
  journal->advance({3, 2, {{"wa-utama", "published", "", 2}}, {}, {}});
  wait_for_cursor(*journal, 3);
  CHECK(run(journal->erase_expired(kNow)).value() == 1);
  const auto rows = run(journal->read(0, 10, 1 << 20)).value();
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].delivery.body == "baru");
  CHECK(run(journal->erase_expired(kNow + std::chrono::days{3650})).value() == 0);  // a clock gone mad
  auto database = Database::open(directory.path() / "journal.db", Database::Mode::read_only).value();
  auto keys = database.prepare("SELECT COUNT(*) FROM day_key").value();
  REQUIRE(keys.step().value());
  CHECK(keys.integer(0) == 1);
}

TEST_CASE("a_damaged_journal_is_refused_and_left_as_it_is") {
  const tests::TemporaryDirectory directory;
  const std::string garbage(8192, 'z');
  std::ofstream(directory.path() / "journal.db", std::ios::binary) << garbage;
  const auto journal = Journal::open({directory.path()}, kKey);
  REQUIRE_FALSE(journal);
  CHECK(journal.error().code == core::Errc::misconfigured);
  CHECK(bytes_of_file(directory.path() / "journal.db") == garbage);
}

namespace {

Errand errand(ErrandKind kind, core::Timestamp due, std::string payload, std::string topic = {}) {
  return {.id = 0,
          .kind = kind,
          .account = "wa-utama",
          .topic = std::move(topic),
          .due = due,
          .expires = due + std::chrono::days{1},
          .attempts = 0,
          .payload = std::move(payload)};
}

}  // namespace

TEST_CASE("a_bookmark_moves_with_its_deliveries_or_not_at_all") {
  const tests::TemporaryDirectory directory;
  {
    const auto journal = open(directory.path());
    CHECK(run(journal->bookmark("surat", "INBOX")).value().empty());
    Commit commit;
    commit.deliveries = {delivery("satu"), delivery("dua")};
    commit.bookmark = Bookmark{"surat", "INBOX", "7:2"};
    CHECK(run(journal->commit(commit)).value() == 2);
    commit.deliveries = {};
    commit.bookmark->value = "7:3";
    CHECK(run(journal->commit(commit)).value() == 2);
    CHECK(run(journal->append(delivery("tiga"))).value() == 3);
  }
  const auto journal = open(directory.path());
  CHECK(journal->last() == 3);
  CHECK(run(journal->bookmark("surat", "INBOX")).value() == "7:3");
  CHECK(run(journal->bookmark("surat", "Arsip")).value().empty());

  JournalSettings full;
  full.max_backlog_bytes = 1;
  const tests::TemporaryDirectory other;
  const auto small = open(other.path(), full);
  CHECK(run(small->append(delivery("penuh"))));
  Commit refused;
  refused.deliveries = {delivery("lagi")};
  refused.bookmark = Bookmark{"surat", "INBOX", "7:9"};
  CHECK(run(small->commit(refused)).error().code == core::Errc::overloaded);
  CHECK(run(small->bookmark("surat", "INBOX")).value().empty());
}

TEST_CASE("an_errand_stays_until_it_is_done") {
  const tests::TemporaryDirectory directory;
  {
    const auto journal = open(directory.path());
    bool told = false;
    CHECK(run(journal->append(delivery("satu"))));
    journal->on_errands([&told] { told = true; });
    journal->advance(
        {1,
         1,
         {{"wa-utama", "published", "", 1}},
         {},
         {},
         {errand(ErrandKind::store, kNow, "foto"), errand(ErrandKind::join, kNow + std::chrono::minutes{10}, "bagian", "t1")}});
    wait_for_cursor(*journal, 1);
    CHECK(run(journal->append(delivery("dua"))));  // behind the commit that told of them
    CHECK(told);
  }
  const auto journal = open(directory.path());
  const auto due = run(journal->errands_due(kNow, 10)).value();
  REQUIRE(due.size() == 1);
  CHECK(due[0].kind == ErrandKind::store);
  CHECK(due[0].payload == "foto");
  CHECK(due[0].expires == kNow + std::chrono::days{1});
  CHECK(run(journal->errands_due(kNow + std::chrono::hours{1}, 10)).value().size() == 2);
  CHECK(run(journal->errands_of("t1")).value().at(0).payload == "bagian");
  CHECK(run(journal->errands_of("t2")).value().empty());

  Commit later;
  later.postponed = Postponement{due[0].id, kNow + std::chrono::minutes{1}};
  CHECK(run(journal->commit(later)));
  CHECK(run(journal->errands_due(kNow, 10)).value().empty());
  const auto again = run(journal->errands_due(kNow + std::chrono::minutes{1}, 10)).value();
  REQUIRE(again.size() == 1);
  CHECK(again[0].attempts == 1);

  Commit done;
  done.deliveries = {delivery("tersimpan")};
  done.errands_done = {due[0].id};
  CHECK(run(journal->commit(done)).value() == 3);
  CHECK(run(journal->errands_due(kNow + std::chrono::days{1}, 10)).value().size() == 1);

  // Whoever does it once more enters nothing.
  done.deliveries = {delivery("tersimpan lagi")};
  CHECK(run(journal->commit(done)).value() == 3);
  CHECK(journal->last() == 3);
}

TEST_CASE("an_errand_is_encrypted_on_disk_and_erased_with_its_day") {
  const tests::TemporaryDirectory directory;
  {
    const auto journal = open(directory.path());
    CHECK(run(journal->append(delivery("satu"))));
    journal->advance({1, 1, {{"wa-utama", "published", "", 1}}, {}, {}, {errand(ErrandKind::fetch, kNow, "rahasia-pelapor")}});
    wait_for_cursor(*journal, 1);
  }
  for (const auto& file : std::filesystem::directory_iterator(directory.path())) {
    CAPTURE(file.path());
    CHECK_FALSE(bytes_of_file(file.path()).contains("rahasia-pelapor"));
  }
  const auto journal = open(directory.path());
  CHECK(run(journal->append(delivery("empat puluh hari kemudian", kNow + std::chrono::days{40}))));
  CHECK(run(journal->erase_expired(kNow + std::chrono::days{40})).value() == 1);
  CHECK(run(journal->errands_due(kNow + std::chrono::days{50}, 10)).value().empty());
}

TEST_CASE("a_journal_of_version_1_is_brought_up_to_date_with_all_that_is_in_it") {
  const tests::TemporaryDirectory directory;
  {
    const auto journal = open(directory.path());
    CHECK(run(journal->append(delivery("dari dulu"))));
  }
  {
    auto database = Database::open(directory.path() / "journal.db", Database::Mode::write);
    REQUIRE(database);
    REQUIRE(database->run("DROP TABLE bookmark; DROP TABLE errand; UPDATE journal SET version = 1"));
  }
  const auto reader = JournalReader::open(directory.path(), kKey);
  REQUIRE_FALSE(reader);
  CHECK(reader.error().what.contains("start the gateway once"));
  const auto journal = open(directory.path());
  CHECK(run(journal->read(0, 10, 1000)).value().at(0).delivery.body == "dari dulu");
  CHECK(run(journal->bookmark("surat", "INBOX")).value().empty());
  CHECK(run(journal->errands_due(kNow + std::chrono::days{50}, 10)).value().empty());
}

TEST_CASE("a_late_outcome_of_an_old_delivery_does_not_make_the_backlog_old") {
  const tests::TemporaryDirectory directory;
  JournalSettings settings;
  settings.max_backlog_age = std::chrono::hours{72};
  const auto journal = open(directory.path(), settings);
  CHECK(run(journal->append(delivery("baru"))));
  journal->advance({1, 1, {{"wa-utama", "published", "", 1}}, {}, {}});
  wait_for_cursor(*journal, 1);
  CHECK(run(journal->append(delivery("foto dari enam hari lalu", kNow - std::chrono::days{6}))));
  CHECK(journal->oldest_waiting() == kNow);
  CHECK(run(journal->append(delivery("lagi"))));
}
