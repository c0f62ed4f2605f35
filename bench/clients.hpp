// SPDX-License-Identifier: Apache-2.0
// The clients of a load: keep-alive connections driven by one thread over epoll, as cheaply as that goes, because they share
// the machine with what they measure. `run` plays the deliveries once, by demand or by schedule, and says how they were answered.
#pragma once

#include <chrono>
#include <csignal>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/answer.hpp"
#include "bench/deliveries.hpp"
#include "bench/latencies.hpp"
#include "bench/ledger.hpp"

namespace satupintu::bench {

struct Plan {
  std::string host = "127.0.0.1";  // an IPv4 address
  std::uint16_t port = 8080;
  std::size_t connections = 64;
  // Without a rate the loop is closed: a connection sends its next delivery when it has the answer to the last. With one
  // it is open: a delivery is due by the clock, whether or not a connection is free, and its latency counts from then.
  std::optional<double> rate;                                   // deliveries per second
  std::optional<std::chrono::nanoseconds> lasting;              // no delivery is handed out or becomes due after this
  bool retry = false;                                           // send a delivery again, as providers do, until it is answered 2xx
  std::chrono::nanoseconds timeout = std::chrono::seconds{10};  // for one answer
  std::chrono::nanoseconds drain = std::chrono::seconds{30};    // for missing answers, once all was handed out or due or nobody listens
};

struct Report {
  std::map<unsigned, std::uint64_t> answers;  // by status, one per attempt
  std::uint64_t unanswered = 0;               // attempts whose connection was lost or whose time was over
  std::uint64_t accepted = 0;                 // deliveries answered 2xx
  std::uint64_t given_up = 0;                 // deliveries that were due and never answered 2xx
  Latencies latencies;                        // of the accepted ones, from when they were due; closed loop: first sent
  std::chrono::duration<double> elapsed{};    // from the first delivery to the last answer
  std::chrono::duration<double> cpu{};        // of this program, meanwhile
};

class Clients {
 public:
  // `deliveries` and `ledger`, which may be null, must outlive the clients. Fails by std::system_error without an epoll or a host.
  Clients(Plan plan, const Deliveries& deliveries, Ledger* ledger);
  ~Clients();
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;

  // Plays the deliveries; to be called once. `stop` may be raised meanwhile by a signal handler: at 1 no more are handed
  // out and the missing answers are waited for, at 2 it returns.
  Report run(const volatile std::sig_atomic_t& stop);

 private:
  enum class Stage { down, connecting, ready, sending, awaiting };  // of a connection, in order

  struct Client {
    Stage stage = Stage::down;
    int socket = -1;
    std::int64_t wake_ns = 0;            // down: connect then; connecting, sending, awaiting: lose patience then
    const Delivery* delivery = nullptr;  // what it has to deliver, kept over retries
    Delivery lent;
    std::int64_t due_ns = 0, sent_ns = 0;
    std::int64_t not_before_ns = 0;  // of a retry
    std::size_t written = 0;
    AnswerReader answer;
  };

  void connect(Client& client);
  void lose(Client& client, std::chrono::nanoseconds pause);
  void on_event(Client& client, std::uint32_t events);
  void on_ready(Client& client);
  void read_answer(Client& client, bool hung_up);
  void send_delivery(Client& client);
  void write_rest(Client& client);
  void end_attempt(Client& client, unsigned status);

  bool take_delivery(Client& client);
  void serve_idle();
  void tick();
  void wait();
  [[nodiscard]] bool handing_out() const;
  [[nodiscard]] std::int64_t due_of(std::uint64_t turn) const;
  [[nodiscard]] std::uint64_t count_overdue() const;

  Plan plan_;
  const Deliveries& deliveries_;
  Ledger* ledger_;
  std::uint64_t turns_;
  int epoll_;
  std::vector<Client> clients_;
  std::deque<Client*> idle_;  // ready and without a delivery, the longest idle first
  std::uint64_t next_turn_ = 0;
  std::size_t busy_ = 0;  // clients with a delivery
  bool stopping_ = false;
  std::int64_t started_ns_ = 0, ticked_ns_ = 0, flushed_ns_ = 0, answered_ns_ = 0;
  std::optional<std::int64_t> drained_ns_;  // when waiting ends
  Report report_;
};

}  // namespace satupintu::bench
