// SPDX-License-Identifier: Apache-2.0
// Redis' wire protocol (RESP2) as pure functions: commands into bytes, bytes into values, error replies into
// Errors. hiredis reads the replies, in resp.cpp alone; sockets and deadlines are redis.cpp's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace satupintu::queue {

using Command = std::vector<std::string>;  // {"XADD", "{sp:0}:complaints", "*", …}; any bytes

// Every part is sent with its length, so nothing in it can end the command or start another.
void append_command(std::string& out, const Command& command);
// The same in steps, for commands too large to be copied first: exactly `parts` calls of append_part must follow.
void begin_command(std::string& out, std::size_t parts);
void append_part(std::string& out, std::string_view part);

enum class RespKind { nil, integer, text, error, array };

struct RespValue {
  RespKind kind = RespKind::nil;
  std::int64_t integer = 0;
  std::string text;                 // of a text or an error
  std::vector<RespValue> elements;  // of an array
};

// What one reply may amount to. A server that claims more is not believed, before memory is set aside for it.
struct RespLimits {
  std::size_t bytes = std::size_t{32} << 20U;
  std::size_t elements = std::size_t{1} << 17U;  // in all arrays of the reply together; they nest at most 7 deep
};

// Reads the replies of one connection. After an error the stream has lost its framing: every later call fails too,
// and the connection must be closed. A new connection needs a new reader.
class RespReader {
 public:
  explicit RespReader(RespLimits limits = {});
  ~RespReader();
  RespReader(RespReader&&) noexcept;
  RespReader& operator=(RespReader&&) noexcept;

  // The limit on bytes counts from the last value taken with `next`, so take what there is after each feed.
  [[nodiscard]] core::Result<void> feed(std::string_view bytes);
  // The next complete value, or nullopt when more bytes are needed. Fails with unavailable.
  [[nodiscard]] core::Result<std::optional<RespValue>> next();
  // True when no part of a further value has been fed.
  [[nodiscard]] bool drained() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// "READONLY" of an error reply, "ERR" where it has no code word of its own; empty for any other value.
[[nodiscard]] std::string_view error_code(const RespValue& value) noexcept;

// The first error among the replies or directly inside one of them (EXEC answers with an array); nullptr if there is none.
[[nodiscard]] const RespValue* first_error(const std::vector<RespValue>& replies) noexcept;

// REQUIRES: `reply` is an error. `unavailable` for what passes (loading, failover, full memory or disk), `refused` for what
// somebody must mend (password, rights, a key of the wrong type). The text opens with the code word and a colon and
// quotes nothing else of the reply.
[[nodiscard]] core::Error error_of(const RespValue& reply);

}  // namespace satupintu::queue
