// SPDX-License-Identifier: Apache-2.0
#include "queue/redis.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <charconv>
#include <optional>
#include <utility>

#include "queue/awaiting.hpp"

namespace satupintu::queue {

namespace asio = boost::asio;
using asio::ip::tcp;
using core::Errc;
using core::fail;
using core::Result;
using std::chrono::milliseconds;
using Replies = std::vector<RespValue>;

namespace {

constexpr std::size_t kReadBytes = std::size_t{16} << 10U;

// A peer that vanishes without a word is noticed within seconds, also while nothing is being sent.
void watch_peer(int socket, milliseconds limit) {
  const auto set = [socket](int level, int option, int value) { ::setsockopt(socket, level, option, &value, sizeof value); };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(limit.count()));
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 10);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 3);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
}

// The certificate must be valid and carry the name that was asked for.
Result<std::unique_ptr<asio::ssl::context>> make_tls_context(const std::filesystem::path& ca_file) {
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
  context->set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
  context->set_verify_mode(asio::ssl::verify_peer);
  boost::system::error_code failed;
  if (ca_file.empty()) {
    context->set_default_verify_paths(failed);
  } else {
    context->load_verify_file(ca_file.string(), failed);
  }
  if (failed) return fail(Errc::misconfigured, "the CA file for Redis cannot be read as PEM: " + ca_file.string());
  return context;
}

class Connection {
 public:
  Connection(const asio::any_io_executor& executor, RedisTimeouts timeouts) : timeouts_(timeouts), socket_(executor) {}

  asio::awaitable<Result<void>> open(std::filesystem::path path) {
    auto opened = co_await in_time(timeouts_.connect, connect_unix(std::move(path)));
    co_return opened ? std::move(*opened) : fail(Errc::unavailable, "Redis does not accept connections in time");
  }

  // Over TLS when there is a context, which must outlive the connection.
  asio::awaitable<Result<void>> open(RedisHost host, asio::ssl::context* tls_context) {
    auto endpoints = co_await look_up(host.name, host.port, timeouts_.connect);
    if (!endpoints) co_return std::unexpected(endpoints.error());
    auto opened = co_await in_time(timeouts_.connect, connect_tcp(std::move(*endpoints), std::move(host.name), tls_context));
    co_return opened ? std::move(*opened) : fail(Errc::unavailable, "Redis does not accept connections in time");
  }

  asio::awaitable<Result<Replies>> exchange(std::string_view commands, std::size_t count) {
    auto replies =
        co_await in_time(timeouts_.reply, tls_ ? exchange_over(*tls_, commands, count) : exchange_over(socket_, commands, count));
    co_return replies ? std::move(*replies) : fail(Errc::outcome_unknown, "Redis does not answer in time");
  }

  // A server that closed an idle connection is noticed before anything is sent, so that nothing is in doubt.
  bool is_alive() {
    char byte = 0;
    const auto peeked = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (peeked > 0) return tls_.has_value();  // TLS' own messages; from Redis itself nothing is due
    return peeked < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

  void close() noexcept {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

 private:
  using Socket = asio::generic::stream_protocol::socket;

  asio::awaitable<Result<void>> connect_unix(std::filesystem::path path) {
    const asio::local::stream_protocol::endpoint endpoint(path.string());
    const auto [failed] = co_await socket_.async_connect(endpoint, as_result);
    if (failed) co_return fail(Errc::unavailable, "Redis' socket cannot be reached: " + failed.message());
    co_return Result<void>{};
  }

  asio::awaitable<Result<void>> connect_tcp(std::vector<tcp::endpoint> endpoints, std::string name, asio::ssl::context* tls_context) {
    tcp::socket socket(socket_.get_executor());
    const auto [unreachable, endpoint] = co_await asio::async_connect(socket, endpoints, as_result);
    if (unreachable) co_return fail(Errc::unavailable, "Redis cannot be reached: " + unreachable.message());
    watch_peer(socket.native_handle(), timeouts_.reply);
    socket_ = Socket(std::move(socket));
    if (tls_context == nullptr) co_return Result<void>{};

    tls_.emplace(socket_, *tls_context);
    tls_->set_verify_callback(asio::ssl::host_name_verification(name));
    boost::system::error_code is_name;
    static_cast<void>(asio::ip::make_address(name, is_name));
    if (is_name) SSL_set_tlsext_host_name(tls_->native_handle(), name.c_str());
    const auto [refused] = co_await tls_->async_handshake(asio::ssl::stream_base::client, as_result);
    if (refused) co_return fail(Errc::unavailable, "no TLS with Redis: " + refused.message());
    co_return Result<void>{};
  }

  template <class Stream>
  asio::awaitable<Result<Replies>> exchange_over(Stream& stream, std::string_view commands, std::size_t count) {
    const auto [not_sent, sent] = co_await asio::async_write(stream, asio::buffer(commands), as_result);
    if (not_sent && sent == 0) co_return fail(Errc::unavailable, "the connection to Redis is broken: " + not_sent.message());
    if (not_sent) co_return fail(Errc::outcome_unknown, "the connection to Redis broke: " + not_sent.message());
    Replies replies;
    replies.reserve(count);
    while (replies.size() < count) {
      auto reply = reader_.next();
      if (!reply) co_return fail(Errc::outcome_unknown, reply.error().what);
      if (*reply) {
        replies.push_back(std::move(**reply));
        continue;
      }
      const auto [lost, received] = co_await stream.async_read_some(asio::buffer(buffer_), as_result);
      if (lost) co_return fail(Errc::outcome_unknown, "the connection to Redis broke: " + lost.message());
      if (auto fed = reader_.feed({buffer_.data(), received}); !fed) co_return fail(Errc::outcome_unknown, fed.error().what);
    }
    if (!reader_.drained()) co_return fail(Errc::outcome_unknown, "Redis sends more replies than it was asked for");
    co_return replies;
  }

  RedisTimeouts timeouts_;
  Socket socket_;
  std::optional<asio::ssl::stream<Socket&>> tls_;
  RespReader reader_;
  std::array<char, kReadBytes> buffer_{};
};

}  // namespace

struct Redis::State {
  asio::any_io_executor executor;
  RedisAddress address;
  RedisTimeouts timeouts;
  std::unique_ptr<asio::ssl::context> tls_context{};
  std::unique_ptr<Connection> connection{};
  std::uint64_t connections = 0;

  asio::awaitable<Result<void>> connect();
  asio::awaitable<Result<void>> open(Connection& fresh);
  asio::awaitable<Result<RedisHost>> ask_sentinels();
  asio::awaitable<Result<void>> introduce_to(Connection& fresh);
};

asio::awaitable<Result<void>> Redis::State::connect() {
  connection = std::make_unique<Connection>(executor, timeouts);
  auto ready = co_await open(*connection);
  if (ready) ready = co_await introduce_to(*connection);
  if (!ready) {
    connection.reset();
    co_return ready;
  }
  ++connections;
  co_return Result<void>{};
}

asio::awaitable<Result<void>> Redis::State::open(Connection& fresh) {
  switch (address.transport) {
    case RedisTransport::embedded: co_return fail(Errc::misconfigured, "the embedded Redis is reached by its socket once it has started");
    case RedisTransport::unix_socket: co_return co_await fresh.open(address.socket);
    case RedisTransport::tcp: co_return co_await fresh.open(address.hosts.front(), nullptr);
    case RedisTransport::tls: {
      if (!tls_context) {
        auto made = make_tls_context(address.ca_file);
        if (!made) co_return std::unexpected(made.error());
        tls_context = std::move(*made);
      }
      co_return co_await fresh.open(address.hosts.front(), tls_context.get());
    }
    case RedisTransport::sentinel: {
      auto master = co_await ask_sentinels();
      if (!master) co_return std::unexpected(master.error());
      co_return co_await fresh.open(std::move(*master), nullptr);
    }
  }
  std::unreachable();
}

// As Redis' guide for Sentinel clients has it: the first that answers is believed, and asked first the next time.
asio::awaitable<Result<RedisHost>> Redis::State::ask_sentinels() {
  std::string question;
  append_command(question, {"SENTINEL", "get-master-addr-by-name", address.master_name});
  core::Error last{Errc::unavailable, "no Sentinel was asked"};
  for (std::size_t i = 0; i < address.hosts.size(); ++i) {
    Connection sentinel(executor, timeouts);
    if (auto opened = co_await sentinel.open(address.hosts[i], nullptr); !opened) {
      last = {Errc::unavailable, "no Sentinel answers: " + opened.error().what};
      continue;
    }
    const auto answer = co_await sentinel.exchange(question, 1);
    if (!answer) {
      last = {Errc::unavailable, "no Sentinel answers: " + answer.error().what};
      continue;
    }
    if (answer->front().kind == RespKind::error) {
      last = error_of(answer->front());
      continue;
    }
    const auto& parts = answer->front().elements;
    unsigned port = 0;
    if (parts.size() != 2 || std::from_chars(parts[1].text.data(), parts[1].text.data() + parts[1].text.size(), port).ec != std::errc{} ||
        port > 65535) {
      last = {Errc::unavailable, "the Sentinels do not know the master " + address.master_name};
      continue;
    }
    std::swap(address.hosts[0], address.hosts[i]);
    co_return RedisHost{parts[0].text, static_cast<std::uint16_t>(port)};
  }
  co_return std::unexpected(std::move(last));
}

asio::awaitable<Result<void>> Redis::State::introduce_to(Connection& fresh) {
  // Written where it will be wiped, and without growing, which would leave copies of the password behind.
  std::string commands;
  commands.reserve(256 + address.user.size() + address.password.reveal().size());
  std::size_t count = 2;
  if (!address.password.empty()) {
    begin_command(commands, address.user.empty() ? 2 : 3);
    append_part(commands, "AUTH");
    if (!address.user.empty()) append_part(commands, address.user);
    append_part(commands, address.password.reveal());
    ++count;
  }
  if (address.database != 0) {
    append_command(commands, {"SELECT", std::to_string(address.database)});
    ++count;
  }
  append_command(commands, {"CLIENT", "SETNAME", "satupintu"});
  append_command(commands, {"ROLE"});
  const core::Secret introduction(std::move(commands));
  auto replies = co_await fresh.exchange(introduction.reveal(), count);
  // Nothing of the caller's was sent yet.
  if (!replies) co_return fail(Errc::unavailable, replies.error().what);
  const RespValue role = std::move(replies->back());
  // The name is for whoever looks at CLIENT LIST; a user without the right to it may still publish.
  replies->resize(count - 2);
  if (const auto* error = first_error(*replies)) co_return std::unexpected(error_of(*error));
  if (role.kind == RespKind::error) co_return std::unexpected(error_of(role));
  if (role.elements.empty() || role.elements.front().text != "master") {
    co_return fail(Errc::unavailable, "READONLY: the server is a replica");
  }
  co_return Result<void>{};
}

Redis::Redis(asio::any_io_executor executor, RedisAddress address, RedisTimeouts timeouts)
    : state_(std::make_unique<State>(std::move(executor), std::move(address), timeouts)) {}
Redis::~Redis() = default;
Redis::Redis(Redis&&) noexcept = default;
Redis& Redis::operator=(Redis&&) noexcept = default;

asio::awaitable<Result<std::uint64_t>> Redis::connect() {
  if (state_->connection && !state_->connection->is_alive()) state_->connection.reset();
  if (!state_->connection) {
    if (auto connected = co_await state_->connect(); !connected) co_return std::unexpected(connected.error());
  }
  co_return state_->connections;
}

asio::awaitable<Result<Replies>> Redis::exchange(std::string_view commands, std::size_t replies) {
  if (!state_->connection) co_return fail(Errc::unavailable, "there is no connection to Redis");
  auto answered = co_await state_->connection->exchange(commands, replies);
  // A demoted master keeps its connections. Leaving it makes the next call look for the new one.
  const auto* const error = answered ? first_error(*answered) : nullptr;
  if (!answered || (error != nullptr && error_code(*error) == "READONLY")) state_->connection.reset();
  co_return answered;
}

asio::awaitable<Result<Replies>> Redis::pipeline(std::vector<Command> commands) {
  std::string bytes;
  for (const auto& command : commands) append_command(bytes, command);
  if (auto connected = co_await connect(); !connected) co_return std::unexpected(connected.error());
  co_return co_await exchange(bytes, commands.size());
}

asio::awaitable<Result<RespValue>> Redis::call(Command command) {
  auto replies = co_await pipeline({std::move(command)});
  if (!replies) co_return std::unexpected(replies.error());
  if (replies->front().kind == RespKind::error) co_return std::unexpected(error_of(replies->front()));
  co_return std::move(replies->front());
}

void Redis::close() noexcept {
  if (state_->connection) state_->connection->close();
}

}  // namespace satupintu::queue
