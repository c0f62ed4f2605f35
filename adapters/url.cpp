// SPDX-License-Identifier: Apache-2.0
#include "adapters/url.hpp"

namespace satupintu::adapters {

std::string host_of(std::string_view url) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!url.starts_with(scheme)) continue;
    const auto authority = url.substr(scheme.size()).substr(0, url.substr(scheme.size()).find_first_of("/?#"));
    if (authority.contains('@')) return {};
    return std::string(authority.substr(0, authority.find(':')));
  }
  return {};
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
