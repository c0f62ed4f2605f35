// SPDX-License-Identifier: Apache-2.0
#include "adapters/meta/facebook.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/meta/asset.hpp"

namespace satupintu::adapters {

using core::AttachmentKind;
using core::Event;
using core::Ignored;
using core::Message;
using core::MessageKind;
using core::Unreadable;

namespace {

const AdapterInfo kInfo{
    .name = "meta/facebook", .channel = core::Channel::facebook, .methods = {"GET", "POST"}, .max_body_bytes = kMaxMetaBodyBytes};

constexpr AssetWords kWords{
    .object = "page",
    .id_key = "page_id",
    .id_meaning = "The id of the page. What comes for other pages of the same Meta app is ignored; without it, all pages' is taken.",
    .other = "other_page",
    .example_id = "109900000000041"};

// The fields of a page besides `feed`, `mention` and those of messages; none of them carries a citizen's message to us.
constexpr std::array<std::string_view, 22> kOtherFields{
    "about",
    "business_integrity",
    "category",
    "conversations",
    "description",
    "email",
    "feature_access_list",
    "general_info",
    "group_feed",
    "hours",
    "inbox_labels",
    "leadgen",
    "leadgen_fat",
    "live_videos",
    "location",
    "message_template_status_update",
    "name",
    "phone",
    "picture",
    "ratings",
    "videos",
    "website",
};

// What a story of the feed is about, where that is something somebody said.
constexpr std::array<std::string_view, 6> kSaid{"comment", "photo", "post", "share", "status", "video"};
constexpr std::array<std::string_view, 18> kOtherItems{"address",       "album",    "coupon",     "event",  "experience", "group",
                                                       "group_message", "interest", "life_event", "like",   "link",       "mention",
                                                       "milestone",     "note",     "page",       "rating", "reaction",   "tag"};
constexpr std::array<std::string_view, 9> kOtherVerbs{"block", "follow", "hide", "like", "mute", "unhide", "unblock", "unlike", "update"};

template <std::size_t size>
bool is_among(const std::array<std::string_view, size>& known, std::string_view name) {
  return std::ranges::find(known, name) != known.end();
}

// ------------------------------------------------------------------ what a story of the feed says

// By name, as Meta writes it in one of two ways or leaves it out.
core::Sender read_author(const JsonView& value, const std::string& page) {
  core::Sender author;
  author.address = value["from"]["id"].id();
  author.name = value["from"]["name"].text();
  if (author.address.empty()) author.address = value["sender_id"].id();
  if (author.name.empty()) author.name = value["sender_name"].text();
  if (author.address.empty()) return author;
  author.address_kind = core::AddressKind::platform_id;
  author.scope = page;
  return author;
}

void read_media(const JsonView& value, std::string_view item, Message& message) {
  const std::string link = value["link"].text();
  add_media(message, AttachmentKind::image, value["photo_id"].id(), value["photo"].text());
  add_media(message, AttachmentKind::video, value["video_id"].id(), value["video"].text());
  for (const JsonView photo : value["photos"].elements()) add_media(message, AttachmentKind::image, {}, photo.text());
  if (link.empty()) return;
  if (item == "photo" && is_media_url(link)) {
    add_media(message, AttachmentKind::image, value["photo_id"].id(), link);
  } else if (item == "video" && is_media_url(link)) {
    add_media(message, AttachmentKind::video, value["video_id"].id(), link);
  } else {
    add_link(message, {}, link);
  }
}

// Where a comment stands: under another comment, or under the post itself.
void place_comment(Message& message, const std::string& post_id, const std::string& parent_id) {
  if (!post_id.empty()) message.thread_id = "post:" + post_id;
  message.in_reply_to = parent_id.empty() || parent_id == post_id ? message.thread_id : "comment:" + parent_id;
}

Message public_message(const Surroundings& around, std::string external_id) {
  Message message = message_to(around);
  message.external_id = std::move(external_id);
  message.is_public = true;
  return message;
}

// What is left to say once the content is known.
void settle_kind(Message& message, std::string_view role, std::string_view item) {
  if (role == "edit") {
    message.kind = MessageKind::edit;
    message.in_reply_to = std::exchange(message.external_id, "edit:" + message.external_id);
  } else if (role == "mention") {
    message.kind = MessageKind::mention;
  } else if (message.text.empty() && message.attachments.empty()) {
    message.kind = MessageKind::unsupported;
  } else if (item == "comment") {
    message.kind = MessageKind::comment;
  } else {
    message.kind = message.attachments.empty() ? MessageKind::text : MessageKind::media;
  }
}

Event read_removal(Message message) {
  message.kind = MessageKind::retraction;
  message.in_reply_to = std::exchange(message.external_id, "retraction:" + message.external_id);
  return message;
}

// A story of the feed, or the same told because it names the page.
Event read_story(const JsonView& value, const Surroundings& around, bool is_mention) {
  const std::string item = value["item"].text();
  const std::string verb = value["verb"].text();
  const bool is_comment = item == "comment";
  const std::string post_id = value["post_id"].id();
  const std::string id = is_comment ? value["comment_id"].id() : post_id;
  const std::string external_id = (is_comment ? "comment:" : "post:") + id;
  if (item.empty() || verb.empty()) return Unreadable{"unreadable_story"};
  if (!is_among(kSaid, item)) return Ignored{is_among(kOtherItems, item) ? "feed_" + item : "unknown_item", {}};

  const bool is_edit = verb == "edited" || verb == "edit";
  const bool is_removal = verb == "remove" || verb == "delete";
  if (verb != "add" && !is_edit && !is_removal)
    return Ignored{is_among(kOtherVerbs, verb) ? "feed_" + verb : "unknown_verb", id.empty() ? id : external_id};
  if (id.empty()) return Unreadable{is_comment ? "comment_without_id" : "post_without_id"};

  Message message = public_message(around, external_id);
  message.sender = read_author(value, around.asset);
  if (around.is_us(message.sender.address)) return Ignored{is_comment ? "own_comment" : "own_post", external_id};
  if (is_removal) return read_removal(std::move(message));

  const std::string role = is_edit ? "edit" : is_mention ? "mention" : "new";
  const JsonView text = value["message"];
  if (text.exists() && !text.is_text()) return Unreadable{is_comment ? "unreadable_comment" : "unreadable_post"};
  if (message.sender.address.empty() || (is_mention && !text.exists())) {
    return point_at({.role = role,
                     .item = is_comment ? "comment" : "post",
                     .id = id,
                     .asset = around.asset,
                     .parent = is_comment ? post_id : std::string{}});
  }
  message.text = text.text();
  message.permalink = value["permalink_url"].text();
  if (message.permalink.empty() && !is_comment) message.permalink = value["post"]["permalink_url"].text();
  message.provider_at = core::parse_unix(value[is_edit ? "edited_time" : "created_time"].id());
  read_media(value, item, message);
  if (is_comment) place_comment(message, post_id, value["parent_id"].id());
  settle_kind(message, role, item);
  return message;
}

// ------------------------------------------------------------------ what the Graph API says

// A comment carries one attachment: a picture, a sticker, a video or a link.
void read_graph_attachment(const JsonView& attachment, Message& message) {
  const std::string type = attachment["type"].text();
  const JsonView media = attachment["media"];
  const std::string image = media["image"]["src"].text();
  const std::string video = media["source"].text();
  if (type.contains("video") && !video.empty()) {
    add_media(message, AttachmentKind::video, attachment["target"]["id"].id(), video);
  } else if (type == "sticker") {
    add_media(message, AttachmentKind::sticker, attachment["target"]["id"].id(), image);
  } else if (type == "photo") {
    add_media(message, AttachmentKind::image, attachment["target"]["id"].id(), image);
  } else if (attachment.is_object()) {
    add_link(message, attachment["title"].text(), attachment["url"].text());
  }
}

// ------------------------------------------------------------------ the page

class MetaFacebook final : public MetaAsset {
 public:
  MetaFacebook(std::string account, core::Settings& settings) : MetaAsset(std::move(account), settings, kWords) {}

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }

 private:
  [[nodiscard]] Event read_field(std::string_view field, const JsonView& value, const Surroundings& around) const override {
    if (field == "feed" || field == "mention") return read_story(value, around, field == "mention");
    return Ignored{std::string(is_among(kOtherFields, field) ? field : "unknown_field"), {}};
  }

  [[nodiscard]] Question question_for(const GraphTarget& target) const override {
    const std::string_view of_its_kind = target.item == "comment" ? ",attachment,parent{id}" : ",full_picture";
    return {.path = target.id, .fields = "from,message,created_time,permalink_url" + std::string(of_its_kind)};
  }

  [[nodiscard]] Event read_answer(const GraphTarget& target, const JsonView& answer, const Surroundings& around) const override {
    Message message = public_message(around, target.item + ':' + target.id);
    message.sender = read_author(answer, around.asset);
    const bool is_comment = target.item == "comment";
    if (around.is_us(message.sender.address)) return Ignored{is_comment ? "own_comment" : "own_post", message.external_id};
    message.text = answer["message"].text();
    message.permalink = answer["permalink_url"].text();
    if (target.role != "edit") message.provider_at = core::parse_rfc3339(answer["created_time"].text());
    read_graph_attachment(answer["attachment"], message);
    add_media(message, AttachmentKind::image, {}, answer["full_picture"].text());
    if (is_comment) place_comment(message, target.parent, answer["parent"]["id"].id());
    settle_kind(message, target.role, target.item);
    return message;
  }
};

}  // namespace

std::unique_ptr<Adapter> make_meta_facebook(std::string account, core::Settings& settings) {
  return std::make_unique<MetaFacebook>(std::move(account), settings);
}

}  // namespace satupintu::adapters
