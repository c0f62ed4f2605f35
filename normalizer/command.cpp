// SPDX-License-Identifier: Apache-2.0
#include "normalizer/command.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "core/http.hpp"
#include "normalizer/tracking_code.hpp"

namespace satupintu::normalizer {

namespace {

using enum CommandKind;

constexpr std::size_t kLongestCommand = 300;      // bytes, of a sentence with a tracking code
constexpr std::size_t kLongestWithoutCode = 120;  // bytes
constexpr int kBestRating = 5;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// "@kotatangerang CEK …": whom a post calls is no part of what it says.
void blank_mentions(std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '@' || (i != 0 && text[i - 1] != ' ' && text[i - 1] != '\n')) continue;
    while (i < text.size() && text[i] != ' ' && text[i] != '\n') text[i++] = ' ';
  }
}

// How many stars stand in the text: "⭐⭐⭐⭐", "★★★", "🌟".
int stars_in(std::string_view text) {
  int stars = 0;
  for (const std::string_view star : {"\xE2\xAD\x90", "\xE2\x98\x85", "\xF0\x9F\x8C\x9F"})
    for (std::size_t at = text.find(star); at != std::string_view::npos; at = text.find(star, at + star.size())) ++stars;
  return stars;
}

// A word that was meant for a tracking code but is none, "K7M9-4QXA" or "SP-12345": letters and digits in turn as in no word, and not
// the few of a number plate.
std::optional<TypedCode> mistaken_code(std::string_view text) {
  constexpr std::size_t kLeast = 8;
  constexpr std::size_t kMost = 13;
  constexpr std::size_t kLeastBehindPrefix = 4;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_digit(text[i]) && !is_letter(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    std::array<std::size_t, 2> count{};  // letters, digits
    std::size_t turns = 0;
    std::optional<bool> last;
    for (; end < text.size() && (is_digit(text[end]) || is_letter(text[end]) || text[end] == '-'); ++end) {
      if (text[end] == '-') continue;
      const bool digit = is_digit(text[end]);
      ++count[digit ? 1 : 0];
      turns += last && *last != digit ? 1U : 0U;
      last = digit;
    }
    const std::size_t symbols = count[0] + count[1];
    const bool prefixed = core::equals_ignoring_case(text.substr(i, 2), "sp") && count[1] >= 1 && symbols >= 2 + kLeastBehindPrefix;
    const bool mixed = symbols >= kLeast && count[0] >= 2 && count[1] >= 2 && turns >= 3;
    if (symbols <= kMost && (prefixed || mixed)) return TypedCode{i, end, {}};
    i = end;
  }
  return std::nullopt;
}

// A short text, taken apart as a request of the gateway.
class Request {
 public:
  Request(std::string_view text, const Rules& rules) : rules_(rules), rest_(make_plain(text).text) {
    blank_mentions(rest_);
    find_code();
    question_ = rest_.contains('?');
    stars_ = stars_in(rest_);
    if (!code_.empty() || rest_.size() <= kLongestWithoutCode) read_words();
  }

  [[nodiscard]] Command command() const {
    Command command = whole_command();
    if (command.kind == none) explain_none(command);
    return command;
  }

 private:
  struct WordUse {
    std::uint16_t named = 0;      // kinds whose word or phrase this is
    std::uint16_t explained = 0;  // kinds beside whose words it may stand; these too
    bool courtesy = false;
    bool about_report = false;
    int value = 0;  // of a rating
  };
  static constexpr auto bit(CommandKind kind) { return static_cast<std::uint16_t>(1U << static_cast<unsigned>(kind)); }

  [[nodiscard]] Command whole_command() const {
    if (several_codes_) return {};
    if (!code_.empty()) return with_code();
    if (wrong_code_) return with_wrong_code();
    return words_.list.empty() ? Command{} : without_code();
  }

  void explain_none(Command& command) const {
    command.resembles = lead_;
    for (const CommandKind kind : {status, rating, withdraw, officer, stop, start, help})
      if (command.resembles == none && names(kind)) command.resembles = kind;
    if (command.resembles == none) return;
    const auto against = std::ranges::find_if(uses_, [&](const WordUse& use) { return !explains(use, command.resembles, true); });
    if (against == uses_.end()) return;
    command.unexplained = words_.folded_of(words_.list[static_cast<std::size_t>(against - uses_.begin())]);
  }

  void find_code() {
    std::size_t from = 0;
    while (const auto found = find_tracking_code(rest_, from)) {
      from = found->end;
      if (found->code.empty()) wrong_code_ = true;
      else if (code_.empty()) code_ = found->code;
      else several_codes_ = several_codes_ || found->code != code_;
      if (code_end_ == 0) code_end_ = found->end;
      std::fill(rest_.begin() + static_cast<std::ptrdiff_t>(found->begin), rest_.begin() + static_cast<std::ptrdiff_t>(found->end), ' ');
    }
    if (!code_.empty() || wrong_code_) return;
    if (const auto mistaken = mistaken_code(rest_)) {
      wrong_code_ = true;
      std::fill(rest_.begin() + static_cast<std::ptrdiff_t>(mistaken->begin), rest_.begin() + static_cast<std::ptrdiff_t>(mistaken->end),
                ' ');
    }
  }

  void read_words() {
    const Lexicon& lexicon = rules_.commands.lexicon;
    words_ = split_words(rest_);
    const auto ids = lexicon.ids_of(words_);
    uses_.resize(words_.list.size());
    for (const Match& match : lexicon.find(words_, ids).matches) {
      for (std::uint32_t i = match.first; i <= match.last; ++i) {
        WordUse& use = uses_[i];
        const auto kind = bit(static_cast<CommandKind>(match.index));
        switch (match.meaning) {
          case Meaning::command_word:
          case Meaning::command_phrase: use.named |= kind; [[fallthrough]];
          case Meaning::command_beside: use.explained |= kind; break;
          case Meaning::courtesy: use.courtesy = true; break;
          case Meaning::about_report: use.about_report = true; break;
          case Meaning::rating_value: use.value = match.index; break;
          case Meaning::further: further_ = true; break;
          default: break;
        }
        if (match.meaning == Meaning::command_word) command_words_.push_back({i, static_cast<CommandKind>(match.index)});
        if (match.meaning == Meaning::command_phrase) phrases_ |= kind;
      }
    }
    find_lead(ids);
    find_rating();
  }

  // The command word with which the text begins, courtesies aside.
  void find_lead(const std::vector<Lexicon::WordId>& ids) {
    for (std::uint32_t i = 0; i < uses_.size(); ++i) {
      const auto known = std::ranges::find(command_words_, i, &std::pair<std::uint32_t, CommandKind>::first);
      CommandKind kind = known == command_words_.end() ? none : known->second;
      const bool explained = uses_[i].courtesy || uses_[i].about_report || uses_[i].explained != 0;
      const bool has_code = !code_.empty() || wrong_code_;
      if (kind == none && !explained && (ids[i] == 0 || has_code)) kind = mistyped(words_.folded_of(words_.list[i]), has_code);
      // Whoever has a code asks about a report, whatever else such a word means.
      const bool of_reports = kind == status || kind == rating || kind == withdraw;
      if (kind != none && (code_.empty() || of_reports)) {
        lead_ = kind;
        lead_at_ = i;
        uses_[i].named |= bit(kind);
        uses_[i].explained |= bit(kind);
        return;
      }
      if (!uses_[i].courtesy) return;
    }
  }

  // What was meant by a first word that is no word of ours; with a code beside it, also by one that is another word.
  [[nodiscard]] CommandKind mistyped(std::string_view folded, bool has_code) const {
    constexpr std::size_t kLeast = 3;
    constexpr std::size_t kLeastWithoutCode = 5;
    if (folded.size() < kLeast) return none;
    CommandKind meant = none;
    for (const auto& [text, kind] : rules_.commands.words) {
      const bool doubled = folded.size() == text.size() + 1 && std::ranges::adjacent_find(folded) != folded.end();
      if (text.size() < (has_code || doubled ? kLeast : kLeastWithoutCode) || kind == meant || !is_one_slip_apart(folded, text)) continue;
      if (meant != none) return none;
      meant = kind;
    }
    return meant;
  }

  [[nodiscard]] std::optional<int> number_at(std::size_t word) const {
    if (word >= uses_.size()) return std::nullopt;
    if (uses_[word].value != 0) return uses_[word].value;
    if (!words_.list[word].number) return std::nullopt;
    const auto digits = words_.folded_of(words_.list[word]);
    int value = kBestRating + 1;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  }

  // "5", "lima", "5/5", "4 dari 5", else the stars. Whatever stands before it must belong to the command.
  void find_rating() {
    std::size_t at = 0;
    while (at < uses_.size() && !number_at(at)) ++at;
    if (at == uses_.size()) {
      if (stars_ <= kBestRating) rating_ = stars_;
      return;
    }
    std::size_t scale = at + 1;
    while (scale < uses_.size() && (words_.folded_of(words_.list[scale]) == "dari" || words_.folded_of(words_.list[scale]) == "of" ||
                                    words_.folded_of(words_.list[scale]) == "out"))
      ++scale;
    const bool has_scale = number_at(scale) == kBestRating && (scale > at + 1 || rest_.substr(words_.list[at].end, 3).contains('/'));
    const std::size_t last = has_scale ? scale : at;
    const int value = *number_at(at);
    const bool whole = !number_at(last + 1) && unknown(rating, true, at) == 0;
    if (value < 1 || value > kBestRating || !whole) return;
    rating_ = value;
    for (std::size_t i = at; i <= last; ++i) uses_[i].explained |= bit(rating);
  }

  [[nodiscard]] bool explains(const WordUse& use, CommandKind kind, bool speaks_of_report) const {
    return use.courtesy || (speaks_of_report && use.about_report) || (use.explained & bit(kind)) != 0;
  }
  // How many of the first `count` words such a command does not explain.
  [[nodiscard]] std::size_t unknown(CommandKind kind, bool speaks_of_report, std::size_t count) const {
    return static_cast<std::size_t>(std::count_if(uses_.begin(), uses_.begin() + static_cast<std::ptrdiff_t>(count),
                                                  [&](const WordUse& use) { return !explains(use, kind, speaks_of_report); }));
  }
  [[nodiscard]] std::size_t unknown(CommandKind kind, bool speaks_of_report) const { return unknown(kind, speaks_of_report, uses_.size()); }
  [[nodiscard]] bool names(CommandKind kind) const {
    return std::ranges::any_of(uses_, [kind](const WordUse& use) { return (use.named & bit(kind)) != 0; });
  }

  // What the words tell that the command does not explain.
  struct Others {
    std::size_t words = 0;
    std::size_t idle = 0;  // name neither a matter nor a place
    bool trouble = false;  // something is wrong, or something more is said
  };
  [[nodiscard]] Others others(CommandKind kind) const {
    Others found{.words = unknown(kind, true), .trouble = further_};
    if (found.words == 0) return found;
    const Reading reading(rest_, rules_.lexicon);
    std::vector<bool> names_something(uses_.size());
    constexpr unsigned kEnoughTrouble = 2;  // one hint at a problem tells nothing
    unsigned trouble = 0;
    const auto is_new = [&](const Match& match) {
      const bool solved = std::ranges::any_of(reading.around(match, 0), [&](const Match& other) {
        return other.meaning == Meaning::solved && other.first <= match.first && other.last >= match.last;
      });
      return !solved && std::any_of(uses_.begin() + match.first, uses_.begin() + match.last + 1,
                                    [&](const WordUse& use) { return !explains(use, kind, true); });
    };
    for (const Match& match : reading.matches) {
      switch (match.meaning) {
        case Meaning::problem: trouble += is_new(match) ? match.weight : 0; break;
        case Meaning::danger:
        case Meaning::urgent: trouble += is_new(match) ? kEnoughTrouble : 0; break;
        case Meaning::category:
        case Meaning::kelurahan:
        case Meaning::kecamatan:
        case Meaning::street_word:
        case Meaning::alley_word:
        case Meaning::estate_word: std::fill_n(names_something.begin() + match.first, match.last - match.first + 1, true); break;
        default: break;
      }
    }
    found.trouble = found.trouble || trouble >= kEnoughTrouble;
    for (std::size_t i = 0; i < uses_.size(); ++i) found.idle += !explains(uses_[i], kind, true) && !names_something[i] ? 1U : 0U;
    return found;
  }
  // "CEK SP-… lampu jalan Cipondoh", but not "CEK SP-… dan perbaiki jalannya".
  [[nodiscard]] bool says_little_else(CommandKind kind) const {
    constexpr std::size_t kMost = 4;
    const Others found = others(kind);
    return found.words <= kMost && found.idle <= 1 && !found.trouble;
  }

  [[nodiscard]] Command with_code() const {
    constexpr std::size_t kWordsOfReason = 12;  // "BATAL SP-…, lampunya sudah nyala sendiri"
    const bool has_stars = stars_ >= 1 && stars_ <= kBestRating;
    if (lead_ == rating || names(rating) || has_stars) {
      if (rating_ != 0 && (lead_ == rating || says_little_else(rating))) return {rating, code_, rating_};
      if (lead_ == rating) return unknown(rating, true) == 0 && !any_number() ? Command{help, {}, 0} : Command{};
    }
    if (lead_ == withdraw) {
      const Others reason = others(withdraw);
      return reason.words <= kWordsOfReason && !reason.trouble ? Command{withdraw, code_, 0} : Command{};
    }
    if (names(withdraw)) return !question_ && lead_ == none && unknown(withdraw, true) == 0 ? Command{withdraw, code_, 0} : Command{};
    if (names(officer) && unknown(officer, true) == 0) return {officer, code_, 0};
    const bool asks = lead_ == status || names(status) || (phrases_ & bit(status)) != 0;
    if (asks) return says_little_else(status) ? Command{status, code_, 0} : Command{};
    // A code and courtesies around it, or behind words that say what it is: "kode laporan saya SP-…".
    if (unknown(status, true) != 0) return {};
    const bool code_last = std::ranges::none_of(words_.list, [&](const Word& word) {
      return word.begin >= code_end_ && !uses_[static_cast<std::size_t>(&word - words_.list.data())].courtesy;
    });
    return question_ || code_last ? Command{status, code_, 0} : Command{};
  }

  [[nodiscard]] bool any_number() const {
    return stars_ != 0 || std::ranges::any_of(words_.list, [](const Word& word) { return word.number; });
  }

  // Only what is wholly a command: the gateway answers that it knows no such code.
  [[nodiscard]] Command with_wrong_code() const {
    if (lead_ == none || unknown(lead_, true) != 0) return {};
    if (lead_ == rating) return rating_ != 0 ? Command{rating, {}, rating_} : Command{};
    return lead_ == status || lead_ == withdraw ? Command{lead_, {}, 0} : Command{};
  }

  [[nodiscard]] Command without_code() const {
    if (words_.list.size() == 1 && std::ranges::find(rules_.code_words, words_.folded) != rules_.code_words.end()) return {help, {}, 0};
    switch (lead_) {
      case rating:
        if (unknown(rating, true) != 0) return {};
        if (rating_ != 0) return {rating, {}, rating_};
        return any_number() ? Command{} : Command{help, {}, 0};
      case status:
        if (unknown(status, true) != 0) return {};
        return {(phrases_ & bit(status)) != 0 ? status : help, {}, 0};
      case withdraw: return unknown(withdraw, true) == 0 ? Command{help, {}, 0} : Command{};
      case help: {
        // "tolong, minta bantuan" may be a cry for help.
        constexpr std::size_t kMostWords = 3;
        return lead_at_ == 0 && uses_.size() <= kMostWords && unknown(help, false) == 0 ? Command{help, {}, 0} : Command{};
      }
      case none:
      case stop:
      case start:
      case officer: break;
    }
    for (const CommandKind kind : {officer, stop, start}) {
      if ((lead_ == kind || (phrases_ & bit(kind)) != 0) && unknown(kind, false) == 0) return {kind, {}, 0};
    }
    return {};
  }

  const Rules& rules_;
  std::string rest_;  // the text with spaces where mentions and codes stood
  std::string code_;
  std::size_t code_end_ = 0;
  bool wrong_code_ = false;
  bool several_codes_ = false;
  bool question_ = false;
  bool further_ = false;
  int stars_ = 0;
  int rating_ = 0;
  Words words_;
  std::vector<WordUse> uses_;  // by word
  std::vector<std::pair<std::uint32_t, CommandKind>> command_words_;
  std::uint16_t phrases_ = 0;
  CommandKind lead_ = none;
  std::size_t lead_at_ = 0;
};

}  // namespace

Command read_command(std::string_view text, const Rules& rules) {
  if (text.size() > kLongestCommand) return {};
  return Request(text, rules).command();
}

namespace {

constexpr std::string_view kFieldMarks = "#*";
constexpr std::string_view kMarks = "#*,;|\n./:-_=";  // the first that stands between two words counts
bool is_separator(char c) { return c == ' ' || kMarks.contains(c) || std::string_view("!?()\"'<>[]").contains(c); }

// Cuts the first word off `text`, together with what separates it from the next; also gives the mark that stands there, else a space.
std::pair<std::string_view, char> take_word(std::string_view& text) {
  std::size_t begin = 0;
  while (begin < text.size() && is_separator(text[begin])) ++begin;
  std::size_t end = begin;
  while (end < text.size() && !is_separator(text[end])) ++end;
  std::size_t next = end;
  while (next < text.size() && is_separator(text[next])) ++next;
  const std::string_view between = text.substr(end, next - end);
  const auto mark = std::ranges::find_if(kMarks, [between](char c) { return between.contains(c); });
  const std::string_view word = text.substr(begin, end - begin);
  text.remove_prefix(next);
  return {word, mark == kMarks.end() ? ' ' : *mark};
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kAround = " \n#*,;:|/-";
  const auto begin = text.find_first_not_of(kAround);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kAround) - begin + 1);
}

// "@kotatangerang LAKSA#…"
std::string_view without_mentions(std::string_view text) {
  while (text.starts_with('@')) {
    text.remove_prefix(std::min(text.find(' '), text.size()));
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  }
  return text;
}

// The category whose short form was meant by a word with one wrong letter; none when it may be several.
const Category* mistyped_category(std::string_view word, const Rules& rules, std::size_t least) {
  const Words words = split_words(word);
  if (words.list.size() != 1 || words.folded.size() + 1 < least) return nullptr;
  const Category* meant = nullptr;
  for (const auto& [form, category] : rules.short_forms) {
    const Category* candidate = &rules.categories[category];
    if (form.size() < least || candidate == meant || !is_one_slip_apart(words.folded, form)) continue;
    if (meant != nullptr) return nullptr;
    meant = candidate;
  }
  return meant;
}

// How much a field of a coded report looks like the place.
int likeness_to_place(std::string_view field, const Rules& rules) {
  const Reading reading(field, rules.lexicon);
  int likeness = 0;
  for (const Match& match : reading.matches) {
    switch (match.meaning) {
      case Meaning::street_word:
      case Meaning::alley_word:
      case Meaning::estate_word:
      case Meaning::kelurahan:
      case Meaning::kelurahan_word:
      case Meaning::kecamatan:
      case Meaning::kecamatan_word:
      case Meaning::rt_word:
      case Meaning::rw_word: likeness += 2; break;
      case Meaning::landmark_word: likeness += 1; break;
      case Meaning::problem: likeness -= match.weight; break;
      default: break;
    }
  }
  return likeness;
}

std::vector<std::string_view> fields_of(std::string_view text, char separator) {
  std::vector<std::string_view> fields;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    if (const auto field = trimmed(text.substr(0, end)); !field.empty()) fields.push_back(field);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return fields;
}

// LAKSA#PJU#place#text puts the place first, but not everybody does.
std::string_view place_among(const std::vector<std::string_view>& fields, bool by_position, const Rules& rules) {
  if (fields.size() < 2) return {};
  std::string_view place;
  int best = 0;
  for (const auto field : fields) {
    const int likeness = likeness_to_place(field, rules);
    if (likeness > best) {
      best = likeness;
      place = field;
    }
  }
  return place.empty() && by_position ? fields.front() : place;
}

// Without gaps, so that "lampu jalan" finds "lampujalan".
const Category* category_of_field(std::string_view field, const Rules& rules) {
  constexpr std::size_t kLongest = 40;
  if (field.size() > kLongest) return nullptr;
  std::string joined;
  for (const char c : field)
    if (!is_separator(c)) joined += c;
  return rules.category(joined);
}

bool is_code_word(std::string_view word, bool is_marked, const Rules& rules) {
  constexpr std::size_t kLeast = 5;  // letters of a code word that may be typed wrong
  return std::ranges::any_of(rules.code_words, [&](const std::string& known) {
    if (core::equals_ignoring_case(known, word)) return true;
    const Words words = is_marked && known.size() >= kLeast ? split_words(word) : Words();
    return words.list.size() == 1 && is_one_slip_apart(words.folded, known);
  });
}

}  // namespace

CodedReport read_coded_report(std::string_view text, const Rules& rules) {
  constexpr std::size_t kLeastOfCode = 3;      // letters of a short form that may be typed wrong, where marks say that one stands there
  constexpr std::size_t kLeastInSentence = 6;  // "adu smpah …", but not "adu teman …"
  std::string_view rest = without_mentions(text);
  const auto [code_word, before] = take_word(rest);
  if (!is_code_word(code_word, kFieldMarks.contains(before), rules)) return {};
  const std::string_view behind_code_word = rest;
  const auto [short_form, behind] = take_word(rest);
  char mark = ' ';
  if (kFieldMarks.contains(before)) mark = before;
  else if (kFieldMarks.contains(behind) || (behind == before && std::string_view(",;|\n").contains(behind))) mark = behind;

  CodedReport report;
  report.category = rules.category(short_form);
  if (mark == ' ') {
    // "ADU jalan raya macet": the code may be part of the sentence, so it stays.
    if (report.category == nullptr) report.category = mistyped_category(short_form, rules, kLeastInSentence);
    if (report.category != nullptr) report.text = trimmed(behind_code_word);
    return report;
  }

  const std::size_t field_end = std::min(behind_code_word.find(mark), behind_code_word.size());
  const auto field = trimmed(behind_code_word.substr(0, field_end));
  const Category* whole = category_of_field(field, rules);
  if (whole == nullptr && report.category == nullptr) report.category = mistyped_category(short_form, rules, kLeastOfCode);
  if (whole == nullptr && report.category != nullptr && field == short_form) whole = report.category;
  if (whole != nullptr) report.category = whole;
  if (report.category == nullptr) return {};
  // "LAKSA#PJU lampu mati": likewise.
  const auto fields = fields_of(whole != nullptr ? behind_code_word.substr(field_end) : behind_code_word, mark);
  report.place = place_among(fields, kFieldMarks.contains(mark), rules);
  for (const auto part : fields) report.text += (report.text.empty() ? "" : ", ") + std::string(part);
  if (report.text.empty()) report.text = field;
  return report;
}

}  // namespace satupintu::normalizer
