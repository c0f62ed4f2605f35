// SPDX-License-Identifier: Apache-2.0
#include "adapters/email/mime.hpp"

#include <gmime/gmime.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

#include "adapters/email/ascii.hpp"
#include "adapters/sms/charset.hpp"
#include "core/http.hpp"

namespace satupintu::adapters {

using core::Errc;

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kMaxFields = 1000;
constexpr std::size_t kMaxAddresses = 100;
constexpr std::size_t kMaxGroups = 20;
constexpr std::size_t kMaxIds = 100;
constexpr std::size_t kMaxBoundary = 200;  // RFC 2046 allows 70
// Slicing may look at every byte so often: a mail that has its bulk five levels deep is sliced whole, one that nests to take time is not.
constexpr std::size_t kMaxPasses = 8;

// ------------------------------------------------------------------ GMime's objects

template <class T>
struct Release {
  void operator()(T* object) const { g_object_unref(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Release<T>>;

struct Free {
  void operator()(char* text) const { g_free(text); }
};

std::string taken(char* text) {
  const std::unique_ptr<char, Free> owned(text);
  return text == nullptr ? std::string{} : std::string(text);
}

// Reading is lenient, and what stands in a header as raw bytes is UTF-8 or windows-1252.
GMimeParserOptions* options() {
  static GMimeParserOptions* const shared = [] {
    g_mime_init();
    GMimeParserOptions* made = g_mime_parser_options_new();
    std::array<const char*, 3> charsets{"utf-8", "windows-1252", nullptr};
    g_mime_parser_options_set_fallback_charsets(made, charsets.data());
    g_mime_parser_options_set_address_compliance_mode(made, GMIME_RFC_COMPLIANCE_LOOSE);
    g_mime_parser_options_set_parameter_compliance_mode(made, GMIME_RFC_COMPLIANCE_LOOSE);
    g_mime_parser_options_set_rfc2047_compliance_mode(made, GMIME_RFC_COMPLIANCE_LOOSE);
    g_mime_parser_options_set_allow_addresses_without_domain(made, TRUE);
    return made;
  }();
  return shared;
}

// ------------------------------------------------------------------ characters

struct Charset {
  std::string_view name;     // as mails write it, in lower case
  std::string_view meaning;  // what it is read as: a name of to_utf8 (in capitals) or of iconv
};

// The alphabets that mail in Indonesia may come in. Those that iconv would also read but nobody needs are left out: its rarer tables are
// where its faults were. "8-BIT" is UTF-8 where it can be, else windows-1252.
constexpr std::array<Charset, 46> kCharsets{{
    {"", "8-BIT"},
    {"us-ascii", "8-BIT"},
    {"ascii", "8-BIT"},
    {"ansi_x3.4-1968", "8-BIT"},
    {"unknown-8bit", "8-BIT"},
    {"x-unknown", "8-BIT"},
    {"utf-8", "UTF-8"},
    {"utf8", "UTF-8"},
    {"iso-8859-1", "WINDOWS-1252"},
    {"iso8859-1", "WINDOWS-1252"},
    {"iso_8859-1", "WINDOWS-1252"},
    {"latin1", "WINDOWS-1252"},
    {"windows-1252", "WINDOWS-1252"},
    {"cp1252", "WINDOWS-1252"},
    {"utf-16", "UTF-16BE"},
    {"utf-16be", "UTF-16BE"},
    {"utf-16le", "UTF-16LE"},
    {"iso-8859-2", "iso-8859-2"},
    {"iso-8859-5", "iso-8859-5"},
    {"iso-8859-6", "iso-8859-6"},
    {"iso-8859-7", "iso-8859-7"},
    {"iso-8859-8", "iso-8859-8"},
    {"iso-8859-9", "cp1254"},
    {"iso-8859-15", "iso-8859-15"},
    {"windows-1250", "cp1250"},
    {"windows-1251", "cp1251"},
    {"windows-1253", "cp1253"},
    {"windows-1254", "cp1254"},
    {"windows-1255", "cp1255"},
    {"windows-1256", "cp1256"},
    {"windows-1257", "cp1257"},
    {"windows-1258", "cp1258"},
    {"windows-874", "cp874"},
    {"tis-620", "cp874"},
    {"koi8-r", "koi8-r"},
    {"koi8-u", "koi8-u"},
    {"gb2312", "gb18030"},
    {"gbk", "gb18030"},
    {"gb18030", "gb18030"},
    {"big5", "big5-hkscs"},
    {"shift_jis", "cp932"},
    {"euc-jp", "euc-jp"},
    {"iso-2022-jp", "iso-2022-jp"},
    {"euc-kr", "cp949"},
    {"ks_c_5601-1987", "cp949"},
    {"hz-gb-2312", "8-BIT"},
}};

std::string_view meaning_of(std::string_view charset) {
  const std::string name = lower(trimmed(charset));
  const auto* const known = std::ranges::find(kCharsets, name, &Charset::name);
  return known == kCharsets.end() ? std::string_view("UTF-8") : known->meaning;
}

std::string from_iconv(std::string_view bytes, std::string_view charset, bool& repaired) {
  const auto converter = g_mime_iconv_open("UTF-8", std::string(charset).c_str());
  // g_mime_iconv_open says so by what POSIX casts from -1.
  if (reinterpret_cast<std::intptr_t>(converter) == -1) {
    repaired = true;
    return to_utf8(bytes, "UTF-8").text;
  }
  std::string out;
  std::array<char, 4096> buffer{};
  std::string input(bytes);  // iconv takes it for writable
  char* from = input.data();
  std::size_t left = input.size();
  while (left > 0) {
    char* to = buffer.data();
    std::size_t room = buffer.size();
    const bool whole = g_mime_iconv(converter, &from, &left, &to, &room) != static_cast<std::size_t>(-1);
    out.append(buffer.data(), buffer.size() - room);
    if (whole || room < 64) continue;  // done, or out of room
    if (left == 0) break;
    append_utf8(out, 0xFFFD);
    repaired = true;
    ++from;
    --left;
  }
  g_mime_iconv_close(converter);
  return to_utf8(out, "UTF-8").text;
}

// ------------------------------------------------------------------ header fields

// Without the line breaks of folding.
std::string unfolded(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (const char c : value) {
    if (c == '\n' || c == '\r' || c == '\0') continue;
    out += c == '\t' ? ' ' : c;
  }
  return std::string(trimmed(out));
}

// GMime believes what an encoded word says of its charset; what it is told is what the charset means.
std::string with_true_charsets(std::string_view value) {
  std::string out;
  while (true) {
    const auto begin = value.find("=?");
    if (begin == std::string_view::npos) break;
    const auto end = value.find('?', begin + 2);
    if (end == std::string_view::npos) break;
    std::string_view charset = value.substr(begin + 2, end - begin - 2);
    out.append(value.substr(0, begin + 2));
    value.remove_prefix(begin + 2);
    if (charset.empty() || charset.contains(' ') || charset.contains('=')) continue;
    value.remove_prefix(charset.size());
    charset = charset.substr(0, charset.find('*'));  // a language may stand behind it (RFC 2231)
    const std::string_view meaning = meaning_of(charset);
    out.append(meaning == "8-BIT" ? "utf-8" : lower(meaning));
  }
  return out.append(value);
}

std::string valid(std::string_view text) { return to_utf8(text, "8-BIT").text; }

std::string value_of(const Headers& headers, std::string_view name) {
  const auto found = std::ranges::find_if(headers, [&](const auto& header) { return core::equals_ignoring_case(header.first, name); });
  return found == headers.end() ? std::string{} : found->second;
}

bool is_field_name(std::string_view name) {
  return !name.empty() && name.size() <= 200 && std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7F; });
}

// The fields of a header block, unfolded. What is no field is left out; `cut` is set where something was too large.
Headers fields_of(std::string_view block, std::size_t max_bytes, bool& cut) {
  Headers fields;
  if (block.size() > max_bytes) {
    block = block.substr(0, max_bytes);
    cut = true;
  }
  std::size_t at = 0;
  while (at < block.size()) {
    // A field goes on while lines begin with white space.
    std::size_t end = at;
    do {
      end = std::min(block.find('\n', end), block.size());
      if (end < block.size()) ++end;
    } while (end < block.size() && (block[end] == ' ' || block[end] == '\t'));
    std::string_view field = block.substr(at, end - at);
    at = end;
    const auto colon = field.find(':');
    if (colon == std::string_view::npos || !is_field_name(trimmed(field.substr(0, colon)))) continue;
    if (field.size() > kMaxPartHeaderBytes) {
      field = field.substr(0, kMaxPartHeaderBytes);
      cut = true;
    }
    if (fields.size() == kMaxFields) {
      cut = true;
      break;
    }
    fields.emplace_back(trimmed(field.substr(0, colon)), unfolded(field.substr(colon + 1)));
  }
  return fields;
}

// ------------------------------------------------------------------ structure

// A part as it lies in the raw mail.
struct Entity {
  Headers fields;
  Owned<GMimeContentType> type;
  std::string media_type;  // "text/plain"
  std::string disposition, name;
  std::string_view body;

  [[nodiscard]] std::string parameter(const char* name_of_parameter) const {
    const char* value = type ? g_mime_content_type_get_parameter(type.get(), name_of_parameter) : nullptr;
    return value == nullptr ? std::string{} : valid(value);
  }
  [[nodiscard]] bool is_multipart() const { return media_type.starts_with("multipart/"); }
  [[nodiscard]] std::string encoding() const {
    const std::string value = value_of(fields, "Content-Transfer-Encoding");
    return lower(trimmed(std::string_view(value).substr(0, value.find(';'))));
  }
  // Whether the mail within can be read where it lies.
  [[nodiscard]] bool is_readable_mail() const {
    if (media_type != "message/rfc822" && media_type != "message/global") return false;
    const std::string how = encoding();
    return how != "base64" && how != "quoted-printable";
  }
  // RFC 2046 allows no other encoding for what has parts.
  [[nodiscard]] std::string boundary() const { return is_multipart() ? parameter("boundary") : std::string{}; }
};

Entity read_entity(std::string_view region, std::size_t max_header_bytes, bool in_digest, bool& cut) {
  // The header ends at the first empty line.
  std::size_t end = 0;
  std::size_t body = region.size();
  while (end < region.size()) {
    const std::string_view rest = region.substr(end);
    if (rest.starts_with('\n') || rest.starts_with("\r\n")) {
      body = end + (rest.front() == '\n' ? 1 : 2);
      break;
    }
    const auto line = region.find('\n', end);
    end = line == std::string_view::npos ? region.size() : line + 1;
  }
  Entity entity;
  entity.fields = fields_of(region.substr(0, end), max_header_bytes, cut);
  entity.body = region.substr(body);
  const std::string type = value_of(entity.fields, "Content-Type");
  entity.media_type = in_digest ? "message/rfc822" : "text/plain";
  if (!type.empty()) {
    entity.type.reset(g_mime_content_type_parse(options(), with_true_charsets(type).c_str()));
    entity.media_type = lower(valid(trimmed(std::string_view(type).substr(0, type.find(';')))));
    if (!entity.media_type.contains('/')) entity.media_type = "text/plain";
  }
  const std::string disposition = value_of(entity.fields, "Content-Disposition");
  if (!disposition.empty()) {
    const Owned<GMimeContentDisposition> parsed(g_mime_content_disposition_parse(options(), with_true_charsets(disposition).c_str()));
    entity.disposition = lower(trimmed(std::string_view(disposition).substr(0, disposition.find(';'))));
    const char* name = parsed ? g_mime_content_disposition_get_parameter(parsed.get(), "filename") : nullptr;
    if (name != nullptr) entity.name = valid(name);
  }
  if (entity.name.empty()) entity.name = entity.parameter("name");
  return entity;
}

// Blank lines, and the line that a mailbox file puts first.
std::string_view without_preamble(std::string_view raw) {
  const auto begin = raw.find_first_not_of("\r\n");
  raw.remove_prefix(std::min(begin, raw.size()));
  if (raw.starts_with("From ")) raw.remove_prefix(std::min(raw.find('\n'), raw.size() - 1) + 1);
  return raw;
}

// The place of the next line that begins with "--", or npos. `at` is the beginning of a line, or in one. Byte by byte: where every line is
// empty, looking for line breaks with memchr is the slower way.
std::size_t next_dashes(std::string_view body, std::size_t at) {
  if (at == 0 && body.starts_with("--")) return 0;
  for (; at + 2 < body.size(); ++at) {
    if (body[at] == '\n' && body[at + 1] == '-' && body[at + 2] == '-') return at + 1;
  }
  return std::string_view::npos;
}

// What stands between the boundaries of a multipart: at most `limit` parts.
std::vector<std::string_view> children_of(std::string_view body, std::string_view boundary, std::size_t limit) {
  std::vector<std::string_view> children;
  std::size_t begin = std::string_view::npos;  // of the part that is open
  for (std::size_t at = next_dashes(body, 0); at != std::string_view::npos; at = next_dashes(body, at + 2)) {
    std::string_view line = body.substr(at + 2);
    if (!line.starts_with(boundary)) continue;
    line.remove_prefix(boundary.size());
    const bool is_last = line.starts_with("--");
    if (is_last) line.remove_prefix(2);
    // Another boundary may begin with this one.
    const auto end = line.find_first_not_of(" \t\r");
    if (end != std::string_view::npos && line[end] != '\n') continue;
    if (begin != std::string_view::npos) {
      std::string_view child = body.substr(begin, at - begin);
      if (child.ends_with('\n')) child.remove_suffix(1);  // the line break before a boundary belongs to it
      if (child.ends_with('\r')) child.remove_suffix(1);
      children.push_back(child);
    }
    if (is_last || children.size() == limit || end == std::string_view::npos) return children;
    begin = static_cast<std::size_t>(line.data() - body.data()) + end + 1;
  }
  if (begin != std::string_view::npos) children.push_back(body.substr(begin));  // never closed
  return children;
}

// ------------------------------------------------------------------ content

// Undoes the transfer encoding, until `max_bytes` have come out.
std::string decoded(const Entity& entity, std::size_t max_bytes, bool& cut) {
  const std::string how = entity.encoding();
  GMimeContentEncoding encoding = GMIME_CONTENT_ENCODING_DEFAULT;
  if (how == "base64") encoding = GMIME_CONTENT_ENCODING_BASE64;
  if (how == "quoted-printable") encoding = GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
  if (how == "x-uuencode" || how == "uuencode" || how == "x-uue") encoding = GMIME_CONTENT_ENCODING_UUENCODE;
  if (encoding == GMIME_CONTENT_ENCODING_DEFAULT) {
    cut = cut || entity.body.size() > max_bytes;
    return std::string(entity.body.substr(0, max_bytes));
  }
  GMimeEncoding state{};
  g_mime_encoding_init_decode(&state, encoding);
  // Base64 is four letters for three bytes at least; the others may stay as long as they are.
  const std::size_t most = encoding == GMIME_CONTENT_ENCODING_BASE64 ? entity.body.size() / 4 * 3 + 3 : entity.body.size();
  std::string out;
  out.reserve(std::min(most, max_bytes));
  constexpr std::size_t kStep = 32 * 1024;
  std::array<char, kStep + 64> buffer{};
  for (std::size_t at = 0; at < entity.body.size(); at += kStep) {
    const std::string_view step = entity.body.substr(at, kStep);
    const std::size_t count = g_mime_encoding_step(&state, step.data(), step.size(), buffer.data());
    const std::size_t room = max_bytes - out.size();
    out.append(buffer.data(), std::min(count, room));
    if (count > room) {
      cut = true;
      break;
    }
  }
  return out;
}

void append_line(std::string& out, std::string_view line) { out.append(line).append("\n"); }

// RFC 3676: a line that ends with a blank goes on in the next one of the same depth.
std::string unflowed(std::string_view text, bool deletes_space) {
  std::string out;
  std::string open;  // a paragraph that goes on
  std::size_t depth_of_open = 0;
  bool is_open = false;
  const auto close = [&] {
    if (is_open) append_line(out, open);
    is_open = false;
    open.clear();
  };
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t depth = std::min(line.find_first_not_of('>'), line.size());
    line.remove_prefix(depth);
    if (line.starts_with(' ')) line.remove_prefix(1);  // stuffed
    if (is_open && depth != depth_of_open) close();
    const bool is_signature = line == "-- ";
    if (is_signature) close();
    if (!is_open && depth > 0) open = std::string(depth, '>') + ' ';
    const bool flows = line.ends_with(' ') && !is_signature;
    if (flows && deletes_space) line.remove_suffix(1);
    open.append(line);
    is_open = true;
    depth_of_open = depth;
    if (!flows) close();
  }
  close();
  return out;
}

std::string with_plain_line_ends(std::string text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\r') {
      if (at + 1 == text.size() || text[at + 1] != '\n') out += '\n';
      continue;
    }
    out += text[at];
  }
  return out;
}

// HTML may name its charset itself.
std::string charset_in_html(std::string_view html) {
  const std::string begin = lower(html.substr(0, 2048));
  const auto at = begin.find("charset=");
  if (at == std::string::npos) return {};
  std::string_view name = std::string_view(begin).substr(at + 8);
  if (name.starts_with('"') || name.starts_with('\'')) name.remove_prefix(1);
  return std::string(name.substr(0, name.find_first_of("\"' ;/>")));
}

// ------------------------------------------------------------------ a whole mail

struct Body {
  std::string text, html;
};

void append_paragraph(std::string& to, std::string_view more) {
  if (trimmed(more).empty()) return;
  if (!to.empty() && !to.ends_with('\n')) to += '\n';
  to.append(more);
}

class MailReader {
 public:
  explicit MailReader(Mail& mail, std::size_t size) : mail_(mail), passes_(kMaxPasses * size) {}

  Body read_message(Entity message, const std::string& path, std::size_t depth) {
    if (message.is_multipart()) return read_multipart(message, path, depth);
    return read_leaf(message, path.empty() ? "1" : path + ".1", depth);
  }

  [[nodiscard]] bool& cut() { return cut_; }
  [[nodiscard]] bool repaired() const { return repaired_; }

 private:
  // nullopt where the limits forbid to look into it.
  std::optional<std::vector<std::string_view>> open(const Entity& entity, std::size_t depth) {
    const std::string boundary = entity.boundary();
    if (boundary.empty() || boundary.size() > kMaxBoundary) return std::nullopt;
    if (depth >= kMaxMailDepth || passes_ < entity.body.size()) {
      cut_ = true;
      return std::nullopt;
    }
    passes_ -= entity.body.size();
    const std::size_t room = kMaxMailParts - parts_;
    auto children = children_of(entity.body, boundary, room + 1);
    if (children.size() > room) {
      children.resize(room);
      cut_ = true;
    }
    parts_ += children.size();
    return children;
  }

  Body read_multipart(const Entity& entity, const std::string& path, std::size_t depth) {
    auto children = open(entity, depth);
    // Without a boundary, or too deep: what can be read as text is, and the rest lies in the raw mail.
    if (!children || children->empty()) return read_text(entity, "text/plain");
    if (entity.media_type == "multipart/report" && path.empty() && read_report(entity, *children)) return {};
    if (entity.media_type == "multipart/encrypted") mail_.flags.emplace_back("encrypted");
    const bool is_alternative = entity.media_type == "multipart/alternative";
    Body body;
    for (std::size_t index = 0; index < children->size(); ++index) {
      Entity child = read_entity((*children)[index], kMaxPartHeaderBytes, entity.media_type == "multipart/digest", cut_);
      const std::string name = (path.empty() ? "" : path + ".") + std::to_string(index + 1);
      Body part = child.is_multipart() ? read_multipart(child, name, depth + 1) : read_leaf(child, name, depth + 1);
      if (is_alternative) {
        // The same thing said twice.
        if (trimmed(body.text).empty()) body.text = std::move(part.text);
        if (!part.html.empty()) body.html = std::move(part.html);
        continue;
      }
      // One thing after the other: HTML among plain texts must not be lost for them.
      if (trimmed(part.text).empty() && !part.html.empty() && !trimmed(body.text).empty()) part.text = text_of_html(part.html);
      if (trimmed(body.text).empty() && !body.html.empty() && !trimmed(part.text).empty()) body.text = text_of_html(body.html) + '\n';
      append_paragraph(body.text, part.text);
      append_paragraph(body.html, part.html);
    }
    return body;
  }

  Body read_leaf(const Entity& entity, const std::string& path, std::size_t depth) {
    const bool is_body_text = entity.disposition != "attachment" && entity.name.empty();
    if (is_body_text && (entity.media_type == "text/plain" || entity.media_type == "text/html"))
      return read_text(entity, entity.media_type);
    // A signature is about the mail, not in it.
    if (entity.media_type == "application/pgp-signature" || entity.media_type == "application/pkcs7-signature" ||
        entity.media_type == "application/x-pkcs7-signature") {
      return {};
    }
    if (entity.media_type == "application/pkcs7-mime" || entity.media_type == "application/x-pkcs7-mime") {
      mail_.flags.emplace_back(lower(entity.parameter("smime-type")) == "signed-data" ? "signed_opaque" : "encrypted");
    }
    std::string content_id = value_of(entity.fields, "Content-ID");
    const auto ids = read_message_ids(content_id);
    mail_.attachments.push_back(
        {.mime_type = entity.media_type, .name = entity.name, .content_id = ids.empty() ? std::string{} : ids.front(), .part = path});
    if (entity.is_readable_mail() && depth < kMaxMailDepth) read_forwarded(entity, path, depth);
    return {};
  }

  void read_forwarded(const Entity& entity, const std::string& path, std::size_t depth) {
    Entity inner = read_entity(without_preamble(entity.body), kMaxPartHeaderBytes, false, cut_);
    ForwardedMail forwarded{.from = decode_mail_header(value_of(inner.fields, "From")),
                            .date = decode_mail_header(value_of(inner.fields, "Date")),
                            .subject = decode_mail_header(value_of(inner.fields, "Subject")),
                            .text = {}};
    const std::size_t at = mail_.forwarded.size();
    mail_.forwarded.push_back(std::move(forwarded));
    Body body = read_message(std::move(inner), path, depth + 1);
    mail_.forwarded[at].text = trimmed(body.text).empty() ? text_of_html(body.html) : std::move(body.text);
  }

  Body read_text(const Entity& entity, std::string_view type) {
    const bool is_html = type == "text/html";
    std::size_t& room = is_html ? html_room_ : text_room_;
    std::string bytes = decoded(entity, room, cut_);
    room -= bytes.size();
    std::string charset = entity.parameter("charset");
    if (charset.empty() && is_html) charset = charset_in_html(bytes);
    std::string text = with_plain_line_ends(mail_text_to_utf8(bytes, charset, repaired_));
    if (is_html) return {.text = {}, .html = std::move(text)};
    if (core::equals_ignoring_case(entity.parameter("format"), "flowed")) {
      text = unflowed(text, core::equals_ignoring_case(entity.parameter("delsp"), "yes"));
    }
    return {.text = std::move(text), .html = {}};
  }

  // False where it reports nothing that RFC 3464, 8098 or 5965 knows.
  bool read_report(const Entity& entity, const std::vector<std::string_view>& children) {
    MailReport report;
    bool is_known = false;
    for (const std::string_view region : children) {
      const Entity child = read_entity(region, kMaxPartHeaderBytes, false, cut_);
      const std::string& type = child.media_type;
      if (type == "message/disposition-notification" || type == "message/feedback-report") {
        report.kind = type == "message/feedback-report" ? MailReport::Kind::abuse : MailReport::Kind::read_receipt;
        is_known = true;
      } else if (type == "message/delivery-status" || type == "message/global-delivery-status") {
        is_known = true;
        read_delivery_status(child, report);
      } else if (type == "message/rfc822" || type == "text/rfc822-headers" || type == "message/global-headers") {
        bool ignored = false;
        const std::string original = decoded(child, kMaxPartHeaderBytes, ignored);
        const Entity inner = read_entity(without_preamble(original), kMaxPartHeaderBytes, false, ignored);
        if (auto ids = read_message_ids(value_of(inner.fields, "Message-ID")); !ids.empty())
          report.original_message_id = std::move(ids.front());
      }
    }
    if (!is_known) {
      const std::string type = lower(entity.parameter("report-type"));
      is_known = type == "delivery-status" || type == "disposition-notification" || type == "feedback-report";
      if (type == "disposition-notification") report.kind = MailReport::Kind::read_receipt;
      if (type == "feedback-report") report.kind = MailReport::Kind::abuse;
    }
    if (is_known) mail_.report = std::move(report);
    return is_known;
  }

  // One block for the mail, then one for each recipient. A failure counts more than what went well elsewhere.
  void read_delivery_status(const Entity& entity, MailReport& report) {
    std::string fields = with_plain_line_ends(decoded(entity, kMaxPartHeaderBytes, cut_));
    std::string_view rest = fields;
    while (!rest.empty()) {
      const auto end = std::min(rest.find("\n\n"), rest.size());
      const Headers block = fields_of(rest.substr(0, end), kMaxPartHeaderBytes, cut_);
      rest.remove_prefix(std::min(end + 2, rest.size()));
      std::string action = lower(valid(value_of(block, "Action")));
      if (action.empty() || report.action == "failed") continue;
      report.action = std::move(action);
      const std::string status = valid(value_of(block, "Status"));
      report.status = status.substr(0, status.find(' '));
    }
  }

  Mail& mail_;
  std::size_t passes_;
  std::size_t parts_ = 0;
  std::size_t text_room_ = kMaxMailTextBytes, html_room_ = kMaxMailTextBytes;
  bool cut_ = false, repaired_ = false;
};

void append_addresses(std::vector<MailAddress>& to, InternetAddressList* list) {
  const int count = list == nullptr ? 0 : internet_address_list_length(list);
  for (int index = 0; index < count && to.size() < kMaxAddresses; ++index) {
    InternetAddress* const address = internet_address_list_get_address(list, index);
    if (INTERNET_ADDRESS_IS_GROUP(address)) {
      append_addresses(to, internet_address_group_get_members(INTERNET_ADDRESS_GROUP(address)));
      continue;
    }
    const char* name = internet_address_get_name(address);
    const char* mailbox = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address));
    to.push_back({.name = name == nullptr ? std::string{} : valid(name), .address = mailbox == nullptr ? std::string{} : valid(mailbox)});
  }
}

}  // namespace

std::string mail_text_to_utf8(std::string_view bytes, std::string_view charset, bool& repaired) {
  const std::string_view meaning = meaning_of(charset);
  if (meaning.front() >= 'a' && meaning.front() <= 'z') return from_iconv(bytes, meaning, repaired);
  DecodedText decoded_text = to_utf8(bytes, meaning);
  repaired = repaired || decoded_text.repaired;
  return std::move(decoded_text.text);
}

std::string decode_mail_header(std::string_view value) {
  value = value.substr(0, kMaxPartHeaderBytes);
  return valid(taken(g_mime_utils_header_decode_text(options(), with_true_charsets(unfolded(value)).c_str())));
}

std::vector<MailAddress> read_mail_addresses(std::string_view value) {
  std::string line = with_true_charsets(unfolded(value.substr(0, kMaxPartHeaderBytes)));
  // GMime opens groups within groups by recursion, without an end.
  std::size_t colons = 0;
  for (char& c : line) {
    if (c == ':' && ++colons > kMaxGroups) c = ' ';
  }
  const Owned<InternetAddressList> list(internet_address_list_parse(options(), line.c_str()));
  std::vector<MailAddress> addresses;
  append_addresses(addresses, list.get());
  return addresses;
}

std::vector<std::string> read_message_ids(std::string_view value) {
  std::vector<std::string> ids;
  const std::string line = valid(unfolded(value));
  std::string_view rest = line;
  if (!rest.contains('<')) {
    // Some programs leave the brackets out.
    rest = rest.substr(0, rest.find(' '));
    if (!rest.empty()) ids.emplace_back(rest);
    return ids;
  }
  while (ids.size() < kMaxIds && rest.contains('<')) {
    rest.remove_prefix(rest.find('<') + 1);
    std::string id(rest.substr(0, rest.find('>')));
    std::erase(id, ' ');
    if (!id.empty()) ids.push_back(std::move(id));
  }
  return ids;
}

std::optional<core::Timestamp> read_mail_date(std::string_view value) {
  options();  // GMime is to be started before
  GDateTime* const date = g_mime_utils_header_decode_date(unfolded(value).c_str());
  if (date == nullptr) return std::nullopt;
  const gint64 seconds = g_date_time_to_unix(date);
  g_date_time_unref(date);
  return core::Timestamp{std::chrono::seconds{seconds}};
}

void read_mail_headers(Mail& mail, Headers headers) {
  for (auto& [name, value] : headers) value = unfolded(value);
  const auto first_of = [](std::vector<std::string> ids) { return ids.empty() ? std::string{} : std::move(ids.front()); };
  mail.message_id = first_of(read_message_ids(value_of(headers, "Message-ID")));
  mail.in_reply_to = read_message_ids(value_of(headers, "In-Reply-To"));
  mail.references = read_message_ids(value_of(headers, "References"));
  const std::string from = value_of(headers, "From");
  if (auto addresses = read_mail_addresses(from); !addresses.empty()) mail.from = std::move(addresses.front());
  else mail.from.name = decode_mail_header(from);
  mail.reply_to = read_mail_addresses(value_of(headers, "Reply-To"));
  mail.to = read_mail_addresses(value_of(headers, "To"));
  mail.cc = read_mail_addresses(value_of(headers, "Cc"));
  mail.subject = decode_mail_header(value_of(headers, "Subject"));
  mail.date = read_mail_date(value_of(headers, "Date"));
  for (auto& [name, value] : headers) {
    value = valid(value);
    if (core::equals_ignoring_case(name, "Return-Path") && !mail.envelope_sender && !value.empty()) {
      mail.envelope_sender = first_of(read_message_ids(value));
    }
    const bool names_recipient = core::equals_ignoring_case(name, "Delivered-To") || core::equals_ignoring_case(name, "X-Original-To") ||
                                 core::equals_ignoring_case(name, "Envelope-To");
    if (!names_recipient || mail.delivered_to.size() >= kMaxAddresses) continue;
    if (auto ids = read_message_ids(value); !ids.empty()) mail.delivered_to.push_back(std::move(ids.front()));
  }
  mail.headers = std::move(headers);
}

Mail read_mail(std::string_view raw) {
  Mail mail;
  bool cut = raw.size() > kMaxMailBytes;
  raw = without_preamble(raw.substr(0, kMaxMailBytes));
  Entity message = read_entity(raw, kMaxMailHeaderBytes, false, cut);
  read_mail_headers(mail, message.fields);
  MailReader reader(mail, raw.size());
  Body body = reader.read_message(std::move(message), "", 0);
  mail.text = std::move(body.text);
  mail.html = std::move(body.html);
  if (reader.repaired()) mail.flags.emplace_back("repaired");
  if (cut || reader.cut()) mail.flags.emplace_back("truncated");
  return mail;
}

core::Result<std::string> part_of(std::string_view raw, std::string_view path) {
  bool cut = false;
  Entity entity = read_entity(without_preamble(raw.substr(0, kMaxMailBytes)), kMaxMailHeaderBytes, false, cut);
  bool is_fresh = true;  // the mail itself: of one that has no parts, "1" is all
  std::size_t passes = kMaxPasses * entity.body.size();
  for (std::size_t depth = 0; !path.empty(); ++depth) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), number);
    const bool ends_well = end == path.data() + path.size() || (end + 1 < path.data() + path.size() && *end == '.');
    if (error != std::errc{} || !ends_well || number == 0 || number > kMaxMailParts || depth > kMaxMailDepth) break;
    path.remove_prefix(std::min(static_cast<std::size_t>(end - path.data()) + 1, path.size()));
    const bool begins_mail = is_fresh || entity.is_readable_mail();
    if (!is_fresh && entity.is_readable_mail()) entity = read_entity(without_preamble(entity.body), kMaxPartHeaderBytes, false, cut);
    is_fresh = false;
    if (entity.is_multipart()) {
      const std::string boundary = entity.boundary();
      if (boundary.empty() || boundary.size() > kMaxBoundary || passes < entity.body.size()) break;
      passes -= entity.body.size();
      const auto children = children_of(entity.body, boundary, number);
      if (children.size() < number) break;
      entity = read_entity(children[number - 1], kMaxPartHeaderBytes, entity.media_type == "multipart/digest", cut);
    } else if (number != 1 || !begins_mail) {
      break;
    }
    if (path.empty()) {
      bool is_too_large = false;
      std::string content = decoded(entity, kMaxMailBytes, is_too_large);
      if (is_too_large) return core::fail(Errc::too_large, "the part is larger than a mail may be");
      return content;
    }
  }
  return core::fail(Errc::not_found, "the mail has no such part");
}

}  // namespace satupintu::adapters
