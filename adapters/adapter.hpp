// SPDX-License-Identifier: Apache-2.0
// The one interface between a provider's wire format and the house. An Adapter serves one configured
// account. All functions are const, hold no state and may be called from several threads at once;
// an Adapter lives as long as the App.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/delivery.hpp"
#include "core/error.hpp"
#include "core/event.hpp"
#include "core/http.hpp"
#include "core/time.hpp"

namespace satupintu::adapters {

// Who may reach the account's route: the whole internet, or staff behind their own listener.
enum class Audience { providers, staff };

struct AdapterInfo {
  std::string_view name;  // "whatsapp/cloud", as in the configuration
  core::Channel channel;
  Audience audience = Audience::providers;
  std::vector<std::string_view> methods;  // HTTP methods of the route /channels/<account>
  std::uint64_t max_body_bytes;           // above the provider's documented maximum
  bool names_messages = true;             // every message carries the provider's own id
};

// What a citizen says, for demonstrations and load: `compose` writes it as the provider would.
struct Utterance {
  std::string external_id;  // distinct per message; adapters give it the provider's shape
  std::string phone;        // E.164 with '+'
  std::string name;
  std::string text;
};

class Adapter {
 public:
  virtual ~Adapter() = default;
  Adapter(const Adapter&) = delete;
  Adapter& operator=(const Adapter&) = delete;

  [[nodiscard]] virtual const AdapterInfo& info() const noexcept = 0;

  // Is this request authentic, what of it is to be journalled, and what is the provider to be told once that
  // is committed? Looks at signatures over exact bytes and parses nothing else. Fails with unauthentic (the
  // caller answers 403 with a fixed text), malformed (400) or too_large (413).
  [[nodiscard]] virtual core::Result<core::Admission> admit(const core::HttpRequest& request, core::Timestamp now) const = 0;

  // What the delivery meant. Pure and total: unknown kinds are Ignored, one bad element is Unreadable, and only a
  // delivery that cannot be read as a whole fails, with unreadable. Never throws.
  [[nodiscard]] virtual core::Result<std::vector<core::Event>> decode(const core::Delivery& delivery) const = 0;

  // Makes `request` authentic, as the provider would: for fixtures, demonstrations and load.
  virtual void sign(core::HttpRequest& request) const = 0;

  // What the provider would send, unsigned, when a citizen says this. The path is left to the caller.
  [[nodiscard]] virtual core::HttpRequest compose(const Utterance& utterance, core::Timestamp now) const = 0;

 protected:
  Adapter() = default;
};

}  // namespace satupintu::adapters
