// SPDX-License-Identifier: Apache-2.0
#include "adapters/shared_secret.hpp"

#include <algorithm>

#include "core/crypto.hpp"

namespace satupintu::adapters {

namespace {

constexpr std::string_view kHeader = "X-Satupintu-Secret";
constexpr std::string_view kBasic = "Basic ";

bool is_fit_for_a_path(std::string_view secret) {
  return std::ranges::all_of(secret, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || std::string_view("-._~").contains(c);
  });
}

// Empty where the header is missing or not of that form; the user's name says nothing.
std::string password_of_basic(std::string_view authorization) {
  if (!authorization.starts_with(kBasic)) return {};
  const auto credentials = core::from_base64(authorization.substr(kBasic.size()));
  if (!credentials || !credentials->contains(':')) return {};
  return credentials->substr(credentials->find(':') + 1);
}

}  // namespace

SharedSecret::SharedSecret(std::string account, core::Settings& settings)
    : route_("/channels/" + std::move(account) + '/'),
      secrets_{.current = settings.secret(
                   "secret", "What stands behind the account's name in the provider's URL: letters, digits, '-', '.', '_' and '~'."),
               .previous = settings.optional_secret("previous_secret", "The secret before, accepted while it is being replaced.")} {
  const auto check = [&](std::string_view key, const core::Secret& secret) {
    if (is_fit_for_a_path(secret.reveal())) return;
    settings.mistake(key, "has a character that changes its meaning in a URL", "make one with: satupintu keygen");
  };
  check("secret", secrets_.current);
  if (secrets_.previous) check("previous_secret", *secrets_.previous);
}

bool SharedSecret::is_in(const core::HttpRequest& request) const {
  if (request.path.starts_with(route_)) return is_one_of(secrets_, std::string_view(request.path).substr(route_.size()));
  if (const auto header = request.header(kHeader)) return is_one_of(secrets_, *header);
  return is_one_of(secrets_, password_of_basic(request.header("Authorization").value_or("")));
}

bool SharedSecret::is_tried_by(const core::HttpRequest& request) const {
  return request.path.starts_with(route_) || std::ranges::any_of(request.headers, [](const auto& header) {
           return core::equals_ignoring_case(header.first, kHeader) || core::equals_ignoring_case(header.first, "Authorization");
         });
}

void SharedSecret::put_into(core::HttpRequest& request) const {
  std::erase_if(request.headers, [](const auto& header) { return core::equals_ignoring_case(header.first, kHeader); });
  request.headers.emplace_back(kHeader, secrets_.current.reveal());
}

}  // namespace satupintu::adapters
