// SPDX-License-Identifier: Apache-2.0
// One HTTP listener, plain or TLS: reads a header block, lets the guard judge it, finds the route and settles
// everything that can be settled without the body before it reads the body; only a complete request reaches a
// handler. Every connection has a deadline whatever it does, and every refusal ends it. One thread: all calls
// and all handlers on the io_context's, except connections().
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/http.hpp"
#include "core/time.hpp"
#include "gateway/http_guard.hpp"
#include "gateway/tls.hpp"

namespace satupintu::gateway {

struct ListenerSettings {
  std::string address;     // "127.0.0.1", "::"
  std::uint16_t port = 0;  // 0: any that is free
  std::optional<TlsSettings> tls;
  std::vector<std::string> host_names;  // ours, without port; empty: any
  std::vector<std::string> proxies;     // addresses whose X-Forwarded-For we believe
  unsigned max_connections = 1000;
  unsigned max_connections_per_peer = 1000;  // an IPv6 peer is its /64
  std::uint64_t max_body_bytes_in_flight = 128 * 1024 * 1024;
  std::chrono::milliseconds handshake_deadline{5'000};
  std::chrono::milliseconds header_deadline{10'000};  // for a new connection's first byte, and for a header block
  std::chrono::milliseconds body_deadline{30'000};    // for the body, and for the client to take our answer
  std::chrono::milliseconds idle_deadline{60'000};    // between two requests
};

struct Route {
  std::string path;                  // percent-decoded
  bool with_all_below = false;       // also every longer path that starts with `path`
  std::vector<std::string> methods;  // HEAD only where it is listed
  std::uint64_t max_body_bytes = 0;
  // Asked before the body is read; true turns the request away with 503. May be empty.
  std::function<bool()> is_overloaded;
  // An exception makes a 500 and ends the connection.
  std::function<boost::asio::awaitable<core::HttpAnswer>(core::HttpRequest)> handle;
};

// What the edge wants counted. Called on the io_context's thread; must not throw.
class EdgeEvents {
 public:
  virtual ~EdgeEvents() = default;
  virtual void http_rejected(HttpReject reason) = 0;
  // Accepting pauses for a moment and goes on; `reason` is the errno's name ("EMFILE").
  virtual void accept_paused(std::string_view reason) = 0;
  // This listener accepts nothing any more; the process had better end.
  virtual void accept_failed(const core::Error& error) = 0;
};

class HttpServer {
 public:
  // `events` and whatever the routes refer to must outlive the last run of `io`. Several routes may share a path
  // if their methods differ; an exact path wins over one that includes all below it, and a longer one over a shorter.
  HttpServer(boost::asio::io_context& io, ListenerSettings settings, std::vector<Route> routes, EdgeEvents& events);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();  // without stop(): closes every connection at once

  // Binds and starts to accept. Misconfigured when the address, the port or the certificate is no good.
  [[nodiscard]] core::Result<void> listen();
  [[nodiscard]] std::uint16_t port() const;

  // Reads certificate and key again, for new connections. On failure the old pair stays in use.
  [[nodiscard]] core::Result<void> reload_tls();
  [[nodiscard]] std::optional<core::Timestamp> certificate_expires_at() const;

  // Any thread.
  [[nodiscard]] std::size_t connections() const noexcept;

  // Stops accepting, lets requests that have begun finish, and closes their connections after the answer. When `deadline`
  // is over the rest is cut off. Gives how many handlers were still at work then; 0 means that everything has ended.
  [[nodiscard]] boost::asio::awaitable<std::size_t> stop(std::chrono::milliseconds deadline);

 private:
  class Listener;
  class Session;
  std::shared_ptr<Listener> listener_;  // shared with the coroutines that serve its connections
};

}  // namespace satupintu::gateway
