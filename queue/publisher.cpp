// SPDX-License-Identifier: Apache-2.0
#include "queue/publisher.hpp"

#include <charconv>
#include <string_view>
#include <utility>

#include "core/failpoint.hpp"
#include "queue/scripts.hpp"

namespace satupintu::queue {

namespace asio = boost::asio;
using core::Errc;
using core::fail;
using core::Result;

namespace {

// A message is published later than it was received when Redis or the gateway was away. What it is compared with must
// still be remembered then, so the memory outlives the window by more than the journal's backlog may be old.
constexpr std::chrono::milliseconds kLongestDelay = std::chrono::days{4};

// What publish.lua unpacks from ARGV; the order is the script's.
constexpr std::size_t kScriptArguments = 37;

std::string_view name_of(Intent intent) noexcept {
  switch (intent) {
    case Intent::report: return "report";
    case Intent::amend: return "amend";
    case Intent::attach: return "attach";
    case Intent::locate: return "locate";
    case Intent::hold: return "hold";
    case Intent::rate: return "rate";
    case Intent::withdraw: return "withdraw";
  }
  std::unreachable();
}

std::string_view entry_type_of(const Submission& submission) noexcept {
  switch (submission.intent) {
    case Intent::report:
    case Intent::hold: return {};  // the script decides
    case Intent::amend:
    case Intent::attach:
    case Intent::locate: return submission.entry_type;
    case Intent::rate: return "complaint.rated";
    case Intent::withdraw: return "complaint.retracted";
  }
  std::unreachable();
}

// The event as it stands when the submission becomes a new complaint under its first code, which nearly all do: Redis hashes
// and copies every string that Lua makes, so the script should not have to join one. For the others it replaces what stands
// at the five places, counted from 1.
struct NewComplaintEvent {
  explicit NewComplaintEvent(const Submission& submission) {
    const auto& [head, middle_subject, middle_data, middle_code, middle_interest, tail, linked_head] = submission.event;
    const std::string& code = submission.code_candidates[0];
    constexpr std::string_view kType = "complaint.received";
    text.reserve(head.size() + middle_subject.size() + middle_data.size() + middle_code.size() + middle_interest.size() + tail.size() +
                 128);
    const auto put = [this](std::string_view before, std::string_view value) {
      text += before;
      auto place = std::to_string(text.size() + 1);
      text += value;
      return place;
    };
    type_at = put(head, kType);
    subject_at = put(middle_subject, code);
    complaint_at = put(middle_data, submission.complaint_id);
    code_at = put(middle_code, code);
    interest_at = put(middle_interest, "1");
    text += tail;
  }
  std::string text, type_at, subject_at, complaint_at, code_at, interest_at;
};

std::optional<Outcome> outcome_named(std::string_view name) noexcept {
  for (const auto outcome :
       {Outcome::published, Outcome::appended, Outcome::repeated, Outcome::duplicate, Outcome::held, Outcome::orphaned}) {
    if (name_of(outcome) == name) return outcome;
  }
  return std::nullopt;
}

std::optional<Published> read_published(RespValue& reply) {
  auto& parts = reply.elements;
  if (parts.size() != 4) return std::nullopt;
  const auto outcome = outcome_named(parts[0].text);
  if (!outcome) return std::nullopt;
  return Published{*outcome, parts[1].integer == 1, std::move(parts[2].text), std::move(parts[3].text)};
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out.append(out.empty() ? "" : " ").append(word);
  return out;
}

// nullopt in the result for nil; no result for anything that is not a number.
std::optional<std::optional<Seq>> read_mark(const RespValue& reply) {
  if (reply.kind == RespKind::nil) return std::optional<Seq>();
  Seq mark = 0;
  const auto* const end = reply.text.data() + reply.text.size();
  if (reply.kind != RespKind::text || std::from_chars(reply.text.data(), end, mark).ptr != end || reply.text.empty()) return std::nullopt;
  return mark;
}

// What EXEC answers: one result for each submission, then the mark.
std::optional<BatchResult> read_batch(RespValue& reply, std::size_t submissions) {
  if (reply.elements.size() != submissions + 1) return std::nullopt;
  const auto mark = read_mark(reply.elements.back());
  if (!mark) return std::nullopt;
  BatchResult result{{}, *mark};
  result.published.reserve(submissions);
  for (std::size_t i = 0; i < submissions; ++i) {
    auto published = read_published(reply.elements[i]);
    if (!published) return std::nullopt;
    result.published.push_back(std::move(*published));
  }
  return result;
}

}  // namespace

Publisher::Publisher(Redis& redis, std::string gateway_id, DedupeSettings settings)
    : redis_(redis),
      mark_key_("{sp:0}:mark:" + std::move(gateway_id)),
      remember_ids_(std::to_string(settings.remember_ids.count())),
      repeat_window_(std::to_string(settings.repeat_window.count())),
      remember_words_(std::to_string((settings.repeat_window + kLongestDelay).count())),
      conversation_window_(std::to_string(settings.conversation_window.count())),
      remember_conversation_(std::to_string((settings.conversation_window + kLongestDelay).count())),
      similar_window_(std::to_string(settings.similar_window.count())) {}

asio::awaitable<Result<std::optional<Seq>>> Publisher::mark() {
  const auto reply = co_await redis_.call({"GET", mark_key_});
  if (!reply) co_return std::unexpected(reply.error());
  const auto mark = read_mark(*reply);
  if (!mark) co_return fail(Errc::refused, "WRONGTYPE: the gateway's mark in Redis is not a number");
  co_return *mark;
}

asio::awaitable<Result<void>> Publisher::load_scripts() {
  const auto publish = co_await redis_.call({"SCRIPT", "LOAD", std::string(kPublishScript)});
  if (!publish) co_return std::unexpected(publish.error());
  const auto advance_mark = co_await redis_.call({"SCRIPT", "LOAD", std::string(kAdvanceMarkScript)});
  if (!advance_mark) co_return std::unexpected(advance_mark.error());
  core::failpoint("publisher.scripts_loaded");
  publish_sha_ = publish->text;
  advance_mark_sha_ = advance_mark->text;
  co_return Result<void>{};
}

// One transaction: were some of the batch refused (memory full, a long script running) and later ones not, an edit could
// come before what it edits.
void Publisher::write_batch(const std::vector<Submission>& batch, std::optional<Seq> expected, Seq to) {
  buffer_.clear();
  append_command(buffer_, {"MULTI"});
  for (const auto& submission : batch) {
    begin_command(buffer_, 4 + kScriptArguments);
    const auto add = [this](const auto&... parts) { (append_part(buffer_, parts), ...); };
    add("EVALSHA", publish_sha_, "1", "{sp:" + std::to_string(submission.partition) + "}:");
    add(name_of(submission.intent), entry_type_of(submission), submission.emergency ? "emergency" : "complaints",
        std::to_string(core::to_unix_ms(submission.at)), submission.origin);
    // Without an id of the provider's, the message is known by where it stands in the journal.
    add(submission.seen.empty() ? submission.origin : submission.seen, submission.target, submission.target_code, submission.said,
        submission.conversation, submission.thread, submission.own_thread, submission.post, submission.caller);
    add(submission.category, joined(submission.speaks_of), submission.stands_alone ? "1" : "", submission.reporter_ref, submission.channel,
        submission.complaint_id, submission.code_candidates[0], submission.code_candidates[1], submission.code_candidates[2]);
    const NewComplaintEvent event(submission);
    add(event.text, event.type_at, event.subject_at, event.complaint_at, event.code_at, event.interest_at);
    add(submission.sketch, submission.sketch.empty() ? std::string_view() : std::string_view(submission.event.linked_head));
    add(remember_ids_, repeat_window_, remember_words_, conversation_window_, remember_conversation_, similar_window_);
  }
  append_command(buffer_, {"EVALSHA", advance_mark_sha_, "1", mark_key_, expected ? std::to_string(*expected) : "", std::to_string(to)});
  append_command(buffer_, {"EXEC"});
}

asio::awaitable<Result<BatchResult>> Publisher::publish(const std::vector<Submission>& batch, std::optional<Seq> expected, Seq to) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto result = co_await try_publish(batch, expected, to);
    if (!result) co_return std::unexpected(result.error());
    if (*result) co_return std::move(**result);
  }
  co_return fail(Errc::unavailable, "NOSCRIPT: Redis keeps forgetting the script");
}

// nullopt when Redis had forgotten the scripts; they will be loaded the next time.
asio::awaitable<Result<std::optional<BatchResult>>> Publisher::try_publish(const std::vector<Submission>& batch,
                                                                           std::optional<Seq> expected, Seq to) {
  if (publish_sha_.empty()) {
    if (auto loaded = co_await load_scripts(); !loaded) co_return std::unexpected(loaded.error());
  }
  const auto connection = co_await redis_.connect();
  if (!connection) co_return std::unexpected(connection.error());
  if (*connection != checked_connection_) {
    const auto found = co_await mark();
    if (!found) co_return std::unexpected(found.error());
    if (*found < expected) co_return BatchResult{{}, *found};
    checked_connection_ = *connection;
  }
  write_batch(batch, expected, to);
  auto replies = co_await redis_.exchange(buffer_, batch.size() + 3);
  if (!replies) co_return std::unexpected(replies.error());
  if (const auto* error = first_error(*replies)) {
    if (error_code(*error) != "NOSCRIPT") co_return std::unexpected(error_of(*error));
    publish_sha_.clear();
    co_return std::nullopt;
  }
  auto result = read_batch(replies->back(), batch.size());
  if (result) co_return result;
  redis_.close();
  co_return fail(Errc::outcome_unknown, "Redis answers the publishing script with nonsense");
}

}  // namespace satupintu::queue
