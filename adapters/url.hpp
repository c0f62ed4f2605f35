// SPDX-License-Identifier: Apache-2.0
// The little that adapters must know of a URL: whose server it names, before a secret goes there (anything unusual names nobody), and how
// to put a value into it. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace satupintu::adapters {

// "graph.facebook.com" of "https://graph.facebook.com:443/v26.0", in lower case. Empty for other schemes than http and https, and
// where a user name, a backslash, a blank or a control character could make two readers see two hosts.
[[nodiscard]] std::string host_of(std::string_view url);

// Whether `url` is https and names one of the servers of an Adapter::hosts(): "graph.facebook.com", or "*.fbcdn.net" for all below a name.
[[nodiscard]] bool is_https_to(std::string_view url, std::span<const std::string> hosts);

// `bytes` as they may stand in a path or a query (RFC 3986): all but letters, digits, '-', '.', '_' and '~' escaped.
[[nodiscard]] std::string url_escape(std::string_view bytes);

}  // namespace satupintu::adapters
