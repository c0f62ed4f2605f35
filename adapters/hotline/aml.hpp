// SPDX-License-Identifier: Apache-2.0
// Where somebody is who calls 112, as the telephone itself tells it while the call is being set up: Android's Emergency Location Service
// and Advanced Mobile Location, by HTTPS, or by an SMS that a gateway hands on. What comes in never opens a complaint.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

[[nodiscard]] std::unique_ptr<Adapter> make_hotline_aml(std::string account, core::Settings& settings);

}  // namespace satupintu::adapters
