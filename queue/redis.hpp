// SPDX-License-Identifier: Apache-2.0
// A connection to a Redis master over Asio (tcp, tls, unix socket), made when it is needed and made anew after it broke.
// It finds the master through Sentinels where the address says so, and never talks to a replica. It does not wait
// between attempts: that is the caller's (backoff.hpp). Threads: one coroutine on one executor owns a Redis.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "queue/redis_address.hpp"
#include "queue/resp.hpp"

namespace satupintu::queue {

class Redis {
 public:
  Redis(boost::asio::any_io_executor executor, RedisAddress address, RedisTimeouts timeouts = {});
  ~Redis();
  Redis(Redis&&) noexcept;
  Redis& operator=(Redis&&) noexcept;

  // Sends all commands, then reads all replies, in order; connects first when needed. A reply that is a Redis error is a
  // value in its place. Fails with
  // - unavailable when nothing was sent: no connection, the server is a replica or still starts;
  // - refused when the server turns us away (password, rights, Redis Cluster), misconfigured for a useless CA file;
  // - outcome_unknown when the connection broke, spoke nonsense or took too long after the first byte.
  // After a failure, and after a READONLY reply, the next call makes a new connection.
  boost::asio::awaitable<core::Result<std::vector<RespValue>>> pipeline(std::vector<Command> commands);

  // The same for `replies` commands written down with append_command; `commands` must outlive the call.
  boost::asio::awaitable<core::Result<std::vector<RespValue>>> exchange(std::string_view commands, std::size_t replies);

  // One command; a Redis error reply becomes an Error (see error_of in resp.hpp).
  boost::asio::awaitable<core::Result<RespValue>> call(Command command);

  // A call in progress then fails with outcome_unknown.
  void close() noexcept;

  // How many connections were made so far: while the number stays, so does the server's memory of what it was told.
  [[nodiscard]] std::uint64_t connections() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace satupintu::queue
