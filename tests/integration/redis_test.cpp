// SPDX-License-Identifier: Apache-2.0
// The connection itself: whom it trusts, whom it follows, and when it knows that nothing was sent. Against real servers.
#include "queue/redis.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fstream>

#include "tests/support/redis_proxy.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/run.hpp"

using namespace satupintu;
using namespace satupintu::queue;
using namespace std::chrono_literals;
using tests::comes_true;
using tests::Process;
using tests::RedisProxy;
using tests::RedisServer;
using tests::run;
using tests::tell;

namespace {

RedisServer& server() {
  static RedisServer shared;
  return shared;
}

RedisAddress address(std::string_view text) {
  auto parsed = parse_redis_address(text);
  REQUIRE(parsed);
  return std::move(*parsed);
}

core::Error failure_at(const RedisAddress& there, RedisTimeouts timeouts = {}) {
  boost::asio::io_context io;
  Redis redis(io.get_executor(), there, timeouts);
  const auto reply = run(io, redis.call({"PING"}));
  REQUIRE_FALSE(reply);
  return reply.error();
}

}  // namespace

TEST_CASE("replies_come_in_the_order_of_the_commands_and_errors_in_their_places") {
  boost::asio::io_context io;
  Redis redis(io.get_executor(), server().address());
  const auto replies = run(io, redis.pipeline({{"ECHO", "satu"}, {"TIDAK", "ADA"}, {"ECHO", ""}, {"GET", "tidak-ada"}}));
  REQUIRE(replies);
  REQUIRE(replies->size() == 4);
  CHECK((*replies)[0].text == "satu");
  CHECK(error_code((*replies)[1]) == "ERR");
  CHECK((*replies)[2].kind == RespKind::text);
  CHECK((*replies)[3].kind == RespKind::nil);
  CHECK(run(io, redis.pipeline({}))->empty());
}

TEST_CASE("a_large_pipeline_goes_through_in_both_directions") {
  boost::asio::io_context io;
  Redis redis(io.get_executor(), server().address());
  std::vector<Command> commands(2000, Command{"ECHO", std::string(10'000, 'x')});
  const auto replies = run(io, redis.pipeline(commands));
  REQUIRE(replies);
  CHECK(replies->size() == commands.size());
  CHECK(replies->back().text == commands.back()[1]);
}

TEST_CASE("the_database_of_the_address_is_the_one_spoken_to") {
  RedisAddress second = server().address();
  second.database = 2;
  tell(second, {"SET", "di-sini", "ya"});
  CHECK(tell(server().address(), {"EXISTS", "di-sini"}).integer == 0);
  CHECK(tell(second, {"EXISTS", "di-sini"}).integer == 1);
}

TEST_CASE("nobody_there_means_nothing_was_sent") {
  const auto gone = failure_at(tests::unix_address("/nonexistent/redis.sock"));
  CHECK(gone.code == core::Errc::unavailable);
  const auto refused = failure_at(address("redis://127.0.0.1:" + std::to_string(tests::free_port())));
  CHECK(refused.code == core::Errc::unavailable);
  const auto unknown = failure_at(address("redis://tidak-ada.invalid"));
  CHECK(unknown.code == core::Errc::unavailable);
}

TEST_CASE("a_server_that_closed_an_idle_connection_is_noticed_before_anything_is_sent") {
  boost::asio::io_context io;
  Redis redis(io.get_executor(), server().address());
  const auto first = run(io, redis.connect());
  REQUIRE(first);
  CHECK(run(io, redis.connect()) == *first);
  tell(server().address(), {"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  CHECK(run(io, redis.call({"PING"})).has_value());
  CHECK(run(io, redis.connect()) == *first + 1);
}

TEST_CASE("closing_ends_a_call_in_progress_and_the_next_call_connects_again") {
  boost::asio::io_context io;
  Redis redis(io.get_executor(), server().address());
  REQUIRE(run(io, redis.call({"PING"})));
  std::optional<core::Result<RespValue>> blocked;
  boost::asio::co_spawn(io, redis.call({"BLPOP", "kosong", "0"}),
                        [&](std::exception_ptr, core::Result<RespValue> result) { blocked = std::move(result); });
  REQUIRE(comes_true([&] {
    io.restart();
    io.poll();
    return server().tell({"INFO", "clients"}).text.contains("blocked_clients:1");
  }));
  redis.close();
  io.run();
  REQUIRE(blocked);
  REQUIRE_FALSE(*blocked);
  CHECK(blocked->error().code == core::Errc::outcome_unknown);
  CHECK(run(io, redis.call({"PING"})).has_value());
}

TEST_CASE("a_reply_nobody_asked_for_ends_the_connection") {
  const auto socket = server().directory() / "proxy.sock";
  RedisProxy proxy(socket, server().directory() / "redis.sock");
  boost::asio::io_context io;
  Redis redis(io.get_executor(), tests::unix_address(socket), {.connect = 3s, .reply = 300ms});
  REQUIRE(run(io, redis.call({"PING"})));
  proxy.misbehave(RedisProxy::Mischief::say_instead, "+PONG\r\n+PONG\r\n");
  CHECK(run(io, redis.call({"PING"})).error().code == core::Errc::outcome_unknown);
  CHECK(run(io, redis.call({"ECHO", "satu"}))->text == "satu");
}

TEST_CASE("a_tls_server_is_trusted_only_with_a_known_authority_and_its_own_name") {
  tests::TemporaryDirectory keys;
  const auto file = [&](const char* name) { return (keys.path() / name).string(); };
  REQUIRE(
      Process({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
               "/CN=redis.kota.example", "-addext", "subjectAltName=DNS:localhost", "-keyout", file("key.pem"), "-out", file("cert.pem")})
          .wait() == 0);
  const auto port = std::to_string(tests::free_port());
  const RedisServer secure({"--tls-port", port, "--tls-cert-file", file("cert.pem"), "--tls-key-file", file("key.pem"),
                            "--tls-ca-cert-file", file("cert.pem"), "--tls-auth-clients", "no"});

  RedisAddress known = address("rediss://localhost:" + port);
  known.ca_file = file("cert.pem");
  CHECK(tell(known, {"PING"}).text == "PONG");

  RedisAddress by_another_name = address("rediss://127.0.0.1:" + port);
  by_another_name.ca_file = known.ca_file;
  CHECK(failure_at(by_another_name).what.starts_with("no TLS with Redis"));

  const auto by_nobody = failure_at(address("rediss://localhost:" + port));
  CHECK(by_nobody.code == core::Errc::unavailable);
  CHECK(by_nobody.what.starts_with("no TLS with Redis"));

  RedisAddress by_nothing = known;
  by_nothing.ca_file = file("key.pem");
  CHECK(failure_at(by_nothing).code == core::Errc::misconfigured);

  // In plain text it says nothing we would take for Redis.
  CHECK(failure_at(address("redis://localhost:" + port)).code == core::Errc::unavailable);
}

TEST_CASE("a_silent_tls_server_is_given_up_in_time") {
  RedisServer plain;
  const auto port = tests::free_port();
  plain.kill();
  plain.start({"--port", std::to_string(port)});
  plain.signal(SIGSTOP);
  RedisAddress there = address("rediss://127.0.0.1:" + std::to_string(port));
  CHECK(failure_at(there, {.connect = 200ms, .reply = 200ms}).what == "Redis does not accept connections in time");
}

// A master, its replica and a Sentinel that knows both.
struct Watched {
  Watched() {
    replica.tell({"REPLICAOF", "127.0.0.1", ports[0]});
    REQUIRE(comes_true([this] { return master.tell({"INFO", "replication"}).text.contains("state=online"); }));
    const auto config = directory.path() / "sentinel.conf";
    std::ofstream(config) << "port " << ports[2] << "\nsentinel monitor pengaduan 127.0.0.1 " << ports[0]
                          << " 1\nsentinel down-after-milliseconds pengaduan 300\nsentinel failover-timeout pengaduan 1000\n";
    sentinel.emplace(std::vector<std::string>{"redis-server", config.string(), "--sentinel", "--dir", directory.path().string()});
    REQUIRE(comes_true([this] { return ask("SENTINEL replicas pengaduan").contains("master-link-status\nok"); }));
  }

  // A Sentinel is no master, so it is asked by redis-cli.
  std::string ask(const std::string& question) const {
    const auto answer = directory.path() / "answer";
    Process({"sh", "-c", "redis-cli -p " + ports[2] + " " + question + " > " + answer.string()}).wait();
    std::ifstream in(answer);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }

  // The first Sentinel of the address is down.
  [[nodiscard]] RedisAddress found_by() const {
    return address("sentinel://127.0.0.1:" + std::to_string(tests::free_port()) + ",127.0.0.1:" + ports[2] + "/pengaduan");
  }

  const std::string ports[3] = {std::to_string(tests::free_port()), std::to_string(tests::free_port()), std::to_string(tests::free_port())};
  RedisServer master{{"--port", ports[0]}};
  RedisServer replica{{"--port", ports[1]}};
  tests::TemporaryDirectory directory;
  std::optional<Process> sentinel;
};

bool writes(boost::asio::io_context& io, Redis& redis, const std::string& value) {
  const auto reply = run(io, redis.call({"SET", "tanda", value}));
  if (!reply) CHECK(core::disposition_of(reply.error().code) != core::Disposition::give_up);
  return reply.has_value();
}

TEST_CASE("the_new_master_is_found_after_the_old_one_was_killed") {
  Watched watched;
  boost::asio::io_context io;
  Redis redis(io.get_executor(), watched.found_by());
  REQUIRE(writes(io, redis, "satu"));
  CHECK(watched.master.tell({"GET", "tanda"}).text == "satu");
  watched.master.kill();
  REQUIRE(comes_true([&] { return writes(io, redis, "dua"); }));
  CHECK(watched.replica.tell({"GET", "tanda"}).text == "dua");
}

TEST_CASE("a_master_that_handed_over_is_left_for_the_new_one") {
  Watched watched;
  boost::asio::io_context io;
  Redis redis(io.get_executor(), watched.found_by());
  REQUIRE(writes(io, redis, "satu"));
  REQUIRE(comes_true([&] { return watched.ask("SENTINEL failover pengaduan").starts_with("OK"); }));
  // Until it is demoted, the old master takes what it will have to forget: that is what the publisher's mark is for.
  REQUIRE(comes_true(
      [&] { return writes(io, redis, "dua") && watched.ask("SENTINEL get-master-addr-by-name pengaduan").contains(watched.ports[1]); }));
  REQUIRE(comes_true([&] { return writes(io, redis, "tiga") && watched.replica.tell({"GET", "tanda"}).text == "tiga"; }));
}

TEST_CASE("sentinels_that_do_not_know_the_master_are_no_way_to_it") {
  const auto port = std::to_string(tests::free_port());
  tests::TemporaryDirectory directory;
  const auto config = directory.path() / "sentinel.conf";
  std::ofstream(config) << "port " << port << "\n";
  const Process sentinel({"redis-server", config.string(), "--sentinel", "--dir", directory.path().string()});
  const auto there = address("sentinel://127.0.0.1:" + port + "/pengaduan");
  REQUIRE(comes_true([&] { return failure_at(there).what == "the Sentinels do not know the master pengaduan"; }));
  CHECK(failure_at(there).code == core::Errc::unavailable);
}
