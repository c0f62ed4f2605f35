// SPDX-License-Identifier: Apache-2.0
// Asking Meta's Graph API for what a webhook only pointed at. The adapters of Facebook, Instagram and WhatsApp hold one GraphApi each and
// call it from `fetch` and `download`. May be used by any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/transport.hpp"
#include "core/error.hpp"
#include "core/secret.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

// What is to be asked for and what it is to become: the words of a Pointer's target, and of the head of what was fetched.
struct GraphTarget {
  std::string role;    // new, mention, edit
  std::string item;    // comment, post, media
  std::string id;      // of the item
  std::string asset;   // the page or account whose webhook it was
  std::string parent;  // the post or medium that a comment stands under; may be empty

  // "mention comment 1790 1784 1799". nullopt where a part has characters that no id of Meta's has.
  [[nodiscard]] std::optional<std::string> written() const;
  [[nodiscard]] static std::optional<GraphTarget> parse(std::string_view words);
};

class GraphApi {
 public:
  // Reads the keys `access_token` and `api_url`.
  explicit GraphApi(core::Settings& settings);

  [[nodiscard]] const std::string& host() const noexcept { return host_; }
  // The header that carries the token, for Meta's own servers only; none without a token.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> authorization() const;

  // The answer to `path` with the list of `fields` (empty: those that it has anyway), a JSON object. Fails with refused without a token or
  // for a question that is not answered, unauthentic where the token is not good enough, not_found, unavailable (also when we ask too
  // often), and as Transport does.
  boost::asio::awaitable<core::Result<std::string>> ask(std::string path, std::string fields, Transport& transport) const;

 private:
  std::optional<core::Secret> access_token_;
  std::string api_url_;
  std::string host_;
};

}  // namespace satupintu::adapters
