// SPDX-License-Identifier: Apache-2.0
// For tests/integration/imap_test.py: reads a real mailbox by the adapter email/imap until nothing is new, over a Transport of its own.
//   imap_poll PORT implicit|starttls|none CA_FILE DIRECTORY [processed_folder=NAME] [refuse_commits] [die_after_commits=N]
// What is committed lies in DIRECTORY: `bookmark`, and each mail as N.eml. Prints what the mails meant, or why a round failed (exit status
// 1).
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>

#include "adapters/email/imap.hpp"
#include "adapters/transport.hpp"
#include "core/crypto.hpp"
#include "tests/golden/events_json.hpp"

using namespace satupintu;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

class AsioLine : public adapters::Line {
 public:
  AsioLine(tcp::socket socket, asio::ssl::context& context) : stream_(std::move(socket), context) {}

  asio::awaitable<core::Result<std::string>> read_some(std::chrono::milliseconds) override {
    std::string bytes(16'384, '\0');
    boost::system::error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    const std::size_t count = encrypted_ ? co_await stream_.async_read_some(asio::buffer(bytes), token)
                                         : co_await stream_.next_layer().async_read_some(asio::buffer(bytes), token);
    if (error && count == 0) co_return std::string{};
    bytes.resize(count);
    co_return bytes;
  }

  asio::awaitable<core::Result<void>> write(std::string bytes, std::chrono::milliseconds) override {
    boost::system::error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    if (encrypted_) co_await asio::async_write(stream_, asio::buffer(bytes), token);
    else co_await asio::async_write(stream_.next_layer(), asio::buffer(bytes), token);
    if (error) co_return core::fail(core::Errc::unavailable, error.message());
    co_return core::Result<void>{};
  }

  asio::awaitable<core::Result<void>> start_tls(std::chrono::milliseconds) override {
    boost::system::error_code error;
    stream_.set_verify_mode(asio::ssl::verify_peer);
    stream_.set_verify_callback(asio::ssl::host_name_verification("localhost"));
    co_await stream_.async_handshake(asio::ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return core::fail(core::Errc::unavailable, error.message());
    encrypted_ = true;
    co_return core::Result<void>{};
  }

 private:
  asio::ssl::stream<tcp::socket> stream_;
  bool encrypted_ = false;
};

class AsioTransport : public adapters::Transport {
 public:
  explicit AsioTransport(const std::string& ca_file) { context_.load_verify_file(ca_file); }

  [[nodiscard]] core::Timestamp now() const override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
  asio::awaitable<core::Result<core::HttpAnswer>> call(adapters::Call) override {
    co_return core::fail(core::Errc::refused, "no calls here");
  }
  asio::awaitable<core::Result<adapters::Download>> download(adapters::Call) override {
    co_return core::fail(core::Errc::refused, "no downloads here");
  }
  asio::awaitable<core::Result<adapters::FileChunk>> read_file(std::filesystem::path, std::uint64_t, std::size_t) override {
    co_return core::fail(core::Errc::refused, "no files here");
  }

  asio::awaitable<core::Result<std::unique_ptr<adapters::Line>>> connect(std::string, std::uint16_t port, bool tls) override {
    tcp::socket socket(co_await asio::this_coro::executor);
    boost::system::error_code error;
    co_await socket.async_connect({asio::ip::make_address("127.0.0.1"), port}, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return core::fail(core::Errc::unavailable, error.message());
    auto line = std::make_unique<AsioLine>(std::move(socket), context_);
    if (tls) {
      if (auto done = co_await line->start_tls(std::chrono::seconds{30}); !done) co_return std::unexpected(done.error());
    }
    co_return line;
  }

 private:
  asio::ssl::context context_{asio::ssl::context::tls_client};
};

struct Options {
  bool refuse_commits = false;
  std::size_t die_after_commits = SIZE_MAX;
  std::string processed_folder;
};

class DirectoryInbox : public adapters::Inbox {
 public:
  DirectoryInbox(std::filesystem::path directory, const adapters::Adapter& adapter, Options options)
      : directory_(std::move(directory)), adapter_(adapter), options_(std::move(options)) {}

  asio::awaitable<core::Result<std::string>> bookmark(std::string) override {
    std::ifstream in(directory_ / "bookmark");
    co_return std::string{std::istreambuf_iterator<char>(in), {}};
  }

  asio::awaitable<core::Result<void>> commit(std::vector<core::Delivery> deliveries, std::string, std::string bookmark) override {
    if (options_.refuse_commits) co_return core::fail(core::Errc::overloaded, "no commits today");
    for (const core::Delivery& delivery : deliveries) {
      std::size_t number = 1;
      while (std::filesystem::exists(directory_ / (std::to_string(number) + ".eml"))) ++number;
      std::ofstream(directory_ / (std::to_string(number) + ".eml"), std::ios::binary) << delivery.body;
      const auto events = adapter_.decode(delivery);
      std::string told = events ? tests::to_json(*events) : "[]\n";
      told = told.substr(1, told.rfind(']') - 1);
      events_ += (events_.empty() ? "" : ",") + told;
    }
    std::ofstream(directory_ / "bookmark") << bookmark;
    if (!deliveries.empty() && options_.die_after_commits-- == 1) std::_Exit(9);
    co_return core::Result<void>{};
  }

  [[nodiscard]] std::string events() const { return "[" + events_ + "]"; }

 private:
  std::filesystem::path directory_;
  const adapters::Adapter& adapter_;
  Options options_;
  std::string events_;
};

asio::awaitable<core::Result<void>> poll_all(const adapters::Adapter& adapter, adapters::Inbox& inbox, adapters::Transport& transport) {
  while (true) {
    const auto next = co_await adapter.poll(inbox, transport);
    if (!next) co_return std::unexpected(next.error());
    if (!*next) co_return core::Result<void>{};
  }
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments, arguments + count);
  if (words.size() < 5 || !core::start_crypto()) return 2;
  Options options;
  for (std::size_t at = 5; at < words.size(); ++at) {
    if (words[at] == "refuse_commits") options.refuse_commits = true;
    if (words[at].starts_with("die_after_commits=")) options.die_after_commits = std::stoul(words[at].substr(18));
    if (words[at].starts_with("processed_folder=")) options.processed_folder = words[at].substr(17);
  }
  const auto text = [](std::string value) { return core::SettingsNode{std::move(value)}; };
  const core::SettingsNode root{core::SettingsNode::Table{{"host", text("localhost")},
                                                          {"port", {std::int64_t{std::stol(words[1])}}},
                                                          {"tls", text(words[2])},
                                                          {"username", text("lapor@kota.example")},
                                                          {"password", {core::Secret{"sandi \"uji\" \\ 5d20"}}},
                                                          {"processed_folder", text(options.processed_folder)},
                                                          {"addresses", {core::SettingsNode::List{text("lapor@kota.example")}}}}};
  core::SettingsReport report;
  core::Settings settings(root, report);
  const auto adapter = adapters::make_email_imap("mail-uji", settings);
  for (const auto& mistake : report.mistakes) std::cerr << mistake.path << ' ' << mistake.problem << '\n';
  if (!report.mistakes.empty()) return 2;

  AsioTransport transport(words[3]);
  DirectoryInbox inbox(words[4], *adapter, options);
  asio::io_context context;
  std::optional<core::Result<void>> result;
  asio::co_spawn(context, poll_all(*adapter, inbox, transport), [&](std::exception_ptr failure, core::Result<void> value) {
    if (failure) std::rethrow_exception(failure);
    result = std::move(value);
  });
  context.run();
  std::cout << inbox.events() << '\n';
  if (*result) return 0;
  std::cerr << core::name_of(result->error().code) << ": " << result->error().what << '\n';
  return 1;
}
