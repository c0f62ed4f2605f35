// SPDX-License-Identifier: Apache-2.0
// One HTTP message read out of bytes, by the guard as the server uses it and by Beast as an independent second reader:
// what the guard accepts, both must read alike.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "core/http.hpp"
#include "gateway/http_guard.hpp"

namespace satupintu::tests {

struct HttpReading {
  std::optional<gateway::HttpReject> reject;
  bool complete = false;
  core::HttpRequest request{};
  std::size_t consumed = 0;  // of the bytes, when complete
};

// The bytes arrive `piece` at a time. The gateway's name and the largest body are those of http_vectors.hpp.
[[nodiscard]] HttpReading read_with_guard(std::string_view bytes, std::size_t piece);

// Without path and query, which Beast leaves together. nullopt where Beast finds no complete message.
[[nodiscard]] std::optional<HttpReading> read_with_beast(std::string_view bytes);

// Whether both saw the same message: its end, method, headers and body. Beast moves headers of one name together, so
// their order is left out.
[[nodiscard]] bool is_same_message(HttpReading a, HttpReading b);

}  // namespace satupintu::tests
