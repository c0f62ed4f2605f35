// SPDX-License-Identifier: Apache-2.0
#include "tests/support/scripted_transport.hpp"

#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "core/crypto.hpp"

namespace satupintu::tests {

using boost::asio::awaitable;
using core::Result;

namespace {

template <class T>
Result<T> next_of(std::deque<Result<T>>& script, const adapters::Call& call) {
  if (script.empty()) throw std::logic_error("the script expects no more calls, but " + call.method + " " + call.url);
  Result<T> next = std::move(script.front());
  script.pop_front();
  return next;
}

}  // namespace

awaitable<Result<core::HttpAnswer>> ScriptedTransport::call(adapters::Call call) {
  calls.push_back(call);
  co_return next_of(answers, call);
}

awaitable<Result<adapters::Download>> ScriptedTransport::download(adapters::Call call) {
  calls.push_back(call);
  auto body = next_of(bodies, call);
  if (!body) co_return std::unexpected(body.error());
  std::string name = (std::filesystem::temp_directory_path() / "satupintu-download-XXXXXX").string();
  const int descriptor = ::mkstemp(name.data());
  if (descriptor < 0) throw std::runtime_error("no temporary file");
  ::close(descriptor);
  std::ofstream(name, std::ios::binary) << *body;
  co_return adapters::Download{.file = name, .bytes = body->size(), .sha256 = core::sha256_hex(*body), .content_type = {}};
}

awaitable<Result<std::unique_ptr<adapters::Line>>> ScriptedTransport::connect(std::string host, std::uint16_t port, bool tls) {
  if (!server) co_return core::fail(core::Errc::unavailable, "nobody listens");
  co_return server(host, port, tls);
}

awaitable<Result<adapters::FileChunk>> ScriptedTransport::read_file(std::filesystem::path file, std::uint64_t offset,
                                                                    std::size_t max_bytes) {
  const auto found = files.find(file.string());
  if (found == files.end()) co_return core::fail(core::Errc::not_found, "there is no such file");
  adapters::FileChunk chunk = found->second;
  chunk.size = chunk.bytes.size();
  chunk.bytes = offset < chunk.size ? chunk.bytes.substr(offset, max_bytes) : std::string{};
  co_return chunk;
}

awaitable<Result<std::string>> ScriptedInbox::bookmark(std::string name) { co_return bookmarks[name]; }

awaitable<Result<void>> ScriptedInbox::commit(std::vector<core::Delivery> more, std::string name, std::string bookmark) {
  if (commit_fails) co_return std::unexpected(*std::exchange(commit_fails, std::nullopt));
  commits.push_back(more.size());
  deliveries.insert(deliveries.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  bookmarks[name] = std::move(bookmark);
  co_return Result<void>{};
}

}  // namespace satupintu::tests
