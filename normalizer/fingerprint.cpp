// SPDX-License-Identifier: Apache-2.0
#include "normalizer/fingerprint.hpp"

#include "core/crypto.hpp"

namespace satupintu::normalizer {

using core::Channel;
using core::Message;
using core::MessageKind;

std::string seen_of_new(std::string_view account, std::string_view external_id, const core::Secret& key) {
  return core::to_hex(core::keyed_hash(key, {"message", account, "new", external_id}));
}

namespace {

constexpr std::size_t kLeastSaid = 12;  // letters; "ok pak" and "masih mati" are said by everybody twice

// Acts upon another message instead of saying something new.
bool acts_on_another(MessageKind kind) {
  switch (kind) {
    case MessageKind::edit:
    case MessageKind::retraction:
    case MessageKind::reaction:
    case MessageKind::attachment: return true;
    default: return false;
  }
}

std::string written(const std::optional<core::Timestamp>& at) { return at ? std::to_string(core::to_unix_ms(*at)) : std::string(); }

// Each part with its length, so that no two lists read alike.
std::string listed(const std::vector<std::string_view>& parts) {
  std::string out;
  for (const auto part : parts) out.append(std::to_string(part.size())).append(":").append(part);
  return out;
}

// Everything by which two messages without an id can differ.
std::string content_of(const Message& message) {
  std::vector<std::string_view> parts{message.sender.address, message.sender.platform_id, message.subject, message.text};
  parts.insert(parts.end(), message.to.begin(), message.to.end());
  const std::string part = message.part ? message.part->reference + ' ' + std::to_string(message.part->number) : std::string();
  parts.emplace_back(part);
  for (const auto& attachment : message.attachments) {
    for (const auto* id : {&attachment.provider_id, &attachment.inline_part, &attachment.url, &attachment.sha256, &attachment.name})
      parts.emplace_back(*id);
  }
  return listed(parts);
}

std::string seen_of(const Message& message, std::string_view account, core::Timestamp received_at, const core::Secret& key) {
  const std::string provider_at = written(message.provider_at);
  // Named by ourselves, after the message and its attachment: stored or lost, it is told once.
  if (message.kind == MessageKind::attachment)
    return core::to_hex(core::keyed_hash(key, {"message", account, name_of(message.kind), message.external_id}));
  if (acts_on_another(message.kind)) {
    // Providers name the original again, or give an id of its own; the second edit of a message is another event either way.
    return core::to_hex(core::keyed_hash(
        key, {"message", account, name_of(message.kind), message.external_id, message.in_reply_to, provider_at, content_of(message)}));
  }
  if (!message.external_id.empty()) return seen_of_new(account, message.external_id, key);
  const std::string time = message.provider_at ? provider_at : "received " + written(received_at);
  return core::to_hex(core::keyed_hash(key, {"message", account, "without id", time, content_of(message)}));
}

std::string target_of(const Message& message, std::string_view account, const core::Secret& key) {
  if (!acts_on_another(message.kind)) return {};
  const std::string& original = message.in_reply_to.empty() ? message.external_id : message.in_reply_to;
  return original.empty() ? std::string() : seen_of_new(account, original, key);
}

std::string said_of(std::string_view reporter, std::string_view folded_text, const core::Secret& key) {
  if (reporter.empty() || folded_text.size() < kLeastSaid) return {};
  return core::to_hex(core::keyed_hash(key, {"said", reporter, folded_text}));
}

// A silent call or a prank is not what the next call goes on with.
bool is_conversation(const Message& message) {
  return message.call && !message.text.empty() && (message.call->disposition.empty() || message.call->disposition == "normal");
}

// Which of a reporter's conversations a message belongs to; nullopt for one that stands alone.
std::optional<std::string_view> thread_of(const Message& message) {
  switch (message.channel) {
    // Who calls again goes on, if anything was said the first time; whoever comes in or writes a letter makes a report of its own.
    case Channel::call: return is_conversation(message) ? std::optional<std::string_view>("") : std::nullopt;
    case Channel::walk_in:
    case Channel::letter:
    case Channel::media: return std::nullopt;
    // A form is complete, unless it says which conversation it continues.
    case Channel::app: return message.thread_id.empty() ? std::nullopt : std::optional<std::string_view>(message.thread_id);
    // Under another post, or in another thread of mails, one speaks of something else. The first message of a thread names it.
    case Channel::email: return message.thread_id.empty() ? message.external_id : message.thread_id;
    case Channel::sms:
    case Channel::whatsapp:
    case Channel::x:
    case Channel::instagram:
    case Channel::facebook:
    case Channel::telegram: break;
  }
  if (!message.is_public) return "";
  return message.thread_id.empty() ? message.external_id : message.thread_id;
}

std::string conversation_of(const Message& message, std::string_view account, std::string_view reporter, const core::Secret& key) {
  const auto thread = thread_of(message);
  if (reporter.empty() || !thread) return {};
  return core::to_hex(core::keyed_hash(key, {"conversation", reporter, account, *thread}));
}

std::string post_thread(std::string_view account, std::string_view post, const core::Secret& key) {
  return post.empty() ? std::string() : core::to_hex(core::keyed_hash(key, {"thread", account, post}));
}

bool is_comment(const Message& message) { return !message.thread_id.empty() && message.thread_id != message.external_id; }

// The same for all spellings of a post's address that lead there: "https://twitter.com/sari/status/20073?s=20" and
// "https://x.com/i/web/status/20073". Empty for what is no web address.
std::string canonical_post(std::string_view permalink) {
  const auto scheme = permalink.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view rest = permalink.substr(scheme + 3);
  rest = rest.substr(0, rest.find('#'));
  for (const std::string_view prefix : {"www.", "m.", "mobile.", "web."}) {
    if (rest.starts_with(prefix)) rest.remove_prefix(prefix.size());
  }
  const std::string_view host = rest.substr(0, rest.find('/'));
  constexpr std::string_view kStatus = "/status/";
  if (host == "x.com" || host == "twitter.com") {
    const auto status = rest.find(kStatus);
    if (status == std::string_view::npos) return {};
    const std::string_view id = rest.substr(status + kStatus.size());
    const std::string_view digits = id.substr(0, id.find_first_not_of("0123456789"));
    return digits.empty() ? std::string() : "x.com/" + std::string(digits);
  }
  if (host == "instagram.com") {
    const bool is_post = rest.contains("/p/") || rest.contains("/reel/") || rest.contains("/tv/");
    if (!is_post) return {};
    rest = rest.substr(0, rest.find('?'));  // nothing behind it says which post
  }
  while (rest.ends_with('/')) rest.remove_suffix(1);
  return std::string(rest);
}

std::string post_of(const Message& message, const core::Secret& key) {
  if (!message.is_public || acts_on_another(message.kind)) return {};
  const std::string post = canonical_post(message.permalink);
  return post.empty() ? std::string() : core::to_hex(core::keyed_hash(key, {"post", post}));
}

std::string caller_of(const Message& message, std::string_view reporter, const core::Secret& key) {
  const bool is_about_a_call = message.call || message.kind == MessageKind::caller_location;
  if (reporter.empty() || !is_about_a_call) return {};
  return core::to_hex(core::keyed_hash(key, {"caller", reporter}));
}

}  // namespace

Fingerprints fingerprints_of(const Message& message, std::string_view account, core::Timestamp received_at, std::string_view reporter,
                             std::string_view folded_text, const core::Secret& key) {
  return {seen_of(message, account, received_at, key),
          target_of(message, account, key),
          said_of(reporter, folded_text, key),
          conversation_of(message, account, reporter, key),
          message.is_public && is_comment(message) ? post_thread(account, message.thread_id, key) : std::string(),
          message.is_public && !is_comment(message) ? post_thread(account, message.external_id, key) : std::string(),
          post_of(message, key),
          caller_of(message, reporter, key)};
}

}  // namespace satupintu::normalizer
