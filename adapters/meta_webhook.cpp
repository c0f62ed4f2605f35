// SPDX-License-Identifier: Apache-2.0
#include "adapters/meta_webhook.hpp"

#include <algorithm>
#include <utility>

#include "adapters/form.hpp"
#include "core/crypto.hpp"

namespace satupintu::adapters {

using core::Errc;

namespace {

constexpr std::string_view kSignatureHeader = "X-Hub-Signature-256";
constexpr std::string_view kSignaturePrefix = "sha256=";
constexpr std::size_t kSignatureDigits = 64;
constexpr std::size_t kMaxChallenge = 256;

}  // namespace

MetaWebhook::MetaWebhook(std::string account, core::Settings& settings)
    : account_(std::move(account)),
      app_secrets_{
          .current = settings.secret("app_secret", "The app secret of the Meta app, with which Meta signs what it sends."),
          .previous = settings.optional_secret("previous_app_secret", "The app secret before, accepted while it is being replaced.")},
      verify_token_(settings.secret("verify_token", "A word of your own choice, also entered in Meta's webhook form.")) {}

core::Result<core::Admission> MetaWebhook::admit(const core::HttpRequest& request, core::Timestamp now) const {
  if (request.method == "GET") return shake_hands(request);
  if (request.method != "POST") return core::fail(Errc::malformed, "the method is neither GET nor POST");
  if (request.body.size() > kMaxMetaBodyBytes) return core::fail(Errc::too_large, "the body is larger than Meta's largest");
  if (!is_signed(request)) return core::fail(Errc::unauthentic, "the signature is missing or wrong");
  return core::Admission{.delivery = core::Delivery{.account = account_, .received_at = now, .head = {}, .body = request.body},
                         .answer = {}};
}

void MetaWebhook::sign(core::HttpRequest& request) const {
  std::erase_if(request.headers, [](const auto& header) { return core::equals_ignoring_case(header.first, kSignatureHeader); });
  request.headers.emplace_back(kSignatureHeader,
                               std::string(kSignaturePrefix) + core::to_hex(hmac_sha256(app_secrets_.current, request.body)));
}

core::Result<core::Admission> MetaWebhook::shake_hands(const core::HttpRequest& request) const {
  const Form query = Form::parse(request.query);
  if (!verify_token_.matches(query.value("hub.verify_token"))) return core::fail(Errc::unauthentic, "the verify token is missing or wrong");
  const std::string challenge = query.value("hub.challenge");
  const bool harmless = !challenge.empty() && challenge.size() <= kMaxChallenge && std::ranges::all_of(challenge, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
  });
  if (query.value("hub.mode") != "subscribe" || !harmless) return core::fail(Errc::malformed, "not a subscription with a plain challenge");
  return core::Admission{
      .delivery = std::nullopt,
      .answer = {.content_type = "text/plain; charset=utf-8", .body = challenge, .headers = {{"X-Content-Type-Options", "nosniff"}}}};
}

bool MetaWebhook::is_signed(const core::HttpRequest& request) const {
  const auto signature = request.header(kSignatureHeader);
  if (!signature || !signature->starts_with(kSignaturePrefix) || signature->size() != kSignaturePrefix.size() + kSignatureDigits)
    return false;
  const auto mac = core::from_hex(signature->substr(kSignaturePrefix.size()));
  return mac && is_hmac_sha256(app_secrets_, request.body, *mac);
}

}  // namespace satupintu::adapters
