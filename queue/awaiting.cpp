// SPDX-License-Identifier: Apache-2.0
#include "queue/awaiting.hpp"

#include <memory>

namespace satupintu::queue {

namespace asio = boost::asio;
using asio::ip::tcp;

// The system's resolver cannot be interrupted. A look-up that takes too long is left to end by itself, unheard.
asio::awaitable<core::Result<std::vector<tcp::endpoint>>> look_up(std::string host, std::uint16_t port, std::chrono::milliseconds limit) {
  boost::system::error_code not_literal;
  const auto literal = asio::ip::make_address(host, not_literal);
  if (!not_literal) co_return std::vector{tcp::endpoint(literal, port)};

  struct LookUp {
    explicit LookUp(const asio::any_io_executor& executor) : done(executor), resolver(executor) {}
    asio::steady_timer done;
    tcp::resolver resolver;
    std::vector<tcp::endpoint> found;
  };
  const auto query = std::make_shared<LookUp>(co_await asio::this_coro::executor);
  query->done.expires_after(limit);
  query->resolver.async_resolve(host, std::to_string(port),
                                [query](const boost::system::error_code&, const tcp::resolver::results_type& found) {
                                  for (const auto& entry : found) query->found.push_back(entry.endpoint());
                                  query->done.cancel();
                                });
  co_await query->done.async_wait(as_result);
  if (query->found.empty()) co_return core::fail(core::Errc::unavailable, "the host name cannot be looked up");
  co_return std::move(query->found);
}

}  // namespace satupintu::queue
