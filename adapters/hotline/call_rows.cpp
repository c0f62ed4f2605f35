// SPDX-License-Identifier: Apache-2.0
#include "adapters/hotline/call_rows.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "core/http.hpp"

namespace satupintu::adapters {

namespace {

constexpr std::size_t kFewestCells = 16, kMostCells = 21;
constexpr std::size_t kDispositionCell = 14;

struct Ending {
  std::string_view word, why;
};

constexpr auto kEndings = std::to_array<Ending>({
    {"ANSWERED", "call_answered"},
    {"ANSWER", "call_answered"},
    {"NORMAL_CLEARING", "call_answered"},
    {"SUCCESS", "call_answered"},
    {"TERMINATED", "call_answered"},
    {"NO ANSWER", "call_missed"},
    {"NOANSWER", "call_missed"},
    {"NO_ANSWER", "call_missed"},
    {"NO_USER_RESPONSE", "call_missed"},
    {"ORIGINATOR_CANCEL", "call_missed"},
    {"CANCEL", "call_missed"},
    {"LOSE_RACE", "call_missed"},
    {"MISSED", "call_missed"},
    {"BUSY", "call_busy"},
    {"USER_BUSY", "call_busy"},
    {"FAILED", "call_failed"},
    {"CONGESTION", "call_failed"},
    {"CHANUNAVAIL", "call_failed"},
    {"CALL_REJECTED", "call_failed"},
    {"UNALLOCATED_NUMBER", "call_failed"},
    {"NORMAL_TEMPORARY_FAILURE", "call_failed"},
    {"USER_NOT_REGISTERED", "call_failed"},
});

// From the worst to the best: who was answered once was answered, however many telephones rang in vain.
constexpr auto kFromWorst = std::to_array<std::string_view>({"call_record", "call_failed", "call_busy", "call_missed", "call_answered"});

auto rank(std::string_view why) { return std::ranges::find(kFromWorst, why) - kFromWorst.begin(); }

// "1767229101.7", or with the telephone system's name in front: "pbx-1767229101.7".
bool is_unique_id(std::string_view text) {
  text.remove_prefix(text.rfind('-') == std::string_view::npos ? 0 : text.rfind('-') + 1);
  const auto dot = text.find('.');
  if (dot == 0 || dot == std::string_view::npos || dot + 1 == text.size()) return false;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return std::ranges::all_of(text.substr(0, dot), is_digit) && std::ranges::all_of(text.substr(dot + 1), is_digit);
}

}  // namespace

std::string_view reason_of_ending(std::string_view word) {
  const auto* const found =
      std::ranges::find_if(kEndings, [&](const Ending& ending) { return core::equals_ignoring_case(ending.word, word); });
  return found == kEndings.end() ? std::string_view{} : found->why;
}

MasterIds ids_of_master_row(const CsvRow& row) {
  MasterIds ids;
  const std::size_t cells = row.cells.size();
  // With `newcdrcolumns` three more stand at the end: peeraccount, linkedid, sequence.
  const bool has_linked = cells >= 19 && is_unique_id(row.cell(cells - 2));
  if (has_linked) ids.linked = row.cell(cells - 2);
  if (cells > kFewestCells && is_unique_id(row.cell(kFewestCells))) ids.unique = row.cell(kFewestCells);
  return ids;
}

std::optional<CallRow> read_master_row(const CsvRow& row) {
  if (row.unclosed_column != 0 || row.cells.size() < kFewestCells || row.cells.size() > kMostCells) return std::nullopt;
  const std::string_view why = reason_of_ending(row.cell(kDispositionCell));
  if (why.empty()) return std::nullopt;
  const MasterIds ids = ids_of_master_row(row);
  return CallRow{.call = std::string(ids.linked.empty() ? ids.unique : ids.linked), .why = std::string(why)};
}

std::vector<std::string> reasons_by_call(std::span<const CallRow> rows) {
  std::vector<std::string> reasons;
  std::map<std::string_view, std::size_t> firsts;
  for (const CallRow& row : rows) {
    const auto [first, is_new] = firsts.try_emplace(row.call, reasons.size());
    if (row.call.empty() || is_new) {
      reasons.push_back(row.why);
      continue;
    }
    if (rank(row.why) > rank(reasons[first->second])) reasons[first->second] = row.why;
    reasons.emplace_back("call_leg");
  }
  return reasons;
}

}  // namespace satupintu::adapters
