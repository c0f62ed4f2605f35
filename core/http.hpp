// SPDX-License-Identifier: Apache-2.0
// A request and its answer as plain values. The HTTP edge fills them, adapters read them; neither
// side needs the other's library.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace satupintu::core {

struct HttpRequest {
  std::string method;                                        // "GET", "POST"
  std::string path;                                          // "/channels/wa-utama", percent-decoded once, no query
  std::string query;                                         // after '?', still encoded
  std::vector<std::pair<std::string, std::string>> headers;  // names as sent
  std::string body;                                          // exact bytes
  std::string peer{};                                        // the client's address, "203.0.113.9"; past our own proxies

  // The header's value when it stands exactly once (names compare without case), else nullopt: a doubled
  // signature header must never be read as either of its two values.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

struct HttpAnswer {
  unsigned status = 200;
  std::string content_type;  // empty: no body follows
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // besides the framing headers
  bool close = false;                                        // end the connection after this answer
};

// A request kept in a file, as adapters keep their fixtures: request line and headers end in plain line feeds, the body is every
// byte after the blank line, and a header with the value "{{signed}}" is left out, for the adapter's `sign` to make.
// nullopt when `text` is not a request.
[[nodiscard]] std::optional<HttpRequest> parse_fixture(std::string_view text);

[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;

}  // namespace satupintu::core
