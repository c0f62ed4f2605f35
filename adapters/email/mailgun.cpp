// SPDX-License-Identifier: Apache-2.0
#include "adapters/email/mailgun.hpp"

#include <algorithm>
#include <charconv>
#include <deque>
#include <ranges>
#include <utility>

#include "adapters/answer.hpp"
#include "adapters/email/mail.hpp"
#include "adapters/email/mime.hpp"
#include "adapters/form.hpp"
#include "adapters/json.hpp"
#include "adapters/multipart.hpp"
#include "adapters/request_head.hpp"
#include "adapters/signature.hpp"
#include "adapters/url.hpp"
#include "core/crypto.hpp"

namespace satupintu::adapters {

using boost::asio::awaitable;
using core::Errc;
using core::Event;
using core::HttpRequest;
using core::Result;

namespace {

// A mail of 25 MB; a urlencoded form makes it longer.
constexpr std::uint64_t kMaxBodyBytes = 50'000'000;
constexpr std::size_t kSignatureDigits = 64;
constexpr std::chrono::minutes kClockDifference{5};
constexpr std::string_view kRawMail = "message/rfc822";
constexpr std::string_view kFilePrefix = "attachment-";

const AdapterInfo kInfo{.name = "email/mailgun", .channel = core::Channel::email, .methods = {"POST"}, .max_body_bytes = kMaxBodyBytes};

bool is_content_type(std::string_view name) { return core::equals_ignoring_case(name, "Content-Type"); }

// ------------------------------------------------------------------ the form

// The fields of one post in either encoding. Mailgun adds every header of the mail as a field of its own, so that a sender can write
// one named "token"; Mailgun's stand behind, hence the last of a name counts. Views last as long as the body and this.
class Fields {
 public:
  Fields(std::string_view content_type, std::string_view body) {
    if (auto form = MultipartForm::parse(content_type, body)) {
      parts_ = std::move(*form);
      return;
    }
    if (is_multipart_form(content_type)) return;
    while (!body.empty()) {
      std::string_view value = take_until(body, "&");
      const std::string_view name = take_until(value, "=");
      pairs_.emplace_back(percent_decode(name), value);
    }
  }

  [[nodiscard]] bool has(std::string_view name) const {
    return (parts_ && parts_->first(name) != nullptr) || std::ranges::find(pairs_, name, &Pair::first) != pairs_.end();
  }

  [[nodiscard]] std::string_view last(std::string_view name) {
    const std::string_view encoded = last_as_it_stands(name);
    return parts_ || encoded.find_first_of("%+") == std::string_view::npos ? encoded : decoded_.emplace_back(percent_decode(encoded));
  }

  [[nodiscard]] std::string_view last_as_it_stands(std::string_view name) const {
    if (parts_) {
      const FormPart* const part = parts_->last(name);
      return part == nullptr ? std::string_view{} : part->bytes;
    }
    const auto backwards = pairs_ | std::views::reverse;
    const auto found = std::ranges::find(backwards, name, &Pair::first);
    return found == backwards.end() ? std::string_view{} : found->second;
  }

  [[nodiscard]] const FormPart* file(std::string_view name) const { return parts_ ? parts_->last(name) : nullptr; }
  [[nodiscard]] bool cut_short() const { return parts_ && parts_->cut_short(); }

 private:
  using Pair = std::pair<std::string, std::string_view>;  // the value is still encoded
  std::optional<MultipartForm> parts_;
  std::vector<Pair> pairs_;
  std::deque<std::string> decoded_;
};

// ------------------------------------------------------------------ the mail

std::vector<std::pair<std::string, std::string>> read_headers(std::string_view json) {
  std::vector<std::pair<std::string, std::string>> headers;
  const auto document = JsonDocument::parse(json);
  if (!document) return headers;
  for (const JsonView header : document->root().elements()) {
    const auto pair = header.elements();
    if (pair.size() == 2) headers.emplace_back(pair[0].text(), pair[1].text());
  }
  return headers;
}

// {"<foto1@contoh.example>": "attachment-1"}, turned round.
std::string content_id_of(const JsonView& map, std::string_view attachment) {
  for (const auto& [id, named] : map.members()) {
    if (named.text() != attachment) continue;
    const auto ids = read_message_ids(id);
    return ids.empty() ? id : ids.front();
  }
  return {};
}

void read_files(Fields& fields, Mail& mail) {
  std::size_t count = 0;
  const std::string_view digits = fields.last("attachment-count");
  std::from_chars(digits.data(), digits.data() + digits.size(), count);
  const auto map = JsonDocument::parse(fields.last("content-id-map"));
  for (std::size_t number = 1; number <= std::min(count, kMaxMailParts); ++number) {
    const std::string name = std::string(kFilePrefix) + std::to_string(number);
    const FormPart* const file = fields.file(name);
    if (file == nullptr) continue;
    std::string_view type = file->content_type;
    mail.attachments.push_back({.mime_type = std::string(take_until(type, ";")),
                                .name = file->file_name,
                                .content_id = map ? content_id_of(map->root(), name) : std::string{},
                                .part = name});
  }
  if (mail.attachments.size() < count) mail.flags.emplace_back("truncated");
}

// What Mailgun keeps for three days, where the route's action is store().
void read_stored_files(std::string_view json, Mail& mail) {
  const auto document = JsonDocument::parse(json);
  if (!document) return;
  for (const JsonView file : document->root().elements()) {
    if (mail.attachments.size() == kMaxMailParts) break;
    std::string url = file["url"].text();
    if (url.empty()) continue;
    mail.attachments.push_back(
        {.mime_type = file["content-type"].text(), .name = file["name"].text(), .content_id = {}, .part = {}, .url = std::move(url)});
  }
}

// Of a form in which Mailgun has read the mail for us.
Mail read_parsed(Fields& fields) {
  Mail mail;
  auto headers = read_headers(fields.last("message-headers"));
  if (headers.empty()) {
    for (const std::string_view name : {"Message-Id", "From", "To", "Subject", "Date", "In-Reply-To", "References"}) {
      if (fields.has(name)) headers.emplace_back(name, fields.last(name));
    }
  }
  read_mail_headers(mail, std::move(headers));
  if (fields.has("sender")) mail.envelope_sender = fields.last("sender");
  if (mail.subject.empty()) mail.subject = fields.last("subject");
  if (mail.from.address.empty()) {
    auto senders = read_mail_addresses(fields.last("from"));
    if (!senders.empty()) mail.from = std::move(senders.front());
  }
  bool repaired = false;
  mail.text = mail_text_to_utf8(fields.last("body-plain"), "UTF-8", repaired);
  mail.html = mail_text_to_utf8(fields.last("body-html"), "UTF-8", repaired);
  if (repaired) mail.flags.emplace_back("repaired");
  read_files(fields, mail);
  if (mail.attachments.empty()) read_stored_files(fields.last("attachments"), mail);
  return mail;
}

void add_envelope(std::string_view recipients, Mail& mail) {
  for (const MailAddress& address : read_mail_addresses(recipients)) {
    if (std::ranges::find(mail.delivered_to, address.address) == mail.delivered_to.end()) mail.delivered_to.push_back(address.address);
  }
}

class EmailMailgun final : public Adapter {
 public:
  EmailMailgun(std::string account, core::Settings& settings)
      : account_(std::move(account)),
        signing_keys_{
            .current = settings.secret("signing_key", "The HTTP webhook signing key of the Mailgun account (not an API key)."),
            .previous = settings.optional_secret("previous_signing_key", "The signing key before, accepted while it is being replaced.")},
        max_age_(settings.duration("max_age", "How old a signature may be. Mailgun repeats for eight hours.", std::chrono::minutes{1},
                                   std::chrono::days{30}, std::chrono::hours{12})),
        api_key_(settings.optional_secret("api_key", "An API key that may read messages. Needed only where a route stores mails.")),
        api_url_(settings.text("api_url", "Where Mailgun's API is; for a domain in Europe https://api.eu.mailgun.net.",
                               "https://api.mailgun.net")),
        rules_(read_mail_rules(settings)) {
    while (api_url_.ends_with('/')) api_url_.pop_back();
    if (host_of(api_url_).empty()) settings.mistake("api_url", "is no address", "write it as https://HOST");
  }

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }

  [[nodiscard]] Result<core::Admission> admit(const HttpRequest& request, core::Timestamp now) const override {
    if (request.method != "POST") return core::fail(Errc::malformed, "the method is not POST");
    if (request.body.size() > kMaxBodyBytes) return core::fail(Errc::too_large, "the body is larger than any mail that Mailgun takes");
    if (!is_signed(request, now)) return core::fail(Errc::unauthentic, "the signature is missing, wrong or too old");
    return core::Admission{
        .delivery =
            core::Delivery{.account = account_, .received_at = now, .head = to_head(request, is_content_type), .body = request.body},
        .answer = {}};
  }

  [[nodiscard]] Result<std::vector<Event>> decode(const core::Delivery& delivery) const override {
    const auto request = from_head(delivery.head);
    if (!request) return core::fail(Errc::unreadable, "the head is none that this adapter writes");
    const std::string_view type = request->header("Content-Type").value_or("");
    if (type == kRawMail) {
      const Form envelope = Form::parse(request->query);
      const std::string sender = envelope.value("sender");
      return std::vector<Event>{event_of_raw(delivery.body, envelope.has("sender") ? std::optional<std::string_view>(sender) : std::nullopt,
                                             envelope.value("recipient"))};
    }
    Fields fields(type, delivery.body);
    if (fields.has("body-plain") || fields.has("body-html") || fields.has("stripped-text"))
      return std::vector<Event>{event_of_form(fields)};
    if (fields.has("body-mime")) {
      const auto sender = fields.has("sender") ? std::optional(fields.last("sender")) : std::nullopt;
      return std::vector<Event>{event_of_raw(fields.last("body-mime"), sender, fields.last("recipient"))};
    }
    if (fields.has("message-url")) {
      const auto ids = read_message_ids(fields.last("Message-Id"));
      return std::vector<Event>{
          core::Pointer{.target = std::string(fields.last("message-url")), .external_id = ids.empty() ? std::string{} : ids.front()}};
    }
    if (fields.has("message-headers")) return std::vector<Event>{event_of_form(fields)};  // a mail that says nothing
    return std::vector<Event>{core::Ignored{"not_a_mail", {}}};
  }

  [[nodiscard]] std::vector<std::string> hosts() const override {
    if (!api_key_) return {};
    std::vector<std::string> hosts{host_of(api_url_)};
    if (hosts.front().ends_with(".mailgun.net")) hosts.emplace_back("*.api.mailgun.net");  // where stored mails are
    return hosts;
  }

  awaitable<Result<core::Delivery>> fetch(core::Pointer pointer, Transport& transport) const override {
    if (!is_stored_message(pointer.target)) co_return core::fail(Errc::refused, "that is no stored message of Mailgun");
    Call call = authorized(std::move(pointer.target));
    call.headers.emplace_back("Accept", "message/rfc2822");
    const auto body = body_of(co_await transport.call(std::move(call)));
    if (!body) co_return std::unexpected(body.error());
    const auto document = JsonDocument::parse(*body);
    if (!document) co_return std::unexpected(document.error());
    const JsonView message = document->root();
    if (!message["body-mime"].is_text()) co_return core::fail(Errc::unreadable, "the stored message has no body-mime");
    Form envelope;
    if (message["sender"].is_text()) envelope.add("sender", message["sender"].text());
    envelope.add("recipient", message["recipients"].text());
    const HttpRequest request{
        .method = "GET", .path = {}, .query = envelope.encoded(), .headers = {{"Content-Type", std::string(kRawMail)}}, .body = {}};
    co_return core::Delivery{.account = account_,
                             .received_at = transport.now(),
                             .head = to_head(request, is_content_type),
                             .body = message["body-mime"].text()};
  }

  awaitable<Result<Download>> download(core::Attachment attachment, Transport& transport) const override {
    if (!is_stored_message(attachment.url)) co_return core::fail(Errc::refused, "that is no stored message of Mailgun");
    co_return co_await transport.download(authorized(std::move(attachment.url)));
  }

  [[nodiscard]] Result<std::string> extract(const core::Delivery& delivery, const core::Attachment& attachment) const override {
    const auto request = from_head(delivery.head);
    if (!request) return core::fail(Errc::not_found, "the head is none that this adapter writes");
    const std::string_view type = request->header("Content-Type").value_or("");
    if (type == kRawMail) return part_of(delivery.body, attachment.inline_part);
    Fields fields(type, delivery.body);
    const bool is_field = attachment.inline_part.starts_with(kFilePrefix);
    if (!is_field && fields.has("body-mime")) return part_of(fields.last("body-mime"), attachment.inline_part);
    const FormPart* const file = is_field ? fields.file(attachment.inline_part) : nullptr;
    if (file == nullptr) return core::fail(Errc::not_found, "the form has no such file");
    return std::string(file->bytes);
  }

  void sign(HttpRequest& request) const override {
    const std::string_view type = request.header("Content-Type").value_or("");
    Fields fields(type, request.body);
    const std::string mac = core::to_hex(hmac_sha256(signing_keys_.current, signed_text(fields)));
    if (const std::string_view old = fields.last_as_it_stands("signature"); old.data() != nullptr) {
      request.body.replace(static_cast<std::size_t>(old.data() - request.body.data()), old.size(), mac);
    } else if (const std::string boundary = parameter_of(type, "boundary"); is_multipart_form(type) && !boundary.empty()) {
      request.body.insert(0, "--" + boundary + "\r\nContent-Disposition: form-data; name=\"signature\"\r\n\r\n" + mac + "\r\n");
    } else {
      request.body.insert(0, "signature=" + mac + (request.body.empty() ? "" : "&"));
    }
  }

  [[nodiscard]] HttpRequest compose(const Utterance& utterance, core::Timestamp now) const override {
    const std::string hash = core::sha256_hex(utterance.external_id);
    const std::string sender = utterance.phone.substr(utterance.phone.starts_with('+') ? 1 : 0) + "@warga.example";
    const std::string recipient = rules_.own_addresses.empty() ? "lapor@contoh.example" : rules_.own_addresses.front();
    const std::string from = to_json_string(utterance.name) + " <" + sender + '>';  // a quoted string is written alike in mails
    const std::string id = '<' + hash.substr(0, 32) + "@warga.example>";
    Form form;
    form.add("recipient", recipient);
    form.add("sender", sender);
    form.add("subject", "Laporan warga");
    form.add("from", from);
    form.add("message-headers", R"([["Message-Id",)" + to_json_string(id) + R"(],["From",)" + to_json_string(from) + R"(],["To",)" +
                                    to_json_string(recipient) + R"(],["Subject","Laporan warga"]])");
    form.add("body-plain", utterance.text);
    form.add("timestamp", std::to_string(core::to_unix_ms(now) / 1000));
    form.add("token", hash.substr(0, 50));
    return {.method = "POST",
            .path = {},
            .query = {},
            .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
            .body = form.encoded()};
  }

 private:
  static std::string signed_text(Fields& fields) { return std::string(fields.last("timestamp")).append(fields.last("token")); }

  [[nodiscard]] bool is_signed(const HttpRequest& request, core::Timestamp now) const {
    Fields fields(request.header("Content-Type").value_or(""), request.body);
    const std::string_view signature = fields.last("signature");
    const auto mac = signature.size() == kSignatureDigits ? core::from_hex(signature) : std::nullopt;
    if (!mac || !is_hmac_sha256(signing_keys_, signed_text(fields), *mac)) return false;
    const auto signed_at = core::parse_unix(fields.last("timestamp"));
    return signed_at && now - *signed_at <= max_age_ && *signed_at - now <= kClockDifference;
  }

  [[nodiscard]] Event event_of_raw(std::string_view raw, std::optional<std::string_view> sender, std::string_view recipients) const {
    Mail mail = read_mail(raw);
    if (sender) mail.envelope_sender = *sender;
    add_envelope(recipients, mail);
    return event_of(std::move(mail), rules_, raw);
  }

  [[nodiscard]] Event event_of_form(Fields& fields) const {
    Mail mail = read_parsed(fields);
    add_envelope(fields.last("recipient"), mail);
    if (fields.cut_short()) mail.flags.emplace_back("truncated");
    // Token and time change when Mailgun repeats itself, so that a mail without an id goes by what it says.
    std::string said;
    for (const std::string_view name : {"message-headers", "from", "subject", "body-plain", "body-html"})
      said.append(fields.last(name)) += '\n';
    return event_of(std::move(mail), rules_, said);
  }

  // The key goes nowhere else: the address comes from a form that a sender may have added to.
  [[nodiscard]] bool is_stored_message(std::string_view url) const {
    const std::vector<std::string> storage = hosts();
    if (storage.empty()) return false;
    const bool is_ours = url.starts_with(api_url_ + '/') || is_https_to(url, storage);
    const auto path = url.find("/v3/domains/");
    return is_ours && path != std::string_view::npos && url.find("/messages/", path) != std::string_view::npos &&
           url.find_first_of("?#%\\") == std::string_view::npos && !url.contains("/..");
  }

  [[nodiscard]] Call authorized(std::string url) const {
    return {.url = std::move(url),
            .headers = {{"Authorization", "Basic " + core::to_base64("api:" + std::string(api_key_ ? api_key_->reveal() : ""))}}};
  }

  std::string account_;
  LiveSecrets signing_keys_;
  std::chrono::milliseconds max_age_;
  std::optional<core::Secret> api_key_;
  std::string api_url_;
  MailRules rules_;
};

}  // namespace

std::unique_ptr<Adapter> make_email_mailgun(std::string account, core::Settings& settings) {
  return std::make_unique<EmailMailgun>(std::move(account), settings);
}

}  // namespace satupintu::adapters
