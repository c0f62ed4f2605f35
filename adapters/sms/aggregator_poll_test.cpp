// SPDX-License-Identifier: Apache-2.0
#include "adapters/sms/aggregator_poll.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "adapters/form.hpp"
#include "core/crypto.hpp"
#include "tests/support/scripted_transport.hpp"

using namespace satupintu;
using namespace satupintu::adapters;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

constexpr std::string_view kPassword = "uji-kunci/kotak masuk+1";
constexpr std::string_view kUrl = "https://inbox.example/api/getinbox/?userkey={user}&passkey={password}&start_date={from}&end_date={to}";

struct Account {
  core::SettingsReport report;
  std::unique_ptr<Adapter> adapter;
  tests::ScriptedTransport transport;
  tests::ScriptedInbox inbox;

  explicit Account(core::SettingsNode::Table table = {}) {
    table["password"] = {core::Secret{std::string(kPassword)}};
    table.try_emplace("url", core::SettingsNode{std::string(kUrl)});
    table.try_emplace("user", core::SettingsNode{"a1b2c3"s});
    const core::SettingsNode root{std::move(table)};
    core::Settings settings(root, report);
    adapter = make_sms_aggregator_poll("sms-zenziva", settings);
  }

  core::Result<std::optional<std::chrono::milliseconds>> poll() { return tests::run(adapter->poll(inbox, transport)); }

  core::Result<std::optional<std::chrono::milliseconds>> poll(unsigned status, std::string body) {
    transport.answers.emplace_back(core::HttpAnswer{.status = status, .content_type = {}, .body = std::move(body), .headers = {}});
    return poll();
  }

  // The ids of all that was committed, in order.
  [[nodiscard]] std::vector<std::string> ids() const {
    std::vector<std::string> all;
    for (const auto& delivery : inbox.deliveries) {
      const auto events = adapter->decode(delivery);
      REQUIRE(events);
      REQUIRE(events->size() == 1);
      all.push_back(std::get<core::Message>(events->front()).external_id);
    }
    return all;
  }
};

using Ids = std::vector<std::string>;

std::string message(const std::string& id) {
  return R"({"messageId":)" + id + R"(,"date":"2026-01-01 07:59:55","dari":"6281255501001","isiPesan":"Aduan )" + id + R"("})";
}

std::string page(const Ids& ids) {
  std::string list;
  for (const auto& id : ids) list += (list.empty() ? "" : ",") + message(id);
  return R"({"msg-count":)" + std::to_string(ids.size()) + R"(,"msg":[)" + list + "]}";
}

Ids numbers(unsigned first, unsigned last) {
  Ids ids;
  for (unsigned id = first; id <= last; ++id) ids.push_back(std::to_string(id));
  return ids;
}

}  // namespace

TEST_CASE("the_inbox_is_asked_with_user_password_and_dates") {
  Account account;
  CHECK(account.report.mistakes.empty());
  REQUIRE(account.poll(200, page({})));
  REQUIRE(account.transport.calls.size() == 1);
  const Call& call = account.transport.calls.front();
  CHECK(call.method == "GET");
  CHECK(call.url ==
        "https://inbox.example/api/getinbox/"
        "?userkey=a1b2c3&passkey=uji-kunci%2Fkotak%20masuk%2B1&start_date=30%2F12%2F2025&end_date=02%2F01%2F2026");
  CHECK(call.headers.empty());
  CHECK(account.adapter->hosts() == std::vector<std::string>{"inbox.example"});
  CHECK(account.adapter->poll_interval() == 60s);
}

TEST_CASE("a_header_may_hold_the_password") {
  Account bearer({{"url", {"https://inbox.example/inbox?since={from}"s}},
                  {"header", {"Authorization: Bearer {password}"s}},
                  {"day_format", {"%Y-%m-%d"s}}});
  CHECK(bearer.report.mistakes.empty());
  REQUIRE(bearer.poll(200, page({})));
  CHECK(bearer.transport.calls.front().url == "https://inbox.example/inbox?since=2025-12-30");
  CHECK(bearer.transport.calls.front().headers.front() == std::pair{"Authorization"s, "Bearer " + std::string(kPassword)});
  Account basic({{"url", {"https://inbox.example/inbox"s}}, {"header", {"Authorization: Basic {basic}"s}}});
  REQUIRE(basic.poll(200, page({})));
  CHECK(basic.transport.calls.front().headers.front().second == "Basic " + core::to_base64("a1b2c3:" + std::string(kPassword)));
}

TEST_CASE("every_message_is_committed_once_with_the_bookmark") {
  Account account;
  REQUIRE(account.poll(200, page({"1", "2"})));
  CHECK(account.ids() == Ids{"1", "2"});
  CHECK(account.inbox.commits == std::vector<std::size_t>{2});
  CHECK(account.inbox.deliveries.front().body == message("1"));
  CHECK(account.inbox.deliveries.front().head.empty());
  REQUIRE(account.poll(200, page({"3", "1", "2"})));
  REQUIRE(account.poll(200, page({"3", "1", "2"})));
  CHECK(account.ids() == Ids{"1", "2", "3"});
  CHECK(account.inbox.commits == std::vector<std::size_t>{2, 1});
}

TEST_CASE("a_message_that_enters_late_is_found_within_the_days_that_are_looked_through_again") {
  Account account;
  REQUIRE(account.poll(200, page({"1"})));
  account.transport.time += std::chrono::days{1};
  REQUIRE(account.poll(200, page({"1", "7"})));
  CHECK(account.transport.calls.back().url.ends_with("start_date=30%2F12%2F2025&end_date=03%2F01%2F2026"));
  CHECK(account.ids() == Ids{"1", "7"});
  account.transport.time += std::chrono::days{1};
  REQUIRE(account.poll(200, page({"7"})));
  CHECK(account.transport.calls.back().url.ends_with("start_date=31%2F12%2F2025&end_date=04%2F01%2F2026"));
  CHECK(account.ids() == Ids{"1", "7"});
}

TEST_CASE("after_an_outage_the_inbox_is_asked_from_where_it_was_left") {
  Account account;
  REQUIRE(account.poll(200, page({"1"})));
  account.transport.time += std::chrono::days{20};
  CHECK_FALSE(account.poll(503, ""));
  REQUIRE(account.poll(200, page({"1", "2"})));
  CHECK(account.transport.calls.back().url.ends_with("start_date=30%2F12%2F2025&end_date=22%2F01%2F2026"));
  CHECK(account.ids() == Ids{"1", "2"});
}

TEST_CASE("a_commit_that_fails_loses_nothing_and_repeats_nothing") {
  Account account;
  account.inbox.commit_fails = core::Error{core::Errc::overloaded, "full"};
  CHECK(account.poll(200, page({"1", "2"})).error().code == core::Errc::overloaded);
  CHECK(account.inbox.deliveries.empty());
  REQUIRE(account.poll(200, page({"1", "2"})));
  CHECK(account.ids() == Ids{"1", "2"});
}

TEST_CASE("a_crash_between_two_commits_of_one_round_loses_nothing_and_repeats_nothing") {
  // An inbox that dies after its first commit.
  struct Dying : tests::ScriptedInbox {
    boost::asio::awaitable<core::Result<void>> commit(std::vector<core::Delivery> more, std::string name, std::string bookmark) override {
      if (!commits.empty()) commit_fails = core::Error{core::Errc::journal_failed, "dead"};
      return ScriptedInbox::commit(std::move(more), std::move(name), std::move(bookmark));
    }
  } dying;
  Account account;
  const Ids all = numbers(1, 450);
  for (unsigned round = 0; round < 2; ++round)
    account.transport.answers.emplace_back(core::HttpAnswer{.status = 200, .content_type = {}, .body = page(all), .headers = {}});
  CHECK(tests::run(account.adapter->poll(dying, account.transport)).error().code == core::Errc::journal_failed);
  CHECK(dying.deliveries.size() == 200);
  account.inbox.bookmarks = dying.bookmarks;
  account.inbox.deliveries = dying.deliveries;
  REQUIRE(account.poll());
  CHECK(account.ids() == all);
}

TEST_CASE("a_message_that_stands_twice_in_an_answer_is_committed_once") {
  Account account;
  REQUIRE(account.poll(200, page({"1", "1", "2"})));
  CHECK(account.ids() == Ids{"1", "2"});
}

TEST_CASE("messages_without_id_are_told_apart_by_all_they_hold") {
  Account account;
  const std::string first = R"({"dari":"62812","isiPesan":"banjir","date":"2026-01-01 07:00:00"})";
  const std::string second = R"({"dari":"62812","isiPesan":"banjir","date":"2026-01-01 08:00:00"})";
  REQUIRE(account.poll(200, R"({"msg":[)" + first + "," + second + "," + first + "]}"));
  REQUIRE(account.poll(200, R"({"msg":[)" + second + "," + first + "]}"));
  CHECK(account.inbox.deliveries.size() == 2);
}

TEST_CASE("a_bad_element_is_delivered_alone_and_its_siblings_go_on") {
  Account account;
  REQUIRE(account.poll(200, R"({"msg":[7,)" + message("1") + R"(,{"dari":"62812"}]})"));
  REQUIRE(account.inbox.deliveries.size() == 3);
  CHECK(std::get<core::Unreadable>(account.adapter->decode(account.inbox.deliveries[0])->front()).why == "unreadable_message");
  CHECK(std::holds_alternative<core::Message>(account.adapter->decode(account.inbox.deliveries[1])->front()));
  CHECK(std::get<core::Unreadable>(account.adapter->decode(account.inbox.deliveries[2])->front()).why == "message_without_text");
}

TEST_CASE("an_empty_inbox_is_no_failure_and_a_refusal_in_words_is_one") {
  for (const char* body : {R"({"msg-count":0,"msg":[]})", R"({"msg-count":0})", R"({"msg-count":"0","msg":null})"}) {
    CAPTURE(body);
    Account account;
    CHECK(account.poll(200, body));
    CHECK(account.inbox.deliveries.empty());
  }
  for (const char* body : {R"({"status":"1","text":"Userkey / Passkey salah"})", "{}", "[]", "", "<html>", R"({"msg":"kosong"})"}) {
    CAPTURE(body);
    Account account;
    CHECK(account.poll(200, body).error().code == core::Errc::unavailable);
    CHECK(account.inbox.commits.empty());
  }
}

TEST_CASE("every_other_answer_says_what_to_do_next") {
  for (const auto& [status, code] : {std::pair{401U, core::Errc::unauthentic},
                                     {403U, core::Errc::unauthentic},
                                     {404U, core::Errc::not_found},
                                     {410U, core::Errc::not_found},
                                     {408U, core::Errc::unavailable},
                                     {429U, core::Errc::unavailable},
                                     {500U, core::Errc::unavailable},
                                     {503U, core::Errc::unavailable},
                                     {400U, core::Errc::refused},
                                     {302U, core::Errc::refused}}) {
    CAPTURE(status);
    Account account;
    CHECK(account.poll(status, page({"1"})).error().code == code);
    CHECK(account.inbox.commits.empty());
  }
}

TEST_CASE("no_failure_and_no_delivery_tells_the_password") {
  for (const core::Errc code : {core::Errc::timed_out, core::Errc::unavailable, core::Errc::refused}) {
    Account account;
    account.transport.answers.emplace_back(core::fail(code, "cannot reach https://inbox.example/?passkey=" + std::string(kPassword)));
    const auto failure = account.poll();
    REQUIRE_FALSE(failure);
    CHECK(failure.error().code == code);
    CHECK_FALSE(failure.error().what.contains(kPassword));
    CHECK_FALSE(failure.error().what.contains("inbox.example"));
  }
  Account account;
  REQUIRE(account.poll(200, page({"1"})));
  CHECK_FALSE(account.inbox.deliveries.front().head.contains("passkey"));
  CHECK_FALSE(account.inbox.bookmarks.begin()->second.contains(kPassword));
}

TEST_CASE("nobody_can_hand_over_to_an_inbox_that_is_asked") {
  const Account account;
  const core::HttpRequest request{.method = "POST", .path = "/channels/sms-zenziva", .query = {}, .headers = {}, .body = message("1")};
  CHECK(account.adapter->admit(request, {}).error().code == core::Errc::unauthentic);
}

TEST_CASE("mistakes_in_the_question_are_told") {
  CHECK(Account({{"url", {"inbox.example/{password}"s}}}).report.mistakes.size() == 1);
  CHECK(Account({{"url", {"https://inbox.example/"s}}}).report.mistakes.size() == 1);
  CHECK(Account({{"header", {"Bearer {password}"s}}}).report.mistakes.size() == 1);
  CHECK(Account({{"day_format", {"dd/mm/yyyy"s}}}).report.mistakes.size() == 1);
  CHECK(Account({{"days_back", {std::int64_t{0}}}}).report.mistakes.size() == 1);
}
