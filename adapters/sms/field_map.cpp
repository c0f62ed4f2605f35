// SPDX-License-Identifier: Apache-2.0
#include "adapters/sms/field_map.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "adapters/request_head.hpp"
#include "adapters/sms/charset.hpp"
#include "adapters/sms/local_time.hpp"
#include "adapters/sms/sender.hpp"

namespace satupintu::adapters {

using core::Event;
using core::Ignored;
using core::Message;
using core::Settings;
using core::Unreadable;

namespace {

// UTF-8 where it can be: some aggregators pass on what the operator gave them.
constexpr std::string_view kCharset = "8-BIT";
constexpr unsigned kMaxParts = 255;

std::optional<unsigned> number_of(std::string_view digits) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

// A '+' that nobody escaped has become a blank.
core::Sender read_sender(std::string address) {
  if (address.size() > 1 && address.front() == ' ' && address[1] >= '0' && address[1] <= '9') address.front() = '+';
  const auto begin = std::min(address.find_first_not_of(" \t\r\n"), address.size());
  const auto end = address.find_last_not_of(" \t\r\n") + 1;
  return sms_sender(begin < end ? address.substr(begin, end - begin) : std::string{});
}

}  // namespace

JsonView at_path(JsonView value, std::string_view path) {
  if (!path.starts_with('/')) return value[path];
  path.remove_prefix(1);
  while (value.exists()) {
    const bool is_last = !path.contains('/');
    const std::string_view step = take_until(path, "/");
    if (value.is_list()) {
      const auto elements = value.elements();
      const auto place = number_of(step);
      value = place && *place < elements.size() ? elements[*place] : JsonView{};
    } else {
      value = value[step];
    }
    if (is_last) break;
  }
  return value;
}

FieldMap::FieldMap(Settings& settings)
    : sender_(settings.texts("sender_fields", "The names under which the aggregator says who wrote; the first that holds something counts.",
                             {"from", "sender", "msisdn", "nohp", "no_hp", "dari", "pengirim"})),
      recipient_(settings.texts("recipient_fields", "The names under which it says to which number.", {"to", "recipient", "tujuan"})),
      text_(settings.texts("text_fields", "The names under which it gives the text.", {"text", "message", "pesan", "isiPesan", "isi"})),
      id_(settings.texts("id_fields", "The names under which it gives its own id of the message.",
                         {"id", "messageId", "message_id", "msgid"})),
      date_(settings.texts("date_fields", "The names under which it says when.", {"date", "timestamp", "time", "tgl", "waktu"})),
      part_(settings.texts("part_fields",
                           "The three names of what tells the parts of a long text: reference, number of the part from 1, and of how many. "
                           "Empty where the aggregator joins them.",
                           {})),
      date_formats_(settings.texts("date_formats",
                                   "How dates are written, in strftime's %Y %m %d %H %M %S. Unix time and RFC 3339 are always understood.",
                                   {"%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d-%m-%Y %H:%M:%S",
                                    "%d-%m-%Y %H:%M", "%Y%m%d%H%M%S"})),
      zone_(offset_of(settings.choice("zone", "In which zone the dates are that name none.", zone_names(), "Asia/Jakarta"))) {
  for (const auto& [key, names] : {std::pair{"sender_fields", &sender_}, {"text_fields", &text_}}) {
    if (names->empty()) settings.mistake(key, "is empty", "leave it out, or name a field");
  }
  if (!part_.empty() && part_.size() != 3)
    settings.mistake("part_fields", "does not hold three names", "write it like [\"ref\", \"part\", \"total\"]");
  if (!std::ranges::all_of(date_formats_, is_time_format))
    settings.mistake("date_formats", "has a format that is none", "write it like [\"%d/%m/%Y %H:%M:%S\"]");
}

std::optional<core::Timestamp> FieldMap::read_time(const std::string& text) const {
  if (const auto at = core::parse_unix(text)) return at;
  if (const auto at = core::parse_rfc3339(text)) return at;
  for (const auto& format : date_formats_) {
    if (const auto at = parse_local_time(text, format, zone_)) return at;
  }
  return std::nullopt;
}

// `look_up` gives what a field holds, or nullopt where there is none of that name.
template <class LookUp>
Event FieldMap::read_with(LookUp look_up) const {
  const auto first_of = [&](const std::vector<std::string>& names) {
    std::optional<std::string> found;
    for (const auto& name : names) {
      if (auto value = look_up(name); value && (!found || found->empty())) found = std::move(value);
    }
    return found;
  };
  const auto told = [&](const std::vector<std::string>& names) { return first_of(names).value_or(""); };

  auto text = first_of(text_);
  std::string sender = told(sender_);
  std::string id = told(id_);
  if (!text && sender.empty()) return Ignored{"not_a_message", std::move(id)};
  if (!text) return Unreadable{"message_without_text"};

  Message message;
  message.channel = core::Channel::sms;
  message.external_id = std::move(id);
  message.sender = read_sender(std::move(sender));
  if (std::string to = told(recipient_); !to.empty()) message.to.push_back(std::move(to));
  message.provider_at = read_time(told(date_));
  DecodedText decoded = to_utf8(*text, kCharset);
  message.text = std::move(decoded.text);
  if (decoded.repaired) message.flags.emplace_back("repaired");
  if (part_.size() == 3) {
    const std::string reference = told({part_[0]});
    const unsigned number = number_of(told({part_[1]})).value_or(0);
    const unsigned total = number_of(told({part_[2]})).value_or(0);
    if (!reference.empty() && number >= 1 && number <= total && total >= 2 && total <= kMaxParts) {
      message.part = core::TextPart{.reference = reference + '/' + std::to_string(total),
                                    .number = number,
                                    .total = total,
                                    .octets = std::move(*text),
                                    .charset = std::string(kCharset)};
    }
  }
  return message;
}

Event FieldMap::read(const Form& fields) const {
  return read_with([&](const std::string& name) { return fields.has(name) ? std::optional(fields.value(name)) : std::nullopt; });
}

Event FieldMap::read(const JsonView& element, bool repaired) const {
  Event event = read_with([&](const std::string& path) -> std::optional<std::string> {
    const JsonView value = at_path(element, path);
    std::string text = value.id();
    if (text.empty() && !value.is_text()) return std::nullopt;
    return text;
  });
  if (auto* const message = std::get_if<Message>(&event); message != nullptr && repaired) message->flags.emplace_back("repaired");
  return event;
}

std::string FieldMap::id_of(const JsonView& element) const {
  for (const auto& path : id_) {
    if (std::string id = at_path(element, path).id(); !id.empty()) return id;
  }
  return {};
}

Form FieldMap::compose(std::string sender, std::string text, std::string id, core::Timestamp at) const {
  Form form;
  const auto add = [&](const std::vector<std::string>& names, std::string value) {
    if (!names.empty()) form.add(names.front(), std::move(value));
  };
  add(sender_, std::move(sender));
  add(text_, std::move(text));
  add(id_, std::move(id));
  add(date_, format_local_time(at, date_formats_.empty() ? "%Y-%m-%d %H:%M:%S" : date_formats_.front(), zone_));
  return form;
}

}  // namespace satupintu::adapters
