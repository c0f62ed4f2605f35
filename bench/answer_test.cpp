// SPDX-License-Identifier: Apache-2.0
#include "bench/answer.hpp"

#include <doctest/doctest.h>

#include <string_view>

namespace satupintu::bench {

namespace {

using Progress = AnswerReader::Progress;
constexpr std::string_view kWithBody = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\ncontent-length: 5\r\n\r\nnanti";

}  // namespace

TEST_CASE("an_answer_cut_at_any_byte_is_read") {
  AnswerReader reader;
  for (std::size_t cut = 1; cut < kWithBody.size(); ++cut) {
    CAPTURE(cut);
    REQUIRE(reader.feed(kWithBody.substr(0, cut)) == Progress::incomplete);
    REQUIRE(reader.feed(kWithBody.substr(cut)) == Progress::complete);
    CHECK(reader.status() == 503);
    CHECK_FALSE(reader.closes());
    reader.start_over();
  }
}

TEST_CASE("an_answer_without_a_length_has_no_body") {
  AnswerReader reader;
  CHECK(reader.feed("HTTP/1.1 204 No Content\r\n\r\n") == Progress::complete);
  CHECK(reader.status() == 204);
}

TEST_CASE("the_end_of_the_connection_is_announced") {
  AnswerReader reader;
  CHECK(reader.feed("HTTP/1.1 200 OK\r\nConnection:  Close \r\nContent-Length: 0\r\n\r\n") == Progress::complete);
  CHECK(reader.closes());
  reader.start_over();
  CHECK(reader.feed("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n") == Progress::complete);
  CHECK(reader.closes());
}

TEST_CASE("what_is_no_answer_is_broken") {
  for (const std::string_view bytes :
       {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc"}) {
    CAPTURE(bytes);
    AnswerReader reader;
    CHECK(reader.feed(bytes) == Progress::broken);
  }
}

}  // namespace satupintu::bench
