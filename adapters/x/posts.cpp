// SPDX-License-Identifier: Apache-2.0
#include "adapters/x/posts.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/http.hpp"

namespace satupintu::adapters::x {

using core::Attachment;
using core::AttachmentKind;
using core::Event;
using core::Ignored;
using core::Message;
using core::MessageKind;
using core::Unreadable;

namespace {

constexpr std::string_view kPermalink = "https://x.com/i/web/status/";
// Posts, messages and encrypted messages are numbered apart.
constexpr std::string_view kDirectMessage = "dm:";
constexpr std::string_view kEncrypted = "chat:";
constexpr std::string_view kDeletion = "delete:";

// ------------------------------------------------------------------ what both forms have in common

// X escapes what has a meaning in HTML, once. Nothing that comes out of it is read a second time: "&amp;lt;" was written "&lt;".
std::string unescaped(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, char>, 6> kEscapes{
      {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}, {"&#039;", '\''}}};
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto* const escape = std::ranges::find_if(kEscapes, [&](const auto& known) { return text.starts_with(known.first); });
    out += escape == kEscapes.end() ? text.front() : escape->second;
    text.remove_prefix(escape == kEscapes.end() ? 1 : escape->first.size());
  }
  return out;
}

// Of fields that X has renamed, or writes in one of several places.
JsonView first_of(std::initializer_list<JsonView> candidates) {
  const auto* const found = std::ranges::find_if(candidates, &JsonView::exists);
  return found == candidates.end() ? JsonView{} : *found;
}

// "Sat Jan 03 02:04:05 +0000 2026", as API v1.1 writes times.
std::optional<core::Timestamp> parse_legacy_time(std::string_view text) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 30) return std::nullopt;
  const auto month = kMonths.find(text.substr(4, 3));
  if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  const std::string number = std::to_string(month / 3 + 1);
  std::string iso{text.substr(26)};
  iso.append(number.size() == 1 ? "-0" : "-").append(number).append("-").append(text.substr(8, 2));
  iso.append("T").append(text.substr(11, 8)).append(text.substr(20, 5));
  return core::parse_rfc3339(iso);
}

core::Sender sender_of(std::string user_id, const JsonView& user) {
  core::Sender sender;
  sender.address_kind = core::AddressKind::platform_id;
  sender.address = std::move(user_id);
  sender.name = unescaped(user["name"].text());
  sender.handle = first_of({user["screen_name"], user["username"]}).text();
  return sender;
}

JsonView find_by(const JsonView& list, std::string_view key, const std::string& id) {
  if (id.empty()) return {};
  for (const JsonView element : list.elements()) {
    if (element[key].id() == id) return element;
  }
  return {};
}

// X's map of users by their ids; the X Activity API wraps each in `data`.
JsonView find_user(const Surroundings& around, const std::string& id) {
  const JsonView user = around.users[id];
  return first_of({user["data"], user, find_by(around.includes["users"], "id", id)});
}

bool mentions(const JsonView& list, std::string_view id_key, std::string_view name_key, const Ourselves& ours) {
  return std::ranges::any_of(list.elements(), [&](const JsonView& mention) {
    const std::string id = mention[id_key].id();
    return id.empty() ? core::equals_ignoring_case(mention[name_key].text(), ours.username) : id == ours.user_id;
  });
}

// X shortens every address in a text; what was meant stands beside it. Addresses of attachments and of the quoted post say nothing.
void add_links(const JsonView& urls, const std::string& quoted, Message& message) {
  for (const JsonView link : urls.elements()) {
    std::string target = unescaped(link["expanded_url"].text());
    const bool is_web = target.starts_with("https://") || target.starts_with("http://");
    const bool is_attachment =
        link["media_key"].exists() || link["display_url"].text().starts_with("pic.") || target.contains("/messages/media/");
    const bool is_quoted_post = !quoted.empty() && target.contains("/status/" + quoted);
    if (is_web && !is_attachment && !is_quoted_post) message.stated.attributes.emplace_back("link", std::move(target));
  }
}

// GeoJSON: longitude first.
void read_point(const JsonView& pair, Message& message) {
  const auto numbers = pair.elements();
  if (numbers.size() != 2) return;
  const auto longitude = numbers[0].number();
  const auto latitude = numbers[1].number();
  if (!latitude || !longitude) return;
  message.place = {.latitude = *latitude, .longitude = *longitude, .accuracy_m = std::nullopt, .name = {}, .address = {}};
}

// The area that the author chose, which may be a whole city: no position.
void add_area(const JsonView& place, Message& message) {
  if (std::string name = first_of({place["full_name"], place["name"]}).text(); !name.empty())
    message.stated.attributes.emplace_back("place", std::move(name));
}

AttachmentKind kind_of_media(std::string_view type) {
  if (type == "photo") return AttachmentKind::image;
  if (type == "video" || type == "animated_gif") return AttachmentKind::video;
  return AttachmentKind::other;
}

// The MP4 with the most bits: the other variants are smaller, or lists of pieces to be streamed.
Rendition best_film(const JsonView& variants, std::string_view bits_key) {
  Rendition best;
  double most = -1;
  for (const JsonView variant : variants.elements()) {
    const double bits = variant[bits_key].number().value_or(0);
    if (variant["content_type"].text() != "video/mp4" || bits <= most) continue;
    most = bits;
    best = {.url = variant["url"].text(), .mime_type = "video/mp4"};
  }
  return best;
}

void add_attachment(AttachmentKind kind, std::string id, Rendition rendition, const std::string& caption, Message& message) {
  Attachment attachment;
  attachment.kind = kind;
  attachment.provider_id = std::move(id);
  attachment.url = std::move(rendition.url);
  attachment.mime_type = std::move(rendition.mime_type);
  attachment.caption = unescaped(caption);
  if (!attachment.provider_id.empty() || !attachment.url.empty()) message.attachments.push_back(std::move(attachment));
}

void add_media_v1(const JsonView& media, Message& message) {
  const AttachmentKind kind = kind_of_media(media["type"].text());
  Rendition rendition = kind == AttachmentKind::video ? best_film(media["video_info"]["variants"], "bitrate")
                                                      : Rendition{.url = media["media_url_https"].text(), .mime_type = {}};
  add_attachment(kind, first_of({media["id_str"], media["id"]}).id(), std::move(rendition), media["ext_alt_text"].text(), message);
}

// Where X leaves the object out, the key still says what kind of thing it is, and `download` can ask for it.
AttachmentKind kind_of_key(std::string_view media_key) {
  if (media_key.starts_with("3_")) return AttachmentKind::image;
  if (media_key.starts_with("7_") || media_key.starts_with("13_") || media_key.starts_with("16_")) return AttachmentKind::video;
  return AttachmentKind::other;
}

void add_media_v2(const JsonView& attachments, const Surroundings& around, Message& message) {
  for (const JsonView key : attachments["media_keys"].elements()) {
    const std::string id = key.id();
    const JsonView media = find_by(around.includes["media"], "media_key", id);
    const AttachmentKind kind = media.exists() ? kind_of_media(media["type"].text()) : kind_of_key(id);
    add_attachment(kind, id, best_rendition_v2(media), media["alt_text"].text(), message);
  }
}

// ------------------------------------------------------------------ posts

// A post that was read but not judged yet.
struct Post {
  Message message;
  bool has_text = false;
  bool is_repost = false;
  bool is_to_us = false;
  std::string quoted;         // the id of the post that it quotes
  std::string first_version;  // the id under which it was posted first, where it was edited since
};

void read_versions(const JsonView& ids, Post& post) {
  const auto versions = ids.elements();
  if (versions.size() < 2 || versions.front().id() == post.message.external_id) return;
  post.first_version = versions.front().id();
}

Event judge(Post post, const Surroundings& around) {
  Message& message = post.message;
  const std::string id = message.external_id;
  if (id.empty()) return Unreadable{"post_without_id"};
  if (message.sender.address.empty()) return Unreadable{"post_without_author"};
  if (message.sender.address == around.ours.user_id) return Ignored{"own_post", id};
  if (post.is_repost) return Ignored{"repost", id};
  if (!post.is_to_us && !around.is_addressed) return Ignored{post.quoted.empty() ? "not_to_us" : "quote_without_mention", id};
  if (!post.has_text) return Unreadable{"post_without_text"};
  message.channel = core::Channel::x;
  message.kind = MessageKind::mention;
  message.is_public = true;
  message.permalink = std::string(kPermalink) + id;
  message.to = {around.ours.user_id};
  if (message.thread_id.empty()) message.thread_id = message.in_reply_to.empty() ? id : message.in_reply_to;
  if (!post.quoted.empty()) message.stated.attributes.emplace_back("quoted_post", std::string(kPermalink) + post.quoted);
  if (around.author_blocked) message.flags.emplace_back("blocked");
  if (around.repaired) message.flags.emplace_back("repaired");
  if (!post.first_version.empty()) {
    message.kind = MessageKind::edit;
    message.in_reply_to = std::move(post.first_version);
  }
  return std::move(message);
}

// ------------------------------------------------------------------ deletions, direct messages

Event read_deletion(std::string id, const std::string& author, std::optional<core::Timestamp> at, const Surroundings& around) {
  if (id.empty()) return Unreadable{"deletion_without_id"};
  if (author.empty()) return Unreadable{"deletion_without_author"};
  if (author == around.ours.user_id) return Ignored{"own_deletion", std::move(id)};
  Message message;
  message.channel = core::Channel::x;
  message.kind = MessageKind::retraction;
  message.external_id = std::string(kDeletion) + id;
  message.in_reply_to = std::move(id);
  message.sender = sender_of(author, find_user(around, author));
  message.to = {around.ours.user_id};
  message.provider_at = at;
  message.is_public = true;
  if (around.repaired) message.flags.emplace_back("repaired");
  return message;
}

// A message that only we can read, up to its content; or why it is none.
std::variant<Message, Event> begin_private(std::string_view space, std::string id, const std::string& author, const Surroundings& around) {
  if (id.empty()) return Event{Unreadable{"message_without_id"}};
  if (author.empty()) return Event{Unreadable{"message_without_sender"}};
  id.insert(0, space);
  if (author == around.ours.user_id) return Event{Ignored{"own_message", std::move(id)}};
  Message message;
  message.channel = core::Channel::x;
  message.kind = MessageKind::dm;
  message.external_id = std::move(id);
  message.sender = sender_of(author, find_user(around, author));
  message.to = {around.ours.user_id};
  if (around.repaired) message.flags.emplace_back("repaired");
  return message;
}

}  // namespace

Rendition best_rendition_v2(const JsonView& media) {
  if (kind_of_media(media["type"].text()) == AttachmentKind::video) return best_film(media["variants"], "bit_rate");
  return {.url = media["url"].text(), .mime_type = {}};
}

Event read_post_v1(const JsonView& post, const Surroundings& around) {
  Post read;
  Message& message = read.message;
  const JsonView longer = post["extended_tweet"];  // what did not fit into 140 characters
  const JsonView user = post["user"];
  const JsonView text = first_of({longer["full_text"], post["full_text"], post["text"]});
  message.external_id = first_of({post["id_str"], post["id"]}).id();
  message.sender = sender_of(first_of({user["id_str"], user["id"]}).id(), user);
  message.text = unescaped(text.text());
  message.in_reply_to = first_of({post["in_reply_to_status_id_str"], post["in_reply_to_status_id"]}).id();
  message.provider_at = parse_legacy_time(post["created_at"].text());
  read.has_text = text.is_text();
  read.is_repost = post["retweeted_status"].exists();
  read.is_to_us = first_of({post["in_reply_to_user_id_str"], post["in_reply_to_user_id"]}).id() == around.ours.user_id ||
                  mentions(post["entities"]["user_mentions"], "id_str", "screen_name", around.ours) ||
                  mentions(longer["entities"]["user_mentions"], "id_str", "screen_name", around.ours);
  if (post["is_quote_status"].is_true()) read.quoted = first_of({post["quoted_status_id_str"], post["quoted_status"]["id_str"]}).id();
  read_versions(post["edit_history"]["edit_tweet_ids"], read);
  read_point(post["coordinates"]["coordinates"], message);
  add_area(post["place"], message);
  add_links(first_of({longer["entities"], post["entities"]})["urls"], read.quoted, message);
  const JsonView media = first_of({longer["extended_entities"], post["extended_entities"], longer["entities"], post["entities"]})["media"];
  for (const JsonView element : media.elements()) add_media_v1(element, message);
  return judge(std::move(read), around);
}

Event read_post_v2(const JsonView& post, const Surroundings& around) {
  Post read;
  Message& message = read.message;
  const JsonView note = first_of({post["note_tweet"], post["note_post"]});  // the whole of a long post
  const JsonView text = first_of({note["text"], post["text"]});
  const std::string author = post["author_id"].id();
  message.external_id = post["id"].id();
  message.thread_id = post["conversation_id"].id();
  message.sender = sender_of(author, find_user(around, author));
  message.text = unescaped(text.text());
  message.provider_at = core::parse_rfc3339(post["created_at"].text());
  read.has_text = text.is_text();
  read.is_to_us = post["in_reply_to_user_id"].id() == around.ours.user_id ||
                  mentions(post["entities"]["mentions"], "id", "username", around.ours) ||
                  mentions(note["entities"]["mentions"], "id", "username", around.ours);
  for (const JsonView reference : first_of({post["referenced_tweets"], post["referenced_posts"]}).elements()) {
    const std::string type = reference["type"].text();
    if (type == "retweeted") read.is_repost = true;
    if (type == "quoted") read.quoted = reference["id"].id();
    if (type == "replied_to") message.in_reply_to = reference["id"].id();
  }
  read_versions(first_of({post["edit_history_tweet_ids"], post["edit_history_post_ids"]}), read);
  read_point(post["geo"]["coordinates"]["coordinates"], message);
  add_area(find_by(around.includes["places"], "id", post["geo"]["place_id"].id()), message);
  add_links(first_of({note["entities"], post["entities"]})["urls"], read.quoted, message);
  add_media_v2(post["attachments"], around, message);
  return judge(std::move(read), around);
}

Event read_deletion_v1(const JsonView& deletion, const Surroundings& around) {
  const JsonView status = deletion["status"];
  return read_deletion(status["id"].id(), status["user_id"].id(), core::parse_unix(deletion["timestamp_ms"].id()), around);
}

Event read_deletion_v2(const JsonView& deletion, const Surroundings& around) {
  return read_deletion(deletion["id"].id(), deletion["author_id"].id(), std::nullopt, around);
}

Event read_direct_message_v1(const JsonView& element, const Surroundings& around) {
  const JsonView created = element["message_create"];
  const JsonView content = created["message_data"];
  if (element["type"].text() != "message_create") return Ignored{"other_message_event", std::string(kDirectMessage) + element["id"].id()};
  auto begun = begin_private(kDirectMessage, element["id"].id(), created["sender_id"].id(), around);
  if (auto* const event = std::get_if<Event>(&begun)) return std::move(*event);
  auto& message = std::get<Message>(begun);
  if (const std::string to = created["target"]["recipient_id"].id(); !to.empty() && to != around.ours.user_id)
    return Ignored{"other_user", std::move(message.external_id)};
  if (!content["text"].is_text()) return Unreadable{"message_without_text"};
  message.text = unescaped(content["text"].text());
  message.provider_at = core::parse_unix(element["created_timestamp"].id());
  add_links(content["entities"]["urls"], {}, message);
  if (const JsonView media = content["attachment"]["media"]; media.is_object()) add_media_v1(media, message);
  return std::move(message);
}

Event read_direct_message_v2(const JsonView& element, const Surroundings& around) {
  auto begun = begin_private(kDirectMessage, element["id"].id(), element["sender_id"].id(), around);
  if (auto* const event = std::get_if<Event>(&begun)) return std::move(*event);
  auto& message = std::get<Message>(begun);
  if (const std::string type = element["event_type"].text(); !type.empty() && type != "MessageCreate")
    return Ignored{"other_message_event", std::move(message.external_id)};
  if (!element["text"].is_text()) return Unreadable{"message_without_text"};
  message.text = unescaped(element["text"].text());
  message.provider_at = core::parse_rfc3339(element["created_at"].text());
  add_links(element["entities"]["urls"], {}, message);
  add_media_v2(element["attachments"], around, message);
  return std::move(message);
}

Event read_encrypted_message(const JsonView& element, const Surroundings& around) {
  auto begun = begin_private(kEncrypted, element["id"].id(), element["sender_id"].id(), around);
  if (auto* const event = std::get_if<Event>(&begun)) return std::move(*event);
  auto& message = std::get<Message>(begun);
  message.kind = MessageKind::unsupported;
  message.provider_at = core::parse_rfc3339(element["created_at"].text());
  return std::move(message);
}

}  // namespace satupintu::adapters::x
