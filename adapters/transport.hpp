// SPDX-License-Identifier: Apache-2.0
// What an adapter may do to the world of its own accord: ask a provider's server, read a mailbox, follow a file. The gateway
// hands it one Transport per account, which keeps to that account's hosts, to https and to public addresses; tests hand it a
// script. Everything is awaited on the adapter's executor and ends by a deadline; nothing blocks.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/delivery.hpp"
#include "core/error.hpp"
#include "core/http.hpp"
#include "core/time.hpp"

namespace satupintu::adapters {

struct Call {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::chrono::milliseconds deadline = std::chrono::seconds{30};  // for the whole of it
};

// Something fetched into a file, which the receiver moves or removes.
struct Download {
  std::filesystem::path file;
  std::uint64_t bytes = 0;
  std::string sha256;        // hex, of what arrived
  std::string content_type;  // as the server declared it
};

// Some of a file that another program writes.
struct FileChunk {
  std::uint64_t inode = 0;  // another one: the file was rotated
  std::uint64_t size = 0;   // of the whole file at that moment
  std::string bytes;
};

// A connected stream of bytes. Closed by its destructor.
class Line {
 public:
  virtual ~Line() = default;
  // At least one byte, or an empty text once the other side has closed. Fails with timed_out or unavailable.
  virtual boost::asio::awaitable<core::Result<std::string>> read_some(std::chrono::milliseconds deadline) = 0;
  virtual boost::asio::awaitable<core::Result<void>> write(std::string bytes, std::chrono::milliseconds deadline) = 0;
  // From here on the line is encrypted, and the other side has proved to be `host`.
  virtual boost::asio::awaitable<core::Result<void>> start_tls(std::chrono::milliseconds deadline) = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;

  [[nodiscard]] virtual core::Timestamp now() const = 0;

  // The server's answer whatever its status; redirections are not followed, and the body ends at 32 MiB (too_large). Fails with
  // refused (a host, scheme or address that this account may not reach), timed_out, unavailable, or outcome_unknown once a POST was sent.
  virtual boost::asio::awaitable<core::Result<core::HttpAnswer>> call(Call call) = 0;

  // The body of a 200 answer. Fails as `call` does, with too_large over the configured size, and for any other status with unauthentic
  // (401, 403), not_found (404, 410), unavailable (408, 429, 5xx) or refused; a 3xx answer is followed once, without the call's headers.
  virtual boost::asio::awaitable<core::Result<Download>> download(Call call) = 0;

  // Plain TCP to `host`; with `tls`, encrypted from the first byte.
  virtual boost::asio::awaitable<core::Result<std::unique_ptr<Line>>> connect(std::string host, std::uint16_t port, bool tls) = 0;

  // Up to `max_bytes` of `file` from `offset` on; no bytes where there are none yet. Fails with not_found.
  virtual boost::asio::awaitable<core::Result<FileChunk>> read_file(std::filesystem::path file, std::uint64_t offset,
                                                                    std::size_t max_bytes) = 0;
};

// Where a pull channel puts what it found. A bookmark is what an account remembers from one round to the next (the last id, a UID, an
// offset); it moves in the same transaction in which the deliveries are committed, so that neither loss nor doubt lies between.
class Inbox {
 public:
  virtual ~Inbox() = default;
  // Empty where nothing was committed under that name yet.
  virtual boost::asio::awaitable<core::Result<std::string>> bookmark(std::string name) = 0;
  // Returns once all of it is on disk. The account's name and the time of arrival are filled in here. Fails with overloaded or
  // journal_failed.
  virtual boost::asio::awaitable<core::Result<void>> commit(std::vector<core::Delivery> deliveries, std::string name,
                                                            std::string bookmark) = 0;
};

}  // namespace satupintu::adapters
