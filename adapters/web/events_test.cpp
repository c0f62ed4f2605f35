// SPDX-License-Identifier: Apache-2.0
#include "adapters/web/events.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace satupintu::adapters;
using namespace satupintu::core;

namespace {

constexpr Timestamp kNow{std::chrono::seconds{1'767'229'200}};
constexpr std::string_view kSecret = "whsec_a3VuY2kgdWppIHNhdHUgcGludHUgMDA0Mg==";
// printf 'msg_1.1767229200.{}' | openssl dgst -sha256 -mac HMAC -macopt key:'kunci uji satu pintu 0042' -binary | base64
constexpr std::string_view kSignature = "v1,ETFPgVJ5e21w1mfhJAI2daASxkTYlaIG6SKqJDeUjWA=";
// openssl pkeyutl -sign -rawin, over the same bytes.
constexpr std::string_view kPublicKey = "whpk_W+3nre5fLFYNAgBqlGMlG4Hkh20O4qhajSyfBOSLGp0=";
constexpr std::string_view kEd25519 = "v1a,iV0/bayKs/mJa08VQ7dKc3LutEo3FdUqdrhCzOTrzLQ0ln0GgrGnBxXHZLl6pMrQC6APYibIaklKko/iIPjDAQ==";

SettingsNode secret(std::string_view bytes) { return {Secret{std::string(bytes)}}; }
SettingsNode list(std::string_view text) { return {SettingsNode::List{{std::string(text)}}}; }

std::unique_ptr<Adapter> make(SettingsNode::Table table = {}) {
  table.insert({"secret", secret(kSecret)});
  const SettingsNode root{std::move(table)};
  SettingsReport report;
  Settings settings(root, report);
  auto adapter = make_web_events("app-uji", settings);
  report_unknown_keys(root, report);
  REQUIRE(report.mistakes.empty());
  return adapter;
}

HttpRequest post(std::string_view signature, std::string id = "msg_1", std::string time = "1767229200", std::string body = "{}") {
  HttpRequest request;
  request.method = "POST";
  request.headers = {{"content-type", "application/cloudevents+json"},
                     {"webhook-id", std::move(id)},
                     {"webhook-timestamp", std::move(time)},
                     {"webhook-signature", std::string(signature)}};
  request.body = std::move(body);
  return request;
}

bool is_authentic(const Adapter& adapter, const HttpRequest& request, Timestamp now = kNow) {
  const auto admission = adapter.admit(request, now);
  if (!admission) CHECK(admission.error().code == Errc::unauthentic);
  return admission.has_value();
}

std::vector<Event> decoded(const Adapter& adapter, std::string body, std::string content_type = "application/cloudevents+json") {
  HttpRequest request = post("", "msg_1", "1767229200", std::move(body));
  request.headers[0].second = std::move(content_type);
  adapter.sign(request);
  const auto admission = adapter.admit(request, kNow);
  REQUIRE(admission);
  REQUIRE(admission->delivery);
  auto events = adapter.decode(*admission->delivery);
  REQUIRE(events);
  return std::move(*events);
}

std::string event(const std::string& data, const std::string& rest = "") {
  return R"({"specversion":"1.0","id":"1","source":"/uji","type":"complaint.submitted",)" + rest + R"("data":)" + data + "}";
}

std::string why(const std::string& data) {
  const auto events = decoded(*make(), event(data));
  REQUIRE(events.size() == 1);
  const auto* const unreadable = std::get_if<Unreadable>(&events[0]);
  return unreadable == nullptr ? "" : unreadable->why;
}

}  // namespace

TEST_CASE("a_signature_made_elsewhere_is_accepted_and_the_event_queued") {
  const auto admission = make()->admit(post(kSignature), kNow);
  REQUIRE(admission);
  REQUIRE(admission->delivery);
  CHECK(admission->delivery->account == "app-uji");
  CHECK(admission->delivery->received_at == kNow);
  CHECK(admission->delivery->body == "{}");
  CHECK(admission->delivery->head == "POST ?\ncontent-type: application/cloudevents+json\nwebhook-id: msg_1\n");
  CHECK(admission->answer.status == 202);
  CHECK(admission->answer.body.empty());
  CHECK(admission->answer.content_type.empty());
}

TEST_CASE("one_of_several_signatures_is_enough") {
  const std::string right(kSignature), wrong = "v1,AAAAgVJ5e21w1mfhJAI2daASxkTYlaIG6SKqJDeUjWA=";
  CHECK(is_authentic(*make(), post(wrong + ' ' + right)));
  CHECK(is_authentic(*make(), post(right + ' ' + wrong)));
  CHECK(is_authentic(*make(), post("v2,x " + right)));
  CHECK_FALSE(is_authentic(*make(), post(wrong)));
  std::string many;
  for (int i = 0; i < 16; ++i) many += "v2," + std::to_string(i) + ' ';
  CHECK_FALSE(is_authentic(*make(), post(many + right)));
}

TEST_CASE("the_version_of_a_signature_chooses_no_other_algorithm") {
  for (const std::string prefix : {"", "v1", "v1;", "V1,", "v1a,", "v2,", "none,"}) {
    CAPTURE(prefix);
    CHECK_FALSE(is_authentic(*make({{"public_keys", list(kPublicKey)}}), post(prefix + std::string(kSignature.substr(3)))));
  }
}

TEST_CASE("a_signature_has_one_spelling") {
  for (std::size_t at = 3; at < kSignature.size(); ++at) {
    CAPTURE(at);
    std::string other(kSignature);
    other[at] = static_cast<char>(other[at] ^ '\x80');
    CHECK_FALSE(is_authentic(*make(), post(other)));
  }
  CHECK_FALSE(is_authentic(*make(), post(kSignature.substr(0, kSignature.size() - 1))));
}

TEST_CASE("an_ed25519_signature_is_accepted_where_its_key_is_configured") {
  CHECK(is_authentic(*make({{"public_keys", list(kPublicKey)}}), post(kEd25519)));
  CHECK(is_authentic(*make({{"public_keys", list(kPublicKey.substr(5))}}), post(kEd25519)));
  CHECK_FALSE(is_authentic(*make(), post(kEd25519)));
  CHECK_FALSE(is_authentic(*make({{"public_keys", list(kPublicKey)}}), post(kEd25519, "msg_2")));
}

TEST_CASE("the_previous_secret_is_accepted_while_it_is_configured") {
  constexpr std::string_view kOther = "whsec_a3VuY2kgdWppIHNhdHUgcGludHUgMDA0Mw==";
  CHECK(is_authentic(*make({{"secret", secret(kOther)}, {"previous_secret", secret(kSecret)}}), post(kSignature)));
  CHECK_FALSE(is_authentic(*make({{"secret", secret(kOther)}}), post(kSignature)));
  CHECK(is_authentic(*make({{"secret", secret(kSecret.substr(6))}}), post(kSignature)));  // the prefix may be missing
}

TEST_CASE("a_delivery_older_or_newer_than_five_minutes_is_refused") {
  using std::chrono::minutes, std::chrono::seconds;
  CHECK(is_authentic(*make(), post(kSignature), kNow + minutes{5}));
  CHECK(is_authentic(*make(), post(kSignature), kNow - minutes{5}));
  CHECK_FALSE(is_authentic(*make(), post(kSignature), kNow + minutes{5} + seconds{1}));
  CHECK_FALSE(is_authentic(*make(), post(kSignature), kNow - minutes{5} - seconds{1}));
}

TEST_CASE("id_and_time_are_signed_and_cannot_be_left_out_or_shifted") {
  CHECK_FALSE(is_authentic(*make(), post(kSignature, "msg_2")));
  CHECK_FALSE(is_authentic(*make(), post(kSignature, "")));
  CHECK_FALSE(is_authentic(*make(), post(kSignature, "msg_1", "1767229201")));
  CHECK_FALSE(is_authentic(*make(), post(kSignature, "msg_1", "")));
  CHECK_FALSE(is_authentic(*make(), post(kSignature, "msg_1", "satu")));
  // The same bytes to sign, with the border elsewhere.
  HttpRequest shifted = post("", "msg_1.1767229200", "1767229200", "{}");
  make()->sign(shifted);
  CHECK_FALSE(is_authentic(*make(), shifted));
}

TEST_CASE("what_is_no_cloud_event_is_not_taken") {
  HttpRequest request = post(kSignature);
  request.headers[0].second = "application/json";
  const auto admission = make()->admit(request, kNow);
  REQUIRE(admission);
  CHECK_FALSE(admission->delivery);
  CHECK(admission->answer.status == 415);
  request.headers[3].second = "v1,x";
  CHECK_FALSE(is_authentic(*make(), request));
}

TEST_CASE("any_origin_may_ask_whether_it_may_post") {
  HttpRequest request;
  request.method = "OPTIONS";
  CHECK(make()->admit(request, kNow).error().code == Errc::malformed);
  request.headers = {{"webhook-request-origin", "aplikasi.tangerang.example"}, {"WebHook-Request-Rate", "120"}};
  const auto admission = make()->admit(request, kNow);
  REQUIRE(admission);
  CHECK_FALSE(admission->delivery);
  CHECK(admission->answer.status == 200);
  CHECK(std::ranges::find(admission->answer.headers, std::pair<std::string, std::string>{"WebHook-Allowed-Origin", "*"}) !=
        admission->answer.headers.end());
}

TEST_CASE("the_content_type_may_have_parameters_and_capitals") {
  const std::string body = event(R"({"text":"Banjir"})");
  for (const std::string type : {"application/cloudevents+json", "Application/CloudEvents+JSON; charset=UTF-8"}) {
    CHECK(std::get<Message>(decoded(*make(), body, type).at(0)).text == "Banjir");
  }
  CHECK(std::get<Message>(decoded(*make(), '[' + body + ']', "application/cloudevents-batch+json;charset=utf-8").at(0)).text == "Banjir");
}

TEST_CASE("source_and_id_together_name_a_message") {
  const auto id_of = [](const std::string& source, const std::string& id) {
    const auto events = decoded(*make(), R"({"specversion":"1.0","id":")" + id + R"(","source":")" + source +
                                             R"(","type":"complaint.submitted","data":{"text":"Banjir"}})");
    return std::get<Message>(events.at(0)).external_id;
  };
  CHECK(id_of("/a", "1") == "/a 1");
  CHECK(id_of("/a", "1 2") != id_of("/a1", "2"));
}

TEST_CASE("the_reason_of_a_refusal_names_the_field") {
  CHECK(why(R"({"text":"Banjir"})").empty());
  CHECK(why(R"({})") == "missing_text");
  CHECK(why(R"("Banjir")") == "invalid_data");
  CHECK(why(R"({"text":7})") == "invalid_text");
  CHECK(why(R"({"text":"Banjir","sender":[]})") == "invalid_sender");
  CHECK(why(R"({"text":"Banjir","sender":{"email":"sari"}})") == "invalid_sender_email");
  CHECK(why(R"({"text":"Banjir","place":{"longitude":180.1,"latitude":0}})") == "invalid_place_longitude");
  CHECK(why(R"({"text":"Banjir","place":{"longitude":106.6}})") == "missing_place_latitude");
  CHECK(why(R"({"text":"Banjir","place":{"latitude":-6.1}})") == "missing_place_longitude");
  CHECK(why(R"({"text":"Banjir","attachments":[{"url":"file:///etc/passwd"}]})") == "invalid_attachments_url");
  CHECK(why(R"({"text":"Banjir","attachments":[7]})") == "missing_attachments_url");
  CHECK(why(R"({"text":"Banjir","attributes":{"<b>":"x"}})") == "invalid_attributes");
  CHECK(why(R"({"text":"Banjir","occurred_at":"2026-02-30T00:00:00Z"})") == "invalid_occurred_at");
  CHECK(why(R"({"text":"Banjir","visibility":"rahasia"})") == "invalid_visibility");
}

TEST_CASE("a_sender_is_answered_by_mail_then_by_phone_then_on_the_platform") {
  const auto sender_of = [](const std::string& sender) {
    return std::get<Message>(decoded(*make(), event(R"({"text":"Banjir","sender":)" + sender + "}")).at(0)).sender;
  };
  const auto all = sender_of(R"({"email":"sari@contoh.example","phone":"081255501001","platform_id":"akun-1"})");
  CHECK(all.address_kind == AddressKind::email);
  CHECK(all.address == "sari@contoh.example");
  CHECK(all.phone == "081255501001");
  CHECK(all.platform_id == "akun-1");
  const auto phone = sender_of(R"({"phone":"081255501001","platform_id":"akun-1"})");
  CHECK(phone.address_kind == AddressKind::phone);
  CHECK(phone.address == "081255501001");
  CHECK(phone.phone.empty());
  const auto platform = sender_of(R"({"platform_id":"akun-1","scope":"tangerang-live"})");
  CHECK(platform.address_kind == AddressKind::platform_id);
  CHECK(platform.address == "akun-1");
  CHECK(platform.scope == "tangerang-live");
  CHECK(sender_of("{}").address_kind == AddressKind::none);
}

TEST_CASE("a_body_that_is_no_json_in_utf_8_is_unreadable") {
  const auto adapter = make();
  for (const std::string body : {"", "{", "[1,", "Banjir", "{\"id\":\"Caf\xE9\"}"}) {
    CAPTURE(body);
    const Delivery delivery{
        .account = {}, .received_at = kNow, .head = "POST ?\nContent-Type: application/cloudevents+json\n", .body = body};
    const auto events = adapter->decode(delivery);
    REQUIRE_FALSE(events);
    CHECK(events.error().code == Errc::unreadable);
  }
}

TEST_CASE("one_bad_event_of_a_thousand_costs_none_of_the_others") {
  std::string batch;
  for (int i = 0; i < 1000; ++i) batch += (i == 0 ? "[" : ",") + (i == 500 ? "{}" : event(R"({"text":"Sampah menumpuk"})"));
  const auto events = decoded(*make(), batch + ']', "application/cloudevents-batch+json");
  REQUIRE(events.size() == 1000);
  CHECK(std::ranges::count_if(events, [](const Event& each) { return std::holds_alternative<Message>(each); }) == 999);
  CHECK(std::get<Unreadable>(events[500]).why == "invalid_specversion");
}

TEST_CASE("secrets_and_keys_that_are_none_are_mistakes") {
  const auto path_of = [](SettingsNode::Table table) {
    table.insert({"secret", secret(kSecret)});
    const SettingsNode root{std::move(table)};
    SettingsReport report;
    Settings settings(root, report, "accounts.app-uji");
    CHECK(make_web_events("app-uji", settings) != nullptr);
    REQUIRE(report.mistakes.size() == 1);
    return report.mistakes[0].path;
  };
  CHECK(path_of({{"secret", secret("whsec_bukan-base64-sama-sekali")}}) == "accounts.app-uji.secret");
  CHECK(path_of({{"secret", secret("whsec_dGVybGFsdSBwZW5kZWs=")}}) == "accounts.app-uji.secret");
  CHECK(path_of({{"previous_secret", secret(kPublicKey)}}) == "accounts.app-uji.previous_secret");
  CHECK(path_of({{"public_keys", list("whpk_dGVybGFsdSBwZW5kZWs=")}}) == "accounts.app-uji.public_keys");
}
