// SPDX-License-Identifier: Apache-2.0
// HTTP messages byte for byte, and what becomes of each. The guard's unit test reads them from memory, the edge's
// integration test sends them through a socket.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "gateway/http_guard.hpp"

namespace satupintu::tests {

struct HttpVector {
  std::string label;
  std::string bytes;
  std::optional<gateway::HttpReject> reject;  // nullopt: accepted
  std::string body{};                         // as the handler gets it
};

// The only name the gateway has here, and the only route: GET and POST, bodies up to kVectorMaxBody bytes.
inline const std::string kVectorHost = "pintu.kota.example";
inline const std::string kVectorPath = "/channels/wa-utama";
inline constexpr std::size_t kVectorMaxBody = 4096;

// A POST to the route with these header lines, each with its line end, besides Host.
[[nodiscard]] std::string request_with(const std::string& header_lines, const std::string& body = {});

[[nodiscard]] std::vector<HttpVector> messages_the_guard_refuses();
[[nodiscard]] std::vector<HttpVector> messages_with_trailers();
// Well-formed, but refused by what the server knows about its routes.
[[nodiscard]] std::vector<HttpVector> messages_the_routes_refuse();
[[nodiscard]] std::vector<HttpVector> messages_to_accept();

}  // namespace satupintu::tests
