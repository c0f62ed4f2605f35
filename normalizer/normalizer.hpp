// SPDX-License-Identifier: Apache-2.0
// Makes a complaint of a message, in nine steps that can be read in order in normalizer.cpp. Pure: it
// knows no channel's wire format, no clock and no network; the same message and rules always give the
// same record. One Normalizer may be used by several threads at once.
#pragma once

#include <optional>
#include <string>

#include "core/complaint.hpp"
#include "core/event.hpp"
#include "core/secret.hpp"
#include "core/time.hpp"
#include "normalizer/rules.hpp"

namespace satupintu::normalizer {

// Where and when the message came in.
struct Origin {
  std::string account;
  std::string provider;        // the adapter's name
  core::Timestamp received_at;
  std::string raw_sha256;
};

// What a citizen asks of the gateway itself instead of reporting something.
enum class CommandKind { none, status, rating, withdraw, help, stop, start, officer };

struct Command {
  CommandKind kind = CommandKind::none;
  std::string tracking_code;   // canonical; empty where the command has none
  int rating = 0;              // 1 to 5 for a rating
};

// Keys for deduplication: 32 hex digits each, empty where the rule does not apply.
struct Fingerprints {
  std::string seen;            // account, provider's id and kind: the same message again
  std::string target;          // `seen` of the message that this one edits, retracts or reacts to
  std::string said;            // reporter and normalised text: the same words again, on any channel
  std::string conversation;    // reporter and conversation: what belongs to the report just made
};

struct Normalized {
  core::Complaint complaint;
  Command command;
  Fingerprints fingerprints;
};

class Normalizer {
 public:
  // `identity_key` (32 bytes) makes reporter references and ids; changing it makes every citizen a new one.
  Normalizer(Rules rules, core::Secret identity_key);

  [[nodiscard]] Normalized normalize(const Origin& origin, core::Message message) const;

 private:
  Rules rules_;
  core::Secret identity_key_;
};

}  // namespace satupintu::normalizer
