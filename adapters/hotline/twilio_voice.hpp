// SPDX-License-Identifier: Apache-2.0
// Twilio Programmable Voice as an answering machine: what callers say into a recording, and its transcription. README.md has how to
// configure it, and what becomes of every kind of request.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

[[nodiscard]] std::unique_ptr<Adapter> make_hotline_twilio_voice(std::string account, core::Settings& settings);

}  // namespace satupintu::adapters
