// SPDX-License-Identifier: Apache-2.0
// Every entry reaches a handler at least once, in order, and what no handler takes ends on sp:dead.
#include "queue/consumer.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <optional>

#include "tests/support/redis_server.hpp"
#include "tests/support/run.hpp"

using namespace satupintu;
using namespace satupintu::queue;
using namespace std::chrono_literals;
using tests::comes_true;
using tests::RedisServer;

namespace {

RedisServer& empty_server() {
  static RedisServer server;
  server.tell({"FLUSHALL"});
  return server;
}

ConsumerSettings member(const std::string& name) {
  return {.stream = lane_name(0, false), .group = "laksa", .name = name, .claim_after = 300ms, .max_attempts = 3};
}

void add(RedisServer& server, const std::string& event) {
  server.tell({"XADD", lane_name(0, false), "*", "type", "complaint.received", "event", event});
}

// A consumer at work on an io_context of its own.
class Desk {
 public:
  using Answer = std::function<core::Result<void>(const StreamEntry&)>;

  Desk(const RedisServer& server, ConsumerSettings settings, Answer answer)
      : answer_(std::move(answer)),
        consumer_(
            Redis(io_.get_executor(), server.address()), io_.get_executor(), std::move(settings),
            [this](const StreamEntry& entry) { return handle(entry); },
            [this](const core::Error& error, std::chrono::milliseconds) { outages.push_back(error); }) {
    boost::asio::co_spawn(io_, consumer_.run(), [this](std::exception_ptr, core::Result<void> result) { ended = std::move(result); });
  }
  ~Desk() {
    consumer_.stop();
    go_on_until([this] { return ended.has_value(); });
  }

  bool go_on_until(const std::function<bool()>& done) {
    return comes_true([&] {
      io_.restart();
      io_.run_for(5ms);
      return done();
    });
  }

  std::vector<StreamEntry> handled;
  std::vector<core::Error> outages;
  std::optional<core::Result<void>> ended;

 private:
  boost::asio::awaitable<core::Result<void>> handle(const StreamEntry& entry) {
    handled.push_back(entry);
    co_return answer_(entry);
  }

  boost::asio::io_context io_;
  Answer answer_;
  Consumer consumer_;
};

core::Result<void> take(const StreamEntry&) { return {}; }
core::Result<void> decline(const StreamEntry&) { return core::fail(core::Errc::unavailable, "kantor tutup"); }

std::vector<std::string> events(const Desk& desk) {
  std::vector<std::string> found;
  for (const auto& entry : desk.handled) found.push_back(entry.event);
  return found;
}

std::int64_t pending(RedisServer& server) { return server.tell({"XPENDING", lane_name(0, false), "laksa"}).elements.at(0).integer; }

using Events = std::vector<std::string>;

}  // namespace

TEST_CASE("entries_are_handled_in_order_and_acknowledged") {
  RedisServer& server = empty_server();
  for (const auto* const event : {"satu", "dua", "tiga"}) add(server, event);
  Desk desk(server, member("a"), take);
  REQUIRE(desk.go_on_until([&] { return desk.handled.size() == 3; }));
  add(server, "empat");
  REQUIRE(desk.go_on_until([&] { return desk.handled.size() == 4 && pending(server) == 0; }));
  CHECK(events(desk) == Events{"satu", "dua", "tiga", "empat"});
  CHECK(desk.handled[0].type == "complaint.received");
  CHECK(desk.handled[0].stream == "{sp:0}:complaints");
  CHECK(desk.handled[0].attempt == 1);
}

TEST_CASE("a_group_may_begin_with_what_comes_next") {
  RedisServer& server = empty_server();
  add(server, "lama");
  ConsumerSettings settings = member("a");
  settings.from_start = false;
  Desk desk(server, settings, take);
  REQUIRE(desk.go_on_until([&] {
    return error_code(server.tell({"XINFO", "GROUPS", lane_name(0, false)})).empty() &&
           !server.tell({"XINFO", "GROUPS", lane_name(0, false)}).elements.empty();
  }));
  add(server, "baru");
  REQUIRE(desk.go_on_until([&] { return !desk.handled.empty(); }));
  CHECK(events(desk) == Events{"baru"});
}

TEST_CASE("a_failed_entry_is_tried_again_before_any_later_one") {
  RedisServer& server = empty_server();
  for (const auto* const event : {"satu", "dua"}) add(server, event);
  Desk desk(server, member("a"),
            [](const StreamEntry& entry) { return entry.event == "satu" && entry.attempt < 3 ? decline(entry) : take(entry); });
  REQUIRE(desk.go_on_until([&] { return desk.handled.size() == 4; }));
  CHECK(events(desk) == Events{"satu", "satu", "satu", "dua"});
  CHECK(desk.handled[2].attempt == 3);
  CHECK(server.tell({"XLEN", std::string(kDeadStream)}).integer == 0);
}

TEST_CASE("what_nobody_takes_ends_on_the_dead_stream_with_its_reason") {
  RedisServer& server = empty_server();
  for (const auto* const event : {"satu", "dua"}) add(server, event);
  Desk desk(server, member("a"), [](const StreamEntry& entry) { return entry.event == "satu" ? decline(entry) : take(entry); });
  REQUIRE(desk.go_on_until([&] { return !desk.handled.empty() && desk.handled.back().event == "dua" && pending(server) == 0; }));
  CHECK(events(desk) == Events{"satu", "satu", "satu", "dua"});
  const auto dead = server.tell({"XRANGE", std::string(kDeadStream), "-", "+"});
  REQUIRE(dead.elements.size() == 1);
  std::map<std::string, std::string> fields;
  const auto& parts = dead.elements[0].elements.at(1).elements;
  for (std::size_t i = 0; i + 1 < parts.size(); i += 2) fields[parts[i].text] = parts[i + 1].text;
  CHECK(fields == std::map<std::string, std::string>{{"reason", "kantor tutup"},
                                                     {"group", "laksa"},
                                                     {"stream", "{sp:0}:complaints"},
                                                     {"id", desk.handled[0].id},
                                                     {"attempts", "3"},
                                                     {"type", "complaint.received"},
                                                     {"event", "satu"}});
}

TEST_CASE("what_a_consumer_held_when_it_died_is_handled_first_after_its_restart") {
  RedisServer& server = empty_server();
  for (const auto* const event : {"satu", "dua"}) add(server, event);
  server.tell({"XGROUP", "CREATE", lane_name(0, false), "laksa", "0"});
  server.tell({"XREADGROUP", "GROUP", "laksa", "a", "COUNT", "1", "STREAMS", lane_name(0, false), ">"});
  Desk desk(server, member("a"), take);
  REQUIRE(desk.go_on_until([&] { return desk.handled.size() == 2; }));
  CHECK(events(desk) == Events{"satu", "dua"});
  CHECK(desk.handled[0].attempt == 2);
}

TEST_CASE("what_another_consumer_left_lying_is_taken_over") {
  RedisServer& server = empty_server();
  add(server, "satu");
  server.tell({"XGROUP", "CREATE", lane_name(0, false), "laksa", "0"});
  server.tell({"XREADGROUP", "GROUP", "laksa", "yang-mati", "COUNT", "1", "STREAMS", lane_name(0, false), ">"});
  Desk desk(server, member("a"), take);
  REQUIRE(desk.go_on_until([&] { return desk.handled.size() == 1 && pending(server) == 0; }));
  CHECK(events(desk) == Events{"satu"});
}

TEST_CASE("an_entry_that_kills_every_consumer_is_given_up") {
  RedisServer& server = empty_server();
  for (const auto* const event : {"racun", "dua"}) add(server, event);
  server.tell({"XGROUP", "CREATE", lane_name(0, false), "laksa", "0"});
  const auto read = server.tell({"XREADGROUP", "GROUP", "laksa", "a", "COUNT", "1", "STREAMS", lane_name(0, false), ">"});
  const std::string id = read.elements.at(0).elements.at(1).elements.at(0).elements.at(0).text;
  for (int death = 2; death <= 3; ++death) server.tell({"XCLAIM", lane_name(0, false), "laksa", "a", "0", id});
  Desk desk(server, member("a"), take);
  REQUIRE(desk.go_on_until([&] { return desk.handled.size() == 1; }));
  CHECK(events(desk) == Events{"dua"});
  const auto dead = server.tell({"XRANGE", std::string(kDeadStream), "-", "+"});
  REQUIRE(dead.elements.size() == 1);
  CHECK(dead.elements[0].elements.at(1).elements.at(1).text == "the consumer ended while handling it");
}

TEST_CASE("an_entry_deleted_from_the_stream_is_no_obstacle") {
  RedisServer& server = empty_server();
  add(server, "satu");
  server.tell({"XGROUP", "CREATE", lane_name(0, false), "laksa", "0"});
  server.tell({"XREADGROUP", "GROUP", "laksa", "a", "COUNT", "1", "STREAMS", lane_name(0, false), ">"});
  server.tell({"XTRIM", lane_name(0, false), "MAXLEN", "0"});
  add(server, "dua");
  Desk desk(server, member("a"), take);
  REQUIRE(desk.go_on_until([&] { return desk.handled.size() == 1; }));
  CHECK(events(desk) == Events{"dua"});
}

TEST_CASE("a_consumer_goes_on_after_redis_lost_everything") {
  RedisServer server;
  add(server, "satu");
  Desk desk(server, member("a"), take);
  REQUIRE(desk.go_on_until([&] { return desk.handled.size() == 1; }));
  server.kill();
  REQUIRE(desk.go_on_until([&] { return !desk.outages.empty(); }));
  server.start();  // it kept nothing: stream and group are gone
  add(server, "dua");
  REQUIRE(desk.go_on_until([&] { return desk.handled.size() == 2; }));
  CHECK(events(desk) == Events{"satu", "dua"});
  CHECK_FALSE(desk.ended);
}

TEST_CASE("what_only_a_person_can_mend_ends_the_consumer") {
  RedisServer& server = empty_server();
  server.tell({"SET", lane_name(0, false), "bukan stream"});
  Desk desk(server, member("a"), take);
  REQUIRE(desk.go_on_until([&] { return desk.ended.has_value(); }));
  REQUIRE_FALSE(*desk.ended);
  CHECK(desk.ended->error().what.starts_with("WRONGTYPE:"));
}
