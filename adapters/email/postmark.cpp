// SPDX-License-Identifier: Apache-2.0
#include "adapters/email/postmark.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "adapters/email/mail.hpp"
#include "adapters/email/mime.hpp"
#include "adapters/json.hpp"
#include "adapters/request_head.hpp"
#include "adapters/shared_secret.hpp"
#include "core/crypto.hpp"

namespace satupintu::adapters {

using core::Errc;
using core::Event;
using core::HttpRequest;
using core::Result;

namespace {

// Attachments of 35 MB are 47 MB in base64.
constexpr std::uint64_t kMaxBodyBytes = 50'000'000;
// What holds files: of them only the place is remembered. A test of Postmark's says "Data". The raw mail would say everything again.
constexpr std::array<std::string_view, 3> kBulkyKeys{"Content", "Data", "RawEmail"};

// A 403 ends Postmark's repeating for good; after anything else it tries again for ten hours.
const AdapterInfo kInfo{
    .name = "email/postmark", .channel = core::Channel::email, .methods = {"POST"}, .max_body_bytes = kMaxBodyBytes, .refusal_status = 401};

// ------------------------------------------------------------------ JSON with files in it

// Where the string that begins at `quote` ends: at its closing quote, or at the end of `json`.
std::size_t end_of_string(std::string_view json, std::size_t quote) {
  std::size_t at = quote + 1;
  while (true) {
    at = std::min(json.find_first_of("\"\\", at), json.size());
    if (at == json.size() || json[at] == '"') return at;
    at = std::min(at + 2, json.size());
  }
}

// The document with [begin,length] in place of every bulky string, so that megabytes of files are neither parsed nor copied.
std::string without_files(std::string_view json) {
  std::string slim;
  bool is_bulky = false;
  std::size_t copied = 0;
  for (std::size_t quote = json.find('"'); quote < json.size(); quote = json.find('"', quote + 1)) {
    const std::size_t end = end_of_string(json, quote);
    const std::string_view text = json.substr(quote + 1, end - quote - 1);
    const std::size_t next = std::min(json.find_first_not_of(" \t\r\n", end + 1), json.size());
    if (next < json.size() && json[next] == ':') {
      is_bulky = std::ranges::find(kBulkyKeys, text) != kBulkyKeys.end();
      const std::size_t value = std::min(json.find_first_not_of(" \t\r\n", next + 1), json.size());
      is_bulky = is_bulky && value < json.size() && json[value] == '"';
    } else if (is_bulky && end < json.size()) {
      slim.append(json, copied, quote - copied);
      slim += '[' + std::to_string(quote + 1) + ',' + std::to_string(text.size()) + ']';
      copied = end + 1;
      is_bulky = false;
    }
    quote = end;
    if (quote == json.size()) break;
  }
  return slim.append(json, copied);
}

std::optional<std::uint32_t> base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a') + 26;
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0') + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return std::nullopt;
}

// Base64 as it stands in JSON, with the escapes that writers of JSON put into it: "\/", "\r\n", "\u002B".
std::string from_base64_in_json(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  unsigned count = 0;
  while (!text.empty()) {
    char c = text.front();
    text.remove_prefix(1);
    if (c == '\\') {
      c = text.empty() ? '=' : text.front();
      text.remove_prefix(std::min<std::size_t>(1, text.size()));
      if (c == 'u') {
        const auto unit = core::from_hex(text.substr(0, 4));
        c = unit && unit->size() == 2 && unit->front() == '\0' ? unit->back() : '=';
        text.remove_prefix(std::min<std::size_t>(4, text.size()));
      } else if (c != '/') {
        continue;  // the end of a line
      }
    }
    const auto digit = base64_digit(c);
    if (!digit) continue;
    bits = bits << 6U | *digit;
    if (++count % 4 != 1) bytes += static_cast<char>(bits >> (6 - 2 * ((count - 1) % 4)) & 0xFFU);
  }
  return bytes;
}

// "begin+length", of a string in the body.
std::optional<std::string_view> slice_of(std::string_view body, std::string_view place) {
  std::size_t begin = 0, length = 0;
  const std::string_view first = take_until(place, "+");
  const auto read = [](std::string_view digits, std::size_t& number) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return error == std::errc{} && end == digits.data() + digits.size();
  };
  if (!read(first, begin) || !read(place, length) || begin > body.size() || length > body.size() - begin) return std::nullopt;
  return body.substr(begin, length);
}

// ------------------------------------------------------------------ the mail

MailAddress read_address(const JsonView& full) { return {.name = full["Name"].text(), .address = full["Email"].text()}; }

std::vector<MailAddress> read_addresses(const JsonView& list) {
  std::vector<MailAddress> addresses;
  for (const JsonView full : list.elements()) {
    if (MailAddress address = read_address(full); !address.address.empty()) addresses.push_back(std::move(address));
  }
  return addresses;
}

void read_files(const JsonView& list, Mail& mail) {
  for (const JsonView file : list.elements()) {
    if (mail.attachments.size() == kMaxMailParts) {
      mail.flags.emplace_back("truncated");
      return;
    }
    const JsonView content = file["Content"].exists() ? file["Content"] : file["Data"];
    const auto place = content.elements();
    if (place.size() != 2) continue;
    std::string type = file["ContentType"].text();
    const auto ids = read_message_ids('<' + file["ContentID"].text() + '>');
    mail.attachments.push_back({.mime_type = type.substr(0, type.find(';')),
                                .name = file["Name"].text(),
                                .content_id = ids.empty() ? std::string{} : ids.front(),
                                .part = place[0].id() + '+' + place[1].id()});
  }
}

// "lapor+SP-…@kota.example" again, of the part behind the plus that Postmark tells: what it received may have been forwarded to an
// address of its own.
std::string with_tag(std::string_view address, std::string_view tag) {
  const auto at = std::min(address.rfind('@'), address.size());
  return std::string(address.substr(0, at)).append("+").append(tag).append(address.substr(at));
}

Mail read_mail_of(const JsonView& root, const MailRules& rules) {
  Mail mail;
  std::vector<std::pair<std::string, std::string>> headers;
  for (const JsonView header : root["Headers"].elements()) headers.emplace_back(header["Name"].text(), header["Value"].text());
  read_mail_headers(mail, std::move(headers));
  if (mail.message_id.empty() && !root["MessageID"].text().empty()) mail.message_id = "postmark:" + root["MessageID"].text();
  if (MailAddress from = read_address(root["FromFull"]); !from.address.empty()) mail.from = std::move(from);
  if (mail.from.address.empty()) mail.from.address = root["From"].text();
  mail.to = read_addresses(root["ToFull"]);
  mail.cc = read_addresses(root["CcFull"]);
  if (mail.reply_to.empty()) mail.reply_to = read_mail_addresses(root["ReplyTo"].text());
  for (MailAddress& address : read_addresses(root["BccFull"])) mail.delivered_to.push_back(std::move(address.address));
  if (std::string recipient = root["OriginalRecipient"].text(); !recipient.empty()) mail.delivered_to.push_back(std::move(recipient));
  if (const std::string tag = root["MailboxHash"].text(); !tag.empty() && !rules.own_addresses.empty())
    mail.delivered_to.push_back(with_tag(rules.own_addresses.front(), tag));
  mail.subject = root["Subject"].text();
  if (!mail.date) mail.date = read_mail_date(root["Date"].text());
  mail.text = root["TextBody"].text();
  mail.html = root["HtmlBody"].text();
  if (mail.text.empty() && mail.html.empty()) mail.text = root["StrippedTextReply"].text();
  read_files(root["Attachments"], mail);
  return mail;
}

class EmailPostmark final : public Adapter {
 public:
  EmailPostmark(std::string account, core::Settings& settings)
      : account_(account), secret_(std::move(account), settings), rules_(read_mail_rules(settings)) {}

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }

  [[nodiscard]] Result<core::Admission> admit(const HttpRequest& request, core::Timestamp now) const override {
    if (request.method != "POST") return core::fail(Errc::malformed, "the method is not POST");
    if (request.body.size() > kMaxBodyBytes) return core::fail(Errc::too_large, "the body is larger than any mail that Postmark takes");
    if (!secret_.is_in(request)) return core::fail(Errc::unauthentic, "the secret is missing or wrong");
    return core::Admission{.delivery = core::Delivery{.account = account_, .received_at = now, .head = {}, .body = request.body},
                           .answer = {}};
  }

  [[nodiscard]] Result<std::vector<Event>> decode(const core::Delivery& delivery) const override {
    const auto document = JsonDocument::parse(without_files(delivery.body));
    if (!document) return std::unexpected(document.error());
    const JsonView root = document->root();
    if (const JsonView type = root["RecordType"]; type.exists() && type.text() != "Inbound")
      return std::vector<Event>{core::Ignored{"other_record", {}}};
    const bool is_mail = root["FromFull"].is_object() || root["From"].is_text() || root["Headers"].is_list();
    if (!is_mail) return std::vector<Event>{core::Ignored{"not_a_mail", {}}};
    Mail mail = read_mail_of(root, rules_);
    if (document->repaired()) mail.flags.emplace_back("repaired");
    return std::vector<Event>{event_of(std::move(mail), rules_, delivery.body)};
  }

  [[nodiscard]] Result<std::string> extract(const core::Delivery& delivery, const core::Attachment& attachment) const override {
    const auto slice = slice_of(delivery.body, attachment.inline_part);
    if (!slice) return core::fail(Errc::not_found, "the delivery has no such file");
    return from_base64_in_json(*slice);
  }

  void sign(HttpRequest& request) const override { secret_.put_into(request); }

  [[nodiscard]] HttpRequest compose(const Utterance& utterance, core::Timestamp) const override {
    const std::string hash = core::sha256_hex(utterance.external_id);
    const std::string sender = utterance.phone.substr(utterance.phone.starts_with('+') ? 1 : 0) + "@warga.example";
    const std::string recipient = rules_.own_addresses.empty() ? "lapor@contoh.example" : rules_.own_addresses.front();
    const std::string uuid =
        hash.substr(0, 8) + '-' + hash.substr(8, 4) + "-4" + hash.substr(13, 3) + "-8" + hash.substr(17, 3) + '-' + hash.substr(20, 12);
    HttpRequest request{.method = "POST", .path = {}, .query = {}, .headers = {{"Content-Type", "application/json"}}, .body = {}};
    request.body = R"({"FromName":)" + to_json_string(utterance.name) + R"(,"MessageStream":"inbound","From":)" + to_json_string(sender) +
                   R"(,"FromFull":{"Email":)" + to_json_string(sender) + R"(,"Name":)" + to_json_string(utterance.name) +
                   R"(,"MailboxHash":""},"To":)" + to_json_string(recipient) + R"(,"ToFull":[{"Email":)" + to_json_string(recipient) +
                   R"(,"Name":"","MailboxHash":""}],"OriginalRecipient":)" + to_json_string(recipient) +
                   R"(,"Subject":"Laporan warga","MessageID":")" + uuid + R"(","MailboxHash":"","TextBody":)" +
                   to_json_string(utterance.text) + R"(,"HtmlBody":"","StrippedTextReply":"","Headers":[{"Name":"Message-ID","Value":"<)" +
                   hash.substr(0, 32) + R"(@warga.example>"}],"Attachments":[]})";
    return request;
  }

 private:
  std::string account_;
  SharedSecret secret_;
  MailRules rules_;
};

}  // namespace

std::unique_ptr<Adapter> make_email_postmark(std::string account, core::Settings& settings) {
  return std::make_unique<EmailPostmark>(std::move(account), settings);
}

}  // namespace satupintu::adapters
