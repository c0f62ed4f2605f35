// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/accounts.hpp"

#include <algorithm>
#include <stdexcept>

#include "adapters/registry.hpp"

namespace satupintu::tests {

namespace {

core::SettingsNode secret(std::string bytes) { return {core::Secret{std::move(bytes)}}; }
core::SettingsNode texts(const std::vector<std::string>& values) {
  core::SettingsNode::List list;
  for (const auto& value : values) list.push_back({value});
  return {std::move(list)};
}

core::SettingsNode::Table twilio_settings(std::string public_url, core::SettingsNode::Table more = {}) {
  more.insert({{"auth_token", secret("5b1f0c93d2a84e67b0c4f1d82e9a7366")},
               {"previous_auth_token", secret("c07d4e19f5b2836a1e90d7c452fb68a3")},
               {"account_sid", {std::string("ACb7a2f04c61d953e80f1b2c3d4e5f6071")}},
               {"public_url", {std::move(public_url)}}});
  return more;
}

}  // namespace

std::span<const TestAccount> test_accounts() {
  static const std::vector<TestAccount> accounts{
      {.adapter = "email/imap",
       .name = "mail-lapor",
       .settings = {{"host", {std::string("imap.kota.example")}},
                    {"username", {std::string("lapor@kota.example")}},
                    {"password", secret("sandi-kotak-surat-5d20")},
                    {"addresses", texts({"lapor@kota.example"})},
                    {"message_id_domain", {std::string("satupintu.kota.example")}},
                    {"authserv_id", {std::string("mx.kota.example")}}},
       .signing_secret = {}},
      {.adapter = "email/mailgun",
       .name = "surat-mailgun",
       .settings = {{"signing_key", secret("kunci-webhook-mailgun-4b1e90aa")},
                    {"previous_signing_key", secret("kunci-webhook-mailgun-lama-07")},
                    {"api_key", secret("kunci-api-mailgun-uji-77c210")},
                    {"addresses", texts({"lapor@tangerang.example"})},
                    {"message_id_domain", {std::string("pintu.tangerang.example")}}},
       .signing_secret = "signing_key",
       .signature_field = "signature",
       .signature_is_hex = true},
      {.adapter = "email/postmark",
       .name = "surat-postmark",
       .settings = {{"secret", secret("p0stm4rk-rahasia-di-jalur-url")},
                    {"previous_secret", secret("p0stm4rk-rahasia-yang-dahulu")},
                    {"addresses", texts({"lapor@tangerang.example"})},
                    {"message_id_domain", {std::string("pintu.tangerang.example")}}},
       .signing_secret = "secret"},
      {.adapter = "email/sendgrid",
       .name = "surat-sendgrid",
       .settings = {{"secret", secret("s3ndgr1d-rahasia-di-jalur-url")},
                    {"previous_secret", secret("s3ndgr1d-rahasia-yang-dahulu")},
                    {"addresses", texts({"lapor@tangerang.example"})},
                    {"message_id_domain", {std::string("pintu.tangerang.example")}}},
       .signing_secret = "secret"},
      {.adapter = "email/ses",
       .name = "surat-ses",
       .settings = {{"secret", secret("s3s-rahasia-di-belakang-akun")},
                    {"previous_secret", secret("s3s-rahasia-yang-dahulu-42")},
                    {"topic_arns", texts({"arn:aws:sns:ap-southeast-3:123456789012:surat-masuk"})},
                    {"access_key_id", {std::string("AKIACONTOHUJI0000112")}},
                    {"secret_access_key", secret("kunci-aws-rahasia-uji-7e11b0c4")},
                    {"addresses", texts({"lapor@tangerang.example"})},
                    {"message_id_domain", {std::string("pintu.tangerang.example")}}},
       .signing_secret = "secret"},
      {.adapter = "hotline/aml",
       .name = "aml",
       .settings = {{"secret", secret("lokasi-rahasia-di-jalur-url")},
                    {"hmac_key", secret("kunci-tanda-tangan-lokasi-7c")},
                    {"previous_hmac_key", secret("kunci-tanda-tangan-yang-lama")}},
       .signing_secret = "hmac_key",
       .signature_field = "hmac",
       .signs_body = true,
       .signature_is_hex = true,
       .carries_words = false},
      {.adapter = "hotline/cdr",
       .name = "cdr",
       .settings = {{"file", {std::string("/var/log/asterisk/cdr-csv/Master.csv")}}},
       .signing_secret = {},
       .carries_words = false},
      {.adapter = "hotline/cti",
       .name = "cti",
       .settings = {{"secret", secret("sentral-telepon-rahasia-1f0e")}, {"previous_secret", secret("sentral-telepon-yang-dahulu")}},
       .signing_secret = "secret",
       .carries_words = false},
      {.adapter = "hotline/form",
       .name = "hotline",
       .settings = {{"key", secret("kunci-meja-bantuan-2f71c0")}, {"previous_key", secret("kunci-meja-bantuan-lama-9e")}},
       .signing_secret = "key"},
      {.adapter = "hotline/twilio-voice",
       .name = "hotline-twilio",
       .settings = twilio_settings("https://pintu.tangerang.example/channels/hotline-twilio", {{"transcribes", {true}}}),
       .signing_secret = "auth_token"},
      {.adapter = "meta/facebook",
       .name = "fb-kota",
       .settings = {{"app_secret", secret("5b7e0c91d4f2a86e3391c7d0")},
                    {"previous_app_secret", secret("2c1180f6b7d94e5aa36b90f4")},
                    {"verify_token", secret("kata-sandi-jabat-tangan-41")},
                    {"access_token", secret("EAAuji0000000000000000000000041")},
                    {"page_id", {std::string("109900000000041")}}},
       .signing_secret = "app_secret",
       .signs_body = true,
       .signature_is_hex = true},
      {.adapter = "meta/instagram",
       .name = "ig-kota",
       .settings = {{"app_secret", secret("9a64d2f07c1b4e8853e0a1b6")},
                    {"previous_app_secret", secret("e07b35c4918d4f62bd10a7c9")},
                    {"verify_token", secret("kata-sandi-jabat-tangan-42")},
                    {"access_token", secret("IGAuji0000000000000000000000042")},
                    {"account_id", {std::string("17841400000000041")}},
                    {"username", {std::string("pemkot.uji")}}},
       .signing_secret = "app_secret",
       .signs_body = true,
       .signature_is_hex = true},
      {.adapter = "sms/aggregator",
       .name = "sms-aggregator",
       .settings = {{"secret", secret("4ggr3gator-rahasia-di-jalur")},
                    {"previous_secret", secret("4ggr3gator-rahasia-dahulu")},
                    {"list", {std::string("/data")}},
                    {"part_fields", texts({"ref", "part", "parts"})},
                    {"answer_body", {std::string("OK")}}},
       .signing_secret = "secret"},
      {.adapter = "sms/aggregator-poll",
       .name = "sms-zenziva",
       .settings =
           {{"url", {std::string("https://inbox.example/api/getinbox/?userkey={user}&passkey={password}&start_date={from}&end_date={to}")}},
            {"user", {std::string("a1b2c3")}},
            {"password", secret("z3nziva-kunci-kotak-masuk")}},
       .signing_secret = {}},
      {.adapter = "sms/infobip",
       .name = "sms-infobip",
       .settings = {{"secret", secret("1nfobip-rahasia-di-jalur")},
                    {"previous_secret", secret("1nfobip-rahasia-dahulu")},
                    {"api_key", secret("1nfobip-kunci-untuk-lampiran")}},
       .signing_secret = "secret"},
      {.adapter = "sms/kannel",
       .name = "sms-1708",
       .settings = {{"secret", secret("k4nn3l-rahasia-di-jalur-url")}, {"previous_secret", secret("k4nn3l-rahasia-yang-dahulu")}},
       .signing_secret = "secret"},
      {.adapter = "sms/twilio",
       .name = "sms-twilio",
       .settings = twilio_settings("https://pintu.tangerang.example/channels/sms-twilio"),
       .signing_secret = "auth_token"},
      {.adapter = "sms/vonage",
       .name = "sms-vonage",
       .settings = {{"secret", secret("v0nageTandaTanganRahasia8712")}, {"previous_secret", secret("v0nageTandaTanganYangDahulu")}},
       .signing_secret = "secret",
       .signature_field = "sig",
       .signature_is_hex = true},
      {.adapter = "telegram/bot",
       .name = "tg-pintu",
       .settings = {{"secret_token", secret("kata-rahasia-setwebhook_51c0")},
                    {"previous_secret_token", secret("kata-rahasia-setwebhook_lama")},
                    {"bot_token", secret("7000000112:AAE0contoh-token-bot-untuk-uji_77aa")},
                    {"bot_username", {std::string("pintu_tangerang_bot")}}},
       .signing_secret = "secret_token"},
      {.adapter = "web/events",
       .name = "aplikasi",
       .settings = {{"secret", secret("YXBsaWthc2kgVGFuZ2VyYW5nIExpdmUg")},
                    {"previous_secret", secret("whsec_cmFoYXNpYSB5YW5nIGRhaHVsdSBzZWthbGk=")},
                    {"public_keys", texts({"whpk_W+3nre5fLFYNAgBqlGMlG4Hkh20O4qhajSyfBOSLGp0="})},
                    {"media_hosts", texts({"foto.tangerang.example"})}},
       .signing_secret = "secret",
       .signs_body = true},
      {.adapter = "web/open311",
       .name = "open311",
       .settings = {{"api_key", secret("kunci-api-open311-4f7a21")},
                    {"previous_api_key", secret("kunci-api-open311-yang-lama")},
                    {"media_hosts", texts({"*.foto.example"})}},
       .signing_secret = "api_key",
       .signature_field = "api_key"},
      {.adapter = "whatsapp/cloud",
       .name = "wa-utama",
       .settings = {{"app_secret", secret("8d0f1c7b2a9e4f6035c1d7e8")},
                    {"previous_app_secret", secret("77aa0e5d91b34c28f60b1e42")},
                    {"verify_token", secret("kata-sandi-jabat-tangan-31")},
                    {"phone_number_ids", texts({"106500000000112"})}},
       .signing_secret = "app_secret",
       .signs_body = true,
       .signature_is_hex = true},
      {.adapter = "whatsapp/twilio",
       .name = "wa-twilio",
       .settings = twilio_settings("https://pintu.tangerang.example:443/channels/wa-twilio"),
       .signing_secret = "auth_token"},
      {.adapter = "x/account",
       .name = "x-tangerang",
       .settings = {{"consumer_secret", secret("rahasia-konsumen-x-5b1d90e7c2")},
                    {"previous_consumer_secret", secret("rahasia-konsumen-x-lama-88a0")},
                    {"bearer_token", secret("token-pembawa-x-uji-77c3e1f0")},
                    {"user_id", {std::string("2901555010")}},
                    {"username", {std::string("tangerangkota_uji")}}},
       .signing_secret = "consumer_secret",
       .signs_body = true},
  };
  return accounts;
}

const TestAccount& test_account(std::string_view adapter) {
  const auto accounts = test_accounts();
  const auto found = std::ranges::find(accounts, adapter, &TestAccount::adapter);
  if (found == accounts.end()) throw std::runtime_error("no test account for " + std::string(adapter));
  return *found;
}

std::unique_ptr<adapters::Adapter> make_adapter(const TestAccount& account) {
  const auto* const registration = adapters::find_adapter(account.adapter);
  if (registration == nullptr) throw std::runtime_error("no adapter " + std::string(account.adapter));
  const core::SettingsNode root{account.settings};
  core::SettingsReport report;
  core::Settings settings(root, report);
  auto adapter = registration->make(std::string(account.name), settings);
  core::report_unknown_keys(root, report);
  if (!report.mistakes.empty()) throw std::runtime_error(report.mistakes.front().path + " " + report.mistakes.front().problem);
  return adapter;
}

std::vector<std::string> secrets_of(const TestAccount& account) {
  std::vector<std::string> secrets;
  for (const auto& [key, node] : account.settings) {
    if (const auto* value = std::get_if<core::Secret>(&node.value)) secrets.emplace_back(value->reveal());
  }
  return secrets;
}

}  // namespace satupintu::tests
