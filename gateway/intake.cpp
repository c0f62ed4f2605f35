// SPDX-License-Identifier: Apache-2.0
#include "gateway/intake.hpp"

#include <chrono>
#include <random>

#include "core/failpoint.hpp"
#include "gateway/clock.hpp"

namespace satupintu::gateway {

namespace asio = boost::asio;
using core::HttpAnswer;

namespace {

HttpAnswer plain(unsigned status, std::string text) { return {status, "text/plain; charset=utf-8", std::move(text), {}, false}; }

// The request ends here: while the commit is waited for, its body would be held twice.
core::Result<core::Admission> admit(const adapters::Adapter& adapter, core::HttpRequest request) { return adapter.admit(request, now()); }

}  // namespace

HttpAnswer busy_answer() {
  thread_local std::minstd_rand random{std::random_device{}()};
  HttpAnswer answer = plain(503, "busy, please try again\n");
  answer.headers.emplace_back("Retry-After", std::to_string(std::uniform_int_distribution{2, 10}(random)));
  answer.close = true;
  return answer;
}

asio::awaitable<HttpAnswer> Intake::take(std::string account, const adapters::Adapter& adapter, core::HttpRequest request) {
  const auto started = std::chrono::steady_clock::now();
  auto admission = admit(adapter, std::move(request));
  if (!admission) co_return refuse(account, adapter.info(), admission.error());
  core::failpoint("intake.admitted");
  if (!admission->delivery) {
    telemetry_.handshake_answered(account);
    co_return std::move(admission->answer);
  }
  const auto seq = co_await journal_.append(std::move(*admission->delivery));
  if (!seq) co_return refuse(account, adapter.info(), seq.error());
  core::failpoint("intake.before_answer");
  states_.heard(account, now());
  telemetry_.delivery_committed(account, std::chrono::steady_clock::now() - started);
  co_return std::move(admission->answer);
}

HttpAnswer Intake::refuse(std::string_view account, const adapters::AdapterInfo& info, const core::Error& error) {
  telemetry_.delivery_refused(account, error.code);
  switch (core::disposition_of(error.code)) {
    case core::Disposition::refuse_sender: break;
    default: return busy_answer();
  }
  if (error.code == core::Errc::too_large) return plain(413, "too large\n");
  if (error.code == core::Errc::not_found) return plain(404, "not found\n");
  if (error.code == core::Errc::malformed)
    return plain(400, info.audience == adapters::Audience::staff ? error.what + "\n" : "bad request\n");
  if (info.refusal_status == 503) return busy_answer();
  return plain(info.refusal_status, "forbidden\n");
}

}  // namespace satupintu::gateway
