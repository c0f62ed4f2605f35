// SPDX-License-Identifier: Apache-2.0
#include "normalizer/command.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "core/http.hpp"
#include "core/ids.hpp"

namespace satupintu::normalizer {

namespace {

constexpr std::size_t kLongestCommand = 64;  // "NILAI # SP - 0 ABCDE - FGHJK # 5 bintang" and then some

constexpr std::array<std::pair<std::string_view, CommandKind>, 13> kWords{{{"CEK", CommandKind::status},
                                                                           {"STATUS", CommandKind::status},
                                                                           {"NILAI", CommandKind::rating},
                                                                           {"BATAL", CommandKind::withdraw},
                                                                           {"BANTUAN", CommandKind::help},
                                                                           {"HELP", CommandKind::help},
                                                                           {"MENU", CommandKind::help},
                                                                           {"STOP", CommandKind::stop},
                                                                           {"BERHENTI", CommandKind::stop},
                                                                           {"MULAI", CommandKind::start},
                                                                           {"START", CommandKind::start},
                                                                           {"PETUGAS", CommandKind::officer},
                                                                           {"OPERATOR", CommandKind::officer}}};

// "CEK laporan SP-…", "NILAI kode SP-… bintang 5": words that people put between.
constexpr std::array<std::string_view, 7> kFillers{"KODE", "LAPORAN", "STATUS", "NO", "NOMOR", "TIKET", "BINTANG"};

bool is_separator(char c) { return std::string_view(" \n#*,.:;!?=/()\"'<>[]").contains(c); }
bool is_hyphen(char c) { return c == '-' || c == '_'; }

// "@kotatangerang CEK …": whom a post calls is no part of what it says.
std::string_view without_mentions(std::string_view text) {
  while (text.starts_with('@')) {
    text.remove_prefix(std::min(text.find(' '), text.size()));
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  }
  return text;
}

// What stands between separators.
std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t i = 0; i < text.size();) {
    if (is_separator(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && !is_separator(text[end])) ++end;
    parts.push_back(text.substr(i, end - i));
    i = end;
  }
  return parts;
}

// The code that `parts` spell, "SP-0ABCD-EFGHJ", "sp 0abcd efghj" or "0ABCDEFGHJ". Two plain words of five letters might pass for
// one, so a code without SP and hyphen must hold a digit.
std::optional<std::string> tracking_code(std::vector<std::string_view> parts) {
  std::string symbols;
  bool marked = false;
  if (!parts.empty() && core::equals_ignoring_case(parts.front(), "SP")) {
    marked = true;
    parts.erase(parts.begin());
  }
  for (const std::string_view part : parts) {
    for (const char c : part) {
      marked = marked || is_hyphen(c) || (c >= '0' && c <= '9');
      if (!is_hyphen(c)) symbols += c;
    }
  }
  marked = marked || core::equals_ignoring_case(std::string_view(symbols).substr(0, 2), "SP");
  return marked ? core::parse_tracking_code(symbols) : std::nullopt;
}

std::optional<int> rating_of(std::string_view part) {
  if (part.size() == 1 && part[0] >= '1' && part[0] <= '5') return part[0] - '0';
  return std::nullopt;
}

// NILAI <code> 5 or NILAI 5 <code>.
Command read_rating(const std::vector<std::string_view>& parts) {
  for (const bool at_end : {true, false}) {
    if (parts.size() < 2) break;
    const auto rating = rating_of(at_end ? parts.back() : parts.front());
    if (!rating) continue;
    auto rest = parts;
    rest.erase(at_end ? rest.end() - 1 : rest.begin());
    if (auto code = tracking_code(std::move(rest))) return {CommandKind::rating, std::move(*code), *rating};
  }
  return {};
}

}  // namespace

Command read_command(std::string_view text) {
  text = without_mentions(text);
  if (text.size() > kLongestCommand) return {};
  auto parts = parts_of(text);
  if (parts.empty()) return {};
  const auto* word =
      std::ranges::find_if(kWords, [&](const auto& known) { return core::equals_ignoring_case(known.first, parts.front()); });
  if (word == kWords.end()) return {};
  parts.erase(parts.begin());
  const bool alone = parts.empty();
  std::erase_if(parts, [](std::string_view part) {
    return std::ranges::any_of(kFillers, [part](std::string_view filler) { return core::equals_ignoring_case(filler, part); });
  });
  switch (word->second) {
    case CommandKind::none: return {};
    case CommandKind::help:
    case CommandKind::stop:
    case CommandKind::start:
    case CommandKind::officer: return alone ? Command{word->second, {}, 0} : Command{};
    case CommandKind::rating: return parts.empty() ? Command{CommandKind::help, {}, 0} : read_rating(parts);
    case CommandKind::status:
    case CommandKind::withdraw: break;
  }
  if (parts.empty()) return {CommandKind::help, {}, 0};
  auto code = tracking_code(std::move(parts));
  return code ? Command{word->second, std::move(*code), 0} : Command{};
}

namespace {

// Cuts the first word off `text`, together with what separates it from the next; also gives '#' or '*' where one of them
// stands there, else a space.
std::pair<std::string_view, char> take_word(std::string_view& text) {
  std::size_t begin = 0;
  while (begin < text.size() && is_separator(text[begin])) ++begin;
  std::size_t end = begin;
  while (end < text.size() && !is_separator(text[end])) ++end;
  std::size_t next = end;
  char separator = ' ';
  for (; next < text.size() && is_separator(text[next]); ++next) {
    if (text[next] == '#' || text[next] == '*') separator = text[next];
  }
  const std::string_view word = text.substr(begin, end - begin);
  text.remove_prefix(next);
  return {word, separator};
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kAround = " \n#*,;:";
  const auto begin = text.find_first_not_of(kAround);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kAround) - begin + 1);
}

}  // namespace

CodedReport read_coded_report(std::string_view text, const Rules& rules) {
  std::string_view rest = without_mentions(text);
  const auto code_word = take_word(rest).first;
  if (std::ranges::none_of(rules.code_words, [&](const auto& word) { return core::equals_ignoring_case(word, code_word); })) return {};
  const std::string_view behind_code_word = rest;
  const auto [short_form, separator] = take_word(rest);
  CodedReport report;
  report.category = rules.category(short_form);
  if (report.category == nullptr) return {};
  if (separator == ' ') {
    // "ADU jalan raya macet": the code may be part of the sentence, so it stays.
    report.text = trimmed(behind_code_word);
    return report;
  }
  while (!rest.empty()) {
    const auto end = std::min(rest.find(separator), rest.size());
    const auto field = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (field.empty()) continue;
    if (report.text.empty() && !rest.empty()) report.place = field;
    if (!report.text.empty()) report.text += ", ";
    report.text += field;
  }
  if (report.text.empty()) report.text = short_form;
  return report;
}

}  // namespace satupintu::normalizer
