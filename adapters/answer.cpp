// SPDX-License-Identifier: Apache-2.0
#include "adapters/answer.hpp"

#include <utility>

namespace satupintu::adapters {

using core::Errc;

namespace {

Errc errc_of(unsigned status) {
  switch (status) {
    case 401:
    case 403: return Errc::unauthentic;
    case 404:
    case 410: return Errc::not_found;
    case 408:
    case 429: return Errc::unavailable;
    default: return status / 100 == 5 ? Errc::unavailable : Errc::refused;
  }
}

}  // namespace

core::Result<std::string> body_of(core::Result<core::HttpAnswer> answer) {
  if (!answer) return std::unexpected(std::move(answer.error()));
  if (answer->status / 100 == 2) return std::move(answer->body);
  return core::fail(errc_of(answer->status), "the provider answers " + std::to_string(answer->status));
}

}  // namespace satupintu::adapters
