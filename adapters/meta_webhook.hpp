// SPDX-License-Identifier: Apache-2.0
// What all webhooks of Meta have in common, whichever product they tell of: the handshake and the signature. WhatsApp's, Facebook's and
// Instagram's adapters hold one each. May be used by any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/json.hpp"
#include "adapters/signature.hpp"
#include "core/delivery.hpp"
#include "core/error.hpp"
#include "core/event.hpp"
#include "core/http.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"

namespace satupintu::adapters {

// Meta's notifications end at 3 MB.
inline constexpr std::uint64_t kMaxMetaBodyBytes = 3'500'000;

class MetaWebhook {
 public:
  // Reads the keys `app_secret`, `previous_app_secret` and `verify_token`.
  MetaWebhook(std::string account, core::Settings& settings);

  // A GET is the handshake of Meta's webhook form ("Getting started" in the Graph API's documentation) and leaves nothing to be
  // journalled; a POST is a delivery with an empty head, and must be signed. Fails as Adapter::admit does.
  [[nodiscard]] core::Result<core::Admission> admit(const core::HttpRequest& request, core::Timestamp now) const;

  void sign(core::HttpRequest& request) const;

 private:
  [[nodiscard]] core::Result<core::Admission> shake_hands(const core::HttpRequest& request) const;
  [[nodiscard]] bool is_signed(const core::HttpRequest& request) const;

  std::string account_;
  LiveSecrets app_secrets_;
  core::Secret verify_token_;
};

}  // namespace satupintu::adapters
