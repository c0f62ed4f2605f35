// SPDX-License-Identifier: Apache-2.0
// For providers that sign nothing: a secret that every request carries, behind the account's name in the URL
// (/channels/ACCOUNT/SECRET), as the password of HTTP Basic, or in a header that a proxy adds. May be used by any thread.
#pragma once

#include <string>

#include "adapters/signature.hpp"
#include "core/http.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

class SharedSecret {
 public:
  // Reads the keys `secret` and `previous_secret`; a mistake is reported for one that changes its meaning in a URL.
  SharedSecret(std::string account, core::Settings& settings);

  [[nodiscard]] bool is_in(const core::HttpRequest& request) const;
  // Whether the request carries anything in the secret's place, right or wrong.
  [[nodiscard]] bool is_tried_by(const core::HttpRequest& request) const;
  void put_into(core::HttpRequest& request) const;  // as the header

 private:
  std::string route_;
  LiveSecrets secrets_;
};

}  // namespace satupintu::adapters
