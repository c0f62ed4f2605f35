// SPDX-License-Identifier: Apache-2.0
// A connection to Redis over Asio (tcp, tls, unix socket), connecting and reconnecting by itself. hiredis only
// formats and reads RESP2 (resp.cpp). Threads: one coroutine on one executor owns a Redis.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "queue/redis_address.hpp"
#include "queue/resp.hpp"

namespace satupintu::queue {

using Command = std::vector<std::string>;   // {"XADD", "{sp:0}:complaints", "*", …}; any bytes

struct RedisTimeouts {
  std::chrono::milliseconds connect{3000};
  std::chrono::milliseconds reply{3000};    // for a whole pipeline, from the first byte written
};

class Redis {
 public:
  Redis(boost::asio::any_io_executor executor, RedisAddress address, RedisTimeouts timeouts = {});
  ~Redis();
  Redis(Redis&&) noexcept;
  Redis& operator=(Redis&&) noexcept;

  // Sends all commands, then reads all replies, in order; connects first when needed. A reply that is a Redis error is a
  // value (RespKind::error) in its place. Fails with unavailable when nothing was sent, and with outcome_unknown when the
  // connection was lost or timed out after the first byte; the connection is then closed and the next call makes a new one.
  boost::asio::awaitable<core::Result<std::vector<RespValue>>> pipeline(std::vector<Command> commands);

  // One command; a Redis error reply becomes an Error (see error_of in resp.hpp).
  boost::asio::awaitable<core::Result<RespValue>> call(Command command);

  void close() noexcept;
  [[nodiscard]] bool connected() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace satupintu::queue
