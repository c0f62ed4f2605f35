// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>
#include <atomic>
#include <cstdio>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <thread>

#include "core/crypto.hpp"
#include "gateway/clock.hpp"
#include "gateway/commands/commands.hpp"
#include "gateway/commands/shared.hpp"
#include "gateway/http_client.hpp"

namespace satupintu::gateway::commands {

namespace {

// What people in Tangerang write, as they write it.
constexpr const char* kReports[] = {
    "Lampu jalan mati di Jl. Moh. Toha dekat masjid Al Ikhlas, sudah 3 malam gelap sekali",
    "min tolong jalan berlubang depan SDN Cibodas 3 kec Cibodas, kemarin ada motor jatuh",
    "Sampah di TPS Periuk sudah seminggu tidak diangkut, baunya sampai ke rumah warga RT 04/05",
    "banjir di perumahan Total Persada periuk setinggi lutut, pompa mati",
    "selokan mampet di gg mangga 2 karawaci, kalo ujan airnya naik ke jalan",
    "Pohon tumbang menutup jalan di Neglasari arah bandara, mohon segera ditangani",
    "parkir liar di depan pasar anyar bikin macet tiap pagi",
    "air PDAM keruh dan bau di kelurahan Uwung Jaya, sudah 2 hari",
    "lampu merah perempatan Cikokol rusak, semua kendaraan rebutan jalan",
    "ktp saya sudah 4 bulan belum jadi di disdukcapil, kapan selesainya?",
    "pedagang kaki lima nutup trotoar di ciledug, pejalan kaki harus turun ke jalan",
    "ada kabel menjuntai di jl. hasyim ashari cipondoh, bahaya buat anak sekolah",
    "Asap pembakaran sampah pabrik di jatiuwung tiap malam, anak saya batuk terus",
    "jembatan di batuceper retak, truk masih lewat. tolong dicek",
    "terima kasih lampu di jalan Teuku Umar karawaci sudah menyala lagi",
    "kebakaran rumah di kampung melayu teluknaga deket benda, api besar, tolong damkar!!",
    "halte bus tayo di pinang atapnya bocor, kalau hujan basah semua",
    "usul dibuat taman bermain di kelurahan Larangan Indah, lahan kosong banyak",
};
constexpr const char* kNames[] = {"Sari", "Budi Hartono", "Ibu Wati", "Pak RT Usman", "Dewi K",
                                  "Agus", "Nurhayati",    "Rizky",    "Mang Ujang",   "Yanti"};

struct Options {
  std::string config;
  std::vector<std::string> accounts;
  double rate = 2;
  std::uint64_t count = 20;
  unsigned connections = 4;
  std::uint64_t citizens = 1'000;
  std::string public_base, staff_base;
};

struct Tally {
  std::mutex mutex;
  std::map<std::string, std::uint64_t> answers;  // "whatsapp/cloud 200"
  std::atomic<std::uint64_t> sent{0};
};

class Crowd {
 public:
  Crowd(const Config& config, const Options& options) : config_(config), options_(options), run_(core::to_hex(core::random_bytes(6))) {
    for (const auto& [name, adapter] : config.accounts) {
      if (adapter->info().methods.empty()) continue;  // nothing can be pushed to it
      if (options.accounts.empty() || std::ranges::find(options.accounts, name) != options.accounts.end())
        accounts_.emplace_back(name, adapter.get());
    }
  }

  [[nodiscard]] bool empty() const { return accounts_.empty(); }

  // Says message number `n` on its channel and notes the answer.
  void say(std::uint64_t n, HttpClient& client, Tally& tally) const {
    std::minstd_rand random(static_cast<unsigned>(n * 2'654'435'761U + 1U));
    const auto& [account, adapter] = accounts_[n % accounts_.size()];
    const std::uint64_t citizen = random() % options_.citizens;
    char phone[20];
    std::snprintf(phone, sizeof phone, "+62811%07u", static_cast<unsigned>(citizen));
    const adapters::Utterance utterance{run_ + "-" + std::to_string(n), phone, kNames[citizen % std::size(kNames)],
                                        kReports[random() % std::size(kReports)]};
    core::HttpRequest request = adapter->compose(utterance, now());
    if (request.path.empty()) request.path = "/channels/" + account;
    adapter->sign(request);
    const bool staff = adapter->info().audience == adapters::Audience::staff;
    set_host(request, staff ? config_.staff_listener : config_.public_listener);
    const auto answer = client.send(staff ? options_.staff_base : options_.public_base, request);
    const std::string outcome = answer ? std::to_string(answer->status) : "no answer";
    const std::lock_guard guard(tally.mutex);
    ++tally.answers[account + "\t" + std::string(adapter->info().name) + "\t" + outcome];
  }

 private:
  const Config& config_;
  const Options& options_;
  std::string run_;
  std::vector<std::pair<std::string, const adapters::Adapter*>> accounts_;
};

// Each message has its moment; a late one goes out at once, so that a slow gateway meets the full rate.
void keep_talking(const Crowd& crowd, const Options& options, std::chrono::steady_clock::time_point start, std::atomic<std::uint64_t>& next,
                  Tally& tally) {
  HttpClient client;
  for (std::uint64_t n = next++; n < options.count; n = next++) {
    std::this_thread::sleep_until(
        start + std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(static_cast<double>(n) / options.rate)));
    crowd.say(n, client, tally);
    ++tally.sent;
  }
}

int simulate(Options options) {
  auto config = load_or_explain(options.config);
  if (!config) return kFailed;
  if (options.public_base.empty()) options.public_base = base_of(config->public_listener);
  if (options.staff_base.empty()) options.staff_base = base_of(config->staff_listener);
  const Crowd crowd(*config, options);
  if (crowd.empty()) return explain({core::Errc::not_found, "no such account in the configuration"});
  Tally tally;
  std::atomic<std::uint64_t> next{0};
  const auto start = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> citizens;
    for (unsigned i = 0; i < options.connections; ++i) citizens.emplace_back([&] { keep_talking(crowd, options, start, next, tally); });
    while (tally.sent < options.count && ::isatty(STDERR_FILENO) != 0) {
      std::cerr << "\r" << tally.sent << " of " << options.count << " messages sent" << std::flush;
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
  }
  if (::isatty(STDERR_FILENO) != 0) std::cerr << "\r\033[K";
  std::vector<std::vector<std::string>> rows;
  bool all_accepted = true;
  for (const auto& [key, count] : tally.answers) {
    const auto first = key.find('\t');
    const auto second = key.find('\t', first + 1);
    rows.push_back({key.substr(0, first), key.substr(first + 1, second - first - 1), key.substr(second + 1), std::to_string(count)});
    all_accepted = all_accepted && rows.back()[2].starts_with('2');
  }
  std::cout << table({"account", "adapter", "answer", "messages"}, rows);
  return all_accepted ? 0 : kFound;
}

}  // namespace

Run add_simulate(CLI::App& app) {
  auto* command = app.add_subcommand("simulate", "Play citizens on every channel, correctly signed, at a given rate");
  command->footer(
      "Takes accounts and secrets from the configuration of the gateway it talks to. Exit status 1 when a message was not accepted.");
  auto options = std::make_shared<Options>();
  add_config_option(*command, options->config);
  command->add_option("--account", options->accounts, "Only on these accounts (default: all)");
  command->add_option("--rate", options->rate, "Messages per second")->default_val(2)->check(CLI::Range(0.01, 100'000.0));
  command->add_option("--count", options->count, "How many messages")->default_val(20);
  command->add_option("--citizens", options->citizens, "How many different citizens write them")
      ->default_val(1'000)
      ->check(CLI::Range(1, 9'999'999));
  command->add_option("--connections", options->connections, "Connections, each used in turn")->default_val(4)->check(CLI::Range(1, 256));
  command->add_option("--to", options->public_base, "Where the public listener is (default: as configured, on this machine)");
  command->add_option("--staff", options->staff_base, "Where the staff listener is (default: as configured, on this machine)");
  return [options] { return simulate(*options); };
}

}  // namespace satupintu::gateway::commands
