// SPDX-License-Identifier: Apache-2.0
// A private redis-server on a unix socket, started and watched by the gateway: what the address `embedded` means. It
// opens no port, keeps an append-only log in its own directory, and outlives a gateway that was killed; the next one
// takes it over, or ends it when it was started with other settings. Two never run on one directory: the server
// inherits a lock that is held for exactly as long as it lives. Threads: one executor.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace satupintu::queue {

struct EmbeddedRedisSettings {
  std::string program = "redis-server";  // looked up in PATH, unless it is a path itself
  std::filesystem::path directory;       // its own; absolute
  // always, everysec or no. A second lost in a power cut costs nothing: the publisher's mark goes back with the log's
  // tail, and the journal, which did reach the disk, is run again from there.
  std::string append_fsync = "everysec";
  std::chrono::milliseconds ready_within = std::chrono::minutes{10};  // reading a large log takes its time

  [[nodiscard]] std::filesystem::path socket() const { return directory / "redis.sock"; }
};

// What the embedded Redis does unasked; called on its executor.
class EmbeddedRedisEvents {
 public:
  virtual ~EmbeddedRedisEvents() = default;
  virtual void redis_started(int pid, bool adopted) = 0;
  virtual void redis_loading(unsigned percent) = 0;               // reading its log, once for each percent reached
  virtual void redis_stopped(std::string_view how) = 0;           // "exit status 1", "signal 9" or "ended"
  virtual void redis_start_failed(const core::Error& error) = 0;  // in `watch`, which tries again
};

class EmbeddedRedis {
 public:
  // `events` must outlive it. Destroyed without `stop`, it leaves the server running for the next gateway.
  EmbeddedRedis(boost::asio::any_io_executor executor, EmbeddedRedisSettings settings, EmbeddedRedisEvents& events);
  ~EmbeddedRedis();

  // Takes over a running server or starts one, and returns once it has read its log and answers. Fails with misconfigured
  // when there is no such program or directory, unavailable when the server ends or is not ready in time.
  boost::asio::awaitable<core::Result<void>> start();

  // Keeps the server running, starting it where it is not: returns after `stop`. Waits longer after each failure in a row.
  boost::asio::awaitable<void> watch();

  // Ends the server in order (it writes its log down first), by force after ten seconds, and ends `watch`.
  boost::asio::awaitable<void> stop();

 private:
  struct Process;
  boost::asio::awaitable<core::Result<void>> find_or_spawn(const std::string& config);
  core::Result<void> spawn(int lock);
  boost::asio::awaitable<core::Result<void>> wait_until_ready();
  boost::asio::awaitable<void> end_process();
  boost::asio::awaitable<void> pause(std::chrono::milliseconds length);

  boost::asio::any_io_executor executor_;
  EmbeddedRedisSettings settings_;
  EmbeddedRedisEvents& events_;
  std::unique_ptr<Process> process_;  // none: not running
  boost::asio::steady_timer pause_;
  bool stopping_ = false;
};

// The program's path, or nullopt when there is no such executable.
[[nodiscard]] std::optional<std::string> find_redis_server(std::string_view program);

}  // namespace satupintu::queue
