// SPDX-License-Identifier: Apache-2.0
#include "gateway/virus_scan.hpp"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <memory>
#include <utility>

namespace satupintu::gateway {

using core::Errc;
using core::fail;
using core::Result;

namespace {

constexpr std::size_t kChunk = std::size_t{256} << 10U;
constexpr timeval kTimeout{.tv_sec = 60, .tv_usec = 0};  // for each step; a daemon that hangs must not keep a thread for ever

// A blocking socket, whose every call ends in time.
class Socket {
 public:
  explicit Socket(int family) : descriptor_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &kTimeout, sizeof kTimeout);
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &kTimeout, sizeof kTimeout);  // also for connecting
  }
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  [[nodiscard]] bool connect(const sockaddr* address, socklen_t length) const { return ::connect(descriptor_, address, length) == 0; }

  [[nodiscard]] bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  [[nodiscard]] std::string receive_all() const {
    std::string all;
    std::array<char, 1024> buffer{};
    while (all.size() < 4096) {
      const auto got = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
      if (got <= 0) break;
      all.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return all;
  }

 private:
  int descriptor_;
};

std::optional<Socket> connect_local(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return std::nullopt;
  std::memcpy(address.sun_path, path.data(), path.size());
  Socket socket(AF_UNIX);
  if (!socket.connect(reinterpret_cast<const sockaddr*>(&address), sizeof address)) return std::nullopt;
  return socket;
}

std::optional<Socket> connect_tcp(const std::string& daemon) {
  const auto colon = daemon.rfind(':');
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(daemon.substr(0, colon).c_str(), daemon.substr(colon + 1).c_str(), &hints, &found) != 0) return std::nullopt;
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> all{found, &::freeaddrinfo};
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    Socket socket(address->ai_family);
    if (socket.connect(address->ai_addr, address->ai_addrlen)) return socket;
  }
  return std::nullopt;
}

std::string length_of(std::size_t size) {
  std::string length;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) length += static_cast<char>(size >> shift & 0xFFU);
  return length;
}

bool hand_over(const Socket& socket, std::string_view bytes) {
  if (!socket.send(std::string_view("zINSTREAM\0", 10))) return false;
  while (!bytes.empty()) {
    const std::string_view chunk = bytes.substr(0, kChunk);
    if (!socket.send(length_of(chunk.size())) || !socket.send(chunk)) return false;
    bytes.remove_prefix(chunk.size());
  }
  return socket.send(length_of(0));
}

}  // namespace

Result<Verdict> scan(const std::string& daemon, std::string_view bytes) {
  const auto socket = daemon.starts_with('/') ? connect_local(daemon) : connect_tcp(daemon);
  if (!socket) return fail(Errc::unavailable, "the virus scanner cannot be reached");
  // Of what is larger than it takes it says so and closes, in the middle of our telling.
  static_cast<void>(hand_over(*socket, bytes));
  std::string answer = socket->receive_all();
  while (!answer.empty() && (answer.back() == '\0' || answer.back() == '\n')) answer.pop_back();
  if (answer.ends_with(" OK")) return Verdict::clean;
  if (answer.ends_with(" FOUND")) return Verdict::infected;
  if (answer.contains("size limit exceeded")) return Verdict::too_large;
  return fail(Errc::unavailable, "the virus scanner gives no verdict");
}

}  // namespace satupintu::gateway
