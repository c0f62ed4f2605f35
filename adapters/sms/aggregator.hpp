// SPDX-License-Identifier: Apache-2.0
// Any aggregator that hands over received SMS by an HTTP request of its own making: the configuration says how it names the
// fields and how it proves itself. README.md has examples, and what becomes of every kind of message.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

[[nodiscard]] std::unique_ptr<Adapter> make_sms_aggregator(std::string account, core::Settings& settings);

}  // namespace satupintu::adapters
