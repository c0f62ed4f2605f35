// SPDX-License-Identifier: Apache-2.0
#include "gateway/assembly.hpp"

#include <utility>

#include "core/failpoint.hpp"
#include "gateway/decoding.hpp"
#include "gateway/errands.hpp"

namespace satupintu::gateway {

using normalizer::CommandKind;
using queue::Errand;
using queue::ErrandKind;
using queue::Intent;
using queue::Submission;

namespace {

// Commands that only ask for an answer say nothing that the queue's readers need.
std::string_view name_of(CommandKind kind) {
  switch (kind) {
    case CommandKind::status: return "command_status";
    case CommandKind::help: return "command_help";
    case CommandKind::stop: return "command_stop";
    case CommandKind::start: return "command_start";
    case CommandKind::none:
    case CommandKind::officer:
    case CommandKind::rating:
    case CommandKind::withdraw: return "";
  }
  std::unreachable();
}

void set_intent(Submission& submission, const normalizer::Command& command, const core::Message& message) {
  const core::MessageKind kind = message.kind;
  submission.target_code = command.tracking_code;
  if (command.kind == CommandKind::rating) {
    submission.intent = Intent::rate;
  } else if (command.kind == CommandKind::withdraw) {
    submission.intent = Intent::withdraw;
  } else if (kind == core::MessageKind::edit) {
    submission.intent = Intent::amend;
    submission.entry_type = "complaint.edited";
  } else if (kind == core::MessageKind::retraction) {
    submission.intent = Intent::attach;
    submission.entry_type = "complaint.retracted";
  } else if (kind == core::MessageKind::attachment) {
    submission.intent = Intent::attach;
    const bool is_lost = message.attachments.front().state == core::AttachmentState::lost;
    submission.entry_type = is_lost ? "attachment.lost" : "attachment.stored";
  } else if (kind == core::MessageKind::caller_location) {
    submission.intent = Intent::locate;
    submission.entry_type = "complaint.appended";
  } else if (kind == core::MessageKind::reaction) {
    submission.intent = Intent::attach;
    submission.entry_type = "complaint.appended";
  }
}

// As long as the patience of most providers: WhatsApp keeps media for seven days.
constexpr std::chrono::days kPatience{7};
// How often and how long the call is looked for to which the position of a telephone belongs.
constexpr std::chrono::seconds kLookForCallAgain{20};
constexpr std::chrono::minutes kWaitForCall{30};

Errand errand_to_join(const Place& place, const core::TextPart& part, const core::Complaint& complaint, core::Timestamp recorded_at,
                      std::chrono::milliseconds wait) {
  std::string topic = place.account + ' ' + complaint.reporter.ref + ' ' + part.reference;
  for (const auto& ours : complaint.contact.to) topic += ' ' + ours;
  return make_errand(ErrandKind::join, place.account, {.seq = place.seq, .index = place.index, .item = part.number, .total = part.total},
                     recorded_at, recorded_at + wait, std::move(topic));
}

std::vector<Errand> errands_of(const Place& place, const core::Complaint& complaint, core::Timestamp recorded_at, bool is_first_look) {
  std::vector<Errand> errands;
  const auto add = [&](ErrandKind kind, std::uint32_t item, core::Timestamp due, core::Timestamp expires) {
    errands.push_back(make_errand(
        kind, place.account, {.seq = place.seq, .index = place.index, .item = item, .visibility = complaint.visibility}, due, expires));
  };
  const core::Message& message = complaint.contact;
  if (message.kind == core::MessageKind::caller_location) {
    // However long both waited in the journal: the call may be the next row.
    if (is_first_look || recorded_at - complaint.received_at < kWaitForCall)
      add(ErrandKind::again, 0, recorded_at + kLookForCallAgain, recorded_at + kWaitForCall);
    return errands;
  }
  for (std::uint32_t i = 0; i < message.attachments.size(); ++i) {
    if (message.attachments[i].state == core::AttachmentState::pending) add(ErrandKind::store, i, recorded_at, recorded_at + kPatience);
  }
  return errands;
}

}  // namespace

Assembly::Assembly(const Accounts& accounts, const normalizer::Normalizer& normalizer, core::Sealer sealer, std::string gateway_id,
                   std::chrono::milliseconds wait_for_parts)
    : accounts_(accounts),
      normalizer_(normalizer),
      sealer_(std::move(sealer)),
      gateway_id_(std::move(gateway_id)),
      wait_for_parts_(wait_for_parts) {}

void Assembly::add(Batch& batch, const queue::JournalRow& row, core::Timestamp recorded_at) {
  batch.to = row.seq;
  core::failpoint("assembly.decode");
  auto events = decode(accounts_, row);
  if (!events) return set_aside(batch, row, events.error().what, recorded_at);
  if (events->empty()) return batch.ignored.push_back({{row.delivery.account, row.seq, 0}, "empty"});

  const adapters::AdapterInfo& info = accounts_.at(row.delivery.account)->info();
  const core::Channel channel = info.channel;
  const normalizer::Origin origin{row.delivery.account, std::string(info.name), row.delivery.received_at,
                                  core::sha256_hex(row.delivery.body)};
  std::uint32_t index = 0;
  for (auto& event : *events) {
    Place place{row.delivery.account, row.seq, index};
    if (auto* message = std::get_if<core::Message>(&event)) {
      add_message(batch, std::move(place), origin, std::move(*message), recorded_at, !is_looked_at_again(row.delivery));
    } else if (std::holds_alternative<core::Pointer>(event)) {
      Errand errand =
          make_errand(ErrandKind::fetch, place.account, {.seq = place.seq, .index = place.index}, recorded_at, recorded_at + kPatience);
      batch.ignored.push_back({std::move(place), "fetched_separately", {std::move(errand)}});
    } else if (auto* ignored = std::get_if<core::Ignored>(&event)) {
      const bool is_a_call_that_counts = channel == core::Channel::call && !ignored->external_id.empty();
      if (is_a_call_that_counts) {
        core::Message call;
        call.channel = channel;
        call.external_id = ignored->why + ":" + ignored->external_id;
        add_message(batch, std::move(place), origin, std::move(call), recorded_at, true, std::move(ignored->why));
      } else {
        batch.ignored.push_back({std::move(place), std::move(ignored->why)});
      }
    } else if (auto* unreadable = std::get_if<core::Unreadable>(&event)) {
      batch.quarantined.push_back({row.seq, index, row.delivery.account, std::move(unreadable->why), recorded_at});
    } else {
      batch.ignored.push_back({std::move(place), "receipt"});
    }
    ++index;
  }
}

void Assembly::set_aside(Batch& batch, const queue::JournalRow& row, std::string why, core::Timestamp at) {
  batch.to = row.seq;
  batch.quarantined.push_back({row.seq, queue::kWholeDelivery, row.delivery.account, std::move(why), at});
}

void Assembly::add_message(Batch& batch, Place place, const normalizer::Origin& origin, core::Message message, core::Timestamp recorded_at,
                           bool is_first_look, std::string only_counted_as) {
  const auto part = message.part && message.part->total > 1 ? message.part : std::nullopt;
  const auto normalized = normalizer_.normalize(origin, std::move(message));
  if (const auto why = name_of(normalized.command.kind); !why.empty() && !part) {
    return batch.ignored.push_back({std::move(place), std::string(why)});
  }
  Submission submission = to_submission(normalized, sealer_, recorded_at);
  submission.origin = gateway_id_ + ":" + std::to_string(place.seq) + ":" + std::to_string(place.index);
  if (part) only_counted_as = "joined_with_its_siblings";
  if (!only_counted_as.empty()) submission.intent = Intent::hold;
  auto errands = part ? std::vector{errand_to_join(place, *part, normalized.complaint, recorded_at, wait_for_parts_)}
                      : errands_of(place, normalized.complaint, recorded_at, is_first_look);
  batch.waiting.push_back({std::move(place), std::move(submission), std::move(only_counted_as), std::move(errands)});
}

Submission to_submission(const normalizer::Normalized& normalized, core::Sealer& sealer, core::Timestamp recorded_at) {
  const auto& [complaint, command, fingerprints, continuation, sketch] = normalized;
  Submission submission;
  set_intent(submission, command, complaint.contact);
  submission.emergency = complaint.priority == core::Priority::emergency;
  submission.seen = fingerprints.seen;
  submission.target = fingerprints.target;
  submission.said = fingerprints.said;
  submission.conversation = fingerprints.conversation;
  submission.thread = fingerprints.thread;
  submission.own_thread = fingerprints.own_thread;
  submission.post = fingerprints.post;
  submission.caller = fingerprints.caller;
  submission.category = complaint.category.value;
  submission.speaks_of = continuation.speaks_of;
  submission.stands_alone = continuation.stands_alone;
  submission.sketch = sketch;
  submission.reporter_ref = complaint.reporter.ref;
  submission.channel = name_of(complaint.contact.channel);
  submission.complaint_id = complaint.complaint_id;
  submission.code_candidates = complaint.code_candidates;
  submission.at = complaint.received_at;
  submission.event = to_event_pieces(complaint, sealer.seal(to_json(complaint.confidential), recorded_at), recorded_at);
  return submission;
}

}  // namespace satupintu::gateway
