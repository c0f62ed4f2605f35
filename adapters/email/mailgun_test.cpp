// SPDX-License-Identifier: Apache-2.0
#include "adapters/email/mailgun.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "adapters/form.hpp"
#include "adapters/multipart.hpp"
#include "core/crypto.hpp"
#include "tests/support/scripted_transport.hpp"

using namespace satupintu::adapters;
using namespace satupintu::core;
using satupintu::tests::run;
using satupintu::tests::ScriptedTransport;

namespace {

constexpr Timestamp kNow{std::chrono::seconds{1'767'229'200}};
constexpr std::string_view kForm = "application/x-www-form-urlencoded";
constexpr std::string_view kParts = "multipart/form-data; boundary=batas";
// printf '1767229200tokenku' | openssl dgst -sha256 -mac HMAC -macopt key:kunci-webhook-uji-001
constexpr std::string_view kMac = "9d85ee423f07fb8fd335a185e867e9dbc576cf4b75361f13a15e8f0310fd6dfd";
constexpr std::string_view kSigned =
    "&timestamp=1767229200&token=tokenku&signature=9d85ee423f07fb8fd335a185e867e9dbc576cf4b75361f13a15e8f0310fd6dfd";
constexpr std::string_view kStored = "https://storage-us-east4.api.mailgun.net/v3/domains/kota.example/messages/BAAB";

SettingsNode secret(std::string bytes) { return {Secret{std::move(bytes)}}; }

std::unique_ptr<Adapter> make(SettingsNode::Table table = {}) {
  table.insert({{"signing_key", secret("kunci-webhook-uji-001")},
                {"api_key", secret("kunci-api-mailgun-1")},
                {"addresses", {SettingsNode::List{{std::string("lapor@kota.example")}}}}});
  const SettingsNode root{std::move(table)};
  SettingsReport report;
  Settings settings(root, report);
  auto adapter = make_email_mailgun("surat", settings);
  report_unknown_keys(root, report);
  REQUIRE(report.mistakes.empty());
  return adapter;
}

HttpRequest post(std::string_view type, std::string body) {
  return {.method = "POST", .path = {}, .query = {}, .headers = {{"Content-Type", std::string(type)}}, .body = std::move(body)};
}

std::vector<Event> decoded(const Adapter& adapter, const HttpRequest& request) {
  const auto admission = adapter.admit(request, kNow);
  REQUIRE(admission);
  REQUIRE(admission->delivery);
  auto events = adapter.decode(*admission->delivery);
  REQUIRE(events);
  return std::move(*events);
}

Message message_in(const Adapter& adapter, const HttpRequest& request) {
  auto events = decoded(adapter, request);
  REQUIRE(events.size() == 1);
  REQUIRE(std::holds_alternative<Message>(events.front()));
  return std::get<Message>(std::move(events.front()));
}

Pointer pointer_to(std::string_view url) { return {.target = std::string(url), .external_id = {}}; }

Attachment file_at(std::string url) {
  Attachment attachment;
  attachment.url = std::move(url);
  return attachment;
}

HttpAnswer answer(unsigned status, std::string body = {}) { return {status, "application/json", std::move(body), {}, false}; }

}  // namespace

TEST_CASE("a_signature_made_elsewhere_is_accepted_in_either_kind_of_form") {
  const auto adapter = make();
  const auto admission = adapter->admit(post(kForm, "body-plain=Banjir" + std::string(kSigned)), kNow);
  REQUIRE(admission);
  REQUIRE(admission->delivery);
  CHECK(admission->answer.status == 200);
  CHECK(admission->answer.body.empty());
  CHECK(adapter->admit(
      post(kParts, to_multipart_form({{"timestamp", "1767229200"}, {"token", "tokenku"}, {"signature", std::string(kMac)}}, "batas")),
      kNow));
}

TEST_CASE("the_last_field_of_a_name_is_mailgun_s_and_those_before_may_be_the_sender_s") {
  const auto adapter = make();
  CHECK(adapter->admit(post(kForm, "token=palsu&signature=00&timestamp=1" + std::string(kSigned)), kNow));
  CHECK_FALSE(adapter->admit(post(kForm, "a=b" + std::string(kSigned) + "&token=palsu"), kNow));
  CHECK_FALSE(adapter->admit(post(kForm, "a=b" + std::string(kSigned) + "&%74oken=palsu"), kNow));
  CHECK(message_in(*adapter, post(kForm, "body-plain=palsu&body-plain=asli" + std::string(kSigned))).text == "asli");
}

TEST_CASE("a_sender_cannot_point_us_elsewhere") {
  const auto events =
      decoded(*make(), post(kForm, "message-url=https://jahat.example/v3/domains/x/messages/1&body-plain=Banjir" + std::string(kSigned)));
  CHECK(std::holds_alternative<Message>(events.front()));
}

TEST_CASE("a_signature_is_refused_when_it_is_too_old_or_from_the_future") {
  const auto adapter = make();
  const HttpRequest request = post(kForm, "body-plain=Banjir" + std::string(kSigned));
  CHECK(adapter->admit(request, kNow + std::chrono::hours{12}));
  CHECK_FALSE(adapter->admit(request, kNow + std::chrono::hours{12} + std::chrono::milliseconds{1}));
  CHECK(adapter->admit(request, kNow - std::chrono::minutes{5}));
  CHECK_FALSE(adapter->admit(request, kNow - std::chrono::minutes{6}));
  CHECK_FALSE(make({{"max_age", {std::string("10m")}}})->admit(request, kNow + std::chrono::minutes{11}));
}

TEST_CASE("the_previous_signing_key_is_accepted_while_it_is_configured") {
  const HttpRequest request = post(kForm, "body-plain=Banjir" + std::string(kSigned));
  CHECK(make({{"signing_key", secret("kunci-webhook-uji-002")}, {"previous_signing_key", secret("kunci-webhook-uji-001")}})
            ->admit(request, kNow));
  const auto refused = make({{"signing_key", secret("kunci-webhook-uji-002")}})->admit(request, kNow);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::unauthentic);
}

TEST_CASE("a_repetition_with_another_token_is_the_same_mail") {
  const auto adapter = make();
  const std::string mail = "recipient=lapor%40kota.example&sender=sari%40warga.example&from=sari%40warga.example&body-plain=Banjir&token=";
  std::vector<std::string> ids;
  for (const std::string token : {"satu", "dua"}) {
    HttpRequest request = post(kForm, mail + token + "&timestamp=1767229200");
    adapter->sign(request);
    ids.push_back(message_in(*adapter, request).external_id);
  }
  CHECK(ids[0] == ids[1]);
  HttpRequest other = post(kForm, "from=budi%40warga.example&body-plain=Banjir&token=tiga&timestamp=1767229200");
  adapter->sign(other);
  CHECK(message_in(*adapter, other).external_id != ids[0]);
}

TEST_CASE("files_are_handed_out_of_a_form_and_of_a_raw_mail") {
  const auto adapter = make();
  const std::string raw =
      "From: sari@warga.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nlihat foto\r\n--x\r\n"
      "Content-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--x--\r\n";
  Form urlencoded;
  urlencoded.add("body-mime", raw);
  std::vector<HttpRequest> requests{
      post(kParts,
           "--batas\r\nContent-Disposition: form-data; name=\"body-plain\"\r\n\r\nfoto\r\n--batas\r\nContent-Disposition: form-data; "
           "name=\"attachment-count\"\r\n\r\n1\r\n--batas\r\nContent-Disposition: form-data; name=\"attachment-1\"; filename=\"a.png\"\r\n"
           "Content-Type: image/png\r\n\r\n\x89PNG\r\n\x1A\n\r\n--batas--\r\n"),
      post(kParts, to_multipart_form({{"body-mime", raw}}, "batas")), post(kForm, urlencoded.encoded())};
  for (HttpRequest& request : requests) {
    const bool parts = request.headers[0].second == kParts;
    const std::string stamp = "timestamp=1767229200&token=t&";
    if (!parts) request.body.insert(0, stamp);
    else request.body.insert(0, "--batas\r\nContent-Disposition: form-data; name=\"timestamp\"\r\n\r\n1767229200\r\n");
    adapter->sign(request);
    const Message message = message_in(*adapter, request);
    REQUIRE(message.attachments.size() == 1);
    const auto bytes = adapter->extract(*adapter->admit(request, kNow)->delivery, message.attachments[0]);
    REQUIRE(bytes);
    CHECK(*bytes == "\x89PNG\r\n\x1A\n");
    Attachment other = message.attachments[0];
    for (const char* place : {"attachment-2", "attachment-", "9.9", ""}) {
      other.inline_part = place;
      CHECK(adapter->extract(*adapter->admit(request, kNow)->delivery, other).error().code == Errc::not_found);
    }
  }
}

TEST_CASE("a_stored_mail_is_fetched_with_the_api_key_and_read_raw") {
  const auto adapter = make();
  ScriptedTransport world;
  world.answers.emplace_back(answer(
      200,
      R"({"recipients":"lapor@kota.example","sender":"sari@warga.example","body-mime":"Message-ID: <s1@warga.example>\r\nFrom: sari@warga.example\r\n\r\nBanjir \u00e9"})"));
  const auto delivery = run(adapter->fetch(pointer_to(kStored), world));
  REQUIRE(delivery);
  CHECK(delivery->received_at == world.time);
  REQUIRE(world.calls.size() == 1);
  CHECK(world.calls[0].url == kStored);
  CHECK(std::ranges::find(world.calls[0].headers, std::pair<std::string, std::string>{"Accept", "message/rfc2822"}) !=
        world.calls[0].headers.end());
  CHECK(std::ranges::find(world.calls[0].headers,
                          std::pair<std::string, std::string>{"Authorization", "Basic " + to_base64("api:kunci-api-mailgun-1")}) !=
        world.calls[0].headers.end());
  const auto events = adapter->decode(*delivery);
  REQUIRE(events);
  const auto& message = std::get<Message>(events->front());
  CHECK(message.external_id == "s1@warga.example");
  CHECK(message.text == "Banjir \u00e9");
  CHECK(message.to == std::vector<std::string>{"lapor@kota.example"});
}

TEST_CASE("what_mailgun_answers_to_a_fetch_says_what_to_do_next") {
  const auto adapter = make();
  for (const auto& [status, code] : std::vector<std::pair<unsigned, Errc>>{{401, Errc::unauthentic},
                                                                           {403, Errc::unauthentic},
                                                                           {404, Errc::not_found},
                                                                           {410, Errc::not_found},
                                                                           {408, Errc::unavailable},
                                                                           {429, Errc::unavailable},
                                                                           {503, Errc::unavailable},
                                                                           {302, Errc::refused},
                                                                           {400, Errc::refused}}) {
    CAPTURE(status);
    ScriptedTransport world;
    world.answers.emplace_back(answer(status));
    CHECK(run(adapter->fetch(pointer_to(kStored), world)).error().code == code);
  }
  for (const char* body : {"", "{}", "[]", R"({"body-mime":7})"}) {
    ScriptedTransport world;
    world.answers.emplace_back(answer(200, body));
    CHECK(run(adapter->fetch(pointer_to(kStored), world)).error().code == Errc::unreadable);
  }
  ScriptedTransport hanging;
  hanging.answers.emplace_back(fail(Errc::timed_out, "hangs"));
  CHECK(run(adapter->fetch(pointer_to(kStored), hanging)).error().code == Errc::timed_out);
}

TEST_CASE("the_api_key_goes_to_stored_messages_of_mailgun_and_nowhere_else") {
  const auto adapter = make();
  ScriptedTransport world;
  for (const char* url :
       {"", "https://jahat.example/v3/domains/x/messages/1", "http://storage.api.mailgun.net/v3/domains/x/messages/1",
        "https://api.mailgun.net.jahat.example/v3/domains/x/messages/1", "https://api.mailgun.net@jahat.example/v3/domains/x/messages/1",
        "https://api.mailgun.net/v3/domains", "https://api.mailgun.net/v3/keys?x=/v3/domains/x/messages/1",
        "https://api.mailgun.net/v3/domains/x/messages/../../keys", "https://api.mailgun.net/v3/domains/x/messages/%2e%2e/keys"}) {
    CAPTURE(url);
    CHECK(run(adapter->fetch(pointer_to(url), world)).error().code == Errc::refused);
    CHECK(run(adapter->download(file_at(url), world)).error().code == Errc::refused);
  }
  CHECK(world.calls.empty());
  world.bodies.emplace_back("gambar");
  CHECK(run(adapter->download(file_at(std::string(kStored) + "/attachments/0"), world)));
  CHECK(world.calls.back().headers.front().first == "Authorization");
  CHECK(adapter->hosts() == std::vector<std::string>{"api.mailgun.net", "*.api.mailgun.net"});
}

TEST_CASE("without_an_api_key_nothing_is_fetched") {
  SettingsNode::Table table{{"signing_key", secret("kunci-webhook-uji-001")},
                            {"addresses", {SettingsNode::List{{std::string("lapor@kota.example")}}}}};
  const SettingsNode root{std::move(table)};
  SettingsReport report;
  Settings settings(root, report);
  const auto adapter = make_email_mailgun("surat", settings);
  CHECK(adapter->hosts().empty());
  ScriptedTransport world;
  CHECK(run(adapter->fetch(pointer_to(kStored), world)).error().code == Errc::refused);
}

TEST_CASE("another_address_of_the_api_may_stand_in") {
  const auto adapter = make({{"api_url", {std::string("https://proksi.kota.example/")}}});
  CHECK(adapter->hosts() == std::vector<std::string>{"proksi.kota.example"});
  ScriptedTransport world;
  world.answers.emplace_back(answer(404));
  CHECK(run(adapter->fetch(pointer_to("https://proksi.kota.example/v3/domains/x/messages/1"), world)).error().code == Errc::not_found);
}
