// SPDX-License-Identifier: Apache-2.0
#include "adapters/whatsapp/cloud.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/batch.hpp"
#include "adapters/json.hpp"
#include "adapters/meta/graph.hpp"
#include "adapters/meta_webhook.hpp"
#include "adapters/url.hpp"
#include "adapters/whatsapp/form_answers.hpp"
#include "adapters/whatsapp/identity.hpp"
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
using core::Unreadable;

namespace {

// Where Meta keeps what citizens send.
constexpr std::array<std::string_view, 2> kMediaStores{"lookaside.fbsbx.com", "*.whatsapp.net"};

const AdapterInfo kInfo{
    .name = "whatsapp/cloud", .channel = core::Channel::whatsapp, .methods = {"GET", "POST"}, .max_body_bytes = kMaxMetaBodyBytes};

// The webhook fields besides `messages` that Meta documents; none of them carries a citizen's message to us.
constexpr std::array<std::string_view, 22> kOtherFields{
    "account_alerts",
    "account_review_update",
    "account_settings_update",
    "account_update",
    "business_capability_update",
    "business_status_update",
    "calls",
    "flows",
    "history",
    "message_echoes",
    "message_template_components_update",
    "message_template_quality_update",
    "message_template_status_update",
    "messaging_handovers",
    "partner_solutions",
    "phone_number_name_update",
    "phone_number_quality_update",
    "security",
    "smb_app_state_sync",
    "smb_message_echoes",
    "standby",
    "user_preferences",
};

// ------------------------------------------------------------------ who wrote

struct Contact {
  Identity identity;
  std::string name;
  std::string handle;
};

std::vector<Contact> read_contacts(const JsonView& list) {
  std::vector<Contact> contacts;
  for (const JsonView contact : list.elements()) {
    const JsonView profile = contact["profile"];
    std::string handle = profile["username"].text();
    if (handle.starts_with('@')) handle.erase(0, 1);
    contacts.push_back({{contact["wa_id"].id(), contact["user_id"].id()}, profile["name"].text(), std::move(handle)});
  }
  return contacts;
}

// What stands around the elements of one change.
struct Surroundings {
  std::string business;  // the WhatsApp Business Account, within which user ids are unique
  std::string our_number;
  std::vector<Contact> contacts;
  bool repaired = false;
};

// Nobody when neither the message nor a contact that surely belongs to it names the sender.
std::optional<core::Sender> read_sender(const JsonView& element, const Surroundings& around) {
  Identity identity{element["from"].id(), element["from_user_id"].id()};
  const Contact* contact = nullptr;
  if (identity.is_known()) {
    const auto found = std::ranges::find_if(around.contacts, [&](const Contact& c) { return c.identity.is_same_as(identity); });
    if (found != around.contacts.end()) contact = &*found;
  } else if (around.contacts.size() == 1) {
    contact = &around.contacts.front();
  }
  if (contact != nullptr) {
    if (identity.phone.empty()) identity.phone = contact->identity.phone;
    if (identity.user_id.empty()) identity.user_id = contact->identity.user_id;
  }
  if (!identity.is_known()) return std::nullopt;
  core::Sender sender = sender_of(std::move(identity), around.business);
  if (contact != nullptr) {
    sender.name = contact->name;
    sender.handle = contact->handle;
  }
  return sender;
}

// ------------------------------------------------------------------ what was said
//
// One reader per message type. It is handed the element and fills in the message; false means that the content
// is not there or not of its shape.

bool read_text(const JsonView& element, Message& message) {
  const JsonView body = element["text"]["body"];
  message.text = body.text();
  return body.is_text();
}

// Meta writes the digest in base64.
std::string hex_digest(const std::string& base64) {
  const auto digest = core::from_base64(base64);
  return digest && digest->size() == 32 ? core::to_hex(*digest) : std::string{};
}

template <AttachmentKind kind>
bool read_media(const JsonView& element, Message& message) {
  const JsonView media = element[element["type"].text()];
  Attachment attachment;
  attachment.kind = kind;
  attachment.provider_id = media["id"].id();
  attachment.url = media["url"].text();
  attachment.mime_type = media["mime_type"].text();
  attachment.name = media["filename"].text();
  attachment.sha256 = hex_digest(media["sha256"].text());
  if (kind == AttachmentKind::audio && media["voice"].is_true()) attachment.kind = AttachmentKind::voice;
  if (attachment.provider_id.empty()) return false;
  message.kind = MessageKind::media;
  message.text = media["caption"].text();
  message.attachments.push_back(std::move(attachment));
  return true;
}

bool read_location(const JsonView& element, Message& message) {
  const JsonView location = element["location"];
  const auto latitude = location["latitude"].number();
  const auto longitude = location["longitude"].number();
  if (!latitude || !longitude) return false;
  message.kind = MessageKind::location;
  message.place = {.latitude = *latitude,
                   .longitude = *longitude,
                   .accuracy_m = std::nullopt,
                   .name = location["name"].text(),
                   .address = location["address"].text()};
  return true;
}

// "Bu Sari: +62 812-5550-1001, sari@contoh.example", one card a line.
bool read_contact_cards(const JsonView& element, Message& message) {
  for (const JsonView card : element["contacts"].elements()) {
    std::string details;
    const auto add = [&](std::string detail) {
      if (!detail.empty()) details += (details.empty() ? "" : ", ") + detail;
    };
    const auto phones = card["phones"].elements();
    for (const JsonView phone : phones) add(phone["phone"].id());
    for (const JsonView email : card["emails"].elements()) add(email["email"].text());
    // How a sender without a number answers when asked for it.
    const bool asked_for = element["origin"].text() == "contact_request" || card["origin"].text() == "contact_request";
    const bool is_numberless = message.sender.address_kind == core::AddressKind::platform_id;
    if (asked_for && is_numberless && !phones.empty()) message.sender.phone = phones.front()["phone"].id();
    const std::string name = card["name"]["formatted_name"].text();
    const std::string line = name.empty() || details.empty() ? name + details : name + ": " + details;
    if (!line.empty()) message.text += (message.text.empty() ? "" : "\n") + line;
  }
  message.kind = MessageKind::contact_card;
  return element["contacts"].is_list();
}

bool read_interactive(const JsonView& element, Message& message) {
  const JsonView interactive = element["interactive"];
  const std::string type = interactive["type"].text();
  const JsonView reply = interactive[type];
  if (type == "button_reply" || type == "list_reply") {
    message.text = reply["title"].text();
    return reply["title"].is_text();
  }
  if (type == "nfm_reply") {
    // Some senders put something else there than the JSON object that Meta documents; then the form's own summary has to do.
    message.text = form_answers(reply["response_json"].text());
    if (message.text.empty()) message.text = reply["body"].text();
    return reply.is_object();
  }
  message.kind = MessageKind::unsupported;
  return interactive.is_object();
}

bool read_button(const JsonView& element, Message& message) {
  const JsonView text = element["button"]["text"];
  message.text = text.text();
  return text.is_text();
}

// An empty text takes the reaction back.
bool read_reaction(const JsonView& element, Message& message) {
  message.kind = MessageKind::reaction;
  message.in_reply_to = element["reaction"]["message_id"].id();
  message.text = element["reaction"]["emoji"].text();
  return !message.in_reply_to.empty();
}

// The city sells nothing; what counts is what was written beside the goods.
bool read_order(const JsonView& element, Message& message) {
  message.text = element["order"]["text"].text();
  if (message.text.empty()) message.kind = MessageKind::unsupported;
  return element["order"].is_object();
}

bool read_revoke(const JsonView& element, Message& message) {
  message.kind = MessageKind::retraction;
  message.in_reply_to = element["revoke"]["original_message_id"].id();
  return !message.in_reply_to.empty();
}

bool read_edit(const JsonView& element, Message& message);

struct MessageType {
  std::string_view name;
  bool (*read)(const JsonView& element, Message& message);
  std::string_view unreadable;  // the reason when `read` gives false
};

constexpr std::array<MessageType, 15> kMessageTypes{{
    {"text", read_text, "unreadable_text"},
    {"image", read_media<AttachmentKind::image>, "unreadable_image"},
    {"video", read_media<AttachmentKind::video>, "unreadable_video"},
    {"audio", read_media<AttachmentKind::audio>, "unreadable_audio"},
    {"voice", read_media<AttachmentKind::voice>, "unreadable_voice"},
    {"document", read_media<AttachmentKind::document>, "unreadable_document"},
    {"sticker", read_media<AttachmentKind::sticker>, "unreadable_sticker"},
    {"location", read_location, "unreadable_location"},
    {"contacts", read_contact_cards, "unreadable_contacts"},
    {"interactive", read_interactive, "unreadable_interactive"},
    {"button", read_button, "unreadable_button"},
    {"reaction", read_reaction, "unreadable_reaction"},
    {"order", read_order, "unreadable_order"},
    {"edit", read_edit, "unreadable_edit"},
    {"revoke", read_revoke, "unreadable_revoke"},
}};

const MessageType* find_type(std::string_view name) {
  const auto* const found = std::ranges::find(kMessageTypes, name, &MessageType::name);
  return found == kMessageTypes.end() ? nullptr : found;
}

// The new content has a message's own shape; only its kind and what it refers to become the edit's.
bool read_edit(const JsonView& element, Message& message) {
  const JsonView content = element["edit"]["message"];
  const MessageType* const type = find_type(content["type"].text());
  if (type == nullptr || type->read == read_edit || !type->read(content, message)) return false;
  message.kind = MessageKind::edit;
  message.in_reply_to = element["edit"]["original_message_id"].id();
  return !message.in_reply_to.empty();
}

void read_context(const JsonView& element, Message& message) {
  const JsonView context = element["context"];
  if (message.in_reply_to.empty()) message.in_reply_to = context["id"].id();
  if (context["forwarded"].is_true()) message.flags.emplace_back("forwarded");
  if (context["frequently_forwarded"].is_true()) message.flags.emplace_back("frequently_forwarded");
  const JsonView referral = element["referral"];
  for (const auto& [name, value] : {std::pair{"referral_url", referral["source_url"]}, {"referral_headline", referral["headline"]}}) {
    if (const std::string text = value.text(); !text.empty()) message.stated.attributes.emplace_back(name, text);
  }
}

std::string reason_of_system(std::string_view type) {
  if (type == "user_changed_number" || type == "customer_changed_number") return "user_changed_number";
  if (type == "user_changed_user_id" || type == "customer_identity_changed") return std::string(type);
  return "system_notice";
}

Event read_message(const JsonView& element, const Surroundings& around) {
  const std::string type_name = element["type"].text();
  Message message;
  message.channel = kInfo.channel;
  message.external_id = element["id"].id();
  message.thread_id = element["group_id"].id();
  if (message.external_id.empty()) return Unreadable{"message_without_id"};
  if (type_name.empty()) return Unreadable{"message_without_type"};
  if (type_name == "request_welcome") return Ignored{type_name, message.external_id};
  if (type_name == "system") return Ignored{reason_of_system(element["system"]["type"].text()), message.external_id};

  auto sender = read_sender(element, around);
  if (!sender) return Unreadable{"message_without_sender"};
  message.sender = std::move(*sender);
  if (!around.our_number.empty()) message.to.push_back(around.our_number);
  message.provider_at = core::parse_unix(element["timestamp"].id());
  if (!message.thread_id.empty()) message.flags.emplace_back("group");
  if (around.repaired) message.flags.emplace_back("repaired");
  if (const MessageType* const type = find_type(type_name)) {
    if (!type->read(element, message)) return Unreadable{std::string(type->unreadable)};
  } else {
    message.kind = MessageKind::unsupported;  // still somebody who wants to be heard
  }
  read_context(element, message);
  return message;
}

// ------------------------------------------------------------------ what became of ours

Event read_status(const JsonView& element) {
  core::Receipt receipt;
  receipt.external_id = element["id"].id();
  receipt.state = element["status"].text();
  if (receipt.external_id.empty() || receipt.state.empty()) return Unreadable{"unreadable_status"};
  if (receipt.state == "played") receipt.state = "read";  // a voice message that was listened to
  constexpr std::array<std::string_view, 4> kStates{"sent", "delivered", "read", "failed"};
  if (std::ranges::find(kStates, receipt.state) == kStates.end()) return Ignored{"other_status", receipt.external_id};
  const auto errors = element["errors"].elements();
  if (!errors.empty()) receipt.error_code = errors.front()["code"].id();
  receipt.at = core::parse_unix(element["timestamp"].id());
  return receipt;
}

// ------------------------------------------------------------------ what Meta keeps

// Digits so far; certainly nothing that could lead to another place of the API.
bool is_media_id(std::string_view id) {
  return !id.empty() && std::ranges::all_of(id, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
  });
}

class WhatsappCloud final : public Adapter {
 public:
  WhatsappCloud(std::string account, core::Settings& settings)
      : webhook_(std::move(account), settings),
        phone_number_ids_(settings.texts("phone_number_ids",
                                         "The ids (not the numbers) of the phone numbers that belong to this account. What comes for other "
                                         "numbers of the same Meta app is ignored; an empty list takes all.",
                                         {})),
        graph_(settings) {}

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }

  [[nodiscard]] core::Result<core::Admission> admit(const core::HttpRequest& request, core::Timestamp now) const override {
    return webhook_.admit(request, now);
  }

  [[nodiscard]] core::Result<std::vector<Event>> decode(const core::Delivery& delivery) const override {
    std::vector<Event> events;
    if (delivery.body.empty()) return events;
    const auto document = JsonDocument::parse(delivery.body);
    if (!document) return std::unexpected(document.error());
    const JsonView root = document->root();
    if (root["object"].text() != "whatsapp_business_account") return std::vector<Event>{Ignored{"other_object", {}}};
    for_each_object(root["entry"], "unreadable_entry", events, [&](const JsonView& entry) {
      for_each_object(entry["changes"], "unreadable_change", events,
                      [&](const JsonView& change) { read_change(entry["id"].id(), change, document->repaired(), events); });
    });
    return events;
  }

  [[nodiscard]] std::vector<std::string> hosts() const override {
    std::vector<std::string> hosts{graph_.host()};
    hosts.insert(hosts.end(), kMediaStores.begin(), kMediaStores.end());
    return hosts;
  }

  // First the API tells where the media lie, for five minutes; then they are fetched from there. Both want the token.
  awaitable<core::Result<Download>> download(Attachment attachment, Transport& transport) const override {
    if (!is_media_id(attachment.provider_id)) co_return core::fail(Errc::refused, "the attachment has no media id");
    const auto told = co_await graph_.ask(attachment.provider_id, {}, transport);
    if (!told) co_return std::unexpected(told.error());
    const auto document = JsonDocument::parse(*told);
    const std::string url = document ? document->root()["url"].text() : std::string{};
    if (url.empty()) co_return core::fail(Errc::unavailable, "the Graph API does not tell where the media lie");
    if (!is_https_to(url, hosts())) co_return core::fail(Errc::refused, "the media lie with a server that is not Meta's");
    co_return co_await transport.download({.url = url, .headers = graph_.authorization()});
  }

  void sign(core::HttpRequest& request) const override { webhook_.sign(request); }

  [[nodiscard]] core::HttpRequest compose(const Utterance& utterance, core::Timestamp now) const override {
    const std::string digits = utterance.phone.substr(utterance.phone.starts_with('+') ? 1 : 0);
    const std::string number_id = phone_number_ids_.empty() ? "106540352242922" : phone_number_ids_.front();
    const std::string seconds = std::to_string(core::to_unix_ms(now) / 1000);
    core::HttpRequest request{.method = "POST", .path = {}, .query = {}, .headers = {{"Content-Type", "application/json"}}, .body = {}};
    request.body = R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"value":{)"
                   R"("messaging_product":"whatsapp","metadata":{"display_phone_number":"622155500112","phone_number_id":)" +
                   to_json_string(number_id) + R"(},"contacts":[{"profile":{"name":)" + to_json_string(utterance.name) + R"(},"wa_id":)" +
                   to_json_string(digits) + R"(}],"messages":[{"from":)" + to_json_string(digits) + R"(,"id":)" +
                   to_json_string("wamid." + core::to_base64(utterance.external_id)) + R"(,"timestamp":")" + seconds +
                   R"(","text":{"body":)" + to_json_string(utterance.text) + R"(},"type":"text"}]},"field":"messages"}]}]})";
    return request;
  }

 private:
  void read_change(std::string business, const JsonView& change, bool repaired, std::vector<Event>& events) const {
    const std::string field = change["field"].text();
    const JsonView value = change["value"];
    if (field.empty() || !value.is_object()) {
      events.emplace_back(Unreadable{"unreadable_change"});
      return;
    }
    if (field != "messages") {
      const bool known = std::ranges::find(kOtherFields, field) != kOtherFields.end();
      events.emplace_back(Ignored{known ? field : "unknown_field", {}});
      return;
    }
    const Surroundings around{.business = std::move(business),
                              .our_number = value["metadata"]["phone_number_id"].id(),
                              .contacts = read_contacts(value["contacts"]),
                              .repaired = repaired};
    const bool is_ours = phone_number_ids_.empty() || std::ranges::find(phone_number_ids_, around.our_number) != phone_number_ids_.end();
    const auto other_number = [](const JsonView& element) { return Ignored{"other_number", element["id"].id()}; };
    for_each_object(value["messages"], "unreadable_message", events,
                    [&](const JsonView& message) { events.push_back(is_ours ? read_message(message, around) : other_number(message)); });
    for_each_object(value["statuses"], "unreadable_status", events,
                    [&](const JsonView& status) { events.push_back(is_ours ? read_status(status) : other_number(status)); });
    for_each_object(value["errors"], "unreadable_error", events,
                    [&](const JsonView&) { events.emplace_back(Ignored{"provider_error", {}}); });
  }

  MetaWebhook webhook_;
  std::vector<std::string> phone_number_ids_;
  GraphApi graph_;
};

}  // namespace

std::unique_ptr<Adapter> make_whatsapp_cloud(std::string account, core::Settings& settings) {
  return std::make_unique<WhatsappCloud>(std::move(account), settings);
}

}  // namespace satupintu::adapters
