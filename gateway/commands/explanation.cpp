// SPDX-License-Identifier: Apache-2.0
#include "gateway/commands/explanation.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "normalizer/contact.hpp"
#include "normalizer/personal_data.hpp"
#include "normalizer/sketch.hpp"
#include "normalizer/text.hpp"

namespace satupintu::gateway::commands {

namespace json = boost::json;
using normalizer::Analysis;
using normalizer::Match;
using normalizer::Meaning;
using normalizer::Reading;
using normalizer::Rules;

namespace {

std::string_view name_of(normalizer::HowRead how) {
  switch (how) {
    case normalizer::HowRead::unknown: return "unknown";
    case normalizer::HowRead::as_written: return "as_written";
    case normalizer::HowRead::other_spelling: return "other_spelling";
    case normalizer::HowRead::without_ending: return "without_ending";
    case normalizer::HowRead::drawn_out: return "drawn_out";
    case normalizer::HowRead::mistyped: return "mistyped";
  }
  std::unreachable();
}

std::string_view name_of(normalizer::CommandKind kind) {
  switch (kind) {
    case normalizer::CommandKind::none: return "none";
    case normalizer::CommandKind::status: return "status";
    case normalizer::CommandKind::rating: return "rating";
    case normalizer::CommandKind::withdraw: return "withdraw";
    case normalizer::CommandKind::help: return "help";
    case normalizer::CommandKind::stop: return "stop";
    case normalizer::CommandKind::start: return "start";
    case normalizer::CommandKind::officer: return "officer";
  }
  std::unreachable();
}

std::string_view name_of(normalizer::NoCommand why) {
  switch (why) {
    case normalizer::NoCommand::written_by_staff: return "written_by_staff";
    case normalizer::NoCommand::with_attachment: return "with_attachment";
    case normalizer::NoCommand::with_position: return "with_position";
    case normalizer::NoCommand::says_nothing: return "says_nothing";
  }
  std::unreachable();
}

std::string_view name_of(normalizer::StandardOf standard) {
  switch (standard) {
    case normalizer::StandardOf::emergency: return "emergency";
    case normalizer::StandardOf::category: return "category";
    case normalizer::StandardOf::city: return "city";
  }
  std::unreachable();
}

std::string_view name_of(normalizer::Void is_void) {
  switch (is_void) {
    case normalizer::Void::no: return {};
    case normalizer::Void::beside: return "beside";
    case normalizer::Void::denied: return "denied";
    case normalizer::Void::solved: return "solved";
  }
  std::unreachable();
}

std::string_view name_of(normalizer::Standing standing) {
  switch (standing) {
    case normalizer::Standing::none: return "none";
    case normalizer::Standing::feared: return "feared";
    case normalizer::Standing::doubted: return "doubted";
    case normalizer::Standing::real: return "real";
  }
  std::unreachable();
}

// What the words say that weakened a danger.
std::string_view name_of_circumstance(const Match& match) {
  if (match.meaning == Meaning::danger_unless) return "harmless";
  if (match.meaning != Meaning::circumstance) return "unreal";
  using normalizer::Circumstance;
  switch (static_cast<Circumstance>(match.index)) {
    case Circumstance::denied: return "did_not_happen";
    case Circumstance::befell: return "befell_a_thing";
    case Circumstance::feared: return "only_feared";
    case Circumstance::imminent: return "imminent";
    case Circumstance::habitual: return "habitual";
    case Circumstance::supposed: return "supposed";
    case Circumstance::past: return "past";
    case Circumstance::over: return "over";
    case Circumstance::unreal: return "unreal";
    case Circumstance::another_time: return "another_time";
    case Circumstance::now: return "now";
    case Circumstance::nothing: return "nothing";
  }
  std::unreachable();
}

// Under which name the page marks a match; empty for what only helps others to be understood, or is marked where it counted.
std::string_view mark_of(Meaning meaning) {
  switch (meaning) {
    case Meaning::anonymous:
    case Meaning::secret: return "visibility";
    case Meaning::today:
    case Meaning::yesterday: return "occurred";
    case Meaning::flag: return "flag";
    default: return {};
  }
}

std::string_view mark_of(normalizer::Standing standing) {
  switch (standing) {
    case normalizer::Standing::none: return "no_danger";
    case normalizer::Standing::feared:
    case normalizer::Standing::doubted: return "possible_danger";
    case normalizer::Standing::real: return "danger";
  }
  std::unreachable();
}

json::array list_of(const auto& texts) {
  json::array list;
  for (const auto& text : texts) list.emplace_back(std::string_view(text));
  return list;
}

std::string_view phrase_of(const Reading& reading, const Match& match) { return reading.between(match.first, match.last); }

// Each phrase once, in the text's own words.
json::array phrases_of(const Reading& reading, Meaning meaning) {
  std::set<std::string_view> known;
  json::array phrases;
  for (const Match& match : reading.matches) {
    const std::string_view phrase = phrase_of(reading, match);
    if (match.meaning == meaning && known.insert(phrase).second) phrases.emplace_back(phrase);
  }
  return phrases;
}

// Where the phrases stand in the text: byte offsets, and what each was taken for.
json::array explain_marks(const Analysis& found) {
  json::array marks;
  const auto mark = [&](std::uint32_t first, std::uint32_t last, std::string_view kind) {
    const auto& list = found.reading.words.list;
    if (!kind.empty()) marks.push_back({{"begin", list[first].begin}, {"end", list[last].end}, {"kind", kind}});
  };
  // The words of a reason stand in the text as they are; of those that were learned, several with commas between.
  const auto mark_words = [&](std::string_view words, bool are_learned, std::string_view kind) {
    for (std::size_t begin = 0; begin < words.size();) {
      const auto end = are_learned ? std::min(words.find(", ", begin), words.size()) : words.size();
      const std::string_view part = words.substr(begin, end - begin);
      const auto at = found.reading.text.find(part);
      if (at != std::string_view::npos) marks.push_back({{"begin", at}, {"end", at + part.size()}, {"kind", kind}});
      begin = end + 2;
    }
  };
  for (const auto& candidate : found.classification.candidates) {
    for (const auto& [match, is_void] : candidate.mentions) {
      const std::string_view counted = candidate.category == found.category ? "category" : "other_category";
      mark(match.first, match.last, is_void == normalizer::Void::no ? counted : name_of(is_void));
    }
  }
  const auto& assessment = found.assessment;
  for (const auto& danger : assessment.dangers) {
    mark(danger.first, danger.last, mark_of(danger.standing));
    if (danger.weakened_by) mark(danger.weakened_by->first, danger.weakened_by->last, "weakens");
  }
  if (assessment.dangers.empty() || assessment.is_priority_learned)
    mark_words(assessment.priority_reason, assessment.is_priority_learned, "priority");
  mark_words(assessment.report_type_reason, assessment.is_report_type_learned, "report_type");
  mark_words(assessment.scope_words, assessment.is_scope_learned, "scope");
  for (const auto& [place, weight] : found.places.names) mark(place.first, place.last, counts(weight) ? "place" : "no_place");
  const auto& location = found.places.location;
  for (const auto* words : {&location.address, &location.cross_street, &location.landmark}) mark_words(*words, false, "place");
  for (const Match& match : found.reading.matches) mark(match.first, match.last, mark_of(match.meaning));
  for (const Match& match : found.reading.hidden)
    if (match.meaning == Meaning::idiom) mark(match.first, match.last, "idiom");
  return marks;
}

json::object explain_text(const Analysis& found, const Rules& rules) {
  json::array words;
  json::array unknown;
  std::set<std::string_view> known;
  for (const auto& word : found.reading.words.list) {
    const std::string_view folded = found.reading.words.folded_of(word);
    if (word.number || !known.insert(folded).second) continue;
    const auto [as, how] = rules.lexicon.look_up(folded);
    if (how == normalizer::HowRead::unknown) unknown.emplace_back(folded);
    else if (how != normalizer::HowRead::as_written)
      words.push_back({{"word", folded}, {"read_as", rules.lexicon.word(as)}, {"how", name_of(how)}});
  }
  const auto dropped = normalizer::dropped_by_cleaning(found.message.subject + normalizer::text_with_captions(found.message));
  return {{"read", found.reading.text},
          {"dropped",
           {{"controls", dropped.controls}, {"bidi", dropped.bidi}, {"invisible", dropped.invisible}, {"not_utf8", dropped.not_utf8}}},
          {"words", std::move(words)},
          {"unknown_words", std::move(unknown)},
          {"marks", explain_marks(found)}};
}

json::object explain_command(const Analysis& found) {
  const bool is_command = found.command.kind != normalizer::CommandKind::none;
  json::object command{{"kind", name_of(found.command.kind)}};
  if (is_command) {
    if (!found.command.tracking_code.empty()) command["tracking_code"] = found.command.tracking_code;
    if (found.command.rating != 0) command["rating"] = found.command.rating;
  } else {
    const bool resembles = found.command.resembles != normalizer::CommandKind::none;
    command["why"] = found.no_command ? name_of(*found.no_command) : resembles ? "not_a_whole_command" : "no_command_word";
    if (resembles) command["resembles"] = name_of(found.command.resembles);
    // Not what was masked since: a command is read in the text as it came.
    const auto& words = found.reading.words;
    const auto is_shown = [&](const normalizer::Word& word) { return words.folded_of(word) == found.command.unexplained; };
    if (std::ranges::any_of(words.list, is_shown)) command["unexplained_word"] = found.command.unexplained;
  }
  if (found.coded.category != nullptr) command["code"] = {{"category", found.coded.category->code}, {"place", found.coded.place}};
  return command;
}

// How the reporter is known, never as whom.
std::string_view kind_of(const normalizer::Identity& reporter) {
  if (reporter.canonical.empty()) return "nobody";
  if (reporter.canonical.starts_with("tel:")) return "telephone";
  return reporter.canonical.starts_with("mailto:") ? "mail" : "account";
}

json::object explain_reporter(const Analysis& found) {
  return {{"kind", kind_of(found.reporter)},
          {"verified_by_channel", found.reporter.verified},
          {"reference", found.reporter.reference},
          {"stated_by", normalizer::stated_by(found.message)}};
}

std::size_t times(std::string_view text, std::string_view piece) {
  std::size_t count = 0;
  for (auto at = text.find(piece); at != std::string_view::npos; at = text.find(piece, at + piece.size())) ++count;
  return count;
}

json::object explain_personal_data(const Analysis& found) {
  const std::string_view shown = found.reading.text;
  std::set<std::string_view> masks;
  for (auto at = shown.find('['); at != std::string_view::npos; at = shown.find('[', at + 1)) {
    if (const std::size_t length = normalizer::mask_length(shown.substr(at)); length != 0) masks.insert(shown.substr(at, length));
  }
  json::array masked;
  for (const auto mask : masks) {
    // Somebody may also have quoted a mask.
    const std::size_t quoted = times(found.clean_subject, mask) + times(found.clean_text, mask);
    if (const std::size_t count = times(shown, mask); count > quoted) masked.push_back({{"mask", mask}, {"times", count - quoted}});
  }
  json::array asked = phrases_of(found.reading, Meaning::secret);
  for (auto& phrase : phrases_of(found.reading, Meaning::anonymous)) asked.push_back(std::move(phrase));
  return {{"masked", std::move(masked)}, {"visibility", core::name_of(found.visibility)}, {"asked_by", std::move(asked)}};
}

// What scripts/learn gave words and traits, the heaviest first.
json::array explain_learned(const Analysis& found, const normalizer::Category& category, const Rules& rules) {
  const auto topic = static_cast<std::size_t>(&category - rules.categories.data());
  auto weights = rules.learned.weights(found.reading, rules.lexicon, topic);
  std::ranges::sort(weights, {}, [](const auto& weight) { return std::pair(-std::abs(weight.points), weight.said); });
  json::array learned;
  for (const auto& [said, points] : weights) learned.push_back({{"phrase", said}, {"points", points}});
  return learned;
}

json::array explain_candidates(const Analysis& found, const Rules& rules) {
  json::array candidates;
  for (const auto& candidate : found.classification.candidates) {
    json::array phrases;
    std::set<std::pair<std::uint32_t, normalizer::Void>> known;
    for (const auto& [match, is_void] : candidate.mentions) {
      if (!known.emplace(match.phrase, is_void).second) continue;
      json::object phrase{{"phrase", phrase_of(found.reading, match)}, {"points", match.weight * normalizer::kPoints}};
      if (is_void != normalizer::Void::no) phrase["void"] = name_of(is_void);
      phrases.push_back(std::move(phrase));
    }
    candidates.push_back({{"category", candidate.category->code},
                          {"label", candidate.category->label},
                          {"points", candidate.points},
                          {"listed_points", candidate.listed},
                          {"phrases", std::move(phrases)},
                          {"learned", explain_learned(found, *candidate.category, rules)}});
  }
  return candidates;
}

json::object explain_category(const Analysis& found, const core::Complaint& complaint, const Rules& rules) {
  json::array hidden;
  for (const Match& match : found.reading.hidden)
    if (match.meaning == Meaning::idiom) hidden.emplace_back(phrase_of(found.reading, match));
  return {{"category", complaint.category.value},
          {"label", complaint.category_name},
          {"source", complaint.category.source},
          {"confidence", complaint.category.confidence},
          {"further", list_of(complaint.further_categories)},
          {"offices", list_of(complaint.suggested_agencies)},
          {"least_points", found.classification.least_points},
          {"candidates", explain_candidates(found, rules)},
          {"idioms", std::move(hidden)}};
}

json::array explain_dangers(const Analysis& found) {
  json::array dangers;
  std::set<std::string> known;
  for (const auto& told : found.assessment.dangers) {
    json::object danger{{"danger", told.danger->label},
                        {"phrase", found.reading.between(told.first, told.last)},
                        {"emergency", told.danger->emergency},
                        {"standing", name_of(told.standing)}};
    if (told.weakened_by)
      danger["weakened_by"] = {{"phrase", phrase_of(found.reading, *told.weakened_by)}, {"why", name_of_circumstance(*told.weakened_by)}};
    if (known.insert(json::serialize(danger)).second) dangers.push_back(std::move(danger));
  }
  return dangers;
}

json::object explain_assessment(const Analysis& found, const core::Complaint& complaint) {
  return {{"report_type", core::name_of(complaint.report_type)},
          {"report_type_reason", found.assessment.report_type_reason},
          {"report_type_learned", found.assessment.is_report_type_learned},
          {"scope", core::name_of(complaint.scope)},
          {"scope_reason", complaint.scope_reason},
          {"scope_words", found.assessment.scope_words},
          {"scope_learned", found.assessment.is_scope_learned},
          {"priority", core::name_of(complaint.priority)},
          {"priority_reason", complaint.priority_reason},
          {"priority_learned", found.assessment.is_priority_learned},
          {"dangers", explain_dangers(found)},
          {"flags", list_of(complaint.flags)}};
}

json::object to_json(const core::Location& location) {
  json::object place{{"method", core::name_of(location.method)}, {"confidence", location.confidence}};
  if (location.latitude && location.longitude) place["position"] = {*location.latitude, *location.longitude};
  const std::pair<std::string_view, const std::string*> fields[] = {
      {"address", &location.address}, {"cross_street", &location.cross_street}, {"landmark", &location.landmark},  {"rt", &location.rt},
      {"rw", &location.rw},           {"kelurahan", &location.kelurahan},       {"kecamatan", &location.kecamatan}};
  for (const auto& [name, value] : fields)
    if (!value->empty()) place[name] = *value;
  return place;
}

std::string_view name_of(normalizer::Weight weight) {
  switch (weight) {
    case normalizer::Weight::common_word: return "common_word";
    case normalizer::Weight::street: return "street";
    case normalizer::Weight::direction: return "direction";
    case normalizer::Weight::passed: return "passed";
    case normalizer::Weight::home: return "home";
    case normalizer::Weight::only_named: return "only_named";
    case normalizer::Weight::only_home: return "only_home";
    case normalizer::Weight::people: return "people";
    case normalizer::Weight::somewhere: return "somewhere";
    case normalizer::Weight::institution: return "institution";
    case normalizer::Weight::name: return "name";
    case normalizer::Weight::frame: return "frame";
    case normalizer::Weight::at: return "at";
    case normalizer::Weight::announced: return "announced";
  }
  std::unreachable();
}

json::array explain_names(const Analysis& found, const Rules& rules) {
  json::array names;
  for (const auto& [place, weight] : found.places.names) {
    json::object name{{"name", found.reading.between(place.first, place.last)}, {"why", name_of(weight)}, {"counts", counts(weight)}};
    if (place.kelurahan) name["kelurahan"] = rules.kelurahan[*place.kelurahan].name;
    if (place.kecamatan) name["kecamatan"] = rules.kecamatan[*place.kecamatan].name;
    names.push_back(std::move(name));
  }
  return names;
}

json::object explain_place(const Analysis& found, const core::Complaint& complaint, const Rules& rules) {
  json::object place = to_json(complaint.location);
  place["names"] = explain_names(found, rules);
  if (complaint.caller_location) place["caller"] = to_json(*complaint.caller_location);
  return place;
}

json::object explain_clocks(const Analysis& found) {
  json::object clocks{{"received_at", core::format_rfc3339(found.origin.received_at)},
                      {"written_at", core::format_rfc3339(found.written_at)}};
  if (found.occurrence.at) {
    clocks["occurred_at"] = core::format_rfc3339(*found.occurrence.at);
    clocks["occurred_precision"] = found.occurrence.precision;
  }
  const std::pair<std::string_view, const std::optional<normalizer::Deadline>*> deadlines[] = {
      {"verify", &found.deadlines.verify}, {"follow_up", &found.deadlines.follow_up}, {"expected", &found.deadlines.expected}};
  for (const auto& [name, deadline] : deadlines) {
    if (!*deadline) continue;
    const auto& [at, allowance, standard] = **deadline;
    clocks[name] = {{"due_at", core::format_rfc3339(at)},
                    {"amount", allowance.amount},
                    {"unit", allowance.working_days ? "working days" : "hours"},
                    {"standard", name_of(standard)}};
  }
  return clocks;
}

json::object explain_fingerprints(const normalizer::Fingerprints& fingerprints) {
  return {{"seen", !fingerprints.seen.empty()}, {"target", !fingerprints.target.empty()},
          {"said", !fingerprints.said.empty()}, {"conversation", !fingerprints.conversation.empty()},
          {"post", !fingerprints.post.empty()}, {"caller", !fingerprints.caller.empty()}};
}

json::object explain_continuation(const normalizer::Continuation& continuation) {
  return {{"stands_alone", continuation.stands_alone}, {"speaks_of", list_of(continuation.speaks_of)}};
}

// By what other people's reports of the same thing would be found; never the hashes themselves.
json::object explain_similarity(const Analysis& found, const normalizer::Normalized& record, const Rules& rules) {
  if (record.sketch.empty() || record.sketch == normalizer::kUnlinkable)
    return {{"linkable", false}, {"why", record.sketch.empty() ? "no_matter" : "secret"}};
  const auto sketch = normalizer::sketch_of(found.reading, record.complaint, rules);
  json::array place;
  const std::pair<std::string_view, bool> facts[] = {{"position", sketch.position.has_value()},
                                                     {"street", sketch.street != 0},
                                                     {"alley", sketch.alley != 0},
                                                     {"estate", sketch.estate != 0},
                                                     {"rt", sketch.rt != 0},
                                                     {"rw", sketch.rw != 0},
                                                     {"kelurahan", sketch.kelurahan != 0},
                                                     {"kecamatan", sketch.kecamatan != 0}};
  for (const auto& [name, is_known] : facts)
    if (is_known) place.emplace_back(name);
  return {{"linkable", true}, {"words", sketch.words}, {"place", std::move(place)}};
}

}  // namespace

json::object explanation_of(const Analysis& found, const normalizer::Normalized& record, const Rules& rules) {
  const core::Complaint& complaint = record.complaint;
  return {{"title", complaint.title},
          {"text", explain_text(found, rules)},
          {"command", explain_command(found)},
          {"reporter", explain_reporter(found)},
          {"personal_data", explain_personal_data(found)},
          {"category", explain_category(found, complaint, rules)},
          {"assessment", explain_assessment(found, complaint)},
          {"place", explain_place(found, complaint, rules)},
          {"clocks", explain_clocks(found)},
          {"fingerprints", explain_fingerprints(record.fingerprints)},
          {"continuation", explain_continuation(record.continuation)},
          {"similarity", explain_similarity(found, record, rules)}};
}

}  // namespace satupintu::gateway::commands
