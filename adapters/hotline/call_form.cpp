// SPDX-License-Identifier: Apache-2.0
#include "adapters/hotline/call_form.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <utility>

#include "adapters/url.hpp"
#include "core/ids.hpp"
#include "core/time.hpp"

namespace satupintu::adapters {

namespace {

// ------------------------------------------------------------------ the fields

enum class Shape { text, name, code, tracking_code, link, moment, yes_no, whole, number, choice };

using Choices = std::span<const std::string_view>;

struct Field {
  std::string_view name;
  Shape shape;
  bool required = false;
  double least = 0, most = 0;  // of a number; `most` characters of a text or name
  Choices choices = {};
  std::string_view attribute = {};  // its code in Stated::attributes, where the record has no better place for it
};

struct Group {
  std::string_view name;
  std::span<const Field> fields;
};

constexpr double kMaxLine = 200, kMaxNumberText = 40, kMaxStory = 10'000, kMaxId = 250, kMaxLink = 2'000, kMaxCode = 40,
                 kDaySeconds = 86'400;

// Staff also write down what came on a channel that has no adapter here, or whose adapter is out of order.
constexpr auto kChannels = std::to_array<std::string_view>(
    {"call", "walk_in", "letter", "app", "media", "sms", "whatsapp", "x", "instagram", "facebook", "telegram", "email"});
constexpr auto kDispositions =
    std::to_array<std::string_view>({"normal", "ghost", "prank", "information", "wrong_number", "dropped", "call_back"});
constexpr auto kDirections = std::to_array<std::string_view>({"in", "out"});
constexpr auto kUrgencies = std::to_array<std::string_view>({"emergency", "high", "normal", "low"});
constexpr auto kSources = std::to_array<std::string_view>({"aml", "els", "pin"});
constexpr auto kRelations = std::to_array<std::string_view>({"self", "family", "neighbour", "witness", "official", "other"});
constexpr auto kUpdateWays = std::to_array<std::string_view>({"none", "call", "sms", "whatsapp", "email"});
constexpr auto kVisibilities = std::to_array<std::string_view>({"public", "anonymous", "secret"});
constexpr auto kLinks = std::to_array<std::string_view>({"new", "existing", "duplicate"});
constexpr auto kEntryModes = std::to_array<std::string_view>({"live", "after_call", "import"});

constexpr auto kCall = std::to_array<Field>({
    {.name = "call_id", .shape = Shape::name, .required = true, .most = kMaxId},
    {.name = "related_call_id", .shape = Shape::name, .most = kMaxId},
    {.name = "direction", .shape = Shape::choice, .required = true, .choices = kDirections},
    {.name = "queue", .shape = Shape::text, .most = kMaxLine, .attribute = "queue"},
    {.name = "line", .shape = Shape::text, .most = kMaxNumberText},
    {.name = "caller_number", .shape = Shape::text, .most = kMaxNumberText},
    {.name = "caller_withheld", .shape = Shape::yes_no},
    {.name = "caller_name", .shape = Shape::text, .most = kMaxLine},
    {.name = "started_at", .shape = Shape::moment, .required = true},
    {.name = "answered_at", .shape = Shape::moment},
    {.name = "ended_at", .shape = Shape::moment},
    {.name = "wait_seconds", .shape = Shape::whole, .most = kDaySeconds, .attribute = "wait_seconds"},
    {.name = "talk_seconds", .shape = Shape::whole, .most = kDaySeconds, .attribute = "talk_seconds"},
    {.name = "end_cause", .shape = Shape::text, .most = kMaxLine, .attribute = "end_cause"},
    {.name = "recording", .shape = Shape::text, .most = kMaxLine},
});

constexpr auto kOperator = std::to_array<Field>({
    {.name = "id", .shape = Shape::text, .required = true, .most = kMaxLine},
    {.name = "position", .shape = Shape::text, .required = true, .most = kMaxLine},
    {.name = "shift", .shape = Shape::text, .required = true, .most = kMaxLine},
});

// All of it may be missing where nobody reports anything.
constexpr auto kIncident = std::to_array<Field>({
    {.name = "category", .shape = Shape::code, .required = true, .most = kMaxCode},
    {.name = "urgency", .shape = Shape::choice, .choices = kUrgencies},
    {.name = "what_happened", .shape = Shape::text, .required = true, .most = kMaxStory},
    {.name = "occurred_at", .shape = Shape::moment},
    {.name = "ongoing", .shape = Shape::yes_no, .attribute = "ongoing"},
    {.name = "injured", .shape = Shape::yes_no, .attribute = "injured"},
    {.name = "hazard", .shape = Shape::yes_no, .attribute = "hazard"},
    {.name = "people_involved", .shape = Shape::whole, .most = 100'000, .attribute = "people_involved"},
});

constexpr auto kPlace = std::to_array<Field>({
    {.name = "address", .shape = Shape::text, .most = kMaxLine},
    {.name = "landmark", .shape = Shape::text, .most = kMaxLine},
    {.name = "cross_street", .shape = Shape::text, .most = kMaxLine},
    {.name = "rt", .shape = Shape::text, .most = kMaxNumberText},
    {.name = "rw", .shape = Shape::text, .most = kMaxNumberText},
    {.name = "kelurahan", .shape = Shape::text, .most = kMaxLine},
    {.name = "kecamatan", .shape = Shape::text, .most = kMaxLine},
    {.name = "zip", .shape = Shape::text, .most = kMaxNumberText},
    {.name = "latitude", .shape = Shape::number, .least = -90, .most = 90},
    {.name = "longitude", .shape = Shape::number, .least = -180, .most = 180},
    {.name = "accuracy_m", .shape = Shape::number, .most = 100'000},
    {.name = "source", .shape = Shape::choice, .choices = kSources, .attribute = "place_source"},
    {.name = "differs_from_caller", .shape = Shape::yes_no},
});

constexpr auto kPerson = std::to_array<Field>({
    {.name = "name", .shape = Shape::text, .most = kMaxLine},
    {.name = "callback_number", .shape = Shape::text, .most = kMaxNumberText},
    {.name = "relation", .shape = Shape::choice, .choices = kRelations, .attribute = "relation"},
    {.name = "updates_by", .shape = Shape::choice, .choices = kUpdateWays, .attribute = "updates_by"},
    {.name = "visibility", .shape = Shape::choice, .choices = kVisibilities},
});

constexpr auto kResult = std::to_array<Field>({
    {.name = "link", .shape = Shape::choice, .choices = kLinks, .attribute = "link"},
    {.name = "tracking_code", .shape = Shape::tracking_code, .attribute = "linked_tracking_code"},
    {.name = "handed_to", .shape = Shape::text, .most = kMaxLine, .attribute = "handed_to"},
    {.name = "code_read_out", .shape = Shape::yes_no, .attribute = "code_read_out"},
});

constexpr auto kEntry = std::to_array<Field>({
    {.name = "mode", .shape = Shape::choice, .choices = kEntryModes},
    {.name = "edited_by", .shape = Shape::text, .most = kMaxLine, .attribute = "edited_by"},
    {.name = "edit_reason", .shape = Shape::text, .most = kMaxLine, .attribute = "edit_reason"},
});

// Where what staff write down can be found again.
constexpr auto kSource = std::to_array<Field>({
    {.name = "url", .shape = Shape::link, .most = kMaxLink},
    {.name = "number", .shape = Shape::text, .most = kMaxLine, .attribute = "source_number"},
});

constexpr auto kTop = std::to_array<Field>({
    {.name = "channel", .shape = Shape::choice, .choices = kChannels},
    {.name = "disposition", .shape = Shape::choice, .required = true, .choices = kDispositions},
});

constexpr auto kGroups = std::to_array<Group>({{"call", kCall},
                                               {"operator", kOperator},
                                               {"incident", kIncident},
                                               {"place", kPlace},
                                               {"person", kPerson},
                                               {"result", kResult},
                                               {"source", kSource},
                                               {"entry", kEntry}});

// ------------------------------------------------------------------ what may stand in them

constexpr std::string_view kBlanks = " \t\r\n";

bool is_blank(std::string_view text) { return text.find_first_not_of(kBlanks) == std::string_view::npos; }

double characters_in(std::string_view text) {
  return static_cast<double>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

bool is_yes_or_no(const JsonView& value) {
  return value.is_true() || (value.exists() && !value.is_text() && !value.is_list() && !value.is_object() && !value.number());
}

// A host of the usual letters, and behind it whatever may stand in an address.
bool is_https_address(std::string_view text) {
  constexpr std::string_view kScheme = "https://";
  const std::string host = host_of(text);
  const auto is_host_letter = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == ':';
  };
  if (host.empty() || !text.starts_with(kScheme)) return false;
  const std::string_view authority = text.substr(kScheme.size(), text.find_first_of("/?#", kScheme.size()) - kScheme.size());
  return std::ranges::all_of(authority, is_host_letter);
}

bool fits(const Field& field, const JsonView& value) {
  const std::string text = value.text();
  const auto consists_of = [&](auto allowed) { return !text.empty() && std::ranges::all_of(text, allowed); };
  switch (field.shape) {
    case Shape::text: return value.is_text() && characters_in(text) <= field.most && !(field.required && is_blank(text));
    case Shape::name: return characters_in(text) <= field.most && consists_of([](char c) { return c >= '!' && c <= '~'; });
    case Shape::code:
      return characters_in(text) <= field.most &&
             consists_of([](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
    case Shape::tracking_code: return core::parse_tracking_code(text).has_value();
    case Shape::moment: return core::parse_rfc3339(text).has_value();
    case Shape::link: return characters_in(text) <= field.most && is_https_address(text);
    case Shape::yes_no: return is_yes_or_no(value);
    case Shape::choice: return std::ranges::find(field.choices, text) != field.choices.end();
    case Shape::whole:
    case Shape::number: break;
  }
  const auto number = value.number();
  return number && *number >= field.least && *number <= field.most && (field.shape == Shape::number || std::floor(*number) == *number);
}

std::string written(double number) { return std::to_string(std::llround(number)); }

std::string remedy_for(const Field& field) {
  switch (field.shape) {
    case Shape::text: return "write text of at most " + written(field.most) + " characters" + (field.required ? ", not blank" : "");
    case Shape::name: return "write 1 to " + written(field.most) + " visible ASCII characters";
    case Shape::code: return "write a category's code: a to z, 0 to 9 and _, at most " + written(field.most) + " characters";
    case Shape::tracking_code: return "write the complaint's tracking code, such as SP-0ABCD-EFGHV";
    case Shape::link: return "write the post's address, beginning with https://";
    case Shape::moment: return "write a time with its zone, such as 2026-01-05T10:04:05+07:00";
    case Shape::yes_no: return "write true or false";
    case Shape::whole: return "write a whole number from " + written(field.least) + " to " + written(field.most);
    case Shape::number: return "write a number from " + written(field.least) + " to " + written(field.most);
    case Shape::choice: break;
  }
  std::string remedy = "write one of";
  for (const auto choice : field.choices) remedy += (choice == field.choices.front() ? " " : ", ") + std::string(choice);
  return remedy;
}

// ------------------------------------------------------------------ what is wrong

class Check {
 public:
  Mistakes of(const JsonView& form) && {
    walk(form, "", [&](const std::string& name, const JsonView& value) { return check_top(name, value); });
    require(form, kTop, "");
    const std::string channel = channel_of(form);
    if (channel == "call" || channel.empty()) require_group(form, "call", kCall);
    else if (form["call"].exists()) report("call", "belongs to calls only", "remove it, or write the channel call");
    require_group(form, "operator", kOperator);
    if (form["disposition"].text() == "normal") require_group(form, "incident", kIncident);
    check_together(form);
    return std::move(mistakes_);
  }

 private:
  static std::string channel_of(const JsonView& form) { return form["channel"].text(); }

  void report(std::string_view path, std::string_view problem, std::string_view remedy) {
    mistakes_.push_back(std::string(path).append(": ").append(problem).append("; ").append(remedy));
  }

  // An unknown name is the sender's own text, and so not repeated unless it looks like a field's.
  static std::string shown(const std::string& name) {
    const bool is_plain = std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
    return is_plain && characters_in(name) <= kMaxCode ? name : "(a field of another name)";
  }

  // Calls `check` for each member of `object`; it tells whether it knows the name.
  template <class CheckMember>
  void walk(const JsonView& object, const std::string& prefix, CheckMember check) {
    std::vector<std::string> seen;
    for (const auto& [name, value] : object.members()) {
      const std::string path = prefix + shown(name);
      if (std::ranges::find(seen, name) != seen.end()) report(path, "stands twice", "write it once");
      else if (!check(name, value)) report(path, "is not a field of the call form", "remove it");
      seen.push_back(name);
    }
  }

  bool check_top(const std::string& name, const JsonView& value) {
    const auto group = std::ranges::find(kGroups, name, &Group::name);
    if (group == kGroups.end()) return check_field(kTop, "", name, value);
    if (value.is_object()) {
      const std::string prefix = name + '.';
      walk(value, prefix,
           [&](const std::string& field, const JsonView& content) { return check_field(group->fields, prefix, field, content); });
    } else {
      report(name, "is not an object", "write { … }, or leave it out");
    }
    return true;
  }

  bool check_field(std::span<const Field> fields, const std::string& prefix, const std::string& name, const JsonView& value) {
    const auto field = std::ranges::find(fields, name, &Field::name);
    if (field == fields.end()) return false;
    if (!fits(*field, value)) report(prefix + name, "cannot be taken as it is", remedy_for(*field));
    return true;
  }

  void require(const JsonView& object, std::span<const Field> fields, const std::string& prefix) {
    const auto members = object.members();
    for (const Field& field : fields) {
      const bool is_there = std::ranges::any_of(members, [&](const auto& member) { return member.first == field.name; });
      if (field.required && !is_there) report(prefix + std::string(field.name), "is missing", remedy_for(field));
    }
  }

  void require_group(const JsonView& form, const std::string& name, std::span<const Field> fields) {
    require(form[name], fields, name + '.');
  }

  void check_together(const JsonView& form) {
    const JsonView call = form["call"];
    if (call["caller_withheld"].is_true() && !call["caller_number"].text().empty()) {
      report("call.caller_number", "cannot be known of a withheld caller", "remove it, or write caller_withheld false");
    }
    const JsonView place = form["place"];
    if (place["latitude"].exists() != place["longitude"].exists()) {
      report("place.latitude, place.longitude", "stand only together", "write both, or leave both out");
    }
    const JsonView result = form["result"];
    const std::string link = result["link"].text();
    if ((link == "existing" || link == "duplicate") && !result["tracking_code"].exists()) {
      report("result.tracking_code", "is missing", "write the code of the complaint that this one is linked to");
    }
  }

  Mistakes mistakes_;
};

// ------------------------------------------------------------------ what it means

core::Channel channel_of(const JsonView& form) {
  const std::string name = form["channel"].text();
  for (const auto channel : {core::Channel::walk_in, core::Channel::letter, core::Channel::app, core::Channel::media, core::Channel::sms,
                             core::Channel::whatsapp, core::Channel::x, core::Channel::instagram, core::Channel::facebook,
                             core::Channel::telegram, core::Channel::email}) {
    if (core::name_of(channel) == name) return channel;
  }
  return core::Channel::call;
}

std::string or_else(std::string text, std::string otherwise) { return text.empty() ? std::move(otherwise) : std::move(text); }

core::Sender sender_of(const JsonView& form) {
  const std::string caller = form["call"]["caller_number"].text();
  core::Sender sender;
  sender.address = or_else(form["person"]["callback_number"].text(), caller);
  if (!sender.address.empty()) sender.address_kind = core::AddressKind::phone;
  if (sender.address != caller) sender.phone = caller;
  sender.name = or_else(form["person"]["name"].text(), form["call"]["caller_name"].text());
  return sender;
}

core::CallRecord call_record_of(const JsonView& form) {
  const JsonView call = form["call"];
  const JsonView staff = form["operator"];
  return {.call_id = call["call_id"].text(),
          .related_call_id = call["related_call_id"].text(),
          .direction = call["direction"].text(),
          .line = call["line"].text(),
          .caller_withheld = call["caller_withheld"].is_true(),
          .started_at = core::parse_rfc3339(call["started_at"].text()),
          .answered_at = core::parse_rfc3339(call["answered_at"].text()),
          .ended_at = core::parse_rfc3339(call["ended_at"].text()),
          .disposition = form["disposition"].text(),
          .operator_id = staff["id"].text(),
          .position = staff["position"].text(),
          .shift = staff["shift"].text(),
          .recording = call["recording"].text(),
          .entry_mode = or_else(form["entry"]["mode"].text(), "live")};
}

std::string told(const Field& field, const JsonView& value) {
  switch (field.shape) {
    case Shape::yes_no: return value.is_true() ? "true" : "false";
    case Shape::whole:
    case Shape::number: return written(value.number().value_or(0));
    case Shape::tracking_code: return core::parse_tracking_code(value.text()).value_or("");
    default: return value.text();
  }
}

core::Stated stated_of(const JsonView& form) {
  const JsonView incident = form["incident"];
  const JsonView place = form["place"];
  core::Stated stated{.category = incident["category"].text(),
                      .priority = incident["urgency"].text(),
                      .visibility = form["person"]["visibility"].text(),
                      .address = place["address"].text(),
                      .landmark = place["landmark"].text(),
                      .cross_street = place["cross_street"].text(),
                      .kelurahan = place["kelurahan"].text(),
                      .kecamatan = place["kecamatan"].text(),
                      .rt = place["rt"].text(),
                      .rw = place["rw"].text(),
                      .zip = place["zip"].text(),
                      .place_differs_from_caller = place["differs_from_caller"].is_true(),
                      .occurred_at = core::parse_rfc3339(incident["occurred_at"].text()),
                      .attributes = {}};
  for (const Group& group : kGroups) {
    for (const Field& field : group.fields) {
      const JsonView value = form[group.name][field.name];
      if (field.attribute.empty() || !value.exists()) continue;
      if (std::string text = told(field, value); !text.empty()) stated.attributes.emplace_back(field.attribute, std::move(text));
    }
  }
  return stated;
}

// Why nobody waits for a call of this kind.
std::string_view reason_of(std::string_view disposition) {
  constexpr auto kReasons = std::to_array<std::pair<std::string_view, std::string_view>>({{"ghost", "call_ghost"},
                                                                                          {"prank", "call_prank"},
                                                                                          {"information", "call_information"},
                                                                                          {"wrong_number", "call_wrong_number"},
                                                                                          {"dropped", "call_dropped"},
                                                                                          {"call_back", "call_back"}});
  const auto* const found = std::ranges::find(kReasons, disposition, [](const auto& reason) { return reason.first; });
  return found == kReasons.end() ? std::string_view{} : found->second;
}

}  // namespace

std::expected<CallForm, Mistakes> CallForm::parse(std::string_view body) {
  auto document = JsonDocument::parse(body);
  if (!document || document->repaired())
    return std::unexpected(Mistakes{"the body: is not strictly JSON in UTF-8 (RFC 8259); send one object"});
  if (!document->root().is_object()) return std::unexpected(Mistakes{"the body: is not an object; write { … }"});
  if (Mistakes mistakes = Check{}.of(document->root()); !mistakes.empty()) return std::unexpected(std::move(mistakes));
  return CallForm{std::move(*document)};
}

std::string CallForm::call_id() const { return document_.root()["call"]["call_id"].text(); }

core::Event CallForm::event(std::string external_id) const {
  const JsonView form = document_.root();
  if (const auto reason = reason_of(form["disposition"].text()); !reason.empty()) {
    return core::Ignored{std::string(reason), std::move(external_id)};
  }
  core::Message message;
  message.channel = channel_of(form);
  message.external_id = std::move(external_id);
  message.sender = sender_of(form);
  message.text = form["incident"]["what_happened"].text();
  message.stated = stated_of(form);
  message.stated.by_operator = true;
  message.permalink = form["source"]["url"].text();
  message.is_public = !message.permalink.empty();
  const JsonView place = form["place"];
  if (const auto latitude = place["latitude"].number()) {
    message.place = {.latitude = *latitude,
                     .longitude = place["longitude"].number().value_or(0),
                     .accuracy_m = place["accuracy_m"].number(),
                     .name = {},
                     .address = {}};
  }
  if (message.channel == core::Channel::call) {
    message.kind = core::MessageKind::call;
    message.call = call_record_of(form);
    message.provider_at = message.call->started_at;
    if (!message.call->line.empty()) message.to.push_back(message.call->line);
  } else {
    for (const Field& field : kOperator) {
      message.stated.attributes.emplace_back("operator_" + std::string(field.name), form["operator"][field.name].text());
    }
  }
  return message;
}

}  // namespace satupintu::adapters
