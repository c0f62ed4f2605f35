// SPDX-License-Identifier: Apache-2.0
#include "adapters/email/ses.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/answer.hpp"
#include "adapters/email/aws_signature.hpp"
#include "adapters/email/mail.hpp"
#include "adapters/email/mime.hpp"
#include "adapters/form.hpp"
#include "adapters/json.hpp"
#include "adapters/request_head.hpp"
#include "adapters/shared_secret.hpp"
#include "adapters/signature.hpp"
#include "adapters/url.hpp"
#include "core/crypto.hpp"

namespace satupintu::adapters {

using boost::asio::awaitable;
using core::Errc;
using core::Event;
using core::HttpRequest;
using core::Ignored;
using core::Result;

namespace {

// A message of SNS has 256 KB at most, and its JSON stands escaped in JSON.
constexpr std::uint64_t kMaxBodyBytes = 1'000'000;
constexpr std::string_view kSubscribe = "subscribe:";
constexpr std::string_view kStored = "s3:";
constexpr std::string_view kConfirmed = "subscription_confirmed";

const AdapterInfo kInfo{.name = "email/ses", .channel = core::Channel::email, .methods = {"POST"}, .max_body_bytes = kMaxBodyBytes};

// ------------------------------------------------------------------ SNS

// What SNS signs (its developer guide, "Verifying the signatures of Amazon SNS messages").
std::string signed_text(const JsonView& envelope) {
  constexpr std::array<std::string_view, 6> kOfNotification{"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"};
  constexpr std::array<std::string_view, 7> kOfOthers{"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"};
  std::string text;
  const auto add = [&](std::string_view key) {
    if (envelope[key].exists()) text.append(key).append("\n").append(envelope[key].text()).append("\n");
  };
  if (envelope["Type"].text() == "Notification") std::ranges::for_each(kOfNotification, add);
  else std::ranges::for_each(kOfOthers, add);
  return text;
}

// "arn:aws:sns:ap-southeast-3:123456789012:surat-masuk"
struct Topic {
  std::string partition, region;

  [[nodiscard]] std::string host_of(std::string_view service) const {
    return std::string(service) + '.' + region + ".amazonaws.com" + (partition == "aws-cn" ? ".cn" : "");
  }
};

std::optional<Topic> read_topic(std::string_view arn) {
  if (take_until(arn, ":") != "arn") return std::nullopt;
  Topic topic;
  topic.partition = take_until(arn, ":");
  const std::string_view service = take_until(arn, ":");
  topic.region = take_until(arn, ":");
  const bool is_plain = !topic.region.empty() && std::ranges::all_of(topic.region, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  if (service != "sns" || !topic.partition.starts_with("aws") || !is_plain || !arn.contains(':')) return std::nullopt;
  return topic;
}

// ------------------------------------------------------------------ SES

// What SES tells of a mail besides its bytes.
struct Surroundings {
  std::string id;  // SES's own
  std::optional<std::string> source;
  std::vector<std::string> recipients;
  std::string spam, virus, dmarc;  // "PASS", "FAIL", "GRAY", "PROCESSING_FAILED"

  static Surroundings read(const JsonView& notification) {
    const JsonView receipt = notification["receipt"];
    Surroundings around;
    around.id = notification["mail"]["messageId"].text();
    if (const JsonView source = notification["mail"]["source"]; source.is_text()) around.source = source.text();
    for (const JsonView recipient : receipt["recipients"].elements()) around.recipients.push_back(recipient.text());
    around.spam = receipt["spamVerdict"]["status"].text();
    around.virus = receipt["virusVerdict"]["status"].text();
    around.dmarc = receipt["dmarcVerdict"]["status"].text();
    return around;
  }

  static Surroundings read(const Form& form) {
    Surroundings around;
    around.id = form.value("id");
    if (form.has("source")) around.source = form.value("source");
    for (const auto& [name, value] : form.fields()) {
      if (name == "recipient") around.recipients.push_back(value);
    }
    around.spam = form.value("spam");
    around.virus = form.value("virus");
    around.dmarc = form.value("dmarc");
    return around;
  }

  void write(Form& form) const {
    form.add("id", id);
    if (source) form.add("source", *source);
    for (const auto& recipient : recipients) form.add("recipient", recipient);
    form.add("spam", spam);
    form.add("virus", virus);
    form.add("dmarc", dmarc);
  }

  void tell(Mail& mail) const {
    if (mail.message_id.empty() && !id.empty()) mail.message_id = "ses:" + id;
    if (source) mail.envelope_sender = *source;
    for (const auto& recipient : recipients) {
      if (std::ranges::find(mail.delivered_to, recipient) == mail.delivered_to.end()) mail.delivered_to.push_back(recipient);
    }
    if (spam == "FAIL") mail.headers.emplace(mail.headers.begin(), "X-Spam-Flag", "YES");
    if (virus == "FAIL") mail.flags.emplace_back("virus");
    if (dmarc == "PASS" || dmarc == "FAIL") mail.sender_verified = dmarc == "PASS";
  }
};

// The mail's bytes; nullopt where they are not in the encoding that is told.
std::optional<std::string> read_content(const JsonView& notification) {
  std::string content = notification["content"].text();
  if (notification["receipt"]["action"]["encoding"].text() != "BASE64") return content;
  std::erase_if(content, [](char c) { return c == '\r' || c == '\n'; });
  return core::from_base64(content);
}

// ------------------------------------------------------------------ settings

std::optional<PublicKey> read_certificate(core::Settings& settings, std::string_view key, std::string_view meaning) {
  const auto certificate = settings.optional_secret(key, meaning);
  if (!certificate) return std::nullopt;
  auto read = PublicKey::read(certificate->reveal());
  if (read && read->is_rsa()) return std::move(*read);
  settings.mistake(key, "is no certificate with an RSA key", "put the file that SigningCertURL names there, in PEM");
  return std::nullopt;
}

std::optional<AwsAccess> read_access(core::Settings& settings, std::string_view region_of_topic) {
  AwsAccess access{
      .key_id = settings.text("access_key_id", "The access key that may read the bucket. Needed only where mails come through S3.", ""),
      .secret_key = {},
      .region = settings.text("region", "The region of the bucket; that of the topic where it is empty.", "")};
  const auto secret_key = settings.optional_secret("secret_access_key", "The secret half of access_key_id.");
  if (access.region.empty()) access.region = region_of_topic;
  if (access.key_id.empty() != !secret_key.has_value())
    settings.mistake(access.key_id.empty() ? "access_key_id" : "secret_access_key", "is missing", "set both, or neither");
  if (!secret_key) return std::nullopt;
  access.secret_key = *secret_key;
  return access;
}

class EmailSes final : public Adapter {
 public:
  EmailSes(std::string account, core::Settings& settings)
      : account_(account),
        secret_(std::move(account), settings),
        topic_arns_(settings.texts("topic_arns", "The topics of SNS that may tell of mails. What another topic says is ignored.", {})),
        certificate_(
            read_certificate(settings, "signing_certificate",
                             "The certificate with which SNS signs, from the address in SigningCertURL. With it, every request must be "
                             "signed, too; it changes about once a year.")),
        next_certificate_(read_certificate(settings, "next_signing_certificate", "The one after it, accepted already.")),
        rules_(read_mail_rules(settings)) {
    std::optional<Topic> first;
    for (const std::string& arn : topic_arns_) {
      const auto topic = read_topic(arn);
      if (!topic) {
        settings.mistake("topic_arns", "names no topic", "copy the ARN from the topic's page: arn:aws:sns:REGION:ACCOUNT:NAME");
        continue;
      }
      if (!first) first = topic;
      if (std::string host = topic->host_of("sns"); std::ranges::find(sns_hosts_, host) == sns_hosts_.end())
        sns_hosts_.push_back(std::move(host));
    }
    if (topic_arns_.empty()) settings.mistake("topic_arns", "is missing", "list the ARN of the topic that SES publishes to");
    Topic bucket_place = first.value_or(Topic{.partition = "aws", .region = "us-east-1"});
    access_ = read_access(settings, bucket_place.region);
    if (access_) bucket_place.region = access_->region;
    s3_url_ = settings.text("s3_url", "Where S3 is; that of the region where it is empty.", "");
    if (s3_url_.empty()) s3_url_ = "https://" + bucket_place.host_of("s3");
    while (s3_url_.ends_with('/')) s3_url_.pop_back();
    if (host_of(s3_url_).empty()) settings.mistake("s3_url", "is no address", "write it as https://HOST");
  }

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }

  [[nodiscard]] Result<core::Admission> admit(const HttpRequest& request, core::Timestamp now) const override {
    if (request.method != "POST") return core::fail(Errc::malformed, "the method is not POST");
    if (request.body.size() > kMaxBodyBytes) return core::fail(Errc::too_large, "the body is larger than any message of SNS");
    // SNS sends the name and password of a subscription's URL only after it was asked for them.
    if (!secret_.is_tried_by(request)) {
      core::Admission admission;
      admission.answer.status = 401;
      admission.answer.headers.emplace_back("WWW-Authenticate", "Basic realm=\"satupintu\"");
      return admission;
    }
    if (!secret_.is_in(request) || !is_signed(request))
      return core::fail(Errc::unauthentic, "the secret or the signature is missing or wrong");
    return core::Admission{
        .delivery = core::Delivery{.account = account_,
                                   .received_at = now,
                                   .head = to_head({.method = "POST", .path = {}, .query = {}, .headers = {}, .body = {}},
                                                   [](auto) { return false; }),
                                   .body = request.body},
        .answer = {}};
  }

  [[nodiscard]] Result<std::vector<Event>> decode(const core::Delivery& delivery) const override {
    const auto head = from_head(delivery.head);
    if (!head) return core::fail(Errc::unreadable, "the head is none that this adapter writes");
    if (head->method == "GET") return std::vector<Event>{event_of_fetched(*head, delivery.body)};
    const auto document = JsonDocument::parse(delivery.body);
    if (!document) return std::unexpected(document.error());
    return std::vector<Event>{event_of_envelope(document->root())};
  }

  [[nodiscard]] std::vector<std::string> hosts() const override {
    std::vector<std::string> hosts = sns_hosts_;
    if (access_) hosts.push_back(host_of(s3_url_));
    return hosts;
  }

  awaitable<Result<core::Delivery>> fetch(core::Pointer pointer, Transport& transport) const override {
    if (pointer.target.starts_with(kSubscribe)) co_return co_await confirm(pointer.target.substr(kSubscribe.size()), transport);
    if (pointer.target.starts_with(kStored)) co_return co_await fetch_object(pointer.target.substr(kStored.size()), transport);
    co_return core::fail(Errc::refused, "that is no pointer of this adapter");
  }

  [[nodiscard]] Result<std::string> extract(const core::Delivery& delivery, const core::Attachment& attachment) const override {
    const auto head = from_head(delivery.head);
    if (head && head->method == "GET") return part_of(delivery.body, attachment.inline_part);
    const auto envelope = JsonDocument::parse(delivery.body);
    if (!envelope) return core::fail(Errc::not_found, "the delivery is no message of SNS");
    const auto notification = JsonDocument::parse(envelope->root()["Message"].text());
    if (!notification) return core::fail(Errc::not_found, "the message is no notification of SES");
    const auto raw = read_content(notification->root());
    if (!raw) return core::fail(Errc::not_found, "the notification holds no mail");
    return part_of(*raw, attachment.inline_part);
  }

  void sign(HttpRequest& request) const override { secret_.put_into(request); }

  [[nodiscard]] HttpRequest compose(const Utterance& utterance, core::Timestamp now) const override {
    const std::string hash = core::sha256_hex(utterance.external_id);
    const std::string sender = utterance.phone.substr(utterance.phone.starts_with('+') ? 1 : 0) + "@warga.example";
    const std::string recipient = rules_.own_addresses.empty() ? "lapor@contoh.example" : rules_.own_addresses.front();
    const std::string mail = "Message-ID: <" + hash.substr(0, 32) + "@warga.example>\r\nFrom: " + to_json_string(utterance.name) + " <" +
                             sender + ">\r\nTo: " + recipient +
                             "\r\nSubject: Laporan warga\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                             "Content-Transfer-Encoding: 8bit\r\n\r\n" +
                             utterance.text;
    const std::string notification =
        R"({"notificationType":"Received","mail":{"timestamp":")" + core::format_rfc3339(now) + R"(","source":)" + to_json_string(sender) +
        R"(,"messageId":")" + hash.substr(0, 40) + R"(","destination":[)" + to_json_string(recipient) + R"(]},"receipt":{"recipients":[)" +
        to_json_string(recipient) + R"(],"action":{"type":"SNS","encoding":"UTF-8"}},"content":)" + to_json_string(mail) + '}';
    HttpRequest request{.method = "POST",
                        .path = {},
                        .query = {},
                        .headers = {{"x-amz-sns-message-type", "Notification"}, {"Content-Type", "text/plain; charset=UTF-8"}},
                        .body = {}};
    request.body = R"({"Type":"Notification","MessageId":")" + hash.substr(0, 8) + '-' + hash.substr(8, 4) + "-5" + hash.substr(13, 3) +
                   "-8" + hash.substr(17, 3) + '-' + hash.substr(20, 12) + R"(","TopicArn":)" +
                   to_json_string(topic_arns_.empty() ? "arn:aws:sns:ap-southeast-3:123456789012:surat" : topic_arns_.front()) +
                   R"(,"Subject":"Amazon SES Email Receipt Notification","Message":)" + to_json_string(notification) + R"(,"Timestamp":")" +
                   core::format_rfc3339(now) + R"("})";
    return request;
  }

 private:
  [[nodiscard]] bool is_signed(const HttpRequest& request) const {
    if (!certificate_ && !next_certificate_) return true;
    const auto document = JsonDocument::parse(request.body);
    if (!document) return false;
    const JsonView envelope = document->root();
    const std::string version = envelope["SignatureVersion"].id();
    const auto signature = core::from_base64(envelope["Signature"].text());
    if (!signature || (version != "1" && version != "2")) return false;
    const Digest digest = version == "1" ? Digest::sha1 : Digest::sha256;
    const std::string text = signed_text(envelope);
    return (certificate_ && certificate_->has_signed(digest, {text}, *signature)) ||
           (next_certificate_ && next_certificate_->has_signed(digest, {text}, *signature));
  }

  [[nodiscard]] Event event_of_fetched(const HttpRequest& head, std::string_view body) const {
    if (head.query == kConfirmed) return Ignored{std::string(kConfirmed), {}};
    Mail mail = read_mail(body);
    Surroundings::read(Form::parse(head.query)).tell(mail);
    return event_of(std::move(mail), rules_, body);
  }

  [[nodiscard]] Event event_of_envelope(const JsonView& envelope) const {
    const std::string type = envelope["Type"].text();
    const std::string id = "sns:" + envelope["MessageId"].id();
    if (std::ranges::find(topic_arns_, envelope["TopicArn"].text()) == topic_arns_.end()) return Ignored{"other_topic", id};
    if (type == "SubscriptionConfirmation")
      return core::Pointer{.target = std::string(kSubscribe) + envelope["SubscribeURL"].text(), .external_id = id};
    if (type == "UnsubscribeConfirmation") return Ignored{"unsubscribed", id};
    if (type != "Notification") return Ignored{"other_type", id};
    const auto message = JsonDocument::parse(envelope["Message"].text());
    // SES says in plain words that it may publish here.
    if (!message || !message->root().is_object()) return Ignored{"not_a_mail", id};
    return event_of_notification(message->root(), id);
  }

  [[nodiscard]] Event event_of_notification(const JsonView& notification, const std::string& sns_id) const {
    if (notification["notificationType"].text() != "Received") return Ignored{"other_notification", sns_id};
    const Surroundings around = Surroundings::read(notification);
    if (notification["content"].is_text()) {
      const auto raw = read_content(notification);
      if (!raw) return core::Unreadable{"content_is_not_base64"};
      Mail mail = read_mail(*raw);
      around.tell(mail);
      return event_of(std::move(mail), rules_, *raw);
    }
    const JsonView action = notification["receipt"]["action"];
    Form object;
    object.add("bucket", action["bucketName"].text());
    object.add("key", action["objectKey"].text());
    if (object.value("bucket").empty() || object.value("key").empty()) return core::Unreadable{"mail_without_content"};
    around.write(object);
    return core::Pointer{.target = std::string(kStored) + object.encoded(), .external_id = "ses:" + around.id};
  }

  // Asking for the address is what confirms the subscription. It must be SNS itself: another server would get us to ask anything.
  [[nodiscard]] awaitable<Result<core::Delivery>> confirm(std::string url, Transport& transport) const {
    if (!is_https_to(url, sns_hosts_)) co_return core::fail(Errc::refused, "that is no address of SNS in a region of topic_arns");
    const auto body = body_of(co_await transport.call({.url = std::move(url)}));
    if (!body) co_return std::unexpected(body.error());
    co_return fetched(std::string(kConfirmed), {}, transport.now());
  }

  [[nodiscard]] awaitable<Result<core::Delivery>> fetch_object(std::string target, Transport& transport) const {
    if (!access_) co_return core::fail(Errc::refused, "access_key_id and secret_access_key are not set");
    const Form object = Form::parse(target);
    // A name of DNS (as S3 demands of buckets) changes nothing in a path.
    const std::string path = to_aws_path('/' + object.value("bucket") + '/' + object.value("key"));
    Call call{.url = s3_url_ + path};
    std::string host(std::string_view(s3_url_).substr(s3_url_.find("//") + 2));
    call.headers = signed_aws_headers(*access_, "s3", host, path, {}, transport.now());
    auto body = body_of(co_await transport.call(std::move(call)));
    if (!body) co_return std::unexpected(body.error());
    co_return fetched(std::move(target), std::move(*body), transport.now());
  }

  [[nodiscard]] core::Delivery fetched(std::string query, std::string body, core::Timestamp now) const {
    const HttpRequest head{.method = "GET", .path = {}, .query = std::move(query), .headers = {}, .body = {}};
    return {.account = account_, .received_at = now, .head = to_head(head, [](auto) { return false; }), .body = std::move(body)};
  }

  std::string account_;
  SharedSecret secret_;
  std::vector<std::string> topic_arns_;
  std::vector<std::string> sns_hosts_;
  std::optional<PublicKey> certificate_, next_certificate_;
  std::optional<AwsAccess> access_;
  std::string s3_url_;
  MailRules rules_;
};

}  // namespace

std::unique_ptr<Adapter> make_email_ses(std::string account, core::Settings& settings) {
  return std::make_unique<EmailSes>(std::move(account), settings);
}

}  // namespace satupintu::adapters
