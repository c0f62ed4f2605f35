// SPDX-License-Identifier: Apache-2.0
#include "adapters/sms/kannel.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>

#include "adapters/form.hpp"

using namespace satupintu;
using namespace satupintu::adapters;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

constexpr core::Timestamp kNow{std::chrono::seconds{1'767'229'200}};
constexpr std::string_view kSecret = "uji-rahasia-kannel-5f20";
constexpr std::string_view kPreviousSecret = "uji-rahasia-kannel-lama";

struct Account {
  core::SettingsReport report;
  std::unique_ptr<Adapter> adapter;

  explicit Account(std::string_view secret = kSecret, std::optional<std::string_view> previous = std::nullopt) {
    core::SettingsNode::Table table{{"secret", {core::Secret{std::string(secret)}}}};
    if (previous) table["previous_secret"] = {core::Secret{std::string(*previous)}};
    const core::SettingsNode root{std::move(table)};
    core::Settings settings(root, report);
    adapter = make_sms_kannel("sms-1708", settings);
  }
};

core::HttpRequest get(std::string query) {
  return {.method = "GET", .path = "/channels/sms-1708/" + std::string(kSecret), .query = std::move(query), .headers = {}, .body = {}};
}

core::HttpRequest post(std::vector<std::pair<std::string, std::string>> headers, std::string_view body, std::string query = {}) {
  return {.method = "POST",
          .path = "/channels/sms-1708/" + std::string(kSecret),
          .query = std::move(query),
          .headers = std::move(headers),
          .body = std::string(body)};
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

bool is_admitted(const Account& account, const core::HttpRequest& request) {
  const auto admission = account.adapter->admit(request, kNow);
  if (!admission) CHECK(admission.error().code == core::Errc::unauthentic);
  return admission.has_value();
}

}  // namespace

// ------------------------------------------------------------------ admit

TEST_CASE("the_answer_is_empty_since_kannel_would_text_it_to_the_citizen") {
  const Account account;
  for (const auto& request : {get("from=%2B6281255501001&text=halo"), post({}, "halo")}) {
    const auto admission = account.adapter->admit(request, kNow);
    REQUIRE(admission);
    CHECK(admission->answer.status == 200);
    CHECK(admission->answer.body.empty());
    CHECK(admission->answer.content_type.empty());
  }
}

TEST_CASE("the_secret_stands_in_the_path_or_in_a_header") {
  const Account account;
  core::HttpRequest request = get("text=halo");
  CHECK(is_admitted(account, request));
  request.path = "/channels/sms-1708";
  CHECK_FALSE(is_admitted(account, request));
  request.headers.emplace_back("x-satupintu-secret", kSecret);
  CHECK(is_admitted(account, request));
  request.headers.emplace_back("X-Satupintu-Secret", kSecret);
  CHECK_FALSE(is_admitted(account, request));
}

TEST_CASE("a_wrong_secret_in_the_path_is_not_made_good_by_anything") {
  const Account account;
  const std::string secret{kSecret};
  for (const std::string& path :
       {"/channels/sms-1708/"s, "/channels/sms-1708/x"s, "/channels/sms-1708/" + secret + "/", "/channels/sms-1708/" + secret + "0",
        "/channels/sms-1708//" + secret, "/channels/lain/" + secret, "/channels/sms-1708" + secret}) {
    CAPTURE(path);
    core::HttpRequest request = get("text=halo&secret=" + secret);
    request.path = path;
    CHECK_FALSE(is_admitted(account, request));
  }
  core::HttpRequest request = get("text=halo");
  request.path = "/channels/sms-1708/x";
  request.headers.emplace_back("X-Satupintu-Secret", kSecret);
  CHECK_FALSE(is_admitted(account, request));
}

TEST_CASE("the_previous_secret_is_good_while_it_is_configured") {
  core::HttpRequest request = get("text=halo");
  request.path = "/channels/sms-1708/" + std::string(kPreviousSecret);
  CHECK(is_admitted(Account(kSecret, kPreviousSecret), request));
  CHECK_FALSE(is_admitted(Account(kSecret), request));
}

TEST_CASE("a_secret_that_a_url_would_change_is_a_mistake") {
  for (const char* secret :
       {"rahasia/dengan/garis", "rahasia dengan spasi", "rahasia%20dengan", "rahasia?dengan=tanya", "rahasia#dengan#pagar"}) {
    CAPTURE(secret);
    CHECK(Account(secret).report.mistakes.size() == 1);
    CHECK(Account(kSecret, secret).report.mistakes.size() == 1);
  }
  CHECK(Account(kSecret, kPreviousSecret).report.mistakes.empty());
}

TEST_CASE("what_is_journalled_is_all_that_kannel_said_and_not_the_secret") {
  const Account account;
  const auto got = account.adapter->admit(get("from=%2B62812&text=%00L"), kNow);
  CHECK(got->delivery->head == "GET ?from=%2B62812&text=%00L\n");
  CHECK(got->delivery->body.empty());
  const auto posted = account.adapter->admit(post({{"Host", "pintu"},
                                                   {"X-Kannel-From", "+62812"},
                                                   {"Content-Type", "text/plain; charset=\"UTF-16BE\""},
                                                   {"X-Satupintu-Secret", std::string(kSecret)},
                                                   {"Authorization", "Basic eA=="}},
                                                  "\0L"sv, "id=7"),
                                             kNow);
  CHECK(posted->delivery->head == "POST ?id=7\nX-Kannel-From: +62812\nContent-Type: text/plain; charset=\"UTF-16BE\"\n");
  CHECK(posted->delivery->body == "\0L"sv);
  CHECK(posted->delivery->account == "sms-1708");
  CHECK(posted->delivery->received_at == kNow);
}

// ------------------------------------------------------------------ decode

TEST_CASE("all_that_get_url_tells_is_taken_over") {
  const auto message =
      message_of(get("from=%2B6281255501001&to=1708&text=Halo+%40+%23+%2B+%26+%3D+50%25+%C3%A9%0ART+03&charset=UTF-8&coding=0&udh="
                     "&id=3aa84203-96ab-42af-997f-550b2f74ac69&ts=1767229195&smsc=telkomsel"));
  CHECK(message.channel == core::Channel::sms);
  CHECK(message.kind == core::MessageKind::text);
  CHECK(message.external_id == "3aa84203-96ab-42af-997f-550b2f74ac69");
  CHECK(message.sender.address_kind == core::AddressKind::phone);
  CHECK(message.sender.address == "+6281255501001");
  CHECK(message.to == std::vector<std::string>{"1708"});
  CHECK(message.text == "Halo @ # + & = 50% \u00e9\nRT 03");
  CHECK(message.provider_at == core::Timestamp{std::chrono::seconds{1'767'229'195}});
  CHECK_FALSE(message.part);
  CHECK(message.flags.empty());
}

TEST_CASE("all_that_post_url_tells_is_taken_over") {
  const auto message = message_of(post({{"Content-Type", "text/plain; charset=\"UTF-16BE\""},
                                        {"X-Kannel-From", "+6281255501001"},
                                        {"X-Kannel-To", "1708"},
                                        {"X-Kannel-Time", "2026-01-01 00:59:55"},
                                        {"X-Kannel-Coding", "2"}},
                                       "\0L\0a\xD8\x3D\xDE\x00"sv, "id=3aa84203-96ab-42af-997f-550b2f74ac69"));
  CHECK(message.external_id == "3aa84203-96ab-42af-997f-550b2f74ac69");
  CHECK(message.sender.address == "+6281255501001");
  CHECK(message.to == std::vector<std::string>{"1708"});
  CHECK(message.text == "La\U0001F600");
  CHECK(message.provider_at == core::Timestamp{std::chrono::seconds{1'767'229'195}});
}

TEST_CASE("binary_escapes_in_the_query_are_undone_before_the_charset_is") {
  CHECK(message_of(get("from=62812&text=%00L%00a%D8%3D%DE%00%00%26&charset=UTF-16BE&coding=2")).text == "La\U0001F600&");
  CHECK(message_of(get("from=62812&text=%00L%00a&coding=2")).text == "La");
  CHECK(message_of(get("from=62812&text=caf%E9&charset=windows-1252")).text == "caf\u00e9");
  CHECK(message_of(get("from=62812&text=caf%E9&coding=1")).text == "caf\u00e9");
}

TEST_CASE("the_charset_of_a_posted_text_is_found_in_every_spelling") {
  for (const char* type :
       {"text/plain; charset=\"UTF-16BE\"", "text/plain;charset=utf-16be", "text/plain; format=flowed;\tCharset=UTF-16BE"}) {
    CAPTURE(type);
    CHECK(message_of(post({{"Content-Type", type}, {"X-Kannel-From", "62812"}}, "\0L\0a"sv)).text == "La");
  }
  CHECK(message_of(post({{"X-Kannel-Coding", "2"}, {"X-Kannel-From", "62812"}}, "\0L\0a"sv)).text == "La");
  CHECK(message_of(post({{"X-Kannel-From", "62812"}}, "caf\u00e9")).text == "caf\u00e9");
  CHECK(message_of(post({{"Content-Type", "application/octet-stream"}, {"X-Kannel-From", "62812"}}, "caf\xE9")).text == "caf\u00e9");
}

TEST_CASE("an_unknown_charset_is_read_as_utf_8_and_flagged") {
  const auto message = message_of(get("from=62812&text=caf%C3%A9&charset=KOI8-R"));
  CHECK(message.text == "caf\u00e9");
  CHECK(message.flags == std::vector<std::string>{"unknown_charset"});
}

TEST_CASE("bytes_that_are_not_of_their_charset_are_repaired_and_flagged") {
  const auto message = message_of(get("from=62812&text=banjir+%FF&charset=UTF-8"));
  CHECK(message.text == "banjir \uFFFD");
  CHECK(message.flags == std::vector<std::string>{"repaired"});
}

TEST_CASE("escapes_that_smsbox_does_not_know_say_nothing") {
  const auto message = message_of(get("from=62812&text=%25b&charset=UTF-8&udh=%U&id=%I&ts=%T"));
  CHECK(message.text == "%b");
  CHECK(message.external_id.empty());
  CHECK_FALSE(message.provider_at);
  CHECK(message.thread_id.empty());
}

TEST_CASE("an_empty_text_is_a_message_all_the_same") {
  CHECK(message_of(get("from=62812&text=&charset=UTF-8")).text.empty());
  CHECK(message_of(get("from=62812")).text.empty());
  CHECK(message_of(post({{"X-Kannel-From", "62812"}}, "")).text.empty());
}

TEST_CASE("a_text_from_nobody_is_a_message_all_the_same") {
  const auto message = message_of(post({{"X-Kannel-To", "1708"}}, "banjir di Periuk"));
  CHECK(message.sender.address_kind == core::AddressKind::none);
  CHECK(message.text == "banjir di Periuk");
}

TEST_CASE("neither_text_nor_sender_is_no_message") {
  CHECK(why_ignored(get("")) == "not_a_message");
  CHECK(why_ignored(get("to=1708&id=7")) == "not_a_message");
  CHECK(why_ignored(post({}, "")) == "not_a_message");
}

TEST_CASE("numbers_are_phones_and_names_are_not") {
  for (const char* number : {"+6281255501001", "081255501001", "6281255501001", "112", "98108"}) {
    CAPTURE(number);
    Form query;
    query.add("from", number);
    const auto sender = message_of(get(query.encoded())).sender;
    CHECK(sender.address_kind == core::AddressKind::phone);
    CHECK(sender.address == number);
  }
  for (const char* name : {"TELKOMSEL", "BPBD-TNG", "+", "3 Indonesia", "+62812x", "628125550100100112"}) {
    CAPTURE(name);
    Form query;
    query.add("from", name);
    const auto sender = message_of(get(query.encoded())).sender;
    CHECK(sender.address_kind == core::AddressKind::platform_id);
    CHECK(sender.address == name);
  }
}

TEST_CASE("a_part_that_nobody_joined_says_which_part_it_is") {
  const auto second = message_of(get("from=62812&text=kedua&charset=UTF-8&udh=%05%00%03%AA%03%02"));
  CHECK(second.text == "kedua");
  REQUIRE(second.part);
  CHECK(second.part->reference == "aa/3");
  CHECK(second.part->number == 2);
  CHECK(second.part->total == 3);
  const auto third = message_of(post({{"X-Kannel-From", "62812"}, {"X-Kannel-UDH", "%05%00%03%AA%03%03"}}, "ketiga"));
  REQUIRE(third.part);
  CHECK(third.part->reference == second.part->reference);
  CHECK(third.part->number == 3);
  CHECK(message_of(get("from=62812&text=x&udh=060804AA120301")).part.value().reference == "aa12/3");
  CHECK(message_of(post({{"X-Kannel-From", "62812"}, {"X-Kannel-UDH", "050003AA0301"}}, "x")).part.value().reference == "aa/3");
}

TEST_CASE("a_part_with_senseless_numbers_is_a_whole_message") {
  for (const char* udh : {"%05%00%03%AA%00%01", "%05%00%03%AA%02%00", "%05%00%03%AA%02%03", "%05%00%03", "%FF", "050003AA", "zz"}) {
    CAPTURE(udh);
    const auto message = message_of(get("from=62812&text=x&udh="s + udh));
    CHECK_FALSE(message.part);
    CHECK(message.flags.empty());
  }
}

TEST_CASE("what_is_meant_for_a_program_on_the_telephone_is_ignored") {
  CHECK(why_ignored(get("from=62812&text=BEGIN%3AVCARD&udh=%06%05%04%23%F4%00%00&charset=UTF-8")) == "binary_sms");
  CHECK(why_ignored(get("from=62812&text=%00%FF%01&charset=8-BIT&coding=1&id=7")) == "binary_sms");
  CHECK(why_ignored(post({{"X-Kannel-From", "62812"}, {"Content-Type", "application/octet-stream"}}, "\x01\x02"sv)) == "binary_sms");
  CHECK(message_of(get("from=62812&text=banjir%0D%0A%09RT+03&charset=8-BIT&coding=1")).text == "banjir\r\n\tRT 03");
}

TEST_CASE("a_delivery_report_is_a_receipt") {
  const auto receipt_of = [](const char* report) {
    const core::Event event = event_of(get("dlr="s + report + "&id=kita-1&ts=1767229195"));
    REQUIRE(std::holds_alternative<core::Receipt>(event));
    return std::get<core::Receipt>(event);
  };
  CHECK(receipt_of("1").state == "delivered");
  CHECK(receipt_of("4").state == "sent");
  CHECK(receipt_of("8").state == "sent");
  CHECK(receipt_of("2").state == "failed");
  CHECK(receipt_of("16").state == "failed");
  CHECK(receipt_of("16").error_code == "16");
  CHECK(receipt_of("1").error_code.empty());
  CHECK(receipt_of("1").external_id == "kita-1");
  CHECK(receipt_of("1").at == core::Timestamp{std::chrono::seconds{1'767'229'195}});
}

TEST_CASE("a_report_on_nothing_we_named_is_no_receipt") {
  CHECK(why_ignored(get("dlr=1")) == "not_a_message");
  CHECK(why_ignored(get("dlr=32&id=kita-1")) == "not_a_message");
  CHECK(message_of(get("dlr=-1&id=7&from=62812&text=halo")).text == "halo");
}

TEST_CASE("a_head_of_another_form_is_unreadable") {
  const Account account;
  for (const char* head : {"", "\n", "PUT ?text=halo\n", "from=62812&text=halo", "{}"}) {
    CAPTURE(head);
    const auto events = account.adapter->decode({.account = "sms-1708", .received_at = kNow, .head = head, .body = "halo"});
    REQUIRE_FALSE(events);
    CHECK(events.error().code == core::Errc::unreadable);
  }
}

TEST_CASE("composed_messages_have_ids_of_kannels_shape") {
  const Account account;
  const auto id_of = [&](const char* external_id) {
    auto request = account.adapter->compose({.external_id = external_id, .phone = "+6281255501001", .name = "Sari", .text = "halo"}, kNow);
    account.adapter->sign(request);
    return message_of(request).external_id;
  };
  const std::string id = id_of("uji-1");
  CHECK(id.size() == 36);
  CHECK(std::ranges::count(id, '-') == 4);
  CHECK(id == id_of("uji-1"));
  CHECK(id != id_of("uji-2"));
}
