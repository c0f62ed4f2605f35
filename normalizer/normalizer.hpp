// SPDX-License-Identifier: Apache-2.0
// Makes a complaint of a message, in ten steps that can be read in order in normalizer.cpp. Pure: it
// knows no channel's wire format, no clock and no network; the same message and rules always give the
// same record. One Normalizer may be used by several threads at once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/complaint.hpp"
#include "core/event.hpp"
#include "core/secret.hpp"
#include "core/time.hpp"
#include "normalizer/assessment.hpp"
#include "normalizer/category.hpp"
#include "normalizer/clocks.hpp"
#include "normalizer/command.hpp"
#include "normalizer/continuation.hpp"
#include "normalizer/fingerprint.hpp"
#include "normalizer/lexicon.hpp"
#include "normalizer/place.hpp"
#include "normalizer/reporter.hpp"
#include "normalizer/rules.hpp"

namespace satupintu::normalizer {

// Where and when the message came in.
struct Origin {
  std::string account;
  std::string provider;  // the adapter's name
  core::Timestamp received_at;
  std::string raw_sha256;
};

// Why a message was not even looked at as a command.
enum class NoCommand : std::uint8_t {
  written_by_staff,
  with_attachment,
  with_position,
  says_nothing,  // an edit, a reaction, a photo alone …
};

// What each step found, with its reasons: all that a record is made of. Refers to the rules of the Normalizer that made it.
struct Analysis {
  Origin origin;
  core::Message message;                         // as given, but without a position that is none
  std::string clean_subject, clean_text;         // 1
  std::optional<NoCommand> no_command;           // 2
  Command command;                               // 2
  CodedReport coded;                             // 2, its text moved on, its place masked
  Identity reporter;                             // 3
  std::string subject, text;                     // 4: what may be shown
  core::Visibility visibility{};                 // 4
  std::unique_ptr<const std::string> read_text;  // subject and text in one, at a place of its own, because `reading` points into it
  Reading reading;                               // 4: what every later step looks at
  Classification classification;                 // 5
  Assessment assessment;                         // 6
  const Category* category = nullptr;            // 5, else by the danger that step 6 found
  Places places;                                 // 7
  Continuation continuation;                     // 7
  core::Timestamp written_at;                    // 8
  Occurrence occurrence;                         // 8
  Deadlines deadlines;                           // 8
  Fingerprints fingerprints;                     // 9
};

struct Normalized {
  core::Complaint complaint;
  Command command;
  Fingerprints fingerprints;
  Continuation continuation;
  // Sketch::packed() of a message that tells of something to be seen to, kUnlinkable of one that is to stay secret, else empty.
  std::string sketch;
};

class Normalizer {
 public:
  // `identity_key` (32 bytes) makes reporter references and ids; changing it makes every citizen a new one.
  Normalizer(Rules rules, core::Secret identity_key);

  // Every text in the complaint is valid UTF-8 and, outside `confidential`, free of the sender's address and of the personal
  // data that personal_data.hpp finds.
  [[nodiscard]] Normalized normalize(const Origin& origin, core::Message message) const;

  // What `normalize` makes its record of. Unlike the record it holds the message as it came, with all that tells who wrote it.
  [[nodiscard]] Analysis analyze(Origin origin, core::Message message) const;

  [[nodiscard]] const Rules& rules() const noexcept { return rules_; }

 private:
  [[nodiscard]] Normalized record(Analysis found) const;

  Rules rules_;
  core::Secret identity_key_;
};

}  // namespace satupintu::normalizer
