// SPDX-License-Identifier: Apache-2.0
#include "adapters/meta/messaging.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace satupintu::adapters {

using core::Attachment;
using core::AttachmentKind;
using core::Event;
using core::Ignored;
using core::Message;
using core::MessageKind;
using core::Receipt;
using core::Unreadable;

namespace {

constexpr std::array<std::string_view, 4> kMediaHosts{"*.cdninstagram.com", "*.fbcdn.net", "cdn.fbsbx.com", "lookaside.fbsbx.com"};

// What Meta documents beside messages; none of it carries what a citizen says.
constexpr std::array<std::string_view, 11> kOtherEvents{
    "account_linking",     "app_roles",          "game_play", "messaging_feedback",     "optin",
    "pass_thread_control", "policy_enforcement", "referral",  "request_thread_control", "response_feedback",
    "take_thread_control",
};

// ------------------------------------------------------------------ attachments

struct AttachmentType {
  std::string_view name;
  AttachmentKind kind;
  bool is_file;  // where not, the address may be that of a page for people
};

constexpr std::array<AttachmentType, 12> kAttachmentTypes{{
    {"image", AttachmentKind::image, true},
    {"video", AttachmentKind::video, true},
    {"audio", AttachmentKind::audio, true},
    {"file", AttachmentKind::document, true},
    {"story_mention", AttachmentKind::other, true},  // a picture or a video; Meta does not say which
    {"reel", AttachmentKind::video, false},
    {"ig_reel", AttachmentKind::video, false},
    {"post", AttachmentKind::other, false},
    {"ig_post", AttachmentKind::other, false},
    {"share", AttachmentKind::other, false},
    {"fallback", AttachmentKind::other, false},
    {"template", AttachmentKind::other, false},
}};

std::string first_text(std::initializer_list<JsonView> values) {
  for (const JsonView& value : values) {
    if (std::string text = value.id(); !text.empty()) return text;
  }
  return {};
}

bool read_place(const JsonView& attachment, Message& message) {
  const JsonView coordinates = attachment["payload"]["coordinates"];
  if (!coordinates.exists()) {
    add_link(message, attachment["title"].text(), first_text({attachment["payload"]["url"], attachment["url"]}));
    return true;
  }
  const auto latitude = coordinates["lat"].number();
  const auto longitude = coordinates["long"].number();
  if (!latitude || !longitude) return false;
  message.kind = MessageKind::location;
  message.place = {
      .latitude = *latitude, .longitude = *longitude, .accuracy_m = std::nullopt, .name = attachment["title"].text(), .address = {}};
  return true;
}

// Not every kind has an address: a picture to be looked at once, or a kind that Meta has yet to invent. Then only the message counts.
bool read_attachment(const JsonView& attachment, Message& message) {
  const std::string name = attachment["type"].text();
  const JsonView payload = attachment["payload"];
  if (name == "location") return read_place(attachment, message);
  if (name == "like_heart") {
    if (message.text.empty()) message.text = "\u2764\uFE0F";
    return true;
  }
  if (name == "story_mention") message.kind = MessageKind::story_mention;

  const auto* const type = std::ranges::find(kAttachmentTypes, name, &AttachmentType::name);
  const std::string url = first_text({payload["url"], attachment["url"]});
  const std::string title = first_text({payload["title"], attachment["title"]});
  const bool is_file = type == kAttachmentTypes.end() || type->is_file || is_media_url(url);
  if (url.empty() || !is_file) {
    add_link(message, title, url);
    return !name.empty();
  }
  Attachment media;
  media.kind = type == kAttachmentTypes.end() ? AttachmentKind::other : type->kind;
  if (payload["sticker_id"].exists()) media.kind = AttachmentKind::sticker;
  media.provider_id = first_text({payload["reel_video_id"], payload["ig_post_media_id"], payload["sticker_id"], payload["attachment_id"]});
  media.url = url;
  media.caption = title;
  message.attachments.push_back(std::move(media));
  return true;
}

// ------------------------------------------------------------------ messages

// Nobody when the element names none. A visitor of a web site is known by a reference until he writes.
std::optional<core::Sender> read_sender(const JsonView& element, const Surroundings& around) {
  core::Sender sender;
  sender.address_kind = core::AddressKind::platform_id;
  sender.address = first_text({element["sender"]["id"], element["sender"]["user_ref"]});
  sender.scope = around.asset;
  if (sender.address.empty()) return std::nullopt;
  return sender;
}

void read_referral(const JsonView& referral, Message& message) {
  for (const std::string_view name : {"ref", "source", "ad_id"}) {
    if (std::string value = referral[name].id(); !value.empty())
      message.stated.attributes.emplace_back("referral_" + std::string(name), std::move(value));
  }
}

void read_reply_to(const JsonView& reply_to, Message& message) {
  message.in_reply_to = reply_to["mid"].id();
  const JsonView story = reply_to["story"];
  if (!story.is_object()) return;
  message.kind = MessageKind::story_reply;
  for (const std::string_view name : {"id", "url"}) {
    if (std::string value = story[name].id(); !value.empty())
      message.stated.attributes.emplace_back("story_" + std::string(name), std::move(value));
  }
}

// Fills in what was said; gives the reason where that cannot be read.
std::string_view read_content(const JsonView& content, Message& message) {
  const JsonView text = content["text"];
  const JsonView attachments = content["attachments"];
  if (text.exists() && !text.is_text()) return "unreadable_text";
  if (attachments.exists() && !attachments.is_list()) return "unreadable_attachments";
  message.text = text.text();
  read_reply_to(content["reply_to"], message);
  read_referral(content["referral"], message);
  for (const JsonView attachment : attachments.elements()) {
    if (!read_attachment(attachment, message)) return "unreadable_attachment";
  }
  if (message.kind != MessageKind::dm) return {};
  if (!message.attachments.empty()) {
    message.kind = MessageKind::media;
  } else if (message.text.empty() && (content["is_unsupported"].is_true() || !text.exists())) {
    message.kind = MessageKind::unsupported;  // still somebody who wants to be heard
  }
  return {};
}

Event read_message(const JsonView& content, Message message) {
  const std::string mid = content["mid"].id();
  if (!content.is_object()) return Unreadable{"unreadable_message"};
  if (mid.empty()) return Unreadable{"message_without_id"};
  if (content["is_self"].is_true()) return Ignored{"message_to_oneself", mid};
  message.external_id = mid;
  if (content["is_deleted"].is_true()) {
    message.kind = MessageKind::retraction;
    message.external_id = "retraction:" + mid;
    message.in_reply_to = mid;
    return message;
  }
  if (const auto why = read_content(content, message); !why.empty()) return Unreadable{std::string(why)};
  return message;
}

// Old ones have no id: then sender, time and content must tell them apart.
Event read_postback(const JsonView& postback, Message message) {
  message.external_id = postback["mid"].id();
  message.text = first_text({postback["title"], postback["payload"]});
  read_referral(postback["referral"], message);
  if (message.text.empty()) return Unreadable{"unreadable_postback"};
  return message;
}

// An empty text takes the reaction back.
Event read_reaction(const JsonView& reaction, Message message) {
  message.kind = MessageKind::reaction;
  message.in_reply_to = reaction["mid"].id();
  message.external_id = "reaction:" + message.in_reply_to;
  if (reaction["action"].text() != "unreact") message.text = first_text({reaction["emoji"], reaction["reaction"]});
  if (message.in_reply_to.empty()) return Unreadable{"unreadable_reaction"};
  return message;
}

Event read_edit(const JsonView& edit, Message message) {
  message.kind = MessageKind::edit;
  message.in_reply_to = edit["mid"].id();
  message.external_id = "edit:" + message.in_reply_to;
  message.text = edit["text"].text();
  if (message.in_reply_to.empty() || !edit["text"].is_text()) return Unreadable{"unreadable_edit"};
  return message;
}

struct SaidAs {
  std::string_view name;
  Event (*read)(const JsonView& content, Message message);
};

constexpr std::array<SaidAs, 4> kWaysToSay{{
    {"message", read_message},
    {"postback", read_postback},
    {"reaction", read_reaction},
    {"message_edit", read_edit},
}};

// ------------------------------------------------------------------ receipts

// A watermark says only that everything before a moment was seen; which messages that were, nobody can tell.
void read_receipts(const JsonView& element, std::string_view name, std::string_view state, std::vector<Event>& events) {
  const JsonView news = element[name];
  const auto at = core::parse_unix(element["timestamp"].id());
  std::vector<std::string> ids;
  for (const JsonView mid : news["mids"].elements()) ids.push_back(mid.id());
  if (news["mid"].exists()) ids.push_back(news["mid"].id());
  if (ids.empty()) events.emplace_back(Ignored{std::string(name), {}});
  for (std::string& id : ids) {
    if (id.empty()) {
      events.emplace_back(Unreadable{"unreadable_receipt"});
    } else {
      events.emplace_back(Receipt{.external_id = std::move(id), .state = std::string(state), .error_code = {}, .at = at});
    }
  }
}

}  // namespace

Message message_to(const Surroundings& around) {
  Message message;
  message.channel = around.channel;
  message.to.push_back(around.asset);
  if (around.repaired) message.flags.emplace_back("repaired");
  return message;
}

void read_messaging(const JsonView& element, const Surroundings& around, std::vector<Event>& events) {
  for (const auto& [name, read] : kWaysToSay) {
    const JsonView content = element[name];
    if (!content.exists()) continue;
    auto sender = read_sender(element, around);
    if (content["is_echo"].is_true() || (sender && around.is_us(sender->address))) {
      events.emplace_back(Ignored{"echo", content["mid"].id()});
    } else if (!sender) {
      events.emplace_back(Unreadable{"message_without_sender"});
    } else {
      Message message = message_to(around);
      message.kind = MessageKind::dm;
      message.sender = std::move(*sender);
      message.provider_at = core::parse_unix(element["timestamp"].id());
      events.push_back(read(content, std::move(message)));
    }
    return;
  }
  if (element["delivery"].exists()) return read_receipts(element, "delivery", "delivered", events);
  if (element["read"].exists()) return read_receipts(element, "read", "read", events);
  const auto* const other = std::ranges::find_if(kOtherEvents, [&](std::string_view name) { return element[name].exists(); });
  events.emplace_back(Ignored{std::string(other == kOtherEvents.end() ? "unknown_event" : *other), {}});
}

void add_link(Message& message, const std::string& title, const std::string& url) {
  if (!title.empty()) message.stated.attributes.emplace_back("shared_title", title);
  if (!url.empty()) message.stated.attributes.emplace_back("shared_url", url);
  if (!message.text.empty()) return;
  message.text = title;
  if (url.starts_with("http")) message.text += (title.empty() ? "" : "\n") + url;
}

bool is_media_url(std::string_view url) {
  constexpr std::string_view kScheme = "https://";
  if (!url.starts_with(kScheme)) return false;
  const std::string_view host = url.substr(kScheme.size(), url.find_first_of("/?#", kScheme.size()) - kScheme.size());
  return std::ranges::any_of(
      kMediaHosts, [&](std::string_view known) { return known.starts_with('*') ? host.ends_with(known.substr(1)) : host == known; });
}

std::vector<std::string> media_hosts() { return {kMediaHosts.begin(), kMediaHosts.end()}; }

}  // namespace satupintu::adapters
