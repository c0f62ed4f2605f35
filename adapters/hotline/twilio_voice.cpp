// SPDX-License-Identifier: Apache-2.0
#include "adapters/hotline/twilio_voice.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/request_head.hpp"
#include "adapters/sms/sender.hpp"
#include "adapters/twilio.hpp"

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

constexpr std::size_t kLongestGreeting = 4096;  // bytes that Twilio reads out
constexpr std::string_view kMaxSeconds = "300";
constexpr std::string_view kMaxTranscribedSeconds = "120";  // longer recordings are not transcribed
constexpr std::string_view kSilenceSeconds = "10";

const AdapterInfo kInfo{
    .name = "hotline/twilio-voice", .channel = core::Channel::call, .methods = {"GET", "POST"}, .max_body_bytes = kMaxTwilioBodyBytes};

// ------------------------------------------------------------------ who called

// What stands in the place of a number that is withheld: words, or the keys of a telephone that spell them.
bool is_withheld(std::string_view caller) {
  constexpr std::array<std::string_view, 5> kWords{"anonymous", "blocked", "restricted", "unavailable", "unknown"};
  constexpr std::array<std::string_view, 5> kSpelled{"+266696687", "+2562533", "+7378742833", "+86282452253", "+8656696"};
  if (caller.starts_with("sip:")) caller.remove_prefix(4);
  const std::string_view name = caller.substr(0, caller.find('@'));
  return std::ranges::find(kSpelled, name) != kSpelled.end() ||
         std::ranges::any_of(kWords, [&](std::string_view word) { return core::equals_ignoring_case(word, name); });
}

// ------------------------------------------------------------------ when it was

// "Thu, 01 Jan 2026 01:00:05 +0000".
std::optional<core::Timestamp> parse_mail_date(std::string_view text) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.contains(", ")) take_until(text, ", ");
  std::string day{take_until(text, " ")};
  const auto month = kMonths.find(take_until(text, " "));
  const std::string year{take_until(text, " ")};
  const std::string time{take_until(text, " ")};
  if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  if (day.size() == 1) day.insert(0, "0");
  const std::string number = std::to_string(month / 3 + 1);
  const std::string zone{text == "GMT" || text == "UTC" ? "Z" : text};
  return core::parse_rfc3339(year + '-' + (number.size() == 1 ? "0" : "") + number + '-' + day + 'T' + time + zone);
}

// ------------------------------------------------------------------ what was said

bool is_about_recording(const Form& form) { return !form.value("RecordingSid").empty() || !form.value("RecordingUrl").empty(); }
bool is_about_transcription(const Form& form) { return form.has("TranscriptionSid") || form.has("TranscriptionText"); }

std::string recording_in(const Form& form) {
  std::string sid = form.value("RecordingSid");
  return sid.empty() ? sid_in(form.value("RecordingUrl")) : sid;
}

// The call, without what makes it a recording or a transcription.
Message read_call(const Form& form) {
  const std::string direction = form.value("Direction");
  const bool is_ours = direction.starts_with("outbound");
  std::string citizen = form.value(is_ours ? "To" : "From");
  std::string line = form.value(is_ours ? "From" : "To");

  Message message;
  message.channel = kInfo.channel;
  message.kind = MessageKind::call;
  message.provider_at = parse_mail_date(form.value(form.has("RecordingStartTime") ? "RecordingStartTime" : "Timestamp"));
  core::CallRecord call;
  call.call_id = form.value("CallSid");
  call.related_call_id = form.value("ParentCallSid");
  if (!direction.empty()) call.direction = is_ours ? "out" : "in";
  call.line = line;
  call.caller_withheld = is_withheld(citizen);
  call.recording = recording_in(form);
  if (!call.caller_withheld) {
    message.sender = sms_sender(std::move(citizen));
    message.sender.name = form.value("CallerName");
  }
  if (!line.empty()) message.to.push_back(std::move(line));
  message.call = std::move(call);
  if (std::string url = form.value("RecordingUrl"); !url.empty()) {
    Attachment attachment;
    attachment.kind = AttachmentKind::voice;
    attachment.provider_id = recording_in(form);
    attachment.url = std::move(url);
    message.attachments.push_back(std::move(attachment));
  }
  if (const std::string seconds = form.value("RecordingDuration"); !seconds.empty()) {
    message.stated.attributes.emplace_back("recording_seconds", seconds);
  }
  return message;
}

Event read_recording(const Form& form, bool transcribes) {
  const std::string recording = recording_in(form);
  const std::string status = form.value("RecordingStatus");  // only status callbacks tell one
  if (recording.empty()) return Unreadable{"recording_without_id"};
  if (status == "in-progress" || status == "paused" || status == "stopped") return Ignored{"call_progress", recording};
  if (!status.empty() && status != "completed") return Ignored{"recording_failed", recording};
  if (form.value("RecordingDuration") == "0") return Ignored{"recording_empty", recording};
  if (transcribes) return Ignored{"recording_to_be_transcribed", recording};
  Message message = read_call(form);
  message.external_id = recording;
  return message;
}

// Takes the place of the recording where it was waited for, and otherwise adds words to it.
Event read_transcription(const Form& form, bool transcribes) {
  const std::string transcription = form.value("TranscriptionSid");
  const std::string recording = recording_in(form);
  const bool is_done = form.value("TranscriptionStatus") == "completed";
  if (form.has("TranscriptionEvent")) return Ignored{"transcription_while_speaking", transcription};
  if (recording.empty()) return Unreadable{"transcription_without_recording"};
  if (!is_done && !transcribes) return Ignored{"transcription_failed", transcription};
  Message message = read_call(form);
  if (is_done) message.text = form.value("TranscriptionText");
  if (transcribes) {
    message.external_id = recording;
    if (!is_done) message.flags.emplace_back("transcription_failed");
  } else {
    message.external_id = transcription;
    message.kind = MessageKind::edit;
    message.in_reply_to = recording;
  }
  return message;
}

// Twilio tells the steps of a call in any order; none of them says anything of a citizen's.
Event read_progress(const Form& form) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kSteps{{
      {"queued", "call_progress"},
      {"initiated", "call_progress"},
      {"ringing", "call_progress"},
      {"in-progress", "call_progress"},
      {"completed", "call_completed"},
      {"no-answer", "call_unanswered"},
      {"canceled", "call_unanswered"},
      {"busy", "call_busy"},
      {"failed", "call_failed"},
  }};
  const std::string status = form.value("CallStatus");
  if (status.empty()) return Ignored{"not_a_call", form.value("CallSid")};
  const auto* const step = std::ranges::find(kSteps, status, [](const auto& known) { return known.first; });
  return Ignored{std::string(step == kSteps.end() ? "other_call_status" : step->second), form.value("CallSid")};
}

// ------------------------------------------------------------------ what the caller hears

std::string xml_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      case '\'': escaped += "&apos;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

// A request that asks what to do with somebody on the line, and not one that tells how something went.
bool is_waiting_caller(const Form& form) {
  const std::string status = form.value("CallStatus");
  return (status == "ringing" || status == "in-progress") && !form.value("Direction").starts_with("outbound") &&
         !form.has("CallbackSource") && !form.has("SequenceNumber") && !is_about_recording(form) && !is_about_transcription(form);
}

class HotlineTwilioVoice final : public Adapter {
 public:
  HotlineTwilioVoice(std::string account, core::Settings& settings)
      : twilio_(std::move(account), settings),
        transcribes_(settings.enabled("transcribes",
                                      "Whether every recording is transcribed. A call is then entered once its transcription comes, "
                                      "otherwise at once as a recording.",
                                      false)),
        greeting_(settings.text("greeting",
                                "What callers are told before they are recorded, in Indonesian. Leave it empty where a flow in Twilio's "
                                "console answers calls.",
                                "")) {
    const bool is_readable = std::ranges::none_of(greeting_, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; });
    if (greeting_.size() > kLongestGreeting || !is_readable) {
      settings.mistake("greeting", "cannot be read out", "write at most 4096 bytes of text, without control characters");
    }
  }

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }

  [[nodiscard]] Result<core::Admission> admit(const HttpRequest& request, core::Timestamp now) const override {
    auto admission = twilio_.admit(request, now);
    if (!admission || greeting_.empty()) return admission;
    const auto form = read_twilio_form(*admission->delivery);
    if (form && is_waiting_caller(*form)) admission->answer = twiml(greeting());
    return admission;
  }

  [[nodiscard]] Result<std::vector<Event>> decode(const core::Delivery& delivery) const override {
    const auto form = read_twilio_form(delivery);
    if (!form) return std::unexpected(form.error());
    if (is_about_transcription(*form)) return std::vector{read_transcription(*form, transcribes_)};
    if (is_about_recording(*form)) return std::vector{read_recording(*form, transcribes_)};
    return std::vector{read_progress(*form)};
  }

  [[nodiscard]] std::vector<std::string> hosts() const override { return twilio_.hosts(); }

  awaitable<Result<Download>> download(Attachment attachment, Transport& transport) const override {
    return twilio_.download(std::move(attachment.url), transport);
  }

  void sign(HttpRequest& request) const override { twilio_.sign(request); }

  // Words only where recordings are transcribed.
  [[nodiscard]] HttpRequest compose(const Utterance& utterance, core::Timestamp) const override {
    const std::string recording = make_sid("RE", utterance.external_id);
    Form form;
    form.add("CallSid", make_sid("CA", utterance.external_id));
    form.add("AccountSid", twilio_.account_sid());
    form.add("From", utterance.phone);
    form.add("To", "+622155500112");
    form.add("CallerName", utterance.name);
    form.add("CallStatus", "completed");
    form.add("Direction", "inbound");
    form.add("ApiVersion", "2010-04-01");
    form.add("RecordingSid", recording);
    form.add("RecordingUrl", "https://api.twilio.com/2010-04-01/Accounts/" + twilio_.account_sid() + "/Recordings/" + recording);
    if (transcribes_) {
      form.add("TranscriptionSid", make_sid("TR", utterance.external_id));
      form.add("TranscriptionStatus", "completed");
      form.add("TranscriptionText", utterance.text);
    } else {
      form.add("RecordingDuration", "7");
    }
    return twilio_post(form);
  }

 private:
  // Once something was recorded, Twilio asks the same address what comes next, and the empty answer ends the call.
  [[nodiscard]] std::string greeting() const {
    const std::string callback =
        transcribes_ ? R"( transcribe="true" transcribeCallback=")" + xml_escaped(twilio_.public_url()) + '"' : std::string{};
    return R"(<Say language="id-ID">)" + xml_escaped(greeting_) + R"(</Say><Record timeout=")" + std::string(kSilenceSeconds) +
           R"(" maxLength=")" + std::string(transcribes_ ? kMaxTranscribedSeconds : kMaxSeconds) + '"' + callback + "/>";
  }

  TwilioAccount twilio_;
  bool transcribes_;
  std::string greeting_;
};

}  // namespace

std::unique_ptr<Adapter> make_hotline_twilio_voice(std::string account, core::Settings& settings) {
  return std::make_unique<HotlineTwilioVoice>(std::move(account), settings);
}

}  // namespace satupintu::adapters
