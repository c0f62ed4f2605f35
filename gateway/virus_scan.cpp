// SPDX-License-Identifier: Apache-2.0
#include "gateway/virus_scan.hpp"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

namespace satupintu::gateway {

namespace asio = boost::asio;
using core::Errc;
using core::fail;
using core::Result;
using Socket = asio::generic::stream_protocol::socket;

namespace {

constexpr std::size_t kChunk = std::size_t{256} << 10U;
constexpr timeval kTimeout{.tv_sec = 60, .tv_usec = 0};

std::string length_of(std::size_t size) {
  std::string length;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) length += static_cast<char>(size >> shift & 0xFFU);
  return length;
}

boost::system::error_code connect(Socket& socket, asio::io_context& io, const std::string& daemon) {
  boost::system::error_code failed;
  if (daemon.starts_with('/')) {
    asio::local::stream_protocol::socket local(io);
    local.connect(asio::local::stream_protocol::endpoint(daemon), failed);
    if (!failed) socket = std::move(local);
    return failed;
  }
  const auto colon = daemon.rfind(':');
  asio::ip::tcp::resolver resolver(io);
  const auto found = resolver.resolve(daemon.substr(0, colon), daemon.substr(colon + 1), failed);
  if (failed) return failed;
  asio::ip::tcp::socket tcp(io);
  asio::connect(tcp, found, failed);
  if (!failed) socket = std::move(tcp);
  return failed;
}

}  // namespace

Result<bool> is_infected(const std::string& daemon, std::string_view bytes) {
  asio::io_context io;
  Socket socket(io);
  boost::system::error_code failed = connect(socket, io, daemon);
  if (failed) return fail(Errc::unavailable, "the virus scanner cannot be reached: " + failed.message());
  ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &kTimeout, sizeof kTimeout);
  ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &kTimeout, sizeof kTimeout);
  asio::write(socket, asio::buffer(std::string_view("zINSTREAM\0", 10)), failed);
  while (!failed && !bytes.empty()) {
    const std::string_view chunk = bytes.substr(0, kChunk);
    const std::string length = length_of(chunk.size());
    asio::write(socket, std::array{asio::buffer(length), asio::buffer(chunk.data(), chunk.size())}, failed);
    bytes.remove_prefix(chunk.size());
  }
  if (!failed) asio::write(socket, asio::buffer(length_of(0)), failed);
  std::string answer;
  if (!failed) asio::read(socket, asio::dynamic_buffer(answer, 4096), failed);
  while (!answer.empty() && (answer.back() == '\0' || answer.back() == '\n')) answer.pop_back();
  if (answer.ends_with(" OK")) return false;
  if (answer.ends_with(" FOUND")) return true;
  return fail(Errc::unavailable, "the virus scanner gives no verdict");
}

}  // namespace satupintu::gateway
