// SPDX-License-Identifier: Apache-2.0
// A connected stream of bytes over TCP, plain or TLS, for protocols that are no HTTP. Made by Outbound; used by one coroutine.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <functional>
#include <memory>
#include <string>

#include "adapters/transport.hpp"

namespace satupintu::gateway {

// Connects to the first address of `host` that answers and that `is_allowed`. `ca_file` empty: the system's authorities. Fails with refused
// (no address is allowed), unavailable or timed_out.
boost::asio::awaitable<core::Result<std::unique_ptr<adapters::Line>>> open_line(
    std::string host, std::uint16_t port, bool tls, std::filesystem::path ca_file,
    std::function<bool(const boost::asio::ip::address&)> is_allowed, std::chrono::milliseconds deadline);

}  // namespace satupintu::gateway
