// SPDX-License-Identifier: Apache-2.0
#include "adapters/whatsapp/twilio.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "tests/support/scripted_transport.hpp"

using namespace satupintu;
using namespace satupintu::adapters;

namespace {

constexpr core::Timestamp kNow{std::chrono::seconds{1'767'229'200}};

std::unique_ptr<Adapter> make() {
  const core::SettingsNode root{core::SettingsNode::Table{{"auth_token", {core::Secret{"uji-token-twilio-9f3a71"}}},
                                                          {"public_url", {std::string("https://pintu.contoh.example/channels/wa-uji")}}}};
  core::SettingsReport report;
  core::Settings settings(root, report);
  auto adapter = make_whatsapp_twilio("wa-uji", settings);
  core::report_unknown_keys(root, report);
  REQUIRE(report.mistakes.empty());
  return adapter;
}

core::Event event_of(const std::string& fields) {
  const auto events = make()->decode({.account = "wa-uji", .received_at = kNow, .head = "POST ?\n", .body = "MessageSid=SM1&" + fields});
  REQUIRE(events);
  REQUIRE(events->size() == 1);
  return events->front();
}

core::Message message_of(const std::string& fields) {
  const core::Event event = event_of(fields);
  REQUIRE(std::holds_alternative<core::Message>(event));
  return std::get<core::Message>(event);
}

}  // namespace

TEST_CASE("an_address_loses_the_prefix_so_that_it_is_the_same_person_everywhere") {
  const auto message = message_of("From=whatsapp%3A%2B6281255501041&To=whatsapp%3A%2B622155500112&Body=halo");
  CHECK(message.sender.address_kind == core::AddressKind::phone);
  CHECK(message.sender.address == "+6281255501041");
  CHECK(message.to == std::vector<std::string>{"+622155500112"});
}

TEST_CASE("somebody_without_a_number_is_known_by_the_user_id_within_the_account") {
  const auto message = message_of("From=whatsapp%3AID.7713044120&Body=halo&AccountSid=AC1");
  CHECK(message.sender.address_kind == core::AddressKind::platform_id);
  CHECK(message.sender.address == "ID.7713044120");
  CHECK(message.sender.scope == "AC1");
  CHECK(message_of("From=whatsapp%3A%2B62812&ExternalUserId=ID.77&Body=halo&AccountSid=AC1").sender.platform_id == "ID.77");
  CHECK(std::holds_alternative<core::Unreadable>(event_of("Body=halo&ProfileName=Sari")));
}

TEST_CASE("a_place_counts_only_with_both_of_its_numbers") {
  const std::string from = "From=whatsapp%3A%2B62812&";
  CHECK(message_of(from + "Latitude=-6.2&Longitude=106.6").kind == core::MessageKind::location);
  for (const char* place : {"Latitude=-6.2", "Latitude=-6.2&Longitude=", "Latitude=-6.2&Longitude=106%2C6", "Latitude=inf&Longitude=nan",
                            "Latitude=-6.2&Longitude=106.6x"}) {
    CAPTURE(place);
    const auto message = message_of(from + place);
    CHECK_FALSE(message.place);
    CHECK(message.kind == core::MessageKind::unsupported);
  }
}

TEST_CASE("what_is_typed_goes_before_what_is_chosen") {
  const std::string from = "From=whatsapp%3A%2B62812&";
  CHECK(message_of(from + "Body=tulisan&ButtonText=tombol&ListTitle=baris").text == "tulisan");
  CHECK(message_of(from + "Body=&ButtonText=tombol&ListTitle=baris").text == "tombol");
  CHECK(message_of(from + "ListTitle=baris").text == "baris");
  CHECK(message_of(from + "FlowData=%7B%22lokasi%22%3A%22Periuk%22%7D").text == "lokasi: Periuk");
}

TEST_CASE("what_was_forwarded_says_so_only_when_it_is_true") {
  const std::string from = "From=whatsapp%3A%2B62812&Body=x&";
  CHECK(message_of(from + "Forwarded=true&FrequentlyForwarded=true").flags ==
        std::vector<std::string>{"forwarded", "frequently_forwarded"});
  CHECK(message_of(from + "Forwarded=false&FrequentlyForwarded=").flags.empty());
}

TEST_CASE("a_picture_beside_a_visiting_card_is_media") {
  const std::string from = "From=whatsapp%3A%2B62812&MediaUrl0=https://a.example/0&MediaContentType0=text/vcard";
  CHECK(message_of(from).kind == core::MessageKind::contact_card);
  CHECK(message_of(from + "&MediaUrl1=https://a.example/1&MediaContentType1=image/png").kind == core::MessageKind::media);
}

TEST_CASE("a_voice_message_of_whatsapp_is_fetched_from_twilio") {
  const auto adapter = make();
  const auto message = message_of("From=whatsapp%3A%2B62812&MediaUrl0=https%3A%2F%2Fapi.twilio.com%2FME1&MediaContentType0=audio%2Fogg");
  REQUIRE(message.attachments.size() == 1);
  CHECK(message.attachments.front().kind == core::AttachmentKind::voice);
  tests::ScriptedTransport transport;
  transport.bodies = {"suara"};
  const auto download = tests::run(adapter->download(message.attachments.front(), transport));
  REQUIRE(download);
  std::filesystem::remove(download->file);
  CHECK(transport.calls.front().url == "https://api.twilio.com/ME1");
  CHECK(adapter->hosts().front() == "api.twilio.com");
}
