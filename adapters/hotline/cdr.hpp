// SPDX-License-Identifier: Apache-2.0
// Follows the file into which Asterisk writes a line about every call that ended (Master.csv) or about everything that happens in its
// queues (queue_log), so that calls which nobody answered are counted too. No line opens a complaint.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

[[nodiscard]] std::unique_ptr<Adapter> make_hotline_cdr(std::string account, core::Settings& settings);

}  // namespace satupintu::adapters
