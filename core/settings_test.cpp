// SPDX-License-Identifier: Apache-2.0
#include "core/settings.hpp"

#include <doctest/doctest.h>

using namespace satupintu::core;
using namespace std::chrono_literals;

namespace {

SettingsNode table(SettingsNode::Table entries) { return {std::move(entries)}; }
SettingsNode text(std::string value) { return {std::move(value)}; }

}  // namespace

TEST_CASE("a_key_is_read_defaulted_checked_and_documented_by_one_call") {
  const auto root = table({{"name", text("Tangerang")}, {"wait", text("30s")}, {"limit", text("3 MB")}, {"rows", {std::int64_t{64}}}});
  SettingsReport report;
  Settings settings(root, report);
  CHECK(settings.text("name", "The city.") == "Tangerang");
  CHECK(settings.duration("wait", "How long.", 1s, 1min, 10s) == 30s);
  CHECK(settings.duration("idle", "How long idle.", 1s, 1h, 10s) == 10s);
  CHECK(settings.size("limit", "How much.", 1, 10'000'000, "1 MB") == 3'000'000);
  CHECK(settings.number("rows", "How many.", 1, 100, 10) == 64);
  CHECK(settings.enabled("tls", "Whether.", false) == false);
  CHECK(report.mistakes.empty());
  REQUIRE(report.keys.size() == 6);
  CHECK(report.keys[2].path == "idle");
  CHECK(report.keys[2].fallback == "\"10s\"");
  CHECK(report.keys[0].required);
}

TEST_CASE("all_mistakes_are_reported_at_once_with_path_and_remedy") {
  const auto root = table({{"server", table({{"prot", {std::int64_t{80}}},
                                             {"wait", text("soon")},
                                             {"rows", {std::int64_t{1000}}},
                                             {"mode", text("fast")},
                                             {"secret", text("plain-sight-secret-value")}})}});
  SettingsReport report;
  Settings server = Settings(root, report).table("server");
  server.number("port", "Port.", 1, 65535);
  server.duration("wait", "Wait.", 1s, 1min, 10s);
  server.number("rows", "Rows.", 1, 100, 10);
  server.choice("mode", "Mode.", {"slow", "steady"}, "steady");
  server.secret("secret", "Secret.");
  report_unknown_keys(root, report);
  REQUIRE(report.mistakes.size() == 6);
  for (const auto& mistake : report.mistakes) {
    CAPTURE(mistake.path);
    CHECK(mistake.path.starts_with("server."));
    CHECK_FALSE(mistake.problem.empty());
    CHECK_FALSE(mistake.remedy.empty());
    CHECK_FALSE(mistake.problem.contains("plain-sight"));
    CHECK_FALSE(mistake.remedy.contains("plain-sight"));
  }
  CHECK(report.mistakes.back().path == "server.prot");
  CHECK(report.mistakes.back().remedy == "did you mean server.port?");
}

TEST_CASE("a_weak_secret_is_a_mistake") {
  const auto root =
      table({{"short", {Secret{"abc"}}}, {"example", {Secret{"changeme-changeme-changeme"}}}, {"good", {Secret{"3f9a77c0b1d2e4f5a6b7"}}}});
  SettingsReport report;
  Settings settings(root, report);
  settings.secret("short", "");
  settings.secret("example", "");
  CHECK(report.mistakes.size() == 2);
  CHECK(settings.secret("good", "").reveal() == "3f9a77c0b1d2e4f5a6b7");
  CHECK(report.mistakes.size() == 2);
}

TEST_CASE("one_mistake_is_reported_once") {
  const auto root = table(
      {{"redis", text("embedded")}, {"lost", {Secret{}}}, {"account", table({{"adapter", text("telegram")}, {"bot_token", text("x")}})}});
  SettingsReport report;
  Settings settings(root, report);
  settings.table("redis");
  settings.secret("lost", "");
  Settings account = settings.table("account");
  account.text("adapter", "");
  account.leave_unread();
  report_unknown_keys(root, report);
  REQUIRE(report.mistakes.size() == 1);
  CHECK(report.mistakes.front().path == "redis");
  CHECK(report.mistakes.front().problem == "is not a table");
}

TEST_CASE("named_tables_are_walked_in_order") {
  const auto root = table(
      {{"accounts", table({{"wa", table({{"adapter", text("whatsapp/cloud")}})}, {"sms", table({{"adapter", text("sms/kannel")}})}})}});
  SettingsReport report;
  auto accounts = Settings(root, report).tables("accounts");
  REQUIRE(accounts.size() == 2);
  CHECK(accounts[0].first == "sms");
  CHECK(accounts[0].second.path() == "accounts.sms");
  CHECK(accounts[1].second.text("adapter", "") == "whatsapp/cloud");
}

TEST_CASE("a_password_that_others_chose_may_be_short_but_not_missing_or_in_plain_sight") {
  const auto root = table({{"short", {Secret{"8-huruf!"}}}, {"plain", text("8-huruf!")}});
  SettingsReport report;
  Settings settings(root, report);
  CHECK(settings.password("short", "The mailbox's.").matches("8-huruf!"));
  CHECK(report.mistakes.empty());
  settings.password("plain", "The mailbox's.");
  settings.password("missing", "The mailbox's.");
  REQUIRE(report.mistakes.size() == 2);
  CHECK(report.mistakes[0].problem == "holds a secret in plain sight");
  CHECK(report.mistakes[1].problem == "is missing");
}
