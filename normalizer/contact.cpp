// SPDX-License-Identifier: Apache-2.0
#include "normalizer/contact.hpp"

#include <utility>

#include "normalizer/personal_data.hpp"
#include "normalizer/text.hpp"

namespace satupintu::normalizer {

using core::Message;

namespace {

constexpr std::size_t kLongestName = 100;  // code points

void clean_only(std::string& line) {
  if (!line.empty()) line = clean_line(line);
}

}  // namespace

std::string text_with_captions(const Message& message) {
  std::string text = message.text;
  for (const auto& attachment : message.attachments) {
    if (attachment.caption.empty() || attachment.caption == message.text) continue;
    if (!text.empty()) text += '\n';
    text += attachment.caption;
  }
  return text;
}

core::Confidential confidential_of(const Message& message, const Identity& reporter) {
  return {.identity = repair_utf8(reporter.canonical),
          .address_verbatim = repair_utf8(message.sender.address),
          .phone = repair_utf8(message.sender.phone),
          .name = repair_utf8(message.sender.name),
          .handle = repair_utf8(message.sender.handle),
          .original_subject = repair_utf8(message.subject),
          .original_text = repair_utf8(text_with_captions(message))};
}

std::string display_name_of(const core::Sender& sender) {
  std::string name = sender.name.empty() ? sender.handle : sender.name;
  clean_and_mask(name);
  return std::string(shorten(name, kLongestName));
}

Message contact_of(Message message, std::string subject, std::string text, core::Visibility visibility, const core::Secret& key) {
  conceal_ids(message, key);
  message.sender = {};
  message.subject = std::move(subject);
  message.text = std::move(text);
  if (visibility != core::Visibility::open) {
    message.permalink.clear();                                             // it leads to the sender's own page
    for (auto& attachment : message.attachments) attachment.name.clear();  // files are often called after their owner
  }
  for (auto* line : {&message.external_id, &message.thread_id, &message.in_reply_to, &message.permalink}) clean_only(*line);
  for (auto& flag : message.flags) clean_only(flag);
  for (auto& attachment : message.attachments) {
    clean_only(attachment.mime_type);
    clean_only(attachment.sha256);
    clean_and_mask(attachment.name);
    clean_and_mask(attachment.caption);
  }
  if (message.call) {
    auto& call = *message.call;
    for (auto* line : {&call.call_id, &call.related_call_id, &call.direction, &call.line, &call.disposition, &call.operator_id,
                       &call.position, &call.shift, &call.recording, &call.entry_mode}) {
      clean_only(*line);
    }
  }
  return message;
}

void clean_and_mask(std::string& line) {
  if (!line.empty()) line = mask_personal_data(clean_line(line));
}

}  // namespace satupintu::normalizer
