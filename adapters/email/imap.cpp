// SPDX-License-Identifier: Apache-2.0
#include "adapters/email/imap.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "adapters/email/ascii.hpp"
#include "adapters/email/imap_reply.hpp"
#include "adapters/email/mail.hpp"
#include "adapters/email/mime.hpp"
#include "adapters/form.hpp"
#include "adapters/json.hpp"
#include "core/crypto.hpp"

namespace satupintu::adapters {

using boost::asio::awaitable;
using core::Errc;
using core::Event;
using core::Result;
using core::Unreadable;

namespace {

constexpr std::chrono::milliseconds kReadDeadline = std::chrono::seconds{60};
constexpr std::chrono::milliseconds kCommandDeadline = std::chrono::minutes{10};  // also for a server that sends byte by byte
constexpr std::size_t kMaxUntagged = 5000;                                        // responses to one command
constexpr std::size_t kMaxMailsInARound = 200;
constexpr std::uint32_t kWindow = 500;  // UIDs a search looks at
constexpr std::uint32_t kMaxWindow = 65'536;
constexpr std::size_t kTextOfLargeMail = 65'536;
// How long before now a mailbox that was made anew is looked through: as long as the journal remembers.
constexpr std::chrono::days kLookBack{35};

const AdapterInfo kInfo{.name = "email/imap", .channel = core::Channel::email, .methods = {}, .max_body_bytes = 0};

// ------------------------------------------------------------------ what the account is configured with

enum class Encryption { from_first_byte, by_starttls, none };

struct Mailbox {
  std::string host;
  std::uint16_t port = 993;
  Encryption encryption = Encryption::from_first_byte;
  std::string username;
  std::optional<core::Secret> password;
  // OAuth 2: the way into Google's and Microsoft's mailboxes.
  std::string token_url, client_id;
  std::optional<core::Secret> client_secret, refresh_token;
  std::string folder, processed_folder;
  std::uint64_t max_mail_bytes = kMaxMailBytes;
  std::chrono::milliseconds every{};
};

// "https://oauth2.example/token" -> "oauth2.example"
std::string host_of(std::string_view url) {
  const auto begin = url.find("://");
  if (begin == std::string_view::npos) return {};
  const std::string_view rest = url.substr(begin + 3);
  return std::string(rest.substr(0, rest.find_first_of(":/?#")));
}

Mailbox read_mailbox(core::Settings& settings) {
  Mailbox mailbox;
  mailbox.host = settings.text("host", "The IMAP server's name.");
  const std::string tls = settings.choice("tls",
                                          "How the connection is encrypted: from its first byte, by STARTTLS, or not at all, which is only "
                                          "for a server on this machine.",
                                          {"implicit", "starttls", "none"}, "implicit");
  if (tls == "starttls") mailbox.encryption = Encryption::by_starttls;
  if (tls == "none") mailbox.encryption = Encryption::none;
  const bool is_here = mailbox.host == "localhost" || mailbox.host == "127.0.0.1" || mailbox.host == "::1";
  if (tls == "none" && !is_here) {
    settings.mistake("tls", "would send the password in clear text to another machine", R"(write "implicit" or "starttls")");
  }
  mailbox.port = static_cast<std::uint16_t>(
      settings.number("port", "The IMAP server's port: 993 for implicit TLS, else 143.", 1, 65'535, tls == "implicit" ? 993 : 143));
  mailbox.username = settings.text("username", "The name to log in with, mostly the mailbox's address.");
  mailbox.token_url = settings.text("token_url",
                                    "Where to get an access token (OAuth 2, for Google and Microsoft 365), with refresh_token instead of "
                                    "password; empty for a password.",
                                    "");
  if (mailbox.token_url.empty()) {
    mailbox.password = settings.password("password", "The mailbox's password, or an app password.");
  } else {
    if (!mailbox.token_url.starts_with("https://"))
      settings.mistake("token_url", "is no https address", "write the provider's token endpoint");
    mailbox.client_id = settings.text("client_id", "The OAuth client's id.");
    mailbox.client_secret = settings.optional_secret("client_secret", "The OAuth client's secret, where it has one.");
    mailbox.refresh_token = settings.secret("refresh_token", "The refresh token with which an access token is asked for.");
  }
  mailbox.folder = settings.text("folder", "The folder that is read.", "INBOX");
  mailbox.processed_folder =
      settings.text("processed_folder", "Where mails go once they are committed; empty: they stay, marked as read.", "");
  for (const auto& [key, value] :
       {std::pair{"username", &mailbox.username}, {"folder", &mailbox.folder}, {"processed_folder", &mailbox.processed_folder}}) {
    const bool is_shifted = value != &mailbox.username && value->contains('&');  // in the names of folders it begins another alphabet
    if (!imap_quoted(*value) || is_shifted) {
      settings.mistake(key, "has characters that IMAP writes in another way", "choose a name of letters, digits and blanks");
    }
  }
  mailbox.max_mail_bytes = settings.size("max_mail_bytes", "Of a larger mail only the header and the beginning of the text are taken.",
                                         65'536, kMaxMailBytes, std::to_string(kMaxMailBytes));
  mailbox.every = settings.duration("every", "How long to wait before the mailbox is looked into again.", std::chrono::seconds{5},
                                    std::chrono::hours{24}, std::chrono::seconds{30});
  return mailbox;
}

// ------------------------------------------------------------------ what is remembered

// How far the folder was read. UIDs mean something only together with UIDVALIDITY.
struct Place {
  std::uint32_t validity = 0;
  std::uint32_t uid = 0;  // the last one that was dealt with
  bool is_marked = true;  // false: it was committed and may still have to be marked as read
  // Up to here the folder is older than our knowing it. In a folder that is new to us only what nobody has read is taken ("first"), in one
  // that was made anew also what is young ("again"): what we had already is recognised by its id.
  std::uint32_t old_until = 0;
  bool is_again = false;

  [[nodiscard]] std::string written() const {
    return std::to_string(validity) + ' ' + std::to_string(uid) + (is_marked ? " marked " : " unmarked ") + std::to_string(old_until) +
           (is_again ? " again" : " first");
  }

  // nullopt where nothing was remembered.
  static std::optional<Place> read(std::string_view text) {
    std::array<std::string_view, 5> words{};
    for (auto& word : words) {
      word = text.substr(0, text.find(' '));
      text.remove_prefix(std::min(word.size() + 1, text.size()));
    }
    const auto validity = number_in<std::uint32_t>(words[0]);
    const auto uid = number_in<std::uint32_t>(words[1]);
    const auto old_until = number_in<std::uint32_t>(words[3]);
    if (!validity || !uid || !old_until) return std::nullopt;
    return Place{
        .validity = *validity, .uid = *uid, .is_marked = words[2] != "unmarked", .old_until = *old_until, .is_again = words[4] == "again"};
  }
};

// ------------------------------------------------------------------ one connection

// What a command led to.
struct Outcome {
  ImapReply status;                 // tagged: OK, NO or BAD
  std::vector<ImapReply> untagged;  // what came before it

  [[nodiscard]] bool is_ok() const { return status.word() == "OK"; }
  [[nodiscard]] bool is_no() const { return status.word() == "NO"; }
};

class Session {
 public:
  Session(std::unique_ptr<Line> line, const Transport& transport, std::size_t max_literal_bytes)
      : line_(std::move(line)), transport_(transport), reader_(max_literal_bytes) {}

  // The greeting. Fails with unavailable unless the server wants us to log in.
  awaitable<Result<void>> greet() {
    began_ = transport_.now();
    auto greeting = co_await next();
    if (!greeting) co_return std::unexpected(greeting.error());
    // PREAUTH would keep STARTTLS from being used.
    if (greeting->tag != "*" || greeting->word() != "OK") co_return core::fail(Errc::unavailable, "the mail server does not want to talk");
    co_return Result<void>{};
  }

  // Sends `text` and reads until its tagged answer. `secrets` are sent where `text` has "{}", as literals or in quotes.
  awaitable<Result<Outcome>> command(std::string text, std::vector<std::string> strings = {}) {
    began_ = transport_.now();
    const std::string tag = "a" + std::to_string(++commands_);
    std::string line = tag + ' ';
    std::size_t next_string = 0;
    for (std::string_view rest = text; !rest.empty();) {
      const auto at = std::min(rest.find("{}"), rest.size());
      line.append(rest.substr(0, at));
      rest.remove_prefix(std::min(at + 2, rest.size()));
      if (next_string == strings.size()) continue;
      const std::string& string = strings[next_string++];
      if (const auto quoted = imap_quoted(string)) {
        line += *quoted;
        continue;
      }
      line += '{' + std::to_string(string.size()) + "}\r\n";
      if (auto sent = co_await line_->write(std::exchange(line, {}), kReadDeadline); !sent) co_return std::unexpected(sent.error());
      auto answer = co_await next();
      if (!answer) co_return std::unexpected(answer.error());
      if (answer->tag == tag) co_return Outcome{.status = std::move(*answer), .untagged = {}};
      if (answer->tag != "+") co_return core::fail(Errc::unavailable, "the mail server does not take a literal");
      line = string;
    }
    if (auto sent = co_await line_->write(line + "\r\n", kReadDeadline); !sent) co_return std::unexpected(sent.error());
    co_return co_await outcome(tag);
  }

  // AUTHENTICATE with an initial response. A server that refuses says why as a challenge first, which is answered by an empty line.
  awaitable<Result<Outcome>> authenticate(std::string mechanism, std::string response, bool at_once) {
    began_ = transport_.now();
    const std::string tag = "a" + std::to_string(++commands_);
    std::string line = tag + " AUTHENTICATE " + mechanism + (at_once ? ' ' + response : std::string{}) + "\r\n";
    if (auto sent = co_await line_->write(std::move(line), kReadDeadline); !sent) co_return std::unexpected(sent.error());
    bool has_answered = at_once;
    while (true) {
      auto reply = co_await next();
      if (!reply) co_return std::unexpected(reply.error());
      if (reply->tag == tag) co_return Outcome{.status = std::move(*reply), .untagged = {}};
      if (reply->tag != "+") continue;
      line = (std::exchange(has_answered, true) ? std::string{} : response) + "\r\n";
      if (auto sent = co_await line_->write(std::move(line), kReadDeadline); !sent) co_return std::unexpected(sent.error());
    }
  }

  awaitable<Result<void>> start_tls() {
    auto outcome = co_await command("STARTTLS");
    if (!outcome) co_return std::unexpected(outcome.error());
    if (!outcome->is_ok()) co_return core::fail(Errc::unavailable, "the mail server does not offer STARTTLS");
    // Whatever came along was not said by the server that is about to prove itself.
    if (!reader_.is_empty()) co_return core::fail(Errc::unavailable, "somebody spoke before the line was encrypted");
    co_return co_await line_->start_tls(kReadDeadline);
  }

  // Says goodbye without waiting for an answer.
  awaitable<void> leave() {
    const std::string tag = "a" + std::to_string(++commands_);
    [[maybe_unused]] const auto sent = co_await line_->write(tag + " LOGOUT\r\n", kReadDeadline);
  }

 private:
  awaitable<Result<Outcome>> outcome(std::string tag) {
    Outcome outcome;
    while (true) {
      auto reply = co_await next();
      if (!reply) co_return std::unexpected(reply.error());
      if (reply->tag == tag) {
        outcome.status = std::move(*reply);
        const std::string word = outcome.status.word();
        if (word != "OK" && word != "NO") co_return core::fail(Errc::unavailable, "the mail server does not understand a command");
        co_return outcome;
      }
      if (reply->tag != "*") co_return core::fail(Errc::unavailable, "the mail server answers what was not asked");
      if (reply->word() == "BYE") co_return core::fail(Errc::unavailable, "the mail server says goodbye");
      if (outcome.untagged.size() == kMaxUntagged) co_return core::fail(Errc::unavailable, "the mail server says too much");
      outcome.untagged.push_back(std::move(*reply));
    }
  }

  awaitable<Result<ImapReply>> next() {
    while (true) {
      if (auto reply = reader_.next()) co_return std::move(*reply);
      if (transport_.now() - began_ > kCommandDeadline) co_return core::fail(Errc::timed_out, "the mail server takes too long");
      auto bytes = co_await line_->read_some(kReadDeadline);
      if (!bytes) co_return std::unexpected(bytes.error());
      if (bytes->empty()) co_return core::fail(Errc::unavailable, "the mail server closed the connection");
      if (auto fed = reader_.feed(*bytes); !fed) co_return std::unexpected(fed.error());
    }
  }

  std::unique_ptr<Line> line_;
  const Transport& transport_;
  ImapReader reader_;
  unsigned commands_ = 0;
  core::Timestamp began_;
};

bool lists_capability(const Outcome& outcome, std::string_view wanted) {
  for (const ImapReply& reply : outcome.untagged) {
    if (reply.word() != "CAPABILITY") continue;
    std::string_view rest = reply.line;
    while (!rest.empty()) {
      const std::string_view word = rest.substr(0, rest.find(' '));
      if (core::equals_ignoring_case(word, wanted)) return true;
      rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    }
  }
  return false;
}

std::optional<std::uint32_t> code_of(const Outcome& outcome, std::string_view name) {
  for (const ImapReply& reply : outcome.untagged) {
    if (reply.word() != "OK") continue;
    if (const auto value = reply.code(name)) return number_in<std::uint32_t>(*value);
  }
  return std::nullopt;
}

// The number before EXISTS; the last one counts.
std::uint32_t count_in(const Outcome& outcome) {
  std::uint32_t count = 0;
  for (const ImapReply& reply : outcome.untagged) {
    const std::string_view line = reply.line;
    const auto end = line.find(' ');
    if (end == std::string_view::npos || !core::equals_ignoring_case(line.substr(end + 1), "EXISTS")) continue;
    count = number_in<std::uint32_t>(line.substr(0, end)).value_or(count);
  }
  return count;
}

// The items of the response for `uid`; a server may tell news of other mails meanwhile.
std::optional<std::map<std::string, std::string>> items_of(Outcome outcome, std::uint32_t uid, std::string_view needed) {
  for (ImapReply& reply : outcome.untagged) {
    auto items = fetch_items_of(std::move(reply));
    if (!items || !items->contains(std::string(needed))) continue;
    const auto found = items->find("UID");
    if (found != items->end() && number_in<std::uint32_t>(found->second) == uid) return items;
  }
  return std::nullopt;
}

// Whether a refusal says that it may be otherwise later (RFC 5530).
bool is_temporary(const ImapReply& status) {
  return std::ranges::any_of(std::array{"UNAVAILABLE", "INUSE", "LIMIT", "CONTACTADMIN"},
                             [&](auto code) { return status.code(code).has_value(); });
}

class EmailImap final : public Adapter {
 public:
  EmailImap(std::string account, core::Settings& settings)
      : account_(std::move(account)), mailbox_(read_mailbox(settings)), rules_(read_mail_rules(settings)) {}

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }

  [[nodiscard]] Result<core::Admission> admit(const core::HttpRequest&, core::Timestamp) const override {
    return core::fail(Errc::malformed, "a mailbox takes no requests");
  }

  [[nodiscard]] Result<std::vector<Event>> decode(const core::Delivery& delivery) const override {
    const Form head = Form::parse(delivery.head);
    if (!number_in<std::uint32_t>(head.value("uid"))) return core::fail(Errc::unreadable, "the head is none that this adapter writes");
    if (head.has("refused")) return std::vector<Event>{Unreadable{"mail_refused_by_server"}};
    if (delivery.body.empty()) return std::vector<Event>{Unreadable{"empty_mail"}};
    Mail mail = read_mail(delivery.body);
    // The server's clock: the sender's may say anything.
    if (const auto arrived = core::parse_rfc3339(head.value("arrived"))) mail.date = arrived;
    if (head.has("truncated") && std::ranges::find(mail.flags, "truncated") == mail.flags.end()) mail.flags.emplace_back("truncated");
    return std::vector<Event>{event_of(std::move(mail), rules_, delivery.body)};
  }

  [[nodiscard]] std::vector<std::string> hosts() const override {
    std::vector<std::string> all{mailbox_.host};
    if (!mailbox_.token_url.empty()) all.push_back(host_of(mailbox_.token_url));
    return all;
  }

  [[nodiscard]] std::optional<std::chrono::milliseconds> poll_interval() const override { return mailbox_.every; }

  awaitable<Result<std::optional<std::chrono::milliseconds>>> poll(Inbox& inbox, Transport& transport) const override {
    auto line = co_await transport.connect(mailbox_.host, mailbox_.port, mailbox_.encryption == Encryption::from_first_byte);
    if (!line) co_return std::unexpected(line.error());
    // The limit is a little above the largest mail: servers count a mail's size with either kind of line breaks.
    Session session(std::move(*line), transport, mailbox_.max_mail_bytes + mailbox_.max_mail_bytes / 8);
    if (auto ready = co_await log_in(session, transport); !ready) co_return std::unexpected(ready.error());
    auto is_done = co_await read_folder(session, inbox, transport);
    if (!is_done) co_return std::unexpected(is_done.error());
    co_await session.leave();
    if (*is_done) co_return std::nullopt;
    co_return std::chrono::milliseconds{0};
  }

  [[nodiscard]] Result<std::string> extract(const core::Delivery& delivery, const core::Attachment& attachment) const override {
    return part_of(delivery.body, attachment.inline_part);
  }

  void sign(core::HttpRequest&) const override {}

  [[nodiscard]] core::HttpRequest compose(const Utterance& utterance, core::Timestamp now) const override {
    const std::string hash = core::sha256_hex(utterance.external_id);
    std::string digits = utterance.phone;
    std::erase(digits, '+');
    Form head;
    head.add("uidvalidity", "1");
    head.add("uid", "1");
    head.add("arrived", core::format_rfc3339(now));
    const std::string to = rules_.own_addresses.empty() ? std::string{} : rules_.own_addresses.front();
    std::string mail = "From: =?utf-8?B?" + core::to_base64(utterance.name) + "?= <warga" + digits + "@contoh.example>\r\nTo: " + to +
                       "\r\nSubject: Laporan\r\nMessage-ID: <" + hash.substr(0, 32) +
                       "@contoh.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                       "Content-Transfer-Encoding: 8bit\r\n\r\n" +
                       utterance.text + "\r\n";
    return {.method = {}, .path = {}, .query = head.encoded(), .headers = {}, .body = std::move(mail)};
  }

 private:
  // ---------------------------------------------------------------- up to the open folder

  awaitable<Result<void>> log_in(Session& session, Transport& transport) const {
    if (auto greeted = co_await session.greet(); !greeted) co_return std::unexpected(greeted.error());
    if (mailbox_.encryption == Encryption::by_starttls) {
      if (auto encrypted = co_await session.start_tls(); !encrypted) co_return std::unexpected(encrypted.error());
    }
    Result<Outcome> outcome = Outcome{};
    if (mailbox_.token_url.empty()) {
      outcome = co_await session.command("LOGIN {} {}", {mailbox_.username, std::string(mailbox_.password->reveal())});
    } else {
      auto token = co_await access_token(transport);
      if (!token) co_return std::unexpected(token.error());
      const auto abilities = co_await session.command("CAPABILITY");
      if (!abilities) co_return std::unexpected(abilities.error());
      const std::string response = core::to_base64("user=" + mailbox_.username +
                                                   "\x01"
                                                   "auth=Bearer " +
                                                   *token + "\x01\x01");
      outcome = co_await session.authenticate("XOAUTH2", response, lists_capability(*abilities, "SASL-IR"));
    }
    if (!outcome) co_return std::unexpected(outcome.error());
    if (outcome->is_ok()) co_return Result<void>{};
    if (is_temporary(outcome->status)) co_return core::fail(Errc::unavailable, "the mail server cannot let us in now");
    co_return core::fail(Errc::unauthentic, "the mail server does not accept the user's name or secret");
  }

  awaitable<Result<std::string>> access_token(Transport& transport) const {
    Form form;
    form.add("grant_type", "refresh_token");
    form.add("client_id", mailbox_.client_id);
    if (mailbox_.client_secret) form.add("client_secret", std::string(mailbox_.client_secret->reveal()));
    form.add("refresh_token", std::string(mailbox_.refresh_token->reveal()));
    Call call;
    call.method = "POST";
    call.url = mailbox_.token_url;
    call.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    call.body = form.encoded();
    const auto answer = co_await transport.call(std::move(call));
    if (!answer) co_return std::unexpected(answer.error());
    if (answer->status == 400 || answer->status == 401 || answer->status == 403) {
      co_return core::fail(Errc::unauthentic, "the refresh token is not accepted");
    }
    const auto document = JsonDocument::parse(answer->body);
    std::string token = document && answer->status == 200 ? document->root()["access_token"].text() : std::string{};
    if (token.empty()) co_return core::fail(Errc::unavailable, "the token endpoint gives no access token");
    co_return token;
  }

  // ---------------------------------------------------------------- the folder

  // True when nothing is left for another round.
  awaitable<Result<bool>> read_folder(Session& session, Inbox& inbox, Transport& transport) const {
    const auto abilities = co_await session.command("CAPABILITY");
    if (!abilities) co_return std::unexpected(abilities.error());
    const auto selected = co_await session.command("SELECT {}", {mailbox_.folder});
    if (!selected) co_return std::unexpected(selected.error());
    if (!selected->is_ok()) co_return core::fail(Errc::not_found, "the mailbox has no such folder");
    const auto validity = code_of(*selected, "UIDVALIDITY");
    if (!validity) co_return core::fail(Errc::unavailable, "the mail server gives no UIDVALIDITY");
    const std::uint32_t count = count_in(*selected);
    auto newest = co_await uid_at(session, count);
    if (!newest) co_return std::unexpected(newest.error());
    if (count > 0 && *newest == 0) co_return true;  // expunged at this moment; the next round knows more

    auto remembered = co_await inbox.bookmark(mailbox_.folder);
    if (!remembered) co_return std::unexpected(remembered.error());
    auto known = Place::read(*remembered);
    Place place = known.value_or(Place{});
    if (!known || known->validity != *validity) {
      auto oldest = co_await uid_at(session, std::min<std::uint32_t>(count, 1));
      if (!oldest) co_return std::unexpected(oldest.error());
      place = Place{.validity = *validity,
                    .uid = *oldest > 0 ? *oldest - 1 : 0,
                    .is_marked = true,
                    .old_until = *newest,
                    .is_again = known.has_value()};
    }
    // The line may have broken between the commit and this.
    if (!place.is_marked) {
      if (auto marked = co_await mark(session, place.uid, *abilities); !marked) co_return std::unexpected(marked.error());
      place.is_marked = true;
    }

    std::size_t taken = 0;
    std::uint32_t window = kWindow;
    while (place.uid < *newest && taken < kMaxMailsInARound) {
      const std::uint32_t last = *newest - place.uid > window ? place.uid + window : *newest;
      auto uids = co_await search(session, place, last, transport.now());
      if (!uids) co_return std::unexpected(uids.error());
      window = uids->empty() ? std::min(window * 4, kMaxWindow) : kWindow;
      for (const std::uint32_t uid : *uids) {
        if (taken == kMaxMailsInARound) break;
        auto delivery = co_await fetch_mail(session, place.validity, uid);
        if (!delivery) co_return std::unexpected(delivery.error());
        if (!*delivery) continue;  // expunged meanwhile
        const bool is_refused = (*delivery)->body.empty();
        place.uid = uid;
        place.is_marked = is_refused;
        std::vector<core::Delivery> deliveries;
        deliveries.push_back(std::move(**delivery));
        if (auto done = co_await inbox.commit(std::move(deliveries), mailbox_.folder, place.written()); !done) {
          co_return std::unexpected(done.error());
        }
        ++taken;
        if (is_refused) continue;  // stays unread, for people to look at
        if (auto marked = co_await mark(session, uid, *abilities); !marked) co_return std::unexpected(marked.error());
        place.is_marked = true;
      }
      if (taken < kMaxMailsInARound) place.uid = last;
    }
    if (place.written() != *remembered) {
      if (auto done = co_await inbox.commit({}, mailbox_.folder, place.written()); !done) co_return std::unexpected(done.error());
    }
    co_return place.uid >= *newest;
  }

  // The UID of the mail at that place of the folder, or 0.
  static awaitable<Result<std::uint32_t>> uid_at(Session& session, std::uint32_t number) {
    if (number == 0) co_return 0U;
    auto outcome = co_await session.command("FETCH " + std::to_string(number) + " (UID)");
    if (!outcome) co_return std::unexpected(outcome.error());
    for (ImapReply& reply : outcome->untagged) {
      const bool is_about_it = reply.line.starts_with(std::to_string(number) + ' ');
      const auto items = fetch_items_of(std::move(reply));
      if (!is_about_it || !items || !items->contains("UID")) continue;
      co_return number_in<std::uint32_t>(items->at("UID")).value_or(0);
    }
    co_return 0U;
  }

  // What is to be taken of the UIDs behind `place` up to `last`, in their order.
  static awaitable<Result<std::vector<std::uint32_t>>> search(Session& session, Place place, std::uint32_t last, core::Timestamp now) {
    const auto range = [](std::uint32_t from, std::uint32_t to) { return std::to_string(from) + ':' + std::to_string(to); };
    std::vector<std::string> searches;
    const std::uint32_t first = place.uid + 1;
    const std::uint32_t last_old = std::min(last, place.old_until);
    if (first <= last_old) {
      searches.push_back("UID SEARCH UID " + range(first, last_old) +
                         (place.is_again ? " OR UNSEEN SINCE " + imap_date(now - kLookBack) : " UNSEEN"));
    }
    if (last > last_old) searches.push_back("UID SEARCH UID " + range(std::max(first, last_old + 1), last));
    std::vector<std::uint32_t> uids;
    for (const std::string& text : searches) {
      const auto outcome = co_await session.command(text);
      if (!outcome) co_return std::unexpected(outcome.error());
      if (!outcome->is_ok()) co_return core::fail(Errc::unavailable, "the mail server does not search");
      for (const ImapReply& reply : outcome->untagged) {
        // Some give the newest mail whatever range was asked for.
        for (const std::uint32_t uid : search_results_of(reply)) {
          if (uid >= first && uid <= last) uids.push_back(uid);
        }
      }
    }
    std::ranges::sort(uids);
    const auto [begin, end] = std::ranges::unique(uids);
    uids.erase(begin, end);
    co_return uids;
  }

  // One mail; nullopt when it is gone.
  awaitable<Result<std::optional<core::Delivery>>> fetch_mail(Session& session, std::uint32_t validity, std::uint32_t uid) const {
    const std::string number = std::to_string(uid);
    auto described = co_await session.command("UID FETCH " + number + " (UID RFC822.SIZE INTERNALDATE)");
    if (!described) co_return std::unexpected(described.error());
    const bool is_described = described->is_ok();
    const auto about = items_of(std::move(*described), uid, "RFC822.SIZE");
    if (is_described && !about) co_return std::nullopt;
    const std::uint64_t size = about ? number_in<std::uint64_t>(about->at("RFC822.SIZE")).value_or(0) : 0;

    Form head;
    head.add("uidvalidity", std::to_string(validity));
    head.add("uid", number);
    if (about && about->contains("INTERNALDATE")) {
      if (const auto arrived = parse_internal_date(about->at("INTERNALDATE"))) head.add("arrived", core::format_rfc3339(*arrived));
    }
    const bool is_too_large = size > mailbox_.max_mail_bytes;
    const std::string what = is_too_large ? "(UID BODY.PEEK[HEADER]<0." + std::to_string(kMaxMailHeaderBytes) + "> BODY.PEEK[TEXT]<0." +
                                                std::to_string(kTextOfLargeMail) + ">)"
                                          : "(UID BODY.PEEK[])";
    auto outcome = co_await session.command("UID FETCH " + number + ' ' + what);
    if (!outcome) co_return std::unexpected(outcome.error());
    core::Delivery delivery;
    if (!outcome->is_ok()) {
      // One mail that the server cannot give must not stop those behind it.
      if (is_temporary(outcome->status)) co_return core::fail(Errc::unavailable, "the mail server cannot give a mail now");
      head.add("refused", "1");
    } else {
      auto items = items_of(std::move(*outcome), uid, is_too_large ? "BODY[HEADER]<0>" : "BODY[]");
      if (!items) co_return std::nullopt;
      if (is_too_large) {
        delivery.body = std::move(items->at("BODY[HEADER]<0>"));
        if (!delivery.body.ends_with("\r\n\r\n")) delivery.body += "\r\n\r\n";
        if (const auto text = items->find("BODY[TEXT]<0>"); text != items->end()) delivery.body += text->second;
        head.add("truncated", std::to_string(size));
      } else {
        delivery.body = std::move(items->at("BODY[]"));
        // Not every server counts exactly; less than half is no question of line breaks.
        if (delivery.body.size() < size / 2) head.add("truncated", std::to_string(size));
      }
      if (delivery.body.empty()) head.add("refused", "1");
    }
    delivery.head = head.encoded();
    co_return delivery;
  }

  // After the commit, and without consequences for it: a folder that cannot be written to is read all the same.
  awaitable<Result<void>> mark(Session& session, std::uint32_t uid, const Outcome& abilities) const {
    const std::string number = std::to_string(uid);
    auto outcome = co_await session.command("UID STORE " + number + " +FLAGS.SILENT (\\Seen)");
    if (!outcome) co_return std::unexpected(outcome.error());
    if (mailbox_.processed_folder.empty() || !outcome->is_ok()) co_return Result<void>{};
    const bool can_move = lists_capability(abilities, "MOVE");
    if (!can_move && !lists_capability(abilities, "UIDPLUS")) co_return Result<void>{};
    const std::string verb = can_move ? "UID MOVE " : "UID COPY ";
    outcome = co_await session.command(verb + number + " {}", {mailbox_.processed_folder});
    if (outcome && !outcome->is_ok() && outcome->status.code("TRYCREATE")) {
      if (auto created = co_await session.command("CREATE {}", {mailbox_.processed_folder}); !created)
        co_return std::unexpected(created.error());
      outcome = co_await session.command(verb + number + " {}", {mailbox_.processed_folder});
    }
    if (!outcome) co_return std::unexpected(outcome.error());
    if (can_move || !outcome->is_ok()) co_return Result<void>{};
    outcome = co_await session.command("UID STORE " + number + " +FLAGS.SILENT (\\Deleted)");
    if (!outcome) co_return std::unexpected(outcome.error());
    outcome = co_await session.command("UID EXPUNGE " + number);
    if (!outcome) co_return std::unexpected(outcome.error());
    co_return Result<void>{};
  }

  std::string account_;
  Mailbox mailbox_;
  MailRules rules_;
};

}  // namespace

std::unique_ptr<Adapter> make_email_imap(std::string account, core::Settings& settings) {
  return std::make_unique<EmailImap>(std::move(account), settings);
}

}  // namespace satupintu::adapters
