// SPDX-License-Identifier: Apache-2.0
#include "adapters/email/sendgrid.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "adapters/multipart.hpp"
#include "core/crypto.hpp"

using namespace satupintu::adapters;
using namespace satupintu::core;

namespace {

constexpr Timestamp kNow{std::chrono::seconds{1'767'229'200}};
constexpr std::string_view kType = "multipart/form-data; boundary=batas";
constexpr std::string_view kSecret = "rahasia-sendgrid-uji-1";
// A key pair of openssl's (ecparam -name prime256v1), and dgst -sha256 -sign over "1767229200" and kBody.
constexpr std::string_view kPublicKey =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEcQXP4baKm6ZhYR3ZyL7hQb2mP3d4laYCiRmgLYzsy975G7Eq5K6LipNxlq+Q/cYVH3LWWxOTadxt/LWHsmCrUw==";
constexpr std::string_view kSignature = "MEYCIQDLoX17+ugjXRRrQXV5vC2G5O45F09FiIp7M5en//hDwwIhAJRz8QbIMn38ErypaESPgzZgn7qSmv5IO6HEkJrDRwzs";
constexpr std::string_view kBody = "--batas\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nBanjir\r\n--batas--\r\n";

SettingsNode secret(std::string_view bytes) { return {Secret{std::string(bytes)}}; }

std::unique_ptr<Adapter> make(SettingsNode::Table table, std::vector<SettingsMistake>* mistakes = nullptr) {
  table.insert({{"secret", secret(kSecret)}, {"addresses", {SettingsNode::List{{std::string("lapor@kota.example")}}}}});
  const SettingsNode root{std::move(table)};
  SettingsReport report;
  Settings settings(root, report);
  auto adapter = make_email_sendgrid("surat", settings);
  report_unknown_keys(root, report);
  if (mistakes != nullptr) *mistakes = report.mistakes;
  else REQUIRE(report.mistakes.empty());
  return adapter;
}

HttpRequest post(std::string body) {
  return {.method = "POST",
          .path = "/channels/surat/" + std::string(kSecret),
          .query = {},
          .headers = {{"Content-Type", std::string(kType)}},
          .body = std::move(body)};
}

HttpRequest signed_post(std::string_view timestamp, std::string_view signature) {
  HttpRequest request = post(std::string(kBody));
  request.headers.emplace_back("X-Twilio-Email-Event-Webhook-Timestamp", timestamp);
  request.headers.emplace_back("X-Twilio-Email-Event-Webhook-Signature", signature);
  return request;
}

Message message_in(const Adapter& adapter, const std::vector<std::pair<std::string, std::string>>& fields) {
  const auto admission = adapter.admit(post(to_multipart_form(fields, "batas")), kNow);
  REQUIRE(admission);
  auto events = adapter.decode(*admission->delivery);
  REQUIRE(events);
  REQUIRE(events->size() == 1);
  REQUIRE(std::holds_alternative<Message>(events->front()));
  return std::get<Message>(std::move(events->front()));
}

}  // namespace

TEST_CASE("the_secret_in_the_url_or_as_a_password_lets_in_and_nothing_else_does") {
  const auto adapter = make({});
  const auto admission = adapter->admit(post(std::string(kBody)), kNow);
  REQUIRE(admission);
  CHECK(admission->answer.status == 200);
  CHECK_FALSE(admission->delivery->head.contains(kSecret));
  HttpRequest basic = post(std::string(kBody));
  basic.path = "/channels/surat";
  CHECK(adapter->admit(basic, kNow).error().code == Errc::unauthentic);
  basic.headers.emplace_back("Authorization", "Basic " + to_base64("sendgrid:" + std::string(kSecret)));
  CHECK(adapter->admit(basic, kNow));
}

TEST_CASE("with_a_public_key_every_request_must_be_signed_too") {
  const auto adapter = make({{"public_key", {std::string(kPublicKey)}}});
  CHECK(adapter->admit(signed_post("1767229200", kSignature), kNow));
  CHECK_FALSE(adapter->admit(post(std::string(kBody)), kNow));
  CHECK_FALSE(adapter->admit(signed_post("1767229201", kSignature), kNow));
  CHECK_FALSE(adapter->admit(signed_post("1767229200", ""), kNow));
  CHECK_FALSE(adapter->admit(signed_post("1767229200", kSignature.substr(4)), kNow));
  HttpRequest changed = signed_post("1767229200", kSignature);
  changed.body[changed.body.find("Banjir")] = 'b';
  CHECK_FALSE(adapter->admit(changed, kNow));
  HttpRequest doubled = signed_post("1767229200", kSignature);
  doubled.headers.push_back(doubled.headers.back());
  CHECK_FALSE(adapter->admit(doubled, kNow));
  HttpRequest without_secret = signed_post("1767229200", kSignature);
  without_secret.path = "/channels/surat";
  CHECK_FALSE(adapter->admit(without_secret, kNow));
}

TEST_CASE("a_public_key_that_is_none_is_a_mistake") {
  for (const char* key : {"kunci", "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE"}) {
    std::vector<SettingsMistake> mistakes;
    make({{"public_key", {std::string(key)}}}, &mistakes);
    REQUIRE(mistakes.size() == 1);
    CHECK(mistakes[0].path == "public_key");
  }
}

TEST_CASE("each_field_is_read_in_its_own_charset") {
  const Message message = message_in(*make({}), {{"headers", "Message-ID: <1@warga.example>\nFrom: a@warga.example\n"},
                                                 {"subject", "Caf\xE9"},
                                                 {"text", "\x93kutip\x94 \x80"},
                                                 {"charsets", R"({"subject":"ISO-8859-1","text":"windows-1252"})"}});
  CHECK(message.subject == "Café");
  CHECK(message.text == "“kutip” €");
  CHECK(message.flags.empty());
}

TEST_CASE("a_charset_that_is_wrong_or_unknown_costs_no_message") {
  for (const char* charset : {"utf-8", "x-tidak-ada", "", "../../etc", "UTF-16"}) {
    CAPTURE(charset);
    const Message message = message_in(*make({}), {{"headers", "Message-ID: <1@warga.example>\nFrom: a@warga.example\n"},
                                                   {"text", "Banjir\xFF"},
                                                   {"charsets", R"({"text":")" + std::string(charset) + "\"}"}});
    CHECK(std::ranges::find(message.flags, "repaired") != message.flags.end());
  }
  CHECK(message_in(*make({}), {{"from", "a@warga.example"}, {"text", "Banjir"}, {"charsets", "rusak"}}).text == "Banjir");
}

TEST_CASE("a_header_that_goes_on_in_the_next_line_is_one") {
  const Message message = message_in(
      *make({}),
      {{"headers", "Message-ID: <1@warga.example>\nFrom: a@warga.example\nReferences: <r1@warga.example>\r\n\t<r2@warga.example>\n"},
       {"text", "ya"}});
  CHECK(message.thread_id == "r1@warga.example");
  CHECK(message.in_reply_to == "r2@warga.example");
}

TEST_CASE("files_are_handed_out_and_others_are_not_found") {
  const auto adapter = make({});
  HttpRequest request = post(
      "--batas\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nfoto\r\n--batas\r\nContent-Disposition: form-data; "
      "name=\"attachment1\"; "
      "filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\x1A\n\r\n--batas--\r\n");
  const auto admission = adapter->admit(request, kNow);
  REQUIRE(admission);
  const auto events = adapter->decode(*admission->delivery);
  REQUIRE(events);
  const auto& message = std::get<Message>(events->front());
  REQUIRE(message.attachments.size() == 1);
  CHECK(message.attachments[0].mime_type == "image/png");
  CHECK(adapter->extract(*admission->delivery, message.attachments[0]).value() == "\x89PNG\r\n\x1A\n");
  for (const char* place : {"attachment2", "attachment", "1", ""}) {
    Attachment other = message.attachments[0];
    other.inline_part = place;
    CHECK(adapter->extract(*admission->delivery, other).error().code == Errc::not_found);
  }
}

TEST_CASE("what_is_no_form_is_unreadable") {
  const auto adapter = make({});
  for (const char* body : {"", "text=Banjir", "--batas--\r\n"}) {
    const auto admission = adapter->admit(post(body), kNow);
    REQUIRE(admission);
    CHECK(adapter->decode(*admission->delivery).error().code == Errc::unreadable);
  }
}
