// SPDX-License-Identifier: Apache-2.0
#include "tests/support/redis_proxy.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace satupintu::tests {

namespace {

constexpr int kGlanceMs = 20;

sockaddr_un address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return address;
}

bool is_readable(int socket) {
  pollfd poll{socket, POLLIN, 0};
  return ::poll(&poll, 1, kGlanceMs) == 1;
}

void send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

RedisProxy::RedisProxy(std::filesystem::path listen_on, std::filesystem::path server)
    : server_(std::move(server)), listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const sockaddr_un address = address_of(listen_on);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(listener_, 8) != 0) {
    throw std::runtime_error("the proxy cannot listen");
  }
  thread_ = std::thread([this] { serve(); });
}

RedisProxy::~RedisProxy() {
  stopping_ = true;
  thread_.join();
  ::close(listener_);
}

void RedisProxy::misbehave(Mischief mischief, std::string lie) {
  const std::scoped_lock lock(mutex_);
  mischief_ = mischief;
  lie_ = std::move(lie);
}

RedisProxy::Mischief RedisProxy::take_mischief() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(mischief_, Mischief::none);
}

void RedisProxy::serve() {
  while (!stopping_) {
    if (!is_readable(listener_)) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    pass_on(client);
    ::close(client);
  }
}

// One connection at a time, to its end.
void RedisProxy::pass_on(int client) {
  const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = address_of(server_);
  bool open = ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  std::array<char, 65536> buffer{};
  auto current = Mischief::none;
  while (open && !stopping_) {
    std::array<pollfd, 2> sockets{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
    ::poll(sockets.data(), sockets.size(), kGlanceMs);
    if (sockets[0].revents != 0) {
      const auto received = ::read(client, buffer.data(), buffer.size());
      if (received <= 0) break;
      if (current == Mischief::none) current = take_mischief();
      if (current == Mischief::say_instead) {
        send_all(client, lie_);
        current = Mischief::say_nothing;
      } else if (current != Mischief::say_nothing) {
        send_all(server, {buffer.data(), static_cast<std::size_t>(received)});
      }
    }
    if (sockets[1].revents != 0) {
      const auto received = ::read(server, buffer.data(), buffer.size());
      if (received <= 0 || current == Mischief::eat_reply) break;
      const auto size = static_cast<std::size_t>(received);
      send_all(client, {buffer.data(), current == Mischief::cut_reply ? size / 2 : size});
      open = current != Mischief::cut_reply;
    }
  }
  ::close(server);
}

}  // namespace satupintu::tests
