// SPDX-License-Identifier: Apache-2.0
#include "gateway/http_server.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <ctime>
#include <initializer_list>
#include <list>
#include <map>
#include <new>
#include <random>
#include <utility>

#include "core/failpoint.hpp"

namespace satupintu::gateway {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds kFarewellDeadline{2};
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::milliseconds kCutOffGrace{200};
constexpr unsigned kMaxRequestsPerConnection = 1000;
constexpr unsigned kMaxTurnedAwayAtOnce = 64;

// What a refused request is told.
struct Refusal {
  HttpReject reason;
  std::string allow{};  // the methods that would do, for wrong_method
};

std::string_view phrase_of(unsigned status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "";  // RFC 9112 lets a phrase be empty
  }
}

// What a person reads who ends up here with a browser.
std::string_view text_of(unsigned status) {
  switch (status) {
    case 404: return "Halaman tidak ditemukan. / Page not found.\n";
    case 408: return "Permintaan terlalu lama. / The request took too long.\n";
    case 413: return "Kiriman terlalu besar. / Too large.\n";
    case 500: return "Terjadi kesalahan pada layanan ini. / Something went wrong here.\n";
    case 503: return "Layanan sedang sibuk, silakan coba lagi sebentar lagi. / Busy, please try again shortly.\n";
    default: return "Permintaan tidak dapat diterima. / The request was refused.\n";
  }
}

bool is_printable(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// A line break in a header's value would let its author write the rest of our answer.
bool can_be_sent(const core::HttpAnswer& answer) {
  return is_printable(answer.content_type) &&
         std::ranges::all_of(answer.headers, [](const auto& header) { return is_printable(header.first) && is_printable(header.second); });
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void write_head(std::string& out, const core::HttpAnswer& answer, bool close, std::string_view date) {
  out.assign("HTTP/1.1 ");
  append_number(out, answer.status);
  out.append(" ").append(phrase_of(answer.status)).append("\r\n");
  append_header(out, "Date", date);
  if (!answer.content_type.empty()) append_header(out, "Content-Type", answer.content_type);
  if (answer.status != 204) {  // RFC 9110, 8.6
    out.append("Content-Length: ");
    append_number(out, answer.body.size());
    out.append("\r\n");
  }
  bool has_cache_control = false;
  for (const auto& [name, value] : answer.headers) {
    append_header(out, name, value);
    has_cache_control = has_cache_control || core::equals_ignoring_case(name, "Cache-Control");
  }
  if (!has_cache_control) append_header(out, "Cache-Control", "no-store");
  append_header(out, "X-Content-Type-Options", "nosniff");
  if (close) append_header(out, "Connection", "close");
  out.append("\r\n");
}

std::string http_date(std::chrono::system_clock::time_point now) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 40> text;
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

asio::ip::address plain(asio::ip::address address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  return address;
}

// Whoever holds an IPv6 address holds its /64.
asio::ip::address counted_as(const asio::ip::address& address) {
  if (!address.is_v6()) return address;
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return asio::ip::address_v6(bytes);
}

bool is_one_of(const error_code& error, std::initializer_list<int> errnos) {
  return error.category() == boost::system::system_category() && std::ranges::find(errnos, error.value()) != errnos.end();
}

bool is_shortage(const error_code& error) { return is_one_of(error, {EMFILE, ENFILE, ENOBUFS, ENOMEM}); }

// accept(2): the errors of a connection that broke before it was taken are reported to whoever accepts next.
bool concerns_one_connection(const error_code& error) {
  return is_one_of(error,
                   {ECONNABORTED, EPERM, EPROTO, ENOPROTOOPT, EOPNOTSUPP, ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH, ENONET, EINTR});
}

std::string_view errno_name(const error_code& error) {
  const char* name = strerrorname_np(error.value());
  return name == nullptr ? "unknown" : name;
}

}  // namespace

class HttpServer::Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(asio::io_context& io, ListenerSettings settings, std::vector<Route> routes, EdgeEvents& events);
  ~Listener() { ::close(reserve_fd_); }

  core::Result<void> open();
  asio::awaitable<std::size_t> stop(std::chrono::milliseconds deadline);
  void close_everything();

  void enter(Session& session);
  void leave(Session& session);
  [[nodiscard]] std::expected<const Route*, Refusal> find_route(const core::HttpRequest& request) const;
  [[nodiscard]] core::HttpAnswer answer_to(const Refusal& refusal);
  [[nodiscard]] std::string_view date() const noexcept { return date_; }
  [[nodiscard]] bool is_stopping() const noexcept { return stopping_; }

  asio::io_context& io;
  const ListenerSettings settings;
  const std::vector<Route> routes;
  EdgeEvents& events;
  std::optional<Tls> tls;
  Acceptor acceptor;
  std::uint64_t body_bytes_in_flight = 0;
  std::atomic<std::size_t> open_connections = 0;

 private:
  static asio::awaitable<void> accept_connections(std::shared_ptr<Listener> self);
  static asio::awaitable<void> watch_deadlines(std::shared_ptr<Listener> self);
  void admit(Socket socket, const asio::ip::address& peer);
  void turn_away(Socket socket);
  void turn_away_without_descriptors();

  Timer accept_pause_;
  Timer next_watch_;
  Timer all_gone_;
  std::list<Session*> sessions_;
  std::map<asio::ip::address, unsigned> connections_by_peer_;
  std::string date_;
  std::minstd_rand random_{std::random_device{}()};
  int reserve_fd_ = -1;
  bool stopping_ = false;
};

// One connection. It belongs to its own coroutine; the listener only knows where it is.
class HttpServer::Session {
 public:
  Session(std::shared_ptr<Listener> listener, Socket socket, const asio::ip::address& peer);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  static asio::awaitable<void> serve(std::unique_ptr<Session> self);

  void check_deadline(Clock::time_point now);
  void finish();  // takes no further request
  void cut_off();

  const asio::ip::address counted_peer;
  std::list<Session*>::iterator place;  // the listener's

 private:
  struct Incoming {
    core::HttpRequest request;
    const Route* route;
    bool keep_alive;
  };

  asio::awaitable<bool> shake_hands();
  asio::awaitable<bool> wait_for_request();
  asio::awaitable<bool> serve_request();
  asio::awaitable<std::expected<Incoming, Refusal>> read_request();
  asio::awaitable<std::expected<RequestHead, HttpReject>> read_head();
  asio::awaitable<std::expected<void, HttpReject>> read_body(BodyDecoder decoder, bool expects_continue, std::string& body);
  asio::awaitable<bool> refuse(Refusal refusal);
  asio::awaitable<bool> send(core::HttpAnswer answer, bool close);
  asio::awaitable<void> say_farewell();

  // More bytes for the buffer; false when none come, because of the deadline or the peer.
  asio::awaitable<bool> receive();
  asio::awaitable<bool> write(std::array<asio::const_buffer, 2> buffers);

  [[nodiscard]] std::expected<void, HttpReject> make_room_for_body(const RequestHead& head, const Route& route);
  void release_body();
  [[nodiscard]] std::string_view received() const { return {buffer_.data() + begin_, end_ - begin_}; }
  void set_deadline(std::chrono::milliseconds from_now);

  std::shared_ptr<Listener> listener_;
  Socket socket_;
  std::optional<asio::ssl::stream<Socket&>> tls_;
  std::string peer_;
  Clock::time_point deadline_ = Clock::time_point::max();
  bool expired_ = false;  // the deadline has interrupted what we waited for
  bool idle_ = false;     // between two requests
  bool is_head_request_ = false;
  unsigned served_ = 0;
  std::uint64_t body_room_ = 0;  // our share of body_bytes_in_flight
  std::string head_out_;
  std::size_t begin_ = 0, end_ = 0;  // of what is received but not consumed
  std::array<char, kMaxHeadBytes> buffer_;
};

namespace {

struct SessionEnded {
  EdgeEvents& events;
  void operator()(std::exception_ptr thrown) const {
    if (thrown) events.http_rejected(HttpReject::handler_failed);
  }
};

struct LoopEnded {
  EdgeEvents& events;
  void operator()(std::exception_ptr thrown) const {
    if (thrown) events.accept_failed(core::Error{core::Errc::unavailable, "the listener ran out of memory"});
  }
};

}  // namespace

HttpServer::Session::Session(std::shared_ptr<Listener> listener, Socket socket, const asio::ip::address& peer)
    : counted_peer(counted_as(peer)), listener_(std::move(listener)), socket_(std::move(socket)), peer_(peer.to_string()) {
  listener_->enter(*this);
}

HttpServer::Session::~Session() {
  release_body();
  listener_->leave(*this);
}

asio::awaitable<void> HttpServer::Session::serve(std::unique_ptr<Session> self) {
  if (self->listener_->tls && !co_await self->shake_hands()) co_return;
  while (co_await self->wait_for_request()) {
    const bool another_may_follow = co_await self->serve_request();
    self->release_body();
    if (!another_may_follow) break;
  }
  co_await self->say_farewell();
}

void HttpServer::Session::set_deadline(std::chrono::milliseconds from_now) {
  deadline_ = Clock::now() + from_now;
  expired_ = false;
}

void HttpServer::Session::check_deadline(Clock::time_point now) {
  if (expired_ || now < deadline_) return;
  expired_ = true;
  error_code ignored;
  socket_.cancel(ignored);
}

void HttpServer::Session::finish() {
  error_code ignored;
  if (idle_) socket_.cancel(ignored);
}

void HttpServer::Session::cut_off() {
  error_code ignored;
  socket_.close(ignored);
}

asio::awaitable<bool> HttpServer::Session::shake_hands() {
  SSL* const session = listener_->tls->new_session();
  if (session == nullptr) co_return false;
  tls_.emplace(socket_, session);
  set_deadline(listener_->settings.handshake_deadline);
  const auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::server, kAsTuple);
  if (error) listener_->events.http_rejected(HttpReject::tls_failed);
  co_return !error;
}

asio::awaitable<bool> HttpServer::Session::receive() {
  if (expired_) co_return false;
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ == buffer_.size()) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
  }
  const auto space = asio::buffer(buffer_.data() + end_, buffer_.size() - end_);
  const auto [error, count] = tls_ ? co_await tls_->async_read_some(space, kAsTuple) : co_await socket_.async_read_some(space, kAsTuple);
  end_ += count;
  co_return !error;
}

asio::awaitable<bool> HttpServer::Session::write(std::array<asio::const_buffer, 2> buffers) {
  const auto [error, count] =
      tls_ ? co_await asio::async_write(*tls_, buffers, kAsTuple) : co_await asio::async_write(socket_, buffers, kAsTuple);
  co_return !error;
}

asio::awaitable<bool> HttpServer::Session::wait_for_request() {
  if (begin_ != end_) co_return true;
  set_deadline(served_ == 0 ? listener_->settings.header_deadline : listener_->settings.idle_deadline);
  idle_ = true;
  bool arrived = !listener_->is_stopping() && co_await receive();
  idle_ = false;
  if (!arrived && !expired_ && listener_->is_stopping()) {
    // A request that is already here when we stop is still answered.
    error_code ignored;
    arrived = socket_.available(ignored) > 0 && co_await receive();
  }
  co_return arrived;
}

asio::awaitable<std::expected<RequestHead, HttpReject>> HttpServer::Session::read_head() {
  set_deadline(listener_->settings.header_deadline);
  HeadScanner scanner;
  while (true) {
    const auto size = scanner.scan(received());
    if (!size) co_return std::unexpected(size.error());
    if (*size) {
      const auto head = received().substr(0, **size);
      begin_ += head.size();
      co_return judge_head(head, listener_->settings.host_names);
    }
    if (!co_await receive()) co_return std::unexpected(expired_ ? HttpReject::slow_head : HttpReject::cut_short);
  }
}

std::expected<void, HttpReject> HttpServer::Session::make_room_for_body(const RequestHead& head, const Route& route) {
  if (head.framing == Framing::sized && head.content_length > route.max_body_bytes) return std::unexpected(HttpReject::body_too_large);
  if (route.is_overloaded && route.is_overloaded()) return std::unexpected(HttpReject::overloaded);
  const auto room = head.framing == Framing::chunked ? route.max_body_bytes : head.content_length;
  if (room > listener_->settings.max_body_bytes_in_flight - listener_->body_bytes_in_flight) return std::unexpected(HttpReject::overloaded);
  listener_->body_bytes_in_flight += room;
  body_room_ = room;
  return {};
}

void HttpServer::Session::release_body() { listener_->body_bytes_in_flight -= std::exchange(body_room_, 0); }

asio::awaitable<std::expected<void, HttpReject>> HttpServer::Session::read_body(BodyDecoder decoder, bool expects_continue,
                                                                                std::string& body) {
  set_deadline(listener_->settings.body_deadline);
  if (expects_continue && begin_ == end_ && !decoder.done()) {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    if (!co_await write({asio::buffer(kContinue)})) co_return std::unexpected(HttpReject::cut_short);
  }
  while (true) {
    const auto used = decoder.feed(received(), body);
    if (!used) co_return std::unexpected(used.error());
    begin_ += *used;
    if (decoder.done()) co_return std::expected<void, HttpReject>{};
    core::failpoint("http.in_body");
    if (!co_await receive()) co_return std::unexpected(expired_ ? HttpReject::slow_body : HttpReject::cut_short);
  }
}

asio::awaitable<std::expected<HttpServer::Session::Incoming, Refusal>> HttpServer::Session::read_request() {
  is_head_request_ = false;
  auto head = co_await read_head();
  if (!head) co_return std::unexpected(Refusal{head.error()});
  is_head_request_ = head->request.method == "HEAD";
  const auto route = listener_->find_route(head->request);
  if (!route) co_return std::unexpected(route.error());
  if (const auto made = make_room_for_body(*head, **route); !made) co_return std::unexpected(Refusal{made.error()});
  core::failpoint("http.head_read");
  if (head->framing != Framing::none) {
    const BodyDecoder decoder(head->framing, head->content_length, (*route)->max_body_bytes);
    const auto read = co_await read_body(decoder, head->expects_continue, head->request.body);
    if (!read) co_return std::unexpected(Refusal{read.error()});
  }
  head->request.peer = client_address(peer_, head->request, listener_->settings.proxies);
  co_return Incoming{.request = std::move(head->request), .route = *route, .keep_alive = head->keep_alive};
}

asio::awaitable<bool> HttpServer::Session::serve_request() {
  auto incoming = co_await read_request();
  if (!incoming) co_return co_await refuse(std::move(incoming.error()));
  ++served_;
  deadline_ = Clock::time_point::max();
  std::optional<core::HttpAnswer> answer;
  try {
    answer = co_await incoming->route->handle(std::move(incoming->request));
  } catch (...) {  // its text may quote the request, so nobody is told
  }
  if (!answer || !can_be_sent(*answer)) co_return co_await refuse({HttpReject::handler_failed});
  const bool close = answer->close || !incoming->keep_alive || listener_->is_stopping() || served_ == kMaxRequestsPerConnection;
  co_return co_await send(std::move(*answer), close) && !close;
}

asio::awaitable<bool> HttpServer::Session::refuse(Refusal refusal) {
  listener_->events.http_rejected(refusal.reason);
  if (status_of(refusal.reason) != 0) co_await send(listener_->answer_to(refusal), true);
  co_return false;
}

asio::awaitable<bool> HttpServer::Session::send(core::HttpAnswer answer, bool close) {
  write_head(head_out_, answer, close, listener_->date());
  set_deadline(listener_->settings.body_deadline);
  const std::string_view body = is_head_request_ ? std::string_view{} : answer.body;
  const bool sent = co_await write({asio::buffer(head_out_), asio::buffer(body)});
  core::failpoint("http.answered");
  if (!sent && expired_) listener_->events.http_rejected(HttpReject::slow_reader);
  co_return sent;
}

// To close a socket that has unread bytes resets the connection, and the peer may lose our answer over it: say that we
// have finished, then read on until the peer has finished too.
asio::awaitable<void> HttpServer::Session::say_farewell() {
  set_deadline(kFarewellDeadline);
  if (tls_) co_await tls_->async_shutdown(kAsTuple);
  error_code error;
  socket_.shutdown(tcp::socket::shutdown_send, error);
  while (!error && !expired_) {
    std::size_t ignored = 0;
    std::tie(error, ignored) = co_await socket_.async_read_some(asio::buffer(buffer_), kAsTuple);
  }
}

HttpServer::Listener::Listener(asio::io_context& context, ListenerSettings listener_settings, std::vector<Route> known_routes,
                               EdgeEvents& edge_events)
    : io(context),
      settings(std::move(listener_settings)),
      routes(std::move(known_routes)),
      events(edge_events),
      acceptor(context),
      accept_pause_(context),
      next_watch_(context),
      all_gone_(context) {
  if (settings.tls) tls.emplace(*settings.tls, settings.host_names);
}

core::Result<void> HttpServer::Listener::open() {
  if (tls) {
    if (auto loaded = tls->load(); !loaded) return loaded;
  }
  error_code error;
  const tcp::endpoint endpoint(asio::ip::make_address(settings.address, error), settings.port);
  if (error) return core::fail(core::Errc::misconfigured, "\"" + settings.address + "\" is no IP address to listen on");
  const auto attempt = [&error](auto step) {
    if (!error) step();
  };
  attempt([&] { acceptor.open(endpoint.protocol(), error); });
  attempt([&] { acceptor.set_option(Acceptor::reuse_address(true), error); });
  attempt([&] { acceptor.bind(endpoint, error); });
  attempt([&] { acceptor.listen(asio::socket_base::max_listen_connections, error); });
  attempt([&] { acceptor.non_blocking(true, error); });
  if (error) {
    return core::fail(core::Errc::misconfigured,
                      "cannot listen on " + settings.address + " port " + std::to_string(settings.port) + ": " + error.message());
  }
  reserve_fd_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  date_ = http_date(std::chrono::system_clock::now());
  asio::co_spawn(io, accept_connections(shared_from_this()), LoopEnded{events});
  asio::co_spawn(io, watch_deadlines(shared_from_this()), LoopEnded{events});
  return {};
}

asio::awaitable<void> HttpServer::Listener::accept_connections(std::shared_ptr<Listener> self) {
  while (self->acceptor.is_open()) {
    Socket socket(self->io);
    tcp::endpoint from;
    const auto [error] = co_await self->acceptor.async_accept(socket, from, kAsTuple);
    if (!error) {
      core::failpoint("http.accepted");
      self->admit(std::move(socket), plain(from.address()));
    } else if (self->stopping_) {
      break;
    } else if (is_shortage(error)) {
      self->events.accept_paused(errno_name(error));
      self->turn_away_without_descriptors();
      self->accept_pause_.expires_after(kAcceptPause);
      co_await self->accept_pause_.async_wait(kAsTuple);
    } else if (!concerns_one_connection(error)) {
      self->events.accept_failed(core::Error{core::Errc::unavailable, "accepting connections failed: " + error.message()});
      break;
    }
  }
}

void HttpServer::Listener::admit(Socket socket, const asio::ip::address& peer) try {
  const auto of_peer = connections_by_peer_.find(counted_as(peer));
  const bool peer_has_enough = of_peer != connections_by_peer_.end() && of_peer->second >= settings.max_connections_per_peer;
  if (sessions_.size() >= settings.max_connections || peer_has_enough) return turn_away(std::move(socket));
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  auto session = std::make_unique<Session>(shared_from_this(), std::move(socket), peer);
  asio::co_spawn(io, Session::serve(std::move(session)), SessionEnded{events});
} catch (const std::bad_alloc&) {
  events.http_rejected(HttpReject::overloaded);
}

void HttpServer::Listener::turn_away(Socket socket) {
  events.http_rejected(HttpReject::too_many_connections);
  if (tls) return;  // before a handshake there is no way to say anything
  const auto answer = answer_to({HttpReject::too_many_connections});
  std::string head;
  write_head(head, answer, true, date_);
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(std::array<asio::const_buffer, 2>{asio::buffer(head), asio::buffer(answer.body)}, ignored);
  socket.shutdown(tcp::socket::shutdown_send, ignored);
  // What lies unread at close would turn the answer into a reset.
  std::array<char, 4096> discarded;
  socket.read_some(asio::buffer(discarded), ignored);
}

// With no descriptor left, whoever knocks would wait in the backlog for nothing. The reserve is there to tell them.
void HttpServer::Listener::turn_away_without_descriptors() {
  ::close(std::exchange(reserve_fd_, -1));
  error_code error;
  for (unsigned turned_away = 0; !error && turned_away < kMaxTurnedAwayAtOnce; ++turned_away) {
    Socket socket(io);
    acceptor.accept(socket, error);
    if (!error) turn_away(std::move(socket));
  }
  reserve_fd_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

// One timer for all connections: a deadline that is moved with every request costs no more than writing it down.
asio::awaitable<void> HttpServer::Listener::watch_deadlines(std::shared_ptr<Listener> self) {
  const ListenerSettings& limits = self->settings;
  const auto shortest = std::min({limits.handshake_deadline, limits.header_deadline, limits.body_deadline, limits.idle_deadline});
  const auto interval = std::clamp<std::chrono::milliseconds>(shortest / 4, std::chrono::milliseconds{1}, std::chrono::milliseconds{500});
  while (!self->stopping_ || !self->sessions_.empty()) {
    self->next_watch_.expires_after(interval);
    co_await self->next_watch_.async_wait(kAsTuple);
    self->date_ = http_date(std::chrono::system_clock::now());
    const auto now = Clock::now();
    for (Session* session : self->sessions_) session->check_deadline(now);
  }
}

asio::awaitable<std::size_t> HttpServer::Listener::stop(std::chrono::milliseconds deadline) {
  stopping_ = true;
  // Those in the backlog believe that they are connected.
  for (error_code error; !error;) {
    Socket socket(io);
    tcp::endpoint from;
    acceptor.accept(socket, from, error);
    if (!error) admit(std::move(socket), plain(from.address()));
  }
  error_code ignored;
  acceptor.close(ignored);
  accept_pause_.cancel();
  for (Session* session : sessions_) session->finish();

  all_gone_.expires_after(deadline);
  while (!sessions_.empty() && Clock::now() < all_gone_.expiry()) co_await all_gone_.async_wait(kAsTuple);
  for (Session* session : sessions_) session->cut_off();
  all_gone_.expires_after(kCutOffGrace);
  while (!sessions_.empty() && Clock::now() < all_gone_.expiry()) co_await all_gone_.async_wait(kAsTuple);
  next_watch_.cancel();
  co_return sessions_.size();
}

void HttpServer::Listener::close_everything() {
  stopping_ = true;
  error_code ignored;
  acceptor.close(ignored);
  accept_pause_.cancel();
  next_watch_.cancel();
  for (Session* session : sessions_) session->cut_off();
}

void HttpServer::Listener::enter(Session& session) {
  unsigned& of_peer = connections_by_peer_[session.counted_peer];
  session.place = sessions_.insert(sessions_.end(), &session);
  ++of_peer;
  open_connections = sessions_.size();
}

void HttpServer::Listener::leave(Session& session) {
  sessions_.erase(session.place);
  const auto of_peer = connections_by_peer_.find(session.counted_peer);
  if (--of_peer->second == 0) connections_by_peer_.erase(of_peer);
  open_connections = sessions_.size();
  if (stopping_ && sessions_.empty()) all_gone_.cancel();
}

std::expected<const Route*, Refusal> HttpServer::Listener::find_route(const core::HttpRequest& request) const {
  const auto closeness = [&](const Route& route) -> std::size_t {
    if (request.path == route.path) return route.path.size() + 1;
    return route.with_all_below && request.path.starts_with(route.path) ? route.path.size() : 0;
  };
  std::size_t closest = 0;
  for (const Route& route : routes) closest = std::max(closest, closeness(route));
  if (closest == 0) return std::unexpected(Refusal{HttpReject::no_route});
  std::string allow;
  for (const Route& route : routes) {
    if (closeness(route) != closest) continue;
    for (const std::string& method : route.methods) {
      if (method == request.method) return &route;
      allow.append(allow.empty() ? "" : ", ").append(method);
    }
  }
  return std::unexpected(Refusal{HttpReject::wrong_method, std::move(allow)});
}

core::HttpAnswer HttpServer::Listener::answer_to(const Refusal& refusal) {
  const unsigned status = status_of(refusal.reason);
  core::HttpAnswer answer{
      .status = status, .content_type = "text/plain; charset=utf-8", .body = std::string(text_of(status)), .headers = {}};
  if (status == 405) answer.headers.emplace_back("Allow", refusal.allow);
  // Spread out, so that those turned away do not all return together.
  if (status == 503) answer.headers.emplace_back("Retry-After", std::to_string(std::uniform_int_distribution{2, 10}(random_)));
  return answer;
}

HttpServer::HttpServer(asio::io_context& io, ListenerSettings settings, std::vector<Route> routes, EdgeEvents& events)
    : listener_(std::make_shared<Listener>(io, std::move(settings), std::move(routes), events)) {}

HttpServer::~HttpServer() { listener_->close_everything(); }

core::Result<void> HttpServer::listen() { return listener_->open(); }

std::uint16_t HttpServer::port() const {
  error_code ignored;
  return listener_->acceptor.local_endpoint(ignored).port();
}

core::Result<void> HttpServer::reload_tls() {
  if (!listener_->tls) return {};
  return listener_->tls->load();
}

std::optional<core::Timestamp> HttpServer::certificate_expires_at() const {
  if (!listener_->tls) return std::nullopt;
  return listener_->tls->expires_at();
}

std::size_t HttpServer::connections() const noexcept { return listener_->open_connections; }

asio::awaitable<std::size_t> HttpServer::stop(std::chrono::milliseconds deadline) { return listener_->stop(deadline); }

}  // namespace satupintu::gateway
