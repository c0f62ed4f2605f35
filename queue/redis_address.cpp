// SPDX-License-Identifier: Apache-2.0
#include "queue/redis_address.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace satupintu::queue {

using core::Errc;
using core::fail;
using core::Result;

namespace {

constexpr std::uint16_t kRedisPort = 6379;
constexpr std::uint16_t kSentinelPort = 26379;
constexpr std::size_t kMaxSocketPath = 107;  // sockaddr_un

template <class Number>
std::optional<Number> parse_number(std::string_view digits) {
  Number number{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

// What '@', ':' and '/' in a user or password are written as.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    unsigned byte = 0;
    const std::string_view digits = text.substr(i + 1, 2);
    if (digits.size() != 2 || std::from_chars(digits.data(), digits.data() + 2, byte, 16).ptr != digits.data() + 2) return std::nullopt;
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

Result<void> read_database(std::string_view digits, RedisAddress& address) {
  const auto number = parse_number<unsigned>(digits);
  if (!number)
    return fail(Errc::misconfigured, "the database of the Redis address is not a number; write for example redis://localhost:6379/0");
  address.database = *number;
  return {};
}

Result<void> read_user_info(std::string_view text, RedisAddress& address) {
  const auto colon = text.find(':');
  const auto user = percent_decoded(text.substr(0, colon));
  const auto password = colon == std::string_view::npos ? std::string() : percent_decoded(text.substr(colon + 1));
  if (!user || !password) {
    return fail(Errc::misconfigured, "user or password of the Redis address holds a '%' without two hex digits; write '%' itself as %25");
  }
  address.user = *user;
  address.password = core::Secret(*password);
  return {};
}

Result<RedisHost> read_host(std::string_view text, std::uint16_t usual_port) {
  std::string_view name = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const auto bracket = text.find(']');
    if (bracket == std::string_view::npos)
      return fail(Errc::misconfigured, "the Redis address opens '[' and does not close it; write for example [::1]:6379");
    name = text.substr(1, bracket - 1);
    port = text.substr(bracket + 1);
  } else if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    name = text.substr(0, colon);
    port = text.substr(colon);
  }
  if (name.empty()) return fail(Errc::misconfigured, "the Redis address lacks a host; write for example redis://localhost:6379");
  RedisHost host{std::string(name), usual_port};
  if (port.empty()) return host;
  if (port.find(':', 1) != std::string_view::npos) {
    return fail(Errc::misconfigured, "the Redis address has too many colons; an IPv6 address stands in brackets, as in redis://[::1]:6379");
  }
  const auto number = parse_number<std::uint16_t>(port.substr(1));
  if (!port.starts_with(':') || !number || *number == 0) {
    return fail(Errc::misconfigured,
                "the port of the Redis address is not a number from 1 to 65535; write for example redis://localhost:6379");
  }
  host.port = *number;
  return host;
}

// "[user[:password]@]hosts[/path]": reads the first two parts, gives the third without its slash.
Result<std::string_view> read_authority(std::string_view text, std::uint16_t usual_port, RedisAddress& address) {
  // A user or password may hold a '/' that somebody forgot to encode, a host or path never an '@'.
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    if (auto read = read_user_info(text.substr(0, at), address); !read) return std::unexpected(read.error());
    text.remove_prefix(at + 1);
  }
  const auto slash = std::min(text.find('/'), text.size());
  const std::string_view path = slash < text.size() ? text.substr(slash + 1) : std::string_view{};
  for (std::string_view hosts = text.substr(0, slash);;) {
    const auto comma = hosts.find(',');
    auto host = read_host(hosts.substr(0, comma), usual_port);
    if (!host) return std::unexpected(host.error());
    address.hosts.push_back(std::move(*host));
    if (comma == std::string_view::npos) return path;
    hosts.remove_prefix(comma + 1);
  }
}

Result<RedisAddress> read_server(std::string_view rest, RedisTransport transport) {
  RedisAddress address;
  address.transport = transport;
  const auto path = read_authority(rest, kRedisPort, address);
  if (!path) return std::unexpected(path.error());
  if (address.hosts.size() > 1) {
    return fail(Errc::misconfigured,
                "the Redis address names several servers; only sentinel:// does, as in sentinel://one:26379,two:26379/master-name");
  }
  if (!path->empty()) {
    if (auto read = read_database(*path, address); !read) return std::unexpected(read.error());
  }
  return address;
}

Result<RedisAddress> read_sentinels(std::string_view rest) {
  RedisAddress address;
  address.transport = RedisTransport::sentinel;
  const auto path = read_authority(rest, kSentinelPort, address);
  if (!path) return std::unexpected(path.error());
  if (path->empty()) {
    return fail(Errc::misconfigured,
                "the Redis address lacks the master's name; write for example sentinel://one:26379,two:26379/master-name");
  }
  address.master_name = *path;
  return address;
}

Result<RedisAddress> read_unix_socket(std::string_view rest) {
  RedisAddress address;
  address.transport = RedisTransport::unix_socket;
  const auto question = rest.find('?');
  address.socket = rest.substr(0, question);
  if (!address.socket.is_absolute())
    return fail(Errc::misconfigured, "the Redis socket is not an absolute path; write for example unix:/run/redis/redis.sock");
  if (address.socket.native().size() > kMaxSocketPath)
    return fail(Errc::misconfigured, "the path of the Redis socket is longer than the 107 bytes that Linux allows; use a shorter one");
  if (question == std::string_view::npos) return address;
  constexpr std::string_view kDatabase = "db=";
  const std::string_view query = rest.substr(question + 1);
  if (!query.starts_with(kDatabase))
    return fail(Errc::misconfigured, "only ?db= may follow the Redis socket, as in unix:/run/redis/redis.sock?db=1");
  if (auto read = read_database(query.substr(kDatabase.size()), address); !read) return std::unexpected(read.error());
  return address;
}

std::string to_string(const RedisHost& host) {
  const bool bracketed = host.name.contains(':');
  return (bracketed ? "[" + host.name + "]" : host.name) + ":" + std::to_string(host.port);
}

}  // namespace

Result<RedisAddress> parse_redis_address(std::string_view text) {
  if (text == "embedded") return RedisAddress{};
  const auto after = [&](std::string_view scheme) -> std::optional<std::string_view> {
    if (!text.starts_with(scheme)) return std::nullopt;
    return text.substr(scheme.size());
  };
  if (const auto rest = after("redis://")) return read_server(*rest, RedisTransport::tcp);
  if (const auto rest = after("rediss://")) return read_server(*rest, RedisTransport::tls);
  if (const auto rest = after("sentinel://")) return read_sentinels(*rest);
  if (const auto rest = after("unix:")) return read_unix_socket(*rest);
  return fail(Errc::misconfigured,
              "the Redis address is none of: embedded, redis://host:port/database, rediss://host:port/database, unix:/path/to/socket, "
              "sentinel://host:port,host:port/master-name");
}

std::string to_string(const RedisAddress& address) {
  const auto database = [&](std::string_view before) {
    return address.database == 0 ? "" : std::string(before) + std::to_string(address.database);
  };
  switch (address.transport) {
    case RedisTransport::embedded: return "embedded";
    case RedisTransport::tcp: return "redis://" + to_string(address.hosts.front()) + database("/");
    case RedisTransport::tls: return "rediss://" + to_string(address.hosts.front()) + database("/");
    case RedisTransport::unix_socket: return "unix:" + address.socket.string() + database("?db=");
    case RedisTransport::sentinel: {
      std::string text = "sentinel://";
      for (const auto& host : address.hosts) text += (&host == &address.hosts.front() ? "" : ",") + to_string(host);
      return text + "/" + address.master_name;
    }
  }
  std::unreachable();
}

}  // namespace satupintu::queue
