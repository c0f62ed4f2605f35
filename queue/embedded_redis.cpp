// SPDX-License-Identifier: Apache-2.0
#include "queue/embedded_redis.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

// glibc 2.36 declares these without telling C++ that they are C.
extern "C" {
#include <sys/pidfd.h>
}

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "core/failpoint.hpp"
#include "queue/backoff.hpp"
#include "queue/redis.hpp"

namespace satupintu::queue {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using core::Errc;
using core::fail;
using core::Result;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr milliseconds kGlance{20};  // between two looks at something that is about to happen
constexpr std::chrono::seconds kOrderlyEnd{5};
constexpr RedisTimeouts kProbeTimeouts{milliseconds{500}, milliseconds{500}};

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  File& operator=(File&&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] int get() const noexcept { return descriptor_; }
  [[nodiscard]] int release() noexcept { return std::exchange(descriptor_, -1); }
  explicit operator bool() const noexcept { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

// As redis.conf reads it.
std::string quoted(const fs::path& path) {
  std::string text = "\"";
  for (const char c : path.string()) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

std::string config_text(const EmbeddedRedisSettings& settings) {
  std::string text =
      "# Written by satupintu whenever it starts this server; changes made here are lost.\n"
      "port 0\n"
      "unixsocketperm 700\n"
      "daemonize no\n"
      "databases 1\n"
      "save \"\"\n"
      "appendonly yes\n"
      "auto-aof-rewrite-min-size 512mb\n"  // a year of a city fits; rewriting a smaller log costs more than it saves
      "maxmemory-policy noeviction\n";
  text += "appendfsync " + settings.append_fsync + "\n";
  text += "dir " + quoted(settings.directory) + "\n";
  text += "unixsocket " + quoted(settings.socket()) + "\n";
  text += "pidfile " + quoted(settings.directory / "redis.pid") + "\n";
  // Nobody needs these here, and each can undo what the gateway relies on.
  for (const auto* const command :
       {"CONFIG", "DEBUG", "FLUSHALL", "FLUSHDB", "MIGRATE", "MODULE", "REPLICAOF", "SHUTDOWN", "SLAVEOF", "SWAPDB"}) {
    text += std::string("rename-command ") + command + " \"\"\n";
  }
  return text;
}

Result<void> write_config(const fs::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::trunc);
  out << text;
  if (!out.flush()) return fail(Errc::unavailable, "cannot write " + file.string());
  return {};
}

bool holds(const fs::path& file, const std::string& text) {
  std::ifstream in(file);
  return std::string(std::istreambuf_iterator<char>(in), {}) == text;
}

struct Server {
  pid_t pid;
  File pidfd;
};

// Who listens on the socket, by the kernel's word.
std::optional<Server> find_server(const fs::path& socket_path) {
  const File socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket_path.c_str(), sizeof address.sun_path - 1);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return std::nullopt;
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
  File pidfd(::pidfd_open(peer.pid, 0));
  // The connection still stands, so the process behind it was alive when its pidfd was made: it is not another's by then.
  char byte = 0;
  const bool stands = ::recv(socket.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  if (!pidfd || !stands) return std::nullopt;
  return Server{peer.pid, std::move(pidfd)};
}

// "loading_loaded_perc:12.34" of INFO persistence.
std::optional<unsigned> percent_loaded(std::string_view info) {
  constexpr std::string_view kField = "loading_loaded_perc:";
  const auto at = info.find(kField);
  unsigned percent = 0;
  if (at == std::string_view::npos ||
      std::from_chars(info.data() + at + kField.size(), info.data() + info.size(), percent).ec != std::errc{}) {
    return std::nullopt;
  }
  return percent;
}

}  // namespace

// A redis-server, our child or an orphan of an earlier gateway.
struct EmbeddedRedis::Process {
  Process(const asio::any_io_executor& executor, Server server) : pid(server.pid), pidfd(executor, server.pidfd.release()) {}

  [[nodiscard]] bool has_ended() {
    pollfd poll{pidfd.native_handle(), POLLIN, 0};
    return ::poll(&poll, 1, 0) == 1;
  }
  asio::awaitable<void> wait() { co_await pidfd.async_wait(asio::posix::stream_descriptor::wait_read, as_result); }
  void signal(int number) { ::pidfd_send_signal(pidfd.native_handle(), number, nullptr, 0); }

  // REQUIRES: has_ended().
  std::string reap() {
    // A child of its own that was rewriting the log would go on holding the lock.
    ::kill(-pid, SIGKILL);
    siginfo_t end{};
    if (::waitid(P_PIDFD, static_cast<id_t>(pidfd.native_handle()), &end, WEXITED) != 0) return "ended";
    return (end.si_code == CLD_EXITED ? "exit status " : "signal ") + std::to_string(end.si_status);
  }

  pid_t pid;
  asio::posix::stream_descriptor pidfd;
};

EmbeddedRedis::EmbeddedRedis(asio::any_io_executor executor, EmbeddedRedisSettings settings, EmbeddedRedisEvents& events)
    : executor_(std::move(executor)), settings_(std::move(settings)), events_(events), pause_(executor_) {}

EmbeddedRedis::~EmbeddedRedis() = default;

asio::awaitable<Result<void>> EmbeddedRedis::start() {
  if (settings_.socket().native().size() >= sizeof(sockaddr_un::sun_path)) {
    co_return fail(Errc::misconfigured, "the path " + settings_.socket().string() +
                                            " is longer than the 107 bytes Linux allows a socket; choose a shorter data directory");
  }
  std::error_code failed;
  fs::create_directories(settings_.directory, failed);
  if (!failed) fs::permissions(settings_.directory, fs::perms::owner_all, failed);
  if (failed) co_return fail(Errc::misconfigured, "the directory " + settings_.directory.string() + " cannot be used: " + failed.message());
  if (auto found = co_await find_or_spawn(config_text(settings_)); !found) co_return found;
  co_return co_await wait_until_ready();
}

asio::awaitable<Result<void>> EmbeddedRedis::find_or_spawn(const std::string& config) {
  const auto deadline = steady_clock::now() + settings_.ready_within;
  const fs::path config_file = settings_.directory / "redis.conf";
  while (!stopping_ && steady_clock::now() < deadline) {
    {
      const File lock(::open((settings_.directory / "redis.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
      if (!lock)
        co_return fail(Errc::misconfigured,
                       "the directory " + settings_.directory.string() + " cannot be written: " + std::strerror(errno));
      if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) {
        if (auto written = write_config(config_file, config); !written) co_return written;
        core::failpoint("redis.before_spawn");
        co_return spawn(lock.get());
      }
    }
    if (auto server = find_server(settings_.socket())) {
      process_ = std::make_unique<Process>(executor_, std::move(*server));
      // The file is written under the lock only, so it is what the running server was started with.
      if (holds(config_file, config)) {
        events_.redis_started(process_->pid, true);
        co_return Result<void>{};
      }
      co_await end_process();
    } else {
      co_await pause(kGlance);
    }
  }
  co_return fail(Errc::unavailable, "an earlier redis-server still holds " + settings_.directory.string() + " and does not listen");
}

Result<void> EmbeddedRedis::spawn(int lock) {
  const auto program = find_redis_server(settings_.program);
  if (!program) {
    return fail(Errc::misconfigured, "there is no program " + settings_.program +
                                         "; install the package redis-server, or give the address of a Redis of your own");
  }
  const File log(::open((settings_.directory / "redis.log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!log)
    return fail(Errc::misconfigured, "the directory " + settings_.directory.string() + " cannot be written: " + std::strerror(errno));

  // Of all we have open it keeps the log and the lock: an orphan that held our listening sockets would keep the next
  // gateway from starting. It gets a session of its own, so that a terminal's Ctrl-C reaches only us, who end it in
  // order; and no environment, because that may hold secrets.
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, log.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, log.get(), STDERR_FILENO);
  posix_spawn_file_actions_adddup2(&files, lock, STDERR_FILENO + 1);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  std::string name = "redis-server";
  std::string config_file = (settings_.directory / "redis.conf").string();
  char* const arguments[] = {name.data(), config_file.data(), nullptr};
  char* const environment[] = {nullptr};
  pid_t pid = 0;
  const int failed = ::posix_spawn(&pid, program->c_str(), &files, &attributes, arguments, environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (failed != 0) return fail(Errc::unavailable, *program + " cannot be started: " + std::strerror(failed));
  core::failpoint("redis.after_spawn");
  process_ = std::make_unique<Process>(executor_, Server{pid, File(::pidfd_open(pid, 0))});
  events_.redis_started(pid, false);
  return {};
}

asio::awaitable<Result<void>> EmbeddedRedis::wait_until_ready() {
  RedisAddress address;
  address.transport = RedisTransport::unix_socket;
  address.socket = settings_.socket();
  Redis probe(executor_, std::move(address), kProbeTimeouts);
  const auto deadline = steady_clock::now() + settings_.ready_within;
  std::optional<unsigned> reported;
  while (!stopping_) {
    if (process_->has_ended()) {
      const std::string how = process_->reap();
      process_.reset();
      co_return fail(Errc::unavailable,
                     "redis-server ended while starting (" + how + "); it says why in " + (settings_.directory / "redis.log").string());
    }
    const auto replies = co_await probe.pipeline({{"PING"}, {"INFO", "persistence"}});
    if (stopping_) break;
    // Any other answer, also that of a full disk, comes from a server that has started.
    if (replies && error_code(replies->front()) != "LOADING") co_return Result<void>{};
    if (replies) {
      const auto percent = percent_loaded(replies->back().text);
      if (percent && percent != reported) events_.redis_loading(*percent);
      reported = percent;
    }
    if (steady_clock::now() >= deadline) {
      co_await end_process();
      co_return fail(Errc::unavailable,
                     "redis-server was not ready in time; it says why in " + (settings_.directory / "redis.log").string());
    }
    co_await pause(kGlance);
  }
  co_return fail(Errc::unavailable, "redis-server is being stopped");
}

asio::awaitable<void> EmbeddedRedis::watch() {
  unsigned failures = 0;
  while (!stopping_) {
    if (!process_) {
      if (auto started = co_await start(); !started) {
        if (stopping_) co_return;
        events_.redis_start_failed(started.error());
        co_await pause(backoff(failures++));
        continue;
      }
    }
    const auto since = steady_clock::now();
    co_await process_->wait();
    if (stopping_) co_return;
    events_.redis_stopped(process_->reap());
    process_.reset();
    if (steady_clock::now() - since > kLongestBackoff) failures = 0;
    co_await pause(backoff(failures++));
  }
}

asio::awaitable<void> EmbeddedRedis::stop() {
  stopping_ = true;
  pause_.cancel();
  if (process_) co_await end_process();
}

// Another coroutine may end the process at the same time, hence the second look after each pause.
asio::awaitable<void> EmbeddedRedis::end_process() {
  process_->signal(SIGTERM);
  const auto deadline = steady_clock::now() + kOrderlyEnd;
  while (process_ && !process_->has_ended()) {
    if (steady_clock::now() >= deadline) process_->signal(SIGKILL);
    co_await pause(kGlance);
  }
  if (process_) process_->reap();
  process_.reset();
}

asio::awaitable<void> EmbeddedRedis::pause(milliseconds length) {
  pause_.expires_after(length);
  co_await pause_.async_wait(as_result);
}

std::optional<std::string> find_redis_server(std::string_view program) {
  const auto executable = [](const std::string& path) { return ::access(path.c_str(), X_OK) == 0; };
  if (program.contains('/')) return executable(std::string(program)) ? std::optional(std::string(program)) : std::nullopt;
  const char* const set = std::getenv("PATH");
  std::string_view path = set == nullptr ? "/usr/local/bin:/usr/bin:/bin" : set;
  while (!path.empty()) {
    const auto colon = std::min(path.find(':'), path.size());
    const std::string candidate = (fs::path(path.substr(0, colon)) / program).string();
    if (executable(candidate)) return candidate;
    path.remove_prefix(std::min(colon + 1, path.size()));
  }
  return std::nullopt;
}

}  // namespace satupintu::queue
