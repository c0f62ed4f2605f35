// SPDX-License-Identifier: Apache-2.0
#include "adapters/hotline/cdr.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "adapters/hotline/call_rows.hpp"
#include "tests/support/scripted_transport.hpp"

using namespace satupintu;
using namespace satupintu::adapters;
using namespace satupintu::tests;
using namespace std::string_literals;

namespace {

const std::string kFile = "/var/log/asterisk/cdr-csv/Master.csv";

struct Account {
  core::SettingsReport report;
  std::unique_ptr<Adapter> adapter;

  explicit Account(const std::string& format = "master-csv", const std::string& file = kFile) {
    const core::SettingsNode root{core::SettingsNode::Table{{"file", {file}}, {"format", {format}}}};
    core::Settings settings(root, report);
    adapter = make_hotline_cdr("cdr", settings);
  }
};

std::string line(const std::string& disposition, const std::string& unique, const std::string& linked = {}) {
  return R"("","081255501001","112","dari-luar","""Sari"" <081255501001>","PJSIP/trunk-1","","Queue","q112","2026-01-01 07:58:21","","2026-01-01 07:59:56",95,0,")" +
         disposition + R"(","DOCUMENTATION",")" + unique + "\",\"\"" + (linked.empty() ? "" : ",\"\",\"" + linked + "\",3") + "\n";
}

std::vector<std::string> reasons(const std::string& body, const std::string& format = "master-csv") {
  const auto events =
      Account().adapter->decode({.account = "cdr", .received_at = {}, .head = "format: " + format + "\nfile: x", .body = body});
  REQUIRE(events);
  std::vector<std::string> all;
  for (const auto& event : *events) {
    if (const auto* ignored = std::get_if<core::Ignored>(&event)) all.push_back(ignored->why);
    else all.push_back(std::holds_alternative<core::Unreadable>(event) ? "unreadable" : "message");
  }
  return all;
}

using Reasons = std::vector<std::string>;

// Rounds of an account over a scripted file.
struct Rounds {
  Account account;
  ScriptedTransport transport;
  ScriptedInbox inbox;

  core::Result<void> next() {
    auto result = run(account.adapter->poll(inbox, transport));
    if (!result) return std::unexpected(result.error());
    CHECK_FALSE(result->has_value());
    return {};
  }
  void write(std::uint64_t inode, const std::string& bytes, const std::string& suffix = {}) {
    transport.files[kFile + suffix] = {.inode = inode, .size = bytes.size(), .bytes = bytes};
  }
  [[nodiscard]] std::string committed() const {
    std::string all;
    for (const auto& delivery : inbox.deliveries) all += delivery.body;
    return all;
  }
  [[nodiscard]] std::string bookmark() const { return inbox.bookmarks.at("position"); }
};

}  // namespace

// ------------------------------------------------------------------ decode

TEST_CASE("every_line_is_counted_once") {
  CHECK(reasons(line("ANSWERED", "1.1") + line("NO ANSWER", "1.2") + line("BUSY", "1.3") + line("FAILED", "1.4") +
                line("CONGESTION", "1.5")) == Reasons{"call_answered", "call_missed", "call_busy", "call_failed", "call_failed"});
  CHECK(reasons("x\n" + line("ANSWERED", "1.1") + "\"\n") == Reasons{"unreadable", "call_answered", "unreadable"});
  CHECK(reasons("") == Reasons{"empty"});
}

TEST_CASE("a_call_that_one_telephone_answered_was_not_missed") {
  CHECK(reasons(line("NO ANSWER", "1.1", "1.1") + line("BUSY", "1.1", "1.1") + line("ANSWERED", "1.2", "1.1")) ==
        Reasons{"call_answered", "call_leg", "call_leg"});
  CHECK(reasons(line("BUSY", "1.1", "1.1") + line("NO ANSWER", "1.2", "1.1") + line("NO ANSWER", "1.3", "1.3")) ==
        Reasons{"call_missed", "call_leg", "call_missed"});
  CHECK(reasons(line("NO ANSWER", "1.1") + line("ANSWERED", "1.1")) == Reasons{"call_answered", "call_leg"});
}

TEST_CASE("rows_that_name_no_call_are_calls_of_their_own") {
  const std::string row = R"("","0812","112","x","","a","","Queue","","2026-01-01 07:58:21","","2026-01-01 07:58:50",29,0,"NO ANSWER","3")"
                          "\n";
  CHECK(reasons(row + row) == Reasons{"call_missed", "call_missed"});
}

TEST_CASE("who_waited_in_vain_is_counted_as_abandoned") {
  CHECK(reasons("1767229236|1.9|q|NONE|ABANDON|1|2|35\n1767229237|1.8|q|NONE|EXITWITHTIMEOUT|1|1|120\n1767229238|1.7|q|A|CONNECT|3|x|2\n"
                "1767229239|1.7|q|A|COMPLETEAGENT|3|75|1\n1767229240|NONE|q|A|PAUSE|\n",
                "queue-log") == Reasons{"call_abandoned", "call_abandoned", "queue_event", "call_completed", "queue_event"});
  CHECK(reasons("1767229237|1.8|q|NONE|EXITEMPTY|1|1|120\n1767229238|1.8|q2|A|CONNECT|3|x|2\n", "queue-log") ==
        Reasons{"queue_event", "queue_event"});
  CHECK(reasons("x\n1767229237|1.8|q|NONE\n1767229237|1.8|q|NONE|abandon|\n", "queue-log") ==
        Reasons{"unreadable", "unreadable", "unreadable"});
}

TEST_CASE("a_format_that_no_version_writes_is_unreadable") {
  for (const char* head : {"", "format: lain\nfile: x", "file: x\nformat: master-csv"}) {
    const auto events = Account().adapter->decode({.account = "cdr", .received_at = {}, .head = head, .body = line("ANSWERED", "1.1")});
    REQUIRE_FALSE(events);
    CHECK(events.error().code == core::Errc::unreadable);
  }
}

TEST_CASE("an_account_that_pulls_takes_no_requests") {
  const auto admission = Account().adapter->admit({.method = "POST", .path = "/channels/cdr", .query = {}, .headers = {}, .body = {}}, {});
  REQUIRE_FALSE(admission);
  CHECK(admission.error().code == core::Errc::malformed);
}

TEST_CASE("a_file_without_its_whole_path_is_a_mistake") {
  const Account account("master-csv", "Master.csv");
  REQUIRE(account.report.mistakes.size() == 1);
  CHECK(account.report.mistakes.front().path == "file");
}

// ------------------------------------------------------------------ poll

TEST_CASE("each_round_takes_what_was_written_since") {
  Rounds rounds;
  rounds.write(7, line("ANSWERED", "1.1"));
  REQUIRE(rounds.next());
  CHECK(rounds.committed() == line("ANSWERED", "1.1"));
  CHECK(rounds.inbox.deliveries.front().head == "format: master-csv\nfile: Master.csv");
  CHECK(rounds.bookmark() == "7:" + std::to_string(line("ANSWERED", "1.1").size()));
  REQUIRE(rounds.next());
  CHECK(rounds.inbox.commits.size() == 1);
  rounds.write(7, line("ANSWERED", "1.1") + line("BUSY", "1.2"));
  REQUIRE(rounds.next());
  CHECK(rounds.committed() == line("ANSWERED", "1.1") + line("BUSY", "1.2"));
}

TEST_CASE("a_line_is_taken_when_it_is_whole") {
  Rounds rounds;
  const std::string whole = line("ANSWERED", "1.1") + line("BUSY", "1.2");
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    rounds.write(7, whole.substr(0, size));
    REQUIRE(rounds.next());
    CHECK((rounds.committed().empty() || rounds.committed().ends_with('\n')));
  }
  CHECK(rounds.committed() == whole);
  CHECK(rounds.inbox.commits.size() == 2);
}

TEST_CASE("a_large_file_comes_in_chunks_of_whole_lines") {
  Rounds rounds;
  std::string whole;
  while (whole.size() < 700'000) whole += line("ANSWERED", "1." + std::to_string(whole.size()));
  rounds.write(7, whole);
  REQUIRE(rounds.next());
  CHECK(rounds.committed() == whole);
  CHECK(rounds.inbox.deliveries.size() == 3);
  for (const auto& delivery : rounds.inbox.deliveries) {
    CHECK(delivery.body.ends_with('\n'));
    CHECK(delivery.body.size() <= 256 * 1024);
  }
}

TEST_CASE("a_line_longer_than_a_chunk_stops_nothing") {
  Rounds rounds;
  const std::string whole = std::string(600'000, 'x') + "\n" + line("BUSY", "1.2");
  rounds.write(7, whole);
  REQUIRE(rounds.next());
  CHECK(rounds.committed() == whole);
}

TEST_CASE("a_rotated_file_is_finished_before_the_new_one_is_begun") {
  Rounds rounds;
  rounds.write(7, line("ANSWERED", "1.1"));
  REQUIRE(rounds.next());
  const std::string old_rest = line("BUSY", "1.2") + "\"tanpa akhir baris\"";
  rounds.write(7, line("ANSWERED", "1.1") + old_rest, ".1");
  rounds.write(8, line("FAILED", "2.1"));
  REQUIRE(rounds.next());
  CHECK(rounds.committed() == line("ANSWERED", "1.1") + old_rest + line("FAILED", "2.1"));
  CHECK(rounds.bookmark() == "8:" + std::to_string(line("FAILED", "2.1").size()));
  REQUIRE(rounds.next());
  CHECK(rounds.inbox.commits.size() == 4);
}

TEST_CASE("a_file_is_finished_also_while_there_is_no_new_one") {
  Rounds rounds;
  rounds.write(7, line("ANSWERED", "1.1"));
  REQUIRE(rounds.next());
  rounds.transport.files.clear();
  rounds.write(7, line("ANSWERED", "1.1") + line("BUSY", "1.2") + "\"setengah", ".1");
  const auto missing = rounds.next();
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == core::Errc::not_found);
  CHECK(rounds.committed() == line("ANSWERED", "1.1") + line("BUSY", "1.2"));
  rounds.write(7, line("ANSWERED", "1.1") + line("BUSY", "1.2") + "\"setengah\"\n", ".1");
  rounds.write(8, line("FAILED", "2.1"));
  REQUIRE(rounds.next());
  CHECK(rounds.committed() == line("ANSWERED", "1.1") + line("BUSY", "1.2") + "\"setengah\"\n" + line("FAILED", "2.1"));
}

TEST_CASE("a_rotated_file_of_another_name_is_not_taken_for_ours") {
  Rounds rounds;
  rounds.write(7, line("ANSWERED", "1.1"));
  REQUIRE(rounds.next());
  rounds.write(5, line("ANSWERED", "0.1") + line("ANSWERED", "0.2"), ".1");
  rounds.write(8, line("FAILED", "2.1"));
  REQUIRE(rounds.next());
  CHECK(rounds.committed() == line("ANSWERED", "1.1") + line("FAILED", "2.1"));
}

TEST_CASE("a_file_that_somebody_emptied_is_read_from_its_start") {
  Rounds rounds;
  rounds.write(7, line("ANSWERED", "1.1") + line("BUSY", "1.2"));
  REQUIRE(rounds.next());
  rounds.write(7, line("FAILED", "2.1"));
  REQUIRE(rounds.next());
  CHECK(rounds.committed() == line("ANSWERED", "1.1") + line("BUSY", "1.2") + line("FAILED", "2.1"));
}

TEST_CASE("what_a_failed_commit_did_not_keep_is_found_again_once") {
  Rounds rounds;
  std::string whole;
  while (whole.size() < 400'000) whole += line("ANSWERED", "1." + std::to_string(whole.size()));
  rounds.write(7, whole);
  rounds.inbox.commit_fails = core::Error{core::Errc::overloaded, "full"};
  const auto refused = rounds.next();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == core::Errc::overloaded);
  CHECK(rounds.committed().empty());
  REQUIRE(rounds.next());
  CHECK(rounds.committed() == whole);
}

TEST_CASE("a_file_that_is_not_there_is_reported") {
  Rounds rounds;
  const auto missing = rounds.next();
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == core::Errc::not_found);
}

TEST_CASE("a_bookmark_that_nobody_wrote_begins_at_the_start") {
  for (const char* bookmark : {"", "7", "7:", ":5", "x:y", "-1:5", "99999999999999999999:0", "7:5x"}) {
    CAPTURE(bookmark);
    Rounds rounds;
    rounds.inbox.bookmarks["position"] = bookmark;
    rounds.write(7, line("ANSWERED", "1.1"));
    REQUIRE(rounds.next());
    CHECK(rounds.committed() == line("ANSWERED", "1.1"));
  }
}

// ------------------------------------------------------------------ rows

TEST_CASE("words_for_the_end_of_a_call_are_known_from_several_systems") {
  CHECK(reason_of_ending("NO ANSWER") == "call_missed");
  CHECK(reason_of_ending("no answer") == "call_missed");
  CHECK(reason_of_ending("ORIGINATOR_CANCEL") == "call_missed");
  CHECK(reason_of_ending("USER_BUSY") == "call_busy");
  CHECK(reason_of_ending("lain").empty());
  CHECK(reason_of_ending("").empty());
}
