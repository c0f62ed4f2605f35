// SPDX-License-Identifier: Apache-2.0
// Where a provider's API is: a setting, so that a proxy on the premises or a test can stand in. Called by the adapters that ask
// their provider something. Pure.
#pragma once

#include <string>
#include <string_view>

#include "core/settings.hpp"

namespace satupintu::adapters {

// Reads the key `api_url`, without a slash at its end; a mistake is reported for what is no http(s) address.
[[nodiscard]] std::string read_api_url(core::Settings& settings, std::string provider);

// "api.example.org" of "https://api.example.org:8443/v1"; empty where there is none.
[[nodiscard]] std::string host_of(std::string_view url);

}  // namespace satupintu::adapters
