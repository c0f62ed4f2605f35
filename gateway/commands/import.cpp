// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>
#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <thread>

#include "adapters/hotline/call_import.hpp"
#include "adapters/hotline/written_time.hpp"
#include "adapters/json.hpp"
#include "gateway/commands/commands.hpp"
#include "gateway/commands/shared.hpp"
#include "gateway/http_client.hpp"

namespace satupintu::gateway::commands {

using adapters::ImportMistake;
using adapters::ImportPlan;
using adapters::ImportRow;
using adapters::RowOutcome;

namespace {

constexpr std::string_view kAdapter = "hotline/form";
constexpr std::size_t kRowsShown = 5;
constexpr std::size_t kMistakesShown = 20;
constexpr std::size_t kLongestHeadingShown = 40;
constexpr unsigned kMostTries = 10;  // of one form, while the gateway is busy
constexpr std::chrono::seconds kUsualWait{5};
constexpr std::chrono::seconds kLongestWait{60};

struct Options {
  std::string config, file, account, base, profile, separator, zone, category, report;
  bool yes = false;
  bool json = false;
};

// What became of a row.
enum class Fate {
  accepted,    // the gateway has it on disk; whether it had it before, it does not tell
  refused,     // the gateway found a mistake
  unanswered,  // by the gateway, which may have it or not
  not_sent,
  mistaken,
  repeated,
  counted,  // a call of which nobody wrote down anything, or another row of a call
};

std::string_view name_of(Fate fate) {
  switch (fate) {
    case Fate::accepted: return "accepted";
    case Fate::refused: return "refused";
    case Fate::unanswered: return "unanswered";
    case Fate::not_sent: return "not_sent";
    case Fate::mistaken: return "mistaken";
    case Fate::repeated: return "repeated";
    case Fate::counted: return "counted";
  }
  std::unreachable();
}

Fate fate_before_sending(RowOutcome outcome) {
  switch (outcome) {
    case RowOutcome::form: return Fate::not_sent;
    case RowOutcome::call_record:
    case RowOutcome::leg: return Fate::counted;
    case RowOutcome::repeated: return Fate::repeated;
    case RowOutcome::mistaken: return Fate::mistaken;
  }
  std::unreachable();
}

struct RowResult {
  Fate fate{};
  std::string told;  // by the gateway
};

struct Import {
  const Options& options;
  const Config& config;
  std::string account;
  ImportPlan plan;
  std::vector<RowResult> results;  // one per row of the plan
  std::string stopped;             // why not all forms were sent; empty where they were

  [[nodiscard]] std::size_t count(Fate fate) const { return static_cast<std::size_t>(std::ranges::count(results, fate, &RowResult::fate)); }
};

// Text from a file or a network on one line, without what a terminal would obey.
std::string on_one_line(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_c1 = byte == 0xC2U && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0U;
    if (is_c1) ++i;
    out += byte < 0x20U || byte == 0x7FU || is_c1 ? ' ' : text[i];
  }
  return out.erase(out.find_last_not_of(' ') + 1);
}

std::string heading_of(const ImportPlan& plan, std::size_t column) {
  if (column == 0 || column > plan.columns.size()) return {};
  std::string heading = on_one_line(plan.columns[column - 1].heading);
  if (heading.size() <= kLongestHeadingShown) return heading;
  std::size_t end = kLongestHeadingShown;
  while ((static_cast<unsigned char>(heading[end]) & 0xC0U) == 0x80U) --end;
  return heading.substr(0, end) + "…";
}

std::string name_of_separator(char separator) { return separator == '\t' ? "tab" : on_one_line({&separator, 1}); }

// ------------------------------------------------------------------ what the options mean

core::Result<std::string> find_account(const Config& config, const std::string& wanted) {
  if (!wanted.empty()) {
    const auto found = config.accounts.find(wanted);
    if (found == config.accounts.end()) return core::fail(core::Errc::not_found, "there is no account " + wanted + " in the configuration");
    if (found->second->info().name == kAdapter) return wanted;
    return core::fail(core::Errc::refused, "the account " + wanted + " takes no call forms: its adapter is not hotline/form");
  }
  std::vector<std::string> fitting;
  for (const auto& [name, adapter] : config.accounts) {
    if (adapter->info().name == kAdapter) fitting.push_back(name);
  }
  if (fitting.empty()) return core::fail(core::Errc::not_found, "there is no account of hotline/form in the configuration: add one");
  if (fitting.size() == 1) return fitting.front();
  std::string names;
  for (const auto& name : fitting) names += (names.empty() ? "" : ", ") + name;
  return core::fail(core::Errc::refused, "there are several accounts of hotline/form; choose one with --account: " + names);
}

// "WITA" or "+08:00", as a time in the table would name its zone.
std::optional<std::chrono::minutes> find_zone(const std::string& name) {
  using namespace std::chrono_literals;
  const auto midnight = [&](std::chrono::minutes otherwise) {
    return adapters::parse_written_time("2026-01-05 00:00:00 " + name, otherwise);
  };
  const auto at = midnight(0min);
  if (!at || at != midnight(1min)) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::minutes>(core::Timestamp{std::chrono::sys_days{std::chrono::January / 5 / 2026}} - *at);
}

std::string code_of_category(const normalizer::Rules& rules, std::string_view written) {
  if (const auto* known = rules.category(written)) return known->code;
  const auto is_meant = [&](const normalizer::Category& category) {
    return core::equals_ignoring_case(category.label, written) || core::equals_ignoring_case(category.label_en, written);
  };
  const auto found = std::ranges::find_if(rules.categories, is_meant);
  return found == rules.categories.end() ? std::string{} : found->code;
}

core::Result<adapters::ImportOptions> plan_options(const Options& options, const normalizer::Rules& rules) {
  adapters::ImportOptions out;
  out.profile = options.profile;
  if (!options.separator.empty()) out.separator = options.separator == "tab" ? '\t' : options.separator.front();
  if (!options.zone.empty()) {
    const auto zone = find_zone(options.zone);
    if (!zone) return core::fail(core::Errc::refused, "--zone is no zone that we know: write WIB, WITA, WIT, UTC or +07:00");
    out.zone = *zone;
  }
  if (!options.category.empty()) {
    out.default_category = code_of_category(rules, options.category);
    if (out.default_category.empty())
      return core::fail(core::Errc::refused, "--category is no category that we know: write a code or label of config/routing.toml");
  }
  out.category_of = [&rules](std::string_view written) { return code_of_category(rules, written); };
  return out;
}

// ------------------------------------------------------------------ the words for it

// Where a form's matter is, as far as it can be told in words of the rules: anything might stand in a cell.
std::string place_of(const adapters::JsonView& place, const normalizer::Rules& rules) {
  const auto is_name = [](const std::string& written) {
    return [&written](const auto& known) { return core::equals_ignoring_case(known.name, written); };
  };
  const std::string kelurahan = place["kelurahan"].text();
  const std::string kecamatan = place["kecamatan"].text();
  std::string names;
  if (const auto known = std::ranges::find_if(rules.kelurahan, is_name(kelurahan)); known != rules.kelurahan.end()) names = known->name;
  if (const auto known = std::ranges::find_if(rules.kecamatan, is_name(kecamatan)); known != rules.kecamatan.end())
    names += (names.empty() ? "" : ", ") + known->name;
  if (!names.empty()) return names;
  if (place["latitude"].exists()) return "a position";
  return place["address"].exists() || place["landmark"].exists() || !kelurahan.empty() || !kecamatan.empty() ? "in words" : "";
}

struct FormInBrief {
  std::string category, place;
};

FormInBrief in_brief(const ImportRow& row, const normalizer::Rules& rules) {
  if (row.form.empty()) return {};
  const auto form = adapters::JsonDocument::parse(row.form);
  if (!form) return {};
  return {.category = form->root()["incident"]["category"].text(), .place = place_of(form->root()["place"], rules)};
}

// "No HP (column 3) is missing".
std::string sentence_of(const ImportMistake& mistake, const ImportPlan& plan) {
  const std::string heading = heading_of(plan, mistake.column);
  std::string where;
  if (mistake.column != 0) where = "column " + std::to_string(mistake.column);
  if (!heading.empty()) where = heading + " (" + where + ")";
  if (where.empty()) where = mistake.field;
  return where + (where.empty() ? "" : " ") + mistake.what;
}

std::string what_of(const ImportRow& row, const RowResult& result, const ImportPlan& plan) {
  if (!result.told.empty()) return result.told;
  std::string what = row.why;
  for (const auto& mistake : row.mistakes) what += (what.empty() ? "" : " | ") + sentence_of(mistake, plan) + "; " + mistake.remedy;
  return what;
}

// `why` as ImportRow has it: a form with one is only counted by the gateway too.
std::string words_for(Fate fate, std::string_view why, bool is_preview) {
  switch (fate) {
    case Fate::accepted: return why.empty() ? "accepted by the gateway" : "accepted, and counted only";
    case Fate::refused: return "refused by the gateway";
    case Fate::unanswered: return "not answered";
    case Fate::not_sent:
      if (!is_preview) return "not sent";
      return why.empty() ? "to be entered" : "to be entered, and counted only";
    case Fate::mistaken: return "left out: has mistakes";
    case Fate::repeated: return "left out: says the same as a row before";
    case Fate::counted: return "counted here only";
  }
  std::unreachable();
}

// ------------------------------------------------------------------ for people

void print_plan(const Import& import) {
  const ImportPlan& plan = import.plan;
  std::vector<std::vector<std::string>> columns;
  columns.reserve(plan.columns.size());
  for (const auto& column : plan.columns) {
    columns.push_back(
        {std::to_string(column.number), heading_of(plan, column.number), column.field.empty() ? "(not read)" : std::string(column.field)});
  }
  if (!columns.empty()) std::cout << table({"column", "heading", "is read as"}, columns) << "\n";
}

void print_first_rows(const Import& import) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < std::min(import.plan.rows.size(), kRowsShown); ++i) {
    const ImportRow& row = import.plan.rows[i];
    const FormInBrief form = in_brief(row, import.config.rules);
    const std::string why = row.mistakes.empty() ? row.why : sentence_of(row.mistakes.front(), import.plan);
    rows.push_back({std::to_string(row.number), words_for(import.results[i].fate, row.why, true), form.category, form.place, why});
  }
  if (!rows.empty()) std::cout << "\nThe first rows:\n\n" << table({"row", "is", "category", "place", "why"}, rows);
}

void print_counts(const Import& import) {
  std::map<std::pair<Fate, std::string>, std::size_t> counts;
  for (std::size_t i = 0; i < import.results.size(); ++i) ++counts[{import.results[i].fate, import.plan.rows[i].why}];
  std::vector<std::vector<std::string>> rows;
  rows.reserve(counts.size());
  for (const auto& [what, count] : counts)
    rows.push_back({std::to_string(count), words_for(what.first, what.second, !import.options.yes), what.second});
  if (!rows.empty()) std::cout << table({"rows", import.options.yes ? "were" : "are", "because"}, rows);
}

// Mistakes of the file, of its rows, and what the gateway refused.
void print_mistakes_of(const Import& import) {
  std::size_t told = 0;
  const auto tell = [&](const std::string& sentence, const std::string& remedy) {
    if (told++ < kMistakesShown)
      std::cout << (told == 1 ? "\n" : "") << "  " << sentence << "\n" << (remedy.empty() ? "" : "      → " + remedy + "\n");
  };
  for (const auto& mistake : import.plan.mistakes) tell("the file " + mistake.what, mistake.remedy);
  for (std::size_t i = 0; i < import.results.size(); ++i) {
    const ImportRow& row = import.plan.rows[i];
    const std::string where =
        "row " + std::to_string(row.number) + (row.line == row.number ? "" : " (line " + std::to_string(row.line) + ")");
    for (const auto& mistake : row.mistakes) tell(where + ": " + sentence_of(mistake, import.plan), mistake.remedy);
    if (import.results[i].fate == Fate::refused) tell(where + ": " + import.results[i].told, "");
  }
  if (told > kMistakesShown) std::cout << "  … and " << told - kMistakesShown << " more; --report FILE writes all of them\n";
}

void print_text(const Import& import) {
  const ImportPlan& plan = import.plan;
  std::cout << import.options.file << ": profile " << (plan.profile.empty() ? "unknown" : plan.profile) << ", separator "
            << name_of_separator(plan.separator) << ", charset " << plan.charset << ", " << plan.rows.size() << " rows\n\n";
  if (!import.options.yes) print_plan(import);
  print_counts(import);
  if (!import.options.yes) print_first_rows(import);
  print_mistakes_of(import);
  const std::size_t forms = plan.count(RowOutcome::form);
  if (forms == 0) std::cout << "\nThere is nothing to enter.\n";
  else if (!import.options.yes)
    std::cout << "\nNothing has been entered on the account " << import.account << ": add --yes to enter them.\n";
}

// ------------------------------------------------------------------ for programs

void print_json(const Import& import) {
  boost::json::array columns, mistakes, rows;
  const auto note = [&](const ImportMistake& mistake) {
    mistakes.push_back({{"row", mistake.row},
                        {"line", mistake.line},
                        {"column", mistake.column},
                        {"field", mistake.field},
                        {"what", mistake.what},
                        {"remedy", mistake.remedy}});
  };
  for (const auto& column : import.plan.columns)
    columns.push_back({{"number", column.number}, {"heading", column.heading}, {"field", std::string(column.field)}});
  std::ranges::for_each(import.plan.mistakes, note);
  boost::json::object counts;
  for (const Fate fate : {Fate::accepted, Fate::refused, Fate::unanswered, Fate::not_sent, Fate::mistaken, Fate::repeated, Fate::counted})
    counts[name_of(fate)] = import.count(fate);
  for (std::size_t i = 0; i < import.results.size(); ++i) {
    const ImportRow& row = import.plan.rows[i];
    const FormInBrief form = in_brief(row, import.config.rules);
    std::ranges::for_each(row.mistakes, note);
    rows.push_back({{"row", row.number},
                    {"line", row.line},
                    {"is", adapters::name_of(row.outcome)},
                    {"outcome", name_of(import.results[i].fate)},
                    {"why", row.why},
                    {"key", row.idempotency_key},
                    {"category", form.category},
                    {"place", form.place},
                    {"told", import.results[i].told}});
  }
  std::cout << boost::json::serialize(boost::json::object{{"file", import.options.file},
                                                          {"account", import.account},
                                                          {"profile", import.plan.profile},
                                                          {"separator", std::string(1, import.plan.separator)},
                                                          {"charset", import.plan.charset},
                                                          {"has_header", import.plan.has_header},
                                                          {"columns", columns},
                                                          {"is_preview", !import.options.yes},
                                                          {"counts", counts},
                                                          {"rows", rows},
                                                          {"mistakes", mistakes},
                                                          {"stopped", import.stopped}})
            << "\n";
}

// RFC 4180, for a spreadsheet: nothing in it begins as a formula does, at whichever separator the spreadsheet cuts.
std::string csv_cell(std::string_view text) {
  std::string out = "\"";
  bool is_start = true;
  for (const char c : text) {
    if (is_start && std::string_view("=+-@\t").contains(c)) out += '\'';
    is_start = std::string_view(",;|\t").contains(c) || (is_start && (c == ' ' || c == '"'));
    out += c;
    if (c == '"') out += c;
  }
  return out + '"';
}

void write_report(std::ostream& out, const Import& import) {
  out << "row,line,outcome,key,what\r\n";
  for (std::size_t i = 0; i < import.results.size(); ++i) {
    const ImportRow& row = import.plan.rows[i];
    out << row.number << ',' << row.line << ',' << name_of(import.results[i].fate) << ',' << csv_cell(on_one_line(row.idempotency_key))
        << ',' << csv_cell(on_one_line(what_of(row, import.results[i], import.plan))) << "\r\n";
  }
}

// ------------------------------------------------------------------ sending

bool is_busy(unsigned status) { return status == 429 || status == 502 || status == 503 || status == 504; }

std::chrono::seconds wait_of(const core::HttpAnswer& answer) {
  unsigned seconds = 0;
  for (const auto& [name, value] : answer.headers) {
    if (!core::equals_ignoring_case(name, "Retry-After")) continue;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (error == std::errc{} && end == value.data() + value.size()) return std::min(std::chrono::seconds{seconds}, kLongestWait);
  }
  return kUsualWait;
}

class Sender {
 public:
  Sender(const Import& import)
      : adapter_(*import.config.accounts.at(import.account)),
        listener_(import.config.staff_listener),
        path_("/channels/" + import.account),
        base_(import.options.base.empty() ? base_of(listener_) : import.options.base) {}

  [[nodiscard]] core::Result<core::HttpAnswer> send(const ImportRow& row) {
    core::HttpRequest request{.method = "POST",
                              .path = path_,
                              .query = {},
                              .headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", row.idempotency_key}},
                              .body = row.form};
    adapter_.sign(request);
    set_host(request, listener_);
    for (unsigned tries = 1;; ++tries) {
      auto answer = client_.send(base_, request);
      if (!answer || !is_busy(answer->status) || tries == kMostTries) return answer;
      const auto wait = wait_of(*answer);
      if (::isatty(STDERR_FILENO) != 0) std::cerr << "\r\033[Kthe gateway is busy; going on in " << wait.count() << " s" << std::flush;
      std::this_thread::sleep_for(wait);
    }
  }

 private:
  const adapters::Adapter& adapter_;
  const ListenerSettings& listener_;
  std::string path_, base_;
  HttpClient client_;
};

// Until all forms are sent, or an answer says that the next ones would fare no better.
void send_forms(Import& import) {
  Sender sender(import);
  const std::size_t forms = import.plan.count(RowOutcome::form);
  std::size_t sent = 0;
  for (std::size_t i = 0; i < import.results.size() && import.stopped.empty(); ++i) {
    const ImportRow& row = import.plan.rows[i];
    RowResult& result = import.results[i];
    if (result.fate != Fate::not_sent) continue;
    const auto answer = sender.send(row);
    if (!answer) {
      result.fate = Fate::unanswered;
      import.stopped = answer.error().what;
    } else if (answer->status / 100 == 2) {
      result.fate = Fate::accepted;
    } else if (answer->status == 400 || answer->status == 413) {
      result = {.fate = Fate::refused, .told = on_one_line(answer->body)};
    } else if (is_busy(answer->status)) {
      import.stopped = "the gateway stays busy (" + std::to_string(answer->status) + ")";
    } else {
      import.stopped = "the gateway answered " + std::to_string(answer->status) + "; is this the configuration that it runs with?";
    }
    if (::isatty(STDERR_FILENO) != 0) std::cerr << "\r\033[K" << ++sent << " of " << forms << " forms sent" << std::flush;
  }
  if (::isatty(STDERR_FILENO) != 0) std::cerr << "\r\033[K";
}

int import_file(const Options& options) {
  const auto config = load_or_explain(options.config);
  if (!config) return kFailed;
  const auto account = find_account(*config, options.account);
  if (!account) return explain(account.error());
  const auto how = plan_options(options, config->rules);
  if (!how) return explain(how.error());
  std::ifstream in(options.file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (!in) return explain({core::Errc::not_found, options.file + " cannot be read"});
  Import import{
      .options = options, .config = *config, .account = *account, .plan = adapters::plan_import(bytes, *how), .results = {}, .stopped = {}};
  for (const auto& row : import.plan.rows) import.results.push_back({.fate = fate_before_sending(row.outcome), .told = {}});

  // Before anything is sent, so that what became of it can be told.
  std::ofstream report;
  if (!options.report.empty()) {
    std::error_code ignored;
    if (std::filesystem::equivalent(options.report, options.file, ignored))
      return explain({core::Errc::refused, "--report would write over the table itself: choose another file"});
    report.open(options.report, std::ios::binary | std::ios::trunc);
    if (!report) return explain({core::Errc::refused, options.report + " cannot be written"});
  }
  if (options.yes) send_forms(import);

  if (options.json) print_json(import);
  else print_text(import);
  if (!options.report.empty()) {
    write_report(report, import);
    report.close();
    if (!report) return explain({core::Errc::refused, options.report + " could not be written to its end"});
  }
  if (!import.plan.mistakes.empty()) return kFailed;
  if (!import.stopped.empty()) {
    return explain({core::Errc::unavailable, import.stopped + "\nUntil then " + std::to_string(import.count(Fate::accepted)) + " of " +
                                                 std::to_string(import.plan.count(RowOutcome::form)) +
                                                 " forms were accepted. Run it again: nothing is entered twice."});
  }
  return import.count(Fate::mistaken) + import.count(Fate::refused) == 0 ? 0 : kFound;
}

}  // namespace

Run add_import(CLI::App& app) {
  auto* command = app.add_subcommand("import", "Enter a table of calls, a spreadsheet or call records saved as CSV, as call forms");
  command->footer(
      "Without --yes it only shows what would be done. Every row has a key that follows from what it says, so the same file twice enters\n"
      "nothing twice.\n"
      "A call of which nobody wrote down anything is counted here only: a call form has no word for it, so the ledger does not have it.\n"
      "An account of hotline/cdr counts Asterisk's calls in the ledger.\n"
      "Exit status 1 when rows have mistakes or were refused, 2 when the file cannot be read or the gateway does not answer.");
  auto options = std::make_shared<Options>();
  add_config_option(*command, options->config);
  command->add_option("file", options->file, "The table, as CSV")->required()->check(CLI::ExistingFile);
  command->add_flag("--yes", options->yes, "Enter the forms");
  command->add_option("--account", options->account, "The account of hotline/form that takes them (default: the only one)");
  command->add_option("--profile", options->profile, "How to read it: columns, or a telephone system's name (default: found out)");
  command->add_option("--separator", options->separator, "Between cells (default: found out)")
      ->check(CLI::IsMember({",", ";", "|", "tab"}));
  command->add_option("--zone", options->zone, "Where times stand that name no zone, such as WITA or +08:00 (default: WIB)");
  command->add_option("--category", options->category, "Of rows that tell what happened, but no category (default: those are mistakes)");
  command->add_option("--to", options->base, "Where the staff listener is (default: as configured, on this machine)");
  command->add_flag("--json", options->json, "Write JSON");
  command->add_option("--report", options->report, "Write a CSV file that tells for each row what became of it");
  return [options] { return import_file(*options); };
}

}  // namespace satupintu::gateway::commands
