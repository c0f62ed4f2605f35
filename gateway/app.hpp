// SPDX-License-Identifier: Apache-2.0
// The running gateway: builds every part in order, runs the front and the back on a thread each, and takes
// everything down again in reverse. The only place that knows all the parts.
#pragma once

#include <memory>

#include "core/error.hpp"
#include "gateway/config.hpp"
#include "gateway/telemetry.hpp"

namespace satupintu::gateway {

// The process' exit statuses, for the service manager.
inline constexpr int kStoppedOrderly = 0;
inline constexpr int kRefusedToStart = 2;
inline constexpr int kJournalFailed = 3;  // restart me: what is on disk is safe, but this process may not go on
inline constexpr int kDrainOverran = 4;   // stopped, but some requests were cut off

class App {
 public:
  // `telemetry` must outlive the app. Fails with misconfigured when the journal cannot be opened or a listener cannot be bound.
  [[nodiscard]] static core::Result<std::unique_ptr<App>> start(Config config, Telemetry& telemetry);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Serves until SIGTERM, SIGINT or the journal's failure; gives the exit status.
  int run();

 private:
  struct Parts;
  explicit App(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace satupintu::gateway
