// SPDX-License-Identifier: Apache-2.0
// The embedded Redis lives as long as it is wanted: through its own crashes, through the gateway's, and no longer.
#include "queue/embedded_redis.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fstream>

#include "tests/support/redis_server.hpp"
#include "tests/support/run.hpp"

using namespace satupintu;
using namespace satupintu::queue;
using tests::comes_true;
using tests::run;
using tests::tell;

namespace {

struct Diary : EmbeddedRedisEvents {
  void redis_started(int pid, bool adopted) override {
    pids.push_back(pid);
    adoptions.push_back(adopted);
  }
  void redis_loading(unsigned percent) override { loading.push_back(percent); }
  void redis_stopped(std::string_view how) override { stops.emplace_back(how); }
  void redis_start_failed(const core::Error& error) override { failures.push_back(error); }

  std::vector<int> pids;
  std::vector<bool> adoptions;
  std::vector<unsigned> loading;
  std::vector<std::string> stops;
  std::vector<core::Error> failures;
};

// A gateway's part of it, in this process.
struct Keeper {
  explicit Keeper(EmbeddedRedisSettings with) : settings(std::move(with)), redis(io.get_executor(), settings, diary) {}
  explicit Keeper(const std::filesystem::path& directory) : Keeper(EmbeddedRedisSettings{.directory = directory}) {}

  core::Result<void> try_start() { return run(io, redis.start()); }
  void start() {
    const auto started = try_start();
    if (!started) FAIL(started.error().what);
  }
  void stop() {
    boost::asio::co_spawn(io, redis.stop(), boost::asio::detached);
    finish();
  }
  void finish() {
    io.restart();
    io.run();
  }
  RedisAddress address() const { return tests::unix_address(settings.socket()); }

  EmbeddedRedisSettings settings;
  boost::asio::io_context io;
  Diary diary;
  EmbeddedRedis redis;
};

bool is_alive(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/stat");
  std::string number, name, state;
  return status >> number >> name >> state && state != "Z";
}

// A gateway that starts the embedded Redis and is killed.
pid_t leave_an_orphan(const EmbeddedRedisSettings& settings) {
  const pid_t gateway = ::fork();
  REQUIRE(gateway >= 0);
  if (gateway == 0) {
    Keeper keeper(settings);
    const bool wrote = keeper.try_start() && tell(keeper.address(), {"SET", "ditulis", "oleh gateway lama"}).text == "OK";
    ::raise(wrote ? SIGKILL : SIGABRT);
  }
  int status = 0;
  REQUIRE(::waitpid(gateway, &status, 0) == gateway);
  REQUIRE(WIFSIGNALED(status));
  REQUIRE(WTERMSIG(status) == SIGKILL);
  pid_t pid = 0;
  std::ifstream(settings.directory / "redis.pid") >> pid;
  REQUIRE(is_alive(pid));
  return pid;
}

}  // namespace

TEST_CASE("an_embedded_redis_answers_only_on_its_socket_and_only_to_its_owner") {
  const tests::TemporaryDirectory data;
  Keeper keeper(data.path() / "redis");
  keeper.start();
  CHECK(tell(keeper.address(), {"PING"}).text == "PONG");
  const auto mode = [&](const std::filesystem::path& path) {
    struct stat found{};
    ::stat(path.c_str(), &found);
    return found.st_mode & 0777U;
  };
  CHECK(mode(keeper.settings.directory) == 0700U);
  CHECK(mode(keeper.settings.socket()) == 0700U);
  CHECK(tell(keeper.address(), {"INFO", "server"}).text.contains("tcp_port:0\r\n"));
  for (const auto* const command : {"FLUSHALL", "FLUSHDB", "CONFIG", "DEBUG", "SHUTDOWN", "REPLICAOF", "MODULE"}) {
    CHECK(error_code(tell(keeper.address(), {command})) == "ERR");
  }
  keeper.stop();
}

TEST_CASE("it_inherits_no_file_and_no_environment") {
  const tests::TemporaryDirectory data;
  ::setenv("SATUPINTU_TEST_SECRET", "kata-sandi-rahasia", 1);
  const int low = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC, as Asio opens its sockets
  const int high = ::fcntl(low, F_DUPFD, 100);
  Keeper keeper(data.path());
  keeper.start();
  const auto process = std::filesystem::path("/proc") / std::to_string(keeper.diary.pids.at(0));
  std::ifstream environment(process / "environ");
  CHECK(std::string(std::istreambuf_iterator<char>(environment), {}).empty());
  std::size_t inherited = 0;
  for (const auto& entry : std::filesystem::directory_iterator(process / "fd")) {
    if (std::filesystem::read_symlink(entry.path()) == "/dev/null") ++inherited;
  }
  CHECK(inherited == 1);  // its standard input
  ::close(low);
  ::close(high);
  ::unsetenv("SATUPINTU_TEST_SECRET");
  keeper.stop();
}

TEST_CASE("what_it_held_is_there_again_after_an_orderly_stop") {
  const tests::TemporaryDirectory data;
  {
    Keeper keeper(data.path());
    keeper.start();
    tell(keeper.address(), {"SET", "tanda", "masih ada"});
    const int pid = keeper.diary.pids.at(0);
    keeper.stop();
    CHECK_FALSE(is_alive(pid));
    CHECK(keeper.diary.stops.empty());
  }
  Keeper keeper(data.path());
  keeper.start();
  CHECK(keeper.diary.adoptions == std::vector{false});
  CHECK(tell(keeper.address(), {"GET", "tanda"}).text == "masih ada");
  keeper.stop();
}

TEST_CASE("it_is_started_again_after_kill") {
  const tests::TemporaryDirectory data;
  Keeper keeper(EmbeddedRedisSettings{.directory = data.path(), .append_fsync = "always"});
  keeper.start();
  tell(keeper.address(), {"SET", "tanda", "masih ada"});
  bool watching = true;
  boost::asio::co_spawn(keeper.io, keeper.redis.watch(), [&](std::exception_ptr) { watching = false; });
  for (std::size_t kills = 1; kills <= 2; ++kills) {
    ::kill(keeper.diary.pids.back(), SIGKILL);
    REQUIRE(comes_true([&] {
      keeper.io.restart();
      keeper.io.run_for(std::chrono::milliseconds{20});
      Redis redis(keeper.io.get_executor(), keeper.address());
      return keeper.diary.pids.size() == kills + 1 && run(keeper.io, redis.call({"GET", "tanda"})).has_value();
    }));
    CHECK(tell(keeper.address(), {"GET", "tanda"}).text == "masih ada");
  }
  // A server may be killed before `watch` has seen it answer.
  CHECK(keeper.diary.stops.size() + keeper.diary.failures.size() == 2);
  CHECK(keeper.diary.stops.at(0) == "signal 9");
  CHECK(watching);
  keeper.stop();
  CHECK_FALSE(watching);
  CHECK(keeper.diary.pids.size() == 3);
  CHECK_FALSE(is_alive(keeper.diary.pids.back()));
}

TEST_CASE("watching_starts_it_where_it_is_not_running_and_stopping_ends_the_watch_at_any_time") {
  const tests::TemporaryDirectory data;
  Keeper keeper(EmbeddedRedisSettings{.program = (data.path() / "belum-ada").string(), .directory = data.path() / "redis"});
  bool watching = true;
  boost::asio::co_spawn(keeper.io, keeper.redis.watch(), [&](std::exception_ptr) { watching = false; });
  const auto goes_on = [&] {
    keeper.io.restart();
    keeper.io.run_for(std::chrono::milliseconds{10});
  };
  REQUIRE(comes_true([&] {
    goes_on();
    return keeper.diary.failures.size() >= 2;
  }));
  CHECK(keeper.diary.failures[0].code == core::Errc::misconfigured);
  std::filesystem::create_symlink(find_redis_server("redis-server").value(), data.path() / "belum-ada");
  REQUIRE(comes_true([&] {
    goes_on();
    return !keeper.diary.pids.empty();
  }));
  keeper.stop();  // it may not even have answered yet
  CHECK_FALSE(watching);
  CHECK_FALSE(is_alive(keeper.diary.pids.at(0)));
}

TEST_CASE("an_orphan_of_a_killed_gateway_is_taken_over") {
  const tests::TemporaryDirectory data;
  const EmbeddedRedisSettings settings{.directory = data.path()};
  const pid_t orphan = leave_an_orphan(settings);
  Keeper keeper(settings);
  keeper.start();
  CHECK(keeper.diary.pids == std::vector{orphan});
  CHECK(keeper.diary.adoptions == std::vector{true});
  CHECK(tell(keeper.address(), {"GET", "ditulis"}).text == "oleh gateway lama");

  // And watched like a child.
  boost::asio::co_spawn(keeper.io, keeper.redis.watch(), boost::asio::detached);
  ::kill(orphan, SIGKILL);
  REQUIRE(comes_true([&] {
    keeper.io.restart();
    keeper.io.run_for(std::chrono::milliseconds{10});
    return keeper.diary.pids.size() == 2;
  }));
  CHECK(keeper.diary.stops == std::vector<std::string>{"ended"});
  CHECK(keeper.diary.adoptions[1] == false);
  keeper.stop();
}

TEST_CASE("an_orphan_with_other_settings_is_ended_and_replaced") {
  const tests::TemporaryDirectory data;
  const pid_t orphan = leave_an_orphan({.directory = data.path()});
  Keeper keeper(EmbeddedRedisSettings{.directory = data.path(), .append_fsync = "always"});
  keeper.start();
  REQUIRE(keeper.diary.pids.size() == 1);
  CHECK(keeper.diary.pids[0] != orphan);
  CHECK_FALSE(is_alive(orphan));
  CHECK(tell(keeper.address(), {"GET", "ditulis"}).text == "oleh gateway lama");
  keeper.stop();
}

TEST_CASE("two_servers_never_share_a_directory") {
  const tests::TemporaryDirectory data;
  const pid_t orphan = leave_an_orphan({.directory = data.path()});
  // Alive, but out of reach: the lock alone tells of it.
  std::filesystem::remove(data.path() / "redis.sock");
  Keeper keeper(EmbeddedRedisSettings{.directory = data.path(), .ready_within = std::chrono::milliseconds{200}});
  const auto started = keeper.try_start();
  REQUIRE_FALSE(started);
  CHECK(started.error().code == core::Errc::unavailable);
  CHECK(keeper.diary.pids.empty());
  ::kill(orphan, SIGKILL);
  REQUIRE(comes_true([&] { return keeper.try_start().has_value(); }));
  keeper.stop();
}

TEST_CASE("a_hung_orphan_is_ended") {
  const tests::TemporaryDirectory data;
  const pid_t orphan = leave_an_orphan({.directory = data.path()});
  ::kill(orphan, SIGSTOP);
  Keeper keeper(EmbeddedRedisSettings{.directory = data.path(), .ready_within = std::chrono::milliseconds{200}});
  CHECK_FALSE(keeper.try_start());
  CHECK_FALSE(is_alive(orphan));
}

TEST_CASE("a_log_that_takes_time_to_read_is_waited_for_and_reported") {
  const tests::TemporaryDirectory data;
  {
    Keeper keeper(data.path());
    keeper.start();
    tell(keeper.address(), {"EVAL", "for i = 1, 500 do redis.call('SET', 'k' .. i, i) end", "0"});
    tell(keeper.address(), {"BGREWRITEAOF"});
    REQUIRE(comes_true([&] { return tests::has_rewritten_its_log(data.path()); }));
    keeper.stop();
  }
  const auto slow_server = data.path() / "redis-server-slow";
  std::ofstream(slow_server) << "#!/bin/sh\nexec redis-server \"$1\" --key-load-delay 1000 --loading-process-events-interval-bytes 1024\n";
  std::filesystem::permissions(slow_server, std::filesystem::perms::owner_all);
  Keeper keeper(EmbeddedRedisSettings{.program = slow_server.string(), .directory = data.path()});
  keeper.start();
  CHECK_FALSE(keeper.diary.loading.empty());
  CHECK(tell(keeper.address(), {"GET", "k500"}).text == "500");
  keeper.stop();
}

TEST_CASE("what_keeps_it_from_starting_is_said") {
  const tests::TemporaryDirectory data;
  const auto failure = [](EmbeddedRedisSettings settings) {
    Keeper keeper(std::move(settings));
    const auto started = keeper.try_start();
    REQUIRE_FALSE(started);
    return started.error();
  };
  const auto no_program = failure({.program = "redis-server-yang-tidak-ada", .directory = data.path()});
  CHECK(no_program.code == core::Errc::misconfigured);
  CHECK(no_program.what.contains("install the package redis-server"));

  const auto long_path = failure({.directory = data.path() / std::string(120, 'a')});
  CHECK(long_path.code == core::Errc::misconfigured);
  CHECK(long_path.what.contains("107 bytes"));

  std::ofstream(data.path() / "berkas") << "bukan direktori";
  CHECK(failure({.directory = data.path() / "berkas"}).code == core::Errc::misconfigured);

  const auto ends_at_once = failure({.program = "/bin/false", .directory = data.path()});
  CHECK(ends_at_once.code == core::Errc::unavailable);
  CHECK(ends_at_once.what.contains("exit status 1"));
  CHECK(ends_at_once.what.contains("redis.log"));
}

TEST_CASE("a_directory_with_spaces_and_quotes_is_a_directory") {
  const tests::TemporaryDirectory data;
  Keeper keeper(data.path() / "data \"kota\" \\ 1");
  keeper.start();
  CHECK(std::filesystem::exists(keeper.settings.directory / "appendonlydir"));
  keeper.stop();
}
