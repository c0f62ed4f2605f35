// SPDX-License-Identifier: Apache-2.0
// What the pipeline hands to the publisher for one event, and what it hears back. All decisions about
// duplicates fall inside publish.lua, in one atomic step; a Submission carries what it needs to decide.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/complaint.hpp"
#include "core/time.hpp"

namespace satupintu::queue {

// What the message may do.
enum class Intent {
  report,    // opens a complaint, or continues one
  amend,     // changes an earlier message; opens a complaint when that one is unknown
  attach,    // belongs to an earlier message (a reaction, a retraction); nothing without it
  locate,    // belongs to a reporter's last call; may be tried again where that is not known yet
  hold,      // only remembered: what it says comes later, with its siblings
  rate,      // rates the complaint whose code it names
  withdraw,  // withdraws the complaint whose code it names
};

struct Submission {
  // Where in which journal it stands: "<gateway>:<seq>:<index>". Run again, it gets its first outcome again.
  std::string origin;
  Intent intent = Intent::report;
  std::string entry_type;  // for `amend` and `attach`: complaint.edited, complaint.retracted, complaint.appended
  unsigned partition = 0;
  bool emergency = false;                        // into the emergency lane
  std::string seen, target, said, conversation;  // see normalizer::Fingerprints; empty: the rule does not apply
  std::string thread, own_thread;                // likewise
  std::string post;                              // a public post, whoever tells of it
  std::string caller;                            // for a call, and for `locate`
  std::string target_code;                       // for `rate` and `withdraw`
  std::string category;
  std::vector<std::string> speaks_of;  // see normalizer::Continuation
  bool stands_alone = false;
  std::string sketch;  // what similar reports are found by: see normalizer::Normalized
  std::string reporter_ref;
  std::string channel;
  std::string complaint_id;
  std::array<std::string, 3> code_candidates;
  core::Timestamp at;  // received_at: what "within a day" and "within 30 min" are counted by
  core::EventPieces event;
};

enum class Outcome {
  published,  // a new complaint
  appended,   // an entry under an earlier complaint (continued, edited, retracted, rated)
  repeated,   // the same reporter said the same again: an entry under the earlier complaint
  duplicate,  // the provider delivered the same message again: no entry
  held,       // remembered: no entry
  orphaned,   // belongs to a message or complaint that is not known (or not this reporter's): no entry
};

struct Published {
  Outcome outcome;
  bool added;  // false when this origin had been published before: a replay
  std::string complaint_id;
  std::string tracking_code;
};

[[nodiscard]] std::string_view name_of(Outcome outcome) noexcept;

}  // namespace satupintu::queue
