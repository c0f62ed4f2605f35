// SPDX-License-Identifier: Apache-2.0
// From the bytes of a mail (RFC 5322, MIME) to a Mail. Email adapters call it from `decode` with mails that anybody may have
// written: it is total, and bounded in time and memory whatever the bytes are. The structure is found by slicing the raw mail, so that
// the content of an attachment is neither copied nor decoded; GMime reads header fields and undoes transfer encodings, in mime.cpp alone.
// May be called from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "adapters/email/mail.hpp"
#include "core/error.hpp"

namespace satupintu::adapters {

// Beyond these a mail is still read, as far as they reach, and gets the flag "truncated".
inline constexpr std::size_t kMaxMailBytes = 25'000'000;
inline constexpr std::size_t kMaxMailDepth = 20;   // multiparts and attached mails within each other
inline constexpr std::size_t kMaxMailParts = 200;  // leaves
inline constexpr std::size_t kMaxMailHeaderBytes = 256 * 1024;
inline constexpr std::size_t kMaxPartHeaderBytes = 64 * 1024;  // also a single header field
inline constexpr std::size_t kMaxMailTextBytes = 1'000'000;    // of text, and of HTML

// `raw` ends its lines with CR LF or with LF.
[[nodiscard]] Mail read_mail(std::string_view raw);

// The decoded content of the part at `path` ("2.1", counted as IMAP does), as MailAttachment::part names it. Fails with not_found, or
// with too_large where it is larger than a whole mail may be.
[[nodiscard]] core::Result<std::string> part_of(std::string_view raw, std::string_view path);

// Bytes in a charset that mails name, as UTF-8: mislabelled ones are read as what they are (ISO-8859-1 as windows-1252, GB2312 as GB18030,
// an unknown name as UTF-8), and what cannot be read becomes U+FFFD. `repaired` is set where that happened.
[[nodiscard]] std::string mail_text_to_utf8(std::string_view bytes, std::string_view charset, bool& repaired);

// A header's value with its encoded words (RFC 2047) and raw 8-bit characters as UTF-8.
[[nodiscard]] std::string decode_mail_header(std::string_view value);

// The addresses of a header such as To. Groups are opened.
[[nodiscard]] std::vector<MailAddress> read_mail_addresses(std::string_view value);

// "<a@b> <c@d>" as ids without brackets.
[[nodiscard]] std::vector<std::string> read_message_ids(std::string_view value);

// RFC 5322's date; nullopt where it is none.
[[nodiscard]] std::optional<core::Timestamp> read_mail_date(std::string_view value);

// Fills `mail` from its headers: message_id, in_reply_to, references, from, reply_to, to, cc, delivered_to, envelope_sender, subject, date.
// For providers that hand over parsed bodies; `headers` are as on the wire, not decoded.
void read_mail_headers(Mail& mail, std::vector<std::pair<std::string, std::string>> headers);

}  // namespace satupintu::adapters
