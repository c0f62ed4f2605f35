// SPDX-License-Identifier: Apache-2.0
// Open311 GeoReport v2, the city's side: apps and portals of others that speak this standard report straight to us. README.md has
// what is taken and answered.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

[[nodiscard]] std::unique_ptr<Adapter> make_web_open311(std::string account, core::Settings& settings);

}  // namespace satupintu::adapters
