// SPDX-License-Identifier: Apache-2.0
#include "gateway/media_route.hpp"

#include "gateway/clock.hpp"
#include "queue/awaiting.hpp"

namespace satupintu::gateway {

namespace asio = boost::asio;
using core::HttpAnswer;

namespace {

HttpAnswer plain(unsigned status, std::string text) { return {status, "text/plain; charset=utf-8", std::move(text), {}, false}; }

// Somebody's upload: never shown as a page of ours, and its type never guessed at.
HttpAnswer as_download(std::string bytes) {
  return {200,
          "application/octet-stream",
          std::move(bytes),
          {{"Content-Disposition", "attachment"},
           {"X-Content-Type-Options", "nosniff"},
           {"Content-Security-Policy", "default-src 'none'; sandbox"},
           {"Cache-Control", "private, no-store"},
           {"Referrer-Policy", "no-referrer"}},
          false};
}

asio::awaitable<HttpAnswer> hand_out(const MediaStore& media, Outbound& outbound, core::HttpRequest request) {
  const auto wanted = media.read_link(request.path, request.query, now());
  if (!wanted) co_return plain(404, "not found\n");
  auto bytes = co_await queue::run_on<std::string>(outbound.pool(), [&media, wanted = *wanted] { return media.read(wanted); });
  if (bytes) co_return as_download(std::move(*bytes));
  co_return bytes.error().code == core::Errc::not_found ? plain(404, "not found\n") : plain(503, "busy, please try again\n");
}

}  // namespace

Route media_route(const MediaStore& media, Outbound& outbound) {
  return {.path = std::string(kMediaRoute),
          .with_all_below = true,
          .methods = {"GET"},
          .max_body_bytes = 0,
          .is_overloaded = {},
          .handle = [&media, &outbound](core::HttpRequest request) { return hand_out(media, outbound, std::move(request)); }};
}

}  // namespace satupintu::gateway
