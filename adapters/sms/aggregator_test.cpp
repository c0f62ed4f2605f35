// SPDX-License-Identifier: Apache-2.0
#include "adapters/sms/aggregator.hpp"

#include <doctest/doctest.h>

#include <optional>

#include "adapters/signature.hpp"
#include "adapters/sms/field_map.hpp"
#include "core/crypto.hpp"

using namespace satupintu;
using namespace satupintu::adapters;
using namespace std::string_literals;

namespace {

constexpr core::Timestamp kNow{std::chrono::seconds{1'767'229'200}};
constexpr std::string_view kSecret = "uji-rahasia-agregator-3";
constexpr std::string_view kPreviousSecret = "uji-rahasia-agregator-2";

core::SettingsNode texts(const std::vector<std::string>& values) {
  core::SettingsNode::List list;
  for (const auto& value : values) list.push_back({value});
  return {std::move(list)};
}

struct Account {
  core::SettingsReport report;
  std::unique_ptr<Adapter> adapter;

  explicit Account(core::SettingsNode::Table table = {}) {
    table["secret"] = {core::Secret{std::string(kSecret)}};
    const core::SettingsNode root{std::move(table)};
    core::Settings settings(root, report);
    adapter = make_sms_aggregator("sms-lokal", settings);
  }
};

core::HttpRequest get(std::string query) {
  return {.method = "GET", .path = "/channels/sms-lokal", .query = std::move(query), .headers = {}, .body = {}};
}

core::HttpRequest post(std::string body, std::string type = {}) {
  core::HttpRequest request{.method = "POST", .path = "/channels/sms-lokal", .query = {}, .headers = {}, .body = std::move(body)};
  if (!type.empty()) request.headers.emplace_back("Content-Type", std::move(type));
  return request;
}

core::Delivery delivery_of(const Account& account, core::HttpRequest request) {
  account.adapter->sign(request);
  const auto admission = account.adapter->admit(request, kNow);
  REQUIRE(admission);
  REQUIRE(admission->delivery);
  return *admission->delivery;
}

std::vector<core::Event> events_of(const Account& account, core::HttpRequest request) {
  auto events = account.adapter->decode(delivery_of(account, std::move(request)));
  REQUIRE(events);
  return std::move(*events);
}

template <class Kind>
Kind only_of(const Account& account, core::HttpRequest request) {
  const auto events = events_of(account, std::move(request));
  REQUIRE(events.size() == 1);
  REQUIRE(std::holds_alternative<Kind>(events.front()));
  return std::get<Kind>(events.front());
}

core::Message message_of(core::HttpRequest request) { return only_of<core::Message>(Account(), std::move(request)); }

bool is_admitted(const Account& account, const core::HttpRequest& request) {
  const auto admission = account.adapter->admit(request, kNow);
  if (!admission) CHECK(admission.error().code == core::Errc::unauthentic);
  return admission.has_value();
}

}  // namespace

// ------------------------------------------------------------------ admit

TEST_CASE("by_default_the_secret_stands_in_the_url") {
  const Account account;
  core::HttpRequest request = get("from=62812&text=halo");
  CHECK_FALSE(is_admitted(account, request));
  request.path += '/' + std::string(kSecret);
  REQUIRE(is_admitted(account, request));
  CHECK(account.adapter->admit(request, kNow)->delivery->head == "GET ?from=62812&text=halo\n");
}

TEST_CASE("a_header_of_ones_own_may_hold_the_secret") {
  const Account account(
      {{"auth", {"header"s}}, {"auth_name", {"X-Api-Key"s}}, {"previous_secret", {core::Secret{std::string(kPreviousSecret)}}}});
  CHECK(account.report.mistakes.empty());
  for (const auto& [value, is_good] :
       {std::pair{kSecret, true}, {kPreviousSecret, true}, {"uji-rahasia-agregator-4", false}, {"", false}}) {
    core::HttpRequest request = get("from=62812&text=halo");
    request.headers.emplace_back("x-api-key", value);
    CHECK(is_admitted(account, request) == is_good);
    request.headers.emplace_back("X-Api-Key", value);
    CHECK_FALSE(is_admitted(account, request));
  }
  core::HttpRequest request = get("from=62812&text=halo&X-Api-Key=" + std::string(kSecret));
  request.path += '/' + std::string(kSecret);
  CHECK_FALSE(is_admitted(account, request));
}

TEST_CASE("a_parameter_may_hold_the_secret_and_is_not_journalled") {
  const Account account({{"auth", {"parameter"s}}, {"auth_name", {"token"s}}});
  const std::string token = "token=" + std::string(kSecret);
  for (const std::string& query : {token + "&from=62812&text=halo", "from=62812&" + token + "&text=halo", "from=62812&text=halo&" + token,
                                   "from=62812&text=halo&%74oken=" + std::string(kSecret)}) {
    CAPTURE(query);
    REQUIRE(is_admitted(account, get(query)));
    CHECK(account.adapter->admit(get(query), kNow)->delivery->head == "GET ?from=62812&text=halo\n");
    CHECK_FALSE(is_admitted(account, get(query + "&" + token)));
  }
  CHECK_FALSE(is_admitted(account, get("from=62812&text=halo&token=")));
  CHECK_FALSE(is_admitted(account, post(token + "&from=62812&text=halo")));
  core::HttpRequest request = post("from=62812&text=halo");
  request.query = token;
  CHECK(is_admitted(account, request));
}

TEST_CASE("the_bodys_hmac_may_take_the_secrets_place") {
  for (const auto& [name, digest] :
       {std::pair{"md5"s, Digest::md5}, {"sha1", Digest::sha1}, {"sha256", Digest::sha256}, {"sha512", Digest::sha512}}) {
    CAPTURE(name);
    const Account account({{"auth", {"hmac"s}}, {"auth_name", {"X-Signature"s}}, {"digest", {name}}});
    const std::string body = R"({"from":"62812","text":"halo"})";
    const std::string mac = hmac(digest, core::Secret{std::string(kSecret)}, body);
    for (const std::string& signature : {core::to_hex(mac), core::to_base64(mac), name + '=' + core::to_hex(mac)}) {
      core::HttpRequest request = post(body);
      CHECK_FALSE(is_admitted(account, request));
      request.headers.emplace_back("X-Signature", signature);
      CHECK(is_admitted(account, request));
      request.body += ' ';
      CHECK_FALSE(is_admitted(account, request));
    }
  }
}

TEST_CASE("where_the_body_is_signed_the_query_is_neither_kept_nor_read") {
  const Account account({{"auth", {"hmac"s}}, {"auth_name", {"X-Signature"s}}});
  core::HttpRequest request = post("from=62812&text=halo");
  request.query = "text=palsu";
  CHECK(delivery_of(account, request).head == "POST ?\n");
  request.body.clear();
  CHECK(only_of<core::Ignored>(account, request).why == "not_a_message");
  core::HttpRequest got = get("from=62812&text=palsu");
  account.adapter->sign(got);
  CHECK_FALSE(is_admitted(account, got));
}

TEST_CASE("the_answer_is_what_the_aggregator_wants") {
  core::HttpRequest request = get("from=62812&text=halo");
  request.path += '/' + std::string(kSecret);
  const auto plain = Account().adapter->admit(request, kNow)->answer;
  CHECK(plain.status == 200);
  CHECK(plain.body.empty());
  CHECK(plain.content_type.empty());
  const Account account(
      {{"answer_status", {std::int64_t{202}}}, {"answer_body", {R"({"status":0})"s}}, {"answer_type", {"application/json"s}}});
  const auto wanted = account.adapter->admit(request, kNow)->answer;
  CHECK(wanted.status == 202);
  CHECK(wanted.body == R"({"status":0})");
  CHECK(wanted.content_type == "application/json");
}

TEST_CASE("mistakes_in_the_configuration_are_told") {
  CHECK(Account().report.mistakes.empty());
  CHECK(Account({{"auth", {"header"s}}}).report.mistakes.size() == 1);
  CHECK(Account({{"auth_name", {"X-Api-Key"s}}}).report.mistakes.size() == 1);
  CHECK(Account({{"auth", {"ip"s}}}).report.mistakes.size() == 1);
  CHECK(Account({{"text_fields", texts({})}}).report.mistakes.size() == 1);
  CHECK(Account({{"sender_fields", texts({})}}).report.mistakes.size() == 1);
  CHECK(Account({{"part_fields", texts({"ref"})}}).report.mistakes.size() == 1);
  CHECK(Account({{"date_formats", texts({"dd/mm/yyyy"})}}).report.mistakes.size() == 1);
  CHECK(Account({{"zone", {"Asia/Pontianak"s}}}).report.mistakes.size() == 1);
  CHECK(Account({{"answer_status", {std::int64_t{500}}}}).report.mistakes.size() == 1);
}

// ------------------------------------------------------------------ decode

TEST_CASE("a_message_is_read_from_query_form_and_json_alike") {
  const std::string fields = "from=%2B6281255501001&to=1708&text=Banjir+50%25+%26+naik&id=7&date=2026-01-01+07%3A59%3A55";
  const std::string json = R"({"from":"+6281255501001","to":1708,"text":"Banjir 50% & naik","id":7,"date":"2026-01-01 07:59:55"})";
  core::HttpRequest posted_query = post("");
  posted_query.query = fields;
  for (const auto& request : {get(fields), posted_query, post(fields), post(fields, "application/x-www-form-urlencoded"), post(json),
                              post(json, "application/json"), post(json, "application/x-www-form-urlencoded"), post('[' + json + ']'),
                              post("\xEF\xBB\xBF" + json)}) {
    CAPTURE(request.body);
    const auto message = message_of(request);
    CHECK(message.channel == core::Channel::sms);
    CHECK(message.external_id == "7");
    CHECK(message.sender.address == "+6281255501001");
    CHECK(message.to == std::vector<std::string>{"1708"});
    CHECK(message.text == "Banjir 50% & naik");
    CHECK(message.provider_at == core::Timestamp{std::chrono::seconds{1'767'229'195}});
  }
}

TEST_CASE("the_first_name_that_holds_something_counts") {
  CHECK(message_of(get("dari=62812&isiPesan=halo")).text == "halo");
  CHECK(message_of(get("sender=&msisdn=62812&text=&pesan=halo")).text == "halo");
  CHECK(message_of(get("sender=&msisdn=62812&text=&pesan=halo")).sender.address == "62812");
  CHECK(message_of(get("nohp=62812&message=halo&msgid=9")).external_id == "9");
  const Account account({{"sender_fields", texts({"/data/source/msisdn"})}, {"text_fields", texts({"/data/parts/0/body"})}});
  const auto message =
      only_of<core::Message>(account, post(R"({"data":{"source":{"msisdn":62812},"parts":[{"body":"halo"},{"body":"x"}]}})"));
  CHECK(message.sender.address == "62812");
  CHECK(message.text == "halo");
}

TEST_CASE("every_message_of_a_list_is_read_and_a_bad_one_alone_is_unreadable") {
  const Account account({{"list", {"/payload/messages"s}}});
  const auto events = events_of(account, post(R"({"payload":{"messages":[{"from":"62812","text":"satu","id":1},"dua",{"from":"62812"},{},)"
                                              R"({"from":"62812","text":"lima","id":5}]}})"));
  REQUIRE(events.size() == 5);
  CHECK(std::get<core::Message>(events[0]).text == "satu");
  CHECK(std::get<core::Unreadable>(events[1]).why == "unreadable_message");
  CHECK(std::get<core::Unreadable>(events[2]).why == "message_without_text");
  CHECK(std::get<core::Ignored>(events[3]).why == "not_a_message");
  CHECK(std::get<core::Message>(events[4]).text == "lima");
  CHECK(only_of<core::Message>(account, post(R"({"payload":{"messages":{"from":"62812","text":"satu"}}})")).text == "satu");
  CHECK(only_of<core::Ignored>(account, post(R"({"payload":{"messages":[]}})")).why == "not_a_message");
  CHECK(only_of<core::Unreadable>(account, post(R"({"messages":[]})")).why == "no_list_of_messages");
}

TEST_CASE("numbers_in_every_indonesian_spelling_short_codes_and_names_are_senders") {
  for (const char* number : {"+6281255501001", "081255501001", "81255501001", "6281255501001", "006281255501001", "0215550100",
                             "+62 812-5550-1001", "0812 5550 1001", "0812.5550.1001", "(021) 555-0100", "112", "98108"}) {
    CAPTURE(number);
    Form fields;
    fields.add("from", number);
    fields.add("text", "halo");
    const auto sender = message_of(get(fields.encoded())).sender;
    CHECK(sender.address_kind == core::AddressKind::phone);
    CHECK(sender.address == number);
  }
  for (const char* name : {"TELKOMSEL", "BPBD-TNG", "3 Indonesia", "-", "+62-812-5550-1001-0011-22"}) {
    Form fields;
    fields.add("from", name);
    fields.add("text", "halo");
    const auto sender = message_of(get(fields.encoded())).sender;
    CHECK(sender.address_kind == core::AddressKind::platform_id);
    CHECK(sender.address == name);
  }
  // A '+' that nobody escaped, and blanks around a number.
  CHECK(message_of(get("from=+6281255501001&text=halo")).sender.address == "+6281255501001");
  CHECK(message_of(get("from=%096281255501001+&text=halo")).sender.address == "6281255501001");
  CHECK(message_of(get("from=++&text=halo")).sender.address_kind == core::AddressKind::none);
}

TEST_CASE("dates_are_read_in_every_usual_spelling_and_in_jakartas_zone") {
  for (const char* date : {"2026-01-01 07:59:55", "01/01/2026 07:59:55", "01-01-2026 07:59:55", "20260101075955",
                           "2026-01-01T07:59:55+07:00", "2026-01-01T00:59:55Z", "1767229195", "1767229195000"}) {
    CAPTURE(date);
    Form fields;
    fields.add("from", "62812");
    fields.add("text", "halo");
    fields.add("date", date);
    CHECK(message_of(get(fields.encoded())).provider_at == core::Timestamp{std::chrono::seconds{1'767'229'195}});
  }
  CHECK_FALSE(message_of(get("from=62812&text=halo&date=kemarin")).provider_at);
  const Account eastern({{"zone", {"Asia/Jayapura"s}}, {"date_formats", texts({"%d.%m.%Y %H.%M.%S"})}});
  CHECK(only_of<core::Message>(eastern, get("from=62812&text=halo&date=01.01.2026+09.59.55")).provider_at ==
        core::Timestamp{std::chrono::seconds{1'767'229'195}});
}

TEST_CASE("a_part_says_which_part_it_is_where_its_fields_are_named") {
  const Account account({{"part_fields", texts({"ref", "part", "parts"})}});
  const auto part = only_of<core::Message>(account, get("from=62812&text=kedua&ref=17&part=2&parts=3")).part;
  REQUIRE(part);
  CHECK(part->reference == "17/3");
  CHECK(part->number == 2);
  CHECK(part->total == 3);
  CHECK(part->octets == "kedua");
  for (const char* fields : {"ref=17&part=0&parts=3", "ref=17&part=4&parts=3", "ref=17&part=1&parts=1", "ref=&part=1&parts=3",
                             "ref=17&part=1&parts=256", "ref=17&part=x&parts=3", "ref=17"}) {
    CAPTURE(fields);
    CHECK_FALSE(only_of<core::Message>(account, get("from=62812&text=kedua&"s + fields)).part);
  }
  CHECK_FALSE(message_of(get("from=62812&text=kedua&ref=17&part=2&parts=3")).part);
}

TEST_CASE("texts_of_another_alphabet_are_read_all_the_same") {
  CHECK(message_of(get("from=62812&text=caf%E9")).text == "caf\u00e9");
  CHECK(message_of(get("from=62812&text=caf%C3%A9+%F0%9F%8C%8A")).text == "caf\u00e9 \U0001F30A");
  CHECK(message_of(get("from=62812&text=banjir+%81%E9")).flags == std::vector<std::string>{"repaired"});
  CHECK(message_of(post(R"({"from":"62812","text":"setengah \ud83c"})")).flags == std::vector<std::string>{"repaired"});
}

TEST_CASE("a_text_from_nobody_and_an_empty_text_are_messages_and_a_probe_is_none") {
  CHECK(message_of(get("text=banjir")).sender.address_kind == core::AddressKind::none);
  CHECK(message_of(get("from=62812&text=")).text.empty());
  const Account account;
  CHECK(only_of<core::Ignored>(account, get("")).why == "not_a_message");
  CHECK(only_of<core::Ignored>(account, post("{}")).why == "not_a_message");
  CHECK(only_of<core::Unreadable>(account, get("from=62812&txt=halo")).why == "message_without_text");
  const auto broken = account.adapter->decode(delivery_of(account, post("{\"from\":")));
  REQUIRE_FALSE(broken);
  CHECK(broken.error().code == core::Errc::unreadable);
  CHECK_FALSE(account.adapter->decode({.account = {}, .received_at = kNow, .head = "{}", .body = "text=halo"}));
}

TEST_CASE("a_path_leads_through_members_and_places") {
  const auto document = JsonDocument::parse(R"({"a":{"b":[{"c":"ya"},7]},"x/y":"garis"})");
  REQUIRE(document);
  CHECK(at_path(document->root(), "/a/b/0/c").text() == "ya");
  CHECK(at_path(document->root(), "/a/b/1").id() == "7");
  CHECK(at_path(document->root(), "x/y").text() == "garis");
  for (const char* path : {"", "/", "/a/", "/a/b/2", "/a/b/-1", "/a/b/x", "/a/b/0/c/d", "b", "//a"}) {
    CAPTURE(path);
    CHECK_FALSE(at_path(document->root(), path).exists());
  }
}
