// SPDX-License-Identifier: Apache-2.0
#include "gateway/open311_route.hpp"

#include <array>
#include <utility>

#include "core/ids.hpp"
#include "gateway/clock.hpp"
#include "normalizer/fingerprint.hpp"

namespace satupintu::gateway {

namespace asio = boost::asio;
namespace georeport = adapters::georeport;
using core::HttpAnswer;
using georeport::Target;

namespace {

constexpr std::string_view kRoute = "/open311/";
constexpr unsigned kQuestionsOfOne = 60;
constexpr unsigned kQuestionsInAll = 1200;

bool asks_for_one(const std::optional<Target>& target) {
  return target && !target->id.empty() && (target->what == Target::What::request || target->what == Target::What::token);
}

}  // namespace

std::unique_ptr<Open311Route> make_open311_route(asio::any_io_executor front, const Accounts& accounts, Intake& intake,
                                                 const queue::RedisSettings& redis, const normalizer::Rules& rules,
                                                 const core::Secret& identity_key) {
  std::unique_ptr<Open311Route> only;
  for (const auto& [name, adapter] : accounts) {
    if (adapter->info().name != "web/open311") continue;
    if (only) return nullptr;
    only = std::make_unique<Open311Route>(front, name, *adapter, intake, redis, rules, identity_key);
  }
  return only;
}

Open311Route::Open311Route(asio::any_io_executor front, std::string account, const adapters::Adapter& adapter, Intake& intake,
                           const queue::RedisSettings& redis, const normalizer::Rules& rules, const core::Secret& identity_key)
    : front_(std::move(front)),
      account_(std::move(account)),
      adapter_(adapter),
      intake_(intake),
      redis_(redis),
      rules_(rules),
      identity_key_(identity_key),
      budget_(kQuestionsOfOne, kQuestionsInAll) {}

Route Open311Route::route() {
  return {.path = std::string(kRoute),
          .with_all_below = true,
          .methods = {"GET", "POST"},
          .max_body_bytes = adapter_.info().max_body_bytes,
          .is_overloaded = {},
          .handle = [this](core::HttpRequest request) { return answer(std::move(request)); }};
}

asio::awaitable<HttpAnswer> Open311Route::answer(core::HttpRequest request) {
  const std::string rest = request.path.substr(kRoute.size());
  const auto target = georeport::read_target(rest);
  if (request.method != "GET" || !asks_for_one(target)) {
    request.path = "/channels/" + account_ + '/' + rest;
    co_return co_await intake_.take(account_, adapter_, std::move(request));
  }
  if (!budget_.spend(request.peer, now()))
    co_return georeport::error_answer(429, "too many questions, ask again in a minute", target->format);
  co_return co_await tell(*target);
}

// Questions are rare, and a connection to Redis belongs to one coroutine: each question makes its own.
asio::awaitable<HttpAnswer> Open311Route::tell(Target target) {
  queue::Redis redis(front_, redis_.address, redis_.timeouts);
  const auto busy = [&] { return georeport::error_answer(503, "the answer cannot be had just now, ask again in a moment", target.format); };
  if (target.what == Target::What::token) {
    const auto code = co_await queue::code_of_message(redis, normalizer::seen_of_new(account_, target.id, identity_key_));
    co_return code ? georeport::token_answer(target.id, *code, target.format) : busy();
  }
  const auto unknown = [&] { return georeport::error_answer(404, "there is no request of that service_request_id", target.format); };
  const auto code = core::parse_tracking_code(target.id);
  if (!code) co_return unknown();
  const auto found = co_await queue::find_case(redis, *code);
  if (!found) co_return busy();
  if (!*found) co_return unknown();
  co_return georeport::requests_answer(std::array{told_of(**found)}, target.format);
}

georeport::ServiceRequest Open311Route::told_of(const queue::Case& found) const {
  georeport::ServiceRequest told;
  told.tracking_code = found.tracking_code;
  told.is_open = found.status != "closed" && found.status != "rejected" && found.status != "withdrawn";
  told.service_code = found.category.empty() ? "lainnya" : found.category;
  told.requested_at = found.received_at;
  if (const auto* category = rules_.category(told.service_code)) {
    told.service_name = category->label;
    if (!category->offices.empty()) told.agency = category->offices.front();
  }
  return told;
}

}  // namespace satupintu::gateway
