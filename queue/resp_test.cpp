// SPDX-License-Identifier: Apache-2.0
#include "queue/resp.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace satupintu;
using namespace satupintu::queue;
using namespace std::string_literals;

namespace {

// A value on one line, so that tables can say what they expect.
std::string shown(const RespValue& value) {
  switch (value.kind) {
    case RespKind::nil: return "nil";
    case RespKind::integer: return std::to_string(value.integer);
    case RespKind::text: return "'" + value.text + "'";
    case RespKind::error: return "!" + value.text;
    case RespKind::array: {
      std::string text = "[";
      for (const auto& element : value.elements) text += (text.size() > 1 ? " " : "") + shown(element);
      return text + "]";
    }
  }
  return "?";
}

// Everything that can be read of `chunks`, or the failure.
std::string read_all(RespReader& reader, std::initializer_list<std::string_view> chunks) {
  std::string text;
  for (const auto chunk : chunks) {
    if (const auto fed = reader.feed(chunk); !fed) return "failed: " + fed.error().what;
    for (;;) {
      const auto value = reader.next();
      if (!value) return "failed: " + value.error().what;
      if (!*value) break;
      text += (text.empty() ? "" : " ") + shown(**value);
    }
  }
  return text;
}

struct Reply {
  std::string_view bytes;
  std::string_view value;
};

constexpr Reply kReplies[] = {
    {"+OK\r\n", "'OK'"},
    {"-ERR unknown command\r\n", "!ERR unknown command"},
    {":0\r\n", "0"},
    {":-9223372036854775808\r\n", "-9223372036854775808"},
    {"$0\r\n\r\n", "''"},
    {"$4\r\n\r\n\r\n\r\n", "'\r\n\r\n'"},
    {"$-1\r\n", "nil"},
    {"*-1\r\n", "nil"},
    {"*0\r\n", "[]"},
    {"*3\r\n:1\r\n$-1\r\n+dua\r\n", "[1 nil 'dua']"},
    {"*2\r\n*2\r\n$1\r\na\r\n-OOM x\r\n*0\r\n", "[['a' !OOM x] []]"},
    {"*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:7\r\n", "[[[[[[[7]]]]]]]"},
    {"+OK\r\n:5\r\n$3\r\nabc\r\n", "'OK' 5 'abc'"},
};

}  // namespace

TEST_CASE("a_reply_reads_the_same_however_the_network_cuts_it") {
  for (const auto& reply : kReplies) {
    CAPTURE(reply.bytes);
    for (std::size_t first = 0; first <= reply.bytes.size(); ++first) {
      for (std::size_t second = first; second <= reply.bytes.size(); ++second) {
        RespReader reader;
        CHECK(read_all(reader, {reply.bytes.substr(0, first), reply.bytes.substr(first, second - first), reply.bytes.substr(second)}) ==
              reply.value);
        CHECK(reader.drained());
      }
    }
  }
}

TEST_CASE("a_cut_reply_gives_nothing_and_no_failure") {
  for (const auto& reply : kReplies) {
    CAPTURE(reply.bytes);
    RespReader reader;
    const auto read = read_all(reader, {reply.bytes.substr(0, reply.bytes.size() - 1)});
    CHECK(read.size() < reply.value.size());
    CHECK_FALSE(read.starts_with("failed"));
    CHECK_FALSE(reader.drained());
  }
}

TEST_CASE("garbage_is_a_failure_and_stays_one") {
  for (const std::string_view bytes : {"HTTP/1.1 400 Bad Request\r\n", "\r\n", ":satu\r\n", ":1 \r\n", "$abc\r\n", "$-2\r\n", "*-2\r\n",
                                       "*x\r\n", "%1\r\n+a\r\n+b\r\n", "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:7\r\n"}) {
    CAPTURE(bytes);
    RespReader reader;
    CHECK(read_all(reader, {bytes}).starts_with("failed"));
    CHECK_FALSE(reader.feed("+OK\r\n"));
    CHECK_FALSE(reader.next());
    CHECK_FALSE(reader.drained());
  }
}

TEST_CASE("a_header_that_claims_too_much_is_refused_before_memory_is_set_aside") {
  for (const std::string_view bytes :
       {"*2147483647\r\n", "*131073\r\n", "*2\r\n:1\r\n*2147483647\r\n", "*4294967296\r\n", "$2147483647\r\n", "$33554433\r\n",
        "*1\r\n$2147483647\r\n", "$99999999999999999999999\r\n", "*2\r\n*131000\r\n"}) {
    CAPTURE(bytes);
    RespReader reader;
    const auto read = read_all(reader, {bytes});
    if (bytes == "*2\r\n*131000\r\n") {
      CHECK(read == "");  // under the limit together: the control
    } else {
      CHECK(read.starts_with("failed"));
    }
  }
}

TEST_CASE("small_arrays_cannot_add_up_to_a_large_one") {
  RespReader reader(RespLimits{.bytes = 1'000'000, .elements = 100});
  std::string bytes = "*60\r\n";
  for (int i = 0; i < 60; ++i) bytes += "*60\r\n";
  CHECK(read_all(reader, {bytes}).starts_with("failed"));
}

TEST_CASE("a_line_without_end_is_refused") {
  RespReader reader(RespLimits{.bytes = 1000, .elements = 100});
  REQUIRE(reader.feed("+" + std::string(600, 'a')));
  REQUIRE(reader.next());
  CHECK_FALSE(reader.feed(std::string(600, 'a')));
}

TEST_CASE("the_limits_are_those_of_one_reply_not_of_the_connection") {
  RespReader reader(RespLimits{.bytes = 100, .elements = 5});
  for (int i = 0; i < 100; ++i) CHECK(read_all(reader, {"*5\r\n+a\r\n+b\r\n+c\r\n+d\r\n+e\r\n"}) == "['a' 'b' 'c' 'd' 'e']");
}

TEST_CASE("no_byte_of_an_argument_can_end_the_command") {
  std::string bytes;
  append_command(bytes, {"SET", "kunci", "a\r\nFLUSHALL\r\n%s%n\0b"s, ""});
  CHECK(bytes == "*4\r\n$3\r\nSET\r\n$5\r\nkunci\r\n$19\r\na\r\nFLUSHALL\r\n%s%n\0b\r\n$0\r\n\r\n"s);
}

TEST_CASE("a_command_in_steps_is_the_command_at_once") {
  std::string at_once;
  append_command(at_once, {"XADD", "{sp:0}:complaints", "*"});
  std::string in_steps;
  begin_command(in_steps, 3);
  for (const auto part : {"XADD", "{sp:0}:complaints", "*"}) append_part(in_steps, part);
  CHECK(in_steps == at_once);
}

TEST_CASE("an_error_says_by_its_code_what_to_do_next") {
  struct Case {
    std::string_view reply;
    core::Errc code;
    std::string_view word;
  };
  for (const auto& [reply, code, word] : {
           Case{"LOADING Redis is loading the dataset in memory", core::Errc::unavailable, "LOADING:"},
           Case{"BUSY Redis is busy running a script.", core::Errc::unavailable, "BUSY:"},
           Case{"TRYAGAIN Multiple keys request during rehashing of slot", core::Errc::unavailable, "TRYAGAIN:"},
           Case{"CLUSTERDOWN The cluster is down", core::Errc::unavailable, "CLUSTERDOWN:"},
           Case{"MASTERDOWN Link with MASTER is down", core::Errc::unavailable, "MASTERDOWN:"},
           Case{"NOREPLICAS Not enough good replicas to write.", core::Errc::unavailable, "NOREPLICAS:"},
           Case{"OOM command not allowed when used memory > 'maxmemory'. script: 1f", core::Errc::unavailable, "OOM:"},
           Case{"MISCONF Errors writing to the AOF file: No space left on device", core::Errc::unavailable, "MISCONF:"},
           Case{"READONLY You can't write against a read only replica.", core::Errc::unavailable, "READONLY:"},
           Case{"NOSCRIPT No matching script.", core::Errc::unavailable, "NOSCRIPT:"},
           Case{"EXECABORT Transaction discarded because of previous errors.", core::Errc::unavailable, "EXECABORT:"},
           Case{"NOAUTH Authentication required.", core::Errc::refused, "NOAUTH:"},
           Case{"WRONGPASS invalid username-password pair or user is disabled.", core::Errc::refused, "WRONGPASS:"},
           Case{"NOPERM User antrean has no permissions to run the 'xadd' command", core::Errc::refused, "NOPERM:"},
           Case{"WRONGTYPE Operation against a key holding the wrong kind of value", core::Errc::refused, "WRONGTYPE:"},
           Case{"MOVED 3999 127.0.0.1:6381", core::Errc::refused, "MOVED:"},
           Case{"ERR unknown command 'XADD'", core::Errc::refused, "ERR:"},
           Case{"NOGROUP No such key or consumer group", core::Errc::unavailable, "NOGROUP:"},
           Case{"sesuatu tanpa kode", core::Errc::refused, "ERR:"},
           Case{"", core::Errc::refused, "ERR:"},
       }) {
    CAPTURE(reply);
    const auto error = error_of({RespKind::error, 0, std::string(reply), {}});
    CHECK(error.code == code);
    CHECK(error.what.starts_with(word));
    CHECK_FALSE(error.what.contains("antrean"));
  }
}

TEST_CASE("the_first_error_is_found_in_a_transaction_too") {
  RespReader reader;
  REQUIRE(reader.feed("+OK\r\n+QUEUED\r\n*2\r\n:1\r\n-OOM command not allowed\r\n"));
  std::vector<RespValue> replies;
  for (int i = 0; i < 3; ++i) replies.push_back(**reader.next());
  const RespValue* const error = first_error(replies);
  REQUIRE(error != nullptr);
  CHECK(error_code(*error) == "OOM");
  replies.pop_back();
  CHECK(first_error(replies) == nullptr);
  CHECK(error_code(replies[0]).empty());
}
