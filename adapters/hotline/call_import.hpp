// SPDX-License-Identifier: Apache-2.0
// A table of calls (an operator's spreadsheet saved as CSV, or a telephone system's call records) as call forms. The command `import`
// shows the plan, and posts its forms as if an operator had typed them. Pure, and the same table always gives the same plan: each form
// has a key that follows from its row, so that the same file twice changes nothing.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"

namespace satupintu::adapters {

struct ImportOptions {
  std::string profile;                               // "columns" or a telephone system's; empty: found out
  char separator = '\0';                             // '\0': found out
  std::chrono::minutes zone = core::kJakartaOffset;  // how far from UTC a time stands that names no zone
  std::string default_category;                      // of rows that tell what happened, but no category; empty: those are mistakes
  // The code for a category as somebody wrote it, a code or a label in any spelling; empty where it is none. Without this function only
  // words of small letters are taken, as the codes that they are.
  std::function<std::string(std::string_view written)> category_of;
};

struct ImportColumn {
  std::size_t number = 0;  // from 1
  std::string heading;     // as the file has it; empty where the file has no header
  std::string_view field;  // of the call form; empty for a column that is not read
};

// Names a place and never quotes what stands there.
struct ImportMistake {
  std::size_t row = 0;     // from 1, the header included; 0: the file as a whole
  std::size_t line = 0;    // on which the row begins
  std::size_t column = 0;  // from 1; 0: the row as a whole
  std::string field;       // of the call form; may be empty
  std::string what;        // "is missing"
  std::string remedy;      // "write …"
};

enum class RowOutcome {
  form,         // to be posted to an account of hotline/form
  call_record,  // a call of which nobody wrote down anything: only counted
  leg,          // another row of a call that a row before stands for
  repeated,     // says the same as a row before
  mistaken,     // has mistakes, and is left out
};

struct ImportRow {
  std::size_t number = 0;  // from 1, the header included
  std::size_t line = 0;
  RowOutcome outcome = RowOutcome::mistaken;
  std::string idempotency_key;  // of a form
  std::string form;             // JSON, docs/schema/call-form-v1.json
  std::string why;  // of a call that is only counted, also by a form: call_record, call_answered, call_missed, call_prank …; else empty
  std::vector<ImportMistake> mistakes;
};

struct ImportPlan {
  std::string profile;
  char separator = ',';
  std::string charset;
  bool has_header = false;
  std::vector<ImportColumn> columns;
  std::vector<ImportRow> rows;          // all but the header and blank ones
  std::vector<ImportMistake> mistakes;  // about the file as a whole; there are no rows then

  [[nodiscard]] std::size_t count(RowOutcome outcome) const;
};

[[nodiscard]] ImportPlan plan_import(std::string_view bytes, const ImportOptions& options);

[[nodiscard]] std::string_view name_of(RowOutcome outcome) noexcept;

}  // namespace satupintu::adapters
