// SPDX-License-Identifier: Apache-2.0
#include "normalizer/normalizer.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "core/crypto.hpp"
#include "core/ids.hpp"
#include "normalizer/assessment.hpp"
#include "normalizer/category.hpp"
#include "normalizer/clocks.hpp"
#include "normalizer/contact.hpp"
#include "normalizer/personal_data.hpp"
#include "normalizer/place.hpp"
#include "normalizer/position.hpp"
#include "normalizer/reporter.hpp"
#include "normalizer/sketch.hpp"
#include "normalizer/text.hpp"
#include "normalizer/title.hpp"

namespace satupintu::normalizer {

using core::Complaint;
using core::Message;
using core::MessageKind;
using core::Visibility;

namespace {

constexpr double kCategoryOfDanger = 0.6;

// Operators type reports, not commands; and whoever sends a photo along reports something.
bool may_be_command(const Message& message) {
  const bool says_something = message.kind == MessageKind::text || message.kind == MessageKind::dm ||
                              message.kind == MessageKind::comment || message.kind == MessageKind::mention ||
                              message.kind == MessageKind::story_reply;
  return says_something && message.attachments.empty() && !message.place && stated_by(message) == "sender";
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

void set_category(Complaint& complaint, const Category& category, std::string_view source, double confidence) {
  complaint.category = {category.code, std::string(source), confidence};
  complaint.category_name = category.label;
  complaint.suggested_agencies = category.offices;
}

void set_flags(Complaint& complaint, const Reading& reading, const Message& message, CommandKind command, const Rules& rules) {
  std::vector<bool> raised(rules.flags.size());
  for (const Match& match : reading.matches)
    if (match.meaning == Meaning::flag) raised[match.index] = true;
  for (std::size_t i = 0; i < raised.size(); ++i)
    if (raised[i] || (command == CommandKind::officer && rules.flags[i] == "wants_person")) complaint.flags.push_back(rules.flags[i]);
  const bool acts = message.kind == MessageKind::retraction || message.kind == MessageKind::reaction ||
                    message.kind == MessageKind::unsupported || message.call;
  if (reading.text.empty() && message.attachments.empty() && !message.place && !acts) complaint.flags.emplace_back("empty");
  if (!message.stated.category.empty() && rules.category(message.stated.category) == nullptr)
    complaint.flags.emplace_back("unknown_category");
}

// Two people who ask the same, or thank for the same, do not speak of the same lamp. A photo tells where something is.
bool tells_of_a_matter(const Complaint& complaint, CommandKind command, MessageKind kind) {
  if (command != CommandKind::none && command != CommandKind::officer) return false;
  if (kind == MessageKind::retraction || kind == MessageKind::reaction || kind == MessageKind::unsupported) return false;
  const bool is_matter = complaint.report_type == core::ReportType::complaint || complaint.report_type == core::ReportType::emergency ||
                         complaint.report_type == core::ReportType::aspiration;
  return is_matter && complaint.scope != core::Scope::out_of_scope_irrelevant;
}

void set_places(Complaint& complaint, Places places) {
  for (auto& flag : places.flags) complaint.flags.push_back(std::move(flag));
  complaint.location = std::move(places.location);
  if (!places.caller) return;
  // Where somebody is tells who it is; only a rescuer needs that of a caller who wants to stay unknown.
  if (complaint.visibility != Visibility::open && complaint.priority != core::Priority::emergency) return;
  complaint.caller_location = std::move(places.caller);
}

void set_deadlines(Complaint& complaint, const Category* category, const Rules& rules) {
  const auto promised = [&](std::optional<Allowance> Standard::* clock) -> std::optional<core::Timestamp> {
    std::optional<Allowance> allowance;
    if (complaint.priority == core::Priority::emergency) allowance = rules.emergency_standard.*clock;
    if (!allowance && category != nullptr) allowance = category->standard.*clock;
    if (!allowance) allowance = rules.standard.*clock;
    if (!allowance) return std::nullopt;
    return due_at(complaint.received_at, *allowance, rules.holidays);
  };
  complaint.verify_due_at = promised(&Standard::verify);
  complaint.follow_up_due_at = promised(&Standard::follow_up);
  complaint.expected_at = promised(&Standard::expected);
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

}  // namespace

Normalizer::Normalizer(Rules rules, core::Secret identity_key) : rules_(std::move(rules)), identity_key_(std::move(identity_key)) {}

Normalized Normalizer::normalize(const Origin& origin, Message message) const {
  Normalized result;
  auto& [complaint, command, fingerprints, sketch] = result;
  complaint.jurisdiction_id = rules_.jurisdiction_id;
  complaint.account = origin.account;
  complaint.provider = origin.provider;
  complaint.raw_sha256 = origin.raw_sha256;
  complaint.received_at = origin.received_at;

  // 1. Text
  std::string subject = clean_line(message.subject);
  std::string text = clean(text_with_captions(message));
  if (message.place && !is_position(message.place->latitude, message.place->longitude)) message.place.reset();

  // 2. Command, or a report under a code
  if (may_be_command(message)) command = read_command(text.empty() ? subject : text);
  CodedReport coded = read_coded_report(text, rules_);
  if (coded.category != nullptr) text = std::move(coded.text);

  // 3. Reporter
  const Identity reporter = identify(message, identity_key_);
  complaint.reporter.ref = reporter.reference;
  complaint.reporter.verified_by_channel = reporter.verified;
  complaint.confidential = confidential_of(message, reporter);

  // 4. Personal data. From here on every step reads the masked text, so that none can bring back what was masked.
  subject = mask_personal_data(std::move(subject));
  text = mask_personal_data(std::move(text));
  coded.place = mask_personal_data(std::move(coded.place));
  std::string whole = joined(subject, text);
  Reading reading(whole, rules_.lexicon);
  complaint.visibility = visibility_of(reading, message.stated);
  if (complaint.visibility == Visibility::open) {
    complaint.reporter.display_name = display_name_of(message.sender);
  } else {
    hide_sender(message.sender, {&subject, &text, &coded.place});
    whole = joined(subject, text);
    reading = Reading(whole, rules_.lexicon);
  }

  // 5. Category
  const Classification classification = classify(reading, message, coded.category, rules_);
  const Category* category = classification.category;
  complaint.suggested_agencies = rules_.unclassified_offices;
  if (category != nullptr) set_category(complaint, *category, classification.source, classification.confidence);
  for (const Category* further : classification.further) complaint.further_categories.push_back(further->code);

  // 6. Report type, scope, priority
  Assessment assessment = assess(reading, message, category, rules_);
  complaint.report_type = assessment.report_type;
  complaint.scope = assessment.scope;
  complaint.scope_reason = std::move(assessment.scope_reason);
  complaint.priority = assessment.priority;
  complaint.priority_reason = std::move(assessment.priority_reason);
  if (category == nullptr && assessment.danger != nullptr) {
    category = &rules_.categories[assessment.danger->category];
    set_category(complaint, *category, "rule", kCategoryOfDanger);
  }
  set_flags(complaint, reading, message, command.kind, rules_);

  // 7. Place
  set_places(complaint, find_places(reading, message, coded.place, rules_));

  if (complaint.visibility != Visibility::open) {
    auto& place = complaint.location;
    hide_sender(message.sender, {&place.address, &place.landmark, &place.cross_street});
  }

  // 8. Clocks
  const core::Timestamp written_at = message_time(message, origin.received_at);
  const Occurrence occurrence = find_occurrence(reading, message.stated, written_at);
  complaint.occurred_at = occurrence.at;
  complaint.occurred_precision = occurrence.precision;
  set_deadlines(complaint, category, rules_);

  // 9. Fingerprints, and the ids that follow from them
  fingerprints =
      fingerprints_of(message, origin.account, origin.received_at, reporter.reference, folded_text_of(reading, text.size()), identity_key_);
  set_ids(complaint, written_at, fingerprints.seen, identity_key_);

  // 10. What similar reports are found by
  if (complaint.visibility == Visibility::secret) sketch = kUnlinkable;
  else if (tells_of_a_matter(complaint, command.kind, message.kind)) sketch = sketch_of(reading, complaint, rules_).packed();

  // What the queue shows of all this
  complaint.title = make_title(subject, text, message);
  complaint.description = text.empty() ? subject : text;
  for (const auto& [code, value] : message.stated.attributes) {
    auto& attribute = complaint.attributes.emplace_back(code, value);
    clean_and_mask(attribute.first);
    clean_and_mask(attribute.second);
    if (complaint.visibility != Visibility::open) hide_sender(message.sender, {&attribute.second});
  }
  if (complaint.confidential.original_text == text) complaint.confidential.original_text.clear();
  if (complaint.confidential.original_subject == subject) complaint.confidential.original_subject.clear();
  complaint.contact = contact_of(std::move(message), std::move(subject), std::move(text), complaint.visibility, identity_key_);
  return result;
}

}  // namespace satupintu::normalizer
