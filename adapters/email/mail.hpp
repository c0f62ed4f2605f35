// SPDX-License-Identifier: Apache-2.0
// A mail in the house's own words, whichever provider told it, and the rules by which it becomes an event. The adapters of this
// folder fill in a Mail, from the wire (mime.hpp) or from a provider's fields, and hand it to `event_of`. Pure and total.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/event.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

struct MailAddress {
  std::string name;     // decoded; may be empty
  std::string address;  // verbatim, "Sari@Contoh.Example"
};

struct MailAttachment {
  std::string mime_type = {};   // as declared, without parameters, in lower case
  std::string name = {};        // decoded file name; metadata only
  std::string content_id = {};  // without brackets; an image that the HTML shows has one
  std::string part = {};        // becomes Attachment::inline_part: "2.1" for mime.hpp, else in the adapter's own words
  std::string url = {};         // where a provider keeps it instead
  std::string provider_id = {};
};

// A mail that somebody attached to theirs (message/rfc822): evidence, and read as such.
struct ForwardedMail {
  std::string from = {}, date = {}, subject = {};  // decoded, as they stand there
  std::string text = {};
};

// What a mail system reports by a multipart/report (RFC 6522).
struct MailReport {
  enum class Kind { delivery_status, read_receipt, abuse };
  Kind kind = Kind::delivery_status;
  std::string original_message_id = {};  // of the mail reported on, without brackets; may be empty
  std::string action = {};               // "failed", "delayed", "delivered", "relayed", "expanded", in lower case
  std::string status = {};               // "5.1.1"
};

struct Mail {
  std::string message_id;  // ids stand without angle brackets
  std::vector<std::string> in_reply_to;
  std::vector<std::string> references;  // oldest first
  MailAddress from;
  std::vector<MailAddress> reply_to, to, cc;
  std::optional<std::string> envelope_sender;  // "" for the empty return path <>; nullopt where nobody told
  std::vector<std::string> delivered_to;       // whom the envelope named, where known
  std::string subject;
  std::optional<core::Timestamp> date;                       // the sender's clock
  std::string text, html;                                    // UTF-8; either may be empty
  std::vector<std::pair<std::string, std::string>> headers;  // all that event_of may ask for, in their order, the topmost first
  std::vector<MailAttachment> attachments;
  std::vector<ForwardedMail> forwarded;
  std::optional<MailReport> report;
  std::optional<bool> sender_verified;  // by DMARC, where the provider tells; else event_of looks at Authentication-Results
  std::vector<std::string> flags;       // "repaired", "truncated"

  // The topmost header of that name; empty where there is none. Names compare without case.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

// What an account knows of itself.
struct MailRules {
  std::vector<std::string> own_addresses;  // what we write from: "lapor@contoh.example", without a tag
  std::string message_id_domain;           // of the ids that the gateway gives to its mails
  std::string authserv_id;                 // of our own mail server in Authentication-Results; empty: none is believed
};

// Reads the keys `addresses`, `message_id_domain` and `authserv_id`.
[[nodiscard]] MailRules read_mail_rules(core::Settings& settings);

// Message, Receipt (a bounce of our own mail) or Ignored. `raw` is what the mail was read from: its hash is the id of a mail
// that has none. README.md has every rule.
[[nodiscard]] core::Event event_of(Mail mail, const MailRules& rules, std::string_view raw);

// HTML as plain text: lines where a browser would begin one, links with their targets, no scripts and no styles.
// Linear in time; gives at most `max_bytes`.
[[nodiscard]] std::string text_of_html(std::string_view html, std::size_t max_bytes = 1'000'000);

// A mail's text in its three parts. What was forwarded is part of `said`: it is the evidence.
struct MailText {
  std::string said;
  std::string quoted;     // the history below or between, as it stands
  std::string signature;  // without its mark
};
// `subject` tells whether it forwards something.
[[nodiscard]] MailText take_apart(std::string_view text, std::string_view subject);

}  // namespace satupintu::adapters
