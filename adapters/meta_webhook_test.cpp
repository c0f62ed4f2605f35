// SPDX-License-Identifier: Apache-2.0
#include "adapters/meta_webhook.hpp"

#include <doctest/doctest.h>

#include "adapters/batch.hpp"

using namespace satupintu::adapters;
using namespace satupintu::core;

namespace {

constexpr Timestamp kNow{std::chrono::seconds{1'767'229'200}};
constexpr std::string_view kEmptyBatch = R"({"object":"page","entry":[]})";
// openssl dgst -sha256 -mac HMAC -macopt key:rahasia-aplikasi-uji-01 -hex, over kEmptyBatch; node's createHmac agrees.
constexpr std::string_view kEmptyBatchMac = "daf9d4ad11061dc98ae353b25af8e0da704ee1bb6fdc8870d4bac12dfdffb0a6";

SettingsNode secret(std::string bytes) { return {Secret{std::move(bytes)}}; }

MetaWebhook make(SettingsNode::Table table = {}) {
  table.insert({{"app_secret", secret("rahasia-aplikasi-uji-01")}, {"verify_token", secret("kata-jabat-tangan-uji")}});
  const SettingsNode root{std::move(table)};
  SettingsReport report;
  Settings settings(root, report);
  MetaWebhook webhook("fb-uji", settings);
  report_unknown_keys(root, report);
  REQUIRE(report.mistakes.empty());
  return webhook;
}

HttpRequest post(std::string signature) {
  return {.method = "POST",
          .path = {},
          .query = {},
          .headers = {{"x-hub-signature-256", std::move(signature)}},
          .body = std::string(kEmptyBatch)};
}

HttpRequest get(std::string query) { return {.method = "GET", .path = {}, .query = std::move(query), .headers = {}, .body = {}}; }

std::vector<Event> read_each(std::string_view list) {
  const auto document = JsonDocument::parse(list);
  REQUIRE(document);
  std::vector<Event> events;
  for_each_object(document->root(), "unreadable_thing", events,
                  [&](const JsonView& element) { events.emplace_back(Ignored{"read", element["id"].id()}); });
  return events;
}

}  // namespace

TEST_CASE("what_meta_signed_is_to_be_journalled_as_it_came") {
  const auto admission = make().admit(post("sha256=" + std::string(kEmptyBatchMac)), kNow);
  REQUIRE(admission);
  REQUIRE(admission->delivery);
  CHECK(admission->delivery->account == "fb-uji");
  CHECK(admission->delivery->received_at == kNow);
  CHECK(admission->delivery->head.empty());
  CHECK(admission->delivery->body == kEmptyBatch);
  CHECK(admission->answer.status == 200);
  CHECK(admission->answer.body.empty());
}

TEST_CASE("what_we_sign_meta_would_have_signed_the_same") {
  HttpRequest request = post("sha256=of-another-body");
  make().sign(request);
  REQUIRE(request.headers.size() == 1);
  CHECK(request.headers[0].second == "sha256=" + std::string(kEmptyBatchMac));
}

TEST_CASE("either_of_two_live_app_secrets_admits") {
  const std::string signature = "sha256=" + std::string(kEmptyBatchMac);
  CHECK(make({{"app_secret", secret("rahasia-aplikasi-uji-02")}, {"previous_app_secret", secret("rahasia-aplikasi-uji-01")}})
            .admit(post(signature), kNow));
  CHECK(make({{"app_secret", secret("rahasia-aplikasi-uji-02")}}).admit(post(signature), kNow).error().code == Errc::unauthentic);
}

TEST_CASE("a_challenge_is_answered_only_for_the_right_word_and_never_journalled") {
  const auto right = make().admit(get("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=kata-jabat-tangan-uji"), kNow);
  REQUIRE(right);
  CHECK_FALSE(right->delivery);
  CHECK(right->answer.body == "1158201444");
  const auto wrong = make().admit(get("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=kata-jabat-tangan-lain"), kNow);
  CHECK(wrong.error().code == Errc::unauthentic);
  const auto script = make().admit(get("hub.mode=subscribe&hub.challenge=%3Cb%3E&hub.verify_token=kata-jabat-tangan-uji"), kNow);
  CHECK(script.error().code == Errc::malformed);
}

TEST_CASE("whatever_is_no_object_in_a_list_is_unreadable_alone") {
  const auto events = read_each(R"([{"id":1},7,{"id":2},null,[{"id":3}]])");
  REQUIRE(events.size() == 5);
  for (const std::size_t bad : {1U, 3U, 4U}) CHECK(std::get<Unreadable>(events[bad]).why == "unreadable_thing");
  CHECK(std::get<Ignored>(events[2]).external_id == "2");
}

TEST_CASE("a_list_may_be_missing_but_not_something_else") {
  CHECK(read_each("null").empty());
  CHECK(read_each("[]").empty());
  CHECK(std::get<Unreadable>(read_each(R"({"id":1})").at(0)).why == "unreadable_thing");
}
