// SPDX-License-Identifier: Apache-2.0
#include "adapters/meta/asset.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/batch.hpp"
#include "core/crypto.hpp"

namespace satupintu::adapters {

using core::Errc;
using core::Event;
using core::Ignored;
using core::Result;
using core::Unreadable;

namespace {

constexpr std::string_view kFetched = "fetched ";

// Where messages come as a change, as they do from the dashboard's test button and for accounts with Instagram Login.
constexpr std::array<std::string_view, 13> kMessagingFields{
    "message_deliveries",  "message_echoes",     "message_edit",       "message_edits",       "message_reactions",
    "message_reads",       "messages",           "messaging_handover", "messaging_handovers", "messaging_optins",
    "messaging_postbacks", "messaging_referral", "messaging_seen",
};

}  // namespace

MetaAsset::MetaAsset(std::string account, core::Settings& settings, AssetWords words)
    : words_(words),
      account_(account),
      webhook_(std::move(account), settings),
      own_id_(settings.text(words.id_key, words.id_meaning, "")),
      graph_(settings) {}

Result<core::Admission> MetaAsset::admit(const core::HttpRequest& request, core::Timestamp now) const {
  return webhook_.admit(request, now);
}

void MetaAsset::sign(core::HttpRequest& request) const { webhook_.sign(request); }

Result<std::vector<Event>> MetaAsset::decode(const core::Delivery& delivery) const {
  if (delivery.head.starts_with(kFetched)) return decode_fetched(std::string_view(delivery.head).substr(kFetched.size()), delivery);
  std::vector<Event> events;
  if (delivery.body.empty()) return events;
  const auto document = JsonDocument::parse(delivery.body);
  if (!document) return std::unexpected(document.error());
  const JsonView root = document->root();
  if (root["object"].text() != words_.object) return std::vector<Event>{Ignored{"other_object", {}}};
  for_each_object(root["entry"], "unreadable_entry", events,
                  [&](const JsonView& entry) { read_entry(entry, document->repaired(), events); });
  return events;
}

// By its shape: the same object may come in any of four.
void MetaAsset::read_entry(const JsonView& entry, bool repaired, std::vector<Event>& events) const {
  const Surroundings around{
      .channel = info().channel, .asset = entry["id"].id(), .posted_at = core::parse_unix(entry["time"].id()), .repaired = repaired};
  if (around.asset.empty()) {
    events.emplace_back(Unreadable{"entry_without_id"});
    return;
  }
  if (!own_id_.empty() && around.asset != own_id_) {
    events.emplace_back(Ignored{std::string(words_.other), {}});
    return;
  }
  const std::size_t before = events.size();
  for_each_object(entry["messaging"], "unreadable_messaging", events,
                  [&](const JsonView& element) { read_messaging(element, around, events); });
  // Another app holds the conversation, and answers.
  for_each_object(entry["standby"], "unreadable_standby", events,
                  [&](const JsonView& element) { events.emplace_back(Ignored{"standby", element["message"]["mid"].id()}); });
  for_each_object(entry["changes"], "unreadable_change", events, [&](const JsonView& change) { read_change(change, around, events); });
  if (entry["field"].exists()) read_change(entry, around, events);
  if (events.size() == before) events.emplace_back(Ignored{"empty_entry", {}});
}

void MetaAsset::read_change(const JsonView& change, const Surroundings& around, std::vector<Event>& events) const {
  const std::string field = change["field"].text();
  const JsonView value = change["value"];
  if (field.empty() || !value.is_object()) {
    events.emplace_back(Unreadable{"unreadable_change"});
  } else if (std::ranges::find(kMessagingFields, field) != kMessagingFields.end()) {
    read_messaging(value, around, events);
  } else if (field == "standby") {
    events.emplace_back(Ignored{"standby", value["message"]["mid"].id()});
  } else {
    events.push_back(read_field(field, value, around));
  }
}

std::vector<std::string> MetaAsset::hosts() const {
  std::vector<std::string> hosts = media_hosts();
  hosts.push_back(graph_.host());
  return hosts;
}

boost::asio::awaitable<Result<core::Delivery>> MetaAsset::fetch(core::Pointer pointer, Transport& transport) const {
  const auto target = GraphTarget::parse(pointer.target);
  if (!target) co_return core::fail(Errc::refused, "the pointer is none of this channel's");
  Question question = question_for(*target);
  auto answer = co_await graph_.ask(std::move(question.path), std::move(question.fields), transport);
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  co_return core::Delivery{
      .account = account_, .received_at = transport.now(), .head = std::string(kFetched) + pointer.target, .body = std::move(*answer)};
}

Result<std::vector<Event>> MetaAsset::decode_fetched(std::string_view words, const core::Delivery& delivery) const {
  const auto target = GraphTarget::parse(words);
  if (!target) return core::fail(Errc::unreadable, "the head of what was fetched is damaged");
  const auto document = JsonDocument::parse(delivery.body);
  if (!document) return std::unexpected(document.error());
  if (!document->root().is_object()) return core::fail(Errc::unreadable, "what was fetched is no object");
  const Surroundings around{.channel = info().channel, .asset = target->asset, .posted_at = std::nullopt, .repaired = document->repaired()};
  return std::vector<Event>{read_answer(*target, document->root(), around)};
}

core::HttpRequest MetaAsset::compose(const Utterance& utterance, core::Timestamp now) const {
  const std::string asset = to_json_string(own_id_.empty() ? words_.example_id : own_id_);
  const std::string at = std::to_string(core::to_unix_ms(now));
  core::HttpRequest request{.method = "POST", .path = {}, .query = {}, .headers = {{"Content-Type", "application/json"}}, .body = {}};
  request.body = R"({"object":)" + to_json_string(words_.object) + R"(,"entry":[{"time":)" + at + R"(,"id":)" + asset +
                 R"(,"messaging":[{"sender":{"id":)" + to_json_string(utterance.phone.substr(utterance.phone.starts_with('+') ? 1 : 0)) +
                 R"(},"recipient":{"id":)" + asset + R"(},"timestamp":)" + at + R"(,"message":{"mid":)" +
                 to_json_string("m_" + core::to_base64(utterance.external_id)) + R"(,"text":)" + to_json_string(utterance.text) + "}}]}]}";
  return request;
}

Event point_at(const GraphTarget& target) {
  auto words = target.written();
  if (!words) return Unreadable{"unreadable_id"};
  const std::string original = target.item + ':' + target.id;
  return core::Pointer{.target = std::move(*words), .external_id = target.role == "edit" ? "edit:" + original : original};
}

void add_media(core::Message& message, core::AttachmentKind kind, std::string provider_id, std::string url) {
  if (url.empty()) return;
  core::Attachment media;
  media.kind = kind;
  media.provider_id = std::move(provider_id);
  media.url = std::move(url);
  message.attachments.push_back(std::move(media));
}

}  // namespace satupintu::adapters
