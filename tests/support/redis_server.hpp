// SPDX-License-Identifier: Apache-2.0
// A real redis-server for one test, on a unix socket in a directory of its own and on request on a TCP port too.
#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "queue/redis.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temporary_directory.hpp"

namespace satupintu::tests {

class RedisServer {
 public:
  // `options` as on redis-server's command line: {"--appendonly", "yes"}.
  explicit RedisServer(std::vector<std::string> options = {});

  void start(const std::vector<std::string>& more_options = {});     // returns once it has read its log
  void start_loading(const std::vector<std::string>& more_options);  // returns once it listens
  void kill();                                                       // kill -9
  void signal(int number) { process_->signal(number); }

  [[nodiscard]] queue::RedisAddress address() const;
  [[nodiscard]] const std::filesystem::path& directory() const noexcept { return directory_.path(); }

  // One command over a connection of its own. Throws unless it is answered.
  queue::RespValue tell(queue::Command command);

 private:
  TemporaryDirectory directory_;
  std::vector<std::string> options_;
  std::optional<Process> process_;
};

// Commands to whatever is at `address`, each over a connection of its own.
queue::RespValue tell(const queue::RedisAddress& address, queue::Command command);

// True once BGREWRITEAOF has come to its end in a server whose `dir` this is.
[[nodiscard]] bool has_rewritten_its_log(const std::filesystem::path& directory);

// A TCP port of the loopback that nobody listened on a moment ago.
[[nodiscard]] std::uint16_t free_port();

[[nodiscard]] queue::RedisAddress unix_address(const std::filesystem::path& socket);

// Asks again and again, for a minute at most, until the answer is yes.
template <class Question>
bool comes_true(Question question) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{1};
  while (std::chrono::steady_clock::now() < deadline) {
    if (question()) return true;
    ::usleep(5'000);
  }
  return false;
}

}  // namespace satupintu::tests
