// SPDX-License-Identifier: Apache-2.0
#include "adapters/telegram/bot.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "adapters/form.hpp"
#include "adapters/json.hpp"
#include "adapters/request_head.hpp"
#include "adapters/signature.hpp"
#include "adapters/url.hpp"
#include "core/crypto.hpp"

namespace satupintu::adapters {

using boost::asio::awaitable;
using core::Attachment;
using core::AttachmentKind;
using core::Errc;
using core::Event;
using core::Ignored;
using core::Message;
using core::MessageKind;
using core::Result;
using core::Unreadable;

namespace {

constexpr std::string_view kSecretHeader = "X-Telegram-Bot-Api-Secret-Token";
constexpr std::size_t kMaxSecret = 256;
// Telegram names no limit; a text ends at 4096 characters, and at most one other message is quoted in full.
constexpr std::uint64_t kMaxBodyBytes = 1'048'576;

const AdapterInfo kInfo{.name = "telegram/bot", .channel = core::Channel::telegram, .methods = {"POST"}, .max_body_bytes = kMaxBodyBytes};

// The kinds of update besides those that are read; in none of them does a citizen say something to the city.
constexpr auto kOtherUpdates = std::to_array<std::string_view>({
    "business_connection",
    "business_message",
    "channel_post",
    "chat_boost",
    "chat_join_request",
    "chat_member",
    "chosen_inline_result",
    "deleted_business_messages",
    "edited_business_message",
    "edited_channel_post",
    "guest_message",
    "inline_query",
    "managed_bot",
    "message_reaction_count",
    "poll",
    "poll_answer",
    "pre_checkout_query",
    "purchased_paid_media",
    "removed_chat_boost",
    "shipping_query",
});

// What Telegram itself notes in a chat.
constexpr auto kServiceMessages = std::to_array<std::string_view>({
    "boost_added",
    "channel_chat_created",
    "chat_background_set",
    "chat_shared",
    "connected_website",
    "delete_chat_photo",
    "forum_topic_closed",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_reopened",
    "general_forum_topic_hidden",
    "general_forum_topic_unhidden",
    "gift",
    "giveaway",
    "giveaway_completed",
    "giveaway_created",
    "giveaway_winners",
    "group_chat_created",
    "left_chat_member",
    "message_auto_delete_timer_changed",
    "migrate_from_chat_id",
    "migrate_to_chat_id",
    "new_chat_members",
    "new_chat_photo",
    "new_chat_title",
    "passport_data",
    "pinned_message",
    "proximity_alert_triggered",
    "refunded_payment",
    "successful_payment",
    "supergroup_chat_created",
    "unique_gift",
    "users_shared",
    "video_chat_ended",
    "video_chat_participants_invited",
    "video_chat_scheduled",
    "video_chat_started",
    "write_access_allowed",
});

bool is_letter_of_a_name(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }

// ------------------------------------------------------------------ where, and who

struct Bot {
  std::string id;
  std::string username;  // empty where it is not configured
};

bool is_group(const JsonView& chat) {
  const std::string type = chat["type"].text();
  return type == "group" || type == "supergroup";
}

// Message ids are counted anew in every chat. Empty where one of the two is missing.
std::string id_of(const JsonView& chat, const JsonView& message_id) {
  const std::string chat_id = chat["id"].id();
  const std::string id = message_id.id();
  return chat_id.empty() || id.empty() ? std::string{} : chat_id + '/' + id;
}

// In a group with topics, each of them is a thread.
std::string thread_of(const JsonView& element) {
  const JsonView chat = element["chat"];
  if (is_group(chat)) {
    const std::string topic = element["is_topic_message"].is_true() ? '/' + element["message_thread_id"].id() : std::string{};
    return chat["id"].id() + topic;
  }
  const std::string album = element["media_group_id"].id();
  return album.empty() ? std::string{} : "album:" + album;
}

core::Sender person(const JsonView& user) {
  core::Sender sender;
  sender.address = user["id"].id();
  if (!sender.address.empty()) sender.address_kind = core::AddressKind::platform_id;
  sender.handle = user["username"].text();
  sender.name = user["first_name"].text();
  if (const std::string last = user["last_name"].text(); !last.empty()) sender.name += (sender.name.empty() ? "" : " ") + last;
  return sender;
}

// In groups, channels speak too, and administrators in the group's own name; `from` then names a bot that stands in for them.
core::Sender sender_of(const JsonView& element) {
  const JsonView chat = element["sender_chat"];
  if (!chat.exists()) return person(element["from"]);
  core::Sender sender;
  sender.address = chat["id"].id();
  if (!sender.address.empty()) sender.address_kind = core::AddressKind::platform_id;
  sender.handle = chat["username"].text();
  sender.name = chat["title"].text();
  return sender;
}

// ------------------------------------------------------------------ what was written

// "https://…" behind words that hide it, each on a line of its own below the text.
std::string with_hidden_links(std::string text, const JsonView& entities) {
  for (const JsonView entity : entities.elements()) {
    const std::string url = entity["type"].text() == "text_link" ? entity["url"].text() : std::string{};
    if (!url.empty() && !text.contains(url)) text += (text.empty() ? "" : "\n") + url;
  }
  return text;
}

std::string text_of(const JsonView& element) {
  if (element["text"].is_text()) return with_hidden_links(element["text"].text(), element["entities"]);
  return with_hidden_links(element["caption"].text(), element["caption_entities"]);
}

// To whom "/cek@pintu_bot SP-…" speaks: "pintu_bot"; empty where nobody is named.
std::string_view addressee_of(std::string_view text) {
  const std::string_view command = text.substr(0, text.find_first_of(" \n"));
  const auto at = command.find('@');
  return command.starts_with('/') && at != std::string_view::npos ? command.substr(at + 1) : std::string_view{};
}

bool names_bot(std::string_view name, const Bot& bot) { return bot.username.empty() || core::equals_ignoring_case(name, bot.username); }

void drop_addressee(std::string& text, const Bot& bot) {
  const std::string_view name = addressee_of(text);
  if (name.empty() || !names_bot(name, bot)) return;
  const std::size_t at = text.find('@');
  text.erase(at, name.size() + 1);
}

// "@pintu_bot" anywhere, as a word.
bool mentions(std::string_view text, const Bot& bot) {
  if (bot.username.empty()) return false;
  for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    const std::string_view name = text.substr(at + 1, bot.username.size());
    const std::string_view behind = text.substr(at + 1 + name.size());
    const bool is_word = (at == 0 || !is_letter_of_a_name(text[at - 1])) && (behind.empty() || !is_letter_of_a_name(behind.front()));
    if (is_word && core::equals_ignoring_case(name, bot.username)) return true;
  }
  return false;
}

// In a group, the bot hears only what is meant for it: a command, its name, an answer to it.
bool is_called(const JsonView& element, std::string_view text, const Bot& bot) {
  if (text.starts_with('/') && text.size() > 1 && is_letter_of_a_name(text[1])) {
    const std::string_view name = addressee_of(text);
    return name.empty() || names_bot(name, bot);
  }
  return mentions(text, bot) || element["reply_to_message"]["from"]["id"].id() == bot.id;
}

// ------------------------------------------------------------------ what was said
//
// One reader per kind of content. It is handed the message and fills in ours; false means that the content is not of its shape.

bool read_text(const JsonView& element, Message&) { return element["text"].is_text(); }

bool attach(AttachmentKind kind, const JsonView& media, Message& message) {
  Attachment attachment;
  attachment.kind = kind;
  attachment.provider_id = media["file_id"].text();
  attachment.mime_type = media["mime_type"].text();
  attachment.name = media["file_name"].text();
  if (attachment.provider_id.empty()) return false;
  message.kind = MessageKind::media;
  message.attachments.push_back(std::move(attachment));
  return true;
}

// The same picture in several sizes, of which the largest is the original.
bool read_photo(const JsonView& element, Message& message) {
  JsonView largest;
  double most = -1;
  for (const JsonView size : element["photo"].elements()) {
    const double pixels = size["width"].number().value_or(0) * size["height"].number().value_or(0);
    if (pixels < most) continue;
    most = pixels;
    largest = size;
  }
  return attach(AttachmentKind::image, largest, message);
}

bool read_animation(const JsonView& element, Message& message) { return attach(AttachmentKind::video, element["animation"], message); }
bool read_audio(const JsonView& element, Message& message) { return attach(AttachmentKind::audio, element["audio"], message); }
bool read_document(const JsonView& element, Message& message) { return attach(AttachmentKind::document, element["document"], message); }
bool read_video(const JsonView& element, Message& message) { return attach(AttachmentKind::video, element["video"], message); }
bool read_video_note(const JsonView& element, Message& message) { return attach(AttachmentKind::video, element["video_note"], message); }
bool read_voice(const JsonView& element, Message& message) { return attach(AttachmentKind::voice, element["voice"], message); }

// The emoji that a sticker stands for is all that can be read of it.
bool read_sticker(const JsonView& element, Message& message) {
  message.text = element["sticker"]["emoji"].text();
  return attach(AttachmentKind::sticker, element["sticker"], message);
}

// "Bu Sari: +62 812-5550-1001". Somebody's own card tells the number that Telegram keeps to itself.
bool read_contact(const JsonView& element, Message& message) {
  const JsonView contact = element["contact"];
  const std::string number = contact["phone_number"].id();
  const std::string user = contact["user_id"].id();
  const std::string name = person(contact).name;
  if (number.empty()) return false;
  message.kind = MessageKind::contact_card;
  message.text = name.empty() ? number : name + ": " + number;
  if (!user.empty() && user == message.sender.address) message.sender.phone = number;
  return true;
}

bool read_place(const JsonView& location, const JsonView& named, Message& message) {
  const auto latitude = location["latitude"].number();
  const auto longitude = location["longitude"].number();
  if (!latitude || !longitude) return false;
  message.kind = MessageKind::location;
  message.place = {.latitude = *latitude,
                   .longitude = *longitude,
                   .accuracy_m = location["horizontal_accuracy"].number(),
                   .name = named["title"].text(),
                   .address = named["address"].text()};
  if (location["live_period"].exists()) message.flags.emplace_back("live_location");
  return true;
}

bool read_location(const JsonView& element, Message& message) { return read_place(element["location"], {}, message); }
bool read_venue(const JsonView& element, Message& message) { return read_place(element["venue"]["location"], element["venue"], message); }

struct Content {
  std::string_view name;  // of the field that holds it
  bool (*read)(const JsonView& element, Message& message);
  std::string_view unreadable;  // the reason when `read` gives false
};

// In this order: an animation is also sent as a document, a venue also as a location.
constexpr auto kContents = std::to_array<Content>({
    {"text", read_text, "unreadable_text"},
    {"photo", read_photo, "unreadable_photo"},
    {"animation", read_animation, "unreadable_animation"},
    {"document", read_document, "unreadable_document"},
    {"video", read_video, "unreadable_video"},
    {"video_note", read_video_note, "unreadable_video_note"},
    {"voice", read_voice, "unreadable_voice"},
    {"audio", read_audio, "unreadable_audio"},
    {"sticker", read_sticker, "unreadable_sticker"},
    {"contact", read_contact, "unreadable_contact"},
    {"venue", read_venue, "unreadable_venue"},
    {"location", read_location, "unreadable_location"},
});

// A post of the channel to which a group belongs, or a note of Telegram's own. Empty for what somebody said.
std::string reason_of_notice(const JsonView& element) {
  if (element["is_automatic_forward"].is_true() || element["chat"]["type"].text() == "channel") return "channel_post";
  const auto* const service = std::ranges::find_if(kServiceMessages, [&](std::string_view name) { return element[name].exists(); });
  if (service != kServiceMessages.end()) return std::string(*service);
  if (!element["sender_chat"].exists() && element["from"]["is_bot"].is_true()) return "from_a_bot";
  return {};
}

void read_surroundings(const JsonView& element, Message& message) {
  const JsonView chat = element["chat"];
  const JsonView quoted = element["reply_to_message"];
  // In a topic, every message answers the one that opened it.
  if (!quoted["forum_topic_created"].exists()) message.in_reply_to = id_of(chat, quoted["message_id"]);
  if (element["forward_origin"].exists()) message.flags.emplace_back("forwarded");
  if (!is_group(chat)) return;
  message.is_public = true;
  message.flags.emplace_back("group");
  if (const std::string name = chat["username"].text(); !name.empty()) {
    message.permalink = "https://t.me/" + name + '/' + element["message_id"].id();
  }
}

Event read_message(const JsonView& element, const Bot& bot) {
  const JsonView chat = element["chat"];
  Message message;
  message.channel = kInfo.channel;
  message.external_id = id_of(chat, element["message_id"]);
  if (message.external_id.empty()) return Unreadable{"message_without_id"};
  if (std::string why = reason_of_notice(element); !why.empty()) return Ignored{std::move(why), message.external_id};
  message.sender = sender_of(element);
  if (message.sender.address.empty()) return Unreadable{"message_without_sender"};
  message.text = text_of(element);
  if (is_group(chat) && !is_called(element, message.text, bot)) return Ignored{"group_chatter", message.external_id};
  message.thread_id = thread_of(element);
  if (!bot.username.empty()) message.to.push_back(bot.username);
  message.provider_at = core::parse_unix(element["date"].id());

  drop_addressee(message.text, bot);
  const auto* const content = std::ranges::find_if(kContents, [&](const Content& kind) { return element[kind.name].exists(); });
  if (content == kContents.end()) {
    message.kind = MessageKind::unsupported;  // still somebody who wants to be heard
  } else if (!content->read(element, message)) {
    return Unreadable{std::string(content->unreadable)};
  }
  read_surroundings(element, message);
  return message;
}

// ------------------------------------------------------------------ the kinds of update

struct Update {
  std::string id;
  bool repaired = false;
};

// The new content has a message's own shape. A live location moves every few seconds and says nothing new by it.
Event read_edited_message(const JsonView& element, const Update& update, const Bot& bot) {
  const std::string original = id_of(element["chat"], element["message_id"]);
  if (element["location"].exists()) return Ignored{"live_location_update", original};
  Event event = read_message(element, bot);
  if (auto* message = std::get_if<Message>(&event)) {
    message->kind = MessageKind::edit;
    message->in_reply_to = original;
    message->external_id = original + "/edit/" + update.id;
    if (const auto at = core::parse_unix(element["edit_date"].id())) message->provider_at = at;
  }
  return event;
}

Event read_new_message(const JsonView& element, const Update&, const Bot& bot) { return read_message(element, bot); }

// A button under a message of ours was pressed; what it says is what we wrote on it.
Event read_button(const JsonView& element, const Update&, const Bot& bot) {
  const JsonView under = element["message"];
  Message message;
  message.channel = kInfo.channel;
  message.sender = person(element["from"]);
  message.external_id = element["id"].id();
  if (message.external_id.empty() || message.sender.address.empty()) return Unreadable{"unreadable_callback_query"};
  message.external_id.insert(0, "callback/");
  if (!element["data"].is_text()) return Ignored{"button_without_data", message.external_id};
  message.text = element["data"].text();
  message.in_reply_to = id_of(under["chat"], under["message_id"]);
  if (!bot.username.empty()) message.to.push_back(bot.username);
  if (is_group(under["chat"])) {
    message.thread_id = thread_of(under);
    message.is_public = true;
    message.flags.emplace_back("group");
  }
  return message;
}

// No reaction left: it was taken back. Custom ones have an id only.
Event read_reaction(const JsonView& element, const Update& update, const Bot& bot) {
  const JsonView chat = element["chat"];
  Message message;
  message.channel = kInfo.channel;
  message.kind = MessageKind::reaction;
  message.in_reply_to = id_of(chat, element["message_id"]);
  message.external_id = message.in_reply_to + "/reaction/" + update.id;
  if (message.in_reply_to.empty() || !element["new_reaction"].is_list()) return Unreadable{"unreadable_reaction"};
  if (is_group(chat)) return Ignored{"group_reaction", message.external_id};
  message.sender = person(element["user"]);
  if (message.sender.address.empty()) return Ignored{"reaction_of_a_chat", message.external_id};
  for (const JsonView reaction : element["new_reaction"].elements()) {
    const std::string emoji = reaction["emoji"].text();
    message.text += emoji.empty() ? "[" + reaction["type"].text() + "]" : emoji;
  }
  if (!bot.username.empty()) message.to.push_back(bot.username);
  message.provider_at = core::parse_unix(element["date"].id());
  return message;
}

Event read_membership(const JsonView& element, const Update& update, const Bot&) {
  const std::string status = element["new_chat_member"]["status"].text();
  const bool is_private = element["chat"]["type"].text() == "private";
  std::string why = "my_chat_member";
  if (is_private && status == "kicked") why = "bot_blocked";
  if (is_private && status == "member") why = "bot_unblocked";
  return Ignored{std::move(why), "update/" + update.id};
}

struct UpdateKind {
  std::string_view name;
  Event (*read)(const JsonView& element, const Update& update, const Bot& bot);
};

constexpr auto kUpdates = std::to_array<UpdateKind>({
    {"message", read_new_message},
    {"edited_message", read_edited_message},
    {"callback_query", read_button},
    {"message_reaction", read_reaction},
    {"my_chat_member", read_membership},
});

Event read_update(std::string_view name, const JsonView& element, const Update& update, const Bot& bot) {
  const auto* const kind = std::ranges::find(kUpdates, name, &UpdateKind::name);
  if (kind == kUpdates.end()) {
    const bool known = std::ranges::find(kOtherUpdates, name) != kOtherUpdates.end();
    return Ignored{known ? std::string(name) : "unknown_update", "update/" + update.id};
  }
  if (!element.is_object()) return Unreadable{"unreadable_" + std::string(name)};
  Event event = kind->read(element, update, bot);
  if (auto* message = std::get_if<Message>(&event); message != nullptr && update.repaired) message->flags.emplace_back("repaired");
  return event;
}

// ------------------------------------------------------------------ settings

bool is_fit_for_the_header(std::string_view secret) {
  return secret.size() <= kMaxSecret && std::ranges::all_of(secret, [](char c) { return is_letter_of_a_name(c) || c == '-'; });
}

// "123456789:AAE…": the bot's own id, and what makes it a secret.
bool is_bot_token(std::string_view token) {
  const std::string_view id = take_until(token, ":");
  return !id.empty() && std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; }) && !token.empty() &&
         std::ranges::all_of(token, [](char c) { return is_letter_of_a_name(c) || c == '-'; });
}

std::string without_at(std::string name) {
  if (name.starts_with('@')) name.erase(0, 1);
  return name;
}

class TelegramBot final : public Adapter {
 public:
  TelegramBot(std::string account, core::Settings& settings)
      : account_(std::move(account)),
        secrets_{.current = settings.secret("secret_token",
                                            "What setWebhook was given as secret_token, and Telegram sends with every update: letters, "
                                            "digits, '_' and '-'."),
                 .previous = settings.optional_secret("previous_secret_token", "The one before, accepted while it is being replaced.")},
        token_(settings.secret("bot_token", "What @BotFather gave for the bot: its number, a colon and 35 characters.")),
        bot_{.id = std::string(token_.reveal().substr(0, token_.reveal().find(':'))),
             .username = without_at(settings.text("bot_username",
                                                  "The bot's user name. In groups the bot listens to commands, to answers to itself and to "
                                                  "whoever writes this name; without it, to the first two only.",
                                                  ""))},
        api_url_(settings.text("api_url", "Where the Bot API is: another address only where a proxy stands in between.",
                               "https://api.telegram.org")) {
    while (api_url_.ends_with('/')) api_url_.pop_back();
    if (host_of(api_url_).empty()) settings.mistake("api_url", "names no host", "write it like \"https://api.telegram.org\"");
    const auto check = [&](std::string_view key, const core::Secret& secret) {
      if (is_fit_for_the_header(secret.reveal())) return;
      settings.mistake(key, "is none that setWebhook takes", "make one of 1 to 256 letters, digits, '_' and '-'");
    };
    check("secret_token", secrets_.current);
    if (secrets_.previous) check("previous_secret_token", *secrets_.previous);
    if (!token_.empty() && !is_bot_token(token_.reveal())) {
      settings.mistake("bot_token", "is no token of a bot", "copy all of what @BotFather gave, with number and colon");
    }
  }

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }

  [[nodiscard]] Result<core::Admission> admit(const core::HttpRequest& request, core::Timestamp now) const override {
    if (request.method != "POST") return core::fail(Errc::malformed, "the method is not POST");
    if (request.body.size() > kMaxBodyBytes) return core::fail(Errc::too_large, "the body is larger than any update");
    if (!is_one_of(secrets_, request.header(kSecretHeader).value_or(""))) {
      return core::fail(Errc::unauthentic, "the secret token is missing or wrong");
    }
    // Empty, since Telegram would carry out a body of ours as a command.
    return core::Admission{.delivery = core::Delivery{.account = account_, .received_at = now, .head = {}, .body = request.body},
                           .answer = {}};
  }

  [[nodiscard]] Result<std::vector<Event>> decode(const core::Delivery& delivery) const override {
    std::vector<Event> events;
    if (delivery.body.empty()) return events;
    const auto document = JsonDocument::parse(delivery.body);
    if (!document) return std::unexpected(document.error());
    const JsonView root = document->root();
    if (!root.is_object()) return std::vector<Event>{Ignored{"not_an_update", {}}};
    const Update update{.id = root["update_id"].id(), .repaired = document->repaired()};
    // Telegram sends one thing at a time; should there ever be more, none is lost.
    for (const auto& [name, element] : root.members()) {
      if (name != "update_id") events.push_back(read_update(name, element, update, bot_));
    }
    return events;
  }

  [[nodiscard]] std::vector<std::string> hosts() const override { return {host_of(api_url_)}; }

  // Its path holds for an hour at least, so it is asked for anew each time. The token stands in both addresses: no error of the
  // transport's is passed on in its own words.
  awaitable<Result<Download>> download(Attachment attachment, Transport& transport) const override {
    if (attachment.provider_id.empty()) co_return core::fail(Errc::refused, "the attachment has no file id");
    Form query;
    query.add("file_id", attachment.provider_id);
    const auto answer = co_await transport.call({.url = api_url_ + "/bot" + std::string(token_.reveal()) + "/getFile?" + query.encoded()});
    if (!answer) co_return core::fail(answer.error().code, "Telegram was not asked for the file's place");
    const auto path = path_in(*answer);
    if (!path) co_return std::unexpected(path.error());
    auto download = co_await transport.download({.url = api_url_ + "/file/bot" + std::string(token_.reveal()) + '/' + *path});
    if (!download) co_return core::fail(download.error().code, "Telegram did not hand the file over");
    co_return std::move(*download);
  }

  void sign(core::HttpRequest& request) const override {
    std::erase_if(request.headers, [](const auto& header) { return core::equals_ignoring_case(header.first, kSecretHeader); });
    request.headers.emplace_back(kSecretHeader, secrets_.current.reveal());
  }

  [[nodiscard]] core::HttpRequest compose(const Utterance& utterance, core::Timestamp now) const override {
    const std::string user = utterance.phone.substr(utterance.phone.starts_with('+') ? 1 : 0);
    std::uint64_t number = 0;  // of 52 bits, which every reader of JSON keeps
    const std::string digest = core::sha256_hex(utterance.external_id).substr(0, 13);
    std::from_chars(digest.data(), digest.data() + digest.size(), number, 16);
    const std::string id = std::to_string(number);
    const std::string person = R"({"id":)" + user + R"(,"is_bot":false,"first_name":)" + to_json_string(utterance.name);
    return {.method = "POST",
            .path = {},
            .query = {},
            .headers = {{"Content-Type", "application/json"}},
            .body = R"({"update_id":)" + id + R"(,"message":{"message_id":)" + id + R"(,"from":)" + person +
                    R"(,"language_code":"id"},"chat":)" + R"({"id":)" + user + R"(,"first_name":)" + to_json_string(utterance.name) +
                    R"(,"type":"private"},"date":)" + std::to_string(core::to_unix_ms(now) / 1000) + R"(,"text":)" +
                    to_json_string(utterance.text) + "}}"};
  }

 private:
  [[nodiscard]] static Result<std::string> path_in(const core::HttpAnswer& answer) {
    switch (answer.status) {
      case 200: break;
      case 401:
      case 403:
      case 404: return core::fail(Errc::unauthentic, "Telegram does not know the bot's token");  // 404: nor its form
      case 400: return core::fail(Errc::not_found, "Telegram has no such file, or it is larger than the 20 MB that a bot may fetch");
      default:
        if (answer.status == 408 || answer.status == 429 || answer.status >= 500) {
          return core::fail(Errc::unavailable, "Telegram answered getFile with " + std::to_string(answer.status));
        }
        return core::fail(Errc::refused, "Telegram answered getFile with " + std::to_string(answer.status));
    }
    const auto document = JsonDocument::parse(answer.body);
    std::string path = document ? document->root()["result"]["file_path"].text() : std::string{};
    const bool is_plain = std::ranges::all_of(path, [](char c) { return is_letter_of_a_name(c) || std::string_view("-./").contains(c); });
    // A Bot API server of one's own tells a path on its own disk.
    if (path.empty() || path.starts_with('/') || path.contains("..") || !is_plain) {
      return core::fail(Errc::refused, "Telegram's answer to getFile names no path");
    }
    return path;
  }

  std::string account_;
  LiveSecrets secrets_;
  core::Secret token_;
  Bot bot_;
  std::string api_url_;
};

}  // namespace

std::unique_ptr<Adapter> make_telegram_bot(std::string account, core::Settings& settings) {
  return std::make_unique<TelegramBot>(std::move(account), settings);
}

}  // namespace satupintu::adapters
