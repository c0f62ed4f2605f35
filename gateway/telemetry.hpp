// SPDX-License-Identifier: Apache-2.0
// Every metric and every log line of the gateway, each said once as a named function. Logs are JSON lines on
// standard error; WARN and above means that somebody must act. Neither ever carries a message's text, an
// address or a secret. May be called from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "gateway/account_states.hpp"
#include "queue/journal_reader.hpp"

namespace satupintu::gateway {

// What is read at the moment of a scrape.
struct Gauges {
  std::uint64_t backlog_rows = 0;
  std::uint64_t backlog_bytes = 0;
  double backlog_age_seconds = 0;
  bool journal_failed = false;
  bool redis_up = false;
  std::uint64_t open_connections = 0;
  std::vector<AccountView> accounts;
};

class Telemetry {
 public:
  Telemetry();
  ~Telemetry();
  Telemetry(const Telemetry&) = delete;
  Telemetry& operator=(const Telemetry&) = delete;

  // Prometheus' text format. `gauges` is asked once per call.
  [[nodiscard]] std::string metrics_text() const;
  void read_gauges_from(std::function<Gauges()> gauges);

  // The front.
  void delivery_committed(std::string_view account, std::chrono::nanoseconds waited);
  void delivery_refused(std::string_view account, core::Errc code);
  void handshake_answered(std::string_view account);
  void http_rejected(std::string_view reason);
  void handler_threw();
  void accept_paused(std::string_view reason);
  void accept_failed(const core::Error& error);
  void listening(std::string_view listener, std::string_view address, unsigned port, bool tls);

  // The journal.
  void journal_opened(std::uint64_t cursor, std::uint64_t last, std::chrono::milliseconds took);
  void journal_latched();
  void journal_erased(std::uint64_t deliveries);

  // The back.
  void events_counted(const queue::Disposition& disposition);
  void event_quarantined(const queue::Quarantined& quarantined);
  void batch_published(std::size_t submissions, std::chrono::nanoseconds took);
  void publish_failed(const core::Error& error, unsigned attempt, std::chrono::milliseconds next_try);
  void publishing_again(unsigned after_attempts);
  void redis_lost_its_tail(std::uint64_t expected, std::uint64_t found);
  void tail_restored(std::uint64_t entries);
  void redis_started(int pid, bool adopted);
  void redis_loading(unsigned percent);
  void redis_stopped(std::string_view how);
  void redis_start_failed(const core::Error& error);

  // The way out.
  void poll_failed(std::string_view account, const core::Error& error, unsigned attempt, std::chrono::milliseconds next_round);
  void errand_postponed(std::string_view account, const core::Error& error, unsigned attempt, core::Timestamp next_try);
  void errands_stuck(const core::Error& error);
  void credentials_refused(std::string_view account, const core::Error& error);

  // The process.
  void starting(std::string_view version, std::string_view config_file);
  void ready();
  void draining(std::string_view reason);
  void stopped(int exit_code);

 private:
  struct Registry;
  std::unique_ptr<Registry> registry_;
};

}  // namespace satupintu::gateway
