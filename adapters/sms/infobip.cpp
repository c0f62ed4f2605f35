// SPDX-License-Identifier: Apache-2.0
#include "adapters/sms/infobip.hpp"

#include <utility>

#include "adapters/json.hpp"
#include "adapters/shared_secret.hpp"
#include "adapters/sms/sender.hpp"
#include "adapters/url.hpp"
#include "core/crypto.hpp"

namespace satupintu::adapters {

using core::Attachment;
using core::AttachmentKind;
using core::Errc;
using core::Event;
using core::Ignored;
using core::Message;
using core::Unreadable;

namespace {

// A request may hold hundreds of messages of 255 parts at most each, 39,015 octets.
constexpr std::uint64_t kMaxBodyBytes = 4'000'000;
constexpr std::string_view kAllHosts = ".infobip.com";

const AdapterInfo kInfo{.name = "sms/infobip", .channel = core::Channel::sms, .methods = {"POST"}, .max_body_bytes = kMaxBodyBytes};

// ------------------------------------------------------------------ what was said

AttachmentKind kind_of(std::string_view mime_type) {
  if (mime_type.starts_with("image/")) return AttachmentKind::image;
  if (mime_type.starts_with("video/")) return AttachmentKind::video;
  if (mime_type.starts_with("audio/")) return AttachmentKind::audio;
  if (mime_type.starts_with("application/pdf") || mime_type.starts_with("text/")) return AttachmentKind::document;
  return AttachmentKind::other;
}

// The pieces of an MMS: texts and files in the order in which they were put together. How a telephone is to lay them out says nothing.
void read_pieces(const JsonView& pieces, Message& message) {
  for (const JsonView piece : pieces.elements()) {
    const std::string mime_type = piece["contentType"].text();
    const std::string url = piece["url"].text();
    if (mime_type.starts_with("application/smil")) continue;
    if (url.empty() && piece["value"].is_text()) {
      message.text += (message.text.empty() ? "" : "\n") + piece["value"].text();
      continue;
    }
    Attachment attachment;
    attachment.kind = kind_of(mime_type);
    attachment.url = url;
    attachment.mime_type = mime_type;
    message.attachments.push_back(std::move(attachment));
  }
  if (!message.attachments.empty()) message.kind = core::MessageKind::media;
}

Event read_message(const JsonView& element, bool repaired) {
  Message message;
  message.channel = kInfo.channel;
  message.external_id = element["messageId"].id();
  if (message.external_id.empty()) return Unreadable{"message_without_id"};
  const JsonView text = element["text"];
  const JsonView pieces = element["message"];
  if (!text.is_text() && !pieces.is_list()) return Unreadable{"message_without_text"};
  message.sender = sms_sender(element["from"].id());
  if (std::string to = element["to"].id(); !to.empty()) message.to.push_back(std::move(to));
  message.provider_at = core::parse_rfc3339(element["receivedAt"].text());
  message.text = text.text();
  read_pieces(pieces, message);
  if (repaired) message.flags.emplace_back("repaired");
  return message;
}

// ------------------------------------------------------------------ what became of ours

std::string_view state_of(std::string_view group) {
  if (group == "PENDING") return "sent";
  if (group == "DELIVERED") return "delivered";
  if (group == "UNDELIVERABLE" || group == "EXPIRED" || group == "REJECTED") return "failed";
  return {};
}

Event read_report(const JsonView& element) {
  core::Receipt receipt{.external_id = element["messageId"].id(),
                        .state = std::string(state_of(element["status"]["groupName"].text())),
                        .error_code = {},
                        .at = core::parse_rfc3339(element["doneAt"].text())};
  if (receipt.external_id.empty()) return Unreadable{"report_without_id"};
  if (receipt.state.empty()) return Ignored{"other_status", receipt.external_id};
  if (receipt.state == "failed") receipt.error_code = element["error"]["id"].id();
  if (receipt.error_code == "0") receipt.error_code = element["status"]["name"].text();
  return receipt;
}

class SmsInfobip final : public Adapter {
 public:
  SmsInfobip(std::string account, core::Settings& settings)
      : account_(account),
        secret_(std::move(account), settings),
        api_host_(host_of(settings.text("api_url", "Where Infobip keeps the attachments of MMS.", "https://api.infobip.com"))),
        api_key_(settings.optional_secret("api_key",
                                          "An API key of Infobip's, with which the attachments of MMS are fetched. Leave it out "
                                          "where the number takes SMS only.")) {
    if (api_host_.empty()) settings.mistake("api_url", "names no host", "write it like \"https://api.infobip.com\"");
  }

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }

  [[nodiscard]] core::Result<core::Admission> admit(const core::HttpRequest& request, core::Timestamp now) const override {
    if (request.method != "POST") return core::fail(Errc::malformed, "the method is not POST");
    if (request.body.size() > kMaxBodyBytes) return core::fail(Errc::too_large, "the body is larger than any batch of messages");
    if (!secret_.is_in(request)) return core::fail(Errc::unauthentic, "the secret is missing or wrong");
    return core::Admission{.delivery = core::Delivery{.account = account_, .received_at = now, .head = {}, .body = request.body},
                           .answer = {}};
  }

  [[nodiscard]] core::Result<std::vector<Event>> decode(const core::Delivery& delivery) const override {
    const auto document = JsonDocument::parse(delivery.body);
    if (!document) return std::unexpected(document.error());
    const JsonView results = document->root()["results"];
    if (results.exists() && !results.is_list()) return std::vector<Event>{Unreadable{"unreadable_results"}};
    std::vector<Event> events;
    for (const JsonView element : results.elements()) {
      if (!element.is_object()) events.emplace_back(Unreadable{"unreadable_message"});
      else events.push_back(element["status"].is_object() ? read_report(element) : read_message(element, document->repaired()));
    }
    if (events.empty()) events.emplace_back(Ignored{"not_a_message", {}});
    return events;
  }

  // Every customer has a host of his own below Infobip's name.
  [[nodiscard]] std::vector<std::string> hosts() const override {
    return {api_host_.ends_with(kAllHosts) ? '*' + std::string(kAllHosts) : api_host_};
  }

  boost::asio::awaitable<core::Result<Download>> download(Attachment attachment, Transport& transport) const override {
    if (attachment.url.empty()) co_return core::fail(Errc::refused, "the attachment has no address");
    Call call{.url = std::move(attachment.url)};
    if (api_key_) call.headers.emplace_back("Authorization", "App " + std::string(api_key_->reveal()));
    co_return co_await transport.download(std::move(call));
  }

  void sign(core::HttpRequest& request) const override { secret_.put_into(request); }

  [[nodiscard]] core::HttpRequest compose(const Utterance& utterance, core::Timestamp now) const override {
    const std::string digits = utterance.phone.substr(utterance.phone.starts_with('+') ? 1 : 0);
    std::string received = core::format_rfc3339(now);
    received.replace(received.size() - 1, 1, "+0000");
    return {.method = "POST",
            .path = {},
            .query = {},
            .headers = {{"Content-Type", "application/json"}},
            .body = R"({"results":[{"messageId":)" + to_json_string(core::sha256_hex(utterance.external_id).substr(0, 20)) + R"(,"from":)" +
                    to_json_string(digits) + R"(,"to":"622155501708","text":)" + to_json_string(utterance.text) + R"(,"cleanText":)" +
                    to_json_string(utterance.text) + R"(,"keyword":"","receivedAt":)" + to_json_string(received) +
                    R"(,"smsCount":1,"price":{"pricePerMessage":0,"currency":"IDR"},"callbackData":""}],)"
                    R"("messageCount":1,"pendingMessageCount":0})"};
  }

 private:
  std::string account_;
  SharedSecret secret_;
  std::string api_host_;
  std::optional<core::Secret> api_key_;
};

}  // namespace

std::unique_ptr<Adapter> make_sms_infobip(std::string account, core::Settings& settings) {
  return std::make_unique<SmsInfobip>(std::move(account), settings);
}

}  // namespace satupintu::adapters
