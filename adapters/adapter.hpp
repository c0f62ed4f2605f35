// SPDX-License-Identifier: Apache-2.0
// The one interface between a provider's wire format and the house. An Adapter serves one configured
// account. All functions are const, hold no state and may be called from several threads at once;
// an Adapter lives as long as the App. Push channels implement the first half; the coroutines have defaults.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/transport.hpp"
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
  std::vector<std::string_view> methods;  // HTTP methods of the route /channels/<account>; none for a channel that only pulls
  std::uint64_t max_body_bytes;           // above the provider's documented maximum
  bool names_messages = true;             // every message carries the provider's own id
  unsigned refusal_status = 403;          // told to the unauthentic; another where the provider would give up a mail over our own mistake
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

  // The servers that this account may speak to: "graph.facebook.com", or "*.fbcdn.net" for all below a name.
  [[nodiscard]] virtual std::vector<std::string> hosts() const { return {}; }

  // How long after one round of `poll` the next begins; nullopt for a channel that is only pushed to.
  [[nodiscard]] virtual std::optional<std::chrono::milliseconds> poll_interval() const { return std::nullopt; }

  // One round: looks for what is new since the bookmark and commits it. Gives how long to wait before the next round where the provider
  // wants that otherwise than by `poll_interval`. Fails with unauthentic when the provider refuses us, and otherwise as Transport and Inbox
  // do; whatever was not committed is found again by the next round.
  virtual boost::asio::awaitable<core::Result<std::optional<std::chrono::milliseconds>>> poll(Inbox& inbox, Transport& transport) const;

  // What a Pointer points at, as a delivery of this account that `decode` understands. Fails with not_found when it is gone.
  virtual boost::asio::awaitable<core::Result<core::Delivery>> fetch(core::Pointer pointer, Transport& transport) const;

  // An attachment's bytes from where the provider keeps them. By default a GET of its url, whose refusal means that it has ended.
  virtual boost::asio::awaitable<core::Result<Download>> download(core::Attachment attachment, Transport& transport) const;

  // The bytes of an attachment that came inside the delivery (Attachment::inline_part). Pure.
  [[nodiscard]] virtual core::Result<std::string> extract(const core::Delivery& delivery, const core::Attachment& attachment) const;

  // Makes `request` authentic, as the provider would: for fixtures, demonstrations and load. A channel that only pulls leaves it alone.
  virtual void sign(core::HttpRequest& request) const = 0;

  // What the provider would send, unsigned, when a citizen says this. The path is left to the caller. A channel that only pulls gives
  // what it would find: the delivery's head as the query, its body as the body, and no method.
  [[nodiscard]] virtual core::HttpRequest compose(const Utterance& utterance, core::Timestamp now) const = 0;

 protected:
  Adapter() = default;
};

}  // namespace satupintu::adapters
