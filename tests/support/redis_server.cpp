// SPDX-License-Identifier: Apache-2.0
#include "tests/support/redis_server.hpp"

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tests/support/run.hpp"

namespace satupintu::tests {

using queue::RedisAddress;
using queue::RedisTransport;
using queue::RespValue;

RedisServer::RedisServer(std::vector<std::string> options) : options_(std::move(options)) { start(); }

void RedisServer::start(const std::vector<std::string>& more_options) {
  start_loading(more_options);
  if (!comes_true([this] { return queue::error_code(tell({"PING"})) != "LOADING"; }))
    throw std::runtime_error("redis-server does not finish loading");
}

void RedisServer::start_loading(const std::vector<std::string>& more_options) {
  const std::string socket = (directory() / "redis.sock").string();
  std::vector<std::string> command{"redis-server", "--port", "0", "--save", "", "--dir", directory().string(), "--unixsocket", socket};
  command.insert(command.end(), options_.begin(), options_.end());
  command.insert(command.end(), more_options.begin(), more_options.end());
  std::filesystem::remove(socket);
  process_.emplace(std::move(command));
  const auto listens = [this] {
    boost::asio::io_context io;
    queue::Redis redis(io.get_executor(), address());
    return run(io, redis.connect()).has_value();
  };
  if (!comes_true(listens)) throw std::runtime_error("redis-server does not start");
}

void RedisServer::kill() { process_.reset(); }

RedisAddress RedisServer::address() const { return unix_address(directory() / "redis.sock"); }

RespValue RedisServer::tell(queue::Command command) { return tests::tell(address(), std::move(command)); }

RespValue tell(const RedisAddress& address, queue::Command command) {
  boost::asio::io_context io;
  queue::Redis redis(io.get_executor(), address);
  auto replies = run(io, redis.pipeline({std::move(command)}));
  if (!replies) throw std::runtime_error("Redis does not answer: " + replies.error().what);
  return std::move(replies->front());
}

bool has_rewritten_its_log(const std::filesystem::path& directory) {
  std::ifstream manifest(directory / "appendonlydir" / "appendonly.aof.manifest");
  return std::string(std::istreambuf_iterator<char>(manifest), {}).contains("appendonly.aof.2.base.rdb");
}

std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(socket, reinterpret_cast<const sockaddr*>(&address), size);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(socket);
  return ntohs(address.sin_port);
}

RedisAddress unix_address(const std::filesystem::path& socket) {
  RedisAddress address;
  address.transport = RedisTransport::unix_socket;
  address.socket = socket;
  return address;
}

}  // namespace satupintu::tests
