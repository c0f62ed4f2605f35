// SPDX-License-Identifier: Apache-2.0
#include "adapters/meta/instagram.hpp"

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
    .name = "meta/instagram", .channel = core::Channel::instagram, .methods = {"GET", "POST"}, .max_body_bytes = kMaxMetaBodyBytes};

constexpr AssetWords kWords{.object = "instagram",
                            .id_key = "account_id",
                            .id_meaning =
                                "The id (not the user name) of the Instagram account. What comes for other accounts of the same "
                                "Meta app is ignored; without it, all accounts' is taken.",
                            .other = "other_account",
                            .example_id = "17841400000000041"};

// The fields besides comments, mentions and those of messages; none of them carries a citizen's message to us.
constexpr std::array<std::string_view, 3> kOtherFields{"creator_marketplace_invited_creator_onboarding", "story_insights",
                                                       "story_reactions"};

// The id within the account where Meta gives it. In answers to a mention there is only the user name, by which one is answered.
core::Sender read_author(const std::string& id, std::string username, const std::string& account) {
  core::Sender author;
  author.address = id.empty() && !username.empty() ? '@' + username : id;
  author.handle = std::move(username);
  if (author.address.empty()) return author;
  author.address_kind = core::AddressKind::platform_id;
  author.scope = account;
  return author;
}

Message public_message(const Surroundings& around, MessageKind kind, std::string external_id, const std::string& medium) {
  Message message = message_to(around);
  message.kind = kind;
  message.external_id = std::move(external_id);
  message.is_public = true;
  if (!medium.empty()) message.in_reply_to = message.thread_id = "media:" + medium;
  return message;
}

Event read_mention(const JsonView& value, const Surroundings& around) {
  const std::string medium = value["media_id"].id();
  const std::string comment = value["comment_id"].id();
  if (value["comment_id"].exists() ? comment.empty() : medium.empty()) return Unreadable{"mention_without_id"};
  if (comment.empty()) return point_at({.role = "mention", .item = "media", .id = medium, .asset = around.asset, .parent = {}});
  return point_at({.role = "mention", .item = "comment", .id = comment, .asset = around.asset, .parent = medium});
}

class MetaInstagram final : public MetaAsset {
 public:
  MetaInstagram(std::string account, core::Settings& settings)
      : MetaAsset(std::move(account), settings, kWords),
        username_(settings.text("username",
                                "The account's user name, without '@'. Comments under it are the city's own, even where Meta gives their "
                                "author another id than the account's.",
                                "")) {}

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }

 private:
  [[nodiscard]] Event read_field(std::string_view field, const JsonView& value, const Surroundings& around) const override {
    if (field == "comments" || field == "live_comments") return read_comment(value, around, field == "live_comments");
    if (field == "mentions") return read_mention(value, around);
    const bool known = std::ranges::find(kOtherFields, field) != kOtherFields.end();
    return Ignored{std::string(known ? field : "unknown_field"), {}};
  }

  // Meta's copies of what we wrote ourselves carry no mark.
  [[nodiscard]] bool is_ours(const core::Sender& author, const Surroundings& around) const {
    return around.is_us(author.address) || (!username_.empty() && core::equals_ignoring_case(author.handle, username_));
  }

  [[nodiscard]] Event read_comment(const JsonView& value, const Surroundings& around, bool is_live) const {
    const std::string id = value["id"].exists() ? value["id"].id() : value["comment_id"].id();
    const std::string medium = value["media"]["id"].id();
    const std::string parent = value["parent_id"].id();
    if (id.empty()) return Unreadable{"comment_without_id"};
    Message message = public_message(around, MessageKind::comment, "comment:" + id, medium);
    message.sender = read_author(value["from"]["id"].id(), value["from"]["username"].text(), around.asset);
    if (is_ours(message.sender, around)) return Ignored{"own_comment", message.external_id};
    if (message.sender.address.empty())
      return point_at({.role = "new", .item = "comment", .id = id, .asset = around.asset, .parent = medium});
    if (!value["text"].is_text()) return Unreadable{"unreadable_comment"};
    message.text = value["text"].text();
    if (!parent.empty()) message.in_reply_to = "comment:" + parent;
    message.provider_at = around.posted_at;  // the comment's own time is not told
    if (is_live) message.flags.emplace_back("live");
    return message;
  }

  [[nodiscard]] Question question_for(const GraphTarget& target) const override {
    if (target.role != "mention") return {.path = target.id, .fields = "from,username,text,timestamp,media,parent_id"};
    if (target.item == "comment")
      return {.path = target.asset, .fields = "mentioned_comment.comment_id(" + target.id + "){text,timestamp,media{id}}"};
    return {.path = target.asset, .fields = "mentioned_media.media_id(" + target.id + "){caption,media_type,media_url,timestamp,username}"};
  }

  [[nodiscard]] Event read_answer(const GraphTarget& target, const JsonView& answer, const Surroundings& around) const override {
    const bool is_mention = target.role == "mention";
    const JsonView found = is_mention ? answer["mentioned_" + target.item] : answer;
    if (!found.is_object()) return Unreadable{"unreadable_answer"};
    const std::string medium = target.parent.empty() ? found["media"]["id"].id() : target.parent;
    Message message = public_message(around, is_mention ? MessageKind::mention : MessageKind::comment, target.item + ':' + target.id,
                                     target.item == "comment" ? medium : std::string{});
    const std::string username = found["username"].exists() ? found["username"].text() : found["from"]["username"].text();
    message.sender = read_author(found["from"]["id"].id(), username, around.asset);
    if (is_ours(message.sender, around)) return Ignored{target.item == "comment" ? "own_comment" : "own_post", message.external_id};
    message.text = target.item == "comment" ? found["text"].text() : found["caption"].text();
    message.permalink = found["permalink"].text();
    message.provider_at = core::parse_rfc3339(found["timestamp"].text());
    if (const std::string parent = found["parent_id"].id(); !parent.empty()) message.in_reply_to = "comment:" + parent;
    const bool is_video = found["media_type"].text() == "VIDEO";
    add_media(message, is_video ? AttachmentKind::video : AttachmentKind::image, {}, found["media_url"].text());
    return message;
  }

  std::string username_;
};

}  // namespace

std::unique_ptr<Adapter> make_meta_instagram(std::string account, core::Settings& settings) {
  return std::make_unique<MetaInstagram>(std::move(account), settings);
}

}  // namespace satupintu::adapters
