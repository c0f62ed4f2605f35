// SPDX-License-Identifier: Apache-2.0
#include "gateway/admin.hpp"

#include <boost/json.hpp>
#include <charconv>

#include "gateway/clock.hpp"

namespace satupintu::gateway {

namespace asio = boost::asio;
using core::HttpAnswer;

namespace {

constexpr const char* kPlain = "text/plain; charset=utf-8";

asio::awaitable<HttpAnswer> answer(HttpAnswer ready) { co_return ready; }

Route get(std::string path, std::function<HttpAnswer()> make) {
  return {.path = std::move(path),
          .with_all_below = false,
          .methods = {"GET"},
          .max_body_bytes = 0,
          .is_overloaded = {},
          .handle = [make = std::move(make)](const core::HttpRequest&) { return answer(make()); }};
}

constexpr std::string_view kQuarantine = "/quarantine/";
constexpr std::string_view kRetry = "/retry";

asio::awaitable<HttpAnswer> retry(Pipeline& pipeline, core::HttpRequest request) {
  std::string_view row = request.path;
  row.remove_prefix(kQuarantine.size());
  queue::Seq seq = 0;
  const auto [end, error] = std::from_chars(row.data(), row.data() + row.size(), seq);
  if (error != std::errc{} || seq == 0 || std::string_view(end, row.data() + row.size()) != kRetry)
    co_return HttpAnswer{404, kPlain, "not found\n", {}, false};
  const auto released = co_await pipeline.retry(seq);
  if (released) co_return HttpAnswer{200, kPlain, std::to_string(*released) + "\n", {}, false};
  const bool missing = released.error().code == core::Errc::not_found;
  co_return HttpAnswer{missing ? 404U : 503U, kPlain, released.error().what + "\n", {}, false};
}

std::string accounts_json(const AccountStates& states) {
  boost::json::array list;
  for (const auto& view : states.view(now())) {
    boost::json::object account{{"account", view.account}, {"state", name_of(view.state)}};
    if (view.heard_at) account.emplace("heard_at", core::format_rfc3339(*view.heard_at));
    if (!view.trouble.empty()) account.emplace("trouble", view.trouble);
    list.push_back(std::move(account));
  }
  return boost::json::serialize(list) + '\n';
}

}  // namespace

std::vector<Route> admin_routes(const Telemetry& telemetry, const Health& health, const AccountStates& states, Pipeline& pipeline) {
  return {
      get("/healthz", [] { return HttpAnswer{200, kPlain, "alive\n", {}, false}; }),
      get("/readyz",
          [&health] {
            return health.ready ? HttpAnswer{200, kPlain, "ready\n", {}, false} : HttpAnswer{503, kPlain, "not ready\n", {}, false};
          }),
      get("/metrics",
          [&telemetry] { return HttpAnswer{200, "text/plain; version=0.0.4; charset=utf-8", telemetry.metrics_text(), {}, false}; }),
      get("/accounts", [&states] { return HttpAnswer{200, "application/json", accounts_json(states), {}, false}; }),
      {.path = std::string(kQuarantine),
       .with_all_below = true,
       .methods = {"POST"},
       .max_body_bytes = 0,
       .is_overloaded = {},
       .handle = [&pipeline](core::HttpRequest request) { return retry(pipeline, std::move(request)); }},
  };
}

}  // namespace satupintu::gateway
