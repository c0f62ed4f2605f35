// SPDX-License-Identifier: Apache-2.0
#include "adapters/meta/facebook.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/scripted_transport.hpp"

using namespace satupintu::adapters;
using namespace satupintu::core;
using satupintu::tests::run;
using satupintu::tests::ScriptedTransport;

namespace {

constexpr std::string_view kPage = "109900000000041";

SettingsNode secret(std::string bytes) { return {Secret{std::move(bytes)}}; }

std::unique_ptr<Adapter> make(SettingsNode::Table table = {}) {
  table.insert({{"app_secret", secret("rahasia-aplikasi-uji-01")},
                {"verify_token", secret("kata-jabat-tangan-uji")},
                {"access_token", secret("EAAuji0000000000000000000000041")}});
  const SettingsNode root{std::move(table)};
  SettingsReport report;
  Settings settings(root, report);
  auto adapter = make_meta_facebook("fb-uji", settings);
  report_unknown_keys(root, report);
  REQUIRE(report.mistakes.empty());
  return adapter;
}

Delivery delivery(std::string body) { return {.account = "fb-uji", .received_at = {}, .head = {}, .body = std::move(body)}; }

std::vector<Event> decoded(const Adapter& adapter, const Delivery& what) {
  auto events = adapter.decode(what);
  REQUIRE(events);
  return std::move(*events);
}

std::string batch_of(const std::string& messaging, std::string_view page = kPage) {
  return R"({"object":"page","entry":[{"id":")" + std::string(page) + R"(","time":1767229200000,"messaging":[)" + messaging + "]}]}";
}

std::string text_message(const std::string& mid, const std::string& text) {
  return R"({"sender":{"id":"7400"},"recipient":{"id":"109900000000041"},"timestamp":1767229200000,"message":{"mid":")" + mid +
         R"(","text":)" + text + "}}";
}

std::string mention(const std::string& value) {
  return R"({"object":"page","entry":[{"id":"109900000000041","time":1767229200,"changes":[{"field":"mention","value":)" + value + "}]}]}";
}

Pointer pointer_in(const Adapter& adapter, const std::string& body) {
  const auto events = decoded(adapter, delivery(body));
  REQUIRE(events.size() == 1);
  REQUIRE(std::holds_alternative<Pointer>(events[0]));
  return std::get<Pointer>(events[0]);
}

HttpAnswer answer(unsigned status, std::string body) {
  return {.status = status, .content_type = "application/json", .body = std::move(body), .headers = {}};
}

Result<Delivery> fetched(const Adapter& adapter, const Pointer& pointer, const Result<HttpAnswer>& given) {
  ScriptedTransport transport;
  transport.answers.push_back(given);
  return run(adapter.fetch(pointer, transport));
}

constexpr const char* kBareMention = R"({"item":"comment","verb":"add","post_id":"62_500","comment_id":"500_82"})";

}  // namespace

TEST_CASE("a_mention_without_its_author_is_fetched_and_then_read") {
  const auto adapter = make();
  const Pointer pointer = pointer_in(*adapter, mention(kBareMention));
  CHECK(pointer.external_id == "comment:500_82");

  ScriptedTransport transport;
  transport.answers.emplace_back(answer(200, R"({"id":"500_82","from":{"id":"7400","name":"Sari"},"message":"Got meluap"})"));
  const auto found = run(adapter->fetch(pointer, transport));
  REQUIRE(found);
  REQUIRE(transport.calls.size() == 1);
  CHECK(transport.calls[0].url.starts_with("https://graph.facebook.com/v26.0/500_82?fields=from%2Cmessage%2Ccreated_time%2Cpermalink_url"));
  CHECK(found->account == "fb-uji");
  CHECK(found->received_at == transport.time);
  CHECK(found->head.starts_with("fetched mention"));

  const auto events = decoded(*adapter, *found);
  REQUIRE(events.size() == 1);
  const auto& message = std::get<Message>(events[0]);
  CHECK(message.kind == MessageKind::mention);
  CHECK(message.external_id == pointer.external_id);
  CHECK(message.text == "Got meluap");
  CHECK(message.sender.address == "7400");
  CHECK(message.sender.scope == kPage);
  CHECK(message.thread_id == "post:62_500");
  CHECK(message.is_public);
}

TEST_CASE("the_same_comment_has_the_same_id_on_every_way_it_takes") {
  const auto adapter = make();
  const std::string common = R"("verb":"add","item":"comment","post_id":"11_500","comment_id":"500_82","message":"Banjir")";
  const std::string feed = mention("{" + common + R"(,"from":{"id":"7400"}})");
  std::string told_as_feed = feed;
  told_as_feed.replace(told_as_feed.find("\"mention\""), 9, "\"feed\"");
  const auto as_mention = std::get<Message>(decoded(*adapter, delivery(feed)).at(0));
  const auto as_comment = std::get<Message>(decoded(*adapter, delivery(told_as_feed)).at(0));
  CHECK(as_mention.kind == MessageKind::mention);
  CHECK(as_comment.kind == MessageKind::comment);
  CHECK(as_mention.external_id == as_comment.external_id);
}

TEST_CASE("what_cannot_be_fetched_says_why") {
  const auto adapter = make();
  const Pointer pointer = pointer_in(*adapter, mention(kBareMention));
  CHECK(fetched(*adapter, pointer, answer(404, "")).error().code == Errc::not_found);
  CHECK(fetched(*adapter, pointer, answer(401, "")).error().code == Errc::unauthentic);
  CHECK(fetched(*adapter, pointer, answer(503, "")).error().code == Errc::unavailable);
  CHECK(fetched(*adapter, pointer, fail(Errc::timed_out, "no answer")).error().code == Errc::timed_out);
}

TEST_CASE("a_pointer_of_another_channel_is_refused_and_nothing_asked") {
  ScriptedTransport transport;
  for (const char* target : {"", "1790", "comment:500_82", "new comment ../me 11", "new comment 1 2 3 4 5"}) {
    CAPTURE(target);
    const auto found = run(make()->fetch({.target = target, .external_id = {}}, transport));
    REQUIRE_FALSE(found);
    CHECK(found.error().code == Errc::refused);
  }
  CHECK(transport.calls.empty());
}

TEST_CASE("what_was_posted_is_never_taken_for_what_was_fetched") {
  const auto adapter = make();
  HttpRequest request{.method = "POST", .path = {}, .query = "fetched+mention", .headers = {{"Fetched", "mention"}}, .body = {}};
  request.body = R"({"id":"500_82","from":{"id":"7400"},"message":"fetched mention"})";
  adapter->sign(request);
  const auto admission = adapter->admit(request, {});
  REQUIRE(admission);
  REQUIRE(admission->delivery);
  CHECK(std::get<Ignored>(decoded(*adapter, *admission->delivery).at(0)).why == "other_object");
}

TEST_CASE("a_damaged_head_of_something_fetched_is_unreadable") {
  for (const char* head : {"fetched ", "fetched mention", "fetched mention comment 1/2 3"}) {
    CAPTURE(head);
    const auto events = make()->decode({.account = "fb-uji", .received_at = {}, .head = head, .body = R"({"message":"x"})"});
    REQUIRE_FALSE(events);
    CHECK(events.error().code == Errc::unreadable);
  }
}

TEST_CASE("an_answer_that_is_cut_short_is_unreadable") {
  const std::string body = R"({"id":"500_82","from":{"id":"7400"},"message":"Banjir \ud83d\ude4f"})";
  for (std::size_t length = 0; length < body.size(); ++length) {
    CAPTURE(length);
    const auto events = make()->decode(
        {.account = "fb-uji", .received_at = {}, .head = "fetched new comment 500_82 11 11_500", .body = body.substr(0, length)});
    REQUIRE_FALSE(events);
    CHECK(events.error().code == Errc::unreadable);
  }
}

TEST_CASE("a_body_cut_short_anywhere_is_unreadable") {
  const auto adapter = make();
  const std::string body = batch_of(text_message("m_1", R"("Banjir \ud83d\ude4f di Periuk")"));
  for (std::size_t length = 1; length < body.size(); ++length) {
    CAPTURE(length);
    const auto events = adapter->decode(delivery(body.substr(0, length)));
    REQUIRE_FALSE(events);
    CHECK(events.error().code == Errc::unreadable);
  }
}

TEST_CASE("one_bad_message_of_a_thousand_costs_none_of_the_others") {
  std::string messaging;
  for (int i = 0; i < 1000; ++i)
    messaging += (i == 0 ? "" : ",") + text_message("m_" + std::to_string(i), i == 500 ? "7" : R"("Sampah menumpuk")");
  const auto events = decoded(*make(), delivery(batch_of(messaging)));
  REQUIRE(events.size() == 1000);
  CHECK(std::ranges::count_if(events, [](const Event& event) { return std::holds_alternative<Message>(event); }) == 999);
  CHECK(std::get<Unreadable>(events[500]).why == "unreadable_text");
}

TEST_CASE("an_echo_of_our_own_message_is_ignored_whatever_page_id_says") {
  const std::string echo = R"({"sender":{"id":"109900000000041"},"recipient":{"id":"7400"},"message":{"mid":"m_1","text":"Siap"}})";
  for (const auto& adapter : {make(), make({{"page_id", {std::string(kPage)}}})})
    CHECK(std::get<Ignored>(decoded(*adapter, delivery(batch_of(echo))).at(0)).why == "echo");
}

TEST_CASE("what_comes_for_another_page_is_left_to_its_account") {
  const std::string body = batch_of(text_message("m_1", R"("Banjir")"), "109900000000099");
  const auto events = decoded(*make({{"page_id", {std::string(kPage)}}}), delivery(body));
  REQUIRE(events.size() == 1);
  CHECK(std::get<Ignored>(events[0]).why == "other_page");
  const auto taken = decoded(*make(), delivery(body));
  CHECK(std::get<Message>(taken.at(0)).sender.scope == "109900000000099");
}

TEST_CASE("a_link_to_a_page_is_not_downloaded_as_a_file") {
  for (const auto& [url, is_file] : std::vector<std::pair<std::string, bool>>{{"https://scontent.xx.fbcdn.net/v/1.jpg", true},
                                                                              {"https://lookaside.fbsbx.com/ig/?a=1", true},
                                                                              {"https://www.facebook.com/reel/1", false},
                                                                              {"https://fbcdn.net.contoh.example/1.jpg", false},
                                                                              {"http://scontent.xx.fbcdn.net/1.jpg", false},
                                                                              {"https://contoh.example/fbcdn.net", false}}) {
    CAPTURE(url);
    const auto events = decoded(
        *make(), delivery(batch_of(R"({"sender":{"id":"7400"},"message":{"mid":"m_1","attachments":[{"type":"share","payload":{"url":")" +
                                   url + R"("}}]}})")));
    CHECK(std::get<Message>(events.at(0)).attachments.empty() != is_file);
  }
}

TEST_CASE("a_file_whose_link_has_expired_is_gone_and_our_token_is_not_blamed") {
  const auto adapter = make();
  Attachment attachment;
  attachment.url = "https://scontent.xx.fbcdn.net/v/1.jpg?oe=1";
  ScriptedTransport transport;
  transport.bodies.emplace_back(fail(Errc::unauthentic, "403"));
  CHECK(run(adapter->download(attachment, transport)).error().code == Errc::not_found);
  transport.bodies.emplace_back(fail(Errc::unavailable, "503"));
  CHECK(run(adapter->download(attachment, transport)).error().code == Errc::unavailable);
  REQUIRE(transport.calls.size() == 2);
  CHECK(transport.calls[0].url == attachment.url);
  CHECK(transport.calls[0].headers.empty());  // the token is for the Graph API alone
}

TEST_CASE("only_metas_servers_are_spoken_to") {
  CHECK(make()->hosts() ==
        std::vector<std::string>{"*.cdninstagram.com", "*.fbcdn.net", "cdn.fbsbx.com", "lookaside.fbsbx.com", "graph.facebook.com"});
}

TEST_CASE("missing_secrets_of_a_page_are_reported_together") {
  const SettingsNode root{SettingsNode::Table{}};
  SettingsReport report;
  Settings settings(root, report, "accounts.fb-uji");
  CHECK(make_meta_facebook("fb-uji", settings) != nullptr);
  REQUIRE(report.mistakes.size() == 2);
  CHECK(report.mistakes[0].path == "accounts.fb-uji.app_secret");
  CHECK(report.mistakes[1].path == "accounts.fb-uji.verify_token");
  CHECK(report.keys.size() == 6);
}
