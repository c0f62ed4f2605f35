// SPDX-License-Identifier: Apache-2.0
// What the commands have in common: how they take the configuration, say what went wrong and write tables.
#pragma once

#include <CLI/CLI.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/settings.hpp"
#include "gateway/config.hpp"

namespace satupintu::gateway::commands {

inline constexpr int kFound = 1;   // the command worked, and what it looked at is not in order
inline constexpr int kFailed = 2;  // the command could not do its work

// Adds --config, which the command then hands to load_or_explain.
void add_config_option(CLI::App& command, std::string& file);

// The configuration, or nullopt after its mistakes were printed to standard error.
[[nodiscard]] std::optional<Config> load_or_explain(const std::string& file);

void print_mistakes(const std::vector<core::SettingsMistake>& mistakes);
// "satupintu: <what>" on standard error; returns kFailed.
int explain(const core::Error& error);

// The listener as one reaches it from this machine, and the host name that it will accept.
[[nodiscard]] std::string base_of(const ListenerSettings& listener);
void set_host(core::HttpRequest& request, const ListenerSettings& listener);

// Rows under a header, each column as wide as its widest cell, numbers to the right.
[[nodiscard]] std::string table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);

// Runs a coroutine to its end on an io_context of its own.
template <class T>
T run(boost::asio::io_context& io, boost::asio::awaitable<T> coroutine) {
  std::optional<T> result;
  boost::asio::co_spawn(io, std::move(coroutine), [&](std::exception_ptr failure, T value) {
    if (failure) std::rethrow_exception(failure);
    result.emplace(std::move(value));
    io.stop();
  });
  io.restart();
  io.run();
  return std::move(result).value();
}

}  // namespace satupintu::gateway::commands
