// SPDX-License-Identifier: Apache-2.0
// Telephone systems that tell what their calls do, while they do it, in the way that Zammad calls generic CTI: rings, is answered, ended.
// The telephone system stands inside the house, so the account is reachable on the staff listener only. Calls are counted; none opens a
// complaint.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

[[nodiscard]] std::unique_ptr<Adapter> make_hotline_cti(std::string account, core::Settings& settings);

}  // namespace satupintu::adapters
