// SPDX-License-Identifier: Apache-2.0
// What every coroutine that meets a network or a thread needs: results instead of exceptions, deadlines, look-ups, and work that blocks
// done elsewhere. Awaited results come back on the awaiting executor.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"

namespace satupintu::queue {

inline constexpr auto as_result = boost::asio::as_tuple(boost::asio::use_awaitable);

// nullopt when `work` was not done in time; it has been cancelled then.
template <class T>
boost::asio::awaitable<std::optional<T>> in_time(std::chrono::milliseconds limit, boost::asio::awaitable<T> work) {
  using namespace boost::asio::experimental::awaitable_operators;
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, limit);
  auto first = co_await (std::move(work) || timer.async_wait(as_result));
  if (first.index() == 1) co_return std::nullopt;
  co_return std::get<0>(std::move(first));
}

// Runs `work`, which may block, on a thread of `pool` and gives its result.
template <class T, class Work>
boost::asio::awaitable<core::Result<T>> run_on(boost::asio::thread_pool& pool, Work work) {
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(core::Result<T>)>(
      [&pool](auto handler, Work waiting) {
        const boost::asio::any_io_executor executor = boost::asio::get_associated_executor(handler);
        boost::asio::post(pool, [executor, handler = std::move(handler), waiting = std::move(waiting)]() mutable {
          core::Result<T> result = waiting();
          boost::asio::post(executor, [handler = std::move(handler), result = std::move(result)]() mutable { handler(std::move(result)); });
        });
      },
      boost::asio::use_awaitable, std::move(work));
}

// The addresses of a host, which may be one itself. Fails with unavailable when there are none, or none in time.
boost::asio::awaitable<core::Result<std::vector<boost::asio::ip::tcp::endpoint>>> look_up(std::string host, std::uint16_t port,
                                                                                          std::chrono::milliseconds limit);

}  // namespace satupintu::queue
