// SPDX-License-Identifier: Apache-2.0
#include "adapters/whatsapp/cloud.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace satupintu::adapters;
using namespace satupintu::core;

namespace {

constexpr Timestamp kNow{std::chrono::seconds{1'767'229'200}};
constexpr std::string_view kEmptyBatch = R"({"object":"whatsapp_business_account","entry":[]})";
// openssl dgst -sha256 -mac HMAC -macopt key:rahasia-aplikasi-uji-01 -hex, over kEmptyBatch; node's createHmac agrees.
constexpr std::string_view kEmptyBatchMac = "e86814790b1e0b8f051394e50420a93d87a52f1d5ab062b98be072c82d7ecec6";

SettingsNode secret(std::string bytes) { return {Secret{std::move(bytes)}}; }

// With these settings, and the usual ones where they say nothing.
std::unique_ptr<Adapter> make(SettingsNode::Table table = {}) {
  table.insert({{"app_secret", secret("rahasia-aplikasi-uji-01")}, {"verify_token", secret("kata-jabat-tangan-uji")}});
  const SettingsNode root{std::move(table)};
  SettingsReport report;
  Settings settings(root, report);
  auto adapter = make_whatsapp_cloud("wa-uji", settings);
  report_unknown_keys(root, report);
  REQUIRE(report.mistakes.empty());
  return adapter;
}

HttpRequest post(std::string_view body, std::string signature) {
  HttpRequest request;
  request.method = "POST";
  request.headers = {{"x-hub-signature-256", std::move(signature)}};
  request.body = body;
  return request;
}

HttpRequest get(std::string query) {
  HttpRequest request;
  request.method = "GET";
  request.query = std::move(query);
  return request;
}

std::vector<Event> decoded(const Adapter& adapter, std::string body) {
  Delivery delivery;
  delivery.account = "wa-uji";
  delivery.body = std::move(body);
  auto events = adapter.decode(delivery);
  REQUIRE(events);
  return std::move(*events);
}

std::string batch_of(const std::string& messages) {
  return R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"messages":[)" + messages +
         R"(]}}]}]})";
}

std::string text_message(const std::string& id, const std::string& text) {
  return R"({"from":"6281255501001","id":")" + id + R"(","timestamp":"1767229200","type":"text","text":)" + text + "}";
}

}  // namespace

TEST_CASE("a_signature_made_elsewhere_is_accepted") {
  const auto admission = make()->admit(post(kEmptyBatch, "sha256=" + std::string(kEmptyBatchMac)), kNow);
  REQUIRE(admission);
  REQUIRE(admission->delivery);
  CHECK(admission->delivery->account == "wa-uji");
  CHECK(admission->delivery->received_at == kNow);
  CHECK(admission->delivery->body == kEmptyBatch);
  CHECK(admission->answer.status == 200);
  CHECK(admission->answer.body.empty());
  CHECK(admission->answer.content_type.empty());
}

TEST_CASE("the_digits_of_a_signature_may_be_upper_case_and_its_prefix_may_not") {
  std::string mac(kEmptyBatchMac);
  std::ranges::transform(mac, mac.begin(), [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c; });
  CHECK(make()->admit(post(kEmptyBatch, "sha256=" + mac), kNow));
  CHECK_FALSE(make()->admit(post(kEmptyBatch, "SHA256=" + mac), kNow));
}

TEST_CASE("the_previous_secret_is_accepted_while_it_is_configured") {
  const std::string signature = "sha256=" + std::string(kEmptyBatchMac);
  CHECK(make({{"app_secret", secret("rahasia-aplikasi-uji-02")}, {"previous_app_secret", secret("rahasia-aplikasi-uji-01")}})
            ->admit(post(kEmptyBatch, signature), kNow));
  CHECK_FALSE(make({{"app_secret", secret("rahasia-aplikasi-uji-02")}})->admit(post(kEmptyBatch, signature), kNow));
}

TEST_CASE("the_subscription_is_confirmed_with_the_bare_challenge") {
  const auto admission = make()->admit(get("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=kata-jabat-tangan-uji"), kNow);
  REQUIRE(admission);
  CHECK_FALSE(admission->delivery);
  CHECK(admission->answer.status == 200);
  CHECK(admission->answer.content_type.starts_with("text/plain"));
  CHECK(admission->answer.body == "1158201444");
}

TEST_CASE("a_wrong_verify_token_is_unauthentic") {
  for (const std::string token : {"", "kata-jabat-tangan-uj", "kata-jabat-tangan-uji2", "KATA-JABAT-TANGAN-UJI"}) {
    CAPTURE(token);
    const auto admission = make()->admit(get("hub.mode=subscribe&hub.challenge=1&hub.verify_token=" + token), kNow);
    REQUIRE_FALSE(admission);
    CHECK(admission.error().code == Errc::unauthentic);
  }
  CHECK(make()->admit(get(""), kNow).error().code == Errc::unauthentic);
}

TEST_CASE("a_challenge_that_a_browser_could_run_is_malformed") {
  for (const std::string& challenge :
       {std::string{}, std::string("%3Cscript%3E"), std::string("a+b"), std::string("1%0D%0AX"), std::string(257, '1')}) {
    CAPTURE(challenge);
    const auto admission = make()->admit(get("hub.mode=subscribe&hub.verify_token=kata-jabat-tangan-uji&hub.challenge=" + challenge), kNow);
    REQUIRE_FALSE(admission);
    CHECK(admission.error().code == Errc::malformed);
  }
  CHECK(make()->admit(get("hub.mode=subscribe&hub.verify_token=kata-jabat-tangan-uji&hub.challenge=" + std::string(256, 'a')), kNow));
  CHECK(make()->admit(get("hub.mode=unsubscribe&hub.verify_token=kata-jabat-tangan-uji&hub.challenge=1"), kNow).error().code ==
        Errc::malformed);
}

TEST_CASE("a_body_cut_short_anywhere_is_unreadable") {
  const auto adapter = make();
  const std::string body = batch_of(text_message("wamid.1", R"({"body":"Banjir \ud83d\ude4f di Periuk"})"));
  for (std::size_t length = 1; length < body.size(); ++length) {
    CAPTURE(length);
    Delivery delivery;
    delivery.body = body.substr(0, length);
    const auto events = adapter->decode(delivery);
    REQUIRE_FALSE(events);
    CHECK(events.error().code == Errc::unreadable);
  }
}

TEST_CASE("one_bad_message_of_a_thousand_costs_none_of_the_others") {
  std::string messages;
  for (int i = 0; i < 1000; ++i) {
    messages += (i == 0 ? "" : ",") + text_message("wamid." + std::to_string(i), i == 500 ? "7" : R"({"body":"Sampah menumpuk"})");
  }
  const auto events = decoded(*make(), batch_of(messages));
  REQUIRE(events.size() == 1000);
  CHECK(std::ranges::count_if(events, [](const Event& event) { return std::holds_alternative<Message>(event); }) == 999);
  CHECK(std::get<Unreadable>(events[500]).why == "unreadable_text");
}

TEST_CASE("an_edit_of_an_edit_is_unreadable") {
  const std::string edit = R"({"from":"6281255501001","id":"wamid.2","type":"edit","edit":{"original_message_id":"wamid.1","message":)";
  const auto events = decoded(*make(), batch_of(edit + edit + R"({"type":"text","text":{"body":"x"}}}}}})"));
  REQUIRE(events.size() == 1);
  CHECK(std::get<Unreadable>(events[0]).why == "unreadable_edit");
}

TEST_CASE("a_number_of_another_account_is_left_to_that_account") {
  const std::string body = batch_of(text_message("wamid.1", R"({"body":"Banjir"})"));
  const auto adapter = make({{"phone_number_ids", {SettingsNode::List{{std::string("106500000000112")}}}}});
  const auto events = decoded(*adapter, body);
  REQUIRE(events.size() == 1);
  CHECK(std::get<Ignored>(events[0]).why == "other_number");
  CHECK(std::holds_alternative<Message>(decoded(*make(), body)[0]));
}

TEST_CASE("missing_secrets_are_reported_together") {
  const SettingsNode root{SettingsNode::Table{}};
  SettingsReport report;
  Settings settings(root, report, "accounts.wa-uji");
  CHECK(make_whatsapp_cloud("wa-uji", settings) != nullptr);
  REQUIRE(report.mistakes.size() == 2);
  CHECK(report.mistakes[0].path == "accounts.wa-uji.app_secret");
  CHECK(report.mistakes[1].path == "accounts.wa-uji.verify_token");
  CHECK(report.keys.size() == 4);
}
