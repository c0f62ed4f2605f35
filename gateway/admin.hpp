// SPDX-License-Identifier: Apache-2.0
// What the admin listener shows to monitoring, on loopback: /healthz (the process answers), /readyz (it accepts
// deliveries), /metrics (Prometheus) and /accounts (the state of each, as JSON). Redis is no part of readiness: without it deliveries are
// accepted all the same. And one thing to do: POST /quarantine/<row>/retry, for `satupintu quarantine retry`.
#pragma once

#include <atomic>
#include <vector>

#include "gateway/account_states.hpp"
#include "gateway/http_server.hpp"
#include "gateway/pipeline.hpp"
#include "gateway/telemetry.hpp"

namespace satupintu::gateway {

struct Health {
  std::atomic<bool> ready{false};
};

// All must outlive the routes.
[[nodiscard]] std::vector<Route> admin_routes(const Telemetry& telemetry, const Health& health, const AccountStates& states,
                                              Pipeline& pipeline);

}  // namespace satupintu::gateway
