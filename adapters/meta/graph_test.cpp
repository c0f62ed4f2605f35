// SPDX-License-Identifier: Apache-2.0
#include "adapters/meta/graph.hpp"

#include <doctest/doctest.h>

#include "tests/support/scripted_transport.hpp"

using namespace satupintu::adapters;
using namespace satupintu::core;
using satupintu::tests::run;
using satupintu::tests::ScriptedTransport;

namespace {

constexpr std::string_view kToken = "EAAuji0000000000000000000000041";

GraphApi make(SettingsNode::Table table, std::size_t mistakes = 0) {
  const SettingsNode root{std::move(table)};
  SettingsReport report;
  Settings settings(root, report);
  GraphApi graph(settings);
  CHECK(report.mistakes.size() == mistakes);
  return graph;
}

GraphApi with_token() { return make({{"access_token", {Secret{std::string(kToken)}}}}); }

HttpAnswer answer(unsigned status, std::string body) {
  return {.status = status, .content_type = "application/json", .body = std::move(body), .headers = {}};
}

std::string refusal(const std::string& code, const std::string& subcode = "0") {
  return R"({"error":{"message":"#","type":"OAuthException","code":)" + code + R"(,"error_subcode":)" + subcode + "}}";
}

Result<std::string> asked(const Result<HttpAnswer>& given) {
  ScriptedTransport transport;
  transport.answers.push_back(given);
  return run(with_token().ask("500_77", "from,message", transport));
}

}  // namespace

TEST_CASE("a_target_is_read_as_it_was_written") {
  const GraphTarget target{.role = "mention", .item = "comment", .id = "500_77", .asset = "11", .parent = "11_500"};
  const auto words = target.written();
  REQUIRE(words);
  const auto read = GraphTarget::parse(*words);
  REQUIRE(read);
  CHECK(read->role == "mention");
  CHECK(read->item == "comment");
  CHECK(read->id == "500_77");
  CHECK(read->asset == "11");
  CHECK(read->parent == "11_500");
  CHECK(GraphTarget::parse("new post 11_500 11")->parent.empty());
}

TEST_CASE("an_id_that_would_change_the_question_makes_no_target") {
  for (const std::string& id : {std::string{}, std::string("1 2"), std::string("1/me"), std::string("1?fields=x"), std::string("1){id}"),
                                std::string("1\n2"), std::string("../me"), std::string(129, '1')}) {
    CAPTURE(id);
    CHECK_FALSE(GraphTarget{.role = "new", .item = "comment", .id = id, .asset = "11", .parent = {}}.written());
    CHECK_FALSE(GraphTarget{.role = "new", .item = "comment", .id = "1", .asset = id, .parent = {}}.written());
  }
  for (const std::string_view words : {"", "new", "new comment 1", "new comment 1 2 3 4", "new comment 1 2 ../3", "new  comment 1 2"}) {
    CAPTURE(words);
    CHECK_FALSE(GraphTarget::parse(words));
  }
}

TEST_CASE("the_token_goes_into_a_header_and_never_into_the_address") {
  ScriptedTransport transport;
  transport.answers.emplace_back(answer(200, R"({"id":"500_77"})"));
  const auto found = run(with_token().ask("500_77", "from,parent{id}", transport));
  REQUIRE(found);
  CHECK(*found == R"({"id":"500_77"})");
  REQUIRE(transport.calls.size() == 1);
  const Call& call = transport.calls[0];
  CHECK(call.method == "GET");
  CHECK(call.url == "https://graph.facebook.com/v26.0/500_77?fields=from%2Cparent%7Bid%7D");
  REQUIRE(call.headers.size() == 1);
  CHECK(call.headers[0].first == "Authorization");
  CHECK(call.headers[0].second == "Bearer " + std::string(kToken));
}

TEST_CASE("without_a_token_nothing_is_asked") {
  ScriptedTransport transport;
  const auto found = run(make({}).ask("500_77", "from", transport));
  REQUIRE_FALSE(found);
  CHECK(found.error().code == Errc::refused);
  CHECK(found.error().what.contains("access_token"));
  CHECK(transport.calls.empty());
}

TEST_CASE("every_refusal_says_what_to_do_next") {
  struct Row {
    unsigned status;
    std::string body;
    Errc expected;
  };
  for (const Row& row : std::vector<Row>{{400, refusal("190", "463"), Errc::unauthentic},
                                         {401, "", Errc::unauthentic},
                                         {403, refusal("10"), Errc::unauthentic},
                                         {403, "<html>", Errc::unauthentic},
                                         {400, refusal("200"), Errc::unauthentic},
                                         {400, refusal("299"), Errc::unauthentic},
                                         {400, refusal("4"), Errc::unavailable},
                                         {400, refusal("17"), Errc::unavailable},
                                         {400, refusal("32"), Errc::unavailable},
                                         {400, refusal("613"), Errc::unavailable},
                                         {400, refusal("80001"), Errc::unavailable},
                                         {400, refusal("\"4\""), Errc::unavailable},
                                         {500, refusal("1"), Errc::unavailable},
                                         {503, "", Errc::unavailable},
                                         {429, "", Errc::unavailable},
                                         {404, "", Errc::not_found},
                                         {410, "", Errc::not_found},
                                         {404, refusal("803"), Errc::not_found},
                                         {400, refusal("24", "2207006"), Errc::not_found},
                                         {400, refusal("100", "33"), Errc::not_found},
                                         {400, refusal("100"), Errc::refused},
                                         {400, refusal("300"), Errc::refused},
                                         {302, "", Errc::refused},
                                         {200, refusal("190"), Errc::unauthentic},
                                         {200, "<html>Masuk ke Wi-Fi</html>", Errc::unavailable},
                                         {200, "[]", Errc::unavailable}}) {
    CAPTURE(row.status);
    CAPTURE(row.body);
    const auto found = asked(answer(row.status, row.body));
    REQUIRE_FALSE(found);
    CHECK(found.error().code == row.expected);
    CHECK_FALSE(found.error().what.contains(kToken));
  }
}

TEST_CASE("a_server_that_hangs_is_a_matter_of_later") {
  CHECK(asked(fail(Errc::timed_out, "no answer in 30 s")).error().code == Errc::timed_out);
  CHECK(asked(fail(Errc::unavailable, "connection refused")).error().code == Errc::unavailable);
}

TEST_CASE("the_graph_api_may_stand_elsewhere") {
  CHECK(make({}).host() == "graph.facebook.com");
  CHECK(make({{"api_url", {std::string("https://graph.instagram.com/v26.0")}}}).host() == "graph.instagram.com");
  CHECK(make({{"api_url", {std::string("http://127.0.0.1:8443/graph")}}}).host() == "127.0.0.1");
  for (const char* url : {"", "graph.facebook.com", "ftp://graph.facebook.com/v26.0", "https:///v26.0", "https://graph.facebook.com/v26.0/",
                          "https://graph.facebook.com/v26.0?a=b", "https://tamu@graph.facebook.com/v26.0"}) {
    CAPTURE(url);
    make({{"api_url", {std::string(url)}}}, 1);
  }
}
