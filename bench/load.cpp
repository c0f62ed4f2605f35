// SPDX-License-Identifier: Apache-2.0
// satupintu_load: WhatsApp deliveries for a webhook endpoint, pre-signed, in a closed or an open loop; see --help.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <exception>
#include <fstream>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>

#include "bench/clients.hpp"
#include "bench/deliveries.hpp"
#include "bench/ledger.hpp"
#include "core/crypto.hpp"

namespace {

using namespace satupintu;

constexpr const char* kDescription =
    R"(Sends WhatsApp Cloud API text messages, each with its own id and signature, to a webhook endpoint and
reports how they were answered.

All deliveries are composed and signed before the clock starts. Without --rate the loop is closed: each
connection sends its next delivery when it has the answer to the last, which measures throughput. With
--rate the loop is open: deliveries are due at fixed times whether or not a connection is free, and their
latency counts from when they were due, so that a stall shows in the percentiles (no coordinated omission).

SIGINT or SIGTERM stops handing out deliveries and waits for the missing answers; a second one ends at once.)";

constexpr const char* kExamples = R"(Examples:
  Throughput:       satupintu_load --port 8080 --secret-file app_secret --count 200000 --seconds 10
  Latency:          satupintu_load --port 8080 --secret-file app_secret --rate 2000 --seconds 10 --ledger ledger.tsv
  Retry storm:      satupintu_load --port 8080 --secret-file app_secret --count 10000 --repeat 10
  While breaking things, like a provider that never gives up:
                    satupintu_load --port 8080 --secret-file app_secret --until-stopped --rate 500 --retry --ledger ledger.tsv

Exit status: 0 when every delivery that was due was answered 2xx, 1 when one was not or none was due, 2 when the load could
not run.)";

volatile std::sig_atomic_t stop_requests = 0;

void request_stop(int) { stop_requests = stop_requests + 1; }

core::Secret read_secret(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  if (!std::getline(in, line)) throw std::runtime_error("cannot read a line from " + file);
  return core::Secret(line);
}

std::string random_run() { return core::to_hex(core::random_bytes(6)); }

double ms(std::chrono::microseconds latency) { return static_cast<double>(latency.count()) / 1000.0; }

double per_second(const bench::Report& report) {
  return report.elapsed.count() > 0 ? static_cast<double>(report.accepted) / report.elapsed.count() : 0;
}

double cpu_us_per_request(const bench::Report& report) {
  std::uint64_t requests = report.unanswered;
  for (const auto& [status, count] : report.answers) requests += count;
  return requests > 0 ? report.cpu.count() * 1e6 / static_cast<double>(requests) : 0;
}

std::string to_json(bench::Report& report, const std::string& run) {
  std::string answers;
  for (const auto& [status, count] : report.answers) answers += fmt::format("{}\"{}\":{}", answers.empty() ? "" : ",", status, count);
  return fmt::format(R"({{"run":"{}","accepted":{},"given_up":{},"answers":{{{}}},"unanswered":{},"seconds":{:.4f},"per_second":{:.1f},)"
                     R"("latency_ms":{{"p50":{:.3f},"p99":{:.3f},"p99.9":{:.3f},"max":{:.3f}}},"cpu_us_per_request":{:.2f}}})",
                     run, report.accepted, report.given_up, answers, report.unanswered, report.elapsed.count(), per_second(report),
                     ms(report.latencies.percentile(0.5)), ms(report.latencies.percentile(0.99)), ms(report.latencies.percentile(0.999)),
                     ms(report.latencies.percentile(1)), cpu_us_per_request(report));
}

std::string to_table(bench::Report& report, const std::string& run) {
  std::string table = fmt::format("run          {}\naccepted     {} in {:.2f} s, {:.0f} per second\ngiven up     {}\n", run,
                                  report.accepted, report.elapsed.count(), per_second(report), report.given_up);
  for (const auto& [status, count] : report.answers) table += fmt::format("answer {}   {}\n", status, count);
  return table + fmt::format(
                     "no answer    {}\nlatency      p50 {:.2f} ms, p99 {:.2f} ms, p99.9 {:.2f} ms, max {:.2f} ms\nown CPU      {:.2f} us "
                     "per request",
                     report.unanswered, ms(report.latencies.percentile(0.5)), ms(report.latencies.percentile(0.99)),
                     ms(report.latencies.percentile(0.999)), ms(report.latencies.percentile(1)), cpu_us_per_request(report));
}

struct Options {
  bench::Plan plan;
  bench::Composition composition;
  std::string secret_file, ledger_file;
  std::uint64_t count = 100'000;
  unsigned repeat = 1;
  double rate = 0, seconds = 0, timeout_seconds = 10, drain_seconds = 30;
  bool until_stopped = false, json = false;
};

void declare(CLI::App& app, Options& options) {
  app.footer(kExamples);
  app.add_option("--host", options.plan.host, "IPv4 address of the endpoint")->capture_default_str();
  app.add_option("--port", options.plan.port, "Its port")->required();
  app.add_option("--path", options.composition.path, "Its path")->capture_default_str();
  app.add_option("--secret-file", options.secret_file, "File whose first line is the app secret that signs the deliveries")->required();
  app.add_option("--connections", options.plan.connections, "Keep-alive connections")->capture_default_str()->check(CLI::Range(1, 10'000));
  app.add_option("--rate", options.rate, "Open loop: deliveries due per second")->check(CLI::PositiveNumber);
  auto* const count =
      app.add_option("--count", options.count, "Distinct deliveries")->capture_default_str()->check(CLI::Range(1, 100'000'000));
  auto* const repeat = app.add_option("--repeat", options.repeat, "Send each delivery this often, all shuffled")
                           ->capture_default_str()
                           ->check(CLI::Range(1, 1000));
  app.add_option("--seconds", options.seconds, "Hand out no more deliveries after this time")->check(CLI::PositiveNumber);
  app.add_flag("--until-stopped", options.until_stopped, "Compose deliveries without end, until a signal or --seconds")
      ->excludes(count)
      ->excludes(repeat);
  app.add_flag("--retry", options.plan.retry, "Send a delivery again until it is answered 2xx, over new connections where needed");
  app.add_option("--timeout", options.timeout_seconds, "Seconds to wait for one answer")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--drain", options.drain_seconds, "Seconds to wait for missing answers after the last delivery was due")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--run", options.composition.run,
                 "Name of the run, part of every id; the same name makes the same ids and senders again (default: random)")
      ->check([](const std::string& name) {
        return name.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz") == std::string::npos ? "" : "use a-z and 0-9";
      });
  app.add_option("--senders", options.composition.senders, "How many citizens write, in turn; 0: each message has its own sender")
      ->capture_default_str();
  app.add_option("--body-bytes", options.composition.body_bytes, "Size of a delivery's body")
      ->capture_default_str()
      ->check(CLI::Range(600, 6'000));
  app.add_option("--ledger", options.ledger_file,
                 "Append a line per attempt: id, SHA-256 of the body, status (0: no answer), then when it was due, sent and ended in ns of "
                 "CLOCK_MONOTONIC");
  app.add_flag("--json", options.json, "Print the report as one JSON object");
}

std::chrono::nanoseconds nanoseconds(double seconds) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds));
}

int run(Options options) {
  if (const auto started = core::start_crypto(); !started) throw std::runtime_error(started.error().what);
  auto& plan = options.plan;
  if (options.rate > 0) plan.rate = options.rate;
  if (options.seconds > 0) plan.lasting = nanoseconds(options.seconds);
  plan.timeout = nanoseconds(options.timeout_seconds);
  plan.drain = nanoseconds(options.drain_seconds);

  auto& composition = options.composition;
  if (composition.run.empty()) composition.run = random_run();
  const std::string run_name = composition.run;
  composition.host = plan.host + ":" + std::to_string(plan.port);
  composition.app_secret = read_secret(options.secret_file);
  composition.sent_at = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());

  const bench::Composer composer(std::move(composition));
  const auto deliveries = options.until_stopped ? bench::Deliveries(composer) : bench::Deliveries(composer, options.count, options.repeat);
  std::optional<bench::Ledger> ledger;
  if (!options.ledger_file.empty()) ledger.emplace(options.ledger_file);

  bench::Clients clients(plan, deliveries, ledger ? &*ledger : nullptr);
  std::signal(SIGINT, request_stop);
  std::signal(SIGTERM, request_stop);
  auto report = clients.run(stop_requests);
  fmt::print("{}\n", options.json ? to_json(report, run_name) : to_table(report, run_name));
  return report.accepted > 0 && report.given_up == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(kDescription);
  Options options;
  declare(app, options);
  CLI11_PARSE(app, argc, argv);
  try {
    return run(std::move(options));
  } catch (const std::exception& error) {
    fmt::print(stderr, "satupintu_load: {}\n", error.what());
    return 2;
  }
}
