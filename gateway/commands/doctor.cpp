// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>

#include "gateway/commands/commands.hpp"
#include "gateway/commands/shared.hpp"
#include "gateway/http_client.hpp"
#include "queue/embedded_redis.hpp"
#include "queue/journal_reader.hpp"
#include "queue/redis.hpp"

namespace satupintu::gateway::commands {

namespace {

namespace fs = std::filesystem;

enum class Verdict { good, doubtful, bad };

struct Finding {
  std::string subject;
  Verdict verdict;
  std::string found;
  std::string remedy;  // empty when good
};

constexpr std::uintmax_t kLeastFreeBytes = 1ULL << 30U;

Finding examine_data_directory(const fs::path& directory) {
  std::error_code error;
  const fs::path existing = fs::exists(directory, error) ? directory : directory.parent_path();
  if (::access(existing.c_str(), W_OK | X_OK) != 0) {
    return {"data directory", Verdict::bad, directory.string() + " cannot be written",
            "create it, owned by the user that runs the gateway"};
  }
  const auto space = fs::space(existing, error);
  const std::string free = std::to_string(space.available >> 20U) + " MiB free in " + directory.string();
  if (space.available < kLeastFreeBytes) return {"disk", Verdict::bad, free, "free at least 1 GiB: a full disk stops the intake"};
  return {"disk", Verdict::good, free, ""};
}

// The median of a few syncs of one page: what every lone answer waits for.
Finding examine_sync(const fs::path& directory) {
  std::error_code error;
  const fs::path file = (fs::exists(directory, error) ? directory : fs::temp_directory_path()) / "doctor.tmp";
  const int descriptor = ::open(file.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return {"disk sync", Verdict::doubtful, "not measured", "make " + directory.string() + " writable for this user"};
  std::vector<double> took;
  const std::array<char, 4096> page{};
  for (int i = 0; i < 15; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const bool done = ::write(descriptor, page.data(), page.size()) == static_cast<ssize_t>(page.size()) && ::fdatasync(descriptor) == 0;
    if (!done) break;
    took.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  ::close(descriptor);
  fs::remove(file, error);
  if (took.empty()) return {"disk sync", Verdict::bad, "the disk does not sync", "check the disk and the file system"};
  std::ranges::sort(took);
  const double median = took[took.size() / 2];
  char text[64];
  std::snprintf(text, sizeof text, "%.2f ms for one page", median);
  if (median > 20) return {"disk sync", Verdict::doubtful, text, "answers wait for it: put the data directory on a faster disk"};
  return {"disk sync", Verdict::good, text, ""};
}

Finding examine_port(const std::string& name, const ListenerSettings& listener) {
  namespace ip = boost::asio::ip;
  const std::string place = listener.address + ":" + std::to_string(listener.port);
  boost::system::error_code error;
  const auto address = ip::make_address(listener.address, error);
  if (error) return {name + " port", Verdict::bad, listener.address + " is no IP address", "write it like 127.0.0.1 or ::"};
  boost::asio::io_context io;
  ip::tcp::acceptor acceptor(io);
  const ip::tcp::endpoint endpoint(address, listener.port);
  acceptor.open(endpoint.protocol(), error);
  acceptor.set_option(ip::tcp::acceptor::reuse_address(true), error);
  acceptor.bind(endpoint, error);
  if (!error) return {name + " port", Verdict::good, place + " is free", ""};
  if (error == boost::asio::error::access_denied) {
    return {name + " port", Verdict::bad, place + " is not allowed for this user",
            "use a port above 1023, or give the service CAP_NET_BIND_SERVICE"};
  }
  return {name + " port", Verdict::doubtful, place + ": " + error.message(),
          "nothing to do if the gateway is running; else stop what holds it: ss -ltnp"};
}

Finding examine_clock() {
  timex state{};
  const int status = ::adjtimex(&state);
  if (status == TIME_ERROR)
    return {"clock", Verdict::doubtful, "not synchronised", "run an NTP client: signatures, ids and deadlines go by the clock"};
  return {"clock", Verdict::good, "synchronised", ""};
}

Finding examine_journal(const Config& config) {
  auto reader = queue::JournalReader::open(config.journal.directory, config.keys.master);
  if (!reader && reader.error().code == core::Errc::not_found) return {"journal", Verdict::good, "none yet; `serve` makes it", ""};
  if (!reader) return {"journal", Verdict::bad, reader.error().what, "restore the master key the journal was made with"};
  const auto ledger = reader->ledger();
  if (!ledger) return {"journal", Verdict::bad, ledger.error().what, "restore the data directory from a backup"};
  const auto waiting = ledger->committed - ledger->processed;
  const std::string found = std::to_string(ledger->committed) + " deliveries, " + std::to_string(waiting) + " waiting";
  if (!ledger->balances())
    return {"journal", Verdict::bad, found + "; the ledger does not balance", "run `satupintu ledger` and report it"};
  return {"journal", Verdict::good, found, ""};
}

Finding examine_redis(const Config& config) {
  if (config.embedded) {
    const auto program = queue::find_redis_server(config.embedded->program);
    if (!program)
      return {"redis", Verdict::bad, "redis-server is not installed", "apt-get install redis-server, or set redis.url to your own"};
    return {"redis", Verdict::good, "embedded, by " + *program, ""};
  }
  boost::asio::io_context io;
  queue::Redis redis(io.get_executor(), config.redis.address, config.redis.timeouts);
  const auto pong = run(io, redis.call({"PING"}));
  if (!pong)
    return {"redis", Verdict::bad, pong.error().what, "check redis.url and that Redis runs; until then deliveries wait in the journal"};
  return {"redis", Verdict::good, "answers", ""};
}

Finding examine_accounts(const Config& config) {
  std::string names;
  for (const auto& [name, adapter] : config.accounts)
    names += (names.empty() ? "" : ", ") + name + " (" + std::string(adapter->info().name) + ")";
  return {"accounts", Verdict::good, names, ""};
}

std::string remedy_of(std::string_view state) {
  if (state == "auth_failed") return "renew its token or password in the configuration, then restart";
  if (state == "degraded") return "check its provider and the way there; what was missed is fetched once it answers";
  return "send it a message; if none arrives, check the webhook at the provider";
}

// How the accounts of the running gateway are doing; one finding that is good when they all are, or when nothing runs.
std::vector<Finding> examine_account_states(const Config& config) {
  HttpClient client;
  core::HttpRequest request{.method = "GET", .path = "/accounts", .query = {}, .headers = {}, .body = {}};
  set_host(request, config.admin_listener);
  const auto answer = client.send(base_of(config.admin_listener), request);
  if (!answer || answer->status != 200) return {{"channels", Verdict::good, "the gateway is not running, so nothing is known of them", ""}};
  std::vector<Finding> findings;
  boost::system::error_code unreadable;
  const boost::json::value told = boost::json::parse(answer->body, unreadable);
  if (unreadable || !told.is_array()) return findings;
  for (const auto& account : told.as_array()) {
    const std::string state = boost::json::value_to<std::string>(account.at("state"));
    if (state == "ok") continue;
    const auto* trouble = account.as_object().if_contains("trouble");
    findings.push_back({"channel " + boost::json::value_to<std::string>(account.at("account")), Verdict::doubtful,
                        trouble != nullptr ? state + ": " + boost::json::value_to<std::string>(*trouble) : state, remedy_of(state)});
  }
  if (findings.empty()) findings.push_back({"channels", Verdict::good, "all ok", ""});
  return findings;
}

void print_table(const std::vector<Finding>& findings) {
  for (const auto& finding : findings) {
    const char* const sign = finding.verdict == Verdict::good ? "ok   " : finding.verdict == Verdict::doubtful ? "check" : "FAIL ";
    std::cout << sign << "  " << finding.subject << ": " << finding.found << "\n";
    if (!finding.remedy.empty()) std::cout << "         → " << finding.remedy << "\n";
  }
}

void print_json(const std::vector<Finding>& findings) {
  boost::json::array list;
  for (const auto& finding : findings) {
    const char* const verdict = finding.verdict == Verdict::good ? "ok" : finding.verdict == Verdict::doubtful ? "check" : "fail";
    list.push_back({{"subject", finding.subject}, {"verdict", verdict}, {"found", finding.found}, {"remedy", finding.remedy}});
  }
  std::cout << boost::json::serialize(list) << "\n";
}

}  // namespace

Run add_doctor(CLI::App& app) {
  auto* command = app.add_subcommand("doctor", "Look at this machine and say what the gateway still needs");
  command->footer("Changes nothing. Exit status 1 when something must be mended before the gateway can serve.");
  struct Options {
    std::string config;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  add_config_option(*command, options->config);
  command->add_flag("--json", options->json, "Write JSON");
  return [options] {
    const auto config = load_or_explain(options->config);
    if (!config) return kFound;
    std::vector<Finding> findings{
        {"configuration", Verdict::good, options->config + " is in order", ""},
        examine_accounts(*config),
        examine_data_directory(config->journal.directory),
        examine_sync(config->journal.directory),
        examine_journal(*config),
        examine_redis(*config),
        examine_port("public", config->public_listener),
        examine_port("staff", config->staff_listener),
        examine_port("admin", config->admin_listener),
        examine_clock(),
    };
    std::ranges::move(examine_account_states(*config), std::back_inserter(findings));
    if (options->json) print_json(findings);
    else print_table(findings);
    return std::ranges::any_of(findings, [](const Finding& f) { return f.verdict == Verdict::bad; }) ? kFound : 0;
  };
}

}  // namespace satupintu::gateway::commands
