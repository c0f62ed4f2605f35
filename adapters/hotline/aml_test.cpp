// SPDX-License-Identifier: Apache-2.0
#include "adapters/hotline/aml.hpp"

#include <doctest/doctest.h>

#include <optional>

#include "adapters/form.hpp"
#include "adapters/signature.hpp"
#include "core/crypto.hpp"

using namespace satupintu;
using namespace satupintu::adapters;
using namespace std::string_literals;

namespace {

constexpr core::Timestamp kNow{std::chrono::seconds{1'767'229'200}};
constexpr std::string_view kSecret = "uji-rahasia-lokasi-0d41";
constexpr std::string_view kKey = "uji-kunci-tanda-tangan";
constexpr std::string_view kPreviousKey = "uji-kunci-yang-dahulu-3";
const std::string kSms =
    "A\"ML=1;lt=-6.17845;lg=+106.63198;rd=25;top=20260101005943;lc=68;pm=G;si=510100000000001;ei=350000000000011;mcc=510;mnc=10;ml=128";
const std::string kFix = "time=1767229185000&location_latitude=-6.1784&location_longitude=106.6319&location_accuracy=9.6";

struct Account {
  core::SettingsReport report;
  std::unique_ptr<Adapter> adapter;

  explicit Account(std::optional<std::string_view> key = std::nullopt, std::optional<std::string_view> previous = std::nullopt) {
    core::SettingsNode::Table table{{"secret", {core::Secret{std::string(kSecret)}}}};
    if (key) table["hmac_key"] = {core::Secret{std::string(*key)}};
    if (previous) table["previous_hmac_key"] = {core::Secret{std::string(*previous)}};
    const core::SettingsNode root{std::move(table)};
    core::Settings settings(root, report);
    adapter = make_hotline_aml("aml", settings);
  }
};

core::HttpRequest post(std::string body, std::string type = "application/x-www-form-urlencoded", std::string query = {}) {
  return {.method = "POST",
          .path = "/channels/aml/" + std::string(kSecret),
          .query = std::move(query),
          .headers = {{"Content-Type", std::move(type)}},
          .body = std::move(body)};
}

core::Event event_of(const core::HttpRequest& request) {
  const Account account;
  const auto admission = account.adapter->admit(request, kNow);
  REQUIRE(admission);
  REQUIRE(admission->delivery);
  const auto events = account.adapter->decode(*admission->delivery);
  REQUIRE(events);
  REQUIRE(events->size() == 1);
  return events->front();
}

core::Message message_of(const core::HttpRequest& request) {
  const core::Event event = event_of(request);
  REQUIRE(std::holds_alternative<core::Message>(event));
  return std::get<core::Message>(event);
}

std::string why_ignored(const core::HttpRequest& request) {
  const core::Event event = event_of(request);
  REQUIRE(std::holds_alternative<core::Ignored>(event));
  return std::get<core::Ignored>(event).why;
}

std::string attribute(const core::Message& message, std::string_view name) {
  for (const auto& [key, value] : message.stated.attributes) {
    if (key == name) return value;
  }
  return {};
}

std::string with_signature(const std::string& body, std::string_view key = kKey) {
  return body + "&hmac=" + core::to_hex(hmac(Digest::sha1, core::Secret{std::string(key)}, body));
}

bool is_admitted(const Account& account, const core::HttpRequest& request) {
  const auto admission = account.adapter->admit(request, kNow);
  if (!admission) CHECK(admission.error().code == core::Errc::unauthentic);
  return admission.has_value();
}

}  // namespace

TEST_CASE("a_location_is_answered_2xx_whatever_it_says") {
  const Account account;
  for (const char* body : {"", "x", "location_latitude=abc", "gt_location_latitude=1", "%%%&&&===", "\xFF\xFE"}) {
    CAPTURE(body);
    const auto admission = account.adapter->admit(post(body), kNow);
    REQUIRE(admission);
    CHECK(admission->answer.status == 200);
    CHECK(admission->delivery);
  }
}

TEST_CASE("with_a_key_every_form_is_signed_by_its_last_field") {
  const Account account(kKey, kPreviousKey);
  CHECK(account.report.mistakes.empty());
  CHECK(is_admitted(account, post(with_signature(kFix))));
  CHECK(is_admitted(account, post(with_signature(kFix, kPreviousKey))));
  CHECK_FALSE(is_admitted(account, post(with_signature(kFix, "uji-kunci-orang-lain-77"))));
  CHECK_FALSE(is_admitted(account, post(kFix)));
  CHECK_FALSE(is_admitted(account, post(with_signature(kFix) + "&location_latitude=0")));
  CHECK_FALSE(is_admitted(account, post("x=1&" + with_signature(kFix))));
  CHECK_FALSE(is_admitted(account, post(kSms, "text/plain", "from=081255501001")));
  std::string upper = with_signature(kFix);
  for (std::size_t i = upper.rfind('=') + 1; i < upper.size(); ++i) upper[i] = static_cast<char>(std::toupper(upper[i]));
  CHECK(is_admitted(account, post(upper)));
}

TEST_CASE("the_signature_is_hmac_sha1_of_what_stands_before_it") {
  // Computed with OpenSSL: printf %s 'v=1&time=1' | openssl dgst -sha1 -hmac uji-kunci-tanda-tangan
  CHECK(is_admitted(Account(kKey), post("v=1&time=1&hmac=368e2b75797c49410331bcaec5b4388caf0e258e")));
}

TEST_CASE("the_key_does_not_replace_the_secret") {
  core::HttpRequest request = post(with_signature(kFix));
  request.path = "/channels/aml";
  CHECK_FALSE(is_admitted(Account(kKey), request));
  CHECK_FALSE(is_admitted(Account(), request));
}

TEST_CASE("a_previous_key_alone_is_a_mistake") {
  const Account account(std::nullopt, kPreviousKey);
  REQUIRE(account.report.mistakes.size() == 1);
  CHECK(account.report.mistakes.front().path == "previous_hmac_key");
}

TEST_CASE("serial_numbers_never_leave") {
  const auto message = message_of(post(kFix + "&device_imsi=510100000000001&device_imei=350000000000011&device_iccid=8962100000000000011"));
  CHECK(message.sender.address_kind == core::AddressKind::none);
  CHECK(message.sender.address.empty());
  CHECK(message.stated.attributes.empty());
  CHECK(message.external_id.starts_with("aml:"));
  CHECK(message.external_id.size() == 4 + 64);
}

TEST_CASE("the_same_news_has_the_same_name_and_other_news_another") {
  const std::string id = message_of(post(kFix + "&device_number=081255501001")).external_id;
  CHECK(id == message_of(post(kFix + "&device_number=081255501001&device_model=Lain")).external_id);
  CHECK(id != message_of(post(kFix + "&device_number=081255501002")).external_id);
  CHECK(id != message_of(post(kFix + "&device_number=081255501001&location_time=1767229186000")).external_id);
  CHECK(message_of(post(kFix + "&device_imei=350000000000011")).external_id !=
        message_of(post(kFix + "&device_imei=350000000000012")).external_id);
  const auto sms_of = [](const char* from) { return message_of(post(kSms, "text/plain", "from="s + from)).external_id; };
  CHECK(sms_of("081255501001") == sms_of("081255501001"));
  CHECK(sms_of("081255501001") != sms_of("081255501002"));
}

TEST_CASE("the_time_is_that_of_the_fix_else_that_of_the_call") {
  CHECK(message_of(post(kFix)).provider_at == core::parse_rfc3339("2026-01-01T00:59:45Z"));
  CHECK(message_of(post(kFix + "&location_time=1767229183500")).provider_at == core::parse_rfc3339("2026-01-01T00:59:43.5Z"));
}

TEST_CASE("confidence_is_in_per_cent_also_where_it_came_as_a_share") {
  CHECK(attribute(message_of(post(kFix + "&location_confidence=0.68")), "location_confidence") == "68");
  CHECK(attribute(message_of(post(kFix + "&location_certainty=72")), "location_confidence") == "72");
  CHECK(attribute(message_of(post(kFix + "&location_confidence=7")), "location_confidence").empty());
}

TEST_CASE("a_plus_that_nobody_escaped_is_read_as_one") {
  const auto message = message_of(post("location_latitude=+6.1&location_longitude=+106.7&device_number=+6281255501003"));
  CHECK(message.sender.address == "+6281255501003");
  REQUIRE(message.place);
  CHECK(message.place->longitude == 106.7);
}

TEST_CASE("an_sms_gateway_may_hand_on_the_message_in_several_ways") {
  core::HttpRequest kannel = post(kSms, "text/plain; charset=\"UTF-8\"");
  kannel.headers.emplace_back("X-Kannel-From", "+6281255501001");
  Form form;
  form.add("from", "+6281255501001");
  form.add("text", kSms);
  for (const auto& request : {kannel, post(kSms, "text/plain", "from=%2B6281255501001"), post(form.encoded()),
                              post(kSms, "application/octet-stream", "from=%2B6281255501001")}) {
    const auto message = message_of(request);
    CHECK(message.sender.address == "+6281255501001");
    CHECK(message.sender.address_kind == core::AddressKind::phone);
    REQUIRE(message.place);
    CHECK(message.place->latitude == -6.17845);
    CHECK_FALSE(message.external_id.empty());
  }
  CHECK(why_ignored(post("Lampu mati", "text/plain", "from=081255501001")) == "not_a_location");
}

TEST_CASE("neither_a_test_nor_a_telephone_without_a_fix_is_a_location") {
  CHECK(why_ignored(post("gt_location_latitude=-6.1&gt_location_longitude=106.6&" + kFix)) == "test_location");
  CHECK(why_ignored(post("")) == "location_without_fix");
  CHECK(why_ignored(post("location_latitude=0.0&location_longitude=0.0&location_accuracy=0")) == "location_without_fix");
  CHECK(message_of(post("location_latitude=0.0&location_longitude=106.6")).place.value().longitude == 106.6);
}

TEST_CASE("a_location_head_of_another_form_is_unreadable") {
  const auto events = Account().adapter->decode({.account = "aml", .received_at = kNow, .head = "PUT ?\n", .body = kFix});
  REQUIRE_FALSE(events);
  CHECK(events.error().code == core::Errc::unreadable);
}
