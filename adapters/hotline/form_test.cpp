// SPDX-License-Identifier: Apache-2.0
#include "adapters/hotline/form.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>

#include "adapters/hotline/call_form.hpp"
#include "core/crypto.hpp"
#include "core/ids.hpp"

using namespace satupintu;
using namespace satupintu::adapters;
using namespace std::string_literals;

namespace {

constexpr core::Timestamp kNow{std::chrono::seconds{1'767'229'200}};
constexpr std::string_view kKey = "kunci-meja-bantuan-uji";
constexpr std::string_view kPreviousKey = "kunci-meja-bantuan-dulu";
constexpr std::string_view kIdempotencyKey = "0b6f2c7e-5d1a-4c3e-9a44-000000000001";

constexpr std::string_view kCall =
    R"("call":{"call_id":"1767229101.7","direction":"in","caller_number":"081255501001","started_at":"2026-01-01T00:59:00Z"})";
constexpr std::string_view kOperator = R"("operator":{"id":"rina","position":"meja-3","shift":"pagi"})";
constexpr std::string_view kIncident = R"("incident":{"category":"pju","what_happened":"Lampu padam"})";

struct Account {
  core::SettingsReport report;
  std::unique_ptr<Adapter> adapter;

  explicit Account(std::string_view key = kKey, std::optional<std::string_view> previous = std::nullopt) {
    core::SettingsNode::Table table{{"key", {core::Secret{std::string(key)}}}};
    if (previous) table["previous_key"] = {core::Secret{std::string(*previous)}};
    const core::SettingsNode root{std::move(table)};
    core::Settings settings(root, report);
    adapter = make_hotline_form("hotline", settings);
  }
};

std::string object(std::initializer_list<std::string_view> members) {
  std::string out = "{";
  for (const auto member : members) out.append(out.size() > 1 ? "," : "").append(member);
  return out + '}';
}

std::string normal(std::initializer_list<std::string_view> further = {}) {
  std::string form = object({R"("disposition":"normal")", kCall, kOperator, kIncident});
  for (const auto member : further) form.insert(form.size() - 1, ","s.append(member));
  return form;
}

core::HttpRequest request_with(std::string body) {
  return {.method = "POST",
          .path = "/channels/hotline",
          .query = {},
          .headers = {{"Content-Type", "application/json"},
                      {"Authorization", "Bearer " + std::string(kKey)},
                      {"Idempotency-Key", std::string(kIdempotencyKey)}},
          .body = std::move(body)};
}

core::HttpRequest with_header(std::string_view name, std::string_view value) {
  core::HttpRequest request = request_with(normal());
  std::erase_if(request.headers, [&](const auto& header) { return header.first == name; });
  if (!value.empty()) request.headers.emplace_back(name, value);
  return request;
}

std::optional<core::Errc> refusal_of(const core::HttpRequest& request, const Account& account = Account{}) {
  const auto admission = account.adapter->admit(request, kNow);
  return admission ? std::nullopt : std::optional(admission.error().code);
}

core::Event event_of(const std::string& body) {
  const Account account;
  const auto admission = account.adapter->admit(request_with(body), kNow);
  if (!admission) FAIL(admission.error().what);
  const auto events = account.adapter->decode(*admission->delivery);
  REQUIRE(events);
  REQUIRE(events->size() == 1);
  return events->front();
}

core::Message message_of(const std::string& body) {
  const core::Event event = event_of(body);
  REQUIRE(std::holds_alternative<core::Message>(event));
  return std::get<core::Message>(event);
}

Mistakes mistakes_in(const std::string& body) {
  const auto form = CallForm::parse(body);
  return form ? Mistakes{} : form.error();
}

bool has_mistake(const std::string& body, std::string_view start) {
  return std::ranges::any_of(mistakes_in(body), [&](const std::string& mistake) { return mistake.starts_with(start); });
}

}  // namespace

// ------------------------------------------------------------------ admit

TEST_CASE("an_accepted_form_is_journalled_as_it_came_and_answered_with_its_call") {
  const Account account;
  const auto admission = account.adapter->admit(request_with(normal()), kNow);
  REQUIRE(admission);
  CHECK(admission->answer.status == 202);
  CHECK(admission->answer.content_type == "application/json");
  CHECK(admission->answer.body == R"({"status":"accepted","call_id":"1767229101.7"})");
  REQUIRE(admission->delivery);
  CHECK(admission->delivery->head == kIdempotencyKey);
  CHECK(admission->delivery->body == normal());
  CHECK(admission->delivery->account == "hotline");
  CHECK(admission->delivery->received_at == kNow);
}

TEST_CASE("a_form_about_no_call_is_answered_without_one") {
  const auto admission =
      Account{}.adapter->admit(request_with(object({R"("channel":"letter","disposition":"normal")", kOperator, kIncident})), kNow);
  REQUIRE(admission);
  CHECK(admission->answer.body == R"({"status":"accepted"})");
}

TEST_CASE("only_staff_may_post_forms") {
  CHECK(Account{}.adapter->info().audience == Audience::staff);
  for (const std::string& authorization :
       {""s, "Bearer"s, "Bearer "s, "Bearer salah"s, "bearer " + std::string(kKey), "Basic " + std::string(kKey), std::string(kKey),
        "Bearer  " + std::string(kKey), "Bearer " + std::string(kKey) + " ", "Bearer " + std::string(kPreviousKey)}) {
    CAPTURE(authorization);
    CHECK(refusal_of(with_header("Authorization", authorization)) == core::Errc::unauthentic);
  }
  CHECK_FALSE(refusal_of(with_header("Authorization", "Bearer " + std::string(kPreviousKey)), Account(kKey, kPreviousKey)));
}

TEST_CASE("a_stranger_learns_nothing_about_the_form") {
  core::HttpRequest request = with_header("Authorization", "Bearer salah");
  request.body = "{";
  CHECK(refusal_of(request) == core::Errc::unauthentic);
}

TEST_CASE("a_form_needs_a_key_that_makes_sending_it_again_harmless") {
  for (const std::string& key : {""s, "1234567"s, std::string(256, 'k'), "kunci dengan spasi"s, "kunci\ttab-tab"s, "kunc\xC3\xAD-kunci"s}) {
    CAPTURE(key);
    CHECK(refusal_of(with_header("Idempotency-Key", key)) == core::Errc::malformed);
  }
  CHECK_FALSE(refusal_of(with_header("Idempotency-Key", "12345678")));
  CHECK_FALSE(refusal_of(with_header("Idempotency-Key", std::string(255, 'k'))));
  core::HttpRequest doubled = request_with(normal());
  doubled.headers.emplace_back("Idempotency-Key", "12345678");
  CHECK(refusal_of(doubled) == core::Errc::malformed);
}

TEST_CASE("what_a_browser_posts_across_sites_is_refused") {
  for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"}) {
    CAPTURE(type);
    CHECK(refusal_of(with_header("Content-Type", type)) == core::Errc::malformed);
  }
  CHECK_FALSE(refusal_of(with_header("Content-Type", "Application/JSON; charset=utf-8")));
}

TEST_CASE("all_mistakes_are_told_at_once_by_field_and_none_quotes_what_was_written") {
  core::HttpRequest request = request_with(
      R"({"disposition":"rahasia-1","call":{"call_id":"rahasia 2","direction":"in"},"operator":{"id":"rahasia-3","posisi":"rahasia-4","Rahasia-5":1},)"
      R"("incident":{"urgency":7},"place":{"latitude":91,"longitude":"rahasia-6"}})");
  std::erase_if(request.headers, [](const auto& header) { return header.first == "Idempotency-Key"; });
  const auto admission = Account{}.adapter->admit(request, kNow);
  REQUIRE_FALSE(admission);
  const std::string& what = admission.error().what;
  for (const char* path :
       {"disposition: ", "call.call_id: ", "call.started_at: is missing", "operator.position: is missing", "operator.shift: is missing",
        "operator.posisi: is not a field", "operator.(a field of another name): is not a field",
        "incident.urgency: ", "place.latitude: ", "place.longitude: ", "header Idempotency-Key: "}) {
    CAPTURE(path);
    CHECK(what.contains("\n- "s + path));
  }
  CHECK(what.contains("write one of normal, ghost, prank, information, wrong_number, dropped, call_back"));
  CHECK(what.contains("write a number from -90 to 90"));
  CHECK_FALSE(what.contains("rahasia"));
  CHECK_FALSE(what.contains("Rahasia"));
}

TEST_CASE("very_many_mistakes_are_cut_short") {
  std::string body = "{";
  for (int i = 0; i < 2'000; ++i) body += "\"x\":1,";
  body.back() = '}';
  const auto admission = Account{}.adapter->admit(request_with(body), kNow);
  REQUIRE_FALSE(admission);
  CHECK(std::ranges::count(admission.error().what, '\n') == 51);
}

TEST_CASE("a_key_that_no_header_can_carry_is_a_mistake") {
  CHECK(Account("kunci dengan spasi").report.mistakes.size() == 1);
  CHECK(Account(kKey, "kunci\ndengan-baris").report.mistakes.size() == 1);
  CHECK(Account(kKey, kPreviousKey).report.mistakes.empty());
}

// ------------------------------------------------------------------ what a form may hold

TEST_CASE("only_strict_json_is_a_form") {
  for (const std::string& body : {""s, "{"s, "[]"s, "null"s, "\"teks\""s, "\xEF\xBB\xBF" + normal(), normal() + "x",
                                  normal({R"("person":{"name":"\ud800"})"}), normal({"\"person\":{\"name\":\"\xFF\"}"})}) {
    CAPTURE(body);
    const Mistakes mistakes = mistakes_in(body);
    REQUIRE(mistakes.size() == 1);
    CHECK(mistakes.front().starts_with("the body: "));
  }
}

TEST_CASE("a_name_that_stands_twice_is_a_mistake_even_with_the_same_value") {
  CHECK(has_mistake(normal({kIncident}), "incident: stands twice"));
  CHECK(has_mistake(normal({R"("disposition":"normal")"}), "disposition: stands twice"));
  CHECK(has_mistake(normal({R"("person":{"name":"a","name":"a"})"}), "person.name: stands twice"));
}

TEST_CASE("what_a_report_needs_is_not_asked_of_other_calls") {
  CHECK(has_mistake(object({R"("disposition":"normal")", kCall, kOperator}), "incident.category: is missing"));
  CHECK(has_mistake(object({R"("disposition":"normal")", kCall, kOperator}), "incident.what_happened: is missing"));
  CHECK(has_mistake(object({R"("disposition":"normal","incident":{"category":"pju","what_happened":" \n"})", kCall, kOperator}),
                    "incident.what_happened: cannot be taken"));
  for (const char* disposition : {"ghost", "prank", "information", "wrong_number", "dropped", "call_back"}) {
    CHECK(mistakes_in(object({"\"disposition\":\""s + disposition + '"', kCall, kOperator})).empty());
    CHECK(has_mistake(object({"\"disposition\":\""s + disposition + '"', kOperator}), "call.call_id: is missing"));
    CHECK(has_mistake(object({"\"disposition\":\""s + disposition + '"', kCall}), "operator.id: is missing"));
  }
}

TEST_CASE("a_call_belongs_to_calls_only") {
  for (const char* channel : {"walk_in", "letter", "app", "media"}) {
    CAPTURE(channel);
    const std::string named = "\"channel\":\""s + channel + "\",\"disposition\":\"normal\"";
    CHECK(mistakes_in(object({named, kOperator, kIncident})).empty());
    CHECK(has_mistake(object({named, kOperator, kIncident, kCall}), "call: belongs to calls only"));
  }
}

TEST_CASE("fields_that_contradict_each_other_are_mistakes") {
  CHECK(has_mistake(normal({R"("place":{"latitude":-6.1})"}), "place.latitude, place.longitude: "));
  CHECK(has_mistake(normal({R"("result":{"link":"existing"})"}), "result.tracking_code: is missing"));
  CHECK(mistakes_in(normal({R"("result":{"link":"new"})"})).empty());
  const std::string withheld =
      R"("call":{"call_id":"1","direction":"in","caller_number":"0812","caller_withheld":true,"started_at":"2026-01-01T00:59:00Z"})";
  CHECK(has_mistake(object({R"("disposition":"ghost")", withheld, kOperator}), "call.caller_number: "));
}

TEST_CASE("what_only_looks_right_is_a_mistake") {
  CHECK(has_mistake(normal({R"("result":{"tracking_code":"SP-0ABCD-EFGHJ"})"}), "result.tracking_code: "));
  const std::string no_such_day = R"("call":{"call_id":"1","direction":"in","started_at":"2026-02-30T00:59:00Z"})";
  CHECK(has_mistake(object({R"("disposition":"ghost")", no_such_day, kOperator}), "call.started_at: "));
  const std::string no_zone = R"("call":{"call_id":"1","direction":"in","started_at":"2026-02-03T00:59:00"})";
  CHECK(has_mistake(object({R"("disposition":"ghost")", no_zone, kOperator}), "call.started_at: "));
}

// ------------------------------------------------------------------ decode

TEST_CASE("a_report_becomes_a_message_with_its_call") {
  const auto message = message_of(normal());
  CHECK(message.channel == core::Channel::call);
  CHECK(message.kind == core::MessageKind::call);
  CHECK(message.external_id == kIdempotencyKey);
  CHECK(message.text == "Lampu padam");
  CHECK(message.stated.category == "pju");
  CHECK(message.provider_at == core::Timestamp{std::chrono::seconds{1'767'229'140}});
  CHECK(message.sender.address_kind == core::AddressKind::phone);
  CHECK(message.sender.address == "081255501001");
  REQUIRE(message.call);
  CHECK(message.call->call_id == "1767229101.7");
  CHECK(message.call->disposition == "normal");
  CHECK(message.call->operator_id == "rina");
  CHECK(message.call->entry_mode == "live");
  CHECK_FALSE(message.place);
}

TEST_CASE("the_call_back_number_is_where_answers_go") {
  const auto message = message_of(normal({R"("person":{"callback_number":"(021) 5550123","name":"Bu Yati"})"}));
  CHECK(message.sender.address == "(021) 5550123");
  CHECK(message.sender.phone == "081255501001");
  CHECK(message.sender.name == "Bu Yati");
}

TEST_CASE("a_withheld_caller_has_no_address_unless_there_is_a_call_back_number") {
  const std::string withheld = R"("call":{"call_id":"1","direction":"in","caller_withheld":true,"started_at":"2026-01-01T00:59:00Z"})";
  const auto nobody = message_of(object({R"("disposition":"normal")", withheld, kOperator, kIncident}));
  CHECK(nobody.sender.address_kind == core::AddressKind::none);
  CHECK(nobody.call->caller_withheld);
  const auto somebody =
      message_of(object({R"("disposition":"normal","person":{"callback_number":"0812"})", withheld, kOperator, kIncident}));
  CHECK(somebody.sender.address_kind == core::AddressKind::phone);
  CHECK(somebody.sender.address == "0812");
}

TEST_CASE("calls_that_nobody_waits_for_are_counted_by_their_kind") {
  for (const auto& [disposition, why] : {std::pair{"ghost", "call_ghost"},
                                         {"prank", "call_prank"},
                                         {"information", "call_information"},
                                         {"wrong_number", "call_wrong_number"},
                                         {"dropped", "call_dropped"},
                                         {"call_back", "call_back"}}) {
    CAPTURE(disposition);
    const core::Event event = event_of(object({"\"disposition\":\""s + disposition + '"', kCall, kOperator}));
    REQUIRE(std::holds_alternative<core::Ignored>(event));
    CHECK(std::get<core::Ignored>(event).why == why);
    CHECK(std::get<core::Ignored>(event).external_id == kIdempotencyKey);
  }
}

TEST_CASE("letters_and_people_who_walk_in_keep_who_wrote_them_down") {
  for (const auto& [name, channel] : {std::pair{"walk_in", core::Channel::walk_in},
                                      {"letter", core::Channel::letter},
                                      {"app", core::Channel::app},
                                      {"media", core::Channel::media}}) {
    CAPTURE(name);
    const auto message = message_of(object({"\"channel\":\""s + name + "\",\"disposition\":\"normal\"", kOperator, kIncident}));
    CHECK(message.channel == channel);
    CHECK(message.kind == core::MessageKind::text);
    CHECK_FALSE(message.call);
    CHECK(std::ranges::find(message.stated.attributes, std::pair{"operator_id"s, "rina"s}) != message.stated.attributes.end());
  }
}

TEST_CASE("answers_without_a_place_of_their_own_become_attributes") {
  const std::string code = core::make_tracking_code(0, {});
  std::string typed = code;
  std::ranges::transform(typed, typed.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const std::string incident = R"("incident":{"category":"pju","what_happened":"x","ongoing":false,"hazard":true,"people_involved":12})";
  const auto message = message_of(object({R"("disposition":"normal")", kCall, kOperator, incident, R"("person":{"relation":"witness"})",
                                          R"("result":{"link":"existing","handed_to":"","tracking_code":")" + typed + "\"}"}));
  const std::vector<std::pair<std::string, std::string>> expected{{"ongoing", "false"},      {"hazard", "true"},
                                                                  {"people_involved", "12"}, {"relation", "witness"},
                                                                  {"link", "existing"},      {"linked_tracking_code", code}};
  CHECK(message.stated.attributes == expected);
}

TEST_CASE("a_delivery_that_admit_would_not_have_made_is_unreadable") {
  const Account account;
  for (const auto& [head, body] : {std::pair{std::string(kIdempotencyKey), "{}"s}, {""s, normal()}, {std::string(kIdempotencyKey), ""s}}) {
    const auto events = account.adapter->decode({.account = "hotline", .received_at = kNow, .head = head, .body = body});
    REQUIRE_FALSE(events);
    CHECK(events.error().code == core::Errc::unreadable);
  }
}

TEST_CASE("signing_adds_a_fresh_idempotency_key_only_where_there_is_none") {
  const Account account;
  core::HttpRequest first = with_header("Idempotency-Key", "");
  core::HttpRequest second = first;
  account.adapter->sign(first);
  account.adapter->sign(second);
  CHECK(first.header("Idempotency-Key") != second.header("Idempotency-Key"));
  CHECK_FALSE(refusal_of(first));
  core::HttpRequest kept = request_with(normal());
  account.adapter->sign(kept);
  CHECK(kept.header("Idempotency-Key") == kIdempotencyKey);
}
