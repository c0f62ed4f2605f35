// SPDX-License-Identifier: Apache-2.0
#include "adapters/sms/vonage.hpp"

#include <doctest/doctest.h>

#include <cctype>
#include <optional>

using namespace satupintu;
using namespace satupintu::adapters;
using namespace std::string_literals;

namespace {

constexpr core::Timestamp kNow{std::chrono::seconds{1'767'229'200}};
constexpr std::string_view kSecret = "v0nageTandaTanganRahasia8712";
constexpr std::string_view kPreviousSecret = "v0nageTandaTanganYangDahulu";

struct Account {
  core::SettingsReport report;
  std::unique_ptr<Adapter> adapter;

  explicit Account(std::string method = {}, std::string_view secret = kSecret, std::optional<std::string_view> previous = std::nullopt) {
    core::SettingsNode::Table table{{"secret", {core::Secret{std::string(secret)}}}};
    if (!method.empty()) table["signature_method"] = {std::move(method)};
    if (previous) table["previous_secret"] = {core::Secret{std::string(*previous)}};
    const core::SettingsNode root{std::move(table)};
    core::Settings settings(root, report);
    adapter = make_sms_vonage("sms-vonage", settings);
  }
};

core::HttpRequest get(std::string query) {
  return {.method = "GET", .path = "/channels/sms-vonage", .query = std::move(query), .headers = {}, .body = {}};
}

core::HttpRequest post(std::string body, std::string type = "application/x-www-form-urlencoded") {
  return {.method = "POST",
          .path = "/channels/sms-vonage",
          .query = {},
          .headers = {{"Content-Type", std::move(type)}},
          .body = std::move(body)};
}

core::HttpRequest post_json(std::string body) { return post(std::move(body), "application/json"); }

bool is_admitted(const Account& account, const core::HttpRequest& request, core::Timestamp now = kNow) {
  const auto admission = account.adapter->admit(request, now);
  if (!admission) CHECK(admission.error().code == core::Errc::unauthentic);
  return admission.has_value();
}

core::HttpRequest signed_copy(const Account& account, core::HttpRequest request) {
  account.adapter->sign(request);
  return request;
}

// With the timestamp that every signed request has.
core::Event event_of(core::HttpRequest request) {
  const Account account;
  if (request.method == "GET") request.query += "&timestamp=1767229195";
  else if (!request.body.starts_with('{')) request.body += "&timestamp=1767229195";
  account.adapter->sign(request);
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

// Signed with every method by @vonage/sms 1.24.1 under kSecret.
constexpr std::string_view kParameters =
    "api-key=abcd1234&msisdn=6281255501001&to=622155501708&messageId=0B00000123ABCD1F&text=Lampu+%26+tiang%3Droboh%2C+50%25+caf%C3%A9+"
    "%F0%9F%8C%8A&type=unicode&keyword=LAMPU&message-timestamp=2026-01-01+00%3A59%3A55&timestamp=1767229195&nonce=aaaaaaaa-bbbb-cccc-dddd-"
    "0123456789ab";
constexpr std::string_view kParametersInJson =
    R"({"api-key":"abcd1234","msisdn":"6281255501001","to":"622155501708","messageId":"0B00000123ABCD1F",)"
    R"("text":"Lampu & tiang=roboh, 50% caf\u00e9 \ud83c\udf0a","type":"unicode","keyword":"LAMPU",)"
    R"("message-timestamp":"2026-01-01 00:59:55","timestamp":"1767229195","nonce":"aaaaaaaa-bbbb-cccc-dddd-0123456789ab","sig":")";

struct Signed {
  std::string_view method, signature;
};
constexpr Signed kSigned[] = {
    {"md5hash", "9449342dc649385d07891720abdfc104"},
    {"md5", "e94ad40a454c48c9a021581a3bd54011"},
    {"sha1", "73357f4996b46290c54db9da975fa5df7b2b4679"},
    {"sha256", "8bd567e4d661f3288ab7b9ea6da650dfbaf03d9a86a17892c7e357edea14fd7d"},
    {"sha512",
     "b34c707cc740be9553e4d5e61a333720c29a2c31ad18e790b5309475684d6ccc853a1a961051c08bb1d370b6e55965eab024c591b70c6241d275135292848e40"}};

}  // namespace

// ------------------------------------------------------------------ admit

TEST_CASE("what_vonages_own_library_signs_is_admitted_in_every_form") {
  for (const auto& [method, signature] : kSigned) {
    CAPTURE(method);
    const Account account{std::string(method)};
    const std::string fields = std::string(kParameters) + "&sig=" + std::string(signature);
    CHECK(is_admitted(account, get(fields)));
    CHECK(is_admitted(account, post(fields)));
    CHECK(is_admitted(account, post_json(std::string(kParametersInJson) + std::string(signature) + "\"}")));
    CHECK(signed_copy(account, get(std::string(kParameters))).query == fields);
    std::string upper{signature};
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    CHECK(is_admitted(account, get(std::string(kParameters) + "&sig=" + upper)));
  }
}

TEST_CASE("the_method_is_the_accounts_and_never_the_messages") {
  for (const auto& [method, own] : kSigned) {
    const Account account{std::string(method)};
    for (const auto& [other, signature] : kSigned) {
      CAPTURE(method);
      CAPTURE(other);
      CHECK(is_admitted(account, get(std::string(kParameters) + "&sig=" + std::string(signature))) == (method == other));
      CHECK_FALSE(is_admitted(
          account, get(std::string(kParameters) + "&sig=" + std::string(signature) + "&signature_method=" + std::string(other))));
    }
  }
}

TEST_CASE("a_changed_added_hidden_or_doubled_parameter_is_unauthentic") {
  const Account account;
  const std::string good = signed_copy(account, get("messageId=7&msisdn=62812&text=halo&timestamp=1767229195&to=1708")).query;
  CHECK(is_admitted(account, get(good)));
  const auto replaced = [&](const std::string& what, const std::string& by) {
    std::string query = good;
    query.replace(query.find(what), what.size(), by);
    return query;
  };
  CHECK_FALSE(is_admitted(account, get(replaced("halo", "hala"))));
  CHECK_FALSE(is_admitted(account, get(replaced("62812", "62813"))));
  CHECK_FALSE(is_admitted(account, get(good + "&concat=true")));
  CHECK_FALSE(is_admitted(account, get(replaced("&to=1708", ""))));
  CHECK_FALSE(is_admitted(account, get(good + "&text=halo")));
  CHECK_FALSE(is_admitted(account, get("text=hala&" + good)));
  CHECK_FALSE(is_admitted(account, get(good + "&sig=" + good.substr(good.find("&sig=") + 5))));
  // The same signed text with the message's id as part of a name.
  CHECK_FALSE(is_admitted(account, get(replaced("messageId=7&msisdn=62812", "messageId%3D7%26msisdn=62812"))));
}

TEST_CASE("a_request_is_good_until_it_is_too_old") {
  const Account account;
  using namespace std::chrono_literals;
  const core::HttpRequest request = signed_copy(account, get("msisdn=62812&text=halo&messageId=7&timestamp=1767229195"));
  CHECK(is_admitted(account, request, kNow + 24h + 59min));
  CHECK_FALSE(is_admitted(account, request, kNow + 25h));
  CHECK(is_admitted(account, request, kNow - 5min));
  CHECK_FALSE(is_admitted(account, request, kNow - 6min));
  CHECK_FALSE(is_admitted(account, signed_copy(account, get("msisdn=62812&text=halo&messageId=7"))));
  CHECK_FALSE(is_admitted(account, signed_copy(account, get("msisdn=62812&text=halo&timestamp=kemarin"))));
}

TEST_CASE("of_a_post_the_query_is_neither_signed_nor_read") {
  const Account account;
  core::HttpRequest request = signed_copy(account, post("msisdn=62812&text=halo&messageId=7&timestamp=1767229195"));
  request.query = "text=palsu&messageId=8";
  REQUIRE(is_admitted(account, request));
  const auto events = account.adapter->decode(*account.adapter->admit(request, kNow)->delivery);
  CHECK(std::get<core::Message>(events->front()).text == "halo");
}

TEST_CASE("json_that_is_none_or_no_object_is_unauthentic") {
  const Account account;
  for (const char* body : {"{", "[]", "\"sig\"", "7", "null", "{\"sig\":\"00\"", "sig=00"}) {
    CAPTURE(body);
    CHECK_FALSE(is_admitted(account, signed_copy(account, post_json(body))));
  }
}

TEST_CASE("the_previous_secret_is_good_while_it_is_configured") {
  for (const char* method : {"md5hash", "sha256"}) {
    const auto old = signed_copy(Account(method, kPreviousSecret), get("msisdn=62812&text=halo&timestamp=1767229195"));
    CHECK(is_admitted(Account(method, kSecret, kPreviousSecret), old));
    CHECK_FALSE(is_admitted(Account(method), old));
  }
}

TEST_CASE("a_probe_is_answered_and_nothing_is_kept_of_it") {
  const Account account;
  for (const auto& request : {get(""), post("")}) {
    const auto admission = account.adapter->admit(request, kNow);
    REQUIRE(admission);
    CHECK(admission->answer.status == 200);
    CHECK_FALSE(admission->delivery);
  }
}

TEST_CASE("without_signatures_a_secret_in_the_url_takes_their_place") {
  const Account account("none");
  CHECK(account.report.mistakes.empty());
  core::HttpRequest request = get("msisdn=62812&text=halo&messageId=7");
  CHECK_FALSE(is_admitted(account, request));
  CHECK_FALSE(is_admitted(account, get("")));
  request.path = "/channels/sms-vonage/" + std::string(kSecret);
  REQUIRE(is_admitted(account, request));
  const auto admission = account.adapter->admit(request, kNow);
  CHECK(admission->delivery->head == "GET ?msisdn=62812&text=halo&messageId=7\n");
  request.query.clear();
  const auto probe = account.adapter->decode(*account.adapter->admit(request, kNow)->delivery);
  CHECK(std::get<core::Ignored>(probe->front()).why == "not_a_message");
  CHECK_FALSE(Account("none", "tanda/tangan/dengan/garis").report.mistakes.empty());
}

TEST_CASE("without_signatures_a_body_that_is_no_json_is_unreadable") {
  const Account account("none");
  const auto events = account.adapter->decode(*account.adapter->admit(signed_copy(account, post_json("{\"text\":")), kNow)->delivery);
  REQUIRE_FALSE(events);
  CHECK(events.error().code == core::Errc::unreadable);
}

TEST_CASE("an_unknown_method_of_signing_is_a_mistake") {
  CHECK(Account("sha3").report.mistakes.size() == 1);
  CHECK(Account().report.mistakes.empty());
}

// ------------------------------------------------------------------ the Messages API

namespace {

// Signed by jsonwebtoken 9, and accepted by @vonage/jwt 1.17.1, under kSecret.
constexpr std::string_view kMessagesApiBody =
    R"({"channel":"sms","message_uuid":"5c0de001-96ab-42af-997f-550b2f74ac69","to":"622155501708","from":"6281255501031",)"
    R"("timestamp":"2026-01-01T00:59:55.250Z","text":"Lampu padam \ud83c\udf0a","sms":{"num_messages":"2","keyword":"LAMPU"},)"
    R"("usage":{"currency":"EUR","price":"0.0057"},"message_type":"text"})";
constexpr std::string_view kToken =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
    "eyJpYXQiOjE3NjcyMjkxOTYsImp0aSI6ImM1YmE4ZjI0LTFhMTQtNGMxMC1iZmRmLTNmYmU4Y2U1MTFiNSIsImlzcyI6IlZvbmFnZSIsInBheWxvYWRfaGFzaCI6IjYxY2Q5"
    "NmIzYjY0NjJkYWRlNzE5NzhiNWY1YzUzOGQyMDNhNWEwZjA3ZDE0NTM0MjhiMThhZjM4MWM3NjQ3NDEiLCJhcGlfa2V5IjoiN2YzYzIwYWIiLCJhcHBsaWNhdGlvbl9pZCI6"
    "ImFhYWFhYWFhLWJiYmItY2NjYy1kZGRkLTAxMjM0NTY3ODlhYiJ9.pN6NJiSycOSR6PGcJslQUE3zvkQvsNXZ6zkNPwjy_3c";

core::HttpRequest with_token(std::string_view token, std::string_view body = kMessagesApiBody) {
  core::HttpRequest request = post_json(std::string(body));
  request.headers.emplace_back("Authorization", "Bearer " + std::string(token));
  return request;
}

core::Event event_by_token(const std::string& body) {
  const Account account("jwt");
  const auto admission = account.adapter->admit(signed_copy(account, post_json(body)), kNow);
  REQUIRE(admission);
  REQUIRE(admission->delivery);
  return account.adapter->decode(*admission->delivery)->front();
}

}  // namespace

TEST_CASE("the_messages_apis_token_vouches_for_the_body_and_for_nothing_else") {
  using namespace std::chrono_literals;
  const Account account("jwt");
  CHECK(is_admitted(account, with_token(kToken)));
  CHECK_FALSE(is_admitted(account, with_token(kToken, std::string(kMessagesApiBody) + ' ')));
  CHECK_FALSE(is_admitted(account, with_token(kToken), kNow + 26h));
  CHECK_FALSE(is_admitted(account, with_token(kToken), kNow - 6min));
  CHECK_FALSE(is_admitted(Account("jwt", kPreviousSecret), with_token(kToken)));
  CHECK(is_admitted(Account("jwt", kPreviousSecret, kSecret), with_token(kToken)));
  CHECK_FALSE(is_admitted(Account("sha256"), with_token(kToken)));
  core::HttpRequest got = with_token(kToken);
  got.method = "GET";
  CHECK_FALSE(is_admitted(account, got));
  core::HttpRequest doubled = with_token(kToken);
  doubled.headers.push_back(doubled.headers.back());
  CHECK_FALSE(is_admitted(account, doubled));
  CHECK_FALSE(account.adapter->admit(with_token(kToken), kNow)->delivery->head.contains("Bearer"));
}

TEST_CASE("a_changed_token_is_unauthentic") {
  const Account account("jwt");
  for (std::size_t at = 0; at < kToken.size(); ++at) {
    CAPTURE(at);
    std::string changed{kToken};
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    CHECK_FALSE(is_admitted(account, with_token(changed)));
    CHECK_FALSE(is_admitted(account, with_token(kToken.substr(0, at))));
  }
  const std::string none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0" + std::string(kToken.substr(36, kToken.rfind('.') - 36)) + '.';
  for (const std::string& other : {none, std::string(kToken) + '=', "."s, ".."s, "..."s, "a.b.c"s, std::string(kToken) + ".x"}) {
    CHECK_FALSE(is_admitted(account, with_token(other)));
  }
}

TEST_CASE("all_that_the_messages_api_tells_is_taken_over") {
  const Account account("jwt");
  const auto events = account.adapter->decode(*account.adapter->admit(with_token(kToken), kNow)->delivery);
  REQUIRE(events);
  const auto message = std::get<core::Message>(events->front());
  CHECK(message.external_id == "5c0de001-96ab-42af-997f-550b2f74ac69");
  CHECK(message.sender.address == "6281255501031");
  CHECK(message.to == std::vector<std::string>{"622155501708"});
  CHECK(message.text == "Lampu padam \U0001F30A");
  CHECK(message.provider_at == core::Timestamp{std::chrono::milliseconds{1'767'229'195'250}});
  const auto composed = std::get<core::Message>(event_by_token(
      account.adapter->compose({.external_id = "uji-1", .phone = "+6281255501001", .name = "Sari", .text = "\"Banjir\""}, kNow).body));
  CHECK(composed.text == "\"Banjir\"");
}

TEST_CASE("what_the_messages_api_says_besides_is_told_apart") {
  const std::string time = R"("timestamp":"2026-01-01T00:59:55Z",)";
  CHECK(
      std::get<core::Ignored>(event_by_token("{" + time + R"("channel":"viber_service","message_uuid":"1","from":"62812","text":"halo"})"))
          .why == "other_channel");
  const auto status = [&](const std::string& state) {
    return event_by_token("{" + time + R"("channel":"sms","message_uuid":"kita-1","status":")" + state +
                          R"(","error":{"title":"1340","detail":"-"}})");
  };
  CHECK(std::get<core::Receipt>(status("submitted")).state == "sent");
  CHECK(std::get<core::Receipt>(status("delivered")).error_code.empty());
  CHECK(std::get<core::Receipt>(status("read")).state == "read");
  for (const char* state : {"undeliverable", "rejected"}) {
    CHECK(std::get<core::Receipt>(status(state)).state == "failed");
    CHECK(std::get<core::Receipt>(status(state)).error_code == "1340");
  }
  CHECK(std::get<core::Receipt>(status("delivered")).external_id == "kita-1");
  CHECK(std::get<core::Receipt>(status("delivered")).at == core::Timestamp{std::chrono::seconds{1'767'229'195}});
}

// ------------------------------------------------------------------ decode

TEST_CASE("all_that_vonage_tells_is_taken_over_in_every_form") {
  for (const auto& request :
       {get(std::string(kParameters)), post(std::string(kParameters)), post_json(std::string(kParametersInJson) + "\"}")}) {
    const Account account;
    core::HttpRequest unsigned_request = request;
    if (request.body.starts_with('{')) unsigned_request.body.replace(request.body.find(",\"sig\""), std::string::npos, "}");
    const auto admission = account.adapter->admit(signed_copy(account, unsigned_request), kNow);
    REQUIRE(admission);
    const auto message = std::get<core::Message>(account.adapter->decode(*admission->delivery)->front());
    CHECK(message.channel == core::Channel::sms);
    CHECK(message.external_id == "0B00000123ABCD1F");
    CHECK(message.sender.address_kind == core::AddressKind::phone);
    CHECK(message.sender.address == "6281255501001");
    CHECK(message.to == std::vector<std::string>{"622155501708"});
    CHECK(message.text == "Lampu & tiang=roboh, 50% caf\u00e9 \U0001F30A");
    CHECK(message.provider_at == core::Timestamp{std::chrono::seconds{1'767'229'195}});
    CHECK_FALSE(message.part);
    CHECK(message.flags.empty());
  }
}

TEST_CASE("both_spellings_of_the_time_are_read") {
  for (const char* time : {"2026-01-01+00%3A59%3A55", "2026-01-01+00%3A59%3A55+%2B0000"}) {
    CAPTURE(time);
    CHECK(message_of(get("msisdn=62812&text=halo&messageId=7&message-timestamp="s + time)).provider_at ==
          core::Timestamp{std::chrono::seconds{1'767'229'195}});
  }
  CHECK_FALSE(message_of(get("msisdn=62812&text=halo&messageId=7&message-timestamp=kemarin")).provider_at);
}

TEST_CASE("a_part_says_which_part_it_is") {
  const auto message = message_of(get("msisdn=62812&text=kedua&messageId=7&concat=true&concat-ref=108&concat-total=3&concat-part=2"));
  CHECK(message.text == "kedua");
  REQUIRE(message.part);
  CHECK(message.part->reference == "108/3");
  CHECK(message.part->number == 2);
  CHECK(message.part->total == 3);
  CHECK(message.part->octets == "kedua");
  CHECK(message.part->charset == "UTF-8");
}

TEST_CASE("a_part_with_senseless_numbers_is_a_whole_message") {
  for (const char* concat :
       {"concat-ref=108&concat-total=3&concat-part=0", "concat-ref=108&concat-total=3&concat-part=4",
        "concat-ref=108&concat-total=1&concat-part=1", "concat-ref=108&concat-total=0&concat-part=0",
        "concat-ref=108&concat-total=256&concat-part=1", "concat-ref=&concat-total=3&concat-part=1", "concat-ref=108&concat-total=3",
        "concat-ref=108&concat-total=-3&concat-part=1", "concat-ref=108&concat-total=3x&concat-part=1"}) {
    CAPTURE(concat);
    CHECK_FALSE(message_of(get("msisdn=62812&text=x&messageId=7&concat=true&"s + concat)).part);
  }
}

TEST_CASE("a_binary_message_is_read_where_it_is_a_text") {
  const auto message = message_of(get("msisdn=62812&messageId=7&type=binary&data=62616e6a6972&udh=050003AA0201"));
  CHECK(message.text == "banjir");
  REQUIRE(message.part);
  CHECK(message.part->reference == "aa/2");
  CHECK(message.part->charset == "8-BIT");
  CHECK(message_of(get("msisdn=62812&messageId=7&type=binary&data=636166e9")).text == "caf\u00e9");
  CHECK(why_ignored(get("msisdn=62812&messageId=7&type=binary&data=0001ff")) == "binary_sms");
  CHECK(why_ignored(get("msisdn=62812&messageId=7&type=binary&data=424547494e&udh=06050423F40000")) == "binary_sms");
}

TEST_CASE("an_empty_text_is_a_message_and_no_parameter_of_one_is_none") {
  CHECK(message_of(get("msisdn=62812&text=&messageId=7")).text.empty());
  CHECK(message_of(get("msisdn=62812&messageId=7")).text.empty());
  CHECK(message_of(get("text=halo")).sender.address_kind == core::AddressKind::none);
  CHECK(why_ignored(get("to=1708&messageId=7")) == "not_a_message");
}

TEST_CASE("bytes_that_are_no_utf_8_are_repaired_and_flagged") {
  const auto message = message_of(get("msisdn=62812&text=banjir+%FF&messageId=7"));
  CHECK(message.text == "banjir \uFFFD");
  CHECK(message.flags == std::vector<std::string>{"repaired"});
}

TEST_CASE("a_delivery_receipt_is_a_receipt") {
  const auto receipt_of = [](const char* status) {
    const core::Event event =
        event_of(get("msisdn=62812&to=TANGERANG&messageId=7&err-code=6&message-timestamp=2026-01-01+00%3A59%3A55&status="s + status));
    REQUIRE(std::holds_alternative<core::Receipt>(event));
    return std::get<core::Receipt>(event);
  };
  CHECK(receipt_of("delivered").state == "delivered");
  CHECK(receipt_of("accepted").state == "sent");
  CHECK(receipt_of("buffered").state == "sent");
  for (const char* status : {"expired", "failed", "rejected"}) {
    CHECK(receipt_of(status).state == "failed");
    CHECK(receipt_of(status).error_code == "6");
  }
  CHECK(receipt_of("delivered").error_code.empty());
  CHECK(receipt_of("delivered").external_id == "7");
  CHECK(receipt_of("delivered").at == core::Timestamp{std::chrono::seconds{1'767'229'195}});
  CHECK(why_ignored(get("messageId=7&status=unknown")) == "other_status");
  CHECK(why_ignored(get("status=delivered")) == "not_a_message");
  CHECK(message_of(get("msisdn=62812&text=status%3F&messageId=7&status=delivered")).text == "status?");
}

TEST_CASE("a_head_of_another_form_is_unreadable") {
  const Account account;
  const auto events = account.adapter->decode({.account = "sms-vonage", .received_at = kNow, .head = "{}", .body = "text=halo"});
  REQUIRE_FALSE(events);
  CHECK(events.error().code == core::Errc::unreadable);
}
