// SPDX-License-Identifier: Apache-2.0
// Where Redis is, in the one line an operator writes:
//   embedded                                          a private server that the gateway starts itself
//   redis://[user[:password]@]host[:port][/database]
//   rediss://…                                        the same over TLS
//   unix:/path/to/socket[?db=database]
//   sentinel://[user[:password]@]host[:port],host[:port]…/master-name
// Pure; used by the configuration and by redis.cpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/secret.hpp"

namespace satupintu::queue {

enum class RedisTransport { embedded, tcp, tls, unix_socket, sentinel };

struct RedisHost {
  std::string name;  // a name or an address; IPv6 without its brackets
  std::uint16_t port = 0;
};

struct RedisAddress {
  RedisTransport transport = RedisTransport::embedded;
  std::vector<RedisHost> hosts;  // the server, or the Sentinels in the order they are to be asked
  std::filesystem::path socket;
  std::string master_name;  // as the Sentinels call it
  unsigned database = 0;
  std::string user;               // empty: Redis' default user
  core::Secret password;          // of the servers; Sentinels are asked without
  std::filesystem::path ca_file;  // PEM; empty: the authorities the system trusts
};

struct RedisTimeouts {
  std::chrono::milliseconds connect{3000};  // from the look-up to the first answer, for each server tried
  std::chrono::milliseconds reply{3000};    // for a whole pipeline, from its first byte
};

struct RedisSettings {
  RedisAddress address;
  RedisTimeouts timeouts;
};

// Fails with misconfigured; the text says what is wrong and what to write instead, and never quotes the password.
[[nodiscard]] core::Result<RedisAddress> parse_redis_address(std::string_view text);

// For logs and `doctor`: without user and password.
[[nodiscard]] std::string to_string(const RedisAddress& address);

}  // namespace satupintu::queue
