// SPDX-License-Identifier: Apache-2.0
// How much memory and time the largest mails take: reading one, taking an attachment out of it, and fetching it over IMAP up to the commit.
// Prints a line for each with the highest resident size that the step reached above what the process held before the mail was there.
#include <malloc.h>

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>

#include "adapters/email/imap.hpp"
#include "adapters/email/mime.hpp"
#include "core/crypto.hpp"
#include "tests/support/scripted_transport.hpp"

using namespace satupintu;
using boost::asio::awaitable;

namespace {

constexpr std::size_t kBytes = 25'000'000;

std::size_t status_kib(const std::string& name) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(name + ':')) return std::stoul(line.substr(name.size() + 1));
  }
  return 0;
}

void forget_peak() { std::ofstream("/proc/self/clear_refs") << 5; }

void measure(const char* what, std::size_t before_kib, const std::function<std::size_t()>& step) {
  forget_peak();
  const auto began = std::chrono::steady_clock::now();
  const std::size_t result = step();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  std::printf("%-58s %6.1f MB %6lld ms  (%zu)\n", what, static_cast<double>(status_kib("VmHWM") - before_kib) * 1024 / 1e6,
              static_cast<long long>(took.count()), result);
}

std::string filled(std::string head, std::string_view with) {
  head.reserve(kBytes);
  while (head.size() + with.size() <= kBytes) head += with;
  return head;
}

// A server with one mail in its folder, which it holds no second time.
class OneMailLine : public adapters::Line {
 public:
  explicit OneMailLine(const std::string& raw) : raw_(raw) {}

  awaitable<core::Result<std::string>> read_some(std::chrono::milliseconds) override {
    std::string some = begin_.substr(0, 16'384);
    begin_.erase(0, some.size());
    if (some.empty() && at_ < raw_.size()) {
      some = raw_.substr(at_, 16'384);
      at_ += some.size();
    }
    if (some.empty()) some = std::exchange(end_, {});
    co_return some;
  }

  awaitable<core::Result<void>> write(std::string command, std::chrono::milliseconds) override {
    const std::string tag = command.substr(0, command.find(' '));
    const std::string size = std::to_string(raw_.size());
    std::string answer;
    if (command.contains("SELECT")) answer = "* 1 EXISTS\r\n* OK [UIDVALIDITY 1] ya\r\n";
    if (command.contains(" FETCH 1 (UID)")) answer = "* 1 FETCH (UID 1)\r\n";
    if (command.contains("SEARCH")) answer = "* SEARCH 1\r\n";
    if (command.contains("RFC822.SIZE")) answer = "* 1 FETCH (UID 1 RFC822.SIZE " + size + ")\r\n";
    end_ = tag + " OK\r\n";
    if (command.contains("BODY.PEEK[]")) {
      answer = "* 1 FETCH (UID 1 BODY[] {" + size + "}\r\n";
      end_ = ")\r\n" + end_;
      at_ = 0;
    }
    begin_ += answer;
    co_return core::Result<void>{};
  }

  awaitable<core::Result<void>> start_tls(std::chrono::milliseconds) override { co_return core::Result<void>{}; }

 private:
  const std::string& raw_;
  std::size_t at_ = SIZE_MAX;
  std::string begin_ = "* OK siap\r\n", end_;
};

std::unique_ptr<adapters::Adapter> make_mailbox() {
  const auto text = [](std::string value) { return core::SettingsNode{std::move(value)}; };
  const core::SettingsNode root{core::SettingsNode::Table{{"host", text("localhost")},
                                                          {"username", text("lapor@kota.example")},
                                                          {"password", {core::Secret{"sandi-kotak-surat-5d20"}}},
                                                          {"addresses", {core::SettingsNode::List{text("lapor@kota.example")}}}}};
  core::SettingsReport report;
  core::Settings settings(root, report);
  return adapters::make_email_imap("mail", settings);
}

}  // namespace

int main() {
  // What is freed goes back to the system, so that no step lives in what another one left.
  mallopt(M_MMAP_THRESHOLD, 128 * 1024);
  if (!core::start_crypto()) return 1;
  const auto mailbox = make_mailbox();
  (void)adapters::read_mail("Subject: x\r\n\r\nx");  // GMime is started once
  std::printf("%-58s %6.1f MB\n", "the process before any mail", static_cast<double>(status_kib("VmRSS")) * 1024 / 1e6);
  const std::string boundary = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  const std::string line(76, 'A');
  struct Case {
    const char* what;
    std::string head;
    std::string with;
    const char* part;
  };
  for (const Case& each :
       {Case{"one attachment in base64",
             boundary + "--b\r\n\r\nFoto.\r\n--b\r\nContent-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\n", line + "\r\n",
             "2"},
        Case{"one attachment as it is", boundary + "--b\r\nContent-Type: video/mp4\r\nContent-Transfer-Encoding: binary\r\n\r\n",
             line + "\r\n", "1"},
        Case{"plain text", "Subject: x\r\n\r\n", line + "\r\n", "1"}, Case{"HTML", "Content-Type: text/html\r\n\r\n", "<p>baris</p>", "1"},
        Case{"a header without an end", "X: y\r\n", "X: y\r\n", "1"}, Case{"a million parts", boundary, "--b\r\n\r\nx\r\n", "200"}}) {
    const std::size_t before = status_kib("VmRSS");
    const core::Delivery delivery{.account = {}, .received_at = {}, .head = "uidvalidity=1&uid=1", .body = filled(each.head, each.with)};
    const std::string& raw = delivery.body;
    std::printf("%s, %zu bytes\n", each.what, raw.size());
    measure("  the mail itself", before, [] { return 0; });
    measure("  and what it means (decode)", before, [&] { return mailbox->decode(delivery).value().size(); });
    measure("  and its largest part (part_of)", before, [&] { return adapters::part_of(raw, each.part).value_or("").size(); });
    // Here the first copy is the mail server's.
    measure("  fetched over IMAP and committed, beside the server's copy", status_kib("VmRSS"), [&] {
      tests::ScriptedTransport transport;
      tests::ScriptedInbox inbox;
      transport.server = [&](const std::string&, std::uint16_t, bool) -> core::Result<std::unique_ptr<adapters::Line>> {
        return std::make_unique<OneMailLine>(raw);
      };
      if (!tests::run(mailbox->poll(inbox, transport)) || inbox.deliveries.empty()) std::abort();
      return inbox.deliveries.front().body.size();
    });
  }
  return 0;
}
