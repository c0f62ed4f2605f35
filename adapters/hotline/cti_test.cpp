// SPDX-License-Identifier: Apache-2.0
#include "adapters/hotline/cti.hpp"

#include <doctest/doctest.h>

using namespace satupintu;
using namespace satupintu::adapters;
using namespace std::string_literals;

namespace {

constexpr core::Timestamp kNow{std::chrono::seconds{1'767'229'200}};
constexpr std::string_view kSecret = "uji-rahasia-sentral-telepon";

struct Account {
  core::SettingsReport report;
  std::unique_ptr<Adapter> adapter;

  Account() {
    const core::SettingsNode root{core::SettingsNode::Table{{"secret", {core::Secret{std::string(kSecret)}}}}};
    core::Settings settings(root, report);
    adapter = make_hotline_cti("cti", settings);
  }
};

core::HttpRequest post(std::string body, std::string type = "application/x-www-form-urlencoded") {
  return {.method = "POST",
          .path = "/channels/cti/" + std::string(kSecret),
          .query = {},
          .headers = {{"Content-Type", std::move(type)}},
          .body = std::move(body)};
}

core::Ignored ignored(const core::HttpRequest& request) {
  const Account account;
  const auto admission = account.adapter->admit(request, kNow);
  REQUIRE(admission);
  REQUIRE(admission->delivery);
  const auto events = account.adapter->decode(*admission->delivery);
  REQUIRE(events);
  REQUIRE(events->size() == 1);
  REQUIRE(std::holds_alternative<core::Ignored>(events->front()));
  return std::get<core::Ignored>(events->front());
}

}  // namespace

TEST_CASE("the_telephone_system_hears_an_empty_object") {
  const auto admission = Account().adapter->admit(post("event=newCall&direction=in&from=0812&to=112&callId=7"), kNow);
  REQUIRE(admission);
  CHECK(admission->answer.status == 200);
  CHECK(admission->answer.content_type == "application/json");
  CHECK(admission->answer.body == "{}");
}

TEST_CASE("the_account_is_for_the_staff_listener") { CHECK(Account().adapter->info().audience == Audience::staff); }

TEST_CASE("a_telephone_system_without_the_secret_is_refused") {
  core::HttpRequest request = post("event=newCall&callId=7");
  for (const std::string& path : {"/channels/cti"s, "/channels/cti/"s, "/channels/cti/lain"s, "/channels/lain/" + std::string(kSecret)}) {
    CAPTURE(path);
    request.path = path;
    const auto admission = Account().adapter->admit(request, kNow);
    REQUIRE_FALSE(admission);
    CHECK(admission.error().code == core::Errc::unauthentic);
  }
}

TEST_CASE("each_event_is_counted_by_what_happened") {
  CHECK(ignored(post("event=newCall&callId=7")).why == "call_ringing");
  CHECK(ignored(post("event=answer&callId=7")).why == "call_answered");
  CHECK(ignored(post("event=hangup&cause=normalClearing")).why == "call_ended_normal_clearing");
  CHECK(ignored(post("event=hangup&cause=noAnswer")).why == "call_ended_no_answer");
  CHECK(ignored(post("event=hangup&cause=notFound")).why == "call_ended_not_found");
  CHECK(ignored(post("event=hangup&cause=lain")).why == "call_ended");
  CHECK(ignored(post("event=hangup")).why == "call_ended");
  CHECK(ignored(post("event=transfer")).why == "unknown_call_event");
  CHECK(ignored(post("")).why == "unknown_call_event");
  CHECK(ignored(post("event=newCall&callId=a7c1")).external_id == "a7c1");
}

TEST_CASE("json_says_the_same_as_a_form") {
  const auto news = ignored(post(R"({"event":"hangup","callId":12,"cause":"busy","user":["a"]})", "application/json; charset=utf-8"));
  CHECK(news.why == "call_ended_busy");
  CHECK(news.external_id == "12");
  CHECK(ignored(post("[]", "application/json")).why == "unknown_call_event");
}

TEST_CASE("json_that_is_none_is_unreadable_and_kept") {
  const Account account;
  const auto admission = account.adapter->admit(post(R"({"event":)", "application/json"), kNow);
  REQUIRE(admission);
  const auto events = account.adapter->decode(*admission->delivery);
  REQUIRE_FALSE(events);
  CHECK(events.error().code == core::Errc::unreadable);
}
