// SPDX-License-Identifier: Apache-2.0
// From journal rows to submissions: decode, normalize, seal. Never fails: what cannot be read is quarantined
// with its reason, and every event of a row ends up in exactly one of the Batch's three lists.
// Threads: one at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "core/crypto.hpp"
#include "gateway/accounts.hpp"
#include "normalizer/normalizer.hpp"
#include "queue/errand.hpp"
#include "queue/journal_reader.hpp"
#include "queue/submission.hpp"

namespace satupintu::gateway {

// An event's place in the journal.
struct Place {
  std::string account;
  queue::Seq seq;
  std::uint32_t index;
};

// What a stretch of the journal came to.
struct Batch {
  struct Waiting {
    Place place;
    queue::Submission submission;
    std::string why;                     // of one that is only remembered
    std::vector<queue::Errand> errands;  // to be done unless it turns out a duplicate
  };
  struct Ignored {
    Place place;
    std::string why;
    std::vector<queue::Errand> errands = {};
  };

  queue::Seq to = 0;             // its last row
  std::vector<Waiting> waiting;  // for the stream
  std::vector<Ignored> ignored;
  std::vector<queue::Quarantined> quarantined;
};

// What the queue is told of a message: everything but where in the journal it stands.
[[nodiscard]] queue::Submission to_submission(const normalizer::Normalized& normalized, core::Sealer& sealer, core::Timestamp recorded_at);

class Assembly {
 public:
  // `accounts` and `normalizer` must outlive the assembly. `gateway_id` is the journal's name in every origin; `wait_for_parts` is how long
  // the parts of a text are held.
  Assembly(const Accounts& accounts, const normalizer::Normalizer& normalizer, core::Sealer sealer, std::string gateway_id,
           std::chrono::milliseconds wait_for_parts);

  void add(Batch& batch, const queue::JournalRow& row, core::Timestamp recorded_at);
  // Instead of `add`, for a row that must not be touched.
  static void set_aside(Batch& batch, const queue::JournalRow& row, std::string why, core::Timestamp at);

 private:
  // `only_counted_as` not empty: it is entered nowhere, but is counted once, under that reason.
  void add_message(Batch& batch, Place place, const normalizer::Origin& origin, core::Message message, core::Timestamp recorded_at,
                   bool is_first_look, std::string only_counted_as = {});

  const Accounts& accounts_;
  const normalizer::Normalizer& normalizer_;
  core::Sealer sealer_;
  std::string gateway_id_;
  std::chrono::milliseconds wait_for_parts_;
};

}  // namespace satupintu::gateway
