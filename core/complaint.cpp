// SPDX-License-Identifier: Apache-2.0
#include "core/complaint.hpp"

#include <boost/json.hpp>

namespace satupintu::core {

namespace json = boost::json;

std::string_view name_of(ReportType type) noexcept {
  switch (type) {
    case ReportType::complaint: return "complaint";
    case ReportType::aspiration: return "aspiration";
    case ReportType::information: return "information";
    case ReportType::emergency: return "emergency";
    case ReportType::thanks: return "thanks";
  }
  std::unreachable();
}

std::string_view name_of(Priority priority) noexcept {
  switch (priority) {
    case Priority::low: return "low";
    case Priority::normal: return "normal";
    case Priority::high: return "high";
    case Priority::emergency: return "emergency";
  }
  std::unreachable();
}

std::string_view name_of(Scope scope) noexcept {
  switch (scope) {
    case Scope::in_scope: return "in_scope";
    case Scope::out_of_scope_election: return "out_of_scope_election";
    case Scope::out_of_scope_crime: return "out_of_scope_crime";
    case Scope::out_of_scope_private: return "out_of_scope_private";
    case Scope::out_of_scope_court: return "out_of_scope_court";
    case Scope::out_of_scope_irrelevant: return "out_of_scope_irrelevant";
    case Scope::other_jurisdiction: return "other_jurisdiction";
  }
  std::unreachable();
}

std::string_view name_of(Visibility visibility) noexcept {
  switch (visibility) {
    case Visibility::open: return "public";
    case Visibility::anonymous: return "anonymous";
    case Visibility::secret: return "secret";
  }
  std::unreachable();
}

std::string_view name_of(LocationMethod method) noexcept {
  switch (method) {
    case LocationMethod::none: return "none";
    case LocationMethod::gps: return "gps";
    case LocationMethod::wifi: return "wifi";
    case LocationMethod::cell: return "cell";
    case LocationMethod::pin: return "pin";
    case LocationMethod::address: return "address";
    case LocationMethod::text: return "text";
  }
  std::unreachable();
}

std::string_view name_of(LocationRole role) noexcept {
  switch (role) {
    case LocationRole::incident: return "incident";
    case LocationRole::caller: return "caller";
    case LocationRole::initial: return "initial";
  }
  std::unreachable();
}

namespace {

// EIDO's common priority runs from 0 to 10, ten the highest.
int common_priority(Priority priority) {
  switch (priority) {
    case Priority::low: return 2;
    case Priority::normal: return 5;
    case Priority::high: return 7;
    case Priority::emergency: return 10;
  }
  std::unreachable();
}

// Adds what is known; an absent key and an empty one mean the same to a consumer.
class ObjectWriter {
 public:
  explicit ObjectWriter(json::storage_ptr storage) : object_(std::move(storage)) {}

  ObjectWriter& text(json::string_view key, std::string_view value) {
    if (!value.empty()) object_.emplace(key, value);
    return *this;
  }
  ObjectWriter& always(json::string_view key, json::value value) {
    object_.emplace(key, std::move(value));
    return *this;
  }
  ObjectWriter& number(json::string_view key, const std::optional<double>& value) {
    if (value) object_.emplace(key, *value);
    return *this;
  }
  ObjectWriter& time(json::string_view key, const std::optional<Timestamp>& value) {
    if (value) object_.emplace(key, format_rfc3339(*value));
    return *this;
  }
  ObjectWriter& texts(json::string_view key, const std::vector<std::string>& values) {
    if (values.empty()) return *this;
    json::array array(object_.storage());
    array.reserve(values.size());
    for (const auto& value : values) array.emplace_back(value);
    object_.emplace(key, std::move(array));
    return *this;
  }
  json::object take() { return std::move(object_); }

 private:
  json::object object_;
};

json::object location_json(const Location& location, const json::storage_ptr& storage) {
  ObjectWriter out(storage);
  out.number("lat", location.latitude).number("lng", location.longitude).number("accuracy_m", location.accuracy_m);
  out.always("method", json::string(name_of(location.method), storage));
  if (location.method != LocationMethod::none) out.always("confidence", location.confidence);
  out.always("role", json::string(name_of(location.role), storage));
  out.text("address_string", location.address).text("landmark", location.landmark).text("cross_street", location.cross_street);
  out.text("kelurahan", location.kelurahan).text("kecamatan", location.kecamatan);
  out.text("rt", location.rt).text("rw", location.rw).text("zip", location.zip);
  return out.take();
}

json::object call_json(const CallRecord& call, const json::storage_ptr& storage) {
  ObjectWriter out(storage);
  out.text("call_id", call.call_id).text("related_call_id", call.related_call_id).text("direction", call.direction);
  out.text("line", call.line);
  out.always("caller_withheld", call.caller_withheld);
  out.time("started_at", call.started_at).time("answered_at", call.answered_at).time("ended_at", call.ended_at);
  out.text("disposition", call.disposition).text("operator_id", call.operator_id).text("position", call.position);
  out.text("shift", call.shift).text("recording", call.recording).text("entry_mode", call.entry_mode);
  return out.take();
}

json::array attachments_json(const std::vector<Attachment>& attachments, const json::storage_ptr& storage) {
  json::array array(storage);
  for (const auto& attachment : attachments) {
    ObjectWriter out(storage);
    out.always("kind", json::string(name_of(attachment.kind), storage));
    out.text("id", attachment.stored_id).text("mime", attachment.mime_type).text("name", attachment.name).text("sha256", attachment.sha256);
    if (attachment.bytes > 0) out.always("bytes", attachment.bytes);
    out.always("state", json::string(name_of(attachment.state), storage)).text("why", attachment.lost_why);
    if (attachment.state == AttachmentState::stored) out.text("url", attachment.url).text("public_url", attachment.public_url);
    array.emplace_back(out.take());
  }
  return array;
}

json::object contact_json(const Complaint& complaint, Timestamp recorded_at, const json::storage_ptr& storage) {
  const Message& message = complaint.contact;
  ObjectWriter out(storage);
  out.text("contact_id", complaint.contact_id);
  out.always("channel", json::string(name_of(message.channel), storage));
  out.text("channel_account", complaint.account).text("provider", complaint.provider).text("external_id", message.external_id);
  out.text("external_thread_id", message.thread_id).text("in_reply_to", message.in_reply_to);
  out.always("direction", "in");
  out.always("kind", json::string(name_of(message.kind), storage));
  out.always("visibility", message.is_public ? "public" : "private");
  out.text("subject", message.subject).text("permalink", message.permalink);
  if (message.text != complaint.description) out.text("body", message.text);
  if (!message.attachments.empty()) out.always("attachments", attachments_json(message.attachments, storage));
  out.time("provider_at", message.provider_at).time("received_at", complaint.received_at).time("recorded_at", recorded_at);
  out.text("raw_sha256", complaint.raw_sha256);
  if (message.call) out.always("call", call_json(*message.call, storage));
  out.texts("flags", message.flags);
  return out.take();
}

void category_fields(ObjectWriter& out, const Complaint& complaint, const json::storage_ptr& storage) {
  out.always("service_code",
             json::string(complaint.category.value.empty() ? "unclassified" : std::string_view(complaint.category.value), storage));
  out.text("service_name", complaint.category_name);
  out.text("category_source", complaint.category.source);
  if (!complaint.category.value.empty()) out.always("category_confidence", complaint.category.confidence);
  out.texts("further_service_codes", complaint.further_categories);
  out.texts("agency_suggested", complaint.suggested_agencies);
}

json::object data_json(const Complaint& complaint, std::string_view sealed, Timestamp recorded_at, const json::storage_ptr& storage) {
  ObjectWriter out(storage);
  out.always("schema_version", "1.0");
  out.text("jurisdiction_id", complaint.jurisdiction_id);
  out.always("report_type", json::string(name_of(complaint.report_type), storage));
  out.text("title", complaint.title);
  out.always("description", json::string(complaint.description, storage));
  category_fields(out, complaint, storage);
  out.always("scope", json::string(name_of(complaint.scope), storage)).text("scope_reason", complaint.scope_reason);
  out.always("priority", json::string(name_of(complaint.priority), storage)).always("priority_common", common_priority(complaint.priority));
  out.text("priority_reason", complaint.priority_reason);
  out.time("occurred_at", complaint.occurred_at).text("occurred_precision", complaint.occurred_precision);
  out.time("received_at", complaint.received_at).time("updated_at", recorded_at);
  out.time("verify_due_at", complaint.verify_due_at)
      .time("follow_up_due_at", complaint.follow_up_due_at)
      .time("expected_at", complaint.expected_at);
  out.always("status", "received");
  out.always("location", location_json(complaint.location, storage));
  if (complaint.caller_location) out.always("caller_location", location_json(*complaint.caller_location, storage));

  ObjectWriter reporter(storage);
  reporter.text("ref", complaint.reporter.ref).text("display_name", complaint.reporter.display_name);
  reporter.always("verified", complaint.reporter.verified_by_channel ? "channel" : "none");
  out.always("reporter", reporter.take());
  out.always("visibility", json::string(name_of(complaint.visibility), storage));
  out.always("source_first", json::string(name_of(complaint.contact.channel), storage));

  json::array contacts(storage);
  contacts.emplace_back(contact_json(complaint, recorded_at, storage));
  out.always("contacts", std::move(contacts));
  if (!complaint.attributes.empty()) {
    json::array attributes(storage);
    for (const auto& [code, value] : complaint.attributes)
      attributes.emplace_back(json::object({{"code", code}, {"value", value}}, storage));
    out.always("attributes", std::move(attributes));
  }
  out.texts("flags", complaint.flags);
  out.text("sealed", sealed);
  return out.take();
}

}  // namespace

EventPieces to_event_pieces(const Complaint& complaint, std::string_view sealed, Timestamp recorded_at) {
  // Two kilobytes of JSON from some sixty small values: one arena spares as many allocations.
  std::array<unsigned char, 16 * 1024> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): an arena
  json::monotonic_resource arena(buffer.data(), buffer.size());
  const json::storage_ptr storage(&arena);

  ObjectWriter envelope(storage);
  envelope.always("specversion", "1.0").text("id", complaint.contact_id);
  envelope.always("source", json::string("/channels/" + complaint.account, storage));
  envelope.time("time", complaint.received_at);
  envelope.always("dataschema", "https://satupintu.example/schema/complaint-v1.json");
  envelope.always("type", "");

  EventPieces pieces;
  pieces.head = json::serialize(envelope.take());
  pieces.head.resize(pieces.head.size() - 2);  // open again before the closing quote and brace
  pieces.middle_subject = R"(","subject":")";
  pieces.middle_data = R"(","datacontenttype":"application/json","data":{"complaint_id":")";
  pieces.middle_code = R"(","tracking_code":")";
  pieces.middle_interest = R"(","interest_count":)";
  const std::string data = json::serialize(data_json(complaint, sealed, recorded_at, storage));
  pieces.tail = "," + data.substr(1) + "}";

  ObjectWriter linked(storage);
  linked.always("specversion", "1.0").always("source", json::string("/channels/" + complaint.account, storage));
  linked.time("time", complaint.received_at);
  linked.always("dataschema", "https://satupintu.example/schema/complaint-linked-v1.json");
  linked.always("type", "complaint.linked").always("id", json::string(complaint.contact_id + ":", storage));
  pieces.linked_head = json::serialize(linked.take());
  pieces.linked_head.resize(pieces.linked_head.size() - 2);
  return pieces;
}

std::string to_json(const Confidential& confidential) {
  ObjectWriter out{json::storage_ptr{}};
  out.text("identity", confidential.identity).text("address", confidential.address_verbatim).text("phone", confidential.phone);
  out.text("name", confidential.name).text("handle", confidential.handle);
  out.text("original_subject", confidential.original_subject).text("original_text", confidential.original_text);
  return json::serialize(out.take());
}

}  // namespace satupintu::core
