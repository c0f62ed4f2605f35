// SPDX-License-Identifier: Apache-2.0
#include "adapters/email/mail.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "adapters/email/ascii.hpp"
#include "adapters/sms/charset.hpp"
#include "core/crypto.hpp"
#include "core/http.hpp"
#include "core/ids.hpp"

namespace satupintu::adapters {

using core::AttachmentKind;
using core::Event;
using core::Ignored;
using core::Message;

namespace {

// RFC 5322 allows a line 998 characters.
constexpr std::size_t kMaxId = 998;
constexpr std::size_t kMaxQuotedHistory = 4096;
constexpr std::size_t kMaxSignature = 1024;

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// At most `max_bytes` of valid UTF-8, whole characters.
std::string_view cut_at_character(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  while (max_bytes > 0 && (static_cast<unsigned char>(text[max_bytes]) & 0xC0U) == 0x80) --max_bytes;
  return text.substr(0, max_bytes);
}

template <std::size_t count>
bool starts_with_one_of(std::string_view text, const std::array<std::string_view, count>& starts) {
  return std::ranges::any_of(starts, [&](std::string_view start) { return text.starts_with(start); });
}

// ------------------------------------------------------------------ addresses

// "lapor+SP-0ABCD-EFGHJ@contoh.example" in its three parts; a mailbox without a tag has none.
struct AddressParts {
  std::string mailbox, tag, domain;
};

AddressParts parts_of(std::string_view address) {
  const auto at = address.rfind('@');
  if (at == std::string_view::npos) return {};
  const std::string_view local = address.substr(0, at);
  const auto plus = local.find('+');
  return {.mailbox = lower(local.substr(0, plus)),
          .tag = plus == std::string_view::npos ? std::string{} : std::string(local.substr(plus + 1)),
          .domain = lower(address.substr(at + 1))};
}

bool is_own(const MailRules& rules, std::string_view address) {
  const AddressParts parts = parts_of(address);
  return !parts.domain.empty() &&
         std::ranges::any_of(rules.own_addresses, [&](const std::string& own) { return lower(own) == parts.mailbox + '@' + parts.domain; });
}

bool is_own_id(const MailRules& rules, std::string_view id) {
  const auto at = id.rfind('@');
  return !rules.message_id_domain.empty() && at != std::string_view::npos &&
         core::equals_ignoring_case(id.substr(at + 1), rules.message_id_domain);
}

// Everybody the mail says it was for, the envelope's word first.
std::vector<std::string_view> recipients_of(const Mail& mail) {
  std::vector<std::string_view> all(mail.delivered_to.begin(), mail.delivered_to.end());
  for (const auto* list : {&mail.to, &mail.cc}) {
    for (const MailAddress& recipient : *list) all.push_back(recipient.address);
  }
  return all;
}

// ------------------------------------------------------------------ whose answer it is

// "Re: [SP-0ABCD-EFGHJ] jalan rusak"
std::optional<std::string> code_in(std::string_view text) {
  constexpr std::size_t kWithHyphens = 14, kWithout = 12;
  for (std::size_t at = 0; at + kWithout <= text.size(); ++at) {
    if ((text[at] != 'S' && text[at] != 's') || (at > 0 && is_letter_or_digit(text[at - 1]))) continue;
    for (const std::size_t length : {kWithHyphens, kWithout}) {
      if (at + length > text.size() || (at + length < text.size() && is_letter_or_digit(text[at + length]))) continue;
      const std::string_view candidate = text.substr(at, length);
      if (candidate[1] != 'P' && candidate[1] != 'p') continue;
      if (auto code = core::parse_tracking_code(candidate)) return code;
    }
  }
  return std::nullopt;
}

// The address is ours to give out; a subject anybody writes, so it comes second.
std::optional<std::string> tracking_code_of(const Mail& mail, const MailRules& rules) {
  for (const std::string_view recipient : recipients_of(mail)) {
    if (!is_own(rules, recipient)) continue;
    if (auto code = core::parse_tracking_code(parts_of(recipient).tag)) return code;
  }
  return code_in(mail.subject);
}

// ------------------------------------------------------------------ who is behind it

bool is_automatic(const Mail& mail) {
  const std::string word = lower(trimmed(mail.header("Auto-Submitted")));
  return !word.empty() && !word.starts_with("no");
}

// Vacation notices, receptionists, ticket systems. What is merely made by a machine ("auto-generated") may be the form of a web site
// with a citizen's words in it, unless it answers something: so does Exchange when somebody is away.
bool is_auto_reply(const Mail& mail) {
  const std::string submitted = lower(trimmed(mail.header("Auto-Submitted")));
  if (submitted.starts_with("auto-replied")) return true;
  if (is_automatic(mail) && !mail.in_reply_to.empty()) return true;
  for (const std::string_view name : {"X-Autoreply", "X-Autorespond", "X-Auto-Reply", "X-MS-Exchange-Inbox-Rules-Loop"}) {
    const std::string value = lower(trimmed(mail.header(name)));
    if (!value.empty() && value != "no") return true;
  }
  const std::string precedence = lower(trimmed(mail.header("Precedence")));
  return precedence == "auto_reply" || precedence == "auto-reply";
}

// Bounces of mail systems that do not know RFC 3464.
bool is_plain_bounce(const Mail& mail) {
  const std::string mailbox = parts_of(mail.from.address).mailbox;
  if (mailbox != "mailer-daemon" && mailbox != "postmaster") return false;
  return mail.envelope_sender == "" || is_automatic(mail) || !mail.header("X-Failed-Recipients").empty();
}

bool is_from_list(const Mail& mail) { return !mail.header("List-Id").empty() || lower(trimmed(mail.header("Precedence"))) == "list"; }

// RFC 3834 and what mail systems add to it.
bool wants_no_answer(const Mail& mail) {
  if (is_automatic(mail) || is_from_list(mail) || mail.envelope_sender == "") return true;
  for (const std::string_view name : {"List-Unsubscribe", "X-Auto-Response-Suppress"}) {
    if (!mail.header(name).empty()) return true;
  }
  const std::string precedence = lower(trimmed(mail.header("Precedence")));
  if (precedence == "bulk" || precedence == "junk") return true;
  const std::string mailbox = parts_of(mail.from.address).mailbox;
  return mailbox == "noreply" || mailbox == "no-reply" || mailbox == "donotreply" || mailbox == "do-not-reply";
}

bool is_spam(const Mail& mail) {
  for (const std::string_view name : {"X-Spam-Flag", "X-Spam-Status", "X-Mailgun-Sflag"}) {
    if (lower(trimmed(mail.header(name))).starts_with("yes")) return true;
  }
  return false;
}

// A header's value without its comments, in lower case (RFC 8601 allows them nearly everywhere).
std::string without_comments(std::string_view value) {
  std::string out;
  std::size_t depth = 0;
  for (const char c : value) {
    if (c == '(') ++depth;
    else if (c == ')' && depth > 0) --depth;
    else if (depth == 0) out += c;
  }
  return lower(out);
}

// What our own mail server found out about the sender's domain; nullopt where no server of ours is configured.
std::optional<bool> is_verified(const Mail& mail, const MailRules& rules) {
  if (mail.sender_verified) return mail.sender_verified;
  if (rules.authserv_id.empty()) return std::nullopt;
  for (const auto& [name, value] : mail.headers) {
    if (!core::equals_ignoring_case(name, "Authentication-Results")) continue;
    const std::string results = without_comments(value);
    std::string_view rest = results;
    const std::string_view server = trimmed(rest.substr(0, rest.find(';')));
    // A version may stand behind the name.
    if (server.substr(0, server.find_first_of(" \t")) != lower(rules.authserv_id)) continue;
    while (rest.contains(';')) {
      rest.remove_prefix(rest.find(';') + 1);
      const std::string_view result = trimmed(rest.substr(0, rest.find(';')));
      if (result.starts_with("dmarc=")) return result.substr(6, result.find_first_of(" \t", 6) - 6) == "pass";
    }
  }
  return false;
}

// ------------------------------------------------------------------ attachments

struct Extension {
  std::string_view ending;
  AttachmentKind kind;
};

// For what telephones and office programs attach as application/octet-stream.
constexpr std::array<Extension, 18> kExtensions{{
    {".jpg", AttachmentKind::image},
    {".jpeg", AttachmentKind::image},
    {".png", AttachmentKind::image},
    {".gif", AttachmentKind::image},
    {".webp", AttachmentKind::image},
    {".heic", AttachmentKind::image},
    {".mp4", AttachmentKind::video},
    {".3gp", AttachmentKind::video},
    {".mov", AttachmentKind::video},
    {".mp3", AttachmentKind::audio},
    {".m4a", AttachmentKind::audio},
    {".amr", AttachmentKind::audio},
    {".opus", AttachmentKind::audio},
    {".ogg", AttachmentKind::audio},
    {".pdf", AttachmentKind::document},
    {".doc", AttachmentKind::document},
    {".docx", AttachmentKind::document},
    {".xlsx", AttachmentKind::document},
}};

constexpr std::array<std::string_view, 10> kDocumentTypes{
    "text/",
    "message/rfc822",
    "application/pdf",
    "application/rtf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.ms-word",
    "application/vnd.oasis.opendocument",
    "application/vnd.openxmlformats-officedocument",
};

AttachmentKind kind_of(const MailAttachment& attachment) {
  const std::string_view type = attachment.mime_type;
  if (type.starts_with("image/")) return AttachmentKind::image;
  if (type.starts_with("video/")) return AttachmentKind::video;
  if (type.starts_with("audio/")) return AttachmentKind::audio;
  if (starts_with_one_of(type, kDocumentTypes)) return AttachmentKind::document;
  const std::string name = lower(attachment.name);
  const auto* const known = std::ranges::find_if(kExtensions, [&](const Extension& e) { return name.ends_with(e.ending); });
  return known == kExtensions.end() ? AttachmentKind::other : known->kind;
}

// ------------------------------------------------------------------ forwarded mail

constexpr std::array<std::string_view, 6> kForwardPrefixes{"fwd:", "fw:", "trs:", "tr:", "terusan:", "[fwd:"};

bool is_forward(std::string_view subject) { return starts_with_one_of(lower(trimmed(subject)), kForwardPrefixes); }

// "---------- Forwarded message ---------"
bool is_forward_mark(std::string_view line) {
  constexpr std::string_view kRulers = "-=_*: \t\r";
  const auto begin = line.find_first_not_of(kRulers);
  if (begin == std::string_view::npos || line.size() > 100) return false;
  const std::string words = lower(line.substr(begin, line.find_last_not_of(kRulers) - begin + 1));
  constexpr std::array<std::string_view, 8> kMarks{
      "forwarded message",           "begin forwarded message",    "pesan terusan", "pesan diteruskan", "pesan yang diteruskan",
      "mulai pesan yang diteruskan", "awal pesan yang diteruskan", "forwarded by"};
  return std::ranges::find(kMarks, words) != kMarks.end();
}

std::string written(const ForwardedMail& forwarded) {
  std::string out = "---------- Forwarded message ----------\n";
  for (const auto& [name, value] : {std::pair{"From: ", &forwarded.from}, {"Date: ", &forwarded.date}, {"Subject: ", &forwarded.subject}}) {
    if (!value->empty()) out += name + *value + '\n';
  }
  return out + '\n' + std::string(trimmed(forwarded.text));
}

// ------------------------------------------------------------------ what was said

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool is_quoted(std::string_view line) { return line.starts_with('>'); }

// "Pada Sen, 5 Jan 2026 pukul 10.00 Lapor <lapor@contoh.example> menulis:", which mail programs break into up to three lines.
// How many lines it takes, or 0.
std::size_t length_of_attribution(const std::vector<std::string_view>& lines, std::size_t at) {
  const std::string first = lower(trimmed(lines[at]));
  constexpr std::array<std::string_view, 4> kBegins{"on ", "pada ", "le ", "tanggal "};
  if (!starts_with_one_of(first, kBegins)) return 0;
  std::string whole;
  for (std::size_t count = 1; count <= 3 && at + count <= lines.size(); ++count) {
    const std::string_view line = trimmed(lines[at + count - 1]);
    if (line.empty() || whole.size() + line.size() > 400) return 0;
    whole += (whole.empty() ? "" : " ") + lower(line);
    // A date stands in it, which tells it from a sentence that ends so.
    if ((whole.ends_with("wrote:") || whole.ends_with("menulis:")) && whole.find_first_of("0123456789") != std::string::npos) return count;
  }
  return 0;
}

// The header that Outlook puts above what it quotes: From, then Sent, To and Subject, in Indonesian or English, on lines of their own. A
// letter in official form begins alike ("Dari: Warga RT 03"), but says neither when it was sent by mail nor by whom.
bool is_outlook_header(const std::vector<std::string_view>& lines, std::size_t at) {
  const auto begins = [&](std::size_t line, auto... words) {
    std::string text = line < lines.size() ? lower(trimmed(lines[line])) : std::string{};
    std::erase(text, '*');  // bold, in what HTML became
    return (... || text.starts_with(words));
  };
  if (!begins(at, "from:", "dari:")) return false;
  bool sent = false, subject = false;
  for (std::size_t line = at + 1; line < std::min(at + 8, lines.size()) && !trimmed(lines[line]).empty(); ++line) {
    sent = sent || begins(line, "sent:", "dikirim:", "terkirim:", "date: ");
    subject = subject || begins(line, "subject:", "subjek:", "perihal:", "judul:");
  }
  return sent && subject;
}

// Outlook draws a line between what is said and its header.
void remove_ruler(std::string& said) {
  const std::string_view text = trimmed(said);
  const auto end = text.find_last_not_of('_');
  const std::size_t length = end == std::string_view::npos ? text.size() : text.size() - end - 1;
  if (length >= 10) said = std::string(text.substr(0, text.size() - length)) + '\n';
}

bool is_original_mark(std::string_view line) {
  const std::string words = lower(trimmed(line));
  return words.starts_with("-----") &&
         (words.contains("original message") || words.contains("pesan asli") || words.contains("original appointment"));
}

bool is_device_line(std::string_view line) {
  constexpr std::array<std::string_view, 9> kBegins{"sent from my ",           "sent from yahoo", "sent from outlook",
                                                    "get outlook for ",        "dikirim dari ",   "terkirim dari ",
                                                    "dapatkan outlook untuk ", "diposting dari ", "powered by telkomsel"};
  const std::string words = lower(trimmed(line));
  return words.size() <= 100 && starts_with_one_of(words, kBegins);
}

// Whether what follows a line "--" is short enough for a signature. With its blank ("-- ", RFC 3676) the mark needs no proof.
bool is_signature_mark(const std::vector<std::string_view>& lines, std::size_t at) {
  std::string_view line = lines[at];
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line == "-- ") return true;
  return line == "--" && lines.size() - at <= 10;
}

}  // namespace

std::string_view Mail::header(std::string_view name) const {
  const auto found = std::ranges::find_if(headers, [&](const auto& header) { return core::equals_ignoring_case(header.first, name); });
  return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

MailRules read_mail_rules(core::Settings& settings) {
  MailRules rules;
  rules.own_addresses =
      settings.texts("addresses",
                     "The addresses under which citizens write to this account and from which it answers. Mail from them is our "
                     "own and is ignored; mail to one of them with a tag (lapor+CODE@…) belongs to the complaint of that code.",
                     {});
  if (rules.own_addresses.empty() || !std::ranges::all_of(rules.own_addresses, [](const auto& own) { return own.contains('@'); })) {
    settings.mistake("addresses", "names no mail address", R"(write the mailbox's address, such as ["lapor@kota.go.id"])");
  }
  rules.message_id_domain =
      settings.text("message_id_domain",
                    "The domain in the Message-ID of mails that this gateway sends, and nobody else. A mail with such an id is "
                    "our own; a bounce that names one tells what became of it.",
                    "");
  rules.authserv_id =
      settings.text("authserv_id",
                    "The name with which your own mail server signs its Authentication-Results. With it, mails whose sender it "
                    "could not verify (DMARC) get the flag unverified_sender. It must remove such headers from what comes in.",
                    "");
  return rules;
}

MailText take_apart(std::string_view text, std::string_view subject) {
  const std::vector<std::string_view> lines = lines_of(text);
  const bool forwards = is_forward(subject);
  MailText parts;
  std::string* part = &parts.said;
  const auto put = [](std::string& into, std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    into.append(line).append("\n");
  };
  bool said_where_quoted = false;  // an answer between or below quoted lines goes on as what is said
  for (std::size_t at = 0; at < lines.size(); ++at) {
    const std::string_view line = lines[at];
    if (part == &parts.quoted && !said_where_quoted) {
      put(parts.quoted, line);
      continue;
    }
    if (is_forward_mark(line)) {
      for (; at < lines.size(); ++at) put(parts.said, lines[at]);
      break;
    }
    if (!forwards && (is_original_mark(line) || is_outlook_header(lines, at))) {
      remove_ruler(parts.said);
      part = &parts.quoted;
      said_where_quoted = false;
      put(parts.quoted, line);
      continue;
    }
    if (const std::size_t count = forwards ? 0 : length_of_attribution(lines, at); count > 0) {
      std::size_t next = at + count;
      while (next < lines.size() && trimmed(lines[next]).empty()) ++next;
      for (std::size_t taken = at; taken < at + count; ++taken) put(parts.quoted, lines[taken]);
      at += count - 1;
      part = &parts.quoted;
      said_where_quoted = next < lines.size() && is_quoted(lines[next]);
      continue;
    }
    const bool next_is_quoted = at + 1 < lines.size() && is_quoted(lines[at + 1]);
    if (is_quoted(line) && !forwards && (said_where_quoted || next_is_quoted)) {
      part = &parts.quoted;
      said_where_quoted = true;
      put(parts.quoted, line);
      continue;
    }
    if (part == &parts.quoted && !trimmed(line).empty()) part = &parts.said;
    if (part == &parts.said && is_signature_mark(lines, at)) {
      part = &parts.signature;
      continue;
    }
    put(part == &parts.said && is_device_line(line) ? parts.signature : *part, line);
  }
  for (std::string* whole : {&parts.said, &parts.quoted, &parts.signature}) *whole = std::string(trimmed(*whole));
  // Nothing of their own: then the whole is what they sent.
  if (parts.said.empty()) return {.said = std::string(trimmed(text)), .quoted = {}, .signature = {}};
  return parts;
}

Event event_of(Mail mail, const MailRules& rules, std::string_view raw) {
  const bool has_id = !mail.message_id.empty() && mail.message_id.size() <= kMaxId;
  std::string external_id = has_id ? mail.message_id : "sha256:" + core::sha256_hex(raw);
  if (mail.report) {
    MailReport& report = *mail.report;
    if (report.kind == MailReport::Kind::read_receipt) return Ignored{"read_receipt", std::move(external_id)};
    if (report.kind == MailReport::Kind::abuse) return Ignored{"abuse_report", std::move(external_id)};
    if (report.action == "failed" && is_own_id(rules, report.original_message_id)) {
      return core::Receipt{
          .external_id = std::move(report.original_message_id), .state = "failed", .error_code = std::move(report.status), .at = mail.date};
    }
    return Ignored{"bounce", std::move(external_id)};
  }
  if (is_own(rules, mail.from.address) || is_own_id(rules, mail.message_id)) return Ignored{"own_mail", std::move(external_id)};
  if (is_plain_bounce(mail)) return Ignored{"bounce", std::move(external_id)};
  if (is_auto_reply(mail)) return Ignored{"auto_reply", std::move(external_id)};

  Message message;
  message.channel = core::Channel::email;
  message.external_id = std::move(external_id);
  if (!mail.in_reply_to.empty()) message.in_reply_to = mail.in_reply_to.front();
  else if (!mail.references.empty()) message.in_reply_to = mail.references.back();
  message.thread_id = !mail.references.empty() ? mail.references.front() : message.in_reply_to;
  if (message.thread_id.empty()) message.thread_id = message.external_id;
  message.sender.name = std::move(mail.from.name);
  message.sender.address = !mail.from.address.empty() ? mail.from.address : mail.envelope_sender.value_or("");
  if (!message.sender.address.empty()) message.sender.address_kind = core::AddressKind::email;
  for (const std::string_view recipient : recipients_of(mail)) {
    if (is_own(rules, recipient) && std::ranges::find(message.to, recipient) == message.to.end()) message.to.emplace_back(recipient);
  }
  message.provider_at = mail.date;
  message.flags = std::move(mail.flags);

  const std::string whole = trimmed(mail.text).empty() ? text_of_html(mail.html) : std::move(mail.text);
  MailText parts = take_apart(whole, mail.subject);
  message.text = std::move(parts.said);
  bool forwarded = is_forward(mail.subject) || !mail.forwarded.empty();
  for (const std::string_view line : lines_of(message.text)) forwarded = forwarded || is_forward_mark(line);
  for (const ForwardedMail& inner : mail.forwarded) message.text += (message.text.empty() ? "" : "\n\n") + written(inner);
  if (const auto code = tracking_code_of(mail, rules)) message.stated.attributes.emplace_back("tracking_code", *code);
  if (!parts.quoted.empty()) {
    message.stated.attributes.emplace_back("quoted_history", cut_at_character(parts.quoted, kMaxQuotedHistory));
  }
  if (!parts.signature.empty()) message.stated.attributes.emplace_back("signature", cut_at_character(parts.signature, kMaxSignature));
  message.subject = std::move(mail.subject);

  for (MailAttachment& attachment : mail.attachments) {
    core::Attachment& told = message.attachments.emplace_back();
    told.kind = kind_of(attachment);
    told.provider_id = std::move(attachment.provider_id);
    told.url = std::move(attachment.url);
    told.mime_type = std::move(attachment.mime_type);
    told.name = std::move(attachment.name);
    told.inline_part = std::move(attachment.part);
  }

  const auto answers_elsewhere = [&](const MailAddress& other) { return !core::equals_ignoring_case(other.address, mail.from.address); };
  if (forwarded) message.flags.emplace_back("forwarded");
  if (is_from_list(mail)) message.flags.emplace_back("list");
  if (wants_no_answer(mail)) message.flags.emplace_back("no_reply");
  if (std::ranges::any_of(mail.reply_to, answers_elsewhere)) message.flags.emplace_back("other_reply_to");
  if (is_spam(mail)) message.flags.emplace_back("spam");
  if (is_verified(mail, rules) == false) message.flags.emplace_back("unverified_sender");
  return message;
}

// ------------------------------------------------------------------ HTML

namespace {

struct NamedEntity {
  std::string_view name;
  char32_t symbol;
};

// Those that mail programs write.
constexpr std::array<NamedEntity, 35> kEntities{{
    {"amp", '&'},      {"lt", '<'},        {"gt", '>'},       {"quot", '"'},    {"apos", '\''},     {"nbsp", 0xA0},    {"copy", 0xA9},
    {"reg", 0xAE},     {"deg", 0xB0},      {"sup2", 0xB2},    {"middot", 0xB7}, {"laquo", 0xAB},    {"raquo", 0xBB},   {"frac12", 0xBD},
    {"times", 0xD7},   {"eacute", 0xE9},   {"egrave", 0xE8},  {"uuml", 0xFC},   {"ouml", 0xF6},     {"auml", 0xE4},    {"ensp", 0x2002},
    {"emsp", 0x2003},  {"thinsp", 0x2009}, {"zwnj", 0x200C},  {"zwj", 0x200D},  {"ndash", 0x2013},  {"mdash", 0x2014}, {"lsquo", 0x2018},
    {"rsquo", 0x2019}, {"ldquo", 0x201C},  {"rdquo", 0x201D}, {"bull", 0x2022}, {"hellip", 0x2026}, {"euro", 0x20AC},  {"trade", 0x2122},
}};

// Begin and end with a line of their own.
constexpr std::array<std::string_view, 29> kBlocks{
    "address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt",  "fieldset", "figure", "footer", "form", "h1",
    "h2",      "h3",      "h4",    "h5",         "h6",   "header", "hr", "ol",  "p",  "pre", "section",  "table",  "tr",     "ul"};
// Their content is not for reading.
constexpr std::array<std::string_view, 5> kSilent{"script", "style", "title", "template", "noframes"};

class HtmlReader {
 public:
  HtmlReader(std::string_view html, std::size_t max_bytes) : html_(html), max_bytes_(max_bytes) {}

  std::string read() {
    while (at_ < html_.size() && out_.size() < max_bytes_) {
      if (html_[at_] == '<' && read_markup()) continue;
      if (html_[at_] == '&' && read_entity()) continue;
      put_next();
    }
    close_link();
    return std::string(trimmed(cut_at_character(out_, max_bytes_)));
  }

 private:
  // -------- writing

  void put(std::string_view character) {
    if (character.size() == 1 && is_blank(character.front())) {
      if (preformatted_ > 0 && character.front() == '\n') return break_line();
      blank_ = true;
      return;
    }
    begin_line();
    if (blank_ && !out_.empty() && out_.back() != '\n' && !out_.ends_with("> ")) out_ += ' ';
    blank_ = false;
    out_ += character;
  }

  void put_next() {
    std::size_t count = 1;
    while (at_ + count < html_.size() && (static_cast<unsigned char>(html_[at_ + count]) & 0xC0U) == 0x80) ++count;
    put(html_.substr(at_, count));
    at_ += count;
  }

  void begin_line() {
    if (!out_.empty() && out_.back() != '\n') return;
    for (std::size_t level = 0; level < std::min<std::size_t>(quotes_, 5); ++level) out_ += "> ";
    blank_ = false;
  }

  // One empty line at most stands between two that say something.
  void break_line() {
    blank_ = false;
    if (out_.empty() || out_.ends_with("\n\n")) return;
    out_ += '\n';
  }

  void end_line() {
    blank_ = false;
    if (!out_.empty() && out_.back() != '\n') out_ += '\n';
  }

  void put_word(std::string_view word) {
    blank_ = true;
    for (const char c : word) put(std::string_view(&c, 1));
  }

  void close_link() {
    // A link whose text is its target says nothing new.
    if (link_.empty()) return;
    const std::string_view shown = std::string_view(out_).substr(std::min(link_begin_, out_.size()));
    const std::string_view bare = link_.starts_with("mailto:") ? std::string_view(link_).substr(7) : std::string_view(link_);
    if (!shown.contains(bare)) put_word("<" + std::string(bare) + ">");
    link_.clear();
  }

  // -------- reading

  // True where markup stood at the place and was read.
  bool read_markup() {
    if (html_.substr(at_, 4) == "<!--") return skip_to("-->");
    const char next = at_ + 1 < html_.size() ? html_[at_ + 1] : ' ';
    if (next != '/' && next != '!' && next != '?' && !is_letter_or_digit(next)) return false;
    const auto end = end_of_tag();
    if (end == std::string_view::npos) return false;
    std::string_view tag = html_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    const bool closes = tag.starts_with('/');
    if (closes) tag.remove_prefix(1);
    const std::string name = lower(tag.substr(0, tag.find_first_of(" \t\r\n/")));
    apply(name, tag.substr(std::min(name.size(), tag.size())), closes);
    return true;
  }

  bool skip_to(std::string_view mark) {
    const auto end = html_.find(mark, at_);
    at_ = end == std::string_view::npos ? html_.size() : end + mark.size();
    return true;
  }

  // A '>' within quotes does not end a tag. Where quotes are not closed, they count nowhere: looking for their ends again and again
  // would take time without bounds.
  std::size_t end_of_tag() {
    if (!quotes_are_broken_) {
      char quote = 0;
      for (std::size_t at = at_ + 1; at < html_.size(); ++at) {
        const char c = html_[at];
        if (quote != 0) quote = c == quote ? '\0' : quote;
        else if ((c == '"' || c == '\'') && html_[at - 1] == '=') quote = c;
        else if (c == '>') return at;
      }
      quotes_are_broken_ = true;
    }
    if (no_more_tags_) return std::string_view::npos;
    const auto end = html_.find('>', at_);
    no_more_tags_ = end == std::string_view::npos;
    return end;
  }

  static std::string attribute(std::string_view attributes, std::string_view wanted) {
    while (!attributes.empty()) {
      const auto begin = attributes.find_first_not_of(" \t\r\n/");
      if (begin == std::string_view::npos) break;
      attributes.remove_prefix(begin);
      const auto name_end = std::min(attributes.find_first_of(" \t\r\n=/"), attributes.size());
      const std::string_view name = attributes.substr(0, name_end);
      attributes.remove_prefix(std::max<std::size_t>(name_end, 1));
      std::string_view value;
      if (name_end > 0 && attributes.starts_with('=')) {
        attributes.remove_prefix(1);
        const char quote = !attributes.empty() && (attributes.front() == '"' || attributes.front() == '\'') ? attributes.front() : '\0';
        if (quote != 0) attributes.remove_prefix(1);
        const auto end = std::min(quote != 0 ? attributes.find(quote) : attributes.find_first_of(" \t\r\n"), attributes.size());
        value = attributes.substr(0, end);
        attributes.remove_prefix(quote != 0 ? std::min(end + 1, attributes.size()) : end);
      }
      if (core::equals_ignoring_case(name, wanted)) {
        HtmlReader reader(value, 2048);
        return reader.read_value();
      }
    }
    return {};
  }

  // Entities, and nothing else.
  std::string read_value() {
    while (at_ < html_.size()) {
      if (html_[at_] == '&' && read_entity()) continue;
      put_next();
    }
    return std::string(cut_at_character(out_, max_bytes_));
  }

  void apply(std::string_view name, std::string_view attributes, bool closes) {
    const auto is_in = [&](const auto& list) { return std::ranges::find(list, name) != list.end(); };
    if (is_in(kSilent)) {
      if (!closes) skip_element(name);
      return;
    }
    if (name == "br") return break_line();
    if (name == "a") {
      close_link();
      if (closes) return;
      link_ = attribute(attributes, "href");
      const std::string scheme = lower(link_.substr(0, 8));
      if (!scheme.starts_with("http://") && !scheme.starts_with("https://") && !scheme.starts_with("mailto:")) link_.clear();
      link_begin_ = out_.size();
      return;
    }
    if (name == "img") return put_word(attribute(attributes, "alt"));
    if (name == "td" || name == "th") {
      blank_ = true;
      return;
    }
    if (name == "li") {
      end_line();
      if (!closes) put_word("- ");
      return;
    }
    if (!is_in(kBlocks)) return;
    end_line();
    if (name == "p" && !out_.empty()) break_line();
    if (name == "blockquote") quotes_ = closes ? quotes_ - std::min<std::size_t>(quotes_, 1) : quotes_ + 1;
    if (name == "pre") preformatted_ = closes ? preformatted_ - std::min<std::size_t>(preformatted_, 1) : preformatted_ + 1;
  }

  void skip_element(std::string_view name) {
    while (at_ < html_.size()) {
      skip_to("</");
      if (core::equals_ignoring_case(html_.substr(at_, name.size()), name)) {
        skip_to(">");
        return;
      }
    }
  }

  bool read_entity() {
    const std::string_view rest = html_.substr(at_ + 1, 10);
    const auto end = rest.find_first_of("; \t\r\n<&");
    std::string_view name = rest.substr(0, end);
    const bool has_end = end != std::string_view::npos && rest[end] == ';';
    char32_t symbol = 0;
    if (name.starts_with('#')) {
      symbol = number_of(name.substr(1));
    } else {
      const auto* const known = std::ranges::find(kEntities, name, &NamedEntity::name);
      if (known != kEntities.end()) symbol = known->symbol;
    }
    if (symbol == 0 || !has_end) return false;
    at_ += 1 + name.size() + 1;
    std::string character;
    append_utf8(character, symbol);
    put(symbol == 0xA0 ? std::string_view(" ") : std::string_view(character));
    return true;
  }

  // 0 where it is no character.
  static char32_t number_of(std::string_view digits) {
    const int base = digits.starts_with('x') || digits.starts_with('X') ? 16 : 10;
    if (base == 16) digits.remove_prefix(1);
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty()) return 0;
    if (value > 0x10FFFF || (value >= 0xD800 && value < 0xE000) || (value < 0x20 && value != '\t' && value != '\n')) return 0;
    return value;
  }

  std::string_view html_;
  std::size_t max_bytes_;
  std::size_t at_ = 0;
  std::string out_;
  bool blank_ = false;  // white space since the last character
  bool quotes_are_broken_ = false, no_more_tags_ = false;
  std::size_t quotes_ = 0, preformatted_ = 0;
  std::string link_;
  std::size_t link_begin_ = 0;
};

}  // namespace

std::string text_of_html(std::string_view html, std::size_t max_bytes) { return HtmlReader(html, max_bytes).read(); }

}  // namespace satupintu::adapters
