// SPDX-License-Identifier: Apache-2.0
#include "gateway/outbound.hpp"

#include <doctest/doctest.h>

#include <boost/asio/ip/tcp.hpp>
#include <fstream>

#include "tests/support/run.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace satupintu;
using namespace satupintu::gateway;
using tests::run;

namespace {

OutboundSettings settings_in(const std::filesystem::path& directory) {
  return {.internal_hosts = {}, .ca_file = {}, .download_directory = directory, .threads = 2};
}

// Somebody who listens on loopback, v4 and v6, and tells whether anybody came.
class Listener {
 public:
  Listener() : acceptor_(io_, {boost::asio::ip::make_address("::"), 0}) { acceptor_.non_blocking(true); }
  [[nodiscard]] std::string port() const { return std::to_string(acceptor_.local_endpoint().port()); }
  [[nodiscard]] bool was_reached() {
    boost::system::error_code nobody;
    boost::asio::ip::tcp::socket socket(io_);
    acceptor_.accept(socket, nobody);
    return !nobody;
  }

 private:
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
};

}  // namespace

TEST_CASE("a_host_is_among_those_named_or_below_a_starred_one") {
  const std::vector<std::string> hosts{"graph.facebook.com", "*.fbcdn.net", "127.0.0.1:8443"};
  CHECK(is_among("graph.facebook.com", hosts));
  CHECK(is_among("Graph.Facebook.com", hosts));
  CHECK(is_among("scontent.fbcdn.net", hosts));
  CHECK(is_among("a.b.fbcdn.net", hosts));
  CHECK(is_among("127.0.0.1", hosts));
  for (const char* other :
       {"fbcdn.net", "evilfbcdn.net", "graph.facebook.com.evil.example", "facebook.com", "", "127.0.0.2", ".fbcdn.net"}) {
    CAPTURE(other);
    CHECK_FALSE(is_among(other, hosts));
  }
}

TEST_CASE("whatever_is_no_https_or_not_on_the_list_is_refused") {
  const tests::TemporaryDirectory directory;
  Outbound outbound(settings_in(directory.path()));
  const auto transport = outbound.transport_to({"graph.facebook.com"});
  for (const char* url :
       {"http://graph.facebook.com/", "ftp://graph.facebook.com/", "file:///etc/passwd", "gopher://graph.facebook.com/",
        "graph.facebook.com", "https://evil.example/", "https://graph.facebook.com@evil.example/", "https://user:pw@graph.facebook.com/",
        "https://evil.example#@graph.facebook.com/", "https://evil.example\\@graph.facebook.com/",
        "https://graph.facebook.com.evil.example/", "https://ｇraph.facebook.com/", "https:///path", "", "https://"}) {
    CAPTURE(url);
    const auto answer = run(transport->call({.url = url}));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == core::Errc::refused);
    const auto download = run(transport->download({.url = url}));
    REQUIRE_FALSE(download);
    CHECK(download.error().code == core::Errc::refused);
  }
  const auto line = run(transport->connect("evil.example", 993, true));
  REQUIRE_FALSE(line);
  CHECK(line.error().code == core::Errc::refused);
}

TEST_CASE("no_spelling_of_an_inner_address_is_connected") {
  const tests::TemporaryDirectory directory;
  Listener listener;
  Outbound outbound(settings_in(directory.path()));
  // As if an adapter's list were of no help: every one of these hosts is on it.
  const auto transport = outbound.transport_to({"127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]",
                                                "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "127.1", "0", "2130706433", "0x7f000001",
                                                "0177.0.0.1", "169.254.169.254", "10.0.0.1", "192.168.0.1", "[fd00::1]", "[fe80::1]"});
  for (const char* host : {"127.0.0.1",
                           "127.1",
                           "0",
                           "0.0.0.0",
                           "2130706433",
                           "0x7f000001",
                           "0x7f.0.0.1",
                           "0177.0.0.1",
                           "017700000001",
                           "localhost",
                           "LOCALHOST",
                           "[::1]",
                           "[::]",
                           "[::ffff:127.0.0.1]",
                           "[::ffff:7f00:1]",
                           "[64:ff9b::7f00:1]",
                           "169.254.169.254",
                           "10.0.0.1",
                           "192.168.0.1",
                           "[fd00::1]"}) {
    CAPTURE(host);
    const auto answer = run(transport->call({.url = "https://" + std::string(host) + ":" + listener.port() + "/"}));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == core::Errc::refused);
  }
  const auto line = run(transport->connect("localhost", static_cast<std::uint16_t>(std::stoi(listener.port())), false));
  REQUIRE_FALSE(line);
  CHECK(line.error().code == core::Errc::refused);
  CHECK_FALSE(listener.was_reached());

  // The control: the same place is reached once it is named as one of ours.
  OutboundSettings allowed = settings_in(directory.path());
  allowed.internal_hosts = {"127.0.0.1"};
  Outbound other(allowed);
  CHECK(run(other.transport_to({"127.0.0.1"})->connect("127.0.0.1", static_cast<std::uint16_t>(std::stoi(listener.port())), false)));
  CHECK(listener.was_reached());
}

TEST_CASE("a_header_that_would_break_out_of_its_line_is_not_sent") {
  const tests::TemporaryDirectory directory;
  Outbound outbound(settings_in(directory.path()));
  const auto transport = outbound.transport_to({"graph.facebook.com"});
  const auto answer = run(transport->call({.url = "https://graph.facebook.com/", .headers = {{"Authorization", "Bearer a\r\nHost: b"}}}));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == core::Errc::refused);
}

TEST_CASE("a_file_is_read_from_where_one_stopped") {
  const tests::TemporaryDirectory directory;
  Outbound outbound(settings_in(directory.path()));
  const auto transport = outbound.transport_to({});
  const auto file = directory.path() / "Master.csv";
  CHECK(run(transport->read_file(file, 0, 10)).error().code == core::Errc::not_found);
  std::ofstream(file) << "satu\ndua\n";
  const auto first = run(transport->read_file(file, 0, 5)).value();
  CHECK(first.bytes == "satu\n");
  CHECK(first.size == 9);
  const auto rest = run(transport->read_file(file, 5, 100)).value();
  CHECK(rest.bytes == "dua\n");
  CHECK(rest.inode == first.inode);
  CHECK(run(transport->read_file(file, 9, 100)).value().bytes.empty());
}

TEST_CASE("what_a_killed_process_was_downloading_is_removed") {
  const tests::TemporaryDirectory directory;
  std::ofstream(directory.path() / "download-a1b2c3") << "setengah";
  const Outbound outbound(settings_in(directory.path()));
  CHECK(std::filesystem::is_empty(directory.path()));
}
