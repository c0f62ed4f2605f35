// SPDX-License-Identifier: Apache-2.0
// Reads HTTP/1 requests out of raw bytes and refuses every one that two programs could read differently
// (RFC 9112, and stricter where leniency is what request smuggling lives on). The HTTP server feeds it; it is
// pure, sees no socket and no clock, and its answers never depend on how the bytes were cut into pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/http.hpp"

namespace satupintu::gateway {

inline constexpr std::size_t kMaxHeadBytes = 16 * 1024;   // request line and headers
inline constexpr std::size_t kMaxTargetBytes = 8 * 1024;  // a ten-part SMS in Kannel's query takes 6 KB
inline constexpr std::size_t kMaxHeaders = 100;
inline constexpr std::size_t kMaxChunks = 65'536;

// Why the edge refused a request or dropped a connection: the values of http_rejects_total{reason}.
enum class HttpReject {
  // What came is no request that can be read in one way only.
  bad_request_line,
  bad_version,
  bad_target,
  target_too_long,
  bad_header,
  head_too_large,
  bad_host,
  wrong_host,      // not one of our names
  bad_framing,     // Content-Length or Transfer-Encoding malformed, repeated or both
  unknown_coding,  // a transfer coding other than chunked
  content_coding,  // a compressed body
  bad_expectation,
  bad_chunk,
  trailers,
  // Readable, but not wanted.
  no_route,
  wrong_method,
  body_too_large,
  overloaded,
  // About the connection.
  slow_head,
  slow_body,
  slow_reader,  // did not take our answer in time
  cut_short,    // ended within a request
  too_many_connections,
  tls_failed,
  // Our own fault.
  handler_failed,
};

[[nodiscard]] std::string_view name_of(HttpReject reason) noexcept;

// The status to answer with; 0 where nobody is left to be answered.
[[nodiscard]] unsigned status_of(HttpReject reason) noexcept;

// Finds the end of the header block in bytes that arrive piece by piece.
class HeadScanner {
 public:
  // `bytes` is everything since the request's first byte. Gives the header block's length including its empty
  // line, or nullopt while that is yet to come. Refuses a bare LF at once, and a block that outgrows its limits.
  [[nodiscard]] std::expected<std::optional<std::size_t>, HttpReject> scan(std::string_view bytes);

 private:
  std::size_t line_start_ = 0;
};

enum class Framing { none, sized, chunked };

struct RequestHead {
  core::HttpRequest request;  // all but body and peer
  Framing framing = Framing::none;
  std::uint64_t content_length = 0;  // when sized
  bool expects_continue = false;     // waits for "100 Continue" before it sends the body
  bool keep_alive = true;
};

// Judges a header block as HeadScanner delimits it. An empty `host_names` accepts every well-formed Host; a name
// in it matches without case and whatever the port. The path is decoded once; one that would mean something else
// after normalising (encoded slash or control character, "//", "." or ".." segment) has no route.
[[nodiscard]] std::expected<RequestHead, HttpReject> judge_head(std::string_view head, std::span<const std::string> host_names);

// Takes one body out of the bytes that follow its header block.
class BodyDecoder {
 public:
  // A sized body must already have been compared with `max_bytes`, a chunked one is while it arrives.
  BodyDecoder(Framing framing, std::uint64_t content_length, std::uint64_t max_bytes);

  // Appends payload to `body`. Gives how many of `bytes` belong to this request: all of them until `done`.
  [[nodiscard]] std::expected<std::size_t, HttpReject> feed(std::string_view bytes, std::string& body);
  [[nodiscard]] bool done() const noexcept { return state_ == State::done; }

 private:
  enum class State { size, size_lf, payload, payload_cr, payload_lf, last_cr, last_lf, done };

  // One byte of chunk framing.
  [[nodiscard]] std::expected<void, HttpReject> take(char c, std::size_t received);

  State state_;
  bool chunked_;
  std::uint64_t remaining_;  // of the payload, or the chunk size while it is being read
  std::uint64_t max_bytes_;
  unsigned digits_ = 0;
  std::size_t chunks_ = 0;
};

// Who sent the request: `peer` itself, unless that is one of our own `proxies`. Then it is the right-most
// X-Forwarded-For hop that is not a proxy; what stands left of it is anybody's claim.
[[nodiscard]] std::string client_address(std::string_view peer, const core::HttpRequest& request, std::span<const std::string> proxies);

}  // namespace satupintu::gateway
