// SPDX-License-Identifier: Apache-2.0
// What a provider's answer to a call of ours means, by its status. Called by adapters after Transport::call. Pure.
#pragma once

#include <string>

#include "core/error.hpp"
#include "core/http.hpp"

namespace satupintu::adapters {

// The body of a 2xx answer. Otherwise fails as the call did, or as Transport::download does for any other status: with unauthentic
// (401, 403), not_found (404, 410), unavailable (408, 429, 5xx) or refused.
[[nodiscard]] core::Result<std::string> body_of(core::Result<core::HttpAnswer> answer);

}  // namespace satupintu::adapters
