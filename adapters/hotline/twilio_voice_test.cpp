// SPDX-License-Identifier: Apache-2.0
#include "adapters/hotline/twilio_voice.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "tests/support/scripted_transport.hpp"

using namespace satupintu;
using namespace satupintu::adapters;

namespace {

constexpr core::Timestamp kNow{std::chrono::seconds{1'767'229'200}};
const std::string kRecording = "RE00112233445566778899aabbccddeeff";
const std::string kRecorded = "CallSid=CA1&RecordingSid=" + kRecording + "&RecordingUrl=https://api.twilio.com/Recordings/" + kRecording;
const std::string kCaller = "&From=%2B6281255501001&To=%2B622155500112&Direction=inbound";
const std::string kTranscribed = "&TranscriptionSid=TR1&TranscriptionStatus=completed&TranscriptionText=Banjir+di+Periuk";

struct Account {
  core::SettingsReport report;
  std::unique_ptr<Adapter> adapter;

  explicit Account(core::SettingsNode::Table table = {}) {
    table.insert({{"auth_token", {core::Secret{"uji-token-twilio-9f3a71"}}},
                  {"public_url", {std::string("https://pintu.contoh.example/channels/hotline-uji")}}});
    const core::SettingsNode root{std::move(table)};
    core::Settings settings(root, report);
    adapter = make_hotline_twilio_voice("hotline-uji", settings);
    core::report_unknown_keys(root, report);
  }

  [[nodiscard]] core::Event event_of(std::string fields) const {
    const auto events = adapter->decode({.account = {}, .received_at = kNow, .head = "POST ?\n", .body = std::move(fields)});
    REQUIRE(events);
    REQUIRE(events->size() == 1);
    return events->front();
  }

  [[nodiscard]] core::Message message_of(std::string fields) const {
    const core::Event event = event_of(std::move(fields));
    REQUIRE(std::holds_alternative<core::Message>(event));
    return std::get<core::Message>(event);
  }

  [[nodiscard]] std::string why_ignored(std::string fields) const {
    const core::Event event = event_of(std::move(fields));
    REQUIRE(std::holds_alternative<core::Ignored>(event));
    return std::get<core::Ignored>(event).why;
  }

  [[nodiscard]] std::string answer_to(std::string fields) const {
    core::HttpRequest request{.method = "POST",
                              .path = {},
                              .query = {},
                              .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                              .body = std::move(fields)};
    adapter->sign(request);
    const auto admission = adapter->admit(request, kNow);
    REQUIRE(admission);
    CHECK(admission->delivery);
    CHECK(admission->answer.status == 200);
    CHECK(admission->answer.content_type == "text/xml; charset=utf-8");
    return admission->answer.body;
  }
};

Account transcribing() { return Account({{"transcribes", {true}}}); }

}  // namespace

// ------------------------------------------------------------------ what was said

TEST_CASE("a_recording_is_what_the_caller_said_unless_its_transcription_is_waited_for") {
  const auto message = Account().message_of(kRecorded + kCaller + "&CallStatus=completed&RecordingDuration=23&Digits=hangup");
  CHECK(message.kind == core::MessageKind::call);
  CHECK(message.channel == core::Channel::call);
  CHECK(message.external_id == kRecording);
  CHECK(message.text.empty());
  CHECK(message.sender.address == "+6281255501001");
  REQUIRE(message.call);
  CHECK(message.call->call_id == "CA1");
  CHECK(message.call->direction == "in");
  CHECK(message.call->line == "+622155500112");
  CHECK(message.call->recording == kRecording);
  REQUIRE(message.attachments.size() == 1);
  CHECK(message.attachments.front().kind == core::AttachmentKind::voice);
  CHECK(message.attachments.front().url.ends_with(kRecording));
  CHECK(message.stated.attributes == std::vector<std::pair<std::string, std::string>>{{"recording_seconds", "23"}});
  CHECK(transcribing().why_ignored(kRecorded + kCaller) == "recording_to_be_transcribed");
}

TEST_CASE("the_same_recording_told_twice_has_the_same_id") {
  const auto by_action = Account().message_of("CallSid=CA1&RecordingUrl=https://api.twilio.com/Recordings/" + kRecording + kCaller);
  const auto by_callback =
      Account().message_of(kRecorded + "&RecordingStatus=completed&RecordingStartTime=Thu,+01+Jan+2026+00:58:57+%2B0000");
  CHECK(by_action.external_id == by_callback.external_id);
  CHECK(by_callback.provider_at == core::Timestamp{std::chrono::seconds{1'767'229'137}});
  CHECK(by_callback.sender.address_kind == core::AddressKind::none);
  REQUIRE(by_callback.call);
  CHECK_FALSE(by_callback.call->caller_withheld);  // only not told
}

TEST_CASE("a_transcription_adds_words_to_a_recording_that_was_entered_before") {
  const auto message = Account().message_of(kRecorded + kCaller + kTranscribed);
  CHECK(message.kind == core::MessageKind::edit);
  CHECK(message.in_reply_to == kRecording);
  CHECK(message.external_id == "TR1");
  CHECK(message.text == "Banjir di Periuk");
}

TEST_CASE("a_transcription_that_was_waited_for_is_the_message") {
  const auto message = transcribing().message_of(kRecorded + kCaller + kTranscribed);
  CHECK(message.kind == core::MessageKind::call);
  CHECK(message.external_id == kRecording);
  CHECK(message.in_reply_to.empty());
  CHECK(message.text == "Banjir di Periuk");
  CHECK(message.attachments.size() == 1);
}

TEST_CASE("a_caller_is_heard_even_if_the_transcription_failed") {
  const std::string failed = kRecorded + kCaller + "&TranscriptionSid=TR1&TranscriptionStatus=failed&TranscriptionText=";
  const auto message = transcribing().message_of(failed);
  CHECK(message.external_id == kRecording);
  CHECK(message.text.empty());
  CHECK(message.attachments.size() == 1);
  CHECK(message.flags == std::vector<std::string>{"transcription_failed"});
  CHECK(Account().why_ignored(failed) == "transcription_failed");  // the recording is there already
}

TEST_CASE("a_recording_of_nothing_is_no_message") {
  CHECK(Account().why_ignored(kRecorded + "&RecordingStatus=absent") == "recording_failed");
  CHECK(Account().why_ignored(kRecorded + "&RecordingStatus=failed") == "recording_failed");
  CHECK(Account().why_ignored(kRecorded + "&RecordingStatus=in-progress") == "call_progress");
  CHECK(Account().why_ignored(kRecorded + "&RecordingDuration=0") == "recording_empty");
}

TEST_CASE("the_steps_of_a_call_are_of_no_concern_in_whatever_order_they_come") {
  const Account account;
  for (const auto& [status, why] : {std::pair{"completed", "call_completed"},
                                    {"in-progress", "call_progress"},
                                    {"ringing", "call_progress"},
                                    {"queued", "call_progress"},
                                    {"initiated", "call_progress"},
                                    {"no-answer", "call_unanswered"},
                                    {"canceled", "call_unanswered"},
                                    {"busy", "call_busy"},
                                    {"failed", "call_failed"},
                                    {"besok", "other_call_status"}}) {
    CAPTURE(status);
    CHECK(account.why_ignored("CallSid=CA1&SequenceNumber=7&CallStatus=" + std::string(status) + kCaller) == why);
  }
}

TEST_CASE("a_caller_who_withholds_the_number_stays_unknown") {
  for (const char* caller : {"anonymous", "Anonymous", "Restricted", "unknown", "%2B266696687", "%2B7378742833", "%2B2562533", "%2B8656696",
                             "%2B86282452253", "sip:anonymous%40anonymous.invalid"}) {
    CAPTURE(caller);
    const auto message = Account().message_of(kRecorded + "&From=" + caller + "&CallerName=ANONIM");
    CHECK(message.sender.address_kind == core::AddressKind::none);
    CHECK(message.sender.address.empty());
    CHECK(message.sender.name.empty());
    REQUIRE(message.call);
    CHECK(message.call->caller_withheld);
  }
  for (const char* caller : {"%2B26669668", "266696687", "sip:anonim%40kota.example", "client:anonymous1"}) {
    CAPTURE(caller);
    CHECK_FALSE(Account().message_of(kRecorded + "&From=" + caller).call->caller_withheld);
  }
}

TEST_CASE("who_was_called_by_us_is_the_one_who_spoke") {
  const auto message = Account().message_of(kRecorded + "&From=%2B622155500112&To=%2B6281255501001&Direction=outbound-api");
  CHECK(message.sender.address == "+6281255501001");
  CHECK(message.to == std::vector<std::string>{"+622155500112"});
  CHECK(message.call->direction == "out");
}

TEST_CASE("a_time_is_read_as_mail_writes_it_or_not_at_all") {
  const auto at = [](const std::string& time) { return Account().message_of(kRecorded + "&RecordingStartTime=" + time).provider_at; };
  constexpr core::Timestamp kThen{std::chrono::seconds{1'767'229'205}};
  CHECK(at("Thu,+01+Jan+2026+01:00:05+%2B0000") == kThen);
  CHECK(at("Thu,+1+Jan+2026+01:00:05+GMT") == kThen);
  CHECK(at("01+Jan+2026+08:00:05+%2B0700") == kThen);
  for (const char* time : {"", "kemarin", "Thu,+01+anF+2026+01:00:05+%2B0000", "Thu,+31+Feb+2026+01:00:05+%2B0000", "Thu,+01+Jan+2026",
                           "2026-01-01T01:00:05Z", "Thu,+01+Jan+2026+01:00:05+WIB"}) {
    CAPTURE(time);
    CHECK_FALSE(at(time));
  }
}

// ------------------------------------------------------------------ what the caller hears

TEST_CASE("without_a_greeting_every_answer_is_empty") {
  CHECK(Account().answer_to("CallSid=CA1&CallStatus=ringing" + kCaller) == "<Response/>");
  CHECK(Account().answer_to(kRecorded + kCaller) == "<Response/>");
}

TEST_CASE("a_caller_is_greeted_once_and_then_recorded") {
  const Account account({{"greeting", {std::string("Silakan bicara.")}}});
  const std::string greeting = R"(<Response><Say language="id-ID">Silakan bicara.</Say><Record timeout="10" maxLength="300"/></Response>)";
  CHECK(account.answer_to("CallSid=CA1&CallStatus=ringing" + kCaller) == greeting);
  CHECK(account.answer_to("CallSid=CA1&CallStatus=in-progress" + kCaller) == greeting);
  CHECK(account.answer_to("CallSid=CA1&CallStatus=ringing") == greeting);
  for (const std::string& other :
       {kRecorded + "&CallStatus=in-progress" + kCaller, kRecorded + kTranscribed + "&CallStatus=in-progress",
        "CallSid=CA1&CallStatus=completed" + kCaller, "CallSid=CA1&CallStatus=ringing&SequenceNumber=1" + kCaller,
        "CallSid=CA1&CallStatus=in-progress&CallbackSource=call-progress-events" + kCaller,
        std::string("CallSid=CA1&CallStatus=in-progress&Direction=outbound-api"), std::string("CallSid=CA1")}) {
    CAPTURE(other);
    CHECK(account.answer_to(other) == "<Response/>");
  }
}

TEST_CASE("a_recording_that_is_to_be_transcribed_is_as_short_as_twilio_transcribes") {
  const Account account({{"greeting", {std::string("Silakan bicara.")}}, {"transcribes", {true}}});
  CHECK(
      account.answer_to("CallSid=CA1&CallStatus=ringing" + kCaller)
          .contains(
              R"(<Record timeout="10" maxLength="120" transcribe="true" transcribeCallback="https://pintu.contoh.example/channels/hotline-uji"/>)"));
}

TEST_CASE("a_greeting_cannot_break_out_of_the_answer") {
  const Account account({{"greeting", {std::string(R"(Halo <b> & "warga" </Say><Hangup/> d'Tangerang)")}}});
  CHECK(account.answer_to("CallSid=CA1&CallStatus=ringing" + kCaller)
            .contains(">Halo &lt;b&gt; &amp; &quot;warga&quot; &lt;/Say&gt;&lt;Hangup/&gt; d&apos;Tangerang</Say>"));
}

TEST_CASE("a_greeting_that_cannot_be_read_out_is_a_mistake") {
  CHECK(Account({{"greeting", {std::string(4097, 'a')}}}).report.mistakes.size() == 1);
  CHECK(Account({{"greeting", {std::string("Halo\x07")}}}).report.mistakes.size() == 1);
  CHECK(Account({{"greeting", {std::string("Halo\nwarga")}}}).report.mistakes.empty());
}

// ------------------------------------------------------------------ the rest

TEST_CASE("a_demonstration_says_words_only_where_recordings_are_transcribed") {
  const Utterance utterance{.external_id = "uji-1", .phone = "+6281255501001", .name = "Sari", .text = "Banjir"};
  const auto recorded = Account().adapter->compose(utterance, kNow);
  CHECK(Account().message_of(recorded.body).text.empty());
  CHECK(Account().message_of(recorded.body).kind == core::MessageKind::call);
  const auto transcribed = transcribing().adapter->compose(utterance, kNow);
  CHECK(transcribing().message_of(transcribed.body).text == "Banjir");
}

TEST_CASE("a_recording_is_fetched_from_the_api") {
  const Account account({{"account_sid", {std::string("AC00112233445566778899aabbccddeeff")}}});
  const auto message = account.message_of(kRecorded + kCaller);
  tests::ScriptedTransport transport;
  transport.bodies = {"RIFF", core::fail(core::Errc::not_found, "uji")};
  const auto download = tests::run(account.adapter->download(message.attachments.front(), transport));
  REQUIRE(download);
  std::filesystem::remove(download->file);
  CHECK(transport.calls.front().headers.size() == 1);
  CHECK(tests::run(account.adapter->download(message.attachments.front(), transport)).error().code == core::Errc::not_found);
  CHECK(account.adapter->hosts().front() == "api.twilio.com");
}
