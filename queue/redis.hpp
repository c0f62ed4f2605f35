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

  // Makes sure of a living connection and gives its number, which grows with each new one: while it stays the same, so does
  // what the server was told. Fails with
  // - unavailable when there is no connection to be had, the server is a replica or is not ready;
  // - refused when it turns us away (password, rights, a Redis Cluster), misconfigured for a useless CA file.
  boost::asio::awaitable<core::Result<std::uint64_t>> connect();

  // REQUIRES: `commands` are `replies` commands written down with append_command, and outlive the call.
  // Sends all of them over the present connection, then reads all replies, in order. A reply that is a Redis error is a value
  // in its place. Fails with unavailable when nothing was sent, and with outcome_unknown when the connection broke, spoke
  // nonsense or took too long after the first byte. After a failure, and after a READONLY reply, there is no connection.
  boost::asio::awaitable<core::Result<std::vector<RespValue>>> exchange(std::string_view commands, std::size_t replies);

  // Connects when needed, then as above.
  boost::asio::awaitable<core::Result<std::vector<RespValue>>> pipeline(std::vector<Command> commands);

  // One command; a Redis error reply becomes an Error (see error_of in resp.hpp).
  boost::asio::awaitable<core::Result<RespValue>> call(Command command);

  // A call in progress then fails with outcome_unknown.
  void close() noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace satupintu::queue
