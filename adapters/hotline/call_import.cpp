// SPDX-License-Identifier: Apache-2.0
#include "adapters/hotline/call_import.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "adapters/csv.hpp"
#include "adapters/hotline/aml_sms.hpp"
#include "adapters/hotline/call_form.hpp"
#include "adapters/hotline/call_rows.hpp"
#include "adapters/hotline/import_columns.hpp"
#include "adapters/hotline/written_time.hpp"
#include "adapters/json.hpp"
#include "adapters/request_head.hpp"
#include "core/crypto.hpp"

namespace satupintu::adapters {

namespace {

constexpr std::string_view kImported = "impor";  // who, where and in which shift, where the table does not tell
constexpr std::ptrdiff_t kFewestHeadings = 2;
constexpr std::size_t kRowsBeforeHeader = 10;  // in which a spreadsheet has its title
constexpr std::size_t kHashDigits = 32;
constexpr std::size_t kLongestCallId = 200;  // so that a key with it is one that hotline/form takes
constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kNoBreakSpace = "\xC2\xA0";  // what web pages leave in spreadsheets

std::string_view trimmed(std::string_view text) {
  while (!text.empty()) {
    if (kBlanks.contains(text.front())) text.remove_prefix(1);
    else if (text.starts_with(kNoBreakSpace)) text.remove_prefix(kNoBreakSpace.size());
    else if (kBlanks.contains(text.back())) text.remove_suffix(1);
    else if (text.ends_with(kNoBreakSpace)) text.remove_suffix(kNoBreakSpace.size());
    else break;
  }
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

// ------------------------------------------------------------------ words for choices

struct Word {
  std::string_view choice;
  std::string_view words;  // separated by '|'
};

constexpr auto kDispositions = std::to_array<Word>({
    {"normal", "normal|laporan|pengaduan|aduan|darurat|gawat darurat|emergency|real|valid|asli"},
    {"ghost", "ghost|ghost call|kosong|panggilan kosong|senyap|hening|silent|silent call"},
    {"prank", "prank|prank call|iseng|telepon iseng|main main|main-main|palsu|hoax|hoaks"},
    {"information", "informasi|info|information|permintaan informasi|pertanyaan|tanya informasi"},
    {"wrong_number", "salah sambung|salah nomor|wrong number|wrong_number"},
    {"dropped", "terputus|putus|dropped|dropped call|telepon terputus"},
    {"call_back", "call back|callback|call_back|telepon balik|panggil balik"},
});

constexpr auto kUrgencies = std::to_array<Word>({
    {"emergency", "darurat|gawat darurat|gawat|emergency|kritis"},
    {"high", "tinggi|high|mendesak|segera|penting"},
    {"normal", "normal|sedang|biasa|medium"},
    {"low", "rendah|low|ringan"},
});

constexpr auto kDirections = std::to_array<Word>({
    {"in", "in|inbound|incoming|masuk|panggilan masuk"},
    {"out", "out|outbound|outgoing|keluar|panggilan keluar"},
});

constexpr auto kVisibilities = std::to_array<Word>({
    {"public", "public|publik|biasa|terbuka"},
    {"anonymous", "anonymous|anonim"},
    {"secret", "secret|rahasia|tertutup"},
});

constexpr std::string_view kWithheld =
    "anonymous|anonim|unknown|withheld|private|restricted|unavailable|rahasia|tersembunyi|tidak diketahui|tanpa nomor|tidak ada|nomor "
    "pribadi";

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    if (take_until(words, "|") == word) return true;
  }
  return false;
}

// Empty for a word that names none.
std::string_view choice_in(std::span<const Word> words, std::string_view written) {
  const std::string small = lower(written);
  const auto found = std::ranges::find_if(words, [&](const Word& known) { return has_word(known.words, small); });
  return found == words.end() ? std::string_view{} : found->choice;
}

std::string remedy_of(std::span<const Word> words) {
  std::string remedy = "write one of";
  for (const Word& word : words) {
    std::string_view first = word.words;
    remedy.append(&word == &words.front() ? " " : ", ").append(take_until(first, "|"));
  }
  return remedy;
}

// Why a form of this kind is only counted; empty for one that is queued.
std::string counted_as(std::string_view disposition) {
  if (disposition.empty() || disposition == "normal") return {};
  return disposition == "call_back" ? "call_back" : "call_" + std::string(disposition);
}

// ------------------------------------------------------------------ one row

struct Table {
  const ImportOptions& options;
  ColumnMap map;
  const Profile* profile = nullptr;  // none for a table with headings of one's own
};

// The call form as it grows, a field at a time.
class FormText {
 public:
  void text(std::string_view path, std::string_view value) {
    if (!value.empty()) raw(path, to_json_string(value));
  }
  void moment(std::string_view path, const std::optional<core::Timestamp>& at) {
    if (at) text(path, core::format_rfc3339(*at));
  }
  void raw(std::string_view path, std::string_view json) {
    const std::string_view name = path.substr(path.find('.') + 1);
    const std::string_view group = name.size() == path.size() ? std::string_view{} : path.substr(0, path.find('.'));
    auto found = std::ranges::find(groups_, group, &Group::first);
    if (found == groups_.end()) found = groups_.insert(groups_.end(), {group, {}});
    found->second.append(found->second.empty() ? "" : ",").append(to_json_string(name)).append(":").append(json);
  }
  [[nodiscard]] std::string json() const {
    std::string out;
    for (const auto& [group, fields] : groups_) {
      out += out.empty() ? '{' : ',';
      out += group.empty() ? fields : to_json_string(group) + ":{" + fields + '}';
    }
    return out + '}';
  }

 private:
  using Group = std::pair<std::string_view, std::string>;
  std::vector<Group> groups_;
};

class RowReader {
 public:
  RowReader(const Table& table, const CsvRow& row) : table_(table), row_(row) {
    result_.number = row.number;
    result_.line = row.line;
  }

  [[nodiscard]] ImportRow read() {
    if (row_.unclosed_column != 0) {
      mistake_at(row_.unclosed_column, {}, "has a quote that nothing closes", "close it, or write two quotes for one that is meant");
      return std::move(result_);
    }
    if (table_.profile != nullptr) return count_only();
    const std::string_view kind = cell(Meaning::disposition);
    disposition_ = choice_in(kDispositions, kind);
    category_ = cell(Meaning::category);
    story_ = cell(Meaning::story);
    const bool is_ending = !reason_of_ending(kind).empty();
    if (disposition_.empty() && !kind.empty() && !is_ending) {
      // "Jenis" is what some tables call the category.
      if (!table_.map.has(Meaning::category)) category_ = kind;
      else mistake(Meaning::disposition, "is no kind of call that we know", remedy_of(kDispositions));
      if (category_.empty() && story_.empty()) return std::move(result_);
    }
    if (counted_as(disposition_).empty() && category_.empty() && story_.empty()) return count_only();
    write_form();
    return std::move(result_);
  }

  // What tells this row from another one about the same call, once it was read.
  [[nodiscard]] const std::string& content() const { return content_; }

  // The same in all rows of one call; empty where the row does not tell.
  [[nodiscard]] std::string call() const {
    if (const auto linked = cell(Meaning::linked_id); !linked.empty()) return std::string(linked);
    const std::string_view own = cell(Meaning::call_id);
    const std::string_view other = cell(Meaning::other_leg);
    return std::string(other.empty() ? own : std::min(own, other));
  }

 private:
  [[nodiscard]] std::string_view cell(Meaning meaning) const {
    const auto index = table_.map.index_of(meaning);
    return index ? trimmed(row_.cell(*index)) : std::string_view{};
  }

  void mistake_at(std::size_t column, std::string_view field, std::string what, std::string remedy) {
    result_.outcome = RowOutcome::mistaken;
    result_.mistakes.push_back({.row = row_.number,
                                .line = row_.line,
                                .column = column,
                                .field = std::string(field),
                                .what = std::move(what),
                                .remedy = std::move(remedy)});
  }
  void mistake(Meaning meaning, std::string what, std::string remedy) {
    const auto index = table_.map.index_of(meaning);
    mistake_at(index ? *index + 1 : 0, field_of(meaning), std::move(what), std::move(remedy));
  }

  ImportRow count_only() {
    const auto names_a_call = {Meaning::call_id, Meaning::linked_id,    Meaning::caller_number,
                               Meaning::started, Meaning::started_date, Meaning::started_time};
    if (std::ranges::none_of(names_a_call, [&](Meaning meaning) { return !cell(meaning).empty(); })) {
      mistake_at(0, {}, "is about no call", "remove it, or write when the call came");
      return std::move(result_);
    }
    result_.outcome = RowOutcome::call_record;
    result_.why = reason_of_ending(cell(Meaning::disposition));
    if (table_.profile != nullptr && table_.profile->ending_tells_no_answer && (result_.why.empty() || result_.why == "call_answered")) {
      const std::string_view talk = cell(Meaning::talk_seconds);
      const bool was_answered = table_.map.has(Meaning::answered) ? !cell(Meaning::answered).empty() : !talk.empty() && talk != "0";
      if (was_answered) result_.why = "call_answered";
      else result_.why = result_.why.empty() && table_.profile->name != "3cx" ? "call_failed" : "call_missed";
    }
    if (result_.why.empty()) result_.why = "call_record";
    return std::move(result_);
  }

  // ---------------------------------------------------------------- the form

  void write_form() {
    const std::string_view disposition = disposition_.empty() ? "normal" : disposition_;
    form_.text("disposition", disposition);
    write_times();
    write_call();
    form_.text("operator.id", told_or(Meaning::operator_id));
    form_.text("operator.position", told_or(Meaning::operator_position));
    form_.text("operator.shift", told_or(Meaning::shift));
    if (disposition == "normal") write_incident();
    else form_.text("incident.what_happened", story_);
    write_place();
    form_.text("person.name", cell(Meaning::reporter));
    write_number("person.callback_number", Meaning::callback_number);
    write_choice("person.visibility", Meaning::visibility, kVisibilities);
    form_.text("result.handed_to", cell(Meaning::handed_to));
    form_.text("entry.mode", "import");
    result_.form = form_.json();
    check_form();
    if (!result_.mistakes.empty()) {
      result_.form.clear();
      return;
    }
    result_.outcome = RowOutcome::form;
    result_.why = counted_as(disposition);
  }

  [[nodiscard]] std::string_view told_or(Meaning meaning) const {
    const std::string_view told = cell(meaning);
    return told.empty() ? kImported : told;
  }

  std::optional<core::Timestamp> time(Meaning meaning, std::string_view written) {
    if (written.empty()) return std::nullopt;
    const auto at = parse_written_time(written, table_.options.zone);
    if (!at) mistake(meaning, "is no time that we can read", "write it as 2026-01-05 10:04:05 or 5 Januari 2026 10.04");
    return at;
  }
  std::optional<core::Timestamp> time(Meaning meaning) { return time(meaning, cell(meaning)); }

  // The end of a call may be told by its time of day alone.
  std::optional<core::Timestamp> time_on_the_same_day(Meaning meaning) {
    const std::string_view written = cell(meaning);
    if (written.empty() || !started_) return time(meaning);
    if (const auto at = parse_written_time(written, table_.options.zone)) return at;
    const core::Timestamp local = *started_ + table_.options.zone;
    auto at = parse_written_time(core::format_rfc3339(local).substr(0, 10) + ' ' + std::string(written), table_.options.zone);
    if (!at) return time(meaning);
    if (*at < *started_) *at += std::chrono::hours{24};
    return at;
  }

  std::optional<std::chrono::seconds> seconds(Meaning meaning) {
    const std::string_view written = cell(meaning);
    if (written.empty()) return std::nullopt;
    const auto lasted = parse_written_duration(written);
    if (!lasted) mistake(meaning, "is no duration that we can read", "write seconds, or it as 00:01:15");
    return lasted;
  }

  void write_times() {
    std::string written;
    for (const Meaning part : {Meaning::started, Meaning::started_date, Meaning::started_time}) {
      if (!cell(part).empty()) written.append(written.empty() ? "" : " ").append(cell(part));
    }
    const auto first = {Meaning::started, Meaning::started_date, Meaning::started_time};
    const auto* const mapped = std::ranges::find_if(first, [&](Meaning part) { return table_.map.has(part); });
    const Meaning where = mapped == first.end() ? Meaning::started : *mapped;
    started_ = time(where, written);
    if (written.empty()) mistake(where, "is missing", "write when the call came, such as 2026-01-05 10:04:05");
  }

  void write_call() {
    const std::string_view call_id = cell(Meaning::call_id).empty() ? cell(Meaning::linked_id) : cell(Meaning::call_id);
    const std::string content =
        core::sha256_hex(std::string(cell(Meaning::caller_number)) + '\n' + (started_ ? core::format_rfc3339(*started_) : "") + '\n' +
                         std::string(cell(Meaning::line)) + '\n' + std::string(category_) + '\n' + std::string(story_) + '\n' +
                         std::string(disposition_))
            .substr(0, kHashDigits);
    result_.idempotency_key =
        call_id.empty() || call_id.size() > kLongestCallId ? "impor-baris:" + content : "impor-id:" + std::string(call_id);
    content_ = content;
    form_.text("call.call_id", call_id.empty() ? "impor-" + content : std::string(call_id));
    const std::string_view direction = cell(Meaning::direction);
    if (direction.empty()) form_.text("call.direction", "in");
    else write_choice("call.direction", Meaning::direction, kDirections);
    form_.text("call.queue", cell(Meaning::queue));
    form_.text("call.line", cell(Meaning::line));
    write_number("call.caller_number", Meaning::caller_number);
    form_.text("call.caller_name", cell(Meaning::caller_name));
    form_.moment("call.started_at", started_);
    const auto lasted = seconds(Meaning::duration);
    const auto talked = seconds(Meaning::talk_seconds);
    const auto waited = seconds(Meaning::wait_seconds);
    auto answered = time_on_the_same_day(Meaning::answered);
    auto ended = time_on_the_same_day(Meaning::ended);
    if (!ended && started_ && lasted) ended = *started_ + *lasted;
    if (!answered && ended && talked && talked->count() > 0) answered = *ended - *talked;
    form_.moment("call.answered_at", answered);
    form_.moment("call.ended_at", ended);
    if (waited) form_.raw("call.wait_seconds", std::to_string(waited->count()));
    if (talked) form_.raw("call.talk_seconds", std::to_string(talked->count()));
    form_.text("call.recording", cell(Meaning::recording));
  }

  void write_number(std::string_view path, Meaning meaning) {
    std::string_view number = cell(meaning);
    if (number.starts_with('\'')) number.remove_prefix(1);  // how spreadsheets are told to leave digits alone
    if (meaning == Meaning::caller_number && has_word(kWithheld, lower(number))) {
      form_.raw("call.caller_withheld", "true");
      return;
    }
    if (number.contains("E+") || number.contains("e+")) {
      mistake(meaning, "was rounded by a spreadsheet, and its last digits are lost",
              "format the column as text before numbers are written into it");
      return;
    }
    if (number != "-") form_.text(path, number);
  }

  void write_choice(std::string_view path, Meaning meaning, std::span<const Word> words) {
    const std::string_view written = cell(meaning);
    if (written.empty()) return;
    const std::string_view choice = choice_in(words, written);
    if (choice.empty()) mistake(meaning, "is none of the words that we know", remedy_of(words));
    else form_.text(path, choice);
  }

  void write_incident() {
    const std::string code = category_code();
    form_.text("incident.category", code);
    write_choice("incident.urgency", Meaning::urgency, kUrgencies);
    form_.text("incident.what_happened", story_.empty() ? category_ : story_);
    form_.moment("incident.occurred_at", time(Meaning::occurred));
    if (const std::string_view people = cell(Meaning::people_involved); !people.empty()) {
      const bool is_number = people.size() <= 6 && people.find_first_not_of("0123456789") == std::string_view::npos;
      if (is_number) form_.raw("incident.people_involved", std::to_string(static_cast<long>(*parse_decimal(people))));
      else mistake(Meaning::people_involved, "is no number", "write digits only");
    }
  }

  std::string category_code() {
    const Meaning where = table_.map.has(Meaning::category) ? Meaning::category : Meaning::disposition;
    if (category_.empty()) {
      if (table_.options.default_category.empty())
        mistake(Meaning::category, "is missing", "write a category's code, or choose one for all such rows");
      return table_.options.default_category;
    }
    const bool is_code = std::ranges::all_of(category_, [](char c) { return c >= 'a' && c <= 'z'; });
    std::string code;
    if (table_.options.category_of) code = table_.options.category_of(category_);
    else if (is_code) code = category_;
    if (code.empty()) mistake(where, "is no category that we know", "write a code or label of config/routing.toml");
    return code;
  }

  void write_place() {
    for (const auto& [path, meaning] : {std::pair{"place.address", Meaning::address},
                                        {"place.landmark", Meaning::landmark},
                                        {"place.cross_street", Meaning::cross_street},
                                        {"place.kelurahan", Meaning::kelurahan},
                                        {"place.kecamatan", Meaning::kecamatan},
                                        {"place.zip", Meaning::zip}}) {
      form_.text(path, cell(meaning));
    }
    std::string_view both = cell(Meaning::rt_rw);
    const std::string_view rt_of_both = trimmed(take_until(both, "/"));
    form_.text("place.rt", cell(Meaning::rt).empty() ? rt_of_both : cell(Meaning::rt));
    form_.text("place.rw", cell(Meaning::rw).empty() ? trimmed(both) : cell(Meaning::rw));

    Meaning where = Meaning::latitude;
    std::string latitude{cell(Meaning::latitude)};
    std::string longitude{cell(Meaning::longitude)};
    if (latitude.empty() && longitude.empty()) {
      where = Meaning::position_on_map;
      std::string_view pair = cell(Meaning::position_on_map);
      latitude = trimmed(take_until(pair, ","));
      longitude = trimmed(pair);
    }
    if (latitude.empty() && longitude.empty()) return;
    // Spreadsheets in Indonesian write a decimal comma.
    for (std::string* degrees : {&latitude, &longitude}) std::ranges::replace(*degrees, ',', '.');
    if (!parse_decimal(latitude) || !parse_decimal(longitude)) {
      mistake(where, "is no position", "write degrees such as -6.17845 and 106.63198, both or neither");
      return;
    }
    const auto plain = [](std::string_view degrees) {
      return JsonDocument::parse("[" + std::string(degrees) + "]") ? std::string(degrees) : std::to_string(*parse_decimal(degrees));
    };
    form_.raw("place.latitude", plain(latitude));
    form_.raw("place.longitude", plain(longitude));
  }

  // What the form's own rules say, told by the table's column.
  void check_form() {
    const auto form = CallForm::parse(result_.form);
    if (form) return;
    for (const std::string& told : form.error()) {
      std::string_view rest = told;
      const std::string_view path = take_until(rest, ": ");
      const std::string_view what = take_until(rest, "; ");
      std::optional<std::size_t> column;
      bool is_told = false;
      for (std::size_t i = 0; i < kMeanings; ++i) {
        const auto meaning = static_cast<Meaning>(i);
        if (field_of(meaning) == path && !column) column = table_.map.index_of(meaning);
      }
      for (const auto& known : result_.mistakes) is_told = is_told || known.field == path;
      if (!is_told) mistake_at(column ? *column + 1 : 0, path, std::string(what), std::string(rest));
    }
  }

  const Table& table_;
  const CsvRow& row_;
  ImportRow result_;
  FormText form_;
  std::string_view disposition_, category_, story_;
  std::optional<core::Timestamp> started_;
  std::string content_;
};

// ------------------------------------------------------------------ the whole table

bool is_blank(const CsvRow& row) {
  return std::ranges::all_of(row.cells, [](const std::string& cell) { return trimmed(cell).empty(); });
}

bool is_header(const CsvRow& row, const ImportOptions& options) {
  const auto is_known = [](const std::string& cell) { return meaning_of_heading(cell).has_value(); };
  const auto is_time = [&](const std::string& cell) { return parse_written_time(cell, options.zone).has_value(); };
  return std::ranges::count_if(row.cells, is_known) >= kFewestHeadings && std::ranges::none_of(row.cells, is_time);
}

// Moves `reader` behind the row that says how the table is to be read: the header, which may stand below a title, else the first row
// that is not blank.
std::optional<CsvRow> first_row(CsvReader& reader, const ImportOptions& options) {
  CsvReader ahead = reader;
  for (std::size_t i = 0; i < kRowsBeforeHeader; ++i) {
    auto row = ahead.next();
    if (!row) break;
    if (is_header(*row, options)) {
      reader = ahead;
      return row;
    }
  }
  auto row = reader.next();
  while (row && is_blank(*row)) row = reader.next();
  return row;
}

std::string names_of_profiles() {
  std::string names{kOwnColumns};
  for (const Profile& profile : profiles()) names.append(", ").append(profile.name);
  return names;
}

// Fills in what the plan says about the columns, and gives the table; nullopt with a mistake in the plan.
std::optional<Table> understand(const CsvRow& first, const ImportOptions& options, ImportPlan& plan) {
  const auto refuse = [&](std::string what, std::string remedy) -> std::optional<Table> {
    plan.mistakes.push_back({.row = 0, .line = 0, .column = 0, .field = {}, .what = std::move(what), .remedy = std::move(remedy)});
    return std::nullopt;
  };
  Table table{.options = options, .map = map_by_header(first), .profile = find_profile(options.profile)};
  if (!options.profile.empty() && options.profile != kOwnColumns && table.profile == nullptr) {
    return refuse("names a profile that we do not have", "choose one of " + names_of_profiles());
  }
  plan.has_header = is_header(first, options);
  if (plan.has_header) {
    if (options.profile.empty()) table.profile = profile_of_header(first);
  } else {
    if (options.profile.empty()) table.profile = profile_of_shape(first);
    if (table.profile == nullptr) {
      return refuse("has no header that we can read, and looks like no telephone system's call records",
                    "write headings such as waktu, nomor pemanggil, kategori, isi laporan into the first row, or choose a profile: " +
                        names_of_profiles());
    }
    table.map = map_by_order(*table.profile, first);
  }
  plan.profile = table.profile == nullptr ? kOwnColumns : table.profile->name;
  for (std::size_t i = 0; i < first.cells.size(); ++i) {
    ImportColumn column{.number = i + 1, .heading = plan.has_header ? first.cells[i] : std::string{}, .field = {}};
    for (std::size_t m = 0; m < kMeanings; ++m) {
      if (table.map.index_of(static_cast<Meaning>(m)) == i) column.field = field_of(static_cast<Meaning>(m));
    }
    plan.columns.push_back(std::move(column));
  }
  return table;
}

// Rows of one call are counted as one: a form stands for its call, else the first row does, with the best outcome of all.
void join_rows(std::vector<ImportRow>& rows, const std::vector<std::string>& calls) {
  std::set<std::string_view> written_down;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].outcome == RowOutcome::form && !calls[i].empty()) written_down.insert(calls[i]);
  }
  std::vector<CallRow> counted;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].outcome != RowOutcome::call_record) continue;
    if (written_down.contains(calls[i])) {
      rows[i].outcome = RowOutcome::leg;
      rows[i].why = "call_leg";
      continue;
    }
    counted.push_back({.call = calls[i], .why = rows[i].why});
    places.push_back(i);
  }
  std::vector<std::string> reasons = reasons_by_call(counted);
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    if (reasons[i] == "call_leg") rows[places[i]].outcome = RowOutcome::leg;
    rows[places[i]].why = std::move(reasons[i]);
  }
}

// Two complaints of one call have keys of their own; what is written twice is entered once.
void tell_apart(std::vector<ImportRow>& rows, const std::vector<std::string>& contents) {
  std::map<std::string, std::set<std::string>> said;  // by key
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ImportRow& row = rows[i];
    if (row.outcome != RowOutcome::form) {
      row.idempotency_key.clear();
      continue;
    }
    auto& already = said[row.idempotency_key];
    const bool is_first = already.empty();
    if (!already.insert(contents[i]).second) {
      row.outcome = RowOutcome::repeated;
      row.form.clear();
      row.why.clear();
      row.idempotency_key.clear();
    } else if (!is_first) {
      row.idempotency_key += '+' + contents[i];
    }
  }
}

}  // namespace

std::size_t ImportPlan::count(RowOutcome outcome) const {
  return static_cast<std::size_t>(std::ranges::count(rows, outcome, &ImportRow::outcome));
}

std::string_view name_of(RowOutcome outcome) noexcept {
  switch (outcome) {
    case RowOutcome::form: return "form";
    case RowOutcome::call_record: return "call_record";
    case RowOutcome::leg: return "leg";
    case RowOutcome::repeated: return "repeated";
    case RowOutcome::mistaken: return "mistaken";
  }
  std::unreachable();
}

ImportPlan plan_import(std::string_view bytes, const ImportOptions& options) {
  ImportPlan plan;
  const CsvText csv = read_csv_text(bytes);
  plan.charset = csv.charset;
  std::string_view text = csv.text;
  // The line by which spreadsheets tell each other the separator.
  constexpr std::string_view kSeparatorMark = "sep=";
  if (text.starts_with(kSeparatorMark) && text.size() > kSeparatorMark.size()) {
    plan.separator = text[kSeparatorMark.size()];
    text.remove_prefix(std::min(text.find('\n'), text.size()));
  } else {
    plan.separator = detect_separator(text);
  }
  if (options.separator != '\0') plan.separator = options.separator;

  CsvReader reader(text, plan.separator);
  auto row = first_row(reader, options);
  if (!row) {
    plan.mistakes.push_back({.row = 0, .line = 0, .column = 0, .field = {}, .what = "is empty", .remedy = "choose another file"});
    return plan;
  }
  const auto table = understand(*row, options, plan);
  if (!table) return plan;
  if (plan.has_header) row = reader.next();
  std::vector<std::string> calls, contents;
  for (; row; row = reader.next()) {
    if (is_blank(*row)) continue;
    RowReader row_reader(*table, *row);
    calls.push_back(row_reader.call());
    plan.rows.push_back(row_reader.read());
    contents.push_back(row_reader.content());
  }
  join_rows(plan.rows, calls);
  tell_apart(plan.rows, contents);
  return plan;
}

}  // namespace satupintu::adapters
