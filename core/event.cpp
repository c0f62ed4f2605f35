// SPDX-License-Identifier: Apache-2.0
#include "core/event.hpp"

#include <utility>

namespace satupintu::core {

std::string_view name_of(Channel channel) noexcept {
  switch (channel) {
    case Channel::sms: return "sms";
    case Channel::whatsapp: return "whatsapp";
    case Channel::x: return "x";
    case Channel::instagram: return "instagram";
    case Channel::facebook: return "facebook";
    case Channel::telegram: return "telegram";
    case Channel::email: return "email";
    case Channel::call: return "call";
    case Channel::walk_in: return "walk_in";
    case Channel::letter: return "letter";
    case Channel::app: return "app";
    case Channel::media: return "media";
  }
  std::unreachable();
}

std::string_view name_of(MessageKind kind) noexcept {
  switch (kind) {
    case MessageKind::text: return "text";
    case MessageKind::media: return "media";
    case MessageKind::location: return "location";
    case MessageKind::contact_card: return "contact_card";
    case MessageKind::mention: return "mention";
    case MessageKind::comment: return "comment";
    case MessageKind::dm: return "dm";
    case MessageKind::story_reply: return "story_reply";
    case MessageKind::story_mention: return "story_mention";
    case MessageKind::reaction: return "reaction";
    case MessageKind::edit: return "edit";
    case MessageKind::retraction: return "retraction";
    case MessageKind::call: return "call";
    case MessageKind::attachment: return "attachment";
    case MessageKind::caller_location: return "caller_location";
    case MessageKind::unsupported: return "unsupported";
  }
  std::unreachable();
}

std::string_view name_of(AttachmentState state) noexcept {
  switch (state) {
    case AttachmentState::pending: return "pending";
    case AttachmentState::stored: return "stored";
    case AttachmentState::lost: return "lost";
  }
  std::unreachable();
}

std::string_view name_of(AttachmentKind kind) noexcept {
  switch (kind) {
    case AttachmentKind::image: return "image";
    case AttachmentKind::video: return "video";
    case AttachmentKind::audio: return "audio";
    case AttachmentKind::voice: return "voice";
    case AttachmentKind::document: return "document";
    case AttachmentKind::sticker: return "sticker";
    case AttachmentKind::other: return "other";
  }
  std::unreachable();
}

}  // namespace satupintu::core
