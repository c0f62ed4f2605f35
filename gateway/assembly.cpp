// SPDX-License-Identifier: Apache-2.0
#include "gateway/assembly.hpp"

#include <utility>

#include "core/failpoint.hpp"

namespace satupintu::gateway {

using normalizer::CommandKind;
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

void set_intent(Submission& submission, const normalizer::Command& command, core::MessageKind kind) {
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
  } else if (kind == core::MessageKind::reaction) {
    submission.intent = Intent::attach;
    submission.entry_type = "complaint.appended";
  }
}

}  // namespace

Assembly::Assembly(const Accounts& accounts, const normalizer::Normalizer& normalizer, core::Sealer sealer, std::string gateway_id)
    : accounts_(accounts), normalizer_(normalizer), sealer_(std::move(sealer)), gateway_id_(std::move(gateway_id)) {}

void Assembly::add(Batch& batch, const queue::JournalRow& row, core::Timestamp recorded_at) {
  batch.to = row.seq;
  if (!row.readable) return set_aside(batch, row, "undecryptable", recorded_at);
  const auto account = accounts_.find(row.delivery.account);
  if (account == accounts_.end()) return set_aside(batch, row, "unknown_account", recorded_at);
  core::failpoint("assembly.decode");
  auto events = account->second->decode(row.delivery);
  if (!events) return set_aside(batch, row, events.error().what, recorded_at);
  if (events->empty()) return batch.ignored.push_back({{row.delivery.account, row.seq, 0}, "empty"});

  const normalizer::Origin origin{row.delivery.account, std::string(account->second->info().name), row.delivery.received_at,
                                  core::sha256_hex(row.delivery.body)};
  std::uint32_t index = 0;
  for (auto& event : *events) {
    Place place{row.delivery.account, row.seq, index};
    if (auto* message = std::get_if<core::Message>(&event)) {
      add_message(batch, std::move(place), origin, std::move(*message), recorded_at);
    } else if (auto* ignored = std::get_if<core::Ignored>(&event)) {
      batch.ignored.push_back({std::move(place), std::move(ignored->why)});
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

void Assembly::add_message(Batch& batch, Place place, const normalizer::Origin& origin, core::Message message,
                           core::Timestamp recorded_at) {
  auto [complaint, command, fingerprints] = normalizer_.normalize(origin, std::move(message));
  if (const auto why = name_of(command.kind); !why.empty()) return batch.ignored.push_back({std::move(place), std::string(why)});

  Submission submission;
  submission.origin = gateway_id_ + ":" + std::to_string(place.seq) + ":" + std::to_string(place.index);
  set_intent(submission, command, complaint.contact.kind);
  submission.emergency = complaint.priority == core::Priority::emergency;
  submission.seen = std::move(fingerprints.seen);
  submission.target = std::move(fingerprints.target);
  submission.said = std::move(fingerprints.said);
  submission.conversation = std::move(fingerprints.conversation);
  submission.category = complaint.category.value;
  submission.reporter_ref = complaint.reporter.ref;
  submission.channel = name_of(complaint.contact.channel);
  submission.complaint_id = complaint.complaint_id;
  submission.code_candidates = complaint.code_candidates;
  submission.at = complaint.received_at;
  const std::string sealed = sealer_.seal(to_json(complaint.confidential), recorded_at);
  submission.event = to_event_pieces(complaint, sealed, recorded_at);
  batch.waiting.push_back({std::move(place), std::move(submission)});
}

}  // namespace satupintu::gateway
