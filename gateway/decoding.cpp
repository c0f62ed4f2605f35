// SPDX-License-Identifier: Apache-2.0
#include "gateway/decoding.hpp"

#include <boost/json.hpp>
#include <stdexcept>

#include "adapters/hotline/aml_sms.hpp"
#include "adapters/sms/joining.hpp"
#include "core/crypto.hpp"

namespace satupintu::gateway {

namespace json = boost::json;
using core::Delivery;
using core::Errc;
using core::Event;
using core::Message;
using core::Result;

namespace {

// No adapter's head begins with this character.
constexpr char kOurs = '\x01';
const std::string kJoined = kOurs + std::string("joined");
const std::string kAgain = kOurs + std::string("again");
const std::string kAttachment = kOurs + std::string("attachment");
const std::string kUnfetched = kOurs + std::string("unfetched ");

// ------------------------------------------------------------------ a text and its parts

std::string bytes_of(const json::value& part, json::string_view key) {
  return core::from_base64(std::string_view(part.at(key).as_string())).value();
}

json::object one_event_of(const Delivery& delivery, std::uint32_t index) {
  return {{"index", index},
          {"received_at", core::to_unix_ms(delivery.received_at)},
          {"head", core::to_base64(delivery.head)},
          {"body", core::to_base64(delivery.body)}};
}

// As it was when it came in.
Event decode_one_event(const adapters::Adapter& adapter, const std::string& account, const json::value& told) {
  auto events = adapter.decode({.account = account,
                                .received_at = core::from_unix_ms(told.at("received_at").to_number<std::int64_t>()),
                                .head = bytes_of(told, "head"),
                                .body = bytes_of(told, "body")});
  const auto index = told.at("index").to_number<std::size_t>();
  if (!events || index >= events->size()) throw std::runtime_error("the event is not there");
  return std::move((*events)[index]);
}

Result<std::vector<Event>> decode_joined(const adapters::Adapter& adapter, const Delivery& delivery) {
  const json::value told = json::parse(delivery.body);
  std::vector<Message> parts;
  for (const json::value& part : told.at("parts").as_array()) {
    parts.push_back(std::get<Message>(decode_one_event(adapter, delivery.account, part)));
    static_cast<void>(parts.back().part.value());
  }
  return std::vector<Event>{adapters::join_parts(std::move(parts), told.at("total").to_number<unsigned>())};
}

// ------------------------------------------------------------------ an attachment

template <class Enum>
Enum enum_of(const json::object& object, json::string_view key) {
  return static_cast<Enum>(object.at(key).to_number<int>());
}

std::string text_of(const json::object& object, json::string_view key) { return std::string(object.at(key).as_string()); }

Message attachment_message(const json::object& told) {
  Message message;
  message.kind = core::MessageKind::attachment;
  message.channel = enum_of<core::Channel>(told, "channel");
  message.external_id = text_of(told, "id");
  message.in_reply_to = text_of(told, "message");
  message.thread_id = text_of(told, "thread");
  message.sender.address_kind = enum_of<core::AddressKind>(told, "address_kind");
  message.sender.address = text_of(told, "address");
  message.sender.phone = text_of(told, "phone");
  message.sender.platform_id = text_of(told, "platform_id");
  message.sender.scope = text_of(told, "scope");
  message.is_public = told.at("is_public").as_bool();
  message.stated.visibility = text_of(told, "visibility");
  core::Attachment& attachment = message.attachments.emplace_back();
  attachment.kind = enum_of<core::AttachmentKind>(told, "kind");
  attachment.state = enum_of<core::AttachmentState>(told, "state");
  attachment.stored_id = text_of(told, "stored_id");
  attachment.url = text_of(told, "url");
  attachment.public_url = text_of(told, "public_url");
  attachment.mime_type = text_of(told, "mime");
  attachment.name = text_of(told, "name");
  attachment.sha256 = text_of(told, "sha256");
  attachment.bytes = told.at("bytes").to_number<std::uint64_t>();
  attachment.lost_why = text_of(told, "why");
  if (const auto* position = told.if_contains("position")) {
    message.place = core::SharedPlace{.latitude = position->at("latitude").to_number<double>(),
                                      .longitude = position->at("longitude").to_number<double>(),
                                      .accuracy_m = std::nullopt,
                                      .name = {},
                                      .address = {}};
  }
  return message;
}

// ------------------------------------------------------------------

Result<std::vector<Event>> decode_ours(const adapters::Adapter& adapter, const Delivery& delivery) {
  if (delivery.head.starts_with(kUnfetched))
    return std::vector<Event>{core::Ignored{delivery.head.substr(kUnfetched.size()), delivery.body}};
  try {
    if (delivery.head == kJoined) return decode_joined(adapter, delivery);
    if (delivery.head == kAgain) return std::vector<Event>{decode_one_event(adapter, delivery.account, json::parse(delivery.body))};
    return std::vector<Event>{attachment_message(json::parse(delivery.body).as_object())};
  } catch (const std::exception&) {  // how Boost.JSON and others say that it is not as we write it
    return core::fail(Errc::unreadable, "not a delivery that this version makes");
  }
}

}  // namespace

Result<std::vector<Event>> decode(const Accounts& accounts, const queue::JournalRow& row) {
  if (!row.readable) return core::fail(Errc::unreadable, "undecryptable");
  const auto account = accounts.find(row.delivery.account);
  if (account == accounts.end()) return core::fail(Errc::unreadable, "unknown_account");
  const bool is_ours = row.delivery.head.starts_with(kOurs);
  auto events = is_ours ? decode_ours(*account->second, row.delivery) : account->second->decode(row.delivery);
  if (!events) return events;
  // Whichever way an SMS came, it may be a telephone that tells where it is.
  for (Event& event : *events) {
    const auto* message = std::get_if<Message>(&event);
    if (message == nullptr || message->channel != core::Channel::sms) continue;
    if (auto location = adapters::read_aml_sms(*message)) event = std::move(*location);
  }
  return events;
}

Delivery joined_delivery(const std::vector<HeldPart>& parts, unsigned total) {
  json::array told;
  core::Timestamp received_at = parts.front().delivery.received_at;
  for (const auto& [delivery, index] : parts) {
    received_at = std::min(received_at, delivery.received_at);
    told.push_back(one_event_of(delivery, index));
  }
  return {.account = parts.front().delivery.account,
          .received_at = received_at,
          .head = kJoined,
          .body = json::serialize(json::object{{"total", total}, {"parts", std::move(told)}})};
}

Delivery attachment_delivery(const Delivery& original, const Message& message, std::size_t which, const core::Attachment& outcome,
                             core::Visibility visibility, const std::optional<core::SharedPlace>& position) {
  // An edit is known by the message that it changed.
  const bool is_edit = message.kind == core::MessageKind::edit && !message.in_reply_to.empty();
  json::object told{{"channel", static_cast<int>(message.channel)},
                    {"id", "attachment:" + std::to_string(which) + ":" + message.external_id},
                    {"message", is_edit ? message.in_reply_to : message.external_id},
                    {"thread", message.thread_id},
                    {"address_kind", static_cast<int>(message.sender.address_kind)},
                    {"address", message.sender.address},
                    {"phone", message.sender.phone},
                    {"platform_id", message.sender.platform_id},
                    {"scope", message.sender.scope},
                    {"is_public", message.is_public},
                    {"visibility", name_of(visibility)},
                    {"kind", static_cast<int>(outcome.kind)},
                    {"state", static_cast<int>(outcome.state)},
                    {"stored_id", outcome.stored_id},
                    {"url", outcome.url},
                    {"public_url", outcome.public_url},
                    {"mime", outcome.mime_type},
                    {"name", outcome.name},
                    {"sha256", outcome.sha256},
                    {"bytes", outcome.bytes},
                    {"why", outcome.lost_why}};
  if (position) told.emplace("position", json::object{{"latitude", position->latitude}, {"longitude", position->longitude}});
  return {.account = original.account, .received_at = original.received_at, .head = kAttachment, .body = json::serialize(told)};
}

Delivery again_delivery(const Delivery& original, std::uint32_t index) {
  if (is_looked_at_again(original)) return original;
  return {.account = original.account,
          .received_at = original.received_at,
          .head = kAgain,
          .body = json::serialize(one_event_of(original, index))};
}

bool is_looked_at_again(const Delivery& delivery) { return delivery.head == kAgain; }

Delivery unfetched_delivery(const Delivery& original, const core::Pointer& pointer, std::string_view why) {
  return {
      .account = original.account, .received_at = original.received_at, .head = kUnfetched + std::string(why), .body = pointer.external_id};
}

}  // namespace satupintu::gateway
