// SPDX-License-Identifier: Apache-2.0
// Stands between a client and Redis on a unix socket and misbehaves on request, once: then it passes bytes on again.
#pragma once

#include <atomic>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

namespace satupintu::tests {

class RedisProxy {
 public:
  enum class Mischief {
    none,
    eat_reply,    // Redis hears the request, the client loses the connection instead of hearing the answer
    cut_reply,    // the client hears half of the answer, then loses the connection
    say_instead,  // Redis hears nothing, the client hears `lie`
    say_nothing,  // Redis hears nothing, the client nothing either
  };

  RedisProxy(std::filesystem::path listen_on, std::filesystem::path server);
  RedisProxy(const RedisProxy&) = delete;
  RedisProxy& operator=(const RedisProxy&) = delete;
  ~RedisProxy();

  // With the next request.
  void misbehave(Mischief mischief, std::string lie = {});

 private:
  void serve();
  void pass_on(int client);
  Mischief take_mischief();

  std::filesystem::path server_;
  int listener_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  Mischief mischief_ = Mischief::none;
  std::string lie_;
  std::thread thread_;
};

}  // namespace satupintu::tests
