// SPDX-License-Identifier: Apache-2.0
#include "adapters/api_url.hpp"

#include <utility>

namespace satupintu::adapters {

std::string read_api_url(core::Settings& settings, std::string provider) {
  std::string url =
      settings.text("api_url", "Where the provider's API is: another address only where a proxy stands in between.", std::move(provider));
  while (url.ends_with('/')) url.pop_back();
  if (host_of(url).empty()) settings.mistake("api_url", "is no address", "write it as https://HOST or https://HOST/PATH");
  return url;
}

std::string host_of(std::string_view url) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!url.starts_with(scheme)) continue;
    const std::string_view authority = url.substr(scheme.size(), url.find_first_of("/?#", scheme.size()) - scheme.size());
    if (authority.contains('@')) return {};
    return std::string(authority.starts_with('[') ? authority.substr(0, authority.find(']') + 1)
                                                  : authority.substr(0, authority.find(':')));
  }
  return {};
}

}  // namespace satupintu::adapters
