// SPDX-License-Identifier: Apache-2.0
#include "tests/support/http_reading.hpp"

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/http_vectors.hpp"

namespace satupintu::tests {

using namespace gateway;

HttpReading read_with_guard(std::string_view bytes, std::size_t piece) {
  const std::vector<std::string> names{kVectorHost};
  HeadScanner scanner;
  std::optional<std::size_t> head_size;
  std::size_t arrived = 0;
  while (!head_size && arrived < bytes.size()) {
    arrived = std::min(arrived + piece, bytes.size());
    const auto found = scanner.scan(bytes.substr(0, arrived));
    if (!found) return {.reject = found.error()};
    head_size = *found;
  }
  if (!head_size) return {};
  auto head = judge_head(bytes.substr(0, *head_size), names);
  if (!head) return {.reject = head.error()};
  if (head->framing == Framing::sized && head->content_length > kVectorMaxBody) return {.reject = HttpReject::body_too_large};

  BodyDecoder decoder(head->framing, head->content_length, kVectorMaxBody);
  std::size_t consumed = *head_size;
  while (!decoder.done() && consumed < bytes.size()) {
    const auto used = decoder.feed(bytes.substr(consumed, piece), head->request.body);
    if (!used) return {.reject = used.error()};
    consumed += *used;
  }
  return {.reject = {}, .complete = decoder.done(), .request = std::move(head->request), .consumed = consumed};
}

std::optional<HttpReading> read_with_beast(std::string_view bytes) {
  namespace http = boost::beast::http;
  http::request_parser<http::string_body> parser;
  parser.eager(true);
  parser.header_limit(kMaxHeadBytes);
  boost::system::error_code error;
  std::size_t used = 0;
  while (!error && !parser.is_done() && used < bytes.size()) used += parser.put(boost::asio::buffer(bytes) + used, error);
  if (error || !parser.is_done()) return std::nullopt;
  HttpReading reading{.reject = {}, .complete = true, .request = {}, .consumed = used};
  reading.request.method = parser.get().method_string();
  for (const auto& field : parser.get()) reading.request.headers.emplace_back(field.name_string(), field.value());
  reading.request.body = parser.get().body();
  return reading;
}

bool is_same_message(HttpReading a, HttpReading b) {
  std::ranges::sort(a.request.headers);
  std::ranges::sort(b.request.headers);
  return a.consumed == b.consumed && a.request.method == b.request.method && a.request.headers == b.request.headers &&
         a.request.body == b.request.body;
}

}  // namespace satupintu::tests
