// SPDX-License-Identifier: Apache-2.0
// The gateway's way out: what every account's Transport is made of. Calls and downloads run on a small pool of threads (libcurl),
// lines on the awaiting executor (Asio). Whatever an account names is held to its own list of hosts, to https, and at the moment of
// connecting to public addresses. May be used from any executor.
#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "adapters/transport.hpp"

namespace satupintu::gateway {

struct OutboundSettings {
  std::vector<std::string> internal_hosts;   // may be reached although their addresses are not public
  std::filesystem::path ca_file;             // PEM; empty: the system's authorities
  std::filesystem::path download_directory;  // where downloads arrive
  std::uint64_t max_download_bytes = 100U << 20U;
  unsigned threads = 8;
};

class Outbound {
 public:
  explicit Outbound(OutboundSettings settings);
  ~Outbound();  // after `stop`, waits for the calls that are under way
  Outbound(const Outbound&) = delete;
  Outbound& operator=(const Outbound&) = delete;

  // May reach `hosts`: names, or "*.name" for all below one. The outbound must outlive it.
  [[nodiscard]] std::unique_ptr<adapters::Transport> transport_to(std::vector<std::string> hosts);

  // Lets calls end within a moment, with unavailable. Any thread.
  void stop() noexcept { stopping_ = true; }

  // For other work that blocks.
  [[nodiscard]] boost::asio::thread_pool& pool() noexcept { return pool_; }

 private:
  class AccountTransport;
  OutboundSettings settings_;
  std::atomic<bool> stopping_{false};
  boost::asio::thread_pool pool_;
};

// True when `host` is one of `hosts`, or below one that is written "*.name"; a port in a pattern says nothing.
[[nodiscard]] bool is_among(std::string_view host, const std::vector<std::string>& hosts);

}  // namespace satupintu::gateway
