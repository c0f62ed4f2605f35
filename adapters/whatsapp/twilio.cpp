// SPDX-License-Identifier: Apache-2.0
#include "adapters/whatsapp/twilio.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "adapters/twilio.hpp"
#include "adapters/whatsapp/form_answers.hpp"
#include "adapters/whatsapp/identity.hpp"

namespace satupintu::adapters {

using boost::asio::awaitable;
using core::Attachment;
using core::AttachmentKind;
using core::Event;
using core::HttpRequest;
using core::Ignored;
using core::Message;
using core::MessageKind;
using core::Result;
using core::Unreadable;

namespace {

constexpr std::string_view kScheme = "whatsapp:";

const AdapterInfo kInfo{
    .name = "whatsapp/twilio", .channel = core::Channel::whatsapp, .methods = {"GET", "POST"}, .max_body_bytes = kMaxTwilioBodyBytes};

std::string without_scheme(std::string address) {
  if (address.starts_with(kScheme)) address.erase(0, kScheme.size());
  return address;
}

std::optional<core::Sender> read_sender(const Form& form) {
  Identity identity{without_scheme(form.value("From")), form.value("ExternalUserId")};
  if (identity.phone.empty()) identity.phone = form.value("WaId");
  if (!identity.is_known()) return std::nullopt;
  core::Sender sender = sender_of(std::move(identity), form.value("AccountSid"));
  sender.name = form.value("ProfileName");
  return sender;
}

std::optional<double> number_in(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc{} && end == text.data() + text.size() && std::isfinite(number);
  return is_number ? std::optional(number) : std::nullopt;
}

std::optional<core::SharedPlace> read_place(const Form& form) {
  const auto latitude = number_in(form.value("Latitude"));
  const auto longitude = number_in(form.value("Longitude"));
  if (!latitude || !longitude) return std::nullopt;
  return core::SharedPlace{.latitude = *latitude,
                           .longitude = *longitude,
                           .accuracy_m = std::nullopt,
                           .name = form.value("Label"),
                           .address = form.value("Address")};
}

bool is_visiting_card(const Attachment& attachment) {
  return attachment.mime_type == "text/vcard" || attachment.mime_type == "text/x-vcard";
}

std::vector<Attachment> read_media(const Form& form) {
  auto media = read_twilio_media(form);
  for (Attachment& attachment : media) {
    // What is recorded in the chat is Opus in Ogg; files that somebody sends as audio hardly ever are.
    if (attachment.mime_type.starts_with("audio/ogg")) attachment.kind = AttachmentKind::voice;
    if (attachment.mime_type == "image/webp") attachment.kind = AttachmentKind::sticker;
  }
  return media;
}

// The words of a message: what was typed, the button or list row that was chosen, or the answers given in a form.
std::string read_text(const Form& form) {
  for (const char* name : {"Body", "ButtonText", "ListTitle"}) {
    if (std::string text = form.value(name); !text.empty()) return text;
  }
  return form_answers(form.value("FlowData"));
}

void read_surroundings(const Form& form, Message& message) {
  message.in_reply_to = form.value("OriginalRepliedMessageSid");
  if (form.value("Forwarded") == "true") message.flags.emplace_back("forwarded");
  if (form.value("FrequentlyForwarded") == "true") message.flags.emplace_back("frequently_forwarded");
  for (const auto& [attribute, field] : {std::pair{"referral_url", "ReferralSourceUrl"}, {"referral_headline", "ReferralHeadline"}}) {
    if (const std::string text = form.value(field); !text.empty()) message.stated.attributes.emplace_back(attribute, text);
  }
}

Event read_message(const Form& form) {
  Message message;
  message.channel = kInfo.channel;
  message.external_id = form.value("MessageSid");
  if (message.external_id.empty()) message.external_id = form.value("SmsSid");
  if (message.external_id.empty()) return form.has("Body") ? Event{Unreadable{"message_without_id"}} : Event{Ignored{"not_a_message", {}}};
  auto sender = read_sender(form);
  if (!sender) return Unreadable{"message_without_sender"};
  message.sender = *std::move(sender);
  if (std::string to = without_scheme(form.value("To")); !to.empty()) message.to.push_back(std::move(to));
  message.text = read_text(form);
  message.attachments = read_media(form);
  message.place = read_place(form);
  read_surroundings(form, message);
  if (message.place) {
    message.kind = MessageKind::location;
  } else if (!message.attachments.empty()) {
    message.kind = std::ranges::all_of(message.attachments, is_visiting_card) ? MessageKind::contact_card : MessageKind::media;
  } else if (message.text.empty()) {
    message.kind = MessageKind::unsupported;  // still somebody who wants to be heard
  }
  return message;
}

class WhatsappTwilio final : public Adapter {
 public:
  WhatsappTwilio(std::string account, core::Settings& settings) : twilio_(std::move(account), settings) {}

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }

  [[nodiscard]] Result<core::Admission> admit(const HttpRequest& request, core::Timestamp now) const override {
    return twilio_.admit(request, now);
  }

  [[nodiscard]] Result<std::vector<Event>> decode(const core::Delivery& delivery) const override {
    const auto form = read_twilio_form(delivery);
    if (!form) return std::unexpected(form.error());
    if (auto status = read_twilio_status(*form)) return std::vector<Event>{*std::move(status)};
    return std::vector<Event>{read_message(*form)};
  }

  [[nodiscard]] std::vector<std::string> hosts() const override { return twilio_.hosts(); }

  awaitable<Result<Download>> download(Attachment attachment, Transport& transport) const override {
    return twilio_.download(std::move(attachment.url), transport);
  }

  void sign(HttpRequest& request) const override { twilio_.sign(request); }

  [[nodiscard]] HttpRequest compose(const Utterance& utterance, core::Timestamp) const override {
    const std::string sid = make_sid("SM", utterance.external_id);
    Form form;
    form.add("SmsMessageSid", sid);
    form.add("NumMedia", "0");
    form.add("ProfileName", utterance.name);
    form.add("MessageType", "text");
    form.add("SmsSid", sid);
    form.add("WaId", utterance.phone.substr(utterance.phone.starts_with('+') ? 1 : 0));
    form.add("SmsStatus", "received");
    form.add("Body", utterance.text);
    form.add("To", "whatsapp:+622155500112");
    form.add("NumSegments", "1");
    form.add("ReferralNumMedia", "0");
    form.add("MessageSid", sid);
    form.add("AccountSid", twilio_.account_sid());
    form.add("From", std::string(kScheme) + utterance.phone);
    form.add("ApiVersion", "2010-04-01");
    return twilio_post(form);
  }

 private:
  TwilioAccount twilio_;
};

}  // namespace

std::unique_ptr<Adapter> make_whatsapp_twilio(std::string account, core::Settings& settings) {
  return std::make_unique<WhatsappTwilio>(std::move(account), settings);
}

}  // namespace satupintu::adapters
