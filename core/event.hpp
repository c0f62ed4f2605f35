// SPDX-License-Identifier: Apache-2.0
// What a delivery meant, in the house's own words: the output of `Adapter::decode` and the input of
// the normalizer. Texts are as the provider gave them; nothing here is cleaned, guessed or masked yet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/time.hpp"

namespace satupintu::core {

// What the citizen used.
enum class Channel { sms, whatsapp, x, instagram, facebook, telegram, email, call, walk_in, letter, app, media };

// What kind of message it was.
enum class MessageKind {
  text,
  media,
  location,
  contact_card,
  mention,
  comment,
  dm,
  story_reply,
  story_mention,
  reaction,
  edit,
  retraction,
  call,
  attachment,       // what became of an attachment of an earlier message; made by the gateway itself
  caller_location,  // where a caller's telephone is, told by itself; belongs to the call
  unsupported
};

// How the sender's address is to be read.
enum class AddressKind { phone, email, platform_id, none };

struct Sender {
  AddressKind address_kind = AddressKind::none;
  std::string address;      // verbatim, as an answer would be addressed: "62812…", "+62 812…", "TELKOMSEL", "ID.77"
  std::string phone;        // verbatim, when known besides the address; may be empty
  std::string platform_id;  // opaque id on the platform, when known besides the address; may be empty
  std::string scope;        // within what a platform id is unique: a business portfolio, a page; may be empty
  std::string name;         // display name
  std::string handle;       // user name without '@'
};

enum class AttachmentKind { image, video, audio, voice, document, sticker, other };

enum class AttachmentState { pending, stored, lost };

struct Attachment {
  AttachmentKind kind = AttachmentKind::other;
  std::string provider_id;  // what the provider wants to hear to hand it over
  std::string url;
  std::string mime_type;  // as declared by the sender
  std::string name;       // file name as declared; metadata only, never a path
  std::string sha256;     // hex, when the provider tells
  std::string caption;
  std::string inline_part;  // where in the delivery itself its bytes stand, in the adapter's own words; empty where they are to be fetched
  AttachmentState state = AttachmentState::pending;
  std::string stored_id;    // in the media store; with it, `url` is a link to it and `mime_type` what it was found to be
  std::string public_url;   // a link to the copy without metadata, of a picture
  std::uint64_t bytes = 0;  // once stored
  std::string lost_why;     // a short snake_case word
};

// One part of a text that the network cut into several short messages. Parts are joined before they are read as characters.
struct TextPart {
  std::string reference;  // the same for all parts of one text, when taken together with the sender and to whom it was sent
  unsigned number = 1;    // from 1 to `total`
  unsigned total = 1;
  std::string octets;   // this part, as it came
  std::string charset;  // in which the joined octets are to be read, by a name that to_utf8 knows
};

// A position somebody shared on purpose.
struct SharedPlace {
  double latitude = 0;
  double longitude = 0;
  std::optional<double> accuracy_m;
  std::string name;
  std::string address;
};

// What an operator wrote into the call form (see adapters/hotline/README.md).
struct CallRecord {
  std::string call_id;
  std::string related_call_id;
  std::string direction;  // "in", "out"
  std::string line;       // number dialled
  bool caller_withheld = false;
  std::optional<Timestamp> started_at, answered_at, ended_at;
  std::string disposition;  // normal, ghost, prank, information, wrong_number, dropped, call_back
  std::string operator_id, position, shift;
  std::string recording;   // reference, not a link
  std::string entry_mode;  // live, after_call, import
};

// What the sender (or an operator on the phone) stated outright, so that nobody needs to guess it.
struct Stated {
  bool by_operator = false;  // staff wrote it down, on whatever channel it came
  std::string category;      // a code of config/routing.toml
  std::string priority;      // emergency, high, normal, low
  std::string visibility;    // public, anonymous, secret
  std::string address, landmark, cross_street, kelurahan, kecamatan, rt, rw, zip;
  bool place_differs_from_caller = false;
  std::optional<Timestamp> occurred_at;
  std::vector<std::pair<std::string, std::string>> attributes;  // answers to the category's questions
};

struct Message {
  Channel channel{};
  MessageKind kind = MessageKind::text;
  std::string external_id;  // the provider's id; empty only where the provider has none
  std::string thread_id;    // conversation, group or parent post; may be empty
  std::string in_reply_to;  // external id of the message replied to, reacted to, edited or retracted
  Sender sender;
  std::vector<std::string> to;  // our number, page or mailbox as the provider names it
  std::string subject;
  std::string text;
  std::optional<TextPart> part;  // this is only a part; `text` is what it says by itself
  std::vector<Attachment> attachments;
  std::optional<SharedPlace> place;
  std::optional<CallRecord> call;
  Stated stated;
  std::optional<Timestamp> provider_at;  // the provider's clock; order by it, never count deadlines from it
  bool is_public = false;                // a comment or post that anybody can read
  std::string permalink;
  std::vector<std::string> flags;  // "repaired", "forwarded", "concatenated", "gap" …
};

// News about something we sent.
struct Receipt {
  std::string external_id;  // of our own message
  std::string state;        // sent, delivered, read, failed
  std::string error_code;
  std::optional<Timestamp> at;
};

// Somebody said something, and the provider tells only where it is: the gateway has the adapter fetch it, and what comes back is
// decoded as a delivery of its own.
struct Pointer {
  std::string target;  // in the adapter's own words: what to ask the provider for
  std::string external_id;
};

// Understood, and of no concern: counted with its reason, a short snake_case word.
struct Ignored {
  std::string why;
  std::string external_id;
};

// One element of a batch that could not be read: quarantined alone with its reason, its siblings go on.
struct Unreadable {
  std::string why;  // never quotes the element
};

using Event = std::variant<Message, Receipt, Pointer, Ignored, Unreadable>;

[[nodiscard]] std::string_view name_of(Channel channel) noexcept;
[[nodiscard]] std::string_view name_of(MessageKind kind) noexcept;
[[nodiscard]] std::string_view name_of(AttachmentKind kind) noexcept;
[[nodiscard]] std::string_view name_of(AttachmentState state) noexcept;

}  // namespace satupintu::core
