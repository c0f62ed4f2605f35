// SPDX-License-Identifier: Apache-2.0
#include "gateway/telemetry.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <boost/json.hpp>
#include <map>
#include <mutex>

#include "core/time.hpp"

namespace satupintu::gateway {

namespace {

namespace json = boost::json;

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

const prometheus::Histogram::BucketBoundaries kLatency{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5};

// Finding a metric by its labels costs a hash of them all; here it costs one look-up of the joined values.
class CounterTable {
 public:
  CounterTable(Family<Counter>& family, std::vector<std::string> labels) : family_(family), labels_(std::move(labels)) {}

  void add(std::initializer_list<std::string_view> values, double by = 1) {
    std::string key;
    for (const auto value : values) key.append(value).push_back('\0');
    const std::lock_guard guard(mutex_);
    auto found = counters_.find(key);
    if (found == counters_.end()) {
      std::map<std::string, std::string> labels;
      std::size_t i = 0;
      for (const auto value : values) labels.emplace(labels_[i++], value);
      found = counters_.emplace(std::move(key), &family_.Add(labels)).first;
    }
    found->second->Increment(by);
  }

 private:
  Family<Counter>& family_;
  std::vector<std::string> labels_;
  std::mutex mutex_;
  std::map<std::string, Counter*, std::less<>> counters_;
};

double seconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

struct Telemetry::Registry {
  prometheus::Registry metrics;
  std::shared_ptr<spdlog::logger> logger = std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  std::function<Gauges()> gauges;

  Family<Counter>& family(const char* name, const char* help) { return BuildCounter().Name(name).Help(help).Register(metrics); }
  Gauge& gauge(const char* name, const char* help) { return BuildGauge().Name(name).Help(help).Register(metrics).Add({}); }
  Histogram& histogram(const char* name, const char* help) {
    return BuildHistogram().Name(name).Help(help).Register(metrics).Add({}, kLatency);
  }

  CounterTable committed{family("satupintu_deliveries_committed_total", "Deliveries in the journal, and answered so"), {"account"}};
  CounterTable refused{family("satupintu_deliveries_refused_total", "Deliveries refused, by reason; nothing of them is kept"),
                       {"account", "reason"}};
  CounterTable handshakes{family("satupintu_handshakes_total", "Subscription handshakes answered"), {"account"}};
  CounterTable http_rejects{family("satupintu_http_rejects_total", "Requests refused at the HTTP edge, by reason"), {"reason"}};
  CounterTable accept_errors{family("satupintu_accept_errors_total", "Connections that could not be accepted, by reason"), {"reason"}};
  CounterTable events{family("satupintu_events_total", "Events by their one outcome"), {"account", "outcome", "why"}};
  CounterTable publish_errors{family("satupintu_publish_errors_total", "Batches that Redis did not take, by reason"), {"reason"}};
  CounterTable redis_stops{family("satupintu_embedded_redis_stops_total", "Times the embedded Redis ended unasked"), {"how"}};
  CounterTable poll_errors{family("satupintu_poll_errors_total", "Rounds of a pull channel that failed, by reason"), {"account", "reason"}};
  CounterTable errands_postponed{family("satupintu_errands_postponed_total", "Fetching or storing that must be tried again, by reason"),
                                 {"account", "reason"}};
  Family<Gauge>& account_states = BuildGauge().Name("satupintu_account_state").Help("1 for the state each account is in").Register(metrics);
  Family<Gauge>& account_heard = BuildGauge()
                                     .Name("satupintu_account_heard_seconds")
                                     .Help("Unix time of an account's last delivery since the start")
                                     .Register(metrics);
  Counter& handler_exceptions = family("satupintu_handler_exceptions_total", "Requests that met a bug of ours").Add({});
  Counter& tails_lost = family("satupintu_redis_tails_lost_total", "Times Redis came back with less than it had").Add({});
  Counter& restored = family("satupintu_entries_restored_total", "Stream entries put back after Redis had lost them").Add({});
  Counter& published = family("satupintu_submissions_published_total", "Submissions that Redis answered").Add({});
  Counter& erased = family("satupintu_deliveries_erased_total", "Deliveries erased after their retention").Add({});
  Histogram& commit_seconds = histogram("satupintu_commit_seconds", "From admission to commit");
  Histogram& publish_seconds = histogram("satupintu_publish_seconds", "One batch, from sending to the last reply");
  Gauge& backlog_rows = gauge("satupintu_backlog_deliveries", "Deliveries in the journal that wait for the stream");
  Gauge& backlog_bytes = gauge("satupintu_backlog_bytes", "Their size on disk");
  Gauge& backlog_age = gauge("satupintu_backlog_age_seconds", "Age of the oldest of them");
  Gauge& journal_failed = gauge("satupintu_journal_failed", "1 when the journal has latched failed");
  Gauge& redis_up = gauge("satupintu_redis_up", "1 when Redis answered last time");
  Gauge& connections = gauge("satupintu_http_connections", "Open connections");

  void log(spdlog::level::level_enum level, json::string_view event, json::object fields) const {
    json::object line;
    line.emplace("at", core::format_rfc3339(std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now())));
    const auto name = spdlog::level::to_string_view(level);
    line.emplace("level", json::string_view(name.data(), name.size()));
    line.emplace("event", event);
    for (auto& [key, value] : fields) line.emplace(key, std::move(value));
    logger->log(level, "{}", json::serialize(line));
  }
  void info(json::string_view event, json::object fields) const { log(spdlog::level::info, event, std::move(fields)); }
  void warn(json::string_view event, json::object fields) const { log(spdlog::level::warn, event, std::move(fields)); }
  void error(json::string_view event, json::object fields) const { log(spdlog::level::err, event, std::move(fields)); }
};

Telemetry::Telemetry() : registry_(std::make_unique<Registry>()) { registry_->logger->set_pattern("%v"); }
Telemetry::~Telemetry() = default;

void Telemetry::read_gauges_from(std::function<Gauges()> gauges) { registry_->gauges = std::move(gauges); }

std::string Telemetry::metrics_text() const {
  if (registry_->gauges) {
    const Gauges now = registry_->gauges();
    registry_->backlog_rows.Set(static_cast<double>(now.backlog_rows));
    registry_->backlog_bytes.Set(static_cast<double>(now.backlog_bytes));
    registry_->backlog_age.Set(now.backlog_age_seconds);
    registry_->journal_failed.Set(now.journal_failed ? 1 : 0);
    registry_->redis_up.Set(now.redis_up ? 1 : 0);
    registry_->connections.Set(static_cast<double>(now.open_connections));
    for (const auto& view : now.accounts) {
      for (const auto state : {AccountState::ok, AccountState::degraded, AccountState::auth_failed, AccountState::silent}) {
        registry_->account_states.Add({{"account", view.account}, {"state", std::string(name_of(state))}}).Set(view.state == state ? 1 : 0);
      }
      if (view.heard_at)
        registry_->account_heard.Add({{"account", view.account}}).Set(static_cast<double>(core::to_unix_ms(*view.heard_at)) / 1000);
    }
  }
  return prometheus::TextSerializer{}.Serialize(registry_->metrics.Collect());
}

void Telemetry::delivery_committed(std::string_view account, std::chrono::nanoseconds waited) {
  registry_->committed.add({account});
  registry_->commit_seconds.Observe(seconds(waited));
}

void Telemetry::delivery_refused(std::string_view account, core::Errc code) { registry_->refused.add({account, core::name_of(code)}); }
void Telemetry::handshake_answered(std::string_view account) { registry_->handshakes.add({account}); }
void Telemetry::http_rejected(std::string_view reason) { registry_->http_rejects.add({reason}); }

void Telemetry::handler_threw() {
  registry_->handler_exceptions.Increment();
  registry_->error("handler_threw", {});
}

void Telemetry::accept_paused(std::string_view reason) {
  registry_->accept_errors.add({reason});
  registry_->warn("accept_paused", {{"reason", reason}});
}

void Telemetry::accept_failed(const core::Error& error) { registry_->error("accept_failed", {{"what", error.what}}); }

void Telemetry::listening(std::string_view listener, std::string_view address, unsigned port, bool tls) {
  registry_->info("listening", {{"listener", listener}, {"address", address}, {"port", port}, {"tls", tls}});
}

void Telemetry::journal_opened(std::uint64_t cursor, std::uint64_t last, std::chrono::milliseconds took) {
  registry_->info("journal_opened", {{"cursor", cursor}, {"last", last}, {"waiting", last - cursor}, {"took_ms", took.count()}});
}

void Telemetry::journal_latched() {
  registry_->error("journal_latched", {{"remedy", "check the disk; the gateway exits and must be restarted"}});
}

void Telemetry::journal_erased(std::uint64_t deliveries) {
  registry_->erased.Increment(static_cast<double>(deliveries));
  registry_->info("journal_erased", {{"deliveries", deliveries}});
}

void Telemetry::events_counted(const queue::Disposition& disposition) {
  registry_->events.add({disposition.account, disposition.outcome, disposition.why}, static_cast<double>(disposition.count));
}

void Telemetry::event_quarantined(const queue::Quarantined& quarantined) {
  registry_->warn("event_quarantined", {{"seq", quarantined.seq},
                                        {"element", queue::element_name(quarantined)},
                                        {"account", quarantined.account},
                                        {"why", quarantined.why}});
}

void Telemetry::batch_published(std::size_t submissions, std::chrono::nanoseconds took) {
  registry_->published.Increment(static_cast<double>(submissions));
  registry_->publish_seconds.Observe(seconds(took));
}

void Telemetry::publish_failed(const core::Error& error, unsigned attempt, std::chrono::milliseconds next_try) {
  registry_->publish_errors.add({core::name_of(error.code)});
  // A try or two at starting up or failing over is nobody's business.
  if (attempt <= 2) return;
  registry_->warn("publish_failed",
                  {{"reason", core::name_of(error.code)}, {"what", error.what}, {"attempt", attempt}, {"next_try_ms", next_try.count()}});
}

void Telemetry::publishing_again(unsigned after_attempts) { registry_->info("publishing_again", {{"after_attempts", after_attempts}}); }

void Telemetry::redis_lost_its_tail(std::uint64_t expected, std::uint64_t found) {
  registry_->tails_lost.Increment();
  registry_->warn("redis_lost_its_tail", {{"expected_mark", expected}, {"found_mark", found}});
}

void Telemetry::tail_restored(std::uint64_t entries) { registry_->restored.Increment(static_cast<double>(entries)); }

void Telemetry::redis_started(int pid, bool adopted) { registry_->info("embedded_redis_started", {{"pid", pid}, {"adopted", adopted}}); }

void Telemetry::redis_stopped(std::string_view how) {
  registry_->redis_stops.add({how});
  registry_->warn("embedded_redis_stopped", {{"how", how}});
}

void Telemetry::redis_loading(unsigned percent) {
  if (percent % 10 == 0) registry_->info("embedded_redis_loading", {{"percent", percent}});
}

void Telemetry::redis_start_failed(const core::Error& error) { registry_->error("embedded_redis_start_failed", {{"what", error.what}}); }

void Telemetry::poll_failed(std::string_view account, const core::Error& error, unsigned attempt, std::chrono::milliseconds next_round) {
  registry_->poll_errors.add({account, core::name_of(error.code)});
  if (attempt <= 2) return;
  registry_->warn("poll_failed", {{"account", account}, {"what", error.what}, {"attempt", attempt}, {"next_round_ms", next_round.count()}});
}

void Telemetry::errand_postponed(std::string_view account, const core::Error& error, unsigned attempt, core::Timestamp next_try) {
  registry_->errands_postponed.add({account, core::name_of(error.code)});
  if (attempt <= 2) return;
  registry_->warn("errand_postponed",
                  {{"account", account}, {"what", error.what}, {"attempt", attempt}, {"next_try", core::format_rfc3339(next_try)}});
}

void Telemetry::errands_stuck(const core::Error& error) { registry_->error("errands_stuck", {{"what", error.what}}); }

void Telemetry::credentials_refused(std::string_view account, const core::Error& error) {
  registry_->error("credentials_refused",
                   {{"account", account}, {"what", error.what}, {"remedy", "renew the account's token or password in the configuration"}});
}

void Telemetry::starting(std::string_view version, std::string_view config_file) {
  registry_->info("starting", {{"version", version}, {"config", config_file}});
}

void Telemetry::ready() { registry_->info("ready", {}); }
void Telemetry::draining(std::string_view reason) { registry_->info("draining", {{"reason", reason}}); }
void Telemetry::stopped(int exit_code) { registry_->info("stopped", {{"exit_code", exit_code}}); }

}  // namespace satupintu::gateway
