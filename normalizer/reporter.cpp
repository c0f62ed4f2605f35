// SPDX-License-Identifier: Apache-2.0
#include "normalizer/reporter.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "core/crypto.hpp"
#include "core/http.hpp"
#include "normalizer/phone.hpp"

namespace satupintu::normalizer {

using core::AddressKind;
using core::Channel;
using core::Message;

namespace {

std::string on_platform(const Message& message, std::string_view id) {
  return std::string(name_of(message.channel)) + ":" + message.sender.scope + ":" + std::string(id);
}

// Only the domain of a mail address is the same in every case (RFC 5321, 2.4).
std::string mail_identity(std::string_view address) {
  std::string identity = "mailto:" + std::string(address);
  const auto at = identity.rfind('@');
  for (std::size_t i = at == std::string::npos ? identity.size() : at; i < identity.size(); ++i) {
    if (identity[i] >= 'A' && identity[i] <= 'Z') identity[i] = static_cast<char>(identity[i] + 32);
  }
  return identity;
}

bool is_withheld(const Message& message) {
  constexpr std::array<std::string_view, 6> kNobody{"anonymous", "unknown", "restricted", "private", "withheld", "unavailable"};
  if (message.call && message.call->caller_withheld) return true;
  return std::ranges::any_of(kNobody, [&](std::string_view word) { return core::equals_ignoring_case(word, message.sender.address); });
}

std::string canonical_identity(const Message& message) {
  const core::Sender& sender = message.sender;
  const bool whatsapp = message.channel == Channel::whatsapp;
  const Numbering numbering = whatsapp ? Numbering::international : Numbering::local;
  if (is_withheld(message)) return {};
  switch (sender.address_kind) {
    case AddressKind::phone:
      if (const auto number = to_e164(sender.address, numbering)) return "tel:" + *number;
      break;  // a short code or a name
    case AddressKind::email: return sender.address.empty() ? "" : mail_identity(sender.address);
    case AddressKind::platform_id:
      // WhatsApp tells the number itself; on other platforms it would be what the sender claims.
      if (whatsapp) {
        if (const auto number = to_e164(sender.phone, numbering)) return "tel:" + *number;
      }
      break;
    case AddressKind::none: return {};
  }
  return sender.address.empty() ? "" : on_platform(message, sender.address);
}

bool is_verified(const Message& message) {
  if (message.stated.by_operator) return false;
  switch (message.channel) {
    case Channel::sms:
    case Channel::whatsapp:
    case Channel::x:
    case Channel::instagram:
    case Channel::facebook:
    case Channel::telegram: return true;
    case Channel::email:
    case Channel::call:
    case Channel::walk_in:
    case Channel::letter:
    case Channel::app:
    case Channel::media: return false;
  }
  std::unreachable();
}

// What must not be readable from an id: addresses as they are, and the digits of a number without its prefix.
std::vector<std::string> traces_of(const core::Sender& sender) {
  constexpr std::size_t kShortestTrace = 5;  // shorter ones are everywhere
  constexpr std::size_t kSubscriberDigits = 8;
  std::vector<std::string> traces;
  for (const auto* address : {&sender.address, &sender.phone, &sender.platform_id}) {
    if (address->size() < kShortestTrace) continue;
    traces.push_back(*address);
    std::string digits;
    for (const char c : *address)
      if (c >= '0' && c <= '9') digits += c;
    if (digits.size() >= kSubscriberDigits) traces.push_back(digits.substr(digits.size() - kSubscriberDigits));
  }
  return traces;
}

bool reveals(std::string_view id, const std::vector<std::string>& traces) {
  const auto shows = [&](std::string_view text) {
    return std::ranges::any_of(traces, [&](const std::string& trace) { return text.contains(trace); });
  };
  if (shows(id)) return true;
  const auto encoded = id.substr(id.rfind('.') + 1);
  const auto decoded = core::from_base64(encoded);
  return decoded && shows(*decoded);
}

}  // namespace

Identity identify(const Message& message, const core::Secret& key) {
  Identity identity;
  identity.canonical = canonical_identity(message);
  if (identity.canonical.empty()) return identity;
  identity.reference = core::to_hex(core::keyed_hash(key, {"reporter", identity.canonical}));
  identity.verified = is_verified(message);
  return identity;
}

std::string_view stated_by(const Message& message) {
  if (message.stated.by_operator) return "operator";
  switch (message.channel) {
    case Channel::call:
    case Channel::walk_in:
    case Channel::letter:
    case Channel::media: return "operator";
    default: return "sender";
  }
}

void conceal_ids(Message& message, const core::Secret& key) {
  const auto traces = traces_of(message.sender);
  if (traces.empty()) return;
  const auto conceal = [&](std::string& id) {
    if (!id.empty() && reveals(id, traces)) id = core::to_hex(core::keyed_hash(key, {"id", id}));
  };
  conceal(message.external_id);
  conceal(message.thread_id);
  conceal(message.in_reply_to);
  if (!message.call) return;
  conceal(message.call->call_id);
  conceal(message.call->related_call_id);
  conceal(message.call->recording);
}

}  // namespace satupintu::normalizer
