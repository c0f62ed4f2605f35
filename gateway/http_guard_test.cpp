// SPDX-License-Identifier: Apache-2.0
#include "gateway/http_guard.hpp"

#include <doctest/doctest.h>

#include "tests/support/http_reading.hpp"
#include "tests/support/http_vectors.hpp"

namespace satupintu::gateway {
namespace {

using tests::HttpVector;
using tests::read_with_guard;

std::string reason_of(const std::optional<HttpReject>& reject) { return reject ? std::string(name_of(*reject)) : "accepted"; }

constexpr std::size_t kPieces[] = {1'000'000, 4096, 1000, 7, 1};

}  // namespace

TEST_CASE("a_message_that_can_be_read_in_two_ways_is_refused_however_it_is_cut") {
  auto vectors = tests::messages_the_guard_refuses();
  for (auto& vector : tests::messages_with_trailers()) vectors.push_back(std::move(vector));
  CHECK(vectors.size() >= 70);
  for (const HttpVector& vector : vectors) {
    for (const std::size_t piece : kPieces) {
      CAPTURE(vector.label);
      CAPTURE(piece);
      CHECK(reason_of(read_with_guard(vector.bytes, piece).reject) == name_of(*vector.reject));
    }
  }
}

TEST_CASE("an_honest_message_is_accepted_however_it_is_cut") {
  for (const HttpVector& vector : tests::messages_to_accept()) {
    for (const std::size_t piece : kPieces) {
      CAPTURE(vector.label);
      CAPTURE(piece);
      const auto reading = read_with_guard(vector.bytes + "GET /next", piece);
      CHECK(reason_of(reading.reject) == "accepted");
      CHECK(reading.complete);
      CHECK(reading.request.body == vector.body);
      CHECK(reading.consumed == vector.bytes.size());
    }
  }
}

TEST_CASE("a_message_cut_short_is_never_complete") {
  for (const HttpVector& vector : tests::messages_to_accept()) {
    for (std::size_t size = 0; size < vector.bytes.size(); ++size) {
      const auto reading = read_with_guard(std::string_view(vector.bytes).substr(0, size), 1'000'000);
      if (reading.complete || reading.reject) FAIL(vector.label << " cut to " << size << " bytes: " << reason_of(reading.reject));
    }
  }
}

// Beast is lax where the guard is strict, but what the guard lets through both must read alike.
TEST_CASE("what_the_guard_accepts_beast_reads_the_same_way") {
  for (const HttpVector& vector : tests::messages_to_accept()) {
    CAPTURE(vector.label);
    const auto ours = read_with_guard(vector.bytes, vector.bytes.size());
    const auto theirs = tests::read_with_beast(vector.bytes);
    REQUIRE(theirs);
    CHECK(tests::is_same_message(ours, *theirs));
  }
}

TEST_CASE("every_refusal_has_the_status_we_promise") {
  const std::pair<HttpReject, unsigned> promised[] = {
      {HttpReject::bad_request_line, 400},
      {HttpReject::bad_version, 505},
      {HttpReject::bad_target, 400},
      {HttpReject::target_too_long, 414},
      {HttpReject::bad_header, 400},
      {HttpReject::head_too_large, 431},
      {HttpReject::bad_host, 400},
      {HttpReject::wrong_host, 421},
      {HttpReject::bad_framing, 400},
      {HttpReject::unknown_coding, 501},
      {HttpReject::content_coding, 415},
      {HttpReject::bad_expectation, 417},
      {HttpReject::bad_chunk, 400},
      {HttpReject::trailers, 400},
      {HttpReject::no_route, 404},
      {HttpReject::wrong_method, 405},
      {HttpReject::body_too_large, 413},
      {HttpReject::overloaded, 503},
      {HttpReject::slow_head, 408},
      {HttpReject::slow_body, 408},
      {HttpReject::slow_reader, 0},
      {HttpReject::cut_short, 0},
      {HttpReject::too_many_connections, 503},
      {HttpReject::tls_failed, 0},
      {HttpReject::handler_failed, 500},
  };
  for (const auto& [reason, status] : promised) {
    CAPTURE(name_of(reason));
    CHECK(status_of(reason) == status);
  }
}

TEST_CASE("a_request_is_read_as_it_was_sent_and_its_path_decoded_once") {
  const std::string head =
      "POST /t/SP-0ABCD%20%2545?kata=a%20b&kata=+ HTTP/1.1\r\nHost: pintu.kota.example\r\nX-Hub-Signature-256: \tsha256=00 \r\n"
      "x-note:\r\nContent-Length: 4\r\n\r\n";
  const auto judged = judge_head(head, {});
  REQUIRE(judged);
  CHECK(judged->request.method == "POST");
  CHECK(judged->request.path == "/t/SP-0ABCD %45");
  CHECK(judged->request.query == "kata=a%20b&kata=+");
  const std::vector<std::pair<std::string, std::string>> headers{
      {"Host", "pintu.kota.example"}, {"X-Hub-Signature-256", "sha256=00"}, {"x-note", ""}, {"Content-Length", "4"}};
  CHECK(judged->request.headers == headers);
  CHECK(judged->framing == Framing::sized);
  CHECK(judged->content_length == 4);
}

TEST_CASE("without_host_names_any_well_formed_host_will_do") {
  for (const std::string_view host : {"kota.example", "127.0.0.1:8080", "[::1]:8080", "gateway_1"}) {
    CAPTURE(host);
    const std::string head = "GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n";
    CHECK(judge_head(head, {}).has_value());
  }
  CHECK(judge_head("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", {}).error() == HttpReject::bad_host);
}

TEST_CASE("the_connection_is_kept_as_the_client_asks") {
  const auto keeps = [](const std::string& version, const std::string& lines) {
    const auto head = judge_head("GET / " + version + "\r\nHost: a.example\r\n" + lines + "\r\n", {});
    REQUIRE(head);
    return head->keep_alive;
  };
  CHECK(keeps("HTTP/1.1", ""));
  CHECK(keeps("HTTP/1.1", "Connection: keep-alive\r\n"));
  CHECK_FALSE(keeps("HTTP/1.1", "Connection: close\r\n"));
  CHECK_FALSE(keeps("HTTP/1.1", "Connection: keep-alive , Close\r\n"));
  CHECK_FALSE(keeps("HTTP/1.1", "Connection: close\r\nConnection: keep-alive\r\n"));
  CHECK_FALSE(keeps("HTTP/1.0", ""));
  CHECK_FALSE(keeps("HTTP/1.0", "Connection: keep-alive\r\n"));
}

TEST_CASE("a_client_that_waits_for_100_is_noticed") {
  const auto waits = [](const std::string& version, const std::string& line) {
    const auto head = judge_head("POST / " + version + "\r\nHost: a.example\r\n" + line + "Content-Length: 1\r\n\r\n", {});
    REQUIRE(head);
    return head->expects_continue;
  };
  CHECK(waits("HTTP/1.1", "Expect: 100-continue\r\n"));
  CHECK(waits("HTTP/1.1", "expect: 100-Continue\r\n"));
  CHECK_FALSE(waits("HTTP/1.0", "Expect: 100-continue\r\n"));
  CHECK_FALSE(waits("HTTP/1.1", ""));
}

TEST_CASE("a_body_in_too_many_chunks_is_refused") {
  BodyDecoder decoder(Framing::chunked, 0, 10 * kMaxChunks);
  std::string body;
  for (std::size_t i = 0; i < kMaxChunks; ++i) REQUIRE(decoder.feed("1\r\na\r\n", body));
  CHECK(decoder.feed("1\r\na\r\n", body).error() == HttpReject::bad_chunk);
  CHECK(body.size() == kMaxChunks);
}

TEST_CASE("a_client_behind_our_proxy_is_known_by_the_hop_the_proxy_saw") {
  const std::vector<std::string> proxies{"10.0.0.1", "10.0.0.2"};
  struct Case {
    std::string_view label, peer;
    std::vector<std::string> forwarded;
    std::string_view client;
  };
  const Case cases[] = {
      {"no proxy, no claim", "203.0.113.9", {}, "203.0.113.9"},
      {"a stranger's claim", "203.0.113.9", {"198.51.100.7"}, "203.0.113.9"},
      {"through the proxy", "10.0.0.1", {"203.0.113.9"}, "203.0.113.9"},
      {"through the proxy with a claim", "10.0.0.1", {"198.51.100.7, 203.0.113.9"}, "203.0.113.9"},
      {"through both proxies", "10.0.0.1", {"198.51.100.7, 203.0.113.9, 10.0.0.2"}, "203.0.113.9"},
      {"a claim in a header of its own", "10.0.0.1", {"198.51.100.7", "203.0.113.9"}, "203.0.113.9"},
      {"from IPv6", "10.0.0.1", {"2001:db8::9"}, "2001:db8::9"},
      {"a hop that is no address", "10.0.0.1", {"203.0.113.9, unknown"}, "10.0.0.1"},
      {"an empty header", "10.0.0.1", {""}, "10.0.0.1"},
      {"the proxy itself", "10.0.0.1", {}, "10.0.0.1"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.label);
    core::HttpRequest request;
    for (const std::string& value : each.forwarded) request.headers.emplace_back("x-forwarded-for", value);
    CHECK(client_address(each.peer, request, proxies) == each.client);
  }
}

}  // namespace satupintu::gateway
