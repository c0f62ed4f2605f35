// SPDX-License-Identifier: Apache-2.0
#include "normalizer/normalizer.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "core/crypto.hpp"
#include "core/ids.hpp"
#include "normalizer/contact.hpp"
#include "normalizer/personal_data.hpp"
#include "normalizer/position.hpp"
#include "normalizer/sketch.hpp"
#include "normalizer/text.hpp"
#include "normalizer/title.hpp"
#include "normalizer/traits.hpp"

namespace satupintu::normalizer {

using core::Complaint;
using core::Message;
using core::MessageKind;
using core::Visibility;

namespace {

constexpr double kCategoryOfDanger = 0.6;

// Operators type reports, not commands; and whoever sends a photo along reports something.
std::optional<NoCommand> why_no_command(const Message& message) {
  if (stated_by(message) == "operator") return NoCommand::written_by_staff;
  if (!message.attachments.empty()) return NoCommand::with_attachment;
  if (message.place) return NoCommand::with_position;
  switch (message.kind) {
    case MessageKind::text:
    case MessageKind::dm:
    case MessageKind::comment:
    case MessageKind::mention:
    case MessageKind::story_reply: return std::nullopt;
    default: return NoCommand::says_nothing;
  }
}

// The stricter of what was stated and what the text asks for.
Visibility visibility_of(const Reading& reading, const core::Stated& stated) {
  if (stated.visibility == name_of(Visibility::secret) || reading.has(Meaning::secret)) return Visibility::secret;
  if (stated.visibility == name_of(Visibility::anonymous) || reading.has(Meaning::anonymous)) return Visibility::anonymous;
  return Visibility::open;
}

// Takes the sender's own names out of lines of a report that is not to show them.
void hide_sender(const core::Sender& sender, std::initializer_list<std::string*> lines) {
  for (std::string* line : lines) {
    for (const auto* name : {&sender.name, &sender.handle}) *line = mask_name(std::move(*line), *name);
  }
}

// The subject and the text in one, for the steps that look for words.
std::string joined(const std::string& subject, const std::string& text) { return subject.empty() ? text : subject + "\n" + text; }

// The letters of the text alone: a subject is what only mails have, and the same words count as said on any channel.
std::string_view folded_text_of(const Reading& reading, std::size_t text_size) {
  const std::size_t text_begin = reading.text.size() - text_size;
  const auto first = std::ranges::find_if(reading.words.list, [&](const Word& word) { return word.begin >= text_begin; });
  return first == reading.words.list.end() ? std::string_view() : std::string_view(reading.words.folded).substr(first->folded_begin);
}

void set_category(Complaint& complaint, const Analysis& found, const Rules& rules) {
  const Classification& classified = found.classification;
  complaint.suggested_agencies = found.category == nullptr ? rules.unclassified_offices : found.category->offices;
  if (found.category != nullptr) {
    const bool is_by_danger = classified.category == nullptr;
    complaint.category = is_by_danger ? core::Found{found.category->code, "rule", kCategoryOfDanger}
                                      : core::Found{found.category->code, classified.source, classified.confidence};
    complaint.category_name = found.category->label;
  }
  if (found.category == nullptr) return;
  for (const Category* further : classified.further) complaint.further_categories.push_back(further->code);
}

void set_assessment(Complaint& complaint, Assessment assessment) {
  complaint.report_type = assessment.report_type;
  complaint.scope = assessment.scope;
  complaint.scope_reason = std::move(assessment.scope_reason);
  complaint.priority = assessment.priority;
  complaint.priority_reason = std::move(assessment.priority_reason);
}

void set_flags(Complaint& complaint, const Analysis& found, const Rules& rules) {
  const Message& message = found.message;
  std::vector<bool> raised(rules.flags.size());
  for (const Match& match : found.reading.matches)
    if (match.meaning == Meaning::flag) raised[match.index] = true;
  const bool wants_officer = found.command.kind == CommandKind::officer;
  for (std::size_t i = 0; i < raised.size(); ++i)
    if (raised[i] || (wants_officer && rules.flags[i] == "wants_person")) complaint.flags.push_back(rules.flags[i]);
  const bool acts = message.kind == MessageKind::retraction || message.kind == MessageKind::reaction ||
                    message.kind == MessageKind::unsupported || message.call;
  if (found.reading.text.empty() && message.attachments.empty() && !message.place && !acts) complaint.flags.emplace_back("empty");
  if (!message.stated.category.empty() && rules.category(message.stated.category) == nullptr)
    complaint.flags.emplace_back("unknown_category");
}

// Two people who thank for the same do not speak of the same lamp. A photo tells where something is.
bool tells_of_a_matter(const Complaint& complaint, const Analysis& found) {
  const CommandKind command = found.command.kind;
  const MessageKind kind = found.message.kind;
  if (command != CommandKind::none && command != CommandKind::officer) return false;
  if (kind == MessageKind::retraction || kind == MessageKind::reaction || kind == MessageKind::unsupported) return false;
  if (complaint.report_type == core::ReportType::thanks) return false;
  return complaint.scope != core::Scope::out_of_scope_irrelevant || found.reading.has(Meaning::thing);
}

void set_places(Complaint& complaint, Places places) {
  for (auto& flag : places.flags) complaint.flags.push_back(std::move(flag));
  complaint.location = std::move(places.location);
  if (!places.caller) return;
  // Where somebody is tells who it is; only a rescuer needs that of a caller who wants to stay unknown.
  if (complaint.visibility != Visibility::open && complaint.priority != core::Priority::emergency) return;
  complaint.caller_location = std::move(places.caller);
}

void set_clocks(Complaint& complaint, const Analysis& found) {
  const auto at = [](const std::optional<Deadline>& deadline) { return deadline.transform([](const Deadline& d) { return d.at; }); };
  complaint.occurred_at = found.occurrence.at;
  complaint.occurred_precision = found.occurrence.precision;
  complaint.verify_due_at = at(found.deadlines.verify);
  complaint.follow_up_due_at = at(found.deadlines.follow_up);
  complaint.expected_at = at(found.deadlines.expected);
}

void set_attributes(Complaint& complaint, const Message& message) {
  for (const auto& [code, value] : message.stated.attributes) {
    auto& attribute = complaint.attributes.emplace_back(code, value);
    clean_and_mask(attribute.first);
    clean_and_mask(attribute.second);
    if (complaint.visibility != Visibility::open) hide_sender(message.sender, {&attribute.second});
  }
}

void set_ids(Complaint& complaint, core::Timestamp at, std::string_view seen, const core::Secret& key) {
  complaint.complaint_id = core::make_uuid(at, core::keyed_hash(key, {"complaint", seen}));
  complaint.contact_id = core::make_uuid(at, core::keyed_hash(key, {"contact", seen}));
  // A tracking code takes five bytes of its hash, so one hash holds all three.
  core::Hash128 hash = core::keyed_hash(key, {"code", seen});
  for (auto& code : complaint.code_candidates) {
    constexpr unsigned kPartition = 0;
    code = core::make_tracking_code(kPartition, hash);
    std::ranges::rotate(hash, hash.begin() + 5);
  }
}

// A mail may say in its subject what its text names only the code of.
Command command_of(const std::string& subject, const std::string& text, const Rules& rules) {
  Command command = read_command(text.empty() ? subject : text, rules);
  if (command.kind != CommandKind::none || subject.empty() || text.empty()) return command;
  return read_command(joined(subject, text), rules);
}

}  // namespace

Normalizer::Normalizer(Rules rules, core::Secret identity_key) : rules_(std::move(rules)), identity_key_(std::move(identity_key)) {}

Normalized Normalizer::normalize(const Origin& origin, Message message) const { return record(analyze(origin, std::move(message))); }

Analysis Normalizer::analyze(Origin origin, Message given) const {
  Analysis found;
  found.origin = std::move(origin);
  found.message = std::move(given);
  Message& message = found.message;

  // 1. Text
  found.clean_subject = clean_line(message.subject);
  found.clean_text = clean(text_with_captions(message));
  if (message.place && !is_position(message.place->latitude, message.place->longitude)) message.place.reset();

  // 2. Command, or a report under a code
  found.no_command = why_no_command(message);
  if (!found.no_command) found.command = command_of(found.clean_subject, found.clean_text, rules_);
  found.coded = read_coded_report(found.clean_text, rules_);

  // 3. Reporter
  found.reporter = identify(message, identity_key_);

  // 4. Personal data. From here on every step reads the masked text, so that none can bring back what was masked.
  found.subject = mask_personal_data(found.clean_subject);
  found.text = mask_personal_data(found.coded.category != nullptr ? std::move(found.coded.text) : found.clean_text);
  found.coded.place = mask_personal_data(std::move(found.coded.place));
  const auto read = [&] {
    found.read_text = std::make_unique<const std::string>(joined(found.subject, found.text));
    found.reading = Reading(*found.read_text, rules_.lexicon);
  };
  read();
  found.visibility = visibility_of(found.reading, message.stated);
  const bool is_open = found.visibility == Visibility::open;
  if (!is_open) {
    hide_sender(message.sender, {&found.subject, &found.text, &found.coded.place});
    read();
  }

  // 7. Place, ahead of its turn: whether one is told helps to tell what a report is about
  found.places = find_places(found.reading, message, found.coded.place, rules_);
  auto& location = found.places.location;
  if (!is_open) hide_sender(message.sender, {&location.address, &location.landmark, &location.cross_street});
  found.reading.traits = traits_of(found.reading, message, location);

  // 5. Category
  found.classification = classify(found.reading, message, found.coded.category, rules_);
  found.category = found.classification.category;

  // 6. Report type, scope, priority
  found.assessment = assess(found.reading, message, found.places, found.classification, rules_);
  // What the city cannot take up is about nothing of the city's, unless somebody said so outright.
  const bool is_out_of_scope = found.assessment.scope != core::Scope::in_scope && found.assessment.scope != core::Scope::other_jurisdiction;
  if (is_out_of_scope && found.classification.source == "keyword") found.category = nullptr;
  else if (found.category == nullptr && found.assessment.danger != nullptr)
    found.category = &rules_.categories[found.assessment.danger->category];
  // Where an advertisement delivers to is no place where anything is the matter.
  const bool is_no_matter = found.assessment.scope == core::Scope::out_of_scope_irrelevant;
  if (is_no_matter && location.method == core::LocationMethod::text) location = {};

  found.continuation = continuation_of(found.reading, found.classification, location);

  // 8. Clocks
  const core::Timestamp received_at = found.origin.received_at;
  found.written_at = message_time(message, received_at);
  found.occurrence = find_occurrence(found.reading, message.stated, found.written_at);
  found.deadlines = find_deadlines(received_at, found.assessment.priority == core::Priority::emergency, found.category, rules_);

  // 9. Fingerprints
  found.fingerprints = fingerprints_of(message, found.origin.account, received_at, found.reporter.reference,
                                       folded_text_of(found.reading, found.text.size()), identity_key_);
  return found;
}

Normalized Normalizer::record(Analysis found) const {
  Normalized result;
  auto& [complaint, command, fingerprints, continuation, sketch] = result;
  complaint.jurisdiction_id = rules_.jurisdiction_id;
  complaint.account = std::move(found.origin.account);
  complaint.provider = std::move(found.origin.provider);
  complaint.raw_sha256 = std::move(found.origin.raw_sha256);
  complaint.received_at = found.origin.received_at;
  complaint.title = make_title(found.subject, found.text, found.message);
  complaint.description = found.text.empty() ? found.subject : found.text;
  complaint.visibility = found.visibility;
  complaint.reporter.ref = found.reporter.reference;
  complaint.reporter.verified_by_channel = found.reporter.verified;
  if (found.visibility == Visibility::open) complaint.reporter.display_name = display_name_of(found.message.sender);
  set_category(complaint, found, rules_);
  set_assessment(complaint, std::move(found.assessment));
  set_flags(complaint, found, rules_);
  set_places(complaint, std::move(found.places));
  set_clocks(complaint, found);
  set_attributes(complaint, found.message);
  set_ids(complaint, found.written_at, found.fingerprints.seen, identity_key_);
  if (found.visibility == Visibility::secret) sketch = kUnlinkable;
  else if (tells_of_a_matter(complaint, found)) sketch = sketch_of(found.reading, complaint, rules_).packed();
  command = std::move(found.command);
  continuation = std::move(found.continuation);
  fingerprints = std::move(found.fingerprints);

  complaint.confidential = confidential_of(found.message, found.reporter);
  if (complaint.confidential.original_text == found.text) complaint.confidential.original_text.clear();
  if (complaint.confidential.original_subject == found.subject) complaint.confidential.original_subject.clear();
  complaint.contact =
      contact_of(std::move(found.message), std::move(found.subject), std::move(found.text), complaint.visibility, identity_key_);
  return result;
}

}  // namespace satupintu::normalizer
