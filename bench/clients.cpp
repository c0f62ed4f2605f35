// SPDX-License-Identifier: Apache-2.0
#include "bench/clients.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <string_view>
#include <system_error>

namespace satupintu::bench {

namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr nanoseconds kTick = 10ms;  // how exactly deadlines and pauses are kept
constexpr nanoseconds kFlushEvery = 100ms;
constexpr nanoseconds kReconnectPause = 50ms;
constexpr nanoseconds kRetryPause = 100ms;
constexpr nanoseconds kConnectTimeout = 3s;
constexpr std::size_t kMostLatenciesReserved = 4'000'000;

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch() / 1ns; }

std::chrono::duration<double> cpu_so_far() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return std::chrono::duration<double>(seconds(used.ru_utime) + seconds(used.ru_stime));
}

sockaddr_in address_of(const Plan& plan) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(plan.port);
  if (::inet_pton(AF_INET, plan.host.c_str(), &address.sin_addr) != 1)
    throw std::system_error(EINVAL, std::generic_category(), "host " + plan.host);
  return address;
}

}  // namespace

Clients::Clients(Plan plan, const Deliveries& deliveries, Ledger* ledger)
    : plan_(std::move(plan)),
      deliveries_(deliveries),
      ledger_(ledger),
      turns_(deliveries.count()),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      clients_(plan_.connections) {
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll");
  (void)address_of(plan_);
  if (plan_.rate && plan_.lasting) {
    const auto due = std::ceil(*plan_.rate * std::chrono::duration<double>(*plan_.lasting).count());
    turns_ = std::min(turns_, static_cast<std::uint64_t>(due));
  }
  report_.latencies.reserve(std::min<std::size_t>(turns_, kMostLatenciesReserved));
  // Sleeps end within microseconds of the schedule, not within the usual 50.
  ::prctl(PR_SET_TIMERSLACK, 1000UL, 0UL, 0UL, 0UL);
}

Clients::~Clients() {
  for (const auto& client : clients_) {
    if (client.socket >= 0) ::close(client.socket);
  }
  ::close(epoll_);
}

Report Clients::run(const volatile std::sig_atomic_t& stop) {
  const auto cpu_before = cpu_so_far();
  started_ns_ = answered_ns_ = now_ns();
  for (auto& client : clients_) connect(client);
  for (;;) {
    stopping_ = stop > 0;
    if (now_ns() - ticked_ns_ >= kTick / 1ns) tick();
    serve_idle();
    const bool over = drained_ns_ && now_ns() > *drained_ns_;
    if (stop > 1 || over || (busy_ == 0 && !handing_out())) break;
    wait();
  }
  if (ledger_ != nullptr) ledger_->flush();
  report_.given_up += busy_ + count_overdue();
  report_.elapsed = nanoseconds(answered_ns_ - started_ns_);
  report_.cpu = cpu_so_far() - cpu_before;
  return std::move(report_);
}

void Clients::connect(Client& client) {
  client.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (client.socket < 0) throw std::system_error(errno, std::generic_category(), "socket");
  const int on = 1;
  ::setsockopt(client.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  epoll_event interest{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.ptr = &client}};
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, client.socket, &interest) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  const auto address = address_of(plan_);
  client.stage = Stage::connecting;
  client.wake_ns = now_ns() + kConnectTimeout / 1ns;
  client.answer.start_over();
  if (::connect(client.socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS)
    lose(client, kReconnectPause);
}

void Clients::lose(Client& client, nanoseconds pause) {
  if (client.stage == Stage::sending || client.stage == Stage::awaiting) end_attempt(client, 0);
  else if (client.stage == Stage::ready) std::erase(idle_, &client);
  ::close(client.socket);
  client.socket = -1;
  client.stage = Stage::down;
  client.wake_ns = now_ns() + pause / 1ns;
  if (pause == 0ns) connect(client);
}

void Clients::on_event(Client& client, std::uint32_t events) {
  const bool hung_up = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if (client.stage == Stage::connecting) {
    if (hung_up) return lose(client, kReconnectPause);
    on_ready(client);
  } else if (client.stage == Stage::sending) {
    write_rest(client);
  }
  if (client.stage != Stage::down && (hung_up || (events & EPOLLIN) != 0)) read_answer(client, hung_up);
}

void Clients::on_ready(Client& client) {
  client.stage = Stage::ready;
  if (client.delivery != nullptr) {
    if (now_ns() >= client.not_before_ns) send_delivery(client);
  } else if (!take_delivery(client)) {
    idle_.push_back(&client);
  }
}

void Clients::read_answer(Client& client, bool hung_up) {
  std::array<char, 4096> buffer;
  for (;;) {
    const auto got = ::recv(client.socket, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EAGAIN) return;
    const bool asked = client.stage == Stage::sending || client.stage == Stage::awaiting;
    if (got <= 0 || !asked) return lose(client, kReconnectPause);
    switch (client.answer.feed({buffer.data(), static_cast<std::size_t>(got)})) {
      case AnswerReader::Progress::broken: return lose(client, kReconnectPause);
      case AnswerReader::Progress::complete: {
        // An answer that came before the whole request was written leaves the connection out of step.
        const bool unusable = client.stage == Stage::sending || client.answer.closes() || hung_up;
        end_attempt(client, client.answer.status());
        client.answer.start_over();
        client.stage = Stage::ready;
        return unusable ? lose(client, 0ns) : on_ready(client);
      }
      case AnswerReader::Progress::incomplete: break;
    }
  }
}

void Clients::send_delivery(Client& client) {
  client.stage = Stage::sending;
  client.written = 0;
  client.sent_ns = now_ns();
  client.wake_ns = client.sent_ns + plan_.timeout / 1ns;
  write_rest(client);
}

void Clients::write_rest(Client& client) {
  const std::string_view request = client.delivery->request;
  const auto written = ::send(client.socket, request.data() + client.written, request.size() - client.written, MSG_NOSIGNAL);
  if (written < 0 && errno == EAGAIN) return;
  if (written < 0) return lose(client, kReconnectPause);
  client.written += static_cast<std::size_t>(written);
  if (client.written == request.size()) client.stage = Stage::awaiting;
}

void Clients::end_attempt(Client& client, unsigned status) {
  const auto now = now_ns();
  if (ledger_ != nullptr)
    ledger_->add(*client.delivery, {.status = status, .due_ns = client.due_ns, .sent_ns = client.sent_ns, .ended_ns = now});
  if (status != 0) {
    ++report_.answers[status];
    answered_ns_ = now;
  } else {
    ++report_.unanswered;
  }
  const bool accepted = status >= 200 && status < 300;
  if (accepted) {
    ++report_.accepted;
    report_.latencies.add(nanoseconds(now - client.due_ns));
  } else if (plan_.retry) {
    client.not_before_ns = now + kRetryPause / 1ns;
    return;
  } else {
    ++report_.given_up;
  }
  client.delivery = nullptr;
  --busy_;
}

bool Clients::take_delivery(Client& client) {
  if (!handing_out()) return false;
  const auto now = now_ns();
  const auto due = plan_.rate ? due_of(next_turn_) : now;
  if (due > now) return false;
  client.delivery = &deliveries_.at(next_turn_++, client.lent);
  client.due_ns = due;
  ++busy_;
  send_delivery(client);
  return true;
}

void Clients::serve_idle() {
  while (!idle_.empty()) {
    auto* const client = idle_.front();
    idle_.pop_front();
    if (!take_delivery(*client)) {
      idle_.push_front(client);
      return;
    }
  }
}

void Clients::tick() {
  ticked_ns_ = now_ns();
  for (auto& client : clients_) {
    switch (client.stage) {
      case Stage::down:
        if (ticked_ns_ >= client.wake_ns) connect(client);
        break;
      case Stage::connecting:
      case Stage::sending:
      case Stage::awaiting:
        if (ticked_ns_ >= client.wake_ns) lose(client, kReconnectPause);
        break;
      case Stage::ready:
        if (client.delivery != nullptr && ticked_ns_ >= client.not_before_ns) send_delivery(client);
        break;
    }
  }
  if (ledger_ != nullptr && ticked_ns_ - flushed_ns_ >= kFlushEvery / 1ns) {
    ledger_->flush();
    flushed_ns_ = ticked_ns_;
  }
  const bool all_due = !handing_out() || (plan_.rate && due_of(turns_ - 1) <= ticked_ns_);
  const bool in_vain =
      !plan_.retry && std::ranges::all_of(clients_, [](const Client& client) { return client.stage <= Stage::connecting; });
  if (!all_due && !in_vain) drained_ns_.reset();
  else if (!drained_ns_) drained_ns_ = ticked_ns_ + plan_.drain / 1ns;
}

void Clients::wait() {
  auto until = ticked_ns_ + kTick / 1ns;
  if (plan_.rate && handing_out() && !idle_.empty()) until = std::min(until, due_of(next_turn_));
  const auto pause = std::max<std::int64_t>(0, until - now_ns());
  const timespec timeout{.tv_sec = pause / (1s / 1ns), .tv_nsec = pause % (1s / 1ns)};
  std::array<epoll_event, 128> events;
  const int ready = ::epoll_pwait2(epoll_, events.data(), events.size(), &timeout, nullptr);
  for (int i = 0; i < ready; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    on_event(*static_cast<Client*>(event.data.ptr), event.events);
  }
}

bool Clients::handing_out() const {
  if (stopping_ || next_turn_ == turns_) return false;
  return plan_.rate || !plan_.lasting || ticked_ns_ - started_ns_ < *plan_.lasting / 1ns;
}

std::int64_t Clients::due_of(std::uint64_t turn) const {
  return started_ns_ + static_cast<std::int64_t>(static_cast<double>(turn) * 1e9 / *plan_.rate);
}

// Deliveries of an open loop whose time had come before any client was free for them.
std::uint64_t Clients::count_overdue() const {
  if (!plan_.rate) return 0;
  const auto due = static_cast<std::uint64_t>(static_cast<double>(now_ns() - started_ns_) * *plan_.rate / 1e9);
  return std::min(due, turns_) - std::min(std::min(due, turns_), next_turn_);
}

}  // namespace satupintu::bench
