// SPDX-License-Identifier: Apache-2.0
#include "adapters/adapter.hpp"

namespace satupintu::adapters {

using boost::asio::awaitable;
using core::Errc;
using core::Result;

awaitable<Result<std::optional<std::chrono::milliseconds>>> Adapter::poll(Inbox&, Transport&) const { co_return std::nullopt; }

awaitable<Result<core::Delivery>> Adapter::fetch(core::Pointer, Transport&) const {
  co_return core::fail(Errc::refused, "this channel points at nothing");
}

awaitable<Result<Download>> Adapter::download(core::Attachment attachment, Transport& transport) const {
  if (attachment.url.empty()) co_return core::fail(Errc::refused, "the attachment has no address");
  auto download = co_await transport.download({.url = std::move(attachment.url)});
  // Nothing of ours was shown, so that nothing of ours was refused: the link has ended.
  if (!download && download.error().code == Errc::unauthentic) co_return core::fail(Errc::not_found, download.error().what);
  co_return download;
}

Result<std::string> Adapter::extract(const core::Delivery&, const core::Attachment&) const {
  return core::fail(Errc::not_found, "this channel carries no attachments in its deliveries");
}

}  // namespace satupintu::adapters
