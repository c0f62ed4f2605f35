// SPDX-License-Identifier: Apache-2.0
// The keyed hashes by which publish.lua tells a duplicate, a repetition and a continuation from a new complaint. They
// depend on what the provider sent and never on when or where it is processed, so every replay makes the same ones. Pure.
#pragma once

#include <string>
#include <string_view>

#include "core/event.hpp"
#include "core/secret.hpp"
#include "core/time.hpp"

namespace satupintu::normalizer {

// Keys for deduplication: 32 hex digits each, empty where the rule does not apply.
struct Fingerprints {
  std::string seen;          // account, provider's id and kind: the same message again
  std::string target;        // `seen` of the message that this one edits, retracts or reacts to
  std::string said;          // reporter and normalised text: the same words again, on any channel
  std::string conversation;  // reporter and conversation: what belongs to the report just made
  std::string thread;        // a post, whoever comments on it: of a comment
  std::string own_thread;    // the same, of the post itself
  std::string post;    // a public post, on whatever account and by whomever it was told: staff may write down what a webhook tells, too
  std::string caller;  // a reporter's last call, on any account: what a position that the telephone tells belongs to
};

// The messages that say something new share one kind, whatever they hold, so that an edit, retraction or reaction, which knows
// only the original's id, finds it. `message` must be as the adapter gave it; `folded_text` holds the letters of its cleaned
// text (Words::folded).
[[nodiscard]] Fingerprints fingerprints_of(const core::Message& message, std::string_view account, core::Timestamp received_at,
                                           std::string_view reporter, std::string_view folded_text, const core::Secret& key);

// `Fingerprints::seen` of a message that says something new, by the provider's id alone.
[[nodiscard]] std::string seen_of_new(std::string_view account, std::string_view external_id, const core::Secret& key);

}  // namespace satupintu::normalizer
