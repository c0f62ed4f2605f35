// SPDX-License-Identifier: Apache-2.0
#include "bench/clients.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/temporary_directory.hpp"

namespace satupintu::bench {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
constexpr std::string_view kOkAndClose = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
constexpr std::string_view kLater = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
constexpr std::string_view kCut = "";  // no answer, the connection ends

// Answers one connection after the other with the given answers in turn, then with 200. After kOkAndClose it answers no more and
// leaves the closing to the client.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<std::string_view> answers)
      : answers_(std::move(answers)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener_, 16) == 0);
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void serve() {
    for (int connection; (connection = ::accept(listener_, nullptr, nullptr)) >= 0; ::close(connection)) {
      std::string request;
      while (receive_request(connection, request)) {
        const auto answer = next_ < answers_.size() ? answers_[next_++] : kOk;
        if (answer == kCut || ::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) break;
        while (answer == kOkAndClose && receive_request(connection, request)) {
        }
      }
    }
  }

  static bool receive_request(int connection, std::string& request) {
    request.clear();
    std::array<char, 4096> buffer;
    while (!request.ends_with("}]}]}")) {  // every delivery's body does
      const auto got = ::recv(connection, buffer.data(), buffer.size(), 0);
      if (got <= 0) return false;
      request.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return true;
  }

  std::vector<std::string_view> answers_;
  std::size_t next_ = 0;
  int listener_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

Composer composer() {
  Composition composition;
  composition.run = "klien";
  composition.app_secret = core::Secret("rahasia-beban-uji-4471");
  return Composer(std::move(composition));
}

Report play(std::vector<std::string_view> answers, std::uint64_t count, const std::function<void(Plan&)>& change,
            Ledger* ledger = nullptr) {
  const ScriptedServer server(std::move(answers));
  const auto from = composer();
  const Deliveries deliveries(from, count, 1);
  Plan plan;
  plan.port = server.port();
  plan.connections = 1;
  change(plan);
  const volatile std::sig_atomic_t never = 0;
  return Clients(plan, deliveries, ledger).run(never);
}

void as_it_is(Plan&) {}
void with_retry(Plan& plan) { plan.retry = true; }

}  // namespace

TEST_CASE("a_closed_loop_delivers_each_once") {
  const auto report = play({}, 20, as_it_is);
  CHECK(report.accepted == 20);
  CHECK(report.answers == std::map<unsigned, std::uint64_t>{{200, 20}});
  CHECK(report.latencies.count() == 20);
  CHECK(report.given_up == 0);
}

TEST_CASE("an_open_loop_delivers_what_is_due_and_no_more") {
  const auto report = play({}, 1000, [](Plan& plan) {
    plan.rate = 1000;
    plan.lasting = 50ms;
  });
  CHECK(report.accepted == 50);
  CHECK(report.given_up == 0);
}

TEST_CASE("an_open_loop_counts_the_wait_for_a_free_connection") {
  // Of two that are due 1 us apart over one connection, the second waits until the first, cut off, is given up.
  auto report = play({kCut}, 2, [](Plan& plan) { plan.rate = 1e6; });
  CHECK(report.accepted == 1);
  CHECK(report.given_up == 1);
  CHECK(report.latencies.percentile(1) >= 50ms);  // the pause before a lost connection is made again
}

TEST_CASE("a_connection_that_announces_its_end_loses_nothing") {
  const auto report = play({kOk, kOkAndClose, kOk, kOkAndClose}, 6, as_it_is);
  CHECK(report.accepted == 6);
  CHECK(report.unanswered == 0);
}

TEST_CASE("without_retry_an_unanswered_delivery_is_given_up") {
  const auto report = play({kOk, kCut, kLater}, 5, as_it_is);
  CHECK(report.accepted == 3);
  CHECK(report.given_up == 2);
  CHECK(report.unanswered == 1);
  CHECK(report.answers == std::map<unsigned, std::uint64_t>{{200, 3}, {503, 1}});
}

TEST_CASE("with_retry_the_same_delivery_comes_again_until_it_is_accepted") {
  const tests::TemporaryDirectory directory;
  const auto file = (directory.path() / "ledger.tsv").string();
  Ledger ledger(file);
  const auto report = play({kOk, kCut, kLater, kOk}, 3, with_retry, &ledger);
  CHECK(report.accepted == 3);
  CHECK(report.given_up == 0);

  std::vector<std::pair<std::string, std::string>> attempts;  // id, status
  std::ifstream in(file);
  for (std::string id, sha256, status, due, sent, ended; in >> id >> sha256 >> status >> due >> sent >> ended;) {
    attempts.emplace_back(id, status);
    CHECK(sha256.size() == 64);
    CHECK(std::stoll(due) <= std::stoll(sent));
    CHECK(std::stoll(sent) <= std::stoll(ended));
  }
  const auto from = composer();
  const auto id = [&](std::uint64_t number) { return from.compose(number).external_id; };
  CHECK(attempts ==
        std::vector<std::pair<std::string, std::string>>{{id(0), "200"}, {id(1), "0"}, {id(1), "503"}, {id(1), "200"}, {id(2), "200"}});
}

TEST_CASE("deliveries_without_end_end_with_the_time") {
  const ScriptedServer server({});
  const auto from = composer();
  const Deliveries deliveries(from);
  Plan plan;
  plan.port = server.port();
  plan.connections = 1;
  plan.lasting = 30ms;
  const volatile std::sig_atomic_t never = 0;
  const auto report = Clients(plan, deliveries, nullptr).run(never);
  CHECK(report.accepted > 0);
  CHECK(report.given_up == 0);
}

TEST_CASE("a_stop_hands_out_no_more") {
  const ScriptedServer server({});
  const auto from = composer();
  const Deliveries deliveries(from);
  Plan plan;
  plan.port = server.port();
  const volatile std::sig_atomic_t requested = 1;
  const auto report = Clients(plan, deliveries, nullptr).run(requested);
  CHECK(report.accepted == 0);
  CHECK(report.given_up == 0);
}

TEST_CASE("a_load_on_nobody_ends") {
  const auto from = composer();
  const Deliveries deliveries(from, 5, 1);
  Plan plan;
  plan.port = 1;
  plan.drain = 30ms;
  const volatile std::sig_atomic_t never = 0;
  SUBCASE("closed") { CHECK(Clients(plan, deliveries, nullptr).run(never).accepted == 0); }
  SUBCASE("open") {
    plan.rate = 1000;
    const auto report = Clients(plan, deliveries, nullptr).run(never);
    CHECK(report.accepted == 0);
    CHECK(report.given_up == 5);
  }
}

}  // namespace satupintu::bench
