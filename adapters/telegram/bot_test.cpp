// SPDX-License-Identifier: Apache-2.0
#include "adapters/telegram/bot.hpp"

#include <doctest/doctest.h>

#include "tests/support/scripted_transport.hpp"

using namespace satupintu::adapters;
using namespace satupintu::core;
using satupintu::tests::run;
using satupintu::tests::ScriptedTransport;

namespace {

constexpr Timestamp kNow{std::chrono::seconds{1'767'229'200}};
constexpr std::string_view kToken = "7000000112:AAE0contoh-token-bot-untuk-uji_77aa";

SettingsNode secret(std::string bytes) { return {Secret{std::move(bytes)}}; }

// With these settings, and the usual ones where they say nothing.
std::unique_ptr<Adapter> make(SettingsNode::Table table = {}) {
  table.insert({{"secret_token", secret("kata-rahasia_setwebhook-uji")}, {"bot_token", secret(std::string(kToken))}});
  const SettingsNode root{std::move(table)};
  SettingsReport report;
  Settings settings(root, report);
  auto adapter = make_telegram_bot("tg-uji", settings);
  report_unknown_keys(root, report);
  REQUIRE(report.mistakes.empty());
  return adapter;
}

std::vector<SettingsMistake> mistakes_of(SettingsNode::Table table) {
  const SettingsNode root{std::move(table)};
  SettingsReport report;
  Settings settings(root, report, "accounts.tg-uji");
  CHECK(make_telegram_bot("tg-uji", settings) != nullptr);
  return report.mistakes;
}

HttpRequest post(std::string body, std::string token) {
  HttpRequest request;
  request.method = "POST";
  request.headers = {{"x-telegram-bot-api-secret-token", std::move(token)}};
  request.body = std::move(body);
  return request;
}

std::vector<Event> decoded(const Adapter& adapter, std::string body) {
  Delivery delivery;
  delivery.account = "tg-uji";
  delivery.body = std::move(body);
  auto events = adapter.decode(delivery);
  REQUIRE(events);
  return std::move(*events);
}

std::string in_group(const std::string& rest) {
  return R"({"update_id":1,"message":{"message_id":7,"from":{"id":5550100101},"chat":{"id":-77,"type":"group"},"date":1767229200,)" + rest +
         "}}";
}

std::string why_ignored(const Adapter& adapter, const std::string& body) {
  const auto events = decoded(adapter, body);
  REQUIRE(events.size() == 1);
  const auto* const ignored = std::get_if<Ignored>(&events[0]);
  return ignored == nullptr ? "" : ignored->why;
}

Attachment photo() {
  Attachment attachment;
  attachment.provider_id = "AgAC/uji+1";
  return attachment;
}

HttpAnswer answer(unsigned status, std::string body) {
  return {.status = status, .content_type = "application/json", .body = std::move(body), .headers = {}};
}

}  // namespace

TEST_CASE("an_update_with_the_secret_token_is_taken_and_answered_with_nothing") {
  const auto admission = make()->admit(post("{}", "kata-rahasia_setwebhook-uji"), kNow);
  REQUIRE(admission);
  REQUIRE(admission->delivery);
  CHECK(admission->delivery->account == "tg-uji");
  CHECK(admission->delivery->received_at == kNow);
  CHECK(admission->delivery->head.empty());
  CHECK(admission->answer.status == 200);
  CHECK(admission->answer.body.empty());
  CHECK(admission->answer.content_type.empty());
}

TEST_CASE("both_secret_tokens_are_live_while_one_replaces_the_other") {
  const auto adapter =
      make({{"secret_token", secret("kata-rahasia_yang-baru")}, {"previous_secret_token", secret("kata-rahasia_yang-lama")}});
  CHECK(adapter->admit(post("{}", "kata-rahasia_yang-baru"), kNow));
  CHECK(adapter->admit(post("{}", "kata-rahasia_yang-lama"), kNow));
  CHECK(adapter->admit(post("{}", "kata-rahasia_yang-lain"), kNow).error().code == Errc::unauthentic);
}

TEST_CASE("in_a_group_only_what_is_meant_for_the_bot_is_heard") {
  const auto adapter = make({{"bot_username", {std::string("@Pintu_Bot")}}});
  for (const std::string text :
       {"/lapor jalan rusak", "/lapor@pintu_bot jalan rusak", "hai @pintu_bot", "@PINTU_BOT: banjir", "(@pintu_bot)"}) {
    CAPTURE(text);
    CHECK(why_ignored(*adapter, in_group(R"("text":")" + text + '"')).empty());
  }
  for (const std::string text : {"banjir", "/lapor@lain_bot jalan", "hai @pintu_bot2", "surel@pintu_bot", "@pintu_bo", "/", "/ 5", "@"}) {
    CAPTURE(text);
    CHECK(why_ignored(*adapter, in_group(R"("text":")" + text + '"')) == "group_chatter");
  }
}

TEST_CASE("an_answer_to_the_bot_is_meant_for_it_and_one_to_a_neighbour_is_not") {
  const auto to = [](const std::string& id) {
    return in_group(R"("text":"masih","reply_to_message":{"message_id":6,"from":{"id":)" + id + "}}");
  };
  CHECK(why_ignored(*make(), to("7000000112")).empty());
  CHECK(why_ignored(*make(), to("5550100102")) == "group_chatter");
}

TEST_CASE("without_a_user_name_a_command_loses_whatever_addressee_it_has") {
  const auto events = decoded(*make(), in_group(R"("text":"/cek@pintu_bot SP-0ABCD-EFGHV")"));
  CHECK(std::get<Message>(events.at(0)).text == "/cek SP-0ABCD-EFGHV");
}

TEST_CASE("every_other_kind_of_update_is_ignored_under_its_name") {
  for (const std::string kind :
       {"business_connection", "chat_member", "chat_join_request", "chosen_inline_result", "managed_bot", "guest_message", "chat_boost"}) {
    CHECK(why_ignored(*make(), R"({"update_id":1,")" + kind + R"(":{}})") == kind);
  }
  CHECK(why_ignored(*make(), R"({"update_id":1,"besok":{}})") == "unknown_update");
}

TEST_CASE("the_second_edit_of_a_message_is_another_event") {
  const auto edit = [](const std::string& update) {
    const auto events =
        decoded(*make(), R"({"update_id":)" + update + R"(,"edited_message":{"message_id":7,"from":{"id":5},"chat":{"id":5,)" +
                             R"("type":"private"},"date":1767229200,"edit_date":1767229260,"text":"ralat"}})");
    return std::get<Message>(events.at(0));
  };
  CHECK(edit("1").external_id != edit("2").external_id);
  CHECK(edit("1").in_reply_to == edit("2").in_reply_to);
  CHECK(edit("1").in_reply_to == "5/7");
}

TEST_CASE("a_file_is_fetched_from_where_telegram_says_it_is") {
  ScriptedTransport transport;
  transport.answers.push_back(answer(200, R"({"ok":true,"result":{"file_id":"x","file_size":3,"file_path":"photos/file_12.jpg"}})"));
  transport.bodies.push_back(std::string("JFI"));
  const auto download = run(make()->download(photo(), transport));
  REQUIRE(download);
  CHECK(download->bytes == 3);
  std::filesystem::remove(download->file);
  REQUIRE(transport.calls.size() == 2);
  CHECK(transport.calls[0].url == "https://api.telegram.org/bot" + std::string(kToken) + "/getFile?file_id=AgAC%2Fuji%2B1");
  CHECK(transport.calls[1].url == "https://api.telegram.org/file/bot" + std::string(kToken) + "/photos/file_12.jpg");
  CHECK(make()->hosts() == std::vector<std::string>{"api.telegram.org"});
}

TEST_CASE("an_api_address_of_ones_own_is_where_files_are_fetched") {
  const auto adapter = make({{"api_url", {std::string("https://perantara.tangerang.example:8443/tg/")}}});
  CHECK(adapter->hosts() == std::vector<std::string>{"perantara.tangerang.example"});
  ScriptedTransport transport;
  transport.answers.push_back(fail(Errc::timed_out, "no answer"));
  CHECK_FALSE(run(adapter->download(photo(), transport)));
  CHECK(transport.calls.at(0).url.starts_with("https://perantara.tangerang.example:8443/tg/bot7000000112:"));
}

TEST_CASE("what_telegram_answers_instead_of_a_file_says_what_to_do_next") {
  const std::string refusal = R"({"ok":false,"error_code":0,"description":"…"})";
  const std::vector<std::pair<Result<HttpAnswer>, Errc>> cases{{answer(400, refusal), Errc::not_found},
                                                               {answer(401, refusal), Errc::unauthentic},
                                                               {answer(403, refusal), Errc::unauthentic},
                                                               {answer(404, refusal), Errc::unauthentic},
                                                               {answer(429, refusal), Errc::unavailable},
                                                               {answer(502, "<html>"), Errc::unavailable},
                                                               {answer(302, ""), Errc::refused},
                                                               {answer(200, "{}"), Errc::refused},
                                                               {answer(200, "<html>"), Errc::refused},
                                                               {fail(Errc::timed_out, "no answer"), Errc::timed_out},
                                                               {fail(Errc::unavailable, "down"), Errc::unavailable}};
  for (const auto& [given, code] : cases) {
    ScriptedTransport transport;
    transport.answers.push_back(given);
    const auto download = run(make()->download(photo(), transport));
    REQUIRE_FALSE(download);
    CHECK(download.error().code == code);
    CHECK(transport.calls.size() == 1);
  }
}

TEST_CASE("a_path_that_leads_elsewhere_is_not_followed") {
  for (const std::string path :
       {"/var/lib/telegram/file.jpg", "../bot1/getMe", "photos/../../x", "photos/a?b", "photos/a#b", "photos/a b", ""}) {
    CAPTURE(path);
    ScriptedTransport transport;
    transport.answers.push_back(answer(200, R"({"ok":true,"result":{"file_path":")" + path + "\"}}"));
    const auto download = run(make()->download(photo(), transport));
    REQUIRE_FALSE(download);
    CHECK(download.error().code == Errc::refused);
    CHECK(transport.calls.size() == 1);
  }
}

TEST_CASE("no_error_of_a_download_tells_the_token") {
  const std::string address = "cannot reach https://api.telegram.org/bot" + std::string(kToken) + "/getFile";
  for (const bool place_is_known : {false, true}) {
    ScriptedTransport transport;
    if (place_is_known) {
      transport.answers.push_back(answer(200, R"({"ok":true,"result":{"file_path":"photos/file_12.jpg"}})"));
      transport.bodies.push_back(fail(Errc::unavailable, address));
    } else {
      transport.answers.push_back(fail(Errc::unavailable, address));
    }
    const auto download = run(make()->download(photo(), transport));
    REQUIRE_FALSE(download);
    CHECK(download.error().code == Errc::unavailable);
    CHECK_FALSE(download.error().what.contains("AAE0contoh"));
  }
}

TEST_CASE("an_attachment_without_a_file_id_is_not_asked_for") {
  ScriptedTransport transport;
  CHECK(run(make()->download({}, transport)).error().code == Errc::refused);
  CHECK(transport.calls.empty());
}

TEST_CASE("settings_that_telegram_would_not_take_are_mistakes") {
  const auto path_of = [](SettingsNode::Table table) {
    table.insert({{"secret_token", secret("kata-rahasia_setwebhook-uji")}, {"bot_token", secret(std::string(kToken))}});
    const auto mistakes = mistakes_of(std::move(table));
    REQUIRE(mistakes.size() == 1);
    CHECK_FALSE(mistakes[0].remedy.empty());
    return mistakes[0].path;
  };
  CHECK(path_of({{"secret_token", secret("dengan spasi di dalamnya")}}) == "accounts.tg-uji.secret_token");
  CHECK(path_of({{"previous_secret_token", secret(std::string(257, 'a'))}}) == "accounts.tg-uji.previous_secret_token");
  CHECK(path_of({{"bot_token", secret("AAE0contoh-token-tanpa-nomor")}}) == "accounts.tg-uji.bot_token");
  CHECK(path_of({{"api_url", {std::string("api.telegram.org")}}}) == "accounts.tg-uji.api_url");
  CHECK(mistakes_of({}).size() == 2);
}
