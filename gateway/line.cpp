// SPDX-License-Identifier: Apache-2.0
#include "gateway/line.hpp"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <optional>

#include "queue/awaiting.hpp"

namespace satupintu::gateway {

namespace asio = boost::asio;
using asio::ip::tcp;
using core::Errc;
using core::fail;
using core::Result;
using queue::as_result;
using queue::in_time;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t kReadBytes = std::size_t{64} << 10U;

class TcpLine final : public adapters::Line {
 public:
  TcpLine(tcp::socket socket, std::string host, std::filesystem::path ca_file)
      : socket_(std::move(socket)), host_(std::move(host)), ca_file_(std::move(ca_file)) {}

  asio::awaitable<Result<std::string>> read_some(milliseconds deadline) override {
    auto read = co_await in_time(deadline, tls_ ? read_from(*tls_) : read_from(socket_));
    if (!read) co_return fail(Errc::timed_out, host_ + " does not answer in time");
    co_return std::move(*read);
  }

  asio::awaitable<Result<void>> write(std::string bytes, milliseconds deadline) override {
    auto written = co_await in_time(deadline, tls_ ? write_to(*tls_, std::move(bytes)) : write_to(socket_, std::move(bytes)));
    if (!written) co_return fail(Errc::timed_out, host_ + " does not take in time what it is told");
    co_return std::move(*written);
  }

  asio::awaitable<Result<void>> start_tls(milliseconds deadline) override {
    context_.emplace(asio::ssl::context::tls_client);
    context_->set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
    context_->set_verify_mode(asio::ssl::verify_peer);
    boost::system::error_code failed;
    if (ca_file_.empty()) context_->set_default_verify_paths(failed);
    else context_->load_verify_file(ca_file_.string(), failed);
    if (failed) co_return fail(Errc::misconfigured, "outbound.ca_file cannot be read as PEM");
    tls_.emplace(socket_, *context_);
    tls_->set_verify_callback(asio::ssl::host_name_verification(host_));
    boost::system::error_code is_name;
    static_cast<void>(asio::ip::make_address(host_, is_name));
    if (is_name) SSL_set_tlsext_host_name(tls_->native_handle(), host_.c_str());
    auto shaken = co_await in_time(deadline, shake_hands());
    if (!shaken) co_return fail(Errc::timed_out, host_ + " does not shake hands in time");
    co_return std::move(*shaken);
  }

 private:
  asio::awaitable<Result<void>> shake_hands() {
    const auto [refused] = co_await tls_->async_handshake(asio::ssl::stream_base::client, as_result);
    if (refused) co_return fail(Errc::unavailable, "no TLS with " + host_ + ": " + refused.message());
    co_return Result<void>{};
  }

  template <class Stream>
  asio::awaitable<Result<std::string>> read_from(Stream& stream) {
    std::string bytes(kReadBytes, '\0');
    const auto [lost, received] = co_await stream.async_read_some(asio::buffer(bytes), as_result);
    if (lost == asio::error::eof || lost == asio::ssl::error::stream_truncated) co_return std::string();
    if (lost) co_return fail(Errc::unavailable, "the connection to " + host_ + " broke: " + lost.message());
    bytes.resize(received);
    co_return bytes;
  }

  template <class Stream>
  asio::awaitable<Result<void>> write_to(Stream& stream, std::string bytes) {
    const auto [lost, sent] = co_await asio::async_write(stream, asio::buffer(bytes), as_result);
    if (lost) co_return fail(Errc::unavailable, "the connection to " + host_ + " broke: " + lost.message());
    co_return Result<void>{};
  }

  tcp::socket socket_;
  std::string host_;
  std::filesystem::path ca_file_;
  std::optional<asio::ssl::context> context_;
  std::optional<asio::ssl::stream<tcp::socket&>> tls_;
};

asio::awaitable<Result<tcp::socket>> connect(std::vector<tcp::endpoint> endpoints, std::string host) {
  tcp::socket socket(co_await asio::this_coro::executor);
  const auto [unreachable, endpoint] = co_await asio::async_connect(socket, endpoints, as_result);
  if (unreachable) co_return fail(Errc::unavailable, host + " cannot be reached: " + unreachable.message());
  co_return socket;
}

}  // namespace

asio::awaitable<Result<std::unique_ptr<adapters::Line>>> open_line(std::string host, std::uint16_t port, bool tls,
                                                                   std::filesystem::path ca_file,
                                                                   std::function<bool(const asio::ip::address&)> is_allowed,
                                                                   milliseconds deadline) {
  auto endpoints = co_await queue::look_up(host, port, deadline);
  if (!endpoints) co_return fail(endpoints.error().code, host + ": " + endpoints.error().what);
  std::erase_if(*endpoints, [&](const tcp::endpoint& endpoint) { return !is_allowed(endpoint.address()); });
  if (endpoints->empty())
    co_return fail(Errc::refused, host + " has no public address; name it in outbound.internal_hosts if that is meant");
  auto socket = co_await in_time(deadline, connect(std::move(*endpoints), host));
  if (!socket) co_return fail(Errc::timed_out, host + " does not accept connections in time");
  if (!*socket) co_return std::unexpected(socket->error());
  auto line = std::make_unique<TcpLine>(std::move(**socket), std::move(host), std::move(ca_file));
  if (tls) {
    if (auto encrypted = co_await line->start_tls(deadline); !encrypted) co_return std::unexpected(encrypted.error());
  }
  co_return line;
}

}  // namespace satupintu::gateway
