// SPDX-License-Identifier: Apache-2.0
// The HTTP edge over real loopback sockets: a server on its own thread, a blocking client on the test's.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <csignal>
#include <fstream>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "gateway/http_server.hpp"
#include "tests/support/http_vectors.hpp"
#include "tests/support/temporary_directory.hpp"

namespace satupintu::gateway {
namespace {

namespace asio = boost::asio;
using core::HttpAnswer;
using core::HttpRequest;
using std::chrono::milliseconds;
using tests::HttpVector;
using tests::kVectorHost;
using tests::kVectorPath;
using tests::request_with;

constexpr milliseconds kTiny{150};         // a deadline that a test wants to see pass
constexpr milliseconds kPatience{20'000};  // one that it does not

std::string honest_request(const std::string& lines = {}) { return request_with(lines + "Content-Length: 5\r\n", "hello"); }

// Waits for what another thread brings about.
bool eventually(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

// ---- the client

struct Answer {
  unsigned status = 0;  // 0: the connection ended without one
  std::string head;
  std::string body;

  [[nodiscard]] bool has(const std::string& line) const { return head.contains("\r\n" + line + "\r\n"); }
};

class Client {
 public:
  explicit Client(std::uint16_t port, const char* from = "127.0.0.1") : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const sockaddr_in own = address(from, 0), server = address("127.0.0.1", port);
    REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0);
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&server), sizeof server) == 0;
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { ::close(fd_); }

  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] bool was_reset() const { return was_reset_; }
  [[nodiscard]] int fd() const { return fd_; }

  // False when the server closed before it took everything.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void finish_sending() { ::shutdown(fd_, SHUT_WR); }
  [[nodiscard]] bool hears_something_within(milliseconds time) const {
    pollfd readable{.fd = fd_, .events = POLLIN, .revents = 0};
    return ::poll(&readable, 1, static_cast<int>(time.count())) > 0;
  }

  [[nodiscard]] Answer read_answer() {
    while (!received_.contains("\r\n\r\n"))
      if (!receive()) return {};
    Answer answer;
    answer.head = received_.substr(0, received_.find("\r\n\r\n") + 4);
    received_.erase(0, answer.head.size());
    answer.status = static_cast<unsigned>(std::stoul(answer.head.substr(9, 3)));
    const auto length_at = answer.head.find("\r\nContent-Length: ");
    const std::size_t length = length_at == std::string::npos ? 0 : std::stoul(answer.head.substr(length_at + 18));
    while (received_.size() < length)
      if (!receive()) break;
    answer.body = received_.substr(0, length);
    received_.erase(0, length);
    return answer;
  }

  // Everything up to the end of the connection.
  [[nodiscard]] std::string read_to_end() {
    while (receive()) {
    }
    return std::exchange(received_, {});
  }

  [[nodiscard]] Answer ask(std::string_view bytes) {
    send(bytes);
    return read_answer();
  }

 private:
  static sockaddr_in address(const char* text, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, text, &address.sin_addr);
    return address;
  }

  bool receive() {
    std::array<char, 65536> buffer;
    const auto count = ::recv(fd_, buffer.data(), buffer.size(), 0);
    was_reset_ = was_reset_ || (count < 0 && errno == ECONNRESET);
    if (count < 0 && errno == EAGAIN) FAIL("the server neither answered nor closed");
    if (count > 0) received_.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0;
  }

  int fd_;
  bool connected_ = false;
  bool was_reset_ = false;
  std::string received_;
};

// ---- the server

class Recorder : public EdgeEvents {
 public:
  void http_rejected(HttpReject reason) override {
    const std::scoped_lock lock(mutex_);
    ++rejected_[reason];
  }
  void accept_paused(std::string_view) override {}
  void accept_failed(const core::Error&) override {}

  [[nodiscard]] int rejected(HttpReject reason) {
    const std::scoped_lock lock(mutex_);
    return rejected_[reason];
  }

 private:
  std::mutex mutex_;
  std::map<HttpReject, int> rejected_;
};

ListenerSettings patient_settings() {
  return {.address = "127.0.0.1",
          .port = 0,
          .tls = {},
          .host_names = {kVectorHost},
          .proxies = {},
          .header_deadline = kPatience,
          .body_deadline = kPatience,
          .idle_deadline = kPatience};
}

class Edge {
 public:
  explicit Edge(ListenerSettings settings = patient_settings(), std::vector<Route> further_routes = {}) : gate_(io_) {
    std::vector<Route> routes = std::move(further_routes);
    routes.push_back(route(kVectorPath, {"GET", "POST"}, [this](HttpRequest request) { return echo(std::move(request)); }));
    routes.push_back(route("/gated", {"POST"}, [this](HttpRequest request) { return pass_gate(std::move(request)); }));
    gate_.expires_at(asio::steady_timer::time_point::max());
    server_ = std::make_unique<HttpServer>(io_, std::move(settings), std::move(routes), recorder);
    const auto listening = server_->listen();
    REQUIRE_MESSAGE(listening, listening.error().what);
    port = server_->port();
    thread_ = std::thread([this] { io_.run(); });
  }
  Edge(const Edge&) = delete;
  Edge& operator=(const Edge&) = delete;
  ~Edge() {
    open_gate();
    if (!stopped_) stop(milliseconds{0});
    thread_.join();
  }

  static Route route(std::string path, std::vector<std::string> methods, std::function<asio::awaitable<HttpAnswer>(HttpRequest)> handle) {
    return {.path = std::move(path),
            .with_all_below = false,
            .methods = std::move(methods),
            .max_body_bytes = tests::kVectorMaxBody,
            .is_overloaded = {},
            .handle = std::move(handle)};
  }

  std::size_t stop(milliseconds deadline) {
    stopped_ = true;
    return asio::co_spawn(io_, server_->stop(deadline), asio::use_future).get();
  }
  std::future<std::size_t> start_to_stop(milliseconds deadline) {
    stopped_ = true;
    return asio::co_spawn(io_, server_->stop(deadline), asio::use_future);
  }
  void open_gate() {
    asio::post(io_, [this] { gate_.expires_at(asio::steady_timer::time_point::min()); });
  }
  core::Result<void> reload_tls() {
    return asio::post(io_, asio::use_future([this] { return server_->reload_tls(); })).get();
  }
  std::optional<core::Timestamp> certificate_expires_at() {
    return asio::post(io_, asio::use_future([this] { return server_->certificate_expires_at(); })).get();
  }
  [[nodiscard]] std::size_t connections() const { return server_->connections(); }
  [[nodiscard]] bool serves_honest_requests() {
    const auto answer = Client(port).ask(honest_request());
    return answer.status == 200 && answer.body == "hello";
  }

  Recorder recorder;
  std::uint16_t port = 0;
  std::atomic<int> calls = 0;
  std::atomic<int> at_gate = 0;

 private:
  asio::awaitable<HttpAnswer> echo(HttpRequest request) {
    ++calls;
    co_return HttpAnswer{
        .status = 200, .content_type = "text/plain", .body = std::move(request.body), .headers = {{"X-Peer", request.peer}}};
  }
  asio::awaitable<HttpAnswer> pass_gate(HttpRequest request) {
    ++at_gate;
    boost::system::error_code ignored;
    co_await gate_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_return HttpAnswer{.status = 200, .content_type = "text/plain", .body = std::move(request.body), .headers = {}};
  }

  asio::io_context io_{1};
  asio::steady_timer gate_;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
  bool stopped_ = false;
};

asio::awaitable<HttpAnswer> answer_with(HttpAnswer answer) { co_return answer; }

asio::awaitable<HttpAnswer> greet(HttpRequest) {
  co_return HttpAnswer{.status = 200, .content_type = "text/plain", .body = "hi", .headers = {}};
}

std::string post_to(const std::string& path, const std::string& body = {}, const std::string& lines = {}) {
  return "POST " + path + " HTTP/1.1\r\nHost: " + kVectorHost + "\r\n" + lines + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

std::size_t count_of(std::string_view needle, std::string_view text) {
  std::size_t count = 0;
  for (auto at = text.find(needle); at != std::string_view::npos; at = text.find(needle, at + 1)) ++count;
  return count;
}

}  // namespace

// ---- what is refused and what is not

TEST_CASE("a_refused_message_is_answered_once_closes_its_connection_and_harms_nobody_else") {
  Edge edge;
  auto vectors = tests::messages_the_guard_refuses();
  for (auto& vector : tests::messages_with_trailers()) vectors.push_back(std::move(vector));
  for (auto& vector : tests::messages_the_routes_refuse()) vectors.push_back(std::move(vector));
  for (const HttpVector& vector : vectors) {
    CAPTURE(vector.label);
    const int counted = edge.recorder.rejected(*vector.reject);
    Client client(edge.port);
    client.send(vector.bytes + honest_request());
    const std::string heard = client.read_to_end();
    CHECK_FALSE(client.was_reset());
    CHECK(heard.starts_with("HTTP/1.1 " + std::to_string(status_of(*vector.reject)) + " "));
    CHECK(count_of("HTTP/1.1 ", heard) == 1);
    CHECK(heard.contains("\r\nConnection: close\r\n"));
    CHECK(edge.calls == 0);
    CHECK(edge.recorder.rejected(*vector.reject) == counted + 1);
    REQUIRE(edge.serves_honest_requests());
    edge.calls = 0;
  }
}

TEST_CASE("honest_messages_reach_the_handler_one_after_the_other_on_one_connection") {
  Edge edge;
  auto client = std::make_unique<Client>(edge.port);
  for (const HttpVector& vector : tests::messages_to_accept()) {
    CAPTURE(vector.label);
    const Answer answer = client->ask(vector.bytes);
    CHECK(answer.status == 200);
    CHECK(answer.body == vector.body);
    if (answer.has("Connection: close")) client = std::make_unique<Client>(edge.port);
  }
}

TEST_CASE("every_answer_forbids_storing_and_sniffing_and_does_not_tell_who_we_are") {
  Edge edge;
  for (const std::string& request : {honest_request(), std::string("nonsense\r\n\r\n"), request_with("Content-Length: 4097\r\n")}) {
    const Answer answer = Client(edge.port).ask(request);
    CHECK(answer.has("Cache-Control: no-store"));
    CHECK(answer.has("X-Content-Type-Options: nosniff"));
    CHECK(answer.has("Content-Length: " + std::to_string(answer.body.size())));
    CHECK(answer.head.contains("\r\nDate: "));
    CHECK_FALSE(answer.head.contains("\r\nServer:"));
  }
}

TEST_CASE("a_request_cut_at_any_byte_never_reaches_the_handler") {
  Edge edge;
  const std::string messages[] = {honest_request(), request_with("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n")};
  int cuts = 0;
  for (const std::string& message : messages) {
    for (std::size_t size = 1; size < message.size(); ++size, ++cuts) {
      CAPTURE(size);
      Client client(edge.port);
      client.send(std::string_view(message).substr(0, size));
      client.finish_sending();
      CHECK(client.read_to_end().empty());
    }
  }
  CHECK(edge.calls == 0);
  CHECK(edge.recorder.rejected(HttpReject::cut_short) == cuts);
  CHECK(edge.serves_honest_requests());
}

TEST_CASE("a_client_that_finishes_sending_early_still_gets_its_answer") {
  Edge edge;
  Client client(edge.port);
  client.send(honest_request());
  client.finish_sending();
  CHECK(client.read_answer().body == "hello");
  CHECK(client.read_to_end().empty());
}

TEST_CASE("too_large_is_answered_before_the_body_is_sent") {
  Edge edge;
  Client client(edge.port);
  CHECK(client.ask(request_with("Expect: 100-continue\r\nContent-Length: 4097\r\n")).status == 413);
  CHECK(client.read_to_end().empty());
}

TEST_CASE("a_client_that_sends_its_whole_body_before_it_listens_hears_the_refusal_too") {
  Edge edge;
  Client client(edge.port);
  const std::string body(32u << 20, 'a');  // more than the kernel would hold for us
  CHECK(client.send(post_to(kVectorPath, body)));
  CHECK(client.read_to_end().starts_with("HTTP/1.1 413 "));
  CHECK_FALSE(client.was_reset());
}

TEST_CASE("a_client_that_waits_for_100_gets_it_once_its_request_is_wanted") {
  Edge edge;
  Client client(edge.port);
  CHECK(client.ask(request_with("Expect: 100-continue\r\nContent-Length: 5\r\n")).status == 100);
  const Answer answer = client.ask("hello");
  CHECK(answer.status == 200);
  CHECK(answer.body == "hello");
  CHECK(client.ask(request_with("Expect: 100-continue\r\nContent-Length: 5\r\n", "hello")).status == 200);  // it did not wait
}

TEST_CASE("pipelined_requests_are_answered_in_order") {
  Edge edge;
  Client client(edge.port);
  std::string all;
  for (const std::string body : {"one", "two", "three"}) all += post_to(kVectorPath, body);
  client.send(all);
  for (const std::string body : {"one", "two", "three"}) CHECK(client.read_answer().body == body);
}

TEST_CASE("a_connection_ends_after_a_thousand_requests") {
  Edge edge;
  Client client(edge.port);
  std::string all;
  for (int i = 0; i < 1001; ++i) all += honest_request();
  std::thread sender([&] { client.send(all); });
  const std::string heard = client.read_to_end();
  sender.join();
  CHECK(count_of("HTTP/1.1 200 OK", heard) == 1000);
  CHECK(count_of("\r\nConnection: close\r\n", heard) == 1);
  CHECK(edge.calls == 1000);
}

TEST_CASE("the_handler_is_told_the_address_our_proxy_saw") {
  ListenerSettings settings = patient_settings();
  settings.proxies = {"127.0.0.1"};
  Edge edge(std::move(settings));
  CHECK(Client(edge.port).ask(honest_request("X-Forwarded-For: 198.51.100.7, 203.0.113.9\r\n")).has("X-Peer: 203.0.113.9"));
  CHECK(Client(edge.port, "127.0.0.2").ask(honest_request("X-Forwarded-For: 203.0.113.9\r\n")).has("X-Peer: 127.0.0.2"));
}

// ---- routes and handlers

TEST_CASE("the_closest_route_with_the_right_method_is_taken") {
  const auto named = [](std::string path, bool with_all_below, std::vector<std::string> methods, std::string name) {
    Route route = Edge::route(std::move(path), std::move(methods), [name](const HttpRequest&) {
      return answer_with({.status = 200, .content_type = "text/plain", .body = name, .headers = {}});
    });
    route.with_all_below = with_all_below;
    return route;
  };
  Edge edge(patient_settings(),
            {named("/t/", true, {"GET"}, "below t"), named("/t/a/", true, {"GET"}, "below t/a"), named("/t/a/b", false, {"GET"}, "b"),
             named("/t/a/b", false, {"PUT"}, "put b"), named("/h", false, {"GET", "HEAD"}, "h")});
  const auto ask = [&](const std::string& line) { return Client(edge.port).ask(line + " HTTP/1.1\r\nHost: " + kVectorHost + "\r\n\r\n"); };
  CHECK(ask("GET /t/").body == "below t");
  CHECK(ask("GET /t/x/y").body == "below t");
  CHECK(ask("GET /t/a/x").body == "below t/a");
  CHECK(ask("GET /t/a/b").body == "b");
  CHECK(ask("PUT /t/a/b").body == "put b");
  CHECK(ask("GET /t").status == 404);
  const Answer wrong_method = ask("DELETE /t/a/b");
  CHECK(wrong_method.status == 405);
  CHECK(wrong_method.has("Allow: GET, PUT"));
  Client client(edge.port);
  client.send("HEAD /h HTTP/1.1\r\nHost: " + kVectorHost + "\r\nConnection: close\r\n\r\n");
  const std::string heard = client.read_to_end();
  CHECK(heard.contains("\r\nContent-Length: 1\r\n"));
  CHECK(heard.ends_with("\r\n\r\n"));
}

TEST_CASE("a_handler_that_fails_is_a_500_that_says_nothing") {
  const auto throws = [](const HttpRequest&) -> asio::awaitable<HttpAnswer> {
    throw std::runtime_error("nomor 081234567890");
    co_return HttpAnswer{};
  };
  const auto splits = [](const HttpRequest&) {
    return answer_with({.status = 200, .content_type = "", .body = "", .headers = {{"Location", "/a\r\nSet-Cookie: b=c"}}});
  };
  Edge edge(patient_settings(), {Edge::route("/throws", {"POST"}, throws), Edge::route("/splits", {"POST"}, splits)});
  for (const std::string path : {"/throws", "/splits"}) {
    Client client(edge.port);
    client.send(post_to(path, "hello") + honest_request());
    const std::string heard = client.read_to_end();
    CHECK(heard.starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
    CHECK(heard.contains("\r\nConnection: close\r\n"));
    CHECK_FALSE(heard.contains("0812"));
    CHECK_FALSE(heard.contains("Set-Cookie"));
  }
  CHECK(edge.recorder.rejected(HttpReject::handler_failed) == 2);
  CHECK(edge.calls == 0);
}

// ---- limits

TEST_CASE("an_overloaded_route_turns_requests_away_before_their_body") {
  Route busy = Edge::route("/busy", {"POST"}, [](const HttpRequest&) { return answer_with({}); });
  busy.is_overloaded = [] { return true; };
  Edge edge(patient_settings(), {busy});
  Client client(edge.port);
  const Answer answer = client.ask("POST /busy HTTP/1.1\r\nHost: " + kVectorHost + "\r\nContent-Length: 4096\r\n\r\n");
  CHECK(answer.status == 503);
  const auto at = answer.head.find("\r\nRetry-After: ");
  REQUIRE(at != std::string::npos);
  const int seconds = std::stoi(answer.head.substr(at + 15));
  CHECK(seconds >= 2);
  CHECK(seconds <= 10);
  CHECK(client.read_to_end().empty());
  CHECK(edge.serves_honest_requests());
}

TEST_CASE("bodies_in_flight_never_hold_more_memory_than_allowed") {
  ListenerSettings settings = patient_settings();
  settings.max_body_bytes_in_flight = 5000;
  Edge edge(std::move(settings));
  Client idle(edge.port);
  CHECK(idle.ask(post_to(kVectorPath, std::string(4096, 'a'))).status == 200);
  {
    Client large(edge.port);
    CHECK(large.ask(request_with("Expect: 100-continue\r\nContent-Length: 4096\r\n")).status == 100);
    CHECK(Client(edge.port).ask(post_to(kVectorPath, std::string(905, 'a'))).status == 503);
    CHECK(Client(edge.port).ask(request_with("Transfer-Encoding: chunked\r\n")).status == 503);
    CHECK(Client(edge.port).ask(post_to(kVectorPath, std::string(904, 'a'))).status == 200);
  }
  CHECK(eventually([&] { return edge.connections() == 1; }));
  CHECK(Client(edge.port).ask(post_to(kVectorPath, std::string(4096, 'a'))).status == 200);
}

TEST_CASE("one_connection_too_many_is_told_so_politely") {
  ListenerSettings settings = patient_settings();
  settings.max_connections = 2;
  Edge edge(std::move(settings));
  auto first = std::make_unique<Client>(edge.port);
  Client second(edge.port);
  CHECK(first->ask(honest_request()).status == 200);
  CHECK(second.ask(honest_request()).status == 200);
  const std::string heard = Client(edge.port).read_to_end();
  CHECK(heard.starts_with("HTTP/1.1 503 "));
  CHECK(heard.contains("\r\nRetry-After: "));
  CHECK(edge.recorder.rejected(HttpReject::too_many_connections) == 1);
  CHECK(second.ask(honest_request()).status == 200);
  first.reset();
  CHECK(eventually([&] { return edge.connections() == 1; }));
  CHECK(edge.serves_honest_requests());
}

TEST_CASE("one_peer_cannot_take_all_connections") {
  ListenerSettings settings = patient_settings();
  settings.max_connections_per_peer = 1;
  Edge edge(std::move(settings));
  Client greedy(edge.port);
  CHECK(greedy.ask(honest_request()).status == 200);
  CHECK(Client(edge.port).read_to_end().starts_with("HTTP/1.1 503 "));
  CHECK(Client(edge.port, "127.0.0.2").ask(honest_request()).status == 200);
}

// ---- deadlines

TEST_CASE("a_slow_header_block_is_answered_408_and_a_silent_connection_is_closed") {
  ListenerSettings settings = patient_settings();
  settings.header_deadline = kTiny;
  Edge edge(std::move(settings));
  Client slow(edge.port), silent(edge.port), dribbling(edge.port);
  slow.send("POST / HTTP/1.1\r\nHost:");
  // Every byte comes in time, the header block as a whole does not.
  while (!dribbling.hears_something_within(milliseconds{1})) dribbling.send("a");
  CHECK(dribbling.read_to_end().starts_with("HTTP/1.1 408 "));
  CHECK(slow.read_to_end().starts_with("HTTP/1.1 408 "));
  CHECK(silent.read_to_end().empty());
  CHECK(edge.recorder.rejected(HttpReject::slow_head) == 2);
  CHECK(edge.serves_honest_requests());
}

TEST_CASE("a_slow_body_is_answered_408") {
  ListenerSettings settings = patient_settings();
  settings.body_deadline = kTiny;
  Edge edge(std::move(settings));
  for (const std::string& message :
       {request_with("Content-Length: 5\r\n", "hell"), request_with("Transfer-Encoding: chunked\r\n", "5\r\nhello")}) {
    Client client(edge.port);
    client.send(message);
    CHECK(client.read_to_end().starts_with("HTTP/1.1 408 "));
  }
  CHECK(edge.recorder.rejected(HttpReject::slow_body) == 2);
  CHECK(edge.calls == 0);
  CHECK(edge.serves_honest_requests());
}

TEST_CASE("an_idle_connection_is_closed_without_a_word") {
  ListenerSettings settings = patient_settings();
  settings.idle_deadline = kTiny;
  Edge edge(std::move(settings));
  Client client(edge.port);
  CHECK(client.ask(honest_request()).status == 200);
  CHECK(client.read_to_end().empty());
  CHECK_FALSE(client.was_reset());
}

TEST_CASE("a_client_that_does_not_take_its_answer_is_dropped") {
  ListenerSettings settings = patient_settings();
  settings.body_deadline = kTiny;
  const auto large = [](const HttpRequest&) {
    return answer_with({.status = 200, .content_type = "text/plain", .body = std::string(32u << 20, 'a'), .headers = {}});
  };
  Edge edge(std::move(settings), {Edge::route("/large", {"POST"}, large)});
  Client client(edge.port);
  client.send(post_to("/large"));
  CHECK(eventually([&] { return edge.recorder.rejected(HttpReject::slow_reader) == 1; }));
  CHECK(edge.serves_honest_requests());
}

// ---- the end

TEST_CASE("stopping_finishes_what_has_begun_and_closes_what_is_idle") {
  Edge edge;
  Client idle(edge.port), busy(edge.port), half(edge.port);
  CHECK(idle.ask(honest_request()).status == 200);
  busy.send(post_to("/gated", "hello"));
  half.send(honest_request().substr(0, 20));
  REQUIRE(eventually([&] { return edge.at_gate == 1 && edge.connections() == 3; }));
  auto stopped = edge.start_to_stop(kPatience);
  CHECK(idle.read_to_end().empty());
  CHECK_FALSE(idle.was_reset());
  CHECK_FALSE(Client(edge.port).connected());
  half.send(honest_request().substr(20));
  const Answer late = half.read_answer();
  CHECK(late.status == 200);
  CHECK(late.has("Connection: close"));
  edge.open_gate();
  const Answer answer = busy.read_answer();
  CHECK(answer.body == "hello");
  CHECK(answer.has("Connection: close"));
  CHECK(half.read_to_end().empty());
  CHECK(busy.read_to_end().empty());
  busy.finish_sending();
  half.finish_sending();
  idle.finish_sending();
  CHECK(stopped.get() == 0);
}

TEST_CASE("a_request_that_is_here_when_we_stop_is_answered") {
  asio::io_context io{1};
  Recorder recorder;
  HttpServer server(io, patient_settings(), {Edge::route(kVectorPath, {"POST"}, greet)}, recorder);
  REQUIRE(server.listen());
  Client client(server.port());
  client.send(honest_request());  // now it lies in the kernel, and nobody has accepted the connection
  auto stopped = asio::co_spawn(io, server.stop(kPatience), asio::use_future);
  std::thread serving([&io] { io.run(); });
  const Answer answer = client.read_answer();
  client.finish_sending();
  serving.join();
  CHECK(answer.body == "hi");
  CHECK(answer.has("Connection: close"));
  CHECK(stopped.get() == 0);
}

TEST_CASE("stopping_has_a_deadline") {
  Edge edge;
  Client half(edge.port), stuck(edge.port);
  half.send("POST / HTTP/1.1\r\n");
  stuck.send(post_to("/gated"));
  REQUIRE(eventually([&] { return edge.at_gate == 1 && edge.connections() == 2; }));
  CHECK(edge.stop(kTiny) == 1);
  CHECK(half.read_to_end().empty());
  CHECK(stuck.read_to_end().empty());
}

TEST_CASE("a_server_that_goes_without_stopping_takes_its_connections_with_it") {
  asio::io_context io{1};
  Recorder recorder;
  auto server = std::make_unique<HttpServer>(io, patient_settings(), std::vector<Route>{}, recorder);
  REQUIRE(server->listen());
  Client client(server->port());
  client.send("POST / HTTP/1.1\r\n");
  while (server->connections() == 0) io.run_one();
  server.reset();
  io.run();
  CHECK(client.read_to_end().empty());
}

TEST_CASE("a_listener_that_cannot_be_had_is_a_mistake_in_the_configuration") {
  Edge edge;
  asio::io_context io{1};
  Recorder recorder;
  const auto listen = [&](ListenerSettings settings) {
    HttpServer server(io, std::move(settings), {}, recorder);
    return server.listen();
  };
  ListenerSettings taken = patient_settings(), nowhere = patient_settings(), without_files = patient_settings();
  taken.port = edge.port;
  nowhere.address = "pintu";
  without_files.tls = TlsSettings{.certificate_file = "/nonexistent/cert.pem", .key_file = "/nonexistent/key.pem"};
  for (const auto& settings : {taken, nowhere, without_files}) {
    const auto listening = listen(settings);
    REQUIRE_FALSE(listening);
    CHECK(listening.error().code == core::Errc::misconfigured);
  }
  CHECK(edge.serves_honest_requests());
}

// In a process of its own, because the limit would starve everything else in this one.
TEST_CASE("running_out_of_descriptors_is_survived") {
  std::array<int, 2> to_parent{};
  REQUIRE(::pipe2(to_parent.data(), O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    asio::io_context io{1};
    Recorder recorder;
    HttpServer server(io, patient_settings(), {Edge::route(kVectorPath, {"POST"}, greet)}, recorder);
    if (!server.listen()) ::_exit(1);
    const int next_free = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(next_free);
    const rlimit three_more{.rlim_cur = static_cast<rlim_t>(next_free) + 3, .rlim_max = static_cast<rlim_t>(next_free) + 3};
    ::setrlimit(RLIMIT_NOFILE, &three_more);
    const std::uint16_t port = server.port();
    if (::write(to_parent[1], &port, sizeof port) != sizeof port) ::_exit(1);
    io.run();
    ::_exit(0);
  }
  std::uint16_t port = 0;
  REQUIRE(::read(to_parent[0], &port, sizeof port) == sizeof port);
  {
    Client first(port), second(port), third(port);
    for (Client* client : {&first, &second, &third}) CHECK(client->ask(honest_request()).body == "hi");
    Client fourth(port), fifth(port);
    CHECK(fourth.read_to_end().starts_with("HTTP/1.1 503 "));
    CHECK(fifth.read_to_end().starts_with("HTTP/1.1 503 "));
    CHECK(first.ask(honest_request()).body == "hi");
  }
  CHECK(eventually([&] { return Client(port).ask(honest_request()).body == "hi"; }));
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WIFSIGNALED(status));  // it was alive until then
  for (const int fd : to_parent) ::close(fd);
}

// ---- TLS

namespace {

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, FreeWith<Free>>;

// A self-signed certificate and its key, as two files.
class Identity {
 public:
  explicit Identity(long serial = 1) { replace(serial); }

  void replace(long serial) {
    const Owned<EVP_PKEY, EVP_PKEY_free> key(EVP_EC_gen("P-256"));
    const Owned<X509, X509_free> certificate(X509_new());
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 24 * 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(kVectorHost.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
    X509_set_pubkey(certificate.get(), key.get());
    REQUIRE(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
    write(settings().certificate_file, [&](BIO* out) { PEM_write_bio_X509(out, certificate.get()); });
    write(settings().key_file, [&](BIO* out) { PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  }

  [[nodiscard]] TlsSettings settings() const {
    return {.certificate_file = directory_.path() / "cert.pem", .key_file = directory_.path() / "key.pem"};
  }

 private:
  static void write(const std::string& file, const std::function<void(BIO*)>& fill) {
    const Owned<BIO, BIO_free_all> out(BIO_new_file(file.c_str(), "w"));
    REQUIRE(out);
    fill(out.get());
  }

  tests::TemporaryDirectory directory_;
};

struct TlsWishes {
  int least = TLS1_2_VERSION, most = TLS1_3_VERSION;
  const char* ciphers = "DEFAULT@SECLEVEL=0";
  std::string server_name = kVectorHost;
};

class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, const TlsWishes& wishes = {}) : tcp_(port), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_min_proto_version(context_.get(), wishes.least);
    SSL_CTX_set_max_proto_version(context_.get(), wishes.most);
    SSL_CTX_set_cipher_list(context_.get(), wishes.ciphers);
    session_.reset(SSL_new(context_.get()));
    if (!wishes.server_name.empty()) SSL_set_tlsext_host_name(session_.get(), wishes.server_name.c_str());
    SSL_set_fd(session_.get(), tcp_.fd());
    connected_ = SSL_connect(session_.get()) == 1;
  }

  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] SSL* session() { return session_.get(); }
  [[nodiscard]] long serial() const { return ASN1_INTEGER_get(X509_get0_serialNumber(SSL_get0_peer_certificate(session_.get()))); }

  // Up to the end of the connection, or of an answer that ends in "hello".
  [[nodiscard]] std::string ask(const std::string& bytes) {
    SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size()));
    std::string heard;
    std::array<char, 4096> buffer;
    while (!heard.ends_with("hello")) {
      const int count = SSL_read(session_.get(), buffer.data(), buffer.size());
      if (count <= 0) break;
      heard.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return heard;
  }
  [[nodiscard]] bool was_closed_with_notice() { return (SSL_get_shutdown(session_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }

 private:
  Client tcp_;
  Owned<SSL_CTX, SSL_CTX_free> context_;
  Owned<SSL, SSL_free> session_;
  bool connected_ = false;
};

ListenerSettings tls_settings(const Identity& identity) {
  ListenerSettings settings = patient_settings();
  settings.tls = identity.settings();
  return settings;
}

bool is_greeting(const std::string& heard) { return heard.starts_with("HTTP/1.1 200 OK\r\n") && heard.ends_with("hello"); }

}  // namespace

TEST_CASE("tls_1_2_and_1_3_are_served_without_tickets") {
  const Identity identity;
  Edge edge(tls_settings(identity));
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    TlsClient client(edge.port, {.least = version, .most = version});
    REQUIRE(client.connected());
    CHECK(SSL_version(client.session()) == version);
    CHECK(is_greeting(client.ask(honest_request())));
    CHECK(is_greeting(client.ask(honest_request())));
    CHECK(SSL_SESSION_has_ticket(SSL_get_session(client.session())) == 0);
    CHECK(client.ask("nonsense\r\n\r\n").starts_with("HTTP/1.1 400 "));
    CHECK(client.was_closed_with_notice());
  }
  REQUIRE(edge.certificate_expires_at());
  CHECK(*edge.certificate_expires_at() > std::chrono::system_clock::now() + std::chrono::hours{23});
}

TEST_CASE("weak_tls_is_refused") {
  const Identity identity;
  Edge edge(tls_settings(identity));
  const std::pair<const char*, TlsWishes> weak[] = {
      {"TLS 1.0", {.least = TLS1_VERSION, .most = TLS1_VERSION}},
      {"TLS 1.1", {.least = TLS1_1_VERSION, .most = TLS1_1_VERSION}},
      {"no forward secrecy", {.most = TLS1_2_VERSION, .ciphers = "AES128-GCM-SHA256"}},
      {"no authenticated encryption", {.most = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-SHA256"}},
      {"no server name", {.server_name = ""}},
      {"another server name", {.server_name = "lain.example"}},
  };
  for (const auto& [label, wishes] : weak) {
    CAPTURE(label);
    CHECK_FALSE(TlsClient(edge.port, wishes).connected());
  }
  CHECK(eventually([&] { return edge.recorder.rejected(HttpReject::tls_failed) == 6; }));
  CHECK(is_greeting(TlsClient(edge.port).ask(honest_request())));
}

TEST_CASE("renegotiation_is_refused") {
  const Identity identity;
  Edge edge(tls_settings(identity));
  TlsClient client(edge.port, {.most = TLS1_2_VERSION});
  REQUIRE(client.connected());
  CHECK(is_greeting(client.ask(honest_request())));
  const bool renegotiated = SSL_renegotiate(client.session()) == 1 && SSL_do_handshake(client.session()) == 1 &&
                            SSL_renegotiate_pending(client.session()) == 0 && is_greeting(client.ask(honest_request()));
  CHECK_FALSE(renegotiated);
}

TEST_CASE("a_handshake_that_does_not_come_is_not_waited_for") {
  const Identity identity;
  ListenerSettings settings = tls_settings(identity);
  settings.handshake_deadline = kTiny;
  Edge edge(std::move(settings));
  Client silent(edge.port), plain(edge.port);
  CHECK(silent.read_to_end().empty());
  plain.send(honest_request());
  CHECK_FALSE(plain.read_to_end().contains("HTTP/"));
  CHECK(edge.recorder.rejected(HttpReject::tls_failed) == 2);
}

TEST_CASE("a_slow_request_over_tls_is_answered_408") {
  const Identity identity;
  ListenerSettings settings = tls_settings(identity);
  settings.header_deadline = kTiny;
  Edge edge(std::move(settings));
  TlsClient client(edge.port);
  REQUIRE(client.connected());
  CHECK(client.ask("POST / HTTP/1.1\r\nHost:").starts_with("HTTP/1.1 408 "));
}

TEST_CASE("a_large_body_arrives_whole_over_tls") {
  const Identity identity;
  Edge edge(tls_settings(identity));
  TlsClient client(edge.port);
  REQUIRE(client.connected());
  const std::string body = std::string(tests::kVectorMaxBody - 5, 'a') + "hello";
  CHECK(client.ask(post_to(kVectorPath, body)).ends_with("\r\n\r\n" + body));
}

TEST_CASE("a_new_certificate_serves_new_connections_and_a_bad_one_never_displaces_a_good_one") {
  Identity identity(1);
  Edge edge(tls_settings(identity));
  TlsClient before(edge.port);
  REQUIRE(before.connected());
  CHECK(before.serial() == 1);

  identity.replace(2);
  REQUIRE(edge.reload_tls());
  TlsClient after(edge.port);
  REQUIRE(after.connected());
  CHECK(after.serial() == 2);
  CHECK(is_greeting(before.ask(honest_request())));

  const Identity other(3);
  std::filesystem::copy_file(other.settings().key_file, identity.settings().key_file, std::filesystem::copy_options::overwrite_existing);
  const auto mismatch = edge.reload_tls();
  REQUIRE_FALSE(mismatch);
  CHECK(mismatch.error().code == core::Errc::misconfigured);
  std::ofstream(identity.settings().certificate_file, std::ios::trunc) << "half a file";
  CHECK_FALSE(edge.reload_tls());
  std::filesystem::remove(identity.settings().certificate_file);
  CHECK_FALSE(edge.reload_tls());
  TlsClient still(edge.port);
  REQUIRE(still.connected());
  CHECK(still.serial() == 2);
  CHECK(is_greeting(still.ask(honest_request())));
}

}  // namespace satupintu::gateway
