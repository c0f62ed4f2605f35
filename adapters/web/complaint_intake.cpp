// SPDX-License-Identifier: Apache-2.0
#include "adapters/web/complaint_intake.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "adapters/url.hpp"
#include "adapters/web/media_kind.hpp"
#include "core/crypto.hpp"
#include "core/time.hpp"

namespace satupintu::adapters {

using core::Attachment;
using core::AttachmentKind;
using core::Channel;
using core::Message;

namespace {

constexpr std::size_t kMaxLine = 200, kMaxNumberText = 40, kMaxStory = 10'000, kMaxId = 250, kMaxAddress = 254, kMaxCode = 40,
                      kMaxUrl = 2'000, kMaxAttachments = 20, kMaxAttributes = 50;

// All but a call, which has a form of its own.
constexpr auto kChannels = std::to_array({Channel::app, Channel::walk_in, Channel::letter, Channel::media, Channel::sms, Channel::whatsapp,
                                          Channel::x, Channel::instagram, Channel::facebook, Channel::telegram, Channel::email});
constexpr auto kKinds = std::to_array({AttachmentKind::image, AttachmentKind::video, AttachmentKind::audio, AttachmentKind::voice,
                                       AttachmentKind::document, AttachmentKind::sticker, AttachmentKind::other});
constexpr auto kPriorities = std::to_array<std::string_view>({"emergency", "high", "normal", "low"});
constexpr auto kVisibilities = std::to_array<std::string_view>({"public", "anonymous", "secret"});

std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

bool is_code(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

// Reads the members of one object after the other. What is absent, null or empty reads as empty; the first that cannot be taken is
// remembered in `problem`.
class Reader {
 public:
  Reader(const JsonView& object, std::string prefix, std::string& problem)
      : object_(object), prefix_(std::move(prefix)), problem_(problem) {}

  std::string text(std::string_view name, std::size_t most) {
    const JsonView value = object_[name];
    std::string text = value.text();
    if (value.exists() && (!value.is_text() || characters_in(text) > most)) refuse("invalid_", name);
    return text;
  }

  template <class Accepts>
  std::string text(std::string_view name, std::size_t most, Accepts accepts) {
    std::string value = text(name, most);
    if (!value.empty() && !accepts(value)) refuse("invalid_", name);
    return value;
  }

  std::string one_of(std::string_view name, std::span<const std::string_view> choices) {
    return text(name, kMaxCode, [&](std::string_view value) { return std::ranges::find(choices, value) != choices.end(); });
  }

  // Of an enumeration that has names.
  template <class T, std::size_t size>
  T one_of(std::string_view name, const std::array<T, size>& choices, T otherwise) {
    const std::string value = text(name, kMaxCode);
    if (value.empty()) return otherwise;
    const auto found = std::ranges::find(choices, std::string_view(value), [](T choice) { return core::name_of(choice); });
    if (found != choices.end()) return *found;
    refuse("invalid_", name);
    return otherwise;
  }

  std::optional<core::Timestamp> moment(std::string_view name) {
    const std::string value = text(name, kMaxCode);
    const auto at = core::parse_rfc3339(value);
    if (!value.empty() && !at) refuse("invalid_", name);
    return at;
  }

  std::optional<double> number(std::string_view name, double least, double most) {
    const JsonView value = object_[name];
    const auto number = value.number();
    if (value.exists() && !(number && *number >= least && *number <= most)) refuse("invalid_", name);
    return number;
  }

  bool yes(std::string_view name) {
    const JsonView value = object_[name];
    const bool is_bool = !value.is_text() && !value.is_list() && !value.is_object() && !value.number();
    if (value.exists() && !is_bool) refuse("invalid_", name);
    return value.is_true();
  }

  JsonView object(std::string_view name) {
    const JsonView value = object_[name];
    if (value.exists() && !value.is_object()) refuse("invalid_", name);
    return value;
  }

  JsonView list(std::string_view name, std::size_t most) {
    const JsonView value = object_[name];
    if (value.exists() && (!value.is_list() || value.elements().size() > most)) refuse("invalid_", name);
    return value;
  }

  void refuse(std::string_view how, std::string_view name) {
    if (problem_.empty()) problem_.append(how).append(prefix_).append(name);
  }

 private:
  const JsonView& object_;
  std::string prefix_;
  std::string& problem_;
};

bool is_link(std::string_view text) { return !host_of(text).empty(); }
bool is_sha256(std::string_view text) { return text.size() == 64 && core::from_hex(text).has_value(); }

// An answer goes to the mail address rather than to the number, which is kept beside it either way.
core::Sender read_sender(const JsonView& object, std::string& problem) {
  Reader reader(object, "sender_", problem);
  std::string phone = reader.text("phone", kMaxNumberText);
  std::string email = reader.text("email", kMaxAddress, [](std::string_view value) { return value.contains('@'); });
  std::string platform_id = reader.text("platform_id", kMaxId);
  core::Sender sender;
  sender.scope = reader.text("scope", kMaxId);
  sender.name = reader.text("name", kMaxLine);
  sender.handle = reader.text("handle", kMaxLine);
  if (!email.empty()) {
    sender.address_kind = core::AddressKind::email;
    sender.address = std::move(email);
  } else if (!phone.empty()) {
    sender.address_kind = core::AddressKind::phone;
    sender.address = std::exchange(phone, {});
  } else if (!platform_id.empty()) {
    sender.address_kind = core::AddressKind::platform_id;
    sender.address = std::exchange(platform_id, {});
  }
  sender.phone = std::move(phone);
  sender.platform_id = std::move(platform_id);
  return sender;
}

void read_place(const JsonView& object, Message& message, std::string& problem) {
  Reader reader(object, "place_", problem);
  const auto latitude = reader.number("latitude", -90, 90);
  const auto longitude = reader.number("longitude", -180, 180);
  const auto accuracy = reader.number("accuracy_m", 0, 100'000);
  if (latitude && !longitude) reader.refuse("missing_", "longitude");
  if (longitude && !latitude) reader.refuse("missing_", "latitude");
  std::string name = reader.text("name", kMaxLine);
  core::Stated& stated = message.stated;
  stated.address = reader.text("address", kMaxLine);
  stated.landmark = reader.text("landmark", kMaxLine);
  stated.cross_street = reader.text("cross_street", kMaxLine);
  stated.rt = reader.text("rt", kMaxNumberText);
  stated.rw = reader.text("rw", kMaxNumberText);
  stated.kelurahan = reader.text("kelurahan", kMaxLine);
  stated.kecamatan = reader.text("kecamatan", kMaxLine);
  stated.zip = reader.text("zip", kMaxNumberText);
  if (latitude && longitude) {
    message.place = {.latitude = *latitude, .longitude = *longitude, .accuracy_m = accuracy, .name = std::move(name), .address = {}};
  } else if (stated.landmark.empty()) {
    stated.landmark = std::move(name);
  }
}

void read_attachments(const JsonView& list, Message& message, std::string& problem) {
  for (const JsonView element : list.elements()) {
    Reader reader(element, "attachments_", problem);
    Attachment attachment;
    attachment.url = reader.text("url", kMaxUrl, is_link);
    if (attachment.url.empty()) reader.refuse("missing_", "url");
    attachment.mime_type = reader.text("mime_type", kMaxLine);
    attachment.kind = reader.one_of("kind", kKinds, kind_of_media(attachment.mime_type));
    attachment.name = reader.text("name", kMaxLine);
    attachment.sha256 = reader.text("sha256", 64, is_sha256);
    attachment.caption = reader.text("caption", kMaxStory);
    message.attachments.push_back(std::move(attachment));
  }
}

void read_attributes(const JsonView& object, Message& message, std::string& problem) {
  const auto members = object.members();
  Reader reader(object, "", problem);
  if (members.size() > kMaxAttributes) reader.refuse("invalid_", "attributes");
  for (const auto& [code, value] : members) {
    std::string text = value.text();
    if (code.empty() || characters_in(code) > kMaxCode || !is_code(code) || !value.is_text() || characters_in(text) > kMaxStory) {
      reader.refuse("invalid_", "attributes");
    }
    message.stated.attributes.emplace_back(code, std::move(text));
  }
}

}  // namespace

std::expected<Message, std::string> read_complaint(const JsonView& data) {
  if (!data.is_object()) return std::unexpected("invalid_data");
  std::string problem;
  Reader reader(data, "", problem);
  Message message;
  message.channel = reader.one_of("channel", kChannels, Channel::app);
  message.subject = reader.text("subject", kMaxLine);
  message.text = reader.text("text", kMaxStory);
  message.sender = read_sender(reader.object("sender"), problem);
  read_place(reader.object("place"), message, problem);
  read_attachments(reader.list("attachments", kMaxAttachments), message, problem);
  read_attributes(reader.object("attributes"), message, problem);
  message.stated.category = reader.text("category", kMaxCode, is_code);
  message.stated.priority = reader.one_of("priority", kPriorities);
  message.stated.visibility = reader.one_of("visibility", kVisibilities);
  message.stated.occurred_at = reader.moment("occurred_at");
  message.thread_id = reader.text("thread", kMaxId);
  message.permalink = reader.text("permalink", kMaxUrl, is_link);
  message.is_public = reader.yes("is_public");
  if (is_blank(message.text) && message.attachments.empty()) reader.refuse("missing_", "text");
  if (!problem.empty()) return std::unexpected(std::move(problem));
  if (!message.attachments.empty()) message.kind = core::MessageKind::media;
  return message;
}

}  // namespace satupintu::adapters
