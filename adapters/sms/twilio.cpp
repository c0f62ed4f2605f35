// SPDX-License-Identifier: Apache-2.0
#include "adapters/sms/twilio.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/sms/charset.hpp"
#include "adapters/sms/sender.hpp"
#include "adapters/twilio.hpp"
#include "core/crypto.hpp"

namespace satupintu::adapters {

using boost::asio::awaitable;
using core::Event;
using core::HttpRequest;
using core::Ignored;
using core::Message;
using core::MessageKind;
using core::Result;
using core::Unreadable;

namespace {

constexpr std::string_view kOneSegment = "1";

const AdapterInfo kInfo{
    .name = "sms/twilio", .channel = core::Channel::sms, .methods = {"GET", "POST"}, .max_body_bytes = kMaxTwilioBodyBytes};

// A keyword that Twilio has answered by itself, in the house's words. The citizen said it all the same.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kKeywords{{
    {"STOP", "opted_out"},
    {"START", "opted_in"},
    {"HELP", "help_sent"},
}};

bool is_text(std::string_view bytes) {
  return !to_utf8(bytes, "UTF-8").repaired &&
         std::ranges::all_of(bytes, [](char c) { return static_cast<unsigned char>(c) >= 0x20 || std::string_view("\t\n\r").contains(c); });
}

// Joined texts have been seen in base64. Nobody writes several SMS without a blank, and of what somebody might, nothing decodes to text
// with blanks: only then is it certain.
std::optional<std::string> hidden_text(const Form& form) {
  const std::string body = form.value("Body");
  const std::string segments = form.value("NumSegments");
  if (segments.empty() || segments == kOneSegment) return std::nullopt;
  auto text = core::from_base64(body);
  if (!text || !text->contains(' ') || !is_text(*text)) return std::nullopt;
  return text;
}

Event read_message(const Form& form) {
  Message message;
  message.channel = kInfo.channel;
  message.external_id = form.value("MessageSid");
  if (message.external_id.empty()) message.external_id = form.value("SmsSid");
  if (message.external_id.empty()) return form.has("Body") ? Event{Unreadable{"message_without_id"}} : Event{Ignored{"not_a_message", {}}};
  message.sender = sms_sender(form.value("From"));
  if (std::string to = form.value("To"); !to.empty()) message.to.push_back(std::move(to));
  message.text = form.value("Body");
  if (auto text = hidden_text(form)) {
    message.text = std::move(*text);
    message.flags.emplace_back("repaired");
  }
  message.attachments = read_twilio_media(form);
  if (!message.attachments.empty()) message.kind = MessageKind::media;
  for (const auto& [keyword, flag] : kKeywords) {
    if (form.value("OptOutType") == keyword) message.flags.emplace_back(flag);
  }
  return message;
}

class SmsTwilio final : public Adapter {
 public:
  SmsTwilio(std::string account, core::Settings& settings) : twilio_(std::move(account), settings) {}

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

  awaitable<Result<Download>> download(core::Attachment attachment, Transport& transport) const override {
    return twilio_.download(std::move(attachment.url), transport);
  }

  void sign(HttpRequest& request) const override { twilio_.sign(request); }

  [[nodiscard]] HttpRequest compose(const Utterance& utterance, core::Timestamp) const override {
    const std::string sid = make_sid("SM", utterance.external_id);
    Form form;
    form.add("ToCountry", "ID");
    form.add("SmsMessageSid", sid);
    form.add("NumMedia", "0");
    form.add("SmsSid", sid);
    form.add("SmsStatus", "received");
    form.add("Body", utterance.text);
    form.add("To", "+622155500112");
    form.add("NumSegments", "1");
    form.add("MessageSid", sid);
    form.add("AccountSid", twilio_.account_sid());
    form.add("From", utterance.phone);
    form.add("ApiVersion", "2010-04-01");
    return twilio_post(form);
  }

 private:
  TwilioAccount twilio_;
};

}  // namespace

std::unique_ptr<Adapter> make_sms_twilio(std::string account, core::Settings& settings) {
  return std::make_unique<SmsTwilio>(std::move(account), settings);
}

}  // namespace satupintu::adapters
