// SPDX-License-Identifier: Apache-2.0
// What the rows of a telephone system's call records say about calls: one call often has several, one for each telephone that rang.
// Shared by the adapter that follows such a file and by the import. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/csv.hpp"

namespace satupintu::adapters {

struct CallRow {
  std::string call;  // the same in all rows of one call; empty where the row does not tell
  std::string why;   // call_answered, call_missed, call_busy, call_failed; call_record where nothing tells
};

// What a telephone system's word for the end of a call means: Asterisk's dispositions, FreeSWITCH's and Q.850's causes and 3CX's reasons.
// Empty for any other word.
[[nodiscard]] std::string_view reason_of_ending(std::string_view word);

// Of a row of 16 to 21 cells, which cells name the call. `linked` does so across all its rows; both are empty where nothing does.
struct MasterIds {
  std::string_view unique, linked;
};
[[nodiscard]] MasterIds ids_of_master_row(const CsvRow& row);

// A row of Asterisk's Master.csv; nullopt where it is none.
[[nodiscard]] std::optional<CallRow> read_master_row(const CsvRow& row);

// For each row the reason to count it by: the first of a call stands for the whole call, with its best outcome, and the others are
// `call_leg`.
[[nodiscard]] std::vector<std::string> reasons_by_call(std::span<const CallRow> rows);

}  // namespace satupintu::adapters
