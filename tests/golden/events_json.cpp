// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/events_json.hpp"

#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <variant>

#include "core/crypto.hpp"

namespace satupintu::tests {

namespace json = boost::json;

namespace {

class Fields {
 public:
  Fields& text(std::string_view key, std::string_view value) {
    if (!value.empty()) object_[key] = value;
    return *this;
  }
  Fields& time(std::string_view key, const std::optional<core::Timestamp>& at) { return text(key, at ? core::format_rfc3339(*at) : ""); }
  Fields& number(std::string_view key, const std::optional<double>& value) {
    if (value) object_[key] = *value;
    return *this;
  }
  Fields& flag(std::string_view key, bool value) {
    if (value) object_[key] = true;
    return *this;
  }
  Fields& list(std::string_view key, json::array values) {
    if (!values.empty()) object_[key] = std::move(values);
    return *this;
  }
  Fields& object(std::string_view key, json::object value) {
    if (!value.empty()) object_[key] = std::move(value);
    return *this;
  }
  json::object take() { return std::move(object_); }

 private:
  json::object object_;
};

std::string_view name_of(core::AddressKind kind) {
  switch (kind) {
    case core::AddressKind::phone: return "phone";
    case core::AddressKind::email: return "email";
    case core::AddressKind::platform_id: return "platform_id";
    case core::AddressKind::none: return "none";
  }
  std::unreachable();
}

json::object sender_json(const core::Sender& sender) {
  return Fields{}
      .text("address_kind", name_of(sender.address_kind))
      .text("address", sender.address)
      .text("phone", sender.phone)
      .text("platform_id", sender.platform_id)
      .text("scope", sender.scope)
      .text("name", sender.name)
      .text("handle", sender.handle)
      .take();
}

json::array attachments_json(const std::vector<core::Attachment>& attachments) {
  json::array list;
  for (const auto& attachment : attachments) {
    list.push_back(Fields{}
                       .text("kind", core::name_of(attachment.kind))
                       .text("provider_id", attachment.provider_id)
                       .text("url", attachment.url)
                       .text("mime_type", attachment.mime_type)
                       .text("name", attachment.name)
                       .text("sha256", attachment.sha256)
                       .text("caption", attachment.caption)
                       .text("inline_part", attachment.inline_part)
                       .take());
  }
  return list;
}

json::object place_json(const core::SharedPlace& place) {
  return Fields{}
      .number("latitude", place.latitude)
      .number("longitude", place.longitude)
      .number("accuracy_m", place.accuracy_m)
      .text("name", place.name)
      .text("address", place.address)
      .take();
}

json::object part_json(const core::TextPart& part) {
  return Fields{}
      .text("reference", part.reference)
      .text("number", std::to_string(part.number) + " of " + std::to_string(part.total))
      .text("octets", core::to_hex(part.octets))
      .text("charset", part.charset)
      .take();
}

json::object call_json(const core::CallRecord& call) {
  return Fields{}
      .text("call_id", call.call_id)
      .text("related_call_id", call.related_call_id)
      .text("direction", call.direction)
      .text("line", call.line)
      .flag("caller_withheld", call.caller_withheld)
      .time("started_at", call.started_at)
      .time("answered_at", call.answered_at)
      .time("ended_at", call.ended_at)
      .text("disposition", call.disposition)
      .text("operator_id", call.operator_id)
      .text("position", call.position)
      .text("shift", call.shift)
      .text("recording", call.recording)
      .text("entry_mode", call.entry_mode)
      .take();
}

json::object stated_json(const core::Stated& stated) {
  json::array attributes;
  for (const auto& [name, value] : stated.attributes) attributes.push_back(json::array{json::string(name), json::string(value)});
  return Fields{}
      .flag("by_operator", stated.by_operator)
      .text("category", stated.category)
      .text("priority", stated.priority)
      .text("visibility", stated.visibility)
      .text("address", stated.address)
      .text("landmark", stated.landmark)
      .text("cross_street", stated.cross_street)
      .text("kelurahan", stated.kelurahan)
      .text("kecamatan", stated.kecamatan)
      .text("rt", stated.rt)
      .text("rw", stated.rw)
      .text("zip", stated.zip)
      .flag("place_differs_from_caller", stated.place_differs_from_caller)
      .time("occurred_at", stated.occurred_at)
      .list("attributes", std::move(attributes))
      .take();
}

json::array texts_json(const std::vector<std::string>& texts) {
  json::array list;
  for (const auto& text : texts) list.emplace_back(text);
  return list;
}

json::object event_json(const core::Message& message) {
  return Fields{}
      .text("event", "message")
      .text("channel", core::name_of(message.channel))
      .text("kind", core::name_of(message.kind))
      .text("external_id", message.external_id)
      .text("thread_id", message.thread_id)
      .text("in_reply_to", message.in_reply_to)
      .object("sender", sender_json(message.sender))
      .list("to", texts_json(message.to))
      .text("subject", message.subject)
      .text("text", message.text)
      .object("part", message.part ? part_json(*message.part) : json::object{})
      .list("attachments", attachments_json(message.attachments))
      .object("place", message.place ? place_json(*message.place) : json::object{})
      .object("call", message.call ? call_json(*message.call) : json::object{})
      .object("stated", stated_json(message.stated))
      .time("provider_at", message.provider_at)
      .flag("is_public", message.is_public)
      .text("permalink", message.permalink)
      .list("flags", texts_json(message.flags))
      .take();
}

json::object event_json(const core::Receipt& receipt) {
  return Fields{}
      .text("event", "receipt")
      .text("external_id", receipt.external_id)
      .text("state", receipt.state)
      .text("error_code", receipt.error_code)
      .time("at", receipt.at)
      .take();
}

json::object event_json(const core::Pointer& pointer) {
  return Fields{}.text("event", "pointer").text("target", pointer.target).text("external_id", pointer.external_id).take();
}

json::object event_json(const core::Ignored& ignored) {
  return Fields{}.text("event", "ignored").text("why", ignored.why).text("external_id", ignored.external_id).take();
}

json::object event_json(const core::Unreadable& unreadable) {
  return Fields{}.text("event", "unreadable").text("why", unreadable.why).take();
}

void write_indented(std::string& out, const json::value& value, const std::string& indent) {
  const std::string deeper = indent + "  ";
  std::string_view separator = "\n";
  const auto next = [&] {
    out.append(separator).append(deeper);
    separator = ",\n";
  };
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    out += '{';
    for (const auto& [key, member] : *object) {
      next();
      out += json::serialize(json::value(key)) + ": ";
      write_indented(out, member, deeper);
    }
    out += "\n" + indent + '}';
  } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    out += '[';
    for (const auto& element : *array) {
      next();
      write_indented(out, element, deeper);
    }
    out += "\n" + indent + ']';
  } else if (const auto* number = value.if_double()) {
    std::array<char, 32> text{};
    out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), *number).ptr);
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

std::string to_json(std::span<const core::Event> events) {
  json::array list;
  for (const auto& event : events) list.push_back(std::visit([](const auto& known) { return event_json(known); }, event));
  std::string out;
  write_indented(out, list, "");
  return out + '\n';
}

}  // namespace satupintu::tests
