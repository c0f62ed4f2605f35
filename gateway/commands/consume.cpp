// SPDX-License-Identifier: Apache-2.0
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>
#include <csignal>
#include <cstring>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "gateway/commands/commands.hpp"
#include "gateway/commands/shared.hpp"
#include "queue/consumer.hpp"

namespace satupintu::gateway::commands {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kIdleAfter{2};

struct Options {
  std::string config, group, name, program;
  std::vector<std::string> arguments;  // of the program
  unsigned max_attempts = 5;
  unsigned claim_after_seconds = 60;
  bool from_now = false;
  bool until_idle = false;
  bool json = false;
};

std::string_view text_at(const json::value& value, std::string_view pointer) {
  boost::system::error_code missing;
  const auto* const found = value.find_pointer(json::string_view(pointer), missing);
  if (found == nullptr || !found->is_string()) return {};
  return {found->get_string().data(), found->get_string().size()};
}

std::string joined(std::initializer_list<std::string_view> parts, std::string_view separator) {
  std::string out;
  for (const auto part : parts) {
    if (!part.empty()) out += (out.empty() ? "" : std::string(separator)) + std::string(part);
  }
  return out;
}

// One entry as a person would want to read it.
std::string readable(const queue::StreamEntry& entry) {
  boost::system::error_code broken;
  const json::value event = json::parse(entry.event, broken);
  if (broken) return entry.id + "  " + entry.type + "  (not JSON)\n";
  const auto field = [&](std::string_view pointer) { return text_at(event, pointer); };
  std::string out =
      "\n" + joined({field("/subject"), entry.type, field("/data/contacts/0/channel"), field("/data/received_at")}, "  ") + "\n";
  out +=
      "    " +
      joined({field("/data/priority"), field("/data/service_code"), field("/data/agency_suggested/0"), field("/data/report_type")}, " · ") +
      "\n";
  const std::string place = joined({field("/data/location/address_string"), field("/data/location/kelurahan"),
                                    field("/data/location/kecamatan"), field("/data/location/landmark")},
                                   ", ");
  if (!place.empty()) out += "    " + place + "\n";
  if (const auto text = field("/data/description"); !text.empty()) out += "    \"" + std::string(text) + "\"\n";
  return out;
}

// Runs `program` with the event on its standard input; anything but exit status 0 is a failure.
core::Result<void> execute(const std::string& program, const std::vector<std::string>& given, const queue::StreamEntry& entry) {
  std::array<int, 2> input{};
  if (::pipe2(input.data(), O_CLOEXEC) != 0) return core::fail(core::Errc::unavailable, "cannot make a pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
  std::vector<char*> arguments{const_cast<char*>(program.c_str())};  // execve(2) leaves them as they are
  for (const auto& argument : given) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  std::vector<std::string> variables{"SATUPINTU_TYPE=" + entry.type, "SATUPINTU_STREAM=" + entry.stream, "SATUPINTU_ENTRY=" + entry.id,
                                     "SATUPINTU_ATTEMPT=" + std::to_string(entry.attempt)};
  std::vector<char*> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) environment.push_back(*variable);
  for (auto& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);

  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, program.c_str(), &actions, nullptr, arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  ::close(input[0]);
  if (failed != 0) {
    ::close(input[1]);
    return core::fail(core::Errc::unavailable, "cannot run " + program + ": " + std::strerror(failed));
  }
  for (std::string_view rest = entry.event; !rest.empty();) {
    const auto written = ::write(input[1], rest.data(), rest.size());
    if (written <= 0) break;  // the handler does not want to read it all, which is its right
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  ::close(input[1]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return core::fail(core::Errc::unavailable, WIFEXITED(status) ? "the handler ended with status " + std::to_string(WEXITSTATUS(status))
                                                               : "the handler was ended by signal " + std::to_string(WTERMSIG(status)));
}

struct Shared {
  std::mutex output;
  std::atomic<steady_clock::time_point> last_entry{steady_clock::now()};
  std::atomic<bool> failed{false};
};

// One lane on a thread of its own, so that a handler at work on a complaint never keeps an emergency waiting.
class Lane {
 public:
  Lane(const Options& options, const Config& config, Shared& shared, bool emergency)
      : options_(options),
        shared_(shared),
        consumer_(
            queue::Redis(io_.get_executor(), config.redis.address, config.redis.timeouts), io_.get_executor(),
            {.stream = queue::lane_name(0, emergency),
             .group = options.group,
             .name = options.name,
             .from_start = !options.from_now,
             .claim_after = std::chrono::seconds{options.claim_after_seconds},
             .max_attempts = options.max_attempts},
            [this](const queue::StreamEntry& entry) { return take(entry); },
            [](const core::Error& error, std::chrono::milliseconds) { std::cerr << "satupintu: " << error.what << "; trying again\n"; }) {
    asio::co_spawn(io_, consumer_.run(), [this](std::exception_ptr, core::Result<void> ended) {
      if (ended) return;
      shared_.failed = true;
      explain(ended.error());
    });
    thread_ = std::thread([this] { io_.run(); });
  }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;
  ~Lane() {
    asio::post(io_, [this] { consumer_.stop(); });
    thread_.join();
  }

 private:
  asio::awaitable<core::Result<void>> take(const queue::StreamEntry& entry) {
    shared_.last_entry = steady_clock::now();
    if (!options_.program.empty()) co_return execute(options_.program, options_.arguments, entry);
    const std::lock_guard guard(shared_.output);
    if (options_.json) std::cout << entry.event << "\n" << std::flush;
    else std::cout << readable(entry) << std::flush;
    co_return core::Result<void>{};
  }

  const Options& options_;
  Shared& shared_;
  asio::io_context io_{1};
  queue::Consumer consumer_;
  std::thread thread_;
};

asio::awaitable<void> wait_for_the_end(const Options& options, const Shared& shared, asio::signal_set& signals) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  bool interrupted = false;
  signals.async_wait([&](boost::system::error_code error, int) { interrupted = !error; });
  while (!interrupted && !shared.failed) {
    if (options.until_idle && steady_clock::now() - shared.last_entry.load() > kIdleAfter) break;
    timer.expires_after(std::chrono::milliseconds{100});
    co_await timer.async_wait(asio::use_awaitable);
  }
  signals.cancel();
}

int consume(const Options& options) {
  std::signal(SIGPIPE, SIG_IGN);
  const auto config = load_or_explain(options.config);
  if (!config) return kFailed;
  Shared shared;
  asio::io_context io;
  asio::signal_set signals(io, SIGINT, SIGTERM);
  {
    const Lane emergencies(options, *config, shared, true);
    const Lane complaints(options, *config, shared, false);
    asio::co_spawn(io, wait_for_the_end(options, shared, signals), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    io.run();
  }
  return shared.failed ? kFailed : 0;
}

}  // namespace

Run add_consume(CLI::App& app) {
  auto* command = app.add_subcommand("consume", "Read the streams as a consumer group: show each entry, or hand it to a program");
  command->footer(
      "The program given with --exec runs once per entry, with the CloudEvent on its standard input and SATUPINTU_TYPE,\n"
      "SATUPINTU_STREAM, SATUPINTU_ENTRY and SATUPINTU_ATTEMPT in its environment. Exit status 0 acknowledges the entry;\n"
      "anything else has it tried again, and after --attempts it goes to the stream sp:dead. At least once: take the event's\n"
      "id as the idempotency key. Ends on SIGINT or SIGTERM, after the entry in hand.");
  auto options = std::make_shared<Options>();
  add_config_option(*command, options->config);
  command->add_option("--group", options->group, "The consumer group; made when it does not exist")->required();
  command->add_option("--name", options->name, "This consumer's name within the group: one for each that runs")->default_val("satupintu");
  command->add_option("--exec", options->program, "The program to run for each entry");
  command->add_option("arguments", options->arguments, "Its arguments, after --");
  command->add_option("--attempts", options->max_attempts, "Tries before an entry is given up")->default_val(5)->check(CLI::Range(1, 1000));
  command->add_option("--claim-after", options->claim_after_seconds, "Seconds after which another consumer's entry is taken over")
      ->default_val(60)
      ->check(CLI::Range(1, 86400));
  command->add_flag("--from-now", options->from_now, "A new group skips what the streams already hold");
  command->add_flag("--until-idle", options->until_idle, "End when nothing came for two seconds");
  command->add_flag("--json", options->json, "Show the CloudEvents as they are, one a line");
  return [options] { return consume(*options); };
}

}  // namespace satupintu::gateway::commands
