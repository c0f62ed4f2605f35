// SPDX-License-Identifier: Apache-2.0
#include "gateway/app.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <optional>
#include <thread>

#include "core/crypto.hpp"
#include "gateway/admin.hpp"
#include "gateway/clock.hpp"
#include "gateway/errands.hpp"
#include "gateway/intake.hpp"
#include "gateway/media_route.hpp"
#include "gateway/open311_route.hpp"
#include "gateway/pipeline.hpp"
#include "gateway/poller.hpp"
#include "normalizer/normalizer.hpp"
#include "queue/embedded_redis.hpp"
#include "queue/redis.hpp"

namespace satupintu::gateway {

namespace asio = boost::asio;
using core::Result;

namespace {

constexpr std::chrono::seconds kDrainDeadline{8};
constexpr std::chrono::hours kErasureInterval{1};

// What the HTTP edge counts, in our words.
class EdgeTelemetry : public EdgeEvents {
 public:
  explicit EdgeTelemetry(Telemetry& telemetry) : telemetry_(telemetry) {}
  void on_failure(std::function<void()> listener) { failed_ = std::move(listener); }
  void http_rejected(HttpReject reason) override {
    telemetry_.http_rejected(name_of(reason));
    if (reason == HttpReject::handler_failed) telemetry_.handler_threw();
  }
  void accept_paused(std::string_view reason) override { telemetry_.accept_paused(reason); }
  void accept_failed(const core::Error& error) override {
    telemetry_.accept_failed(error);
    if (failed_) failed_();
  }

 private:
  Telemetry& telemetry_;
  std::function<void()> failed_;
};

class RedisTelemetry : public queue::EmbeddedRedisEvents {
 public:
  explicit RedisTelemetry(Telemetry& telemetry) : telemetry_(telemetry) {}
  void redis_started(int pid, bool adopted) override { telemetry_.redis_started(pid, adopted); }
  void redis_loading(unsigned percent) override { telemetry_.redis_loading(percent); }
  void redis_stopped(std::string_view how) override { telemetry_.redis_stopped(how); }
  void redis_start_failed(const core::Error& error) override { telemetry_.redis_start_failed(error); }

 private:
  Telemetry& telemetry_;
};

std::vector<Route> account_routes(const Accounts& accounts, adapters::Audience audience, Intake& intake, const queue::Journal& journal) {
  std::vector<Route> routes;
  for (const auto& [name, adapter] : accounts) {
    const adapters::AdapterInfo& info = adapter->info();
    if (info.audience != audience) continue;
    const auto handle = [&intake, speaker = adapter.get(), name](core::HttpRequest request) {
      return intake.take(name, *speaker, std::move(request));
    };
    const std::vector<std::string> methods(info.methods.begin(), info.methods.end());
    for (const bool below : {false, true}) {
      routes.push_back({.path = "/channels/" + name + (below ? "/" : ""),
                        .with_all_below = below,
                        .methods = methods,
                        .max_body_bytes = info.max_body_bytes,
                        .is_overloaded = [&journal] { return journal.failed(); },
                        .handle = handle});
    }
  }
  return routes;
}

std::vector<Route> public_routes(const Accounts& accounts, Intake& intake, const queue::Journal& journal, const MediaStore& media,
                                 Outbound& outbound, Open311Route* open311) {
  auto routes = account_routes(accounts, adapters::Audience::providers, intake, journal);
  if (open311 != nullptr) routes.push_back(open311->route());
  routes.push_back(media_route(media, outbound));
  return routes;
}

}  // namespace

struct App::Parts {
  Parts(Config given, Telemetry& counted, std::unique_ptr<queue::Journal> opened, Suspect suspect, core::Sealer sealer)
      : config(std::move(given)),
        telemetry(counted),
        journal(std::move(opened)),
        redis(back.get_executor(), config.redis.address, config.redis.timeouts),
        publisher(redis, journal->gateway_id(), config.dedupe),
        normalizer(config.rules, config.keys.identity),
        pipeline(back.get_executor(), *journal, publisher,
                 Assembly(config.accounts, normalizer, std::move(sealer), journal->gateway_id(), config.wait_for_parts), std::move(suspect),
                 telemetry),
        states(config.patience, now()),
        media(config.media),
        outbound(config.outbound),
        errands(back.get_executor(), *journal, config.accounts, outbound, media, states, telemetry),
        poller(back.get_executor(), *journal, config.accounts, outbound, states, telemetry),
        intake(*journal, states, telemetry),
        open311(make_open311_route(front.get_executor(), config.accounts, intake, config.redis, config.rules, config.keys.identity)),
        edge(telemetry),
        redis_events(telemetry),
        public_server(front, config.public_listener, public_routes(config.accounts, intake, *journal, media, outbound, open311.get()),
                      edge),
        staff_server(front, config.staff_listener, account_routes(config.accounts, adapters::Audience::staff, intake, *journal), edge),
        admin_server(front, config.admin_listener, admin_routes(telemetry, health, states, pipeline), edge),
        signals(front),
        erasure(front) {
    if (config.embedded) embedded.emplace(back.get_executor(), *config.embedded, redis_events);
  }

  Result<void> listen();
  asio::awaitable<void> serve_back();
  asio::awaitable<void> wait_for_signal();
  asio::awaitable<void> erase_old_days();
  asio::awaitable<void> drain();
  void shut_down(std::string_view reason, int status);

  Config config;
  Telemetry& telemetry;
  Health health;
  asio::io_context front{1};  // both before the journal, whose threads hand results to them until it is gone
  asio::io_context back{1};
  std::unique_ptr<queue::Journal> journal;
  queue::Redis redis;
  queue::Publisher publisher;
  normalizer::Normalizer normalizer;
  Pipeline pipeline;
  AccountStates states;
  MediaStore media;  // before the threads that keep things in it
  Outbound outbound;
  Errands errands;
  Poller poller;
  Intake intake;
  std::unique_ptr<Open311Route> open311;
  EdgeTelemetry edge;
  RedisTelemetry redis_events;
  std::optional<queue::EmbeddedRedis> embedded;
  HttpServer public_server;
  HttpServer staff_server;
  HttpServer admin_server;
  asio::signal_set signals;
  asio::steady_timer erasure;
  std::thread back_thread;
  int exit_status = kStoppedOrderly;
  bool shutting_down = false;
};

namespace {

// A coroutine of the app that throws has met a bug: better to end loudly than to limp.
void rethrow(std::exception_ptr failure) {
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

Result<std::unique_ptr<App>> App::start(Config config, Telemetry& telemetry) {
  const auto started = std::chrono::steady_clock::now();
  auto sealer = core::Sealer::to(config.keys.back_office_public);
  if (!sealer) return std::unexpected(sealer.error());
  auto journal = queue::Journal::open(config.journal, config.keys.master);
  if (!journal) return std::unexpected(journal.error());
  telemetry.journal_opened((*journal)->cursor(), (*journal)->last(),
                           std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started));

  auto suspect = Suspect::open(config.journal.directory / "suspect");
  if (!suspect) return std::unexpected(suspect.error());
  auto parts = std::make_unique<Parts>(std::move(config), telemetry, std::move(*journal), std::move(*suspect), std::move(*sealer));
  if (auto listening = parts->listen(); !listening) return std::unexpected(listening.error());
  return std::unique_ptr<App>(new App(std::move(parts)));
}

Result<void> App::Parts::listen() {
  const std::pair<std::string_view, HttpServer*> servers[] = {
      {"public", &public_server}, {"staff", &staff_server}, {"admin", &admin_server}};
  for (const auto& [name, server] : servers) {
    if (auto bound = server->listen(); !bound) return bound;
  }
  telemetry.listening("public", config.public_listener.address, public_server.port(), config.public_listener.tls.has_value());
  telemetry.listening("staff", config.staff_listener.address, staff_server.port(), config.staff_listener.tls.has_value());
  telemetry.listening("admin", config.admin_listener.address, admin_server.port(), config.admin_listener.tls.has_value());
  return {};
}

App::App(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
App::~App() = default;

int App::run() {
  Parts& parts = *parts_;
  parts.telemetry.read_gauges_from([&parts] {
    const auto oldest = parts.journal->oldest_waiting();
    return Gauges{.backlog_rows = parts.journal->last() - parts.journal->cursor(),
                  .backlog_bytes = parts.journal->backlog_bytes(),
                  .backlog_age_seconds = oldest ? std::chrono::duration<double>(now() - *oldest).count() : 0,
                  .journal_failed = parts.journal->failed(),
                  .redis_up = parts.pipeline.redis_is_up(),
                  .open_connections = parts.public_server.connections() + parts.staff_server.connections(),
                  .accounts = parts.states.view(now())};
  });
  parts.journal->on_commit([&parts] { parts.pipeline.journal_has_rows(); });
  parts.journal->on_errands([&parts] { parts.errands.wake(); });
  parts.states.on_auth_failure(
      [&parts](std::string_view account, const core::Error& error) { parts.telemetry.credentials_refused(account, error); });
  const auto stop_for = [&parts](std::string_view reason, int status) {
    asio::post(parts.front, [&parts, reason, status] { parts.shut_down(reason, status); });
  };
  parts.journal->on_failure([&parts, stop_for] {
    parts.telemetry.journal_latched();
    stop_for("the journal failed", kJournalFailed);
  });
  parts.edge.on_failure([stop_for] { stop_for("a listener failed", kRefusedToStart); });

  if (parts.embedded) asio::co_spawn(parts.back, parts.embedded->watch(), rethrow);
  asio::co_spawn(parts.back, parts.serve_back(), rethrow);
  asio::co_spawn(parts.back, parts.errands.run(), rethrow);
  parts.poller.start();
  asio::co_spawn(parts.front, parts.wait_for_signal(), rethrow);
  asio::co_spawn(parts.front, parts.erase_old_days(), rethrow);
  parts.back_thread = std::thread([&parts] { parts.back.run(); });
  parts.health.ready = true;
  parts.telemetry.ready();
  parts.front.run();
  parts.pipeline.stop();
  parts.back_thread.join();
  return parts.exit_status;
}

// The pipeline waits for Redis by itself, so our own server may take its time beside it.
asio::awaitable<void> App::Parts::serve_back() {
  co_await pipeline.run();
  redis.close();
  if (embedded) co_await embedded->stop();
}

asio::awaitable<void> App::Parts::wait_for_signal() {
  signals.add(SIGTERM);
  signals.add(SIGINT);
  boost::system::error_code cancelled;
  co_await signals.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  if (!cancelled) shut_down("signal", kStoppedOrderly);
}

asio::awaitable<void> App::Parts::erase_old_days() {
  while (!shutting_down) {
    if (const auto erased = co_await journal->erase_expired(now()); erased && *erased > 0) telemetry.journal_erased(*erased);
    if (shutting_down) co_return;  // since then, and there was no timer to be cancelled
    erasure.expires_after(kErasureInterval);
    boost::system::error_code cancelled;
    co_await erasure.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
}

void App::Parts::shut_down(std::string_view reason, int status) {
  if (shutting_down) return;
  shutting_down = true;
  exit_status = status;
  health.ready = false;
  telemetry.draining(reason);
  erasure.cancel();
  poller.stop();
  errands.stop();
  outbound.stop();
  asio::co_spawn(front, drain(), rethrow);
}

// In order: nothing new comes in, what is begun is answered, and when the last session has ended so does the front.
asio::awaitable<void> App::Parts::drain() {
  std::size_t cut_off = co_await public_server.stop(kDrainDeadline);
  cut_off += co_await staff_server.stop(kDrainDeadline);
  cut_off += co_await admin_server.stop(std::chrono::seconds{1});
  if (cut_off > 0 && exit_status == kStoppedOrderly) exit_status = kDrainOverran;
  signals.cancel();
}

}  // namespace satupintu::gateway
