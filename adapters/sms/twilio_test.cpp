// SPDX-License-Identifier: Apache-2.0
#include "adapters/sms/twilio.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "adapters/form.hpp"
#include "core/crypto.hpp"
#include "tests/support/scripted_transport.hpp"

using namespace satupintu;
using namespace satupintu::adapters;

namespace {

constexpr core::Timestamp kNow{std::chrono::seconds{1'767'229'200}};

std::unique_ptr<Adapter> make() {
  const core::SettingsNode root{core::SettingsNode::Table{{"auth_token", {core::Secret{"uji-token-twilio-9f3a71"}}},
                                                          {"account_sid", {std::string("AC00112233445566778899aabbccddeeff")}},
                                                          {"public_url", {std::string("https://pintu.contoh.example/channels/sms-uji")}}}};
  core::SettingsReport report;
  core::Settings settings(root, report);
  auto adapter = make_sms_twilio("sms-uji", settings);
  core::report_unknown_keys(root, report);
  REQUIRE(report.mistakes.empty());
  return adapter;
}

core::Event event_of(std::string fields) {
  const auto events = make()->decode({.account = "sms-uji", .received_at = kNow, .head = "POST ?\n", .body = std::move(fields)});
  REQUIRE(events);
  REQUIRE(events->size() == 1);
  return events->front();
}

core::Message message_of(std::string fields) {
  const core::Event event = event_of(std::move(fields));
  REQUIRE(std::holds_alternative<core::Message>(event));
  return std::get<core::Message>(event);
}

std::string message_saying(const std::string& text, const std::string& segments) {
  Form form;
  form.add("MessageSid", "SM1");
  form.add("From", "+6281255501001");
  form.add("Body", text);
  form.add("NumSegments", segments);
  return form.encoded();
}

}  // namespace

TEST_CASE("a_message_of_twilios_has_no_time_of_its_own") {
  const auto message = message_of("MessageSid=SM1&From=%2B6281255501001&To=%2B622155500112&Body=halo");
  CHECK_FALSE(message.provider_at);
  CHECK(message.to == std::vector<std::string>{"+622155500112"});
}

TEST_CASE("a_text_in_base64_is_read_only_where_it_is_certain") {
  const std::string text = "Pohon tumbang di Jl. Hasyim Ashari, mohon segera dipotong karena menutup jalan.";
  const auto hidden = message_of(message_saying(core::to_base64(text), "2"));
  CHECK(hidden.text == text);
  CHECK(hidden.flags == std::vector<std::string>{"repaired"});

  const auto is_left = [](const std::string& body, const std::string& segments) {
    const auto message = message_of(message_saying(body, segments));
    return message.text == body && message.flags.empty();
  };
  CHECK(is_left(core::to_base64(text), "1"));                 // nothing was joined
  CHECK(is_left(core::to_base64(text), ""));                  // nor does Twilio say so
  CHECK(is_left(core::to_base64("tanpaspasi"), "2"));         // could be a word
  CHECK(is_left(core::to_base64("dua kata\x01"), "2"));       // no text
  CHECK(is_left(core::to_base64("dua \xFF\xFE kata"), "2"));  // not UTF-8
  CHECK(is_left(core::to_base64(text) + "\n", "2"));          // not only base64
  CHECK(is_left(text, "2"));
}

TEST_CASE("what_a_citizen_sent_to_stop_or_start_is_kept_with_what_twilio_made_of_it") {
  CHECK(message_of("MessageSid=SM1&From=1&Body=CUKUP&OptOutType=STOP").flags == std::vector<std::string>{"opted_out"});
  CHECK(message_of("MessageSid=SM1&From=1&Body=LAGI&OptOutType=START").flags == std::vector<std::string>{"opted_in"});
  CHECK(message_of("MessageSid=SM1&From=1&Body=TOLONG&OptOutType=HELP").flags == std::vector<std::string>{"help_sent"});
  CHECK(message_of("MessageSid=SM1&From=1&Body=TOLONG&OptOutType=APA").flags.empty());
  CHECK(message_of("MessageSid=SM1&From=1&Body=CUKUP&OptOutType=STOP").text == "CUKUP");
}

TEST_CASE("a_status_is_no_message_even_when_it_quotes_one") {
  const auto event = event_of("MessageSid=SM1&MessageStatus=delivered&SmsStatus=delivered&Body=Laporan+diterima&From=1&To=2");
  REQUIRE(std::holds_alternative<core::Receipt>(event));
  CHECK(std::get<core::Receipt>(event).external_id == "SM1");
  CHECK(std::get<core::Receipt>(event).state == "delivered");
  CHECK(message_of("MessageSid=SM1&From=1&Body=halo&SmsStatus=received").text == "halo");
  CHECK(message_of("MessageSid=SM1&From=1&Body=halo&MessageStatus=receiving").text == "halo");
}

TEST_CASE("a_media_message_is_fetched_with_the_accounts_token") {
  const auto adapter = make();
  const auto message =
      message_of("MessageSid=MM1&From=1&NumMedia=1&MediaContentType0=image%2Fjpeg&MediaUrl0=https%3A%2F%2Fapi.twilio.com%2FME1");
  REQUIRE(message.attachments.size() == 1);
  tests::ScriptedTransport transport;
  transport.bodies = {"gambar"};
  const auto download = tests::run(adapter->download(message.attachments.front(), transport));
  REQUIRE(download);
  std::filesystem::remove(download->file);
  REQUIRE(transport.calls.size() == 1);
  CHECK(transport.calls.front().url == "https://api.twilio.com/ME1");
  CHECK(transport.calls.front().headers.size() == 1);
  CHECK(adapter->hosts().front() == "api.twilio.com");
}
