// SPDX-License-Identifier: Apache-2.0
#include "adapters/meta/instagram.hpp"

#include <doctest/doctest.h>

#include "adapters/form.hpp"
#include "tests/support/scripted_transport.hpp"

using namespace satupintu::adapters;
using namespace satupintu::core;
using satupintu::tests::run;
using satupintu::tests::ScriptedTransport;

namespace {

SettingsNode secret(std::string bytes) { return {Secret{std::move(bytes)}}; }

std::unique_ptr<Adapter> make(SettingsNode::Table table = {}) {
  table.insert({{"app_secret", secret("rahasia-aplikasi-uji-01")},
                {"verify_token", secret("kata-jabat-tangan-uji")},
                {"access_token", secret("IGAuji0000000000000000000000042")}});
  const SettingsNode root{std::move(table)};
  SettingsReport report;
  Settings settings(root, report);
  auto adapter = make_meta_instagram("ig-uji", settings);
  report_unknown_keys(root, report);
  REQUIRE(report.mistakes.empty());
  return adapter;
}

Event decoded(const Adapter& adapter, std::string body, std::string head = {}) {
  auto events = adapter.decode({.account = "ig-uji", .received_at = {}, .head = std::move(head), .body = std::move(body)});
  REQUIRE(events);
  REQUIRE(events->size() == 1);
  return std::move(events->front());
}

std::string change(const std::string& field, const std::string& value) {
  return R"({"object":"instagram","entry":[{"id":"1784","time":1767229200,"changes":[{"field":")" + field + R"(","value":)" + value +
         "}]}]}";
}

HttpAnswer answer(unsigned status, std::string body) {
  return {.status = status, .content_type = "application/json", .body = std::move(body), .headers = {}};
}

// The question that is asked for a pointer: its path, and the fields in clear.
std::string question_for(const Adapter& adapter, const Pointer& pointer) {
  ScriptedTransport transport;
  transport.answers.emplace_back(answer(200, "{}"));
  REQUIRE(run(adapter.fetch(pointer, transport)));
  return percent_decode(transport.calls.at(0).url);
}

}  // namespace

TEST_CASE("a_mention_is_asked_for_on_behalf_of_the_account") {
  const auto adapter = make();
  const auto media = std::get<Pointer>(decoded(*adapter, change("mentions", R"({"media_id":"1790"})")));
  CHECK(media.external_id == "media:1790");
  CHECK(question_for(*adapter, media) ==
        "https://graph.facebook.com/v26.0/1784?fields=mentioned_media.media_id(1790){caption,media_type,media_url,timestamp,username}");
  const auto comment = std::get<Pointer>(decoded(*adapter, change("mentions", R"({"media_id":"1790","comment_id":"1791"})")));
  CHECK(comment.external_id == "comment:1791");
  CHECK(question_for(*adapter, comment) ==
        "https://graph.facebook.com/v26.0/1784?fields=mentioned_comment.comment_id(1791){text,timestamp,media{id}}");
}

TEST_CASE("a_comment_without_its_author_is_asked_for_by_itself") {
  const auto adapter = make({{"api_url", {std::string("https://graph.instagram.com/v26.0")}}});
  const auto pointer = std::get<Pointer>(decoded(*adapter, change("comments", R"({"id":"1791","text":"Banjir","media":{"id":"1790"}})")));
  CHECK(question_for(*adapter, pointer) == "https://graph.instagram.com/v26.0/1791?fields=from,username,text,timestamp,media,parent_id");
}

TEST_CASE("a_fetched_mention_becomes_a_public_message_under_the_pointers_id") {
  const auto adapter = make();
  const auto pointer = std::get<Pointer>(decoded(*adapter, change("mentions", R"({"media_id":"1790","comment_id":"1791"})")));
  ScriptedTransport transport;
  transport.answers.emplace_back(
      answer(200, R"({"mentioned_comment":{"text":"@kota got mampet","timestamp":"2026-01-05T03:04:05+0000"},"id":"1784"})"));
  const auto found = run(adapter->fetch(pointer, transport));
  REQUIRE(found);
  const auto message = std::get<Message>(decoded(*adapter, found->body, found->head));
  CHECK(message.kind == MessageKind::mention);
  CHECK(message.external_id == pointer.external_id);
  CHECK(message.thread_id == "media:1790");
  CHECK(message.text == "@kota got mampet");
  CHECK(message.is_public);
  CHECK(message.sender.address_kind == AddressKind::none);  // Meta names nobody here
  REQUIRE(message.provider_at);
  CHECK(format_rfc3339(*message.provider_at) == "2026-01-05T03:04:05.000Z");
}

TEST_CASE("our_own_comment_is_known_by_its_author_or_by_our_user_name") {
  const auto comment = [](const std::string& from) { return change("comments", R"({"id":"1791","text":"Siap","from":)" + from + "}"); };
  const auto adapter = make({{"username", {std::string("pemkot.uji")}}});
  CHECK(std::get<Ignored>(decoded(*adapter, comment(R"({"id":"1784","username":"x"})"))).why == "own_comment");
  CHECK(std::get<Ignored>(decoded(*adapter, comment(R"({"id":"2590","username":"Pemkot.Uji"})"))).why == "own_comment");
  CHECK(std::holds_alternative<Message>(decoded(*adapter, comment(R"({"id":"2590","username":"pemkot.uji2"})"))));
  CHECK(std::holds_alternative<Message>(decoded(*make(), comment(R"({"id":"2590","username":""})"))));
}

TEST_CASE("the_same_comment_in_both_shapes_is_the_same") {
  const std::string value = R"({"id":"1791","text":"Banjir","from":{"id":"1780","username":"wulan"},"media":{"id":"1790"}})";
  const auto nested = std::get<Message>(decoded(*make(), change("comments", value)));
  const auto flat = std::get<Message>(
      decoded(*make(), R"({"object":"instagram","entry":[{"id":"1784","time":1767229200,"field":"comments","value":)" + value + "}]}"));
  CHECK(nested.external_id == flat.external_id);
  CHECK(nested.text == flat.text);
  CHECK(nested.sender.address == flat.sender.address);
  CHECK(nested.provider_at == flat.provider_at);
}

TEST_CASE("what_comes_for_another_account_is_left_to_it") {
  const auto adapter = make({{"account_id", {std::string("1785")}}});
  CHECK(std::get<Ignored>(decoded(*adapter, change("mentions", R"({"media_id":"1790"})"))).why == "other_account");
}

TEST_CASE("missing_secrets_of_an_instagram_account_are_reported_together") {
  const SettingsNode root{SettingsNode::Table{}};
  SettingsReport report;
  Settings settings(root, report, "accounts.ig-uji");
  CHECK(make_meta_instagram("ig-uji", settings) != nullptr);
  REQUIRE(report.mistakes.size() == 2);
  CHECK(report.mistakes[0].path == "accounts.ig-uji.app_secret");
  CHECK(report.keys.size() == 7);
}
