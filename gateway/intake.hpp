// SPDX-License-Identifier: Apache-2.0
// Takes what providers push: is it authentic, commit it, answer. Nothing is parsed here and Redis plays no
// part; a 2xx answer means that the delivery is on disk. Threads: the front executor only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "adapters/adapter.hpp"
#include "core/http.hpp"
#include "gateway/account_states.hpp"
#include "gateway/telemetry.hpp"
#include "queue/journal.hpp"

namespace satupintu::gateway {

class Intake {
 public:
  // All must outlive the intake.
  Intake(queue::Journal& journal, AccountStates& states, Telemetry& telemetry)
      : journal_(journal), states_(states), telemetry_(telemetry) {}

  // Committed or already known: the adapter's answer. Not authentic: 403, or what the adapter wants told. Malformed: 400. Too large: 413.
  // The journal cannot commit, or its backlog is full: 503 with Retry-After. Texts are fixed, except that staff are told what was
  // malformed.
  boost::asio::awaitable<core::HttpAnswer> take(std::string account, const adapters::Adapter& adapter, core::HttpRequest request);

 private:
  core::HttpAnswer refuse(std::string_view account, const adapters::AdapterInfo& info, const core::Error& error);

  queue::Journal& journal_;
  AccountStates& states_;
  Telemetry& telemetry_;
};

// 503 with a Retry-After of 2 to 10 seconds, so that those turned away do not all return together.
[[nodiscard]] core::HttpAnswer busy_answer();

}  // namespace satupintu::gateway
