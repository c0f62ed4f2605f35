// SPDX-License-Identifier: Apache-2.0
// What all of Twilio's products have in common: who may call, how requests are signed, and the form that they post. The adapters of
// each channel are built on it. Everything is const and may be used by any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/form.hpp"
#include "adapters/signature.hpp"
#include "adapters/transport.hpp"
#include "core/delivery.hpp"
#include "core/event.hpp"
#include "core/http.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

// Beyond anything that Twilio documents: 4096 characters of WhatsApp make 49 KB at most.
inline constexpr std::uint64_t kMaxTwilioBodyBytes = 256 * 1024;

class TwilioAccount {
 public:
  // Reads the keys `auth_token`, `previous_auth_token`, `public_url`, `account_sid` and `api_url`.
  TwilioAccount(std::string account, core::Settings& settings);

  // Admits what Twilio signed, and journals its method, query and body. Without more to say, the answer is an empty TwiML document.
  [[nodiscard]] core::Result<core::Admission> admit(const core::HttpRequest& request, core::Timestamp now) const;
  void sign(core::HttpRequest& request) const;

  [[nodiscard]] const std::string& public_url() const { return public_url_; }
  // As configured, or an invented one.
  [[nodiscard]] std::string account_sid() const;

  [[nodiscard]] std::vector<std::string> hosts() const;
  // What Twilio's API keeps: media of messages, recordings of calls. The token goes to the API alone.
  boost::asio::awaitable<core::Result<Download>> download(std::string url, Transport& transport) const;

 private:
  [[nodiscard]] bool is_signed(const core::HttpRequest& request) const;

  std::string account_;
  LiveSecrets auth_tokens_;
  std::string public_url_;
  std::string account_sid_;
  std::string api_url_;
};

// An answer in TwiML; empty, it has Twilio do nothing.
[[nodiscard]] core::HttpAnswer twiml(std::string_view instructions = {});

// The fields that Twilio sent, from the body of a POST or the query of a GET; none from JSON, in which Twilio tells of other things
// than messages. Fails with unreadable when the head is not one that admit writes.
[[nodiscard]] core::Result<Form> read_twilio_form(const core::Delivery& delivery);

// What became of a message of ours; nullopt when the form says nothing of that kind.
[[nodiscard]] std::optional<core::Event> read_twilio_status(const Form& form);

// The media of a message, in their order.
[[nodiscard]] std::vector<core::Attachment> read_twilio_media(const Form& form);

// "RE…" of https://…/Recordings/RE….wav: the name of what lies there; empty when the address has none.
[[nodiscard]] std::string sid_in(std::string_view url);

// A form as Twilio would post it.
[[nodiscard]] core::HttpRequest twilio_post(const Form& form);
// "SM" and 32 hex digits, the same ones for the same seed.
[[nodiscard]] std::string make_sid(std::string_view prefix, std::string_view seed);

}  // namespace satupintu::adapters
