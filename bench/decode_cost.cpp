// SPDX-License-Identifier: Apache-2.0
// What admitting and decoding a delivery costs, adapter by adapter: CPU time of one thread, per delivery of about 1.5 KB, each of them a
// different citizen's. Prints a JSON array with a line per adapter; --bodies writes the same bytes to files, for others to read.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "adapters/adapter.hpp"
#include "core/crypto.hpp"
#include "tests/conformance/accounts.hpp"

using namespace satupintu;

namespace {

constexpr std::size_t kDeliveries = 64;
constexpr std::size_t kBodyBytes = 1500;
constexpr core::Timestamp kNow{std::chrono::seconds{1'767'229'200}};
constexpr std::string_view kText =
    "Selamat pagi, saya mau melapor: saluran air di Jalan Beringin Dua RT 03/RW 05 Kelurahan Poris Plawad tersumbat \U0001F622 sehingga "
    "air meluap ke jalan setiap kali turun hujan.\nKami sudah menyampaikan hal ini kepada ketua RT, tetapi belum ada yang datang. ";

double thread_cpu_us() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

struct Samples {
  std::vector<core::HttpRequest> requests;  // signed; none where a channel pulls
  std::vector<core::Delivery> deliveries;
};

core::HttpRequest composed(const adapters::Adapter& adapter, std::size_t number, std::string text) {
  return adapter.compose({.external_id = fmt::format("ukur-{:04}", number),
                          .phone = fmt::format("+62812555{:05}", 1000 + number),
                          .name = "Sari Wulandari",
                          .text = std::move(text)},
                         kNow);
}

// How large a delivery is besides HTTP's own lines.
std::size_t size_of(const core::HttpRequest& request) { return request.query.size() + request.body.size(); }

Samples samples_of(const adapters::Adapter& adapter) {
  Samples samples;
  for (std::size_t number = 0; number < kDeliveries; ++number) {
    std::string text = fmt::format("Laporan {}. ", number);
    core::HttpRequest request = composed(adapter, number, text);
    for (std::size_t before = 0; size_of(request) < kBodyBytes && size_of(request) > before;) {
      before = size_of(request);
      text += kText;
      request = composed(adapter, number, text);
    }
    if (adapter.info().methods.empty()) {
      samples.deliveries.push_back({.account = {}, .received_at = kNow, .head = request.query, .body = request.body});
      continue;
    }
    adapter.sign(request);
    auto admission = adapter.admit(request, kNow);
    if (!admission || !admission->delivery) throw std::runtime_error(std::string(adapter.info().name) + " does not admit what it composed");
    samples.requests.push_back(std::move(request));
    samples.deliveries.push_back(*std::move(admission->delivery));
  }
  return samples;
}

// The median of the rounds; each goes through all deliveries as often as `round_us` allows.
double median_us(unsigned rounds, double round_us, const std::function<void(std::size_t number)>& step) {
  std::vector<double> costs;
  for (unsigned round = 0; round <= rounds; ++round) {
    const double began = thread_cpu_us();
    std::size_t steps = 0;
    while (thread_cpu_us() - began < round_us) {
      for (std::size_t number = 0; number < kDeliveries; ++number) step(number);
      steps += kDeliveries;
    }
    // The first round only warms up.
    if (round > 0) costs.push_back((thread_cpu_us() - began) / static_cast<double>(steps));
  }
  std::ranges::nth_element(costs, costs.begin() + rounds / 2);
  return costs[rounds / 2];
}

void write_bodies(const std::filesystem::path& directory, const Samples& samples) {
  std::filesystem::create_directories(directory);
  for (std::size_t number = 0; number < samples.deliveries.size(); ++number) {
    std::ofstream(directory / fmt::format("{:04}", number), std::ios::binary) << samples.deliveries[number].body;
  }
}

struct Options {
  unsigned rounds = 15;
  double milliseconds = 50;
  std::filesystem::path bodies;
};

std::string measured(const tests::TestAccount& account, const Options& options) {
  const auto adapter = tests::make_adapter(account);
  const Samples samples = samples_of(*adapter);
  std::size_t events = 0;
  const auto& sample = samples.deliveries.front();
  const double admit = samples.requests.empty() ? 0 : median_us(options.rounds, options.milliseconds * 1e3, [&](std::size_t number) {
    events += adapter->admit(samples.requests[number], kNow)->delivery.has_value();
  });
  const double decode = median_us(options.rounds, options.milliseconds * 1e3,
                                  [&](std::size_t number) { events += adapter->decode(samples.deliveries[number]).value().size(); });
  if (events == 0) throw std::runtime_error(std::string(account.adapter) + " reads nothing in what it composed");
  if (!options.bodies.empty() && sample.body.starts_with('{')) write_bodies(options.bodies / account.adapter, samples);
  return fmt::format(R"({{"adapter":"{}","bytes":{},"admit_us":{:.2f},"decode_us":{:.2f}}})", account.adapter,
                     sample.head.size() + sample.body.size(), admit, decode);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("CPU time per delivery of admit and decode, for every adapter");
  Options options;
  app.add_option("--rounds", options.rounds, "Rounds, of which the median is taken")->capture_default_str()->check(CLI::Range(1, 1000));
  app.add_option("--milliseconds", options.milliseconds, "CPU time of a round")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--bodies", options.bodies, "Directory for the bodies that are JSON: ADAPTER/NUMBER");
  CLI11_PARSE(app, argc, argv);
  try {
    if (const auto started = core::start_crypto(); !started) throw std::runtime_error(started.error().what);
    std::string lines;
    for (const auto& account : tests::test_accounts()) lines += (lines.empty() ? "" : ",\n") + measured(account, options);
    fmt::print("[{}]\n", lines);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "satupintu_decode_cost: {}\n", error.what());
    return 2;
  }
}
