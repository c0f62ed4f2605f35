// SPDX-License-Identifier: Apache-2.0
#include "adapters/email/sendgrid.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "adapters/email/mail.hpp"
#include "adapters/email/mime.hpp"
#include "adapters/json.hpp"
#include "adapters/multipart.hpp"
#include "adapters/request_head.hpp"
#include "adapters/shared_secret.hpp"
#include "adapters/signature.hpp"
#include "core/crypto.hpp"

namespace satupintu::adapters {

using core::Errc;
using core::Event;
using core::HttpRequest;
using core::Result;

namespace {

// SendGrid's largest mails have 30 MB with everything.
constexpr std::uint64_t kMaxBodyBytes = 32'000'000;
constexpr std::string_view kSignatureHeader = "X-Twilio-Email-Event-Webhook-Signature";
constexpr std::string_view kTimestampHeader = "X-Twilio-Email-Event-Webhook-Timestamp";
constexpr std::string_view kFilePrefix = "attachment";
constexpr std::string_view kBoundary = "xYzZY-satu-pintu";
constexpr double kSpamScore = 5;  // SpamAssassin's own line

// SendGrid drops a mail on any 4xx, and repeats it for three days on a 5xx.
const AdapterInfo kInfo{
    .name = "email/sendgrid", .channel = core::Channel::email, .methods = {"POST"}, .max_body_bytes = kMaxBodyBytes, .refusal_status = 503};

bool is_content_type(std::string_view name) { return core::equals_ignoring_case(name, "Content-Type"); }

// A form whose text fields may each be in a charset of its own.
class Fields {
 public:
  explicit Fields(const MultipartForm& form) : form_(form), charsets_(JsonDocument::parse(bytes("charsets"))) {}

  [[nodiscard]] std::string_view bytes(std::string_view name) const {
    const FormPart* const part = form_.first(name);
    return part == nullptr ? std::string_view{} : part->bytes;
  }

  // In UTF-8, whatever SendGrid left it in.
  [[nodiscard]] std::string text(std::string_view name, bool& repaired) const {
    const std::string charset = charsets_ ? charsets_->root()[name].text() : std::string{};
    return mail_text_to_utf8(bytes(name), charset.empty() ? "UTF-8" : charset, repaired);
  }

 private:
  const MultipartForm& form_;
  Result<JsonDocument> charsets_;
};

// The mail's headers, as they came; a line that begins with a blank goes on from the one before.
std::vector<std::pair<std::string, std::string>> read_headers(std::string_view block) {
  std::vector<std::pair<std::string, std::string>> headers;
  while (!block.empty() && headers.size() < MultipartForm::kMaxParts) {
    std::string_view line = take_until(block, "\n");
    if (line.ends_with('\r')) line.remove_suffix(1);
    if ((line.starts_with(' ') || line.starts_with('\t')) && !headers.empty()) {
      headers.back().second.append(line);
    } else if (line.contains(':')) {
      const std::string_view name = take_until(line, ":");
      line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
      headers.emplace_back(name, line);
    }
  }
  return headers;
}

void read_files(const MultipartForm& form, const Fields& fields, Mail& mail) {
  const auto info = JsonDocument::parse(fields.bytes("attachment-info"));
  for (const FormPart& part : form.parts()) {
    const std::string_view number = std::string_view(part.name).substr(std::min(kFilePrefix.size(), part.name.size()));
    if (!part.name.starts_with(kFilePrefix) || number.empty() || number.find_first_not_of("0123456789") != std::string_view::npos) continue;
    if (mail.attachments.size() == kMaxMailParts) break;
    const JsonView told = info ? info->root()[part.name] : JsonView{};
    MailAttachment attachment{.mime_type = told["type"].text(), .name = told["filename"].text(), .content_id = {}, .part = part.name};
    if (std::string_view type = part.content_type; attachment.mime_type.empty()) attachment.mime_type = take_until(type, ";");
    if (attachment.name.empty()) attachment.name = part.file_name;
    const auto ids = read_message_ids('<' + told["content-id"].text() + '>');
    if (!ids.empty()) attachment.content_id = ids.front();
    mail.attachments.push_back(std::move(attachment));
  }
  std::size_t count = 0;
  const std::string_view digits = fields.bytes("attachments");
  std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (mail.attachments.size() < count) mail.flags.emplace_back("truncated");
}

// Of a form in which SendGrid has read the mail for us.
Mail read_parsed(const MultipartForm& form, const Fields& fields) {
  Mail mail;
  bool repaired = false;
  read_mail_headers(mail, read_headers(fields.bytes("headers")));
  mail.subject = fields.text("subject", repaired);
  if (mail.from.address.empty()) {
    auto senders = read_mail_addresses(fields.text("from", repaired));
    if (!senders.empty()) mail.from = std::move(senders.front());
  }
  mail.text = fields.text("text", repaired);
  mail.html = fields.text("html", repaired);
  if (repaired) mail.flags.emplace_back("repaired");
  read_files(form, fields, mail);
  return mail;
}

// What both kinds of form tell besides the mail.
void read_surroundings(const MultipartForm& form, const Fields& fields, Mail& mail) {
  if (const auto envelope = JsonDocument::parse(fields.bytes("envelope"))) {
    const JsonView root = envelope->root();
    if (root["from"].is_text()) mail.envelope_sender = root["from"].text();
    for (const JsonView to : root["to"].elements()) {
      if (std::string address = to.text(); std::ranges::find(mail.delivered_to, address) == mail.delivered_to.end())
        mail.delivered_to.push_back(std::move(address));
    }
  }
  double score = 0;
  const std::string_view digits = fields.bytes("spam_score");
  std::from_chars(digits.data(), digits.data() + digits.size(), score);
  if (score >= kSpamScore) mail.headers.emplace(mail.headers.begin(), "X-Spam-Flag", "YES");
  if (form.cut_short()) mail.flags.emplace_back("truncated");
}

std::optional<PublicKey> read_public_key(core::Settings& settings) {
  const std::string text = settings.text(
      "public_key", "The verification key of a parse webhook with a security policy, in base64: then every request must be signed, too.",
      "");
  if (text.empty()) return std::nullopt;
  auto key = PublicKey::read(text);
  if (key && key->is_p256()) return std::move(*key);
  settings.mistake("public_key", "is no key on the curve P-256", "copy it from SendGrid's answer when the security policy was made");
  return std::nullopt;
}

class EmailSendgrid final : public Adapter {
 public:
  EmailSendgrid(std::string account, core::Settings& settings)
      : account_(account),
        secret_(std::move(account), settings),
        public_key_(read_public_key(settings)),
        rules_(read_mail_rules(settings)) {}

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }

  [[nodiscard]] Result<core::Admission> admit(const HttpRequest& request, core::Timestamp now) const override {
    if (request.method != "POST") return core::fail(Errc::malformed, "the method is not POST");
    if (request.body.size() > kMaxBodyBytes) return core::fail(Errc::too_large, "the body is larger than any mail that SendGrid takes");
    if (!secret_.is_in(request) || !is_signed(request))
      return core::fail(Errc::unauthentic, "the secret or the signature is missing or wrong");
    return core::Admission{
        .delivery =
            core::Delivery{.account = account_, .received_at = now, .head = to_head(request, is_content_type), .body = request.body},
        .answer = {}};
  }

  [[nodiscard]] Result<std::vector<Event>> decode(const core::Delivery& delivery) const override {
    const auto form = form_of(delivery);
    if (!form) return std::unexpected(form.error());
    const Fields fields(*form);
    const std::string_view raw = fields.bytes("email");
    const bool is_read = form->first("headers") != nullptr || form->first("text") != nullptr || form->first("html") != nullptr;
    if (!is_read && form->first("email") == nullptr) return std::vector<Event>{core::Ignored{"not_a_mail", {}}};
    Mail mail = is_read ? read_parsed(*form, fields) : read_mail(raw);
    read_surroundings(*form, fields, mail);
    if (!is_read) return std::vector<Event>{event_of(std::move(mail), rules_, raw)};
    // The boundary is another one when SendGrid repeats itself, so that a mail without an id goes by what it says.
    const std::string said = std::string(fields.bytes("headers")).append(fields.bytes("text")).append(fields.bytes("html"));
    return std::vector<Event>{event_of(std::move(mail), rules_, said)};
  }

  [[nodiscard]] Result<std::string> extract(const core::Delivery& delivery, const core::Attachment& attachment) const override {
    const auto form = form_of(delivery);
    if (!form) return core::fail(Errc::not_found, "the delivery is no form");
    if (const FormPart* const raw = form->first("email"); raw != nullptr && !attachment.inline_part.starts_with(kFilePrefix))
      return part_of(raw->bytes, attachment.inline_part);
    const FormPart* const file = form->first(attachment.inline_part);
    if (file == nullptr || !attachment.inline_part.starts_with(kFilePrefix))
      return core::fail(Errc::not_found, "the form has no such file");
    return std::string(file->bytes);
  }

  void sign(HttpRequest& request) const override { secret_.put_into(request); }

  [[nodiscard]] HttpRequest compose(const Utterance& utterance, core::Timestamp) const override {
    const std::string sender = utterance.phone.substr(utterance.phone.starts_with('+') ? 1 : 0) + "@warga.example";
    const std::string recipient = rules_.own_addresses.empty() ? "lapor@contoh.example" : rules_.own_addresses.front();
    const std::string from = to_json_string(utterance.name) + " <" + sender + '>';  // a quoted string is written alike in mails
    const std::string headers = "Message-ID: <" + core::sha256_hex(utterance.external_id).substr(0, 32) + "@warga.example>\nFrom: " + from +
                                "\nTo: " + recipient + "\nSubject: Laporan warga\n";
    return {
        .method = "POST",
        .path = {},
        .query = {},
        .headers = {{"Content-Type", "multipart/form-data; boundary=" + std::string(kBoundary)}},
        .body = to_multipart_form({{"headers", headers},
                                   {"to", recipient},
                                   {"from", from},
                                   {"subject", "Laporan warga"},
                                   {"text", utterance.text},
                                   {"envelope", R"({"to":[)" + to_json_string(recipient) + R"(],"from":)" + to_json_string(sender) + '}'},
                                   {"attachments", "0"},
                                   {"charsets", R"({"to":"UTF-8","from":"UTF-8","subject":"UTF-8","text":"utf-8"})"}},
                                  kBoundary)};
  }

 private:
  static Result<MultipartForm> form_of(const core::Delivery& delivery) {
    const auto request = from_head(delivery.head);
    if (!request) return core::fail(Errc::unreadable, "the head is none that this adapter writes");
    return MultipartForm::parse(request->header("Content-Type").value_or(""), delivery.body);
  }

  [[nodiscard]] bool is_signed(const HttpRequest& request) const {
    if (!public_key_) return true;
    const auto timestamp = request.header(kTimestampHeader);
    const auto signature = core::from_base64(request.header(kSignatureHeader).value_or(""));
    return timestamp && signature && public_key_->has_signed(Digest::sha256, {*timestamp, request.body}, *signature);
  }

  std::string account_;
  SharedSecret secret_;
  std::optional<PublicKey> public_key_;
  MailRules rules_;
};

}  // namespace

std::unique_ptr<Adapter> make_email_sendgrid(std::string account, core::Settings& settings) {
  return std::make_unique<EmailSendgrid>(std::move(account), settings);
}

}  // namespace satupintu::adapters
