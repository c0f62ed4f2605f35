// SPDX-License-Identifier: Apache-2.0
// Any aggregator whose inbox must be asked for received SMS: one GET whose answer is JSON, as Zenziva's. The configuration says
// how to ask and how the fields are called. README.md has examples, and what becomes of every kind of message.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

[[nodiscard]] std::unique_ptr<Adapter> make_sms_aggregator_poll(std::string account, core::Settings& settings);

}  // namespace satupintu::adapters
