// SPDX-License-Identifier: Apache-2.0
// The world as an adapter's `poll`, `fetch` and `download` see it, from a script: answers in the order in which they are to be
// given, and a record of what was asked. A call that the script does not expect fails the test.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "adapters/transport.hpp"
#include "tests/support/run.hpp"

namespace satupintu::tests {

class ScriptedTransport : public adapters::Transport {
 public:
  core::Timestamp time{std::chrono::seconds{1'767'229'200}};  // 2026-01-01T01:00:00Z
  std::deque<core::Result<core::HttpAnswer>> answers;         // to `call`
  std::deque<core::Result<std::string>> bodies;               // to `download`, written to a temporary file
  std::map<std::string, adapters::FileChunk> files;           // what `read_file` reads: the whole content in `bytes`
  // Makes the other side of `connect`; empty: nobody listens.
  std::function<core::Result<std::unique_ptr<adapters::Line>>(const std::string& host, std::uint16_t port, bool tls)> server;
  std::vector<adapters::Call> calls;  // every `call` and `download`, in order

  [[nodiscard]] core::Timestamp now() const override { return time; }
  boost::asio::awaitable<core::Result<core::HttpAnswer>> call(adapters::Call call) override;
  boost::asio::awaitable<core::Result<adapters::Download>> download(adapters::Call call) override;
  boost::asio::awaitable<core::Result<std::unique_ptr<adapters::Line>>> connect(std::string host, std::uint16_t port, bool tls) override;
  boost::asio::awaitable<core::Result<adapters::FileChunk>> read_file(std::filesystem::path file, std::uint64_t offset,
                                                                      std::size_t max_bytes) override;
};

class ScriptedInbox : public adapters::Inbox {
 public:
  std::map<std::string, std::string> bookmarks;
  std::vector<core::Delivery> deliveries;
  std::vector<std::size_t> commits;         // how many deliveries each held
  std::optional<core::Error> commit_fails;  // the next commit, which then changes nothing

  boost::asio::awaitable<core::Result<std::string>> bookmark(std::string name) override;
  boost::asio::awaitable<core::Result<void>> commit(std::vector<core::Delivery> deliveries, std::string name,
                                                    std::string bookmark) override;
};

}  // namespace satupintu::tests
