// SPDX-License-Identifier: Apache-2.0
#include "adapters/email/postmark.hpp"

#include <doctest/doctest.h>

#include "core/crypto.hpp"

using namespace satupintu::adapters;
using namespace satupintu::core;

namespace {

constexpr Timestamp kNow{std::chrono::seconds{1'767'229'200}};
constexpr std::string_view kSecret = "rahasia-postmark-uji-1";

std::unique_ptr<Adapter> make() {
  SettingsNode::Table table{{"secret", {Secret{std::string(kSecret)}}},
                            {"addresses", {SettingsNode::List{{std::string("lapor@kota.example")}}}}};
  const SettingsNode root{std::move(table)};
  SettingsReport report;
  Settings settings(root, report);
  auto adapter = make_email_postmark("surat", settings);
  report_unknown_keys(root, report);
  REQUIRE(report.mistakes.empty());
  return adapter;
}

Delivery delivery_of(std::string body) { return {.account = "surat", .received_at = kNow, .head = {}, .body = std::move(body)}; }

Message message_in(const Delivery& delivery) {
  auto events = make()->decode(delivery);
  REQUIRE(events);
  REQUIRE(events->size() == 1);
  REQUIRE(std::holds_alternative<Message>(events->front()));
  return std::get<Message>(std::move(events->front()));
}

std::string with_file(std::string_view content) {
  return R"({"FromFull":{"Email":"a@warga.example"},"TextBody":"foto","Attachments":[{"Name":"a.bin","Content":")" + std::string(content) +
         R"(","ContentType":"application/octet-stream"}]})";
}

std::string file_in(const std::string& body) {
  const Delivery delivery = delivery_of(body);
  const Message message = message_in(delivery);
  REQUIRE(message.attachments.size() == 1);
  const auto bytes = make()->extract(delivery, message.attachments[0]);
  REQUIRE(bytes);
  return *bytes;
}

}  // namespace

TEST_CASE("postmark_s_requests_need_the_secret") {
  HttpRequest request{.method = "POST", .path = "/channels/surat", .query = {}, .headers = {}, .body = "{}"};
  CHECK(make()->admit(request, kNow).error().code == Errc::unauthentic);
  request.headers.emplace_back("Authorization", "Basic " + to_base64("postmark:" + std::string(kSecret)));
  const auto admission = make()->admit(request, kNow);
  REQUIRE(admission);
  CHECK(admission->answer.status == 200);
  CHECK(admission->delivery->head.empty());
}

TEST_CASE("files_come_out_byte_by_byte_however_json_escapes_base64") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (std::size_t size = 0; size < 9; ++size) CHECK(file_in(with_file(to_base64(all.substr(0, size)))) == all.substr(0, size));
  std::string escaped, dotnet, wrapped;
  for (const char c : to_base64(all)) {
    escaped += c == '/' ? std::string("\\/") : std::string(1, c);
    dotnet += c == '+' ? std::string("\\u002B") : c == '/' ? std::string("\\u002f") : std::string(1, c);
    wrapped += std::string(1, c) + (wrapped.size() % 78 > 70 ? "\\r\\n" : "");
  }
  CHECK(file_in(with_file(to_base64(all))) == all);
  CHECK(file_in(with_file(escaped)) == all);
  CHECK(file_in(with_file(dotnet)) == all);
  CHECK(file_in(with_file(wrapped)) == all);
  CHECK(file_in(with_file("bukan base64 \\u12 \\u00e9 \\\" !")).size() < 20);
}

TEST_CASE("a_file_s_place_elsewhere_than_in_the_delivery_is_not_found") {
  const Delivery delivery = delivery_of(with_file("QUJD"));
  Attachment attachment = message_in(delivery).attachments[0];
  CHECK(make()->extract(delivery, attachment).value() == "ABC");
  for (const char* place :
       {"", "+", "1", "1+", "+1", "0+99999", "99999+0", "18446744073709551615+2", "1+18446744073709551615", "-1+2", "1+2x", "2.1"}) {
    CAPTURE(place);
    attachment.inline_part = place;
    CHECK(make()->extract(delivery, attachment).error().code == Errc::not_found);
  }
}

TEST_CASE("what_only_looks_like_a_file_in_json_is_text") {
  CHECK(message_in(delivery_of(R"({"From":"a@warga.example","TextBody":"kunci \"Content\":\"QUJD\" itu apa"})")).text ==
        "kunci \"Content\":\"QUJD\" itu apa");
  CHECK(message_in(delivery_of(R"({"From":"a@warga.example","TextBody":"Content","Subject":"Data"})")).text == "Content");
  CHECK(message_in(delivery_of(R"({"From":"a@warga.example","Content":{"Data":[1]},"TextBody":"ya"})")).text == "ya");
  CHECK(message_in(delivery_of(R"({"From":"a@warga.example", "Content" : null , "TextBody" : "ya"})")).text == "ya");
  CHECK(message_in(delivery_of(R"({"Attachments":[{"Content" : "QUJD" , "Name":"a\\"}],"From":"a@warga.example","TextBody":"ya"})")).text ==
        "ya");
}

TEST_CASE("a_large_file_is_neither_parsed_nor_lost") {
  const std::string file(3'000'000, 'x');
  CHECK(file_in(with_file(to_base64(file))) == file);
}

TEST_CASE("a_body_cut_short_anywhere_is_unreadable_by_postmark_s_reader") {
  const std::string body = with_file("QUJD\\/");
  for (std::size_t length = 0; length < body.size(); ++length) {
    CAPTURE(length);
    const auto events = make()->decode(delivery_of(body.substr(0, length)));
    REQUIRE_FALSE(events);
    CHECK(events.error().code == Errc::unreadable);
  }
}

TEST_CASE("the_tag_that_postmark_found_names_our_mailbox_again") {
  const Message message = message_in(delivery_of(
      R"({"From":"a@warga.example","TextBody":"ya","MailboxHash":"SP-0ABCD-EFGHV","OriginalRecipient":"abc+SP-0ABCD-EFGHV@inbound.contoh.example"})"));
  CHECK(message.to == std::vector<std::string>{"lapor+SP-0ABCD-EFGHV@kota.example"});
  REQUIRE(message.stated.attributes.size() == 1);
  CHECK(message.stated.attributes[0] == std::pair<std::string, std::string>{"tracking_code", "SP-0ABCD-EFGHV"});
}
