// SPDX-License-Identifier: Apache-2.0
#include "core/error.hpp"

#include <utility>

namespace satupintu::core {

Disposition disposition_of(Errc code) noexcept {
  switch (code) {
    case Errc::unauthentic:
    case Errc::malformed:
    case Errc::too_large:
    case Errc::not_found: return Disposition::refuse_sender;
    case Errc::unreadable: return Disposition::quarantine;
    case Errc::unavailable:
    case Errc::timed_out:
    case Errc::overloaded: return Disposition::retry_later;
    case Errc::refused: return Disposition::give_up;
    case Errc::outcome_unknown: return Disposition::resend_if_idempotent;
    case Errc::journal_failed: return Disposition::stop_accepting;
    case Errc::misconfigured: return Disposition::refuse_to_start;
  }
  std::unreachable();
}

std::string_view name_of(Errc code) noexcept {
  switch (code) {
    case Errc::unauthentic: return "unauthentic";
    case Errc::malformed: return "malformed";
    case Errc::too_large: return "too_large";
    case Errc::not_found: return "not_found";
    case Errc::unreadable: return "unreadable";
    case Errc::unavailable: return "unavailable";
    case Errc::timed_out: return "timed_out";
    case Errc::overloaded: return "overloaded";
    case Errc::refused: return "refused";
    case Errc::outcome_unknown: return "outcome_unknown";
    case Errc::journal_failed: return "journal_failed";
    case Errc::misconfigured: return "misconfigured";
  }
  std::unreachable();
}

}  // namespace satupintu::core
