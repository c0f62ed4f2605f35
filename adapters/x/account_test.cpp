// SPDX-License-Identifier: Apache-2.0
#include "adapters/x/account.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "tests/support/scripted_transport.hpp"

using namespace satupintu::adapters;
using namespace satupintu::core;
using namespace satupintu::tests;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp kNow{std::chrono::seconds{1'767'229'200}};
constexpr std::string_view kEmptyBatch = R"({"for_user_id":"11","tweet_create_events":[]})";
constexpr std::string_view kToken = "NGRhNzM4YTYtMGVlZS00MjA4";
// openssl dgst -sha256 -mac HMAC -macopt key:rahasia-konsumen-uji-01 -binary | base64, over each of them; node's createHmac agrees.
constexpr std::string_view kEmptyBatchMac = "Dj4QfzHVR1fzd4ejbAbsItQfTUS0YjsbIbnNtqb6FW0=";
constexpr std::string_view kTokenMac = "YWbPzco+QqcaZDOlY9ajdEQ6yxLMpywcXjaQlv9gfgQ=";

SettingsNode secret(std::string bytes) { return {Secret{std::move(bytes)}}; }

// With these settings, and the usual ones where they say nothing.
std::unique_ptr<Adapter> make(SettingsNode::Table table = {}) {
  table.insert(
      {{"consumer_secret", secret("rahasia-konsumen-uji-01")}, {"user_id", {std::string("11")}}, {"username", {std::string("kota_uji")}}});
  const SettingsNode root{std::move(table)};
  SettingsReport report;
  Settings settings(root, report);
  auto adapter = make_x_account("x-uji", settings);
  report_unknown_keys(root, report);
  REQUIRE(report.mistakes.empty());
  return adapter;
}

std::unique_ptr<Adapter> make_polling(SettingsNode::Table table = {}) {
  table.insert({"bearer_token", secret("token-pembawa-uji-01")});
  return make(std::move(table));
}

HttpRequest post(std::string_view body, std::string signature) {
  return {.method = "POST",
          .path = {},
          .query = {},
          .headers = {{"X-Twitter-Webhooks-Signature", std::move(signature)}},
          .body = std::string(body)};
}

HttpRequest get(std::string query) { return {.method = "GET", .path = {}, .query = std::move(query), .headers = {}, .body = {}}; }

std::vector<Event> decoded(const Adapter& adapter, std::string body, std::string head = {}) {
  auto events = adapter.decode({.account = "x-uji", .received_at = kNow, .head = std::move(head), .body = std::move(body)});
  REQUIRE(events);
  return std::move(*events);
}

Message only_message(const std::vector<Event>& events) {
  REQUIRE(events.size() == 1);
  REQUIRE(std::holds_alternative<Message>(events[0]));
  return std::get<Message>(events[0]);
}

// ------------------------------------------------------------------ X's timeline, from a script

std::string page_of(const std::vector<std::string>& ids, const std::string& next = {}) {
  std::string posts;
  for (const auto& id : ids) {
    posts.append(posts.empty() ? "" : ",").append(R"({"id":")").append(id).append(R"(","author_id":"22","text":"@kota_uji banjir",)");
    posts.append(R"("conversation_id":")").append(id).append(R"("})");
  }
  const std::string ends = ids.empty() ? "" : R"("newest_id":")" + ids.front() + R"(","oldest_id":")" + ids.back() + R"(",)";
  const std::string token = next.empty() ? "" : R"("next_token":")" + next + R"(",)";
  const std::string data = posts.empty() ? "" : R"("data":[)" + posts + "],";
  return "{" + data + R"("meta":{)" + ends + token + R"("result_count":)" + std::to_string(ids.size()) + "}}";
}

HttpAnswer answer(unsigned status, std::string body, std::vector<std::pair<std::string, std::string>> headers = {}) {
  return {.status = status, .content_type = "application/json", .body = std::move(body), .headers = std::move(headers)};
}

Attachment medium(std::string key, std::string url = {}) {
  Attachment attachment;
  attachment.provider_id = std::move(key);
  attachment.url = std::move(url);
  return attachment;
}

struct Round {
  ScriptedTransport transport;
  ScriptedInbox inbox;
  std::unique_ptr<Adapter> adapter = make_polling();

  Result<std::optional<std::chrono::milliseconds>> poll() { return run(adapter->poll(inbox, transport)); }
  [[nodiscard]] std::string bookmark() const {
    const auto found = inbox.bookmarks.find("mentions");
    return found == inbox.bookmarks.end() ? "" : found->second;
  }
  // The ids of all posts that were committed, each time they were.
  [[nodiscard]] std::vector<std::string> found() const {
    std::vector<std::string> ids;
    for (const auto& delivery : inbox.deliveries) {
      for (const auto& event : decoded(*adapter, delivery.body, delivery.head)) ids.push_back(std::get<Message>(event).external_id);
    }
    return ids;
  }
};

}  // namespace

// -------------------------------------------------------------------- authenticity

TEST_CASE("a_signature_made_elsewhere_is_accepted_from_x") {
  const auto admission = make()->admit(post(kEmptyBatch, "sha256=" + std::string(kEmptyBatchMac)), kNow);
  REQUIRE(admission);
  REQUIRE(admission->delivery);
  CHECK(admission->delivery->account == "x-uji");
  CHECK(admission->delivery->received_at == kNow);
  CHECK(admission->delivery->body == kEmptyBatch);
  CHECK(admission->delivery->head.empty());
  CHECK(admission->answer.status == 200);
  CHECK(admission->answer.body.empty());
}

TEST_CASE("the_previous_consumer_secret_is_accepted_while_it_is_configured") {
  const std::string signature = "sha256=" + std::string(kEmptyBatchMac);
  const auto with = [](SettingsNode::Table table) {
    table.insert({"consumer_secret", secret("rahasia-konsumen-uji-02")});
    return make(std::move(table));
  };
  CHECK(with({{"previous_consumer_secret", secret("rahasia-konsumen-uji-01")}})->admit(post(kEmptyBatch, signature), kNow));
  CHECK_FALSE(with({})->admit(post(kEmptyBatch, signature), kNow));
}

TEST_CASE("a_signature_has_one_spelling") {
  // node: crypto.createHmac('sha256', 'rahasia-konsumen-uji-01').update(body).digest('base64').
  const std::string body = R"({"for_user_id":"14"})";
  CHECK(make()->admit(post(body, "sha256=5/yrfsayhfzkTAHd4oqOz2Q75ngwyrQtS+wsDqd7qR4="), kNow));
  for (const char* mac : {"5/yrfsayhfzkTAHd4oqOz2Q75ngwyrQtS+wsDqd7qR4", "5/yrfsayhfzkTAHd4oqOz2Q75ngwyrQtS+wsDqd7qR5=",
                          "5_yrfsayhfzkTAHd4oqOz2Q75ngwyrQtS-wsDqd7qR4=", "5\xAFyrfsayhfzkTAHd4oqOz2Q75ngwyrQtS+wsDqd7qR4=",
                          "5/yrfsayhfzkTAHd4oqOz2Q75ngwyrQtS+wsDqd7qR4=\n", " 5/yrfsayhfzkTAHd4oqOz2Q75ngwyrQtS+wsDqd7qR4="}) {
    CAPTURE(mac);
    const auto admission = make()->admit(post(body, "sha256=" + std::string(mac)), kNow);
    REQUIRE_FALSE(admission);
    CHECK(admission.error().code == Errc::unauthentic);
  }
}

TEST_CASE("x_may_check_that_the_webhook_is_ours") {
  const auto admission = make()->admit(get("crc_token=" + std::string(kToken) + "&nonce=MTc2"), kNow);
  REQUIRE(admission);
  CHECK_FALSE(admission->delivery);
  CHECK(admission->answer.status == 200);
  CHECK(admission->answer.content_type == "application/json; charset=utf-8");
  CHECK(admission->answer.body == R"({"response_token":"sha256=)" + std::string(kTokenMac) + R"("})");
}

TEST_CASE("a_check_is_answered_under_the_current_secret_only") {
  const auto adapter =
      make({{"consumer_secret", secret("rahasia-konsumen-uji-02")}, {"previous_consumer_secret", secret("rahasia-konsumen-uji-01")}});
  const auto admission = adapter->admit(get("crc_token=" + std::string(kToken)), kNow);
  REQUIRE(admission);
  CHECK_FALSE(admission->answer.body.contains(kTokenMac));
}

TEST_CASE("a_check_with_a_token_unlike_x_s_is_malformed") {
  for (const std::string& token :
       {std::string{}, std::string(257, 'a'), std::string(10'000, 'a'), std::string("a%0D%0AX-Evil:+1"), std::string("a+b"),
        std::string("%7B%22data%22%3A%7B%7D%7D"), std::string("%5B%5D"), std::string("%22a%22"), std::string("a%00")}) {
    CAPTURE(token);
    const auto admission = make()->admit(get("crc_token=" + token), kNow);
    REQUIRE_FALSE(admission);
    CHECK(admission.error().code == Errc::malformed);
  }
  CHECK(make()->admit(get(""), kNow).error().code == Errc::malformed);
  CHECK(make()->admit(get("crc_token=" + std::string(256, 'a')), kNow));
}

TEST_CASE("what_a_check_had_us_sign_is_no_signature_of_a_notification") {
  const auto adapter = make();
  for (const std::string token : {"NGRhNzM4YTYtMGVlZS00MjA4", "1", "null", "true"}) {
    CAPTURE(token);
    const auto check = adapter->admit(get("crc_token=" + token), kNow);
    REQUIRE(check);
    const std::string& told = check->answer.body;
    const auto begin = told.find("sha256=");
    const auto forged = adapter->admit(post(token, told.substr(begin, told.rfind('"') - begin)), kNow);
    REQUIRE_FALSE(forged);
    CHECK(forged.error().code == Errc::unauthentic);
  }
}

// -------------------------------------------------------------------- what it meant

TEST_CASE("the_same_post_is_the_same_message_by_either_webhook_and_by_polling") {
  const auto adapter = make();
  const Message first = only_message(decoded(
      *adapter,
      R"({"for_user_id":"11","tweet_create_events":[{"created_at":"Sat Jan 03 02:04:05 +0000 2026","id":2080000000000000017,"id_str":"2080000000000000017",
      "text":"@kota_uji banjir di RW 3 &amp; RW 4","user":{"id":22,"id_str":"22","name":"Sari &amp; Tono","screen_name":"sari_uji"},
      "entities":{"user_mentions":[{"screen_name":"kota_uji","id_str":"11","indices":[0,9]}]},"timestamp_ms":"1767405845678"}]})"));
  const std::string v2 =
      R"({"id":"2080000000000000017","text":"@kota_uji banjir di RW 3 &amp; RW 4","author_id":"22","created_at":"2026-01-03T02:04:05.000Z",
      "conversation_id":"2080000000000000017","edit_history_tweet_ids":["2080000000000000017"],"entities":{"mentions":[{"start":0,"end":9,"username":"kota_uji","id":"11"}]}})";
  const std::string users = R"("includes":{"users":[{"id":"22","name":"Sari &amp; Tono","username":"sari_uji"}]})";
  const Message second = only_message(
      decoded(*adapter, R"({"data":{"event_type":"post.mention.create","filter":{"user_id":"11"},"payload":)" + v2 + "," + users + "}}"));
  const Message third = only_message(decoded(*adapter, R"({"data":[)" + v2 + "]," + users + R"(,"meta":{"result_count":1}})", "mentions"));
  CHECK(first.external_id == "2080000000000000017");
  CHECK(first.sender.name == "Sari & Tono");
  for (const Message& other : {second, third}) {
    CHECK(other.external_id == first.external_id);
    CHECK(other.kind == first.kind);
    CHECK(other.sender.address_kind == first.sender.address_kind);
    CHECK(other.sender.address == first.sender.address);
    CHECK(other.sender.platform_id == first.sender.platform_id);
    CHECK(other.sender.scope == first.sender.scope);
    CHECK(other.sender.name == first.sender.name);
    CHECK(other.sender.handle == first.sender.handle);
    CHECK(other.thread_id == first.thread_id);
    CHECK(other.in_reply_to == first.in_reply_to);
    CHECK(other.to == first.to);
    CHECK(other.text == first.text);
    CHECK(other.provider_at == first.provider_at);
    CHECK(other.permalink == first.permalink);
    CHECK(other.is_public == first.is_public);
  }
}

TEST_CASE("the_same_direct_message_is_the_same_message_by_either_webhook") {
  const auto adapter = make();
  const std::string events =
      R"("direct_message_events":[{"type":"message_create","id":"301","created_timestamp":"1767405845678","message_create":{"sender_id":"22",
      "target":{"recipient_id":"11"},"message_data":{"text":"mohon dirahasiakan"}}}])";
  const Message first = only_message(
      decoded(*adapter, R"({"for_user_id":"11",)" + events + R"(,"users":{"22":{"id":"22","name":"Sari","screen_name":"sari_uji"}}})"));
  const Message second =
      only_message(decoded(*adapter, R"({"data":{"event_type":"dm.received","filter":{"user_id":"11"},"payload":{)" + events +
                                         R"(,"users":{"22":{"data":{"id":"22","name":"Sari","username":"sari_uji"}}}}}})"));
  CHECK(first.external_id == "dm:301");
  CHECK(first.kind == MessageKind::dm);
  CHECK_FALSE(first.is_public);
  CHECK(second.external_id == first.external_id);
  CHECK(second.kind == first.kind);
  CHECK(second.sender.address == first.sender.address);
  CHECK(second.sender.name == "Sari");
  CHECK(second.sender.handle == first.sender.handle);
  CHECK(second.provider_at == first.provider_at);
}

TEST_CASE("a_post_and_a_message_with_the_same_number_do_not_collide") {
  const auto adapter = make();
  const Message post = only_message(decoded(*adapter, page_of({"301"}), "mentions"));
  const Message dm =
      only_message(decoded(*adapter, R"({"data":{"event_type":"dm.received","payload":{"id":"301","sender_id":"22","text":"halo"}}})"));
  const Message chat =
      only_message(decoded(*adapter, R"({"data":{"event_type":"chat.received","payload":{"id":"301","sender_id":"22"}}})"));
  CHECK(std::set{post.external_id, dm.external_id, chat.external_id}.size() == 3);
}

TEST_CASE("a_webhook_cannot_pass_for_a_polled_page") {
  const auto adapter = make();
  HttpRequest request = post(page_of({"2080"}), {});
  request.query = "mentions";
  adapter->sign(request);
  const auto admission = adapter->admit(request, kNow);
  REQUIRE(admission);
  const auto events = adapter->decode(*admission->delivery);
  REQUIRE(events);
  REQUIRE(events->size() == 1);
  CHECK_FALSE(std::holds_alternative<Message>((*events)[0]));
}

TEST_CASE("a_thousand_posts_in_a_batch_and_one_bad_one_cost_one") {
  std::string posts;
  for (int i = 1; i <= 1000; ++i) {
    posts += (i == 1 ? "" : ",") + (i == 500 ? std::string("7")
                                             : R"({"id_str":")" + std::to_string(i) +
                                                   R"(","user":{"id_str":"22"},"text":"@kota_uji sampah","in_reply_to_user_id_str":"11"})");
  }
  const auto events = decoded(*make(), R"({"for_user_id":"11","tweet_create_events":[)" + posts + "]}");
  REQUIRE(events.size() == 1000);
  CHECK(std::ranges::count_if(events, [](const Event& event) { return std::holds_alternative<Message>(event); }) == 999);
  CHECK(std::get<Unreadable>(events[499]).why == "unreadable_post");
}

// -------------------------------------------------------------------- polling

TEST_CASE("without_a_bearer_token_nothing_is_polled") {
  Round round;
  round.adapter = make();
  CHECK_FALSE(round.adapter->poll_interval());
  CHECK(round.poll());
  CHECK(round.transport.calls.empty());
  CHECK(make_polling({{"poll_every", {std::string("30s")}}})->poll_interval() == 30s);
}

TEST_CASE("the_first_round_takes_the_newest_page_and_no_older_ones") {
  Round round;
  round.transport.answers = {answer(200, page_of({"2090", "2080"}, "halaman-2"))};
  const auto rest = round.poll();
  REQUIRE(rest);
  CHECK_FALSE(*rest);
  CHECK(round.found() == std::vector<std::string>{"2090", "2080"});
  CHECK(round.bookmark() == "2090");
  REQUIRE(round.transport.calls.size() == 1);
  const auto& call = round.transport.calls[0];
  CHECK(call.method == "GET");
  CHECK(call.url.starts_with("https://api.x.com/2/users/11/mentions?max_results=100&post.fields="));
  CHECK_FALSE(call.url.contains("since_id"));
  CHECK(call.headers == std::vector<std::pair<std::string, std::string>>{{"Authorization", "Bearer token-pembawa-uji-01"}});
}

TEST_CASE("a_polled_page_is_one_delivery_of_the_exact_bytes") {
  Round round;
  const std::string body = page_of({"2090", "2080"});
  round.transport.answers = {answer(200, body)};
  CHECK(round.poll());
  REQUIRE(round.inbox.deliveries.size() == 1);
  CHECK(round.inbox.deliveries[0].body == body);
  CHECK(round.inbox.deliveries[0].head == "mentions");
}

TEST_CASE("a_later_round_pages_back_to_the_bookmark") {
  Round round;
  round.inbox.bookmarks["mentions"] = "2000";
  round.transport.answers = {answer(200, page_of({"2090", "2080"}, "halaman/2")), answer(200, page_of({"2070"}, "halaman-3")),
                             answer(200, page_of({"2060"}))};
  CHECK(round.poll());
  CHECK(round.found() == std::vector<std::string>{"2090", "2080", "2070", "2060"});
  CHECK(round.bookmark() == "2090");
  REQUIRE(round.transport.calls.size() == 3);
  for (const auto& call : round.transport.calls) CHECK(call.url.contains("&since_id=2000&"));
  CHECK_FALSE(round.transport.calls[0].url.contains("pagination_token"));
  CHECK(round.transport.calls[1].url.contains("&pagination_token=halaman%2F2&"));
  CHECK(round.transport.calls[2].url.contains("&pagination_token=halaman-3&"));
}

TEST_CASE("an_end_between_two_pages_costs_no_post") {
  Round round;
  round.inbox.bookmarks["mentions"] = "2000";
  round.transport.answers = {answer(200, page_of({"2090", "2080"}, "halaman-2")), fail(Errc::timed_out, "no answer")};
  const auto first = round.poll();
  REQUIRE_FALSE(first);
  CHECK(first.error().code == Errc::timed_out);
  CHECK(round.bookmark() == "2000");
  CHECK(round.found().size() == 2);

  round.transport.answers = {answer(200, page_of({"2095", "2090"}, "halaman-2")), answer(200, page_of({"2080", "2070"}))};
  CHECK(round.poll());
  CHECK(round.bookmark() == "2095");
  const auto ids = round.found();
  CHECK(std::set<std::string>(ids.begin(), ids.end()) == std::set<std::string>{"2070", "2080", "2090", "2095"});
}

TEST_CASE("what_could_not_be_committed_is_found_again") {
  Round round;
  round.inbox.bookmarks["mentions"] = "2000";
  round.inbox.commit_fails = Error{Errc::overloaded, "the journal is full"};
  round.transport.answers = {answer(200, page_of({"2090"}))};
  const auto first = round.poll();
  REQUIRE_FALSE(first);
  CHECK(first.error().code == Errc::overloaded);
  CHECK(round.bookmark() == "2000");
  round.transport.answers = {answer(200, page_of({"2090"}))};
  CHECK(round.poll());
  CHECK(round.found() == std::vector<std::string>{"2090"});
  CHECK(round.bookmark() == "2090");
}

TEST_CASE("an_empty_page_commits_nothing") {
  Round round;
  round.inbox.bookmarks["mentions"] = "2000";
  round.transport.answers = {answer(200, R"({"meta":{"result_count":0}})")};
  const auto rest = round.poll();
  REQUIRE(rest);
  CHECK_FALSE(*rest);
  CHECK(round.inbox.commits.empty());
  CHECK(round.bookmark() == "2000");
}

TEST_CASE("an_empty_last_page_still_moves_the_bookmark") {
  Round round;
  round.inbox.bookmarks["mentions"] = "2000";
  round.transport.answers = {answer(200, page_of({"2090"}, "halaman-2")), answer(200, R"({"meta":{"result_count":0}})")};
  CHECK(round.poll());
  CHECK(round.bookmark() == "2090");
  CHECK(round.inbox.commits == std::vector<std::size_t>{1, 0});
}

TEST_CASE("the_bookmark_is_the_greatest_id_as_a_number_and_never_goes_back") {
  Round round;
  round.inbox.bookmarks["mentions"] = "999";
  round.transport.answers = {answer(200, R"({"data":[{"id":"1001"},{"id":"1000"}],"meta":{"newest_id":"bukan-angka"}})")};
  CHECK(round.poll());
  CHECK(round.bookmark() == "1001");
  round.transport.answers = {answer(200, page_of({"998"}))};
  CHECK(round.poll());
  CHECK(round.bookmark() == "1001");
}

TEST_CASE("a_round_rests_until_the_window_of_requests_begins_anew") {
  const std::string reset = "x-rate-limit-reset";
  using Headers = std::vector<std::pair<std::string, std::string>>;
  const std::vector<std::pair<Headers, std::chrono::milliseconds>> cases{
      {{{reset, "1767229500"}}, 301s},       // in five minutes
      {{{reset, "1767229201"}}, 1min},       // sooner than the next round is due
      {{{reset, "1767229100"}}, 1min},       // past
      {{{reset, "1767999999"}}, 16min},      // further than any window
      {{{reset, "99999999999999"}}, 15min},  // no time at all
      {{}, 15min},
  };
  for (const auto& [headers, expected] : cases) {
    CAPTURE(expected.count());
    Round round;
    round.inbox.bookmarks["mentions"] = "2000";
    round.transport.answers = {answer(429, R"({"title":"Too Many Requests"})", headers)};
    const auto rest = round.poll();
    REQUIRE(rest);
    REQUIRE(*rest);
    CHECK(**rest == expected);
    CHECK(round.inbox.commits.empty());
  }
}

TEST_CASE("a_window_used_up_between_two_pages_keeps_the_bookmark") {
  const std::vector<std::pair<std::string, std::string>> used_up{{"X-Rate-Limit-Remaining", "0"}, {"X-Rate-Limit-Reset", "1767229500"}};
  Round round;
  round.inbox.bookmarks["mentions"] = "2000";
  round.transport.answers = {answer(200, page_of({"2090"}, "halaman-2"), used_up)};
  auto rest = round.poll();
  REQUIRE(rest);
  CHECK(*rest == 301s);
  CHECK(round.found() == std::vector<std::string>{"2090"});
  CHECK(round.bookmark() == "2000");
  // With the last page, the round is over all the same.
  round.transport.answers = {answer(200, page_of({"2090"}), used_up)};
  rest = round.poll();
  REQUIRE(rest);
  CHECK(*rest == 301s);
  CHECK(round.bookmark() == "2090");
}

TEST_CASE("every_refusal_of_x_says_what_to_do") {
  const std::vector<std::pair<unsigned, Errc>> cases{
      {400, Errc::refused},   {401, Errc::unauthentic}, {402, Errc::refused},     {403, Errc::unauthentic}, {404, Errc::not_found},
      {410, Errc::not_found}, {408, Errc::unavailable}, {500, Errc::unavailable}, {503, Errc::unavailable}, {302, Errc::refused}};
  for (const auto& [status, code] : cases) {
    CAPTURE(status);
    Round round;
    round.inbox.bookmarks["mentions"] = "2000";
    round.transport.answers = {answer(status, "token-pembawa-uji-01")};
    const auto rest = round.poll();
    REQUIRE_FALSE(rest);
    CHECK(rest.error().code == code);
    CHECK_FALSE(rest.error().what.contains("token-pembawa"));
    CHECK(round.inbox.commits.empty());
  }
}

TEST_CASE("an_answer_that_is_no_page_is_not_taken_for_an_empty_one") {
  Round round;
  round.transport.answers = {answer(200, "<html>proxy</html>")};
  CHECK(round.poll().error().code == Errc::unreadable);
  round.transport.answers = {answer(200, R"({"errors":[{"title":"Not Found Error"}]})")};
  CHECK(round.poll().error().code == Errc::refused);
  CHECK(round.inbox.commits.empty());
}

TEST_CASE("pages_that_never_end_are_given_up") {
  Round round;
  round.inbox.bookmarks["mentions"] = "2000";
  for (int i = 0; i < 32; ++i) round.transport.answers.emplace_back(answer(200, page_of({"2090"}, "lagi")));
  const auto rest = round.poll();
  REQUIRE_FALSE(rest);
  CHECK(rest.error().code == Errc::refused);
  CHECK(round.bookmark() == "2000");
}

// What @xdevplatform/xdk 0.6.6 sends when its users.getMentions is asked for the same.
TEST_CASE("mentions_are_asked_for_as_x_s_own_sdk_does") {
  Round round;
  round.inbox.bookmarks["mentions"] = "2000";
  round.transport.answers = {answer(200, page_of({"2090"}, "x")), answer(200, page_of({"2080"}))};
  CHECK(round.poll());
  CHECK(round.transport.calls.at(1).url ==
        "https://api.x.com/2/users/11/mentions?max_results=100&pagination_token=x&since_id=2000"
        "&post.fields=attachments%2Cconversation_id%2Ccreated_at%2Centities%2Cgeo%2Cnote_post"
        "&expansions=author_id%2Cin_reply_to_user_id%2Cedit_history_post_ids%2Creferenced_posts%2Cgeo.place_id%2Cattachments.media_keys"
        "&user.fields=name%2Cusername&media.fields=alt_text%2Ctype%2Curl%2Cvariants&place.fields=full_name%2Cname");
}

TEST_CASE("the_names_that_x_s_api_goes_by_can_be_chosen") {
  for (const auto& [choice, named, unnamed] :
       {std::tuple{"post", "&post.fields=", "tweet"}, std::tuple{"tweet", "&tweet.fields=", "post"}}) {
    Round round;
    round.adapter = make_polling({{"field_names", {std::string(choice)}}, {"api_url", {std::string("https://x-proxy.example/kota/")}}});
    round.transport.answers = {answer(200, R"({"meta":{"result_count":0}})")};
    CHECK(round.poll());
    const std::string& url = round.transport.calls.at(0).url;
    CHECK(url.starts_with("https://x-proxy.example/kota/2/users/11/mentions?"));
    CHECK(url.contains(named));
    CHECK_FALSE(url.contains(unnamed));
  }
}

// -------------------------------------------------------------------- media

TEST_CASE("only_x_s_own_servers_are_called") {
  CHECK(make()->hosts() == std::vector<std::string>{"api.x.com", "pbs.twimg.com", "video.twimg.com"});
  CHECK(make({{"api_url", {std::string("http://127.0.0.1:8091/x")}}})->hosts()[0] == "127.0.0.1");
}

TEST_CASE("a_medium_without_address_is_looked_up_by_its_key") {
  ScriptedTransport transport;
  transport.answers = {answer(200, R"({"data":{"media_key":"3_77","type":"photo","url":"https://pbs.twimg.com/media/a.jpg"}})")};
  transport.bodies = {std::string("foto")};
  const auto adapter = make_polling();
  const auto download = run(adapter->download(medium("3_77"), transport));
  REQUIRE(download);
  std::filesystem::remove(download->file);
  REQUIRE(transport.calls.size() == 2);
  CHECK(transport.calls[0].url == "https://api.x.com/2/media/3_77?media.fields=type%2Curl%2Cvariants");
  CHECK(transport.calls[1].url == "https://pbs.twimg.com/media/a.jpg");
  // The token is for the API alone.
  CHECK(transport.calls[1].headers.empty());
}

TEST_CASE("a_medium_with_an_address_is_fetched_from_there") {
  ScriptedTransport transport;
  transport.bodies = {std::string("foto")};
  const auto download = run(make_polling()->download(medium("3_77", "https://pbs.twimg.com/media/a.jpg"), transport));
  REQUIRE(download);
  std::filesystem::remove(download->file);
  REQUIRE(transport.calls.size() == 1);
  CHECK(transport.calls[0].headers.empty());
}

TEST_CASE("a_medium_that_cannot_be_looked_up_fails_with_the_reason") {
  const auto adapter = make_polling();
  ScriptedTransport transport;
  transport.answers = {answer(404, "{}"), answer(401, "{}"), answer(503, "{}"), fail(Errc::timed_out, "no answer"),
                       answer(200, R"({"data":{}})")};
  for (const Errc code : {Errc::not_found, Errc::unauthentic, Errc::unavailable, Errc::timed_out, Errc::not_found})
    CHECK(run(adapter->download(medium("3_77"), transport)).error().code == code);
  // Neither without a token nor for something that is no key.
  transport.calls.clear();
  CHECK(run(make()->download(medium("3_77"), transport)).error().code == Errc::refused);
  CHECK(run(adapter->download(medium("../users/11"), transport)).error().code == Errc::refused);
  CHECK(transport.calls.empty());
}

// -------------------------------------------------------------------- settings

TEST_CASE("mistakes_in_an_account_on_x_are_reported_together") {
  const SettingsNode root{SettingsNode::Table{
      {"user_id", {std::string("@kota_uji")}}, {"username", {std::string("@kota_uji")}}, {"api_url", {std::string("api.x.com")}}}};
  SettingsReport report;
  Settings settings(root, report, "accounts.x-uji");
  CHECK(make_x_account("x-uji", settings) != nullptr);
  std::set<std::string> paths;
  for (const auto& mistake : report.mistakes) paths.insert(mistake.path);
  CHECK(paths == std::set<std::string>{"accounts.x-uji.consumer_secret", "accounts.x-uji.user_id", "accounts.x-uji.username",
                                       "accounts.x-uji.api_url"});
  CHECK(report.keys.size() == 8);
}
