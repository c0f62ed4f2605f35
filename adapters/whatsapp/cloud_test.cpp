// SPDX-License-Identifier: Apache-2.0
#include "adapters/whatsapp/cloud.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "core/crypto.hpp"
#include "tests/support/scripted_transport.hpp"

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
  CHECK(report.keys.size() == 6);
}

// ------------------------------------------------------------------ media

namespace {

using satupintu::tests::run;
using satupintu::tests::ScriptedTransport;

constexpr std::string_view kAnswer =
    R"({"url":"https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1","mime_type":"image/jpeg","sha256":"x","file_size":6,)"
    R"("id":"1166","messaging_product":"whatsapp"})";

std::unique_ptr<Adapter> make_with_token(SettingsNode::Table table = {}) {
  table.insert({{"access_token", secret("EAAB-token-uji-01")}});
  return make(std::move(table));
}

Attachment picture(std::string id = "1166", std::string_view content = "gambar") {
  Attachment attachment;
  attachment.kind = AttachmentKind::image;
  attachment.provider_id = std::move(id);
  attachment.sha256 = sha256_hex(content);
  return attachment;
}

HttpAnswer json(unsigned status, std::string_view body) {
  return {.status = status, .content_type = "application/json", .body = std::string(body), .headers = {}};
}

using Headers = std::vector<std::pair<std::string, std::string>>;

}  // namespace

TEST_CASE("media_are_asked_for_and_then_fetched_with_the_token") {
  ScriptedTransport transport;
  transport.answers = {json(200, kAnswer)};
  transport.bodies = {"gambar"};
  const auto download = run(make_with_token()->download(picture(), transport));
  REQUIRE(download);
  CHECK(download->bytes == 6);
  std::filesystem::remove(download->file);
  REQUIRE(transport.calls.size() == 2);
  for (const auto& call : transport.calls) {
    CHECK(call.method == "GET");
    CHECK(call.headers == Headers{{"Authorization", "Bearer EAAB-token-uji-01"}});
  }
  CHECK(transport.calls[0].url == "https://graph.facebook.com/v26.0/1166");
  CHECK(transport.calls[1].url == "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1");
}

TEST_CASE("without_a_token_media_are_refused_with_the_reason") {
  ScriptedTransport transport;
  const auto download = run(make()->download(picture(), transport));
  REQUIRE_FALSE(download);
  CHECK(download.error().code == Errc::refused);
  CHECK(download.error().what.contains("access_token"));
  CHECK(transport.calls.empty());
}

TEST_CASE("the_token_goes_to_metas_servers_only") {
  for (const char* url : {"https://jahat.example/1", "http://lookaside.fbsbx.com/1", "https://lookaside.fbsbx.com.jahat.example/1",
                          "https://lookaside.fbsbx.com@jahat.example/1", "https://jahat.example\\\\.whatsapp.net/1",
                          "https://whatsapp.net/1", "file:///etc"}) {
    CAPTURE(url);
    ScriptedTransport transport;
    transport.answers = {json(200, R"({"url":")" + std::string(url) + R"("})")};
    CHECK(run(make_with_token()->download(picture(), transport)).error().code == Errc::refused);
    CHECK(transport.calls.size() == 1);
  }
  ScriptedTransport transport;
  transport.answers = {json(200, R"({"url":"https://mmg.whatsapp.net/d/f/1.enc"})")};
  transport.bodies = {"gambar"};
  const auto download = run(make_with_token()->download(picture(), transport));
  REQUIRE(download);
  std::filesystem::remove(download->file);
}

TEST_CASE("a_media_id_cannot_lead_elsewhere") {
  for (const char* id : {"", "../me", "1166?fields=x", "1166/../2", "1166#", "%2e%2e"}) {
    CAPTURE(id);
    ScriptedTransport transport;
    CHECK(run(make_with_token()->download(picture(id), transport)).error().code == Errc::refused);
    CHECK(transport.calls.empty());
  }
}

TEST_CASE("what_the_api_says_instead_of_media_tells_what_to_do") {
  struct Case {
    unsigned status;
    std::string_view body;
    Errc code;
  };
  for (const auto& [status, body, code] : std::vector<Case>{
           {401, R"({"error":{"code":190}})", Errc::unauthentic},
           {400, R"({"error":{"code":190,"message":"expired"}})", Errc::unauthentic},
           {403, "", Errc::unauthentic},
           {400, R"({"error":{"code":10}})", Errc::unauthentic},
           {400, R"({"error":{"code":100,"error_subcode":33}})", Errc::not_found},
           {404, "", Errc::not_found},
           {410, "", Errc::not_found},
           {400, R"({"error":{"code":4}})", Errc::unavailable},
           {400, R"({"error":{"code":80007}})", Errc::unavailable},
           {429, "", Errc::unavailable},
           {500, R"({"error":{"code":1}})", Errc::unavailable},
           {503, "<html>", Errc::unavailable},
           {302, "", Errc::refused},
           {400, R"({"error":{"code":131}})", Errc::refused},
           {200, "", Errc::unavailable},
           {200, "<html>", Errc::unavailable},
           {200, R"({"id":"1166"})", Errc::unavailable},
           {200, R"({"url":7})", Errc::unavailable},
       }) {
    CAPTURE(status);
    CAPTURE(body);
    ScriptedTransport transport;
    transport.answers = {json(status, body)};
    CHECK(run(make_with_token()->download(picture(), transport)).error().code == code);
  }
}

TEST_CASE("what_fails_on_the_way_fails_as_the_transport_says") {
  for (const auto code : {Errc::unauthentic, Errc::not_found, Errc::unavailable, Errc::timed_out, Errc::too_large}) {
    ScriptedTransport transport;
    transport.answers = {fail(code, "uji"), json(200, kAnswer)};
    transport.bodies = {fail(code, "uji")};
    const auto adapter = make_with_token();
    CHECK(run(adapter->download(picture(), transport)).error().code == code);
    CHECK(run(adapter->download(picture(), transport)).error().code == code);
    CHECK(transport.calls.size() == 3);
  }
}

TEST_CASE("the_api_may_be_reached_elsewhere") {
  const auto adapter = make_with_token({{"api_url", {std::string("https://127.0.0.1:8443/v27.0")}}});
  CHECK(adapter->hosts() == std::vector<std::string>{"127.0.0.1", "lookaside.fbsbx.com", "*.whatsapp.net"});
  ScriptedTransport transport;
  transport.answers = {json(404, "")};
  CHECK_FALSE(run(adapter->download(picture(), transport)));
  CHECK(transport.calls.front().url == "https://127.0.0.1:8443/v27.0/1166");
  CHECK(make()->hosts().front() == "graph.facebook.com");
}

TEST_CASE("an_api_without_an_address_is_a_mistake") {
  for (const char* url : {"graph.facebook.com", "https://graph.facebook.com/v26.0/"}) {
    CAPTURE(url);
    const SettingsNode root{SettingsNode::Table{{"app_secret", secret("rahasia-aplikasi-uji-01")},
                                                {"verify_token", secret("kata-jabat-tangan-uji")},
                                                {"api_url", {std::string(url)}}}};
    SettingsReport report;
    Settings settings(root, report);
    CHECK(make_whatsapp_cloud("wa-uji", settings) != nullptr);
    REQUIRE(report.mistakes.size() == 1);
    CHECK(report.mistakes.front().path == "api_url");
  }
}
