// SPDX-License-Identifier: Apache-2.0
#include "adapters/sms/infobip.hpp"

#include <doctest/doctest.h>

#include <optional>

#include "core/crypto.hpp"
#include "tests/support/scripted_transport.hpp"

using namespace satupintu;
using namespace satupintu::adapters;
using namespace std::string_literals;

namespace {

constexpr core::Timestamp kNow{std::chrono::seconds{1'767'229'200}};
constexpr std::string_view kSecret = "uji-rahasia-infobip-77";
constexpr std::string_view kApiKey = "uji-kunci-lampiran-0815";

struct Account {
  core::SettingsReport report;
  std::unique_ptr<Adapter> adapter;

  explicit Account(core::SettingsNode::Table table = {}) {
    table["secret"] = {core::Secret{std::string(kSecret)}};
    const core::SettingsNode root{std::move(table)};
    core::Settings settings(root, report);
    adapter = make_sms_infobip("sms-infobip", settings);
  }
};

core::HttpRequest post(std::string body) {
  return {.method = "POST", .path = "/channels/sms-infobip/" + std::string(kSecret), .query = {}, .headers = {}, .body = std::move(body)};
}

std::vector<core::Event> events_of(std::string body) {
  const Account account;
  const auto admission = account.adapter->admit(post(std::move(body)), kNow);
  REQUIRE(admission);
  REQUIRE(admission->delivery);
  auto events = account.adapter->decode(*admission->delivery);
  REQUIRE(events);
  return std::move(*events);
}

template <class Kind>
Kind only_of(const std::string& element) {
  const auto events = events_of(R"({"results":[)" + element + R"(],"messageCount":1,"pendingMessageCount":0})");
  REQUIRE(events.size() == 1);
  REQUIRE(std::holds_alternative<Kind>(events.front()));
  return std::get<Kind>(events.front());
}

}  // namespace

TEST_CASE("the_secret_stands_in_the_url_or_is_basics_password") {
  const Account account;
  core::HttpRequest request = post("{}");
  CHECK(account.adapter->admit(request, kNow));
  request.path = "/channels/sms-infobip";
  CHECK_FALSE(account.adapter->admit(request, kNow));
  request.headers.emplace_back("Authorization", "Basic " + core::to_base64("infobip:" + std::string(kSecret)));
  const auto admission = account.adapter->admit(request, kNow);
  REQUIRE(admission);
  CHECK(admission->delivery->head.empty());
  CHECK(admission->delivery->body == "{}");
  CHECK(admission->answer.status == 200);
}

TEST_CASE("all_that_infobip_tells_of_a_message_is_taken_over") {
  const auto message = only_of<core::Message>(
      R"({"messageId":"817790313235066447","from":"6281255501001","to":"622155501708","text":"ADUAN lampu padam","cleanText":"lampu padam",)"
      R"("keyword":"ADUAN","receivedAt":"2026-01-01T00:59:55.250+0000","smsCount":2})");
  CHECK(message.external_id == "817790313235066447");
  CHECK(message.sender.address == "6281255501001");
  CHECK(message.to == std::vector<std::string>{"622155501708"});
  CHECK(message.text == "ADUAN lampu padam");
  CHECK(message.provider_at == core::Timestamp{std::chrono::milliseconds{1'767'229'195'250}});
  CHECK(message.kind == core::MessageKind::text);
  CHECK_FALSE(message.part);
}

TEST_CASE("every_result_of_a_batch_is_read_and_a_bad_one_alone_is_unreadable") {
  const auto events = events_of(
      R"({"results":[{"messageId":"1","from":"62812","text":"satu"},7,{"from":"62812","text":"tanpa id"},{"messageId":"3","from":"62812"},)"
      R"({"messageId":"4","from":"62812","text":"empat"}],"messageCount":5})");
  REQUIRE(events.size() == 5);
  CHECK(std::get<core::Message>(events[0]).text == "satu");
  CHECK(std::get<core::Unreadable>(events[1]).why == "unreadable_message");
  CHECK(std::get<core::Unreadable>(events[2]).why == "message_without_id");
  CHECK(std::get<core::Unreadable>(events[3]).why == "message_without_text");
  CHECK(std::get<core::Message>(events[4]).text == "empat");
}

TEST_CASE("no_messages_are_legal") {
  for (const char* body : {R"({"results":[],"messageCount":0,"pendingMessageCount":0})", R"({"messageCount":0})", "{}", "[]", "7"}) {
    CAPTURE(body);
    const auto events = events_of(body);
    REQUIRE(events.size() == 1);
    CHECK(std::get<core::Ignored>(events.front()).why == "not_a_message");
  }
  CHECK(std::get<core::Unreadable>(events_of(R"({"results":{}})").front()).why == "unreadable_results");
}

TEST_CASE("a_body_that_is_no_json_is_unreadable") {
  const Account account;
  for (const char* body : {"", "results=1", "{\"results\":["}) {
    const auto events = account.adapter->decode(*account.adapter->admit(post(body), kNow)->delivery);
    REQUIRE_FALSE(events);
    CHECK(events.error().code == core::Errc::unreadable);
  }
}

TEST_CASE("the_pieces_of_an_mms_are_texts_and_attachments") {
  const auto message = only_of<core::Message>(
      R"({"messageId":"9","from":"62812","to":"1708","receivedAt":"2026-01-01T00:59:55.250+0000","message":[)"
      R"({"contentType":"application/smil","value":"<smil/>"},{"contentType":"text/plain","value":"Pohon tumbang"},)"
      R"({"contentType":"image/jpeg","url":"https://api.infobip.com/mms/1/data/7/0"},{"contentType":"text/plain","value":"di Cipondoh"},)"
      R"({"contentType":"application/pdf","url":"https://api.infobip.com/mms/1/data/7/1"}]})");
  CHECK(message.kind == core::MessageKind::media);
  CHECK(message.text == "Pohon tumbang\ndi Cipondoh");
  REQUIRE(message.attachments.size() == 2);
  CHECK(message.attachments[0].kind == core::AttachmentKind::image);
  CHECK(message.attachments[0].url == "https://api.infobip.com/mms/1/data/7/0");
  CHECK(message.attachments[0].mime_type == "image/jpeg");
  CHECK(message.attachments[1].kind == core::AttachmentKind::document);
}

TEST_CASE("a_report_is_a_receipt") {
  const auto receipt_of = [](const std::string& group) {
    return only_of<core::Receipt>(
        R"({"messageId":"kita-1","to":"62812","sentAt":"2026-01-01T00:59:50.000+0000","doneAt":"2026-01-01T00:59:55.000+0000",)"
        R"("status":{"groupId":3,"groupName":")" +
        group + R"(","id":5},"error":{"groupId":1,"id":27,"name":"EC_ABSENT_SUBSCRIBER"}})");
  };
  CHECK(receipt_of("PENDING").state == "sent");
  CHECK(receipt_of("DELIVERED").state == "delivered");
  CHECK(receipt_of("DELIVERED").error_code.empty());
  CHECK(receipt_of("DELIVERED").external_id == "kita-1");
  CHECK(receipt_of("DELIVERED").at == core::Timestamp{std::chrono::seconds{1'767'229'195}});
  for (const char* group : {"UNDELIVERABLE", "EXPIRED", "REJECTED"}) {
    CHECK(receipt_of(group).state == "failed");
    CHECK(receipt_of(group).error_code == "27");
  }
  CHECK(only_of<core::Receipt>(
            R"({"messageId":"kita-1","status":{"groupName":"EXPIRED","name":"EXPIRED_EXPIRED"},"error":{"id":0,"name":"NO_ERROR"}})")
            .error_code == "EXPIRED_EXPIRED");
  CHECK(only_of<core::Ignored>(R"({"messageId":"kita-1","status":{"groupName":"BARU"}})").why == "other_status");
  CHECK(only_of<core::Unreadable>(R"({"status":{"groupName":"DELIVERED"}})").why == "report_without_id");
}

TEST_CASE("attachments_are_fetched_with_the_api_key_and_from_infobip_only") {
  const Account account({{"api_key", {core::Secret{std::string(kApiKey)}}}});
  CHECK(account.adapter->hosts() == std::vector<std::string>{"*.infobip.com"});
  tests::ScriptedTransport transport;
  transport.bodies.emplace_back("gambar");
  core::Attachment attachment;
  attachment.url = "https://api.infobip.com/mms/1/data/7/0";
  const auto download = tests::run(account.adapter->download(attachment, transport));
  REQUIRE(download);
  std::filesystem::remove(download->file);
  REQUIRE(transport.calls.size() == 1);
  CHECK(transport.calls.front().url == attachment.url);
  CHECK(transport.calls.front().headers.front() == std::pair{"Authorization"s, "App " + std::string(kApiKey)});

  transport.bodies.emplace_back(core::fail(core::Errc::not_found, "it is gone"));
  CHECK(tests::run(account.adapter->download(attachment, transport)).error().code == core::Errc::not_found);
  CHECK(tests::run(account.adapter->download({}, transport)).error().code == core::Errc::refused);
}

TEST_CASE("a_proxy_may_stand_in_for_infobip") {
  const Account account({{"api_url", {"https://proksi.tangerang.example/infobip"s}}});
  CHECK(account.report.mistakes.empty());
  CHECK(account.adapter->hosts() == std::vector<std::string>{"proksi.tangerang.example"});
  CHECK(Account({{"api_url", {"api.infobip.com"s}}}).report.mistakes.size() == 1);
}
