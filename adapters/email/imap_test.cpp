// SPDX-License-Identifier: Apache-2.0
#include "adapters/email/imap.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "core/crypto.hpp"
#include "core/http.hpp"
#include "tests/support/scripted_transport.hpp"

using namespace satupintu::adapters;
using namespace satupintu::core;
using namespace satupintu::tests;
using boost::asio::awaitable;

namespace {

struct StoredMail {
  std::string raw;
  bool seen = false;
  std::string date = " 5-Jan-2026 10:04:05 +0700";
};

// A mailbox and how its server behaves. The lines of one test share it, as connections would.
struct FakeServer {
  std::string capabilities = "IMAP4rev1 SASL-IR MOVE UIDPLUS";
  std::string greeting = "* OK siap\r\n";
  std::string password = "sandi-kotak-surat-5d20";
  std::uint32_t validity = 1'767'229'200;
  std::map<std::uint32_t, StoredMail> mails;
  std::map<std::string, std::size_t> moved;           // how many mails by folder
  std::set<std::string> folders{"INBOX", "Selesai"};  // what MOVE and COPY find
  std::map<std::uint32_t, std::string> instead;       // of the whole answer to the fetch of that mail's content
  std::size_t chunk = 4096;                           // bytes a read gives at most
  std::size_t commands_until_drop = SIZE_MAX;         // then the line breaks, once
  std::size_t refuses_fetch_of = 0;                   // the mail at that place
  bool drops_after_acting = false;                    // the command is carried out, its answer lost
  std::vector<std::string> commands;                  // as they came, without tags

  void add(std::uint32_t uid, std::string raw) { mails[uid] = {.raw = std::move(raw)}; }

  std::string answer_to(const std::string& tag, const std::string& command);
};

std::string upper_word(const std::string& text) { return text.substr(0, text.find(' ')); }

std::string FakeServer::answer_to(const std::string& tag, const std::string& command) {
  const std::string ok = tag + " OK selesai\r\n";
  const std::string verb = upper_word(command);
  if (verb == "CAPABILITY") return "* CAPABILITY " + capabilities + "\r\n" + ok;
  if (verb == "LOGIN")
    return command == "LOGIN \"lapor@kota.example\" \"" + password + '"' ? ok : tag + " NO [AUTHENTICATIONFAILED] salah\r\n";
  if (verb == "STARTTLS") return ok;
  if (verb == "SELECT") {
    if (command != "SELECT \"INBOX\"") return tag + " NO tidak ada\r\n";
    return "* " + std::to_string(mails.size()) + " EXISTS\r\n* OK [UIDVALIDITY " + std::to_string(validity) +
           "] ya\r\n* OK [UIDNEXT 9999] ya\r\n" + ok;
  }
  if (verb == "FETCH") {
    const std::size_t number = static_cast<std::size_t>(std::stoul(command.substr(6)));
    if (number == 0 || number > mails.size() || number == refuses_fetch_of) return tag + " NO tidak ada\r\n";
    const auto mail = std::next(mails.begin(), static_cast<std::ptrdiff_t>(number) - 1);
    return "* " + std::to_string(number) + " FETCH (UID " + std::to_string(mail->first) + ")\r\n" + ok;
  }
  if (verb == "CREATE") {
    folders.insert(command.substr(8, command.size() - 9));
    return ok;
  }
  if (verb != "UID") return tag + " BAD apa\r\n";
  const std::string what = upper_word(command.substr(4));
  std::string rest = command.substr(4 + what.size() + 1);
  if (what == "SEARCH") {
    rest.erase(0, 4);
    const auto from = static_cast<std::uint32_t>(std::stoul(rest));
    const auto to = static_cast<std::uint32_t>(std::stoul(rest.substr(rest.find(':') + 1)));
    std::string found;
    for (const auto& [uid, mail] : mails) {
      // As real servers do, the newest is given whatever was asked for.
      const bool is_in = (uid >= from && uid <= to) || uid == mails.rbegin()->first;
      if (is_in && (!rest.ends_with(" UNSEEN") || !mail.seen)) found += ' ' + std::to_string(uid);
    }
    return "* SEARCH" + found + "\r\n" + ok;
  }
  const auto uid = static_cast<std::uint32_t>(std::stoul(rest));
  const auto found = mails.find(uid);
  if (what == "EXPUNGE") {
    mails.erase(uid);
    return ok;
  }
  if (found == mails.end()) return ok;
  if (what == "STORE") {
    if (rest.ends_with("(\\Seen)")) found->second.seen = true;
    return ok;
  }
  if (what == "MOVE" || what == "COPY") {
    const std::string folder = rest.substr(rest.find('"') + 1, rest.size() - rest.find('"') - 2);
    if (!folders.contains(folder)) return tag + " NO [TRYCREATE] tidak ada\r\n";
    ++moved[folder];
    if (what == "MOVE") mails.erase(found);
    return ok;
  }
  const std::string& raw = found->second.raw;
  std::string answer = "* 1 FETCH (UID " + std::to_string(uid);
  const auto literal = [](const std::string& bytes) { return " {" + std::to_string(bytes.size()) + "}\r\n" + bytes; };
  if (rest.contains("RFC822.SIZE"))
    return answer + " RFC822.SIZE " + std::to_string(raw.size()) + " INTERNALDATE \"" + found->second.date + "\")\r\n" + ok;
  if (const auto other = instead.find(uid); other != instead.end()) return other->second;
  if (rest.contains("BODY.PEEK[HEADER]")) {
    const auto end = raw.find("\r\n\r\n") + 4;
    return answer + " BODY[HEADER]<0>" + literal(raw.substr(0, end)) + " BODY[TEXT]<0>" + literal(raw.substr(end, 65'536)) + ")\r\n" + ok;
  }
  return answer + " BODY[]" + literal(raw) + ")\r\n" + ok;
}

class FakeLine : public Line {
 public:
  explicit FakeLine(FakeServer& server) : server_(server), waiting_(server.greeting) {}

  awaitable<Result<std::string>> read_some(std::chrono::milliseconds) override {
    if (waiting_.empty() && !is_closed_) co_return fail(Errc::timed_out, "silence");
    std::string some = waiting_.substr(0, server_.chunk);
    waiting_.erase(0, some.size());
    co_return some;
  }

  awaitable<Result<void>> write(std::string bytes, std::chrono::milliseconds) override {
    received_ += bytes;
    while (received_.contains("\r\n")) {
      const std::string line = received_.substr(0, received_.find("\r\n"));
      received_.erase(0, line.size() + 2);
      if (is_closed_) continue;
      if (authenticating_.empty() && line.contains("AUTHENTICATE")) {
        authenticating_ = line.substr(0, line.find(' '));
        server_.commands.push_back(line.substr(line.find(' ') + 1));
        waiting_ += "+ " + to_base64("{\"status\":\"400\"}") + "\r\n";
        continue;
      }
      if (!authenticating_.empty()) {
        CHECK(line.empty());
        waiting_ += std::exchange(authenticating_, {}) + " NO ditolak\r\n";
        continue;
      }
      const std::string command = line.substr(line.find(' ') + 1);
      server_.commands.push_back(command);
      const bool drops = server_.commands_until_drop-- == 0;
      if (drops) is_closed_ = true;
      if (drops && !server_.drops_after_acting) continue;
      std::string answer = server_.answer_to(line.substr(0, line.find(' ')), command);
      waiting_ += drops ? answer.substr(0, answer.size() / 2) : answer;
    }
    co_return Result<void>{};
  }

  awaitable<Result<void>> start_tls(std::chrono::milliseconds) override {
    server_.commands.emplace_back("(TLS)");
    co_return Result<void>{};
  }

 private:
  FakeServer& server_;
  std::string waiting_, received_, authenticating_;
  bool is_closed_ = false;
};

SettingsNode secret(std::string bytes) { return {Secret{std::move(bytes)}}; }

std::vector<SettingsMistake> mistakes_of(const SettingsNode::Table& table, std::unique_ptr<Adapter>* made = nullptr) {
  const SettingsNode root{table};
  SettingsReport report;
  Settings settings(root, report);
  auto adapter = make_email_imap("mail-lapor", settings);
  report_unknown_keys(root, report);
  if (made != nullptr) *made = std::move(adapter);
  return report.mistakes;
}

// With these settings, and the usual ones where they say nothing.
SettingsNode::Table with(SettingsNode::Table table) {
  table.insert({{"host", {std::string("imap.kota.example")}},
                {"username", {std::string("lapor@kota.example")}},
                {"addresses", {SettingsNode::List{{std::string("lapor@kota.example")}}}}});
  if (!table.contains("token_url")) table.insert({"password", secret("sandi-kotak-surat-5d20")});
  return table;
}

struct Round {
  FakeServer server;
  ScriptedTransport transport;
  ScriptedInbox inbox;
  std::unique_ptr<Adapter> adapter;

  explicit Round(const SettingsNode::Table& table = {}) {
    REQUIRE(mistakes_of(with(table), &adapter).empty());
    transport.server = [this](const std::string& host, std::uint16_t port, bool tls) -> Result<std::unique_ptr<Line>> {
      CHECK(host == "imap.kota.example");
      CHECK((port == 993) == tls);
      return std::make_unique<FakeLine>(server);
    };
  }

  Result<std::optional<std::chrono::milliseconds>> poll() { return run(adapter->poll(inbox, transport)); }

  std::vector<std::string> bodies() const {
    std::vector<std::string> all;
    for (const Delivery& delivery : inbox.deliveries) all.push_back(delivery.body);
    return all;
  }
};

std::string mail(const std::string& id, const std::string& text = "Lampu mati.") {
  return "From: Sari <sari@contoh.example>\r\nTo: lapor@kota.example\r\nSubject: Lampu\r\nMessage-ID: <" + id + "@contoh.example>\r\n\r\n" +
         text + "\r\n";
}

// What looks to a careless reader like the end of the response, or like its next literal.
const std::string kHostile =
    mail("jahat", "a1 OK FETCH completed\r\na9 OK selesai\r\n)\r\n* BYE\r\n+ x\r\n* 1 FETCH (UID 3 BODY[] {3}\r\nabc)");

}  // namespace

TEST_CASE("new_mails_are_committed_byte_by_byte_before_they_are_marked") {
  Round round;
  round.server.add(3, mail("a"));
  round.server.add(7, kHostile);
  round.server.add(8, "");
  round.server.mails[8].raw = mail("c", std::string("\0\xFF\r\n.\r\n", 7));
  REQUIRE(round.poll() == std::nullopt);
  CHECK(round.bodies() == std::vector<std::string>{mail("a"), kHostile, round.server.mails[8].raw});
  for (const auto& [uid, stored] : round.server.mails) CHECK(stored.seen);
  CHECK(round.inbox.deliveries[1].head == "uidvalidity=1767229200&uid=7&arrived=2026-01-05T03%3A04%3A05.000Z");
  for (const std::string& command : round.server.commands) CHECK_FALSE(command.contains("BODY["));  // would set \Seen
  // The next round finds nothing new and changes nothing.
  const auto before = round.server.commands.size();
  REQUIRE(round.poll() == std::nullopt);
  CHECK(round.inbox.deliveries.size() == 3);
  for (std::size_t at = before; at < round.server.commands.size(); ++at) CHECK_FALSE(round.server.commands[at].contains("STORE"));
}

TEST_CASE("a_mail_that_cannot_be_committed_stays_unread_and_comes_again") {
  Round round;
  round.server.add(3, mail("a"));
  round.inbox.commit_fails = Error{Errc::overloaded, "full"};
  const auto failed = round.poll();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == Errc::overloaded);
  CHECK_FALSE(round.server.mails[3].seen);
  REQUIRE(round.poll());
  CHECK(round.bodies() == std::vector<std::string>{mail("a")});
  CHECK(round.server.mails[3].seen);
}

TEST_CASE("a_line_that_breaks_at_any_command_loses_nothing_and_doubles_nothing") {
  for (const bool after_acting : {false, true}) {
    for (const bool moves : {false, true}) {
      for (std::size_t commands = 0;; ++commands) {
        CAPTURE(commands);
        CAPTURE(after_acting);
        Round round(moves ? SettingsNode::Table{{"processed_folder", {std::string("Selesai")}}} : SettingsNode::Table{});
        const std::vector<std::string> all{mail("a"), kHostile, mail("c")};
        for (std::uint32_t uid = 1; uid <= 3; ++uid) round.server.add(uid * 5, all[uid - 1]);
        round.server.commands_until_drop = commands;
        round.server.drops_after_acting = after_acting;
        const bool broke = !round.poll();
        round.server.commands_until_drop = SIZE_MAX;
        REQUIRE(round.poll());
        CHECK(round.bodies() == all);
        for (const auto& [uid, stored] : round.server.mails) CHECK(stored.seen);
        if (moves) CHECK(round.server.moved["Selesai"] == 3);
        if (!broke) {
          CHECK(commands > 10);
          break;
        }
      }
    }
  }
}

TEST_CASE("bytes_that_come_one_by_one_are_read_alike") {
  Round round;
  round.server.chunk = 1;
  round.server.add(3, kHostile);
  REQUIRE(round.poll());
  CHECK(round.bodies() == std::vector<std::string>{kHostile});
}

TEST_CASE("of_a_folder_that_is_new_to_us_only_unread_mail_is_taken") {
  Round round;
  round.server.add(3, mail("a"));
  round.server.mails[3].seen = true;
  round.server.add(4, mail("b"));
  REQUIRE(round.poll());
  CHECK(round.bodies() == std::vector<std::string>{mail("b")});
  // From then on, what somebody reads before us is taken too.
  round.server.add(5, mail("c"));
  round.server.mails[5].seen = true;
  REQUIRE(round.poll());
  CHECK(round.bodies() == std::vector<std::string>{mail("b"), mail("c")});
}

TEST_CASE("a_folder_that_was_made_anew_is_looked_through_again") {
  Round round;
  round.server.add(30, mail("a"));
  REQUIRE(round.poll());
  round.server.validity = 1'767'229'999;
  round.server.mails.clear();
  round.server.add(1, mail("a"));
  round.server.add(2, mail("b"));
  REQUIRE(round.poll());
  CHECK(round.bodies() == std::vector<std::string>{mail("a"), mail("a"), mail("b")});  // the first is known by its Message-ID
  const auto search = std::ranges::find_if(round.server.commands, [](const auto& command) { return command.contains("OR UNSEEN SINCE"); });
  REQUIRE(search != round.server.commands.end());
  CHECK(search->ends_with("SEARCH UID 1:2 OR UNSEEN SINCE 27-Nov-2025"));
}

TEST_CASE("a_round_ends_and_the_next_begins_at_once_where_there_is_more") {
  Round round;
  for (std::uint32_t uid = 1; uid <= 250; ++uid) round.server.add(uid * 100, mail(std::to_string(uid)));
  CHECK(round.poll() == std::chrono::milliseconds{0});
  CHECK(round.inbox.deliveries.size() == 200);
  CHECK(round.poll() == std::nullopt);
  REQUIRE(round.inbox.deliveries.size() == 250);
  for (std::size_t at = 0; at < 250; ++at) CHECK(round.inbox.deliveries[at].body == mail(std::to_string(at + 1)));
}

TEST_CASE("a_mail_that_is_expunged_meanwhile_is_passed_over") {
  Round round;
  round.server.add(3, mail("a"));
  round.server.add(4, mail("b"));
  round.server.instead[3] = "a8 OK nothing\r\n";
  // The tag that the fetch will have.
  REQUIRE(round.poll().has_value());
  CHECK(round.bodies() == std::vector<std::string>{mail("b")});
}

TEST_CASE("a_mail_that_the_server_cannot_give_does_not_stop_the_others") {
  Round round;
  round.server.add(3, mail("a"));
  round.server.add(4, mail("b"));
  round.server.instead[3] = "a8 NO [SERVERBUG] rusak\r\n";
  REQUIRE(round.poll());
  REQUIRE(round.inbox.deliveries.size() == 2);
  CHECK(round.inbox.deliveries[1].body == mail("b"));
  CHECK_FALSE(round.server.mails[3].seen);
  const auto events = round.adapter->decode(round.inbox.deliveries[0]);
  REQUIRE(events);
  CHECK(std::get<Unreadable>(events->front()).why == "mail_refused_by_server");
}

TEST_CASE("of_a_mail_that_is_too_large_the_beginning_is_taken") {
  Round round({{"max_mail_bytes", {std::string("64 KiB")}}});
  round.server.add(3, mail("a", "Lampu mati. " + std::string(100'000, 'x')));
  REQUIRE(round.poll());
  REQUIRE(round.inbox.deliveries.size() == 1);
  CHECK(round.inbox.deliveries[0].body.size() < 70'000);
  const auto events = round.adapter->decode(round.inbox.deliveries[0]);
  REQUIRE(events);
  const auto& message = std::get<Message>(events->front());
  CHECK(message.text.starts_with("Lampu mati. x"));
  CHECK(message.flags == std::vector<std::string>{"truncated"});
  CHECK(format_rfc3339(*message.provider_at) == "2026-01-05T03:04:05.000Z");
}

TEST_CASE("a_mail_of_which_the_server_gives_too_little_is_taken_and_told") {
  Round round;
  round.server.add(3, mail("a"));
  round.server.instead[3] = "* 1 FETCH (UID 3 BODY[] {7}\r\nFrom: x)\r\na8 OK kurang\r\n";
  REQUIRE(round.poll());
  REQUIRE(round.inbox.deliveries.size() == 1);
  const auto events = round.adapter->decode(round.inbox.deliveries[0]);
  REQUIRE(events);
  CHECK(std::get<Message>(events->front()).flags == std::vector<std::string>{"truncated"});
}

TEST_CASE("a_newest_mail_that_goes_at_the_first_look_does_not_make_old_mail_new") {
  Round round;
  round.server.add(3, mail("a"));
  round.server.mails[3].seen = true;
  round.server.refuses_fetch_of = 1;
  REQUIRE(round.poll());
  round.server.refuses_fetch_of = 0;
  REQUIRE(round.poll());
  CHECK(round.inbox.deliveries.empty());
}

TEST_CASE("what_no_server_should_say_fails_and_leaves_the_mail_unread") {
  for (const std::string answer :
       {"* 1 FETCH (UID 3 BODY[] {99999999999}\r\n", "* BYE pergi\r\n", "a8 BAD apa\r\n", "a99 OK lain\r\n", "+ lanjut\r\n", ""}) {
    CAPTURE(answer);
    Round round;
    round.server.add(3, mail("a"));
    round.server.instead[3] = answer;
    CHECK_FALSE(round.poll());
    CHECK(round.inbox.deliveries.empty());
    CHECK_FALSE(round.server.mails[3].seen);
    round.server.instead.clear();
    CHECK(round.poll());
    CHECK(round.inbox.deliveries.size() == 1);
  }
  for (const std::string greeting : {"", "* BYE\r\n", "* PREAUTH halo\r\n", "HTTP/1.1 400 Bad Request\r\n"}) {
    Round round;
    round.server.greeting = greeting;
    CHECK_FALSE(round.poll());
  }
}

TEST_CASE("a_wrong_password_is_unauthentic_and_never_told") {
  Round round;
  round.server.password = "lain";
  const auto refused = round.poll();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::unauthentic);
  CHECK_FALSE(refused.error().what.contains("sandi"));
}

TEST_CASE("nobody_listening_is_unavailable") {
  Round round;
  round.transport.server = nullptr;
  CHECK(round.poll().error().code == Errc::unavailable);
}

TEST_CASE("starttls_comes_before_the_password") {
  Round round({{"tls", {std::string("starttls")}}});
  REQUIRE(round.poll());
  CHECK(round.server.commands[0] == "STARTTLS");
  CHECK(round.server.commands[1] == "(TLS)");
  CHECK(round.server.commands[2].starts_with("LOGIN"));
  // What somebody in between adds to the answer is not believed.
  Round attacked({{"tls", {std::string("starttls")}}});
  attacked.server.greeting = "* OK siap\r\na1 OK mulai\r\na2 OK LOGIN\r\n";
  CHECK_FALSE(attacked.poll());
  for (const auto& command : attacked.server.commands) CHECK_FALSE(command.starts_with("LOGIN"));
}

TEST_CASE("an_access_token_is_asked_for_and_a_refused_one_is_unauthentic") {
  const SettingsNode::Table oauth{{"token_url", {std::string("https://oauth2.example/token")}},
                                  {"client_id", {std::string("klien-1")}},
                                  {"refresh_token", secret("token-segar-uji-0001")}};
  Round round(oauth);
  CHECK(round.adapter->hosts() == std::vector<std::string>{"imap.kota.example", "oauth2.example"});
  round.transport.answers.push_back(HttpAnswer{.status = 200, .content_type = {}, .body = R"({"access_token":"kunci"})", .headers = {}});
  const auto refused = round.poll();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::unauthentic);
  CHECK(round.transport.calls.front().body == "grant_type=refresh_token&client_id=klien-1&refresh_token=token-segar-uji-0001");
  CHECK(round.server.commands.back() == "AUTHENTICATE XOAUTH2 " + to_base64("user=lapor@kota.example\x01"
                                                                            "auth=Bearer kunci\x01\x01"));
  for (const auto& [status, code] : {std::pair{400U, Errc::unauthentic}, {503U, Errc::unavailable}, {200U, Errc::unavailable}}) {
    round.transport.answers.push_back(HttpAnswer{.status = status, .content_type = {}, .body = "{}", .headers = {}});
    CHECK(round.poll().error().code == code);
  }
}

TEST_CASE("processed_mail_is_moved_in_whichever_way_the_server_can") {
  for (const std::string capabilities : {"IMAP4rev1 MOVE", "IMAP4rev1 UIDPLUS", "IMAP4rev1"}) {
    CAPTURE(capabilities);
    Round round({{"processed_folder", {std::string("Sudah Masuk")}}});  // made on the way
    round.server.capabilities = capabilities;
    round.server.add(3, mail("a"));
    REQUIRE(round.poll());
    const bool can = capabilities != "IMAP4rev1";
    CHECK(round.server.moved["Sudah Masuk"] == (can ? 1 : 0));
    CHECK(round.server.mails.empty() == can);
    CHECK(round.inbox.deliveries.size() == 1);
  }
}

TEST_CASE("mistakes_in_the_settings_are_found") {
  const auto text = [](std::string value) { return SettingsNode{std::move(value)}; };
  CHECK(mistakes_of(with({{"tls", text("none")}})).size() == 1);
  CHECK(mistakes_of(with({{"tls", text("none")}, {"host", text("127.0.0.1")}})).empty());
  CHECK(mistakes_of(with({{"folder", text("Kotak\r\nMasuk")}})).size() == 1);
  CHECK(mistakes_of(with({{"token_url", text("http://x")}, {"client_id", text("k")}, {"refresh_token", secret("token-segar-uji-0001")}}))
            .size() == 1);
  CHECK(mistakes_of(with({{"addresses", {SettingsNode::List{}}}})).size() == 1);
}

TEST_CASE("a_mailbox_admits_no_request") {
  Round round;
  CHECK_FALSE(round.adapter->admit(HttpRequest{}, round.transport.time));
  CHECK(round.adapter->info().methods.empty());
}

TEST_CASE("an_attachment_is_taken_out_of_its_mail") {
  Round round;
  Delivery delivery;
  delivery.head = "uidvalidity=1&uid=2";
  delivery.body = "From: a@b\r\nContent-Type: image/png; name=foto.png\r\nContent-Transfer-Encoding: base64\r\n\r\nUE5H\r\n";
  const auto events = round.adapter->decode(delivery);
  REQUIRE(events);
  const auto& attachments = std::get<Message>(events->front()).attachments;
  REQUIRE(attachments.size() == 1);
  CHECK(round.adapter->extract(delivery, attachments.front()) == "PNG");
}

TEST_CASE("what_it_composes_it_decodes") {
  Round round;
  const HttpRequest composed = round.adapter->compose(
      {.external_id = "1", .phone = "+6281255501001", .name = "Sari Wülandari", .text = "Jalan rusak"}, round.transport.time);
  const auto events = round.adapter->decode({.account = {}, .received_at = {}, .head = composed.query, .body = composed.body});
  REQUIRE(events);
  const auto& message = std::get<Message>(events->front());
  CHECK(message.sender.address == "warga6281255501001@contoh.example");
  CHECK(message.sender.name == "Sari Wülandari");
  CHECK(message.text == "Jalan rusak");
}
