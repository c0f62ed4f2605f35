// SPDX-License-Identifier: Apache-2.0
#include "adapters/url.hpp"

#include <algorithm>

namespace satupintu::adapters {

namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

bool is_unusual(char c) { return c <= ' ' || c == '\\' || static_cast<unsigned char>(c) >= 0x7F; }

}  // namespace

std::string host_of(std::string_view url) {
  if (std::ranges::any_of(url, is_unusual)) return {};
  if (url.starts_with(kHttps)) url.remove_prefix(kHttps.size());
  else if (url.starts_with(kHttp)) url.remove_prefix(kHttp.size());
  else return {};
  const std::string_view authority = url.substr(0, url.find_first_of("/?#"));
  if (authority.contains('@')) return {};
  const auto bracket = authority.rfind(']');
  std::string host{authority.substr(0, authority.find(':', bracket == std::string_view::npos ? 0 : bracket))};
  std::ranges::transform(host, host.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return host;
}

bool is_https_to(std::string_view url, std::span<const std::string> hosts) {
  const std::string host = host_of(url);
  return !host.empty() && url.starts_with(kHttps) && std::ranges::any_of(hosts, [&](std::string_view allowed) {
    return allowed.starts_with('*') ? host.ends_with(allowed.substr(1)) && host.size() > allowed.size() - 1 : host == allowed;
  });
}

std::string url_escape(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : bytes) {
    const bool stands_for_itself =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || std::string_view("-._~").contains(c);
    const auto byte = static_cast<unsigned char>(c);
    if (stands_for_itself) out += c;
    else (out += '%').append({kDigits[byte >> 4U], kDigits[byte & 0xFU]});
  }
  return out;
}

}  // namespace satupintu::adapters
