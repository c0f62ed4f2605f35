// SPDX-License-Identifier: Apache-2.0
// What adapters need of an address on the web: whom it names, and how to put a value into it. Pure.
#pragma once

#include <string>
#include <string_view>

namespace satupintu::adapters {

// "api.infobip.com" of "https://api.infobip.com:8443/sms?x"; empty where `url` is neither of http nor of https, or names a user.
[[nodiscard]] std::string host_of(std::string_view url);

// `bytes` as they may stand in a path or a query (RFC 3986): all but letters, digits, '-', '.', '_' and '~' escaped.
[[nodiscard]] std::string url_escape(std::string_view bytes);

}  // namespace satupintu::adapters
