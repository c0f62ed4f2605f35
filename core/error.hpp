// SPDX-License-Identifier: Apache-2.0
// How every fallible call in the house fails: a value whose code says what to do next.
// Codes are grouped by disposition; `disposition_of` is the only place that maps one to the other.
// An Error's text is for engineers. It never carries a secret, a message's text or personal data.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace satupintu::core {

enum class Errc {
  // The sender's fault: answer 4xx, keep nothing.
  unauthentic,  // signature, token or account is not one of ours
  malformed,    // the request breaks the protocol it claims to speak
  too_large,    // over a documented limit
  not_found,    // no such route, account, row or entry
  // Authentic, but we cannot make sense of it: keep it in quarantine, answer 2xx.
  unreadable,
  // Try later: nothing was changed.
  unavailable,  // the other side is down, refuses or is not ready yet
  timed_out,
  overloaded,  // our own backlog is over its limit
  // Final refusal: trying again gives the same answer.
  refused,
  // Sent, but the answer was lost: only an idempotent request may be repeated.
  outcome_unknown,
  // Stop accepting: the journal can no longer promise anything.
  journal_failed,
  // Refuse to start.
  misconfigured,
};

enum class Disposition { refuse_sender, quarantine, retry_later, give_up, resend_if_idempotent, stop_accepting, refuse_to_start };

struct Error {
  Errc code;
  std::string what;
};

template <class T>
using Result = std::expected<T, Error>;

[[nodiscard]] Disposition disposition_of(Errc code) noexcept;

// The code's name as written above, for logs and metrics.
[[nodiscard]] std::string_view name_of(Errc code) noexcept;

[[nodiscard]] inline std::unexpected<Error> fail(Errc code, std::string what) { return std::unexpected(Error{code, std::move(what)}); }

}  // namespace satupintu::core
