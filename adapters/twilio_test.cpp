// SPDX-License-Identifier: Apache-2.0
#include "adapters/twilio.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "core/crypto.hpp"
#include "tests/support/scripted_transport.hpp"

using namespace satupintu;
using namespace satupintu::adapters;

namespace {

constexpr core::Timestamp kNow{std::chrono::seconds{1'767'229'200}};
constexpr std::string_view kToken = "uji-token-twilio-9f3a71";
constexpr std::string_view kAddress = "https://pintu.contoh.example/channels/sms-uji";
constexpr std::string_view kAccountSid = "AC00112233445566778899aabbccddeeff";

// Made by Twilio's own library for node, 6.2.0, with the token above.
constexpr std::string_view kFields =
    "MessageSid=SM1&From=%2B6281255501001&Body=banjir+%26+macet+%F0%9F%8C%8A&FromCity=&Tag=b&Tag=a&Tag=b&Tag=&a=kecil";
constexpr std::string_view kFieldsSigned = "nUQmrLt60QljVEmYG9DX4gEcj7A=";  // with the query jalur=2&kosong=
constexpr std::string_view kHello = "MessageSid=SM1&Body=halo";
constexpr std::string_view kHelloSigned = "zqWgPq/FWGaPfty1GcJXA+fBsKE=";
constexpr std::string_view kHelloSignedAt443 = "pKIe+9QxKSIBVxqm4on3pTCY64w=";
constexpr std::string_view kHelloSignedAt8443 = "NXkryH+2SoyrHczaJSA/81mwqyI=";
constexpr std::string_view kHelloSignedAt80 = "DVT8pxfihdTAP+oimFiwAC8Ldj0=";
constexpr std::string_view kGetSigned = "m4GpEGY2+Gmlfyvi/13lFo9KiVY=";  // of the query MessageSid=SM1&Body=halo+pak
constexpr std::string_view kNotice = R"({"Type":"notice"})";
constexpr std::string_view kNoticeQuery = "bodySHA256=fbdb8eee7c46d4ed12c7833803f89707102e65dab4ced654d8d59363d5f7945e";
constexpr std::string_view kNoticeSigned = "+qApy+6F4ocVDrmzN1p4giBLk4E=";

struct Account {
  core::SettingsReport report;
  TwilioAccount twilio;

  // With these settings, and the usual ones where they say nothing.
  explicit Account(core::SettingsNode::Table table = {}) : twilio(make(std::move(table))) {}

 private:
  TwilioAccount make(core::SettingsNode::Table table) {
    table.insert({{"auth_token", {core::Secret{std::string(kToken)}}}, {"public_url", {std::string(kAddress)}}});
    const core::SettingsNode root{std::move(table)};
    core::Settings settings(root, report);
    TwilioAccount made("sms-uji", settings);
    core::report_unknown_keys(root, report);
    return made;
  }
};

core::HttpRequest post(std::string_view body, std::string_view signature, std::string_view query = {}) {
  return {.method = "POST",
          .path = "/channels/sms-uji",
          .query = std::string(query),
          .headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"x-twilio-signature", std::string(signature)}},
          .body = std::string(body)};
}

core::HttpRequest get(std::string_view query, std::string_view signature) {
  return {.method = "GET",
          .path = "/channels/sms-uji",
          .query = std::string(query),
          .headers = {{"X-Twilio-Signature", std::string(signature)}},
          .body = {}};
}

bool is_admitted(const Account& account, const core::HttpRequest& request) {
  const auto admission = account.twilio.admit(request, kNow);
  if (!admission) {
    CHECK(admission.error().code == core::Errc::unauthentic);
    CHECK(admission.error().what == "the signature is missing or wrong");
  }
  return admission.has_value();
}

core::SettingsNode text(std::string_view value) { return {std::string(value)}; }

}  // namespace

// ------------------------------------------------------------------ the signature

TEST_CASE("what_twilios_own_library_signs_is_accepted") {
  const Account account;
  CHECK(is_admitted(account, post(kFields, kFieldsSigned, "jalur=2&kosong=")));
  CHECK(is_admitted(account, post(kHello, kHelloSigned)));
  CHECK(is_admitted(account, get("MessageSid=SM1&Body=halo+pak", kGetSigned)));
  CHECK(is_admitted(account, post(kNotice, kNoticeSigned, kNoticeQuery)));
}

TEST_CASE("the_order_of_the_fields_and_the_way_they_are_escaped_do_not_matter") {
  const Account account;
  CHECK(is_admitted(account, post("Body=halo&MessageSid=SM1", kHelloSigned)));
  CHECK(is_admitted(account, post("Body=h%61lo&Message%53id=SM1&Body=halo", kHelloSigned)));
}

TEST_CASE("every_changed_field_of_the_body_is_unauthentic") {
  const Account account;
  core::HttpRequest request = post(kFields, kFieldsSigned, "jalur=2&kosong=");
  const auto sorted = [](std::string_view body) {
    auto fields = Form::parse(body).fields();
    std::ranges::sort(fields);
    return fields;
  };
  int changed = 0;
  for (std::size_t bit = 0; bit < request.body.size() * 8; ++bit) {
    char& byte = request.body[bit / 8];
    const char original = byte;
    byte = static_cast<char>(byte ^ static_cast<char>(1U << (bit % 8)));
    CAPTURE(request.body);
    if (sorted(request.body) != sorted(kFields)) {
      ++changed;
      CHECK_FALSE(is_admitted(account, request));
    }
    byte = original;
  }
  CHECK(changed > 800);
}

TEST_CASE("the_query_is_signed_as_it_stands") {
  const Account account;
  for (const char* query : {"", "jalur=2", "kosong=&jalur=2", "jalur=2&kosong", "jalur=%32&kosong=", "jalur=2&kosong=&"}) {
    CAPTURE(query);
    CHECK_FALSE(is_admitted(account, post(kFields, kFieldsSigned, query)));
  }
}

TEST_CASE("a_get_with_a_body_is_unauthentic_since_nothing_signs_it") {
  core::HttpRequest request = get("MessageSid=SM1&Body=halo+pak", kGetSigned);
  request.body = "Body=lain";
  CHECK_FALSE(is_admitted(Account(), request));
}

TEST_CASE("a_json_body_must_be_the_one_whose_digest_is_signed") {
  const Account account;
  CHECK_FALSE(is_admitted(account, post(R"({"Type":"Notice"})", kNoticeSigned, kNoticeQuery)));
  CHECK_FALSE(is_admitted(account, post(kNotice, kNoticeSigned)));
  CHECK_FALSE(is_admitted(account, post("", kNoticeSigned, kNoticeQuery)));
  CHECK_FALSE(is_admitted(account, post(kNotice, kNoticeSigned, "bodySHA256=" + core::sha256_hex("lain"))));
}

TEST_CASE("the_address_may_be_signed_with_or_without_its_port") {
  const Account account;
  CHECK(is_admitted(account, post(kHello, kHelloSignedAt443)));
  CHECK_FALSE(is_admitted(account, post(kHello, kHelloSignedAt8443)));
  CHECK_FALSE(is_admitted(account, post(kHello, kHelloSignedAt80)));

  const Account at_443({{"public_url", text("https://pintu.contoh.example:443/channels/sms-uji")}});
  CHECK(is_admitted(at_443, post(kHello, kHelloSigned)));
  CHECK(is_admitted(at_443, post(kHello, kHelloSignedAt443)));

  const Account at_8443({{"public_url", text("https://pintu.contoh.example:8443/channels/sms-uji")}});
  CHECK(is_admitted(at_8443, post(kHello, kHelloSigned)));
  CHECK(is_admitted(at_8443, post(kHello, kHelloSignedAt8443)));
  CHECK_FALSE(is_admitted(at_8443, post(kHello, kHelloSignedAt443)));

  const Account plain({{"public_url", text("http://pintu.contoh.example/channels/sms-uji")}});
  CHECK_FALSE(is_admitted(plain, post(kHello, kHelloSigned)));
}

TEST_CASE("where_a_request_claims_to_have_been_sent_does_not_matter") {
  const Account account;
  core::HttpRequest request = post(kHello, kHelloSigned);
  for (const auto& [name, value] :
       {std::pair{"Host", "127.0.0.1:8080"}, {"X-Forwarded-Proto", "http"}, {"X-Forwarded-Host", "lain.example"}})
    request.headers.emplace_back(name, value);
  CHECK(is_admitted(account, request));
  const Account elsewhere({{"public_url", text("https://lain.example/channels/sms-uji")}});
  CHECK_FALSE(is_admitted(elsewhere, request));
}

TEST_CASE("the_previous_token_is_good_while_it_is_configured") {
  const core::SettingsNode fresh{core::Secret{"uji-token-twilio-baru-01"}};
  const core::SettingsNode old{core::Secret{std::string(kToken)}};
  CHECK(is_admitted(Account({{"auth_token", fresh}, {"previous_auth_token", old}}), post(kHello, kHelloSigned)));
  CHECK_FALSE(is_admitted(Account({{"auth_token", fresh}}), post(kHello, kHelloSigned)));
}

TEST_CASE("a_signature_has_one_spelling") {
  const Account account;
  std::string signature{kHelloSigned};
  for (const char* other : {"zqWgPq_FWGaPfty1GcJXA-fBsKE=", "zqWgPq/FWGaPfty1GcJXA+fBsKE",
                            "zqWgPq/FWGaPfty1GcJXA+fBsKF=", "zqWgPq/FWGaPfty1GcJXA+fBsK E=", "zqWgPq/FWGaPfty1GcJXA+fBsKE=="}) {
    CAPTURE(other);
    CHECK_FALSE(is_admitted(account, post(kHello, other)));
  }
  for (char& c : signature) {
    c = static_cast<char>(c ^ '\x80');
    CHECK_FALSE(is_admitted(account, post(kHello, signature)));
    c = static_cast<char>(c ^ '\x80');
  }
}

TEST_CASE("another_account_of_twilios_is_unauthentic") {
  const Account account({{"account_sid", text(kAccountSid)}});
  for (const std::string& body : {std::string(kHello), std::string("MessageSid=SM1&AccountSid="), "AccountSid=AC" + std::string(32, '0'),
                                  "AccountSid=AC" + std::string(32, '0') + "&AccountSid=" + std::string(kAccountSid)}) {
    CAPTURE(body);
    core::HttpRequest request = post(body, "");
    account.twilio.sign(request);
    CHECK_FALSE(is_admitted(account, request));
    CHECK(is_admitted(Account(), request));
  }
  core::HttpRequest ours = post("AccountSid=" + std::string(kAccountSid), "");
  account.twilio.sign(ours);
  CHECK(is_admitted(account, ours));
  core::HttpRequest by_get = get("Body=halo&AccountSid=" + std::string(kAccountSid), "");
  account.twilio.sign(by_get);
  CHECK(is_admitted(account, by_get));
}

// ------------------------------------------------------------------ the delivery

TEST_CASE("twilio_is_told_to_do_nothing") {
  const auto admission = Account().twilio.admit(post(kHello, kHelloSigned), kNow);
  REQUIRE(admission);
  CHECK(admission->answer.status == 200);
  CHECK(admission->answer.content_type == "text/xml; charset=utf-8");
  CHECK(admission->answer.body == "<Response/>");
}

TEST_CASE("what_is_journalled_is_the_method_the_query_and_the_body") {
  const auto admission = Account().twilio.admit(post(kFields, kFieldsSigned, "jalur=2&kosong="), kNow);
  REQUIRE(admission);
  REQUIRE(admission->delivery);
  CHECK(admission->delivery->account == "sms-uji");
  CHECK(admission->delivery->received_at == kNow);
  CHECK(admission->delivery->head == "POST ?jalur=2&kosong=\n");
  CHECK(admission->delivery->body == kFields);
}

TEST_CASE("fields_are_read_from_where_the_signature_covers_them") {
  const auto field = [](std::string head, std::string_view body) {
    const auto form = read_twilio_form({.account = {}, .received_at = kNow, .head = std::move(head), .body = std::string(body)});
    REQUIRE(form);
    return form->value("Body");
  };
  CHECK(field("POST ?Body=kueri\n", "Body=isi") == "isi");
  CHECK(field("GET ?Body=kueri\n", "") == "kueri");
  CHECK(field("POST ?bodySHA256=00\n", "Body=isi").empty());
  CHECK(read_twilio_form({.account = {}, .received_at = kNow, .head = "PUT ?\n", .body = {}}).error().code == core::Errc::unreadable);
}

TEST_CASE("media_are_read_up_to_the_first_that_is_missing") {
  CHECK(read_twilio_media(Form::parse("NumMedia=2&MediaContentType0=image/jpeg")).empty());
  CHECK(read_twilio_media(Form::parse("MediaUrl0=https://a.example/0&MediaUrl1=https://a.example/1&MediaUrl3=x")).size() == 2);
  std::string many;
  for (int number = 0; number < 1000; ++number) many += "MediaUrl" + std::to_string(number) + "=https://a.example/x&";
  CHECK(read_twilio_media(Form::parse(many)).size() == 100);
}

TEST_CASE("a_sid_is_found_at_the_end_of_an_address") {
  const std::string sid = "RE00112233445566778899aabbccddeeff";
  CHECK(sid_in("https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/" + sid) == sid);
  CHECK(sid_in("https://api.twilio.com/Recordings/" + sid + ".mp3?x=/lain") == sid);
  for (const char* url : {"", "/", "https://api.twilio.com/Recordings/", "RE1", "https://a.example/RE0011223344556677889900aabbccddeefg"}) {
    CAPTURE(url);
    CHECK(sid_in(url).empty());
  }
}

// ------------------------------------------------------------------ the settings

TEST_CASE("an_address_that_twilio_could_not_have_signed_is_a_mistake") {
  CHECK(Account().report.mistakes.empty());
  for (const char* url : {"pintu.contoh.example/channels/sms-uji", "https://", "https://user:sandi@pintu.contoh.example/channels/sms-uji",
                          "https://pintu.contoh.example/channels/sms-uji?jalur=2", "https://pintu.contoh.example/channels/sms uji"}) {
    CAPTURE(url);
    const Account account({{"public_url", text(url)}});
    REQUIRE(account.report.mistakes.size() == 1);
    CHECK(account.report.mistakes.front().path == "public_url");
  }
}

TEST_CASE("an_account_sid_that_is_none_is_a_mistake") {
  for (const char* sid : {"AC1", "SK00112233445566778899aabbccddeeff", "AC00112233445566778899aabbccddeefg"}) {
    CAPTURE(sid);
    CHECK(Account({{"account_sid", text(sid)}}).report.mistakes.size() == 1);
  }
  CHECK(Account({{"account_sid", text(kAccountSid)}}).report.mistakes.empty());
}

TEST_CASE("an_api_that_has_no_address_is_a_mistake") {
  for (const char* url : {"api.twilio.com", "https://api.twilio.com/"}) {
    CAPTURE(url);
    CHECK(Account({{"api_url", text(url)}}).report.mistakes.size() == 1);
  }
}

// ------------------------------------------------------------------ media

TEST_CASE("media_may_be_fetched_from_the_api_and_from_where_it_sends_us") {
  CHECK(Account().twilio.hosts() == std::vector<std::string>{"api.twilio.com", "*.twiliocdn.com", "s3-external-1.amazonaws.com"});
  CHECK(Account({{"api_url", text("https://127.0.0.1:8443")}}).twilio.hosts().front() == "127.0.0.1");
}

TEST_CASE("media_are_fetched_with_the_token_from_the_api_alone") {
  const Account account({{"account_sid", text(kAccountSid)}});
  tests::ScriptedTransport transport;
  const std::string url = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1";
  transport.bodies = {"gambar", "gambar", "gambar"};
  const auto download = tests::run(account.twilio.download(url, transport));
  REQUIRE(download);
  CHECK(download->sha256 == core::sha256_hex("gambar"));
  std::filesystem::remove(download->file);
  REQUIRE(transport.calls.size() == 1);
  CHECK(transport.calls[0].method == "GET");
  CHECK(transport.calls[0].url == url);
  // printf 'AC00112233445566778899aabbccddeeff:uji-token-twilio-9f3a71' | base64 -w0
  REQUIRE(transport.calls[0].headers.size() == 1);
  CHECK(transport.calls[0].headers[0].first == "Authorization");
  CHECK(transport.calls[0].headers[0].second == "Basic QUMwMDExMjIzMzQ0NTU2Njc3ODg5OWFhYmJjY2RkZWVmZjp1amktdG9rZW4tdHdpbGlvLTlmM2E3MQ==");

  for (const char* elsewhere : {"https://media.twiliocdn.com/ME1", "https://api.twilio.com.jahat.example/ME1"}) {
    const auto other = tests::run(account.twilio.download(elsewhere, transport));
    REQUIRE(other);
    std::filesystem::remove(other->file);
    CHECK(transport.calls.back().headers.empty());
  }
}

TEST_CASE("without_an_account_sid_media_are_fetched_as_everybody_would") {
  tests::ScriptedTransport transport;
  transport.bodies = {"gambar"};
  const auto download = tests::run(Account().twilio.download("https://api.twilio.com/ME1", transport));
  REQUIRE(download);
  std::filesystem::remove(download->file);
  CHECK(transport.calls.back().headers.empty());
}

TEST_CASE("media_that_cannot_be_fetched_fail_as_the_transport_says") {
  const Account account;
  tests::ScriptedTransport transport;
  CHECK(tests::run(account.twilio.download("", transport)).error().code == core::Errc::refused);
  CHECK(transport.calls.empty());
  for (const auto code : {core::Errc::unauthentic, core::Errc::not_found, core::Errc::unavailable, core::Errc::timed_out}) {
    transport.bodies = {core::fail(code, "uji")};
    CHECK(tests::run(account.twilio.download("https://api.twilio.com/ME1", transport)).error().code == code);
  }
}
