// SPDX-License-Identifier: Apache-2.0
// Runs one coroutine to its end and gives its result. A coroutine that never
// finishes fails the test after a minute instead of hanging it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>

namespace satupintu::tests {

template <class T>
T run(boost::asio::io_context& io, boost::asio::awaitable<T> coroutine) {
  std::optional<T> result;
  std::exception_ptr failure;
  boost::asio::co_spawn(io, std::move(coroutine), [&](std::exception_ptr thrown, T value) {
    failure = thrown;
    if (!thrown) result.emplace(std::move(value));
  });
  io.restart();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{1};
  while (!result && !failure && std::chrono::steady_clock::now() < deadline) io.run_one_for(std::chrono::seconds{1});
  if (failure) std::rethrow_exception(failure);
  if (!result) throw std::runtime_error("the coroutine did not finish");
  return std::move(*result);
}

// The same on one io_context that outlives every test: a thread that hands over a result may still be busy with it.
template <class T>
T run(boost::asio::awaitable<T> coroutine) {
  static boost::asio::io_context io;
  return run(io, std::move(coroutine));
}

}  // namespace satupintu::tests
