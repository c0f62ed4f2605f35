// SPDX-License-Identifier: Apache-2.0
#include "adapters/email/ses.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "core/crypto.hpp"
#include "tests/support/scripted_transport.hpp"

using namespace satupintu::adapters;
using namespace satupintu::core;
using satupintu::tests::run;
using satupintu::tests::ScriptedTransport;

namespace {

constexpr Timestamp kNow{std::chrono::seconds{1'767'229'200}};
constexpr std::string_view kSecret = "rahasia-ses-uji-000001";
constexpr std::string_view kTopic = "arn:aws:sns:ap-southeast-3:123456789012:surat";
// openssl req -x509; the envelopes below are signed with its key.
constexpr std::string_view kCertificate =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIDHTCCAgWgAwIBAgIUeTNg9YPt30o+PS5TG7TJMy/LabMwDQYJKoZIhvcNAQEL\n"
    "BQAwHTEbMBkGA1UEAwwSc25zLmNvbnRvaC5leGFtcGxlMCAXDTI2MTEyNTEzMzY0\n"
    "MFoYDzIxMjYxMTAxMTMzNjQwWjAdMRswGQYDVQQDDBJzbnMuY29udG9oLmV4YW1w\n"
    "bGUwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQCgCt93KKuXVaVQVt/P\n"
    "BBkLLkxZkwneBpAbsY5Tsy6b/t9gukL3IVWBNU7A5tbahEjZHT0z0XLgRRUbnSyN\n"
    "EgeRcK85MYFsJ6rCOWVpGhtz/+0l6+8v/Bqu/WR3HWUD0zhR5aXSP3US01cQ+Wey\n"
    "I26Ra2Zw+1TiUWASPjyBSRI4ly5Z26GTRTVmVoQvOPzFNtcSiybb9RkWAcgxf2gU\n"
    "DoqIn8Ufj1VjX/EJcSHc4sioz0uX/B2aghjVSA8+LgfOGqbQVxDBOzqxxJWuK9nK\n"
    "fOMGTb4o9y44huXyTseh+THaBT2UBb//omqGJM6rhQatQnP9xNNHYh7zyzbzjD7B\n"
    "FayZAgMBAAGjUzBRMB0GA1UdDgQWBBSEBiBX51bwICj74Y77KLnN6r2cszAfBgNV\n"
    "HSMEGDAWgBSEBiBX51bwICj74Y77KLnN6r2cszAPBgNVHRMBAf8EBTADAQH/MA0G\n"
    "CSqGSIb3DQEBCwUAA4IBAQBfvmPVX7rXKOg0pgfezqeczk7PPpweua8kktkMvV3z\n"
    "A5Z9Cq0MV7uty+VN5nfu202B/t+u5HX5hATPmlmJplsblUpfFDU/NiUCtsoo6Z/a\n"
    "bErNOLy7sPcSkCsFKb9sjiDsMN1o1rqwiG9AF6PBBDtqyZbAOeglFZApoqmj+lcO\n"
    "wGL0VxQOcSgI16R+xbX0Ok8nF1cLL04rfZr+kusgFnZskliDqIixQobY+MirUt/B\n"
    "e3OgccpwWh6MXrA5P1/3lYM8f50MnJIRjFgTjsaAtCIx0avOHto84PEsYKr37npe\n"
    "CA8pklAXoRjSvMmA1N2DVzCfDLxYGWv8ZZlAamLGsVJv\n"
    "-----END CERTIFICATE-----\n";
constexpr std::string_view kSignedOnce =
    R"({"Type": "Notification", "MessageId": "m-1", "TopicArn": "arn:aws:sns:ap-southeast-3:123456789012:surat", "Message": "Banjir 🙏\n\"x\"", "Timestamp": "2026-01-01T00:59:59.123Z", "Subject": "Surat", "SignatureVersion": "1", "Signature": "V4APxaxKNHRnhh3zqNimcp4hA7get4wyYSF0Ws1E3jYO3MC2h13+gym6l9TdDkM74bOznIu6EuzGTNW45nHqoIKA7IzyTev4CVAsnRlYfuv+ScXjGcL0zlp8aTlU1cI1ssEcYgNEaOG1NH05qUTvP9RYJRQ4ABhXF7fEYB1lwiBf6F1wcsBZ+xdXnziB5n1xnqW2VICEYcrepErqy7e5+G9TqaubjXBLrq+mWs42wW77K8OjRZpYbVldJEKm9ZOuuXDXvfEnTfWDoLFFLxHsYh5heBKx8Bw196nnxg0aAe2vf02qyB/yjnhP4OMSpJFi7Odoleu/cwQX8oo2EdV1dg=="})";
constexpr std::string_view kSignedTwice =
    R"({"Type": "Notification", "MessageId": "m-1", "TopicArn": "arn:aws:sns:ap-southeast-3:123456789012:surat", "Message": "Banjir 🙏\n\"x\"", "Timestamp": "2026-01-01T00:59:59.123Z", "SignatureVersion": "2", "Signature": "d59cWRaWGIK+R8Pkvgj4cKFZRDh4lkulXnLdVD+PLJ4hfVMKMpumbfgfGj70xry84itoHQCQ+dBV8nGkXPt9sPkssu1OVZk+MU7lIkyAw6LeoyXgTowPxOYIwNScKhWqwkWZ0hzc1atEuVuhelSj9DRA5zjt7u9jHEwRQncB+IYkBNwQyN3z/YMGff8pHS4zAt+6U3O/Z6PuRNLDKpZjwf3p33cYdhhQh8xA8q2tI4KVmBbtakp8ArTPotEsF2LTGW2PsMdYIzOoiigpmT0HqK+eE+z3u+zGhR35YfihW1dmwRcAJZjY0ZJYowqbd2u6dK0KnyawuOBwxqX30cyGOQ=="})";
constexpr std::string_view kSignedSubscription =
    R"({"Type": "SubscriptionConfirmation", "MessageId": "m-2", "TopicArn": "arn:aws:sns:ap-southeast-3:123456789012:surat", "Message": "Banyak", "Timestamp": "2026-01-01T00:59:59.123Z", "Token": "233", "SubscribeURL": "https://sns.ap-southeast-3.amazonaws.com/?Token=233", "SignatureVersion": "1", "Signature": "haIL49RLLmXZtvB9v9BO/DTJRZ93qR0twpccc+DKmBUx19n7Q8hd2O0KCZ6jBUnN9WvLvKCbwPa+aT0BgjTjdJxjWfHDPYf2i876ahpbVk7ur3dm+RXX6z8QhsoQlKCKCED3/7pixOnuzNreqgnz/uOs+szEe3QYbMEvzwgAybmzZr/gTiLeRMp/PcKIFpDIm50hpDUcRSrYF7Xnfs6WSkbk0EyGlEpwzDVSwkOR6iYIDe9tuJr/P+UVZMoXv7fSWpCopoVHJL4gB6LY4HqBJtAXJ1yGTekiVNSiLzFvWTmh8BP4brjDonOdSWH6mWa4bBVSupovKijUpeW5xXysCQ=="})";

SettingsNode secret(std::string_view bytes) { return {Secret{std::string(bytes)}}; }
SettingsNode texts(std::string_view value) { return {SettingsNode::List{{std::string(value)}}}; }

std::unique_ptr<Adapter> make(SettingsNode::Table table = {}, std::vector<SettingsMistake>* mistakes = nullptr) {
  table.insert({{"secret", secret(kSecret)}, {"topic_arns", texts(kTopic)}, {"addresses", texts("lapor@kota.example")}});
  const SettingsNode root{std::move(table)};
  SettingsReport report;
  Settings settings(root, report);
  auto adapter = make_email_ses("surat", settings);
  report_unknown_keys(root, report);
  if (mistakes != nullptr) *mistakes = report.mistakes;
  else REQUIRE(report.mistakes.empty());
  return adapter;
}

std::unique_ptr<Adapter> make_with_access() {
  return make({{"access_key_id", {std::string("AKIACONTOH0000000001")}}, {"secret_access_key", secret("kunci-aws-uji-000001")}});
}

HttpRequest post(std::string_view body) {
  return {.method = "POST", .path = "/channels/surat/" + std::string(kSecret), .query = {}, .headers = {}, .body = std::string(body)};
}

Event event_in(const Adapter& adapter, std::string_view body) {
  const auto admission = adapter.admit(post(body), kNow);
  REQUIRE(admission);
  REQUIRE(admission->delivery);
  auto events = adapter.decode(*admission->delivery);
  REQUIRE(events);
  REQUIRE(events->size() == 1);
  return std::move(events->front());
}

std::string envelope(std::string_view type, std::string_view more) {
  return R"({"Type":")" + std::string(type) + R"(","MessageId":"m-1","TopicArn":")" + std::string(kTopic) + R"(",)" + std::string(more) +
         '}';
}

Pointer pointer_to(std::string target) { return {.target = std::move(target), .external_id = {}}; }

HttpAnswer answer(unsigned status, std::string body = {}) { return {status, "text/xml", std::move(body), {}, false}; }

constexpr std::string_view kSubscribeUrl = "https://sns.ap-southeast-3.amazonaws.com/?Action=ConfirmSubscription&Token=233";

}  // namespace

TEST_CASE("who_brings_no_password_is_asked_for_it_and_who_brings_a_wrong_one_is_refused") {
  const auto adapter = make();
  HttpRequest request = post(kSignedOnce);
  CHECK(adapter->admit(request, kNow)->delivery);
  request.path = "/channels/surat";
  const auto asked = adapter->admit(request, kNow);
  REQUIRE(asked);
  CHECK_FALSE(asked->delivery);
  CHECK(asked->answer.status == 401);
  REQUIRE(asked->answer.headers.size() == 1);
  CHECK(asked->answer.headers[0].first == "WWW-Authenticate");
  request.headers.emplace_back("Authorization", "Basic " + to_base64("sns:salah-salah-salah-salah"));
  CHECK(adapter->admit(request, kNow).error().code == Errc::unauthentic);
  request.headers.back().second = "Basic " + to_base64("sns:" + std::string(kSecret));
  CHECK(adapter->admit(request, kNow)->delivery);
  request.headers.clear();
  request.path = "/channels/surat/";
  CHECK(adapter->admit(request, kNow).error().code == Errc::unauthentic);
}

TEST_CASE("with_a_certificate_every_request_must_be_signed_too") {
  const auto adapter = make({{"signing_certificate", secret(kCertificate)}});
  for (const std::string_view body : {kSignedOnce, kSignedTwice, kSignedSubscription}) {
    CHECK(adapter->admit(post(body), kNow));
    for (const auto& [what, with] :
         std::vector<std::pair<std::string, std::string>>{{"Ban", "ban"},
                                                          {"2026-01-01", "2026-01-02"},
                                                          {"surat", "surad"},
                                                          {"\"Signature\"", "\"Signatura\""},
                                                          {"SignatureVersion\": \"1", "SignatureVersion\": \"2"},
                                                          {"SignatureVersion\": \"2", "SignatureVersion\": \"1"},
                                                          {"SignatureVersion\": \"", "SignatureVersion\": \"3"}}) {
      std::string changed(body);
      const auto at = changed.find(what);
      if (at == std::string::npos) continue;
      CAPTURE(what);
      changed.replace(at, what.size(), with);
      CHECK_FALSE(adapter->admit(post(changed), kNow));
    }
  }
  CHECK_FALSE(adapter->admit(post("{}"), kNow));
  CHECK_FALSE(adapter->admit(post(""), kNow));
  CHECK(make({{"next_signing_certificate", secret(kCertificate)}})->admit(post(kSignedOnce), kNow));
}

TEST_CASE("what_sns_does_not_sign_may_stand_beside") {
  std::string body(kSignedOnce);
  body.replace(body.find("\"Type\""), 6, "\"UnsubscribeURL\": \"https://jahat.example/\", \"Type\"");
  CHECK(make({{"signing_certificate", secret(kCertificate)}})->admit(post(body), kNow));
}

TEST_CASE("a_subscription_is_confirmed_by_asking_sns_and_then_ignored") {
  const auto adapter = make();
  const Event event = event_in(*adapter, envelope("SubscriptionConfirmation", R"("SubscribeURL":")" + std::string(kSubscribeUrl) + '"'));
  const auto* pointer = std::get_if<Pointer>(&event);
  REQUIRE(pointer != nullptr);
  ScriptedTransport world;
  world.answers.emplace_back(answer(200, "<ConfirmSubscriptionResponse/>"));
  const auto delivery = run(adapter->fetch(*pointer, world));
  REQUIRE(delivery);
  REQUIRE(world.calls.size() == 1);
  CHECK(world.calls[0].method == "GET");
  CHECK(world.calls[0].url == kSubscribeUrl);
  const auto events = adapter->decode(*delivery);
  REQUIRE(events);
  CHECK(std::get<Ignored>(events->front()).why == "subscription_confirmed");
  world.answers.emplace_back(answer(503));
  CHECK(run(adapter->fetch(*pointer, world)).error().code == Errc::unavailable);
}

TEST_CASE("a_subscription_is_confirmed_at_sns_in_our_region_and_nowhere_else") {
  const auto adapter = make();
  ScriptedTransport world;
  for (const char* url :
       {"", "http://sns.ap-southeast-3.amazonaws.com/", "https://sns.us-east-1.amazonaws.com/", "https://jahat.example/",
        "https://sns.ap-southeast-3.amazonaws.com.jahat.example/", "https://sns.ap-southeast-3.amazonaws.com@jahat.example/",
        "https://169.254.169.254/latest/meta-data", "https://jahat.example\\@sns.ap-southeast-3.amazonaws.com/"}) {
    CAPTURE(url);
    CHECK(run(adapter->fetch(pointer_to("subscribe:" + std::string(url)), world)).error().code == Errc::refused);
  }
  CHECK(run(adapter->fetch(pointer_to("lain:apa"), world)).error().code == Errc::refused);
  CHECK(world.calls.empty());
  CHECK(adapter->hosts() == std::vector<std::string>{"sns.ap-southeast-3.amazonaws.com"});
  CHECK(make({{"topic_arns", texts("arn:aws-cn:sns:cn-north-1:123456789012:surat")}})->hosts() ==
        std::vector<std::string>{"sns.cn-north-1.amazonaws.com.cn"});
}

TEST_CASE("what_another_topic_says_is_ignored_even_a_subscription") {
  for (const char* type : {"Notification", "SubscriptionConfirmation"}) {
    const Event event = event_in(
        *make(), R"({"Type":")" + std::string(type) +
                     R"(","TopicArn":"arn:aws:sns:us-east-1:999999999999:jahat","SubscribeURL":"https://sns.us-east-1.amazonaws.com/"})");
    REQUIRE(std::holds_alternative<Ignored>(event));
    CHECK(std::get<Ignored>(event).why == "other_topic");
  }
}

TEST_CASE("a_mail_in_s3_is_fetched_signed_and_keeps_what_ses_told_of_it") {
  const auto adapter = make_with_access();
  CHECK(adapter->hosts() == std::vector<std::string>{"sns.ap-southeast-3.amazonaws.com", "s3.ap-southeast-3.amazonaws.com"});
  const Event event = event_in(
      *adapter,
      envelope(
          "Notification",
          R"("Message":"{\"notificationType\":\"Received\",\"mail\":{\"messageId\":\"abc\",\"source\":\"a@warga.example\"},\"receipt\":{\"recipients\":[\"lapor@kota.example\"],\"spamVerdict\":{\"status\":\"FAIL\"},\"virusVerdict\":{\"status\":\"FAIL\"},\"dmarcVerdict\":{\"status\":\"FAIL\"},\"action\":{\"type\":\"S3\",\"bucketName\":\"surat-kota\",\"objectKey\":\"masuk/a b+c\"}}}")"));
  const auto* pointer = std::get_if<Pointer>(&event);
  REQUIRE(pointer != nullptr);
  CHECK(pointer->external_id == "ses:abc");
  ScriptedTransport world;
  world.answers.emplace_back(answer(200, "From: a@warga.example\r\n\r\nBanjir"));
  const auto delivery = run(adapter->fetch(*pointer, world));
  REQUIRE(delivery);
  CHECK(world.calls[0].url == "https://s3.ap-southeast-3.amazonaws.com/surat-kota/masuk/a%20b%2Bc");
  const auto authorization = std::ranges::find(world.calls[0].headers, "Authorization", &std::pair<std::string, std::string>::first);
  REQUIRE(authorization != world.calls[0].headers.end());
  CHECK(authorization->second.starts_with("AWS4-HMAC-SHA256 Credential=AKIACONTOH0000000001/20260101/ap-southeast-3/s3/aws4_request"));
  const auto events = adapter->decode(*delivery);
  REQUIRE(events);
  const auto& message = std::get<Message>(events->front());
  CHECK(message.text == "Banjir");
  CHECK(message.external_id == "ses:abc");
  CHECK(message.to == std::vector<std::string>{"lapor@kota.example"});
  CHECK(message.flags == std::vector<std::string>{"virus", "spam", "unverified_sender"});
}

TEST_CASE("what_s3_answers_says_what_to_do_next") {
  const auto adapter = make_with_access();
  for (const auto& [status, code] : std::vector<std::pair<unsigned, Errc>>{
           {403, Errc::unauthentic}, {404, Errc::not_found}, {503, Errc::unavailable}, {301, Errc::refused}}) {
    ScriptedTransport world;
    world.answers.emplace_back(answer(status));
    CHECK(run(adapter->fetch(pointer_to("s3:bucket=b&key=k"), world)).error().code == code);
  }
  ScriptedTransport hanging;
  hanging.answers.emplace_back(fail(Errc::timed_out, "hangs"));
  CHECK(run(adapter->fetch(pointer_to("s3:bucket=b&key=k"), hanging)).error().code == Errc::timed_out);
  ScriptedTransport world;
  CHECK(run(make()->fetch(pointer_to("s3:bucket=b&key=k"), world)).error().code == Errc::refused);
}

TEST_CASE("a_file_is_handed_out_of_a_notification_and_of_an_object") {
  const auto adapter = make();
  const std::string raw =
      "From: a@warga.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
      "boundary=x\r\n\r\n--x\r\n\r\nfoto\r\n--x\r\nContent-Type: "
      "image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--x--\r\n";
  const std::string body = envelope(
      "Notification",
      R"("Message":"{\"notificationType\":\"Received\",\"receipt\":{\"action\":{\"type\":\"SNS\",\"encoding\":\"BASE64\"}},\"content\":\")" +
          to_base64(raw) + R"(\"}")");
  const Delivery pushed = *adapter->admit(post(body), kNow)->delivery;
  const Delivery fetched{.account = "surat", .received_at = kNow, .head = "GET ?bucket=b&key=k\n", .body = raw};
  for (const Delivery& delivery : {pushed, fetched}) {
    const auto events = adapter->decode(delivery);
    REQUIRE(events);
    const auto& message = std::get<Message>(events->front());
    REQUIRE(message.attachments.size() == 1);
    CHECK(adapter->extract(delivery, message.attachments[0]).value() == "\x89PNG\r\n\x1A\n");
    Attachment other = message.attachments[0];
    other.inline_part = "9";
    CHECK(adapter->extract(delivery, other).error().code == Errc::not_found);
  }
}

TEST_CASE("mistakes_in_the_settings_are_told_with_a_remedy") {
  const auto mistake_of = [](SettingsNode::Table table) {
    std::vector<SettingsMistake> mistakes;
    make(std::move(table), &mistakes);
    REQUIRE(mistakes.size() == 1);
    return mistakes[0].path;
  };
  CHECK(mistake_of({{"topic_arns", {SettingsNode::List{}}}}) == "topic_arns");
  CHECK(mistake_of({{"topic_arns", texts("surat-masuk")}}) == "topic_arns");
  CHECK(mistake_of({{"topic_arns", texts("arn:aws:sns:evil.example/:1:x")}}) == "topic_arns");
  CHECK(mistake_of({{"signing_certificate", secret("bukan sertifikat sama sekali")}}) == "signing_certificate");
  CHECK(mistake_of({{"access_key_id", {std::string("AKIACONTOH0000000001")}}}) == "secret_access_key");
  CHECK(mistake_of({{"secret_access_key", secret("kunci-aws-uji-000001")}}) == "access_key_id");
  CHECK(mistake_of({{"s3_url", {std::string("s3.local")}}}) == "s3_url");
}
