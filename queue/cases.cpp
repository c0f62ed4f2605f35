// SPDX-License-Identifier: Apache-2.0
#include "queue/cases.hpp"

#include <utility>

namespace satupintu::queue {

namespace asio = boost::asio;
using core::Result;

namespace {
constexpr const char* kTag = "{sp:0}:";
}

asio::awaitable<Result<std::optional<Case>>> find_case(Redis& redis, std::string tracking_code) {
  auto reply = co_await redis.call({"HMGET", kTag + ("case:" + tracking_code), "status", "category", "received_at"});
  if (!reply) co_return std::unexpected(reply.error());
  auto& fields = reply->elements;
  if (fields.size() != 3 || fields[0].kind == RespKind::nil) co_return std::nullopt;
  const auto received_at = core::parse_unix(fields[2].text);
  if (!received_at) co_return core::fail(core::Errc::unreadable, "a case in Redis has no time");
  co_return Case{std::move(tracking_code), std::move(fields[0].text), std::move(fields[1].text), *received_at};
}

// "<outcome> <origin> <complaint id> <code>", as publish.lua writes it.
asio::awaitable<Result<std::string>> code_of_message(Redis& redis, std::string seen) {
  const auto reply = co_await redis.call({"GET", kTag + ("seen:" + seen)});
  if (!reply) co_return std::unexpected(reply.error());
  const auto last_blank = reply->text.rfind(' ');
  co_return last_blank == std::string::npos ? std::string() : reply->text.substr(last_blank + 1);
}

}  // namespace satupintu::queue
