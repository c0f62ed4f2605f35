// SPDX-License-Identifier: Apache-2.0
// libFuzzer: messages of any kind through the normalizer with the shipped rules. Three bytes choose channel, kind of message and kind
// of address; the rest are fields, each ended by a zero byte: text, subject, address, name, id, landmark, category, caption.
//   fuzz_normalize -max_total_time=60 EMPTY_DIRECTORY
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/crypto.hpp"
#include "core/ids.hpp"
#include "normalizer/normalizer.hpp"
#include "normalizer/personal_data.hpp"
#include "normalizer/text.hpp"
#include "tests/support/shipped_rules.hpp"

using namespace satupintu;
using namespace satupintu::normalizer;

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

core::Message message_from(std::string_view bytes) {
  std::array<unsigned, 3> choices{};
  for (unsigned& choice : choices) {
    choice = static_cast<unsigned char>(bytes[0]);
    bytes.remove_prefix(1);
  }
  core::Message message;
  message.channel = static_cast<core::Channel>(choices[0] % 11);
  message.kind = static_cast<core::MessageKind>(choices[1] % 14);
  message.sender.address_kind = static_cast<core::AddressKind>(choices[2] % 4);
  message.attachments.resize(choices[2] / 4 % 2);
  std::string no_attachment;
  std::string& caption = message.attachments.empty() ? no_attachment : message.attachments[0].caption;
  for (std::string* field : {&message.text, &message.subject, &message.sender.address, &message.sender.name, &message.external_id,
                             &message.stated.landmark, &message.stated.category, &caption}) {
    *field = bytes.substr(0, bytes.find('\0'));
    bytes.remove_prefix(std::min(field->size() + 1, bytes.size()));
  }
  return message;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 3) return -1;
  static const Normalizer normalizer(tests::shipped_rules(), core::Secret{std::string(core::kKeyBytes, 'k')});
  const auto now = core::from_unix_ms(1767607445000);
  const Origin origin{"wa-utama", "whatsapp/cloud", now, std::string(64, 'f')};
  const auto message = message_from({reinterpret_cast<const char*>(bytes), size});
  const auto result = normalizer.normalize(origin, message);
  const auto& complaint = result.complaint;
  const std::string json = core::to_event_pieces(complaint, "", now).tail;
  const std::string confidential = core::to_json(complaint.confidential);
  require(repair_utf8(json) == json);
  require(repair_utf8(confidential) == confidential);
  require(!complaint.title.empty() && shorten(complaint.title, 160) == complaint.title);
  require(clean(complaint.description) == complaint.description);
  require(mask_personal_data(complaint.description) == complaint.description);
  const std::string cleaned = clean(message.text);
  const std::string masked = mask_personal_data(cleaned);
  require(repair_utf8(masked) == masked && clean(masked) == masked && mask_personal_data(masked) == masked);
  const Command command = read_command(cleaned, tests::shipped_rules());
  require(command.tracking_code.empty() || core::parse_tracking_code(command.tracking_code) == command.tracking_code);
  require((command.kind == CommandKind::rating) == (command.rating >= 1 && command.rating <= 5));
  require(json == core::to_event_pieces(normalizer.normalize(origin, message).complaint, "", now).tail);
  return 0;
}
