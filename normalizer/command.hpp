// SPDX-License-Identifier: Apache-2.0
// The short language of two-way SMS, on every text channel: LAKSA#PJU#place#text and ADU category text report
// something under a code, CEK, NILAI, BATAL and the like ask something of the gateway itself, also in a sentence: "min tolong cek laporan
// saya SP-…, udah sampe mana ya". Forgiving about case, separators, a wrong letter and missing parts. Whatever holds a word that no command
// explains is a report: a command missed costs an answer, a report taken for a command would be lost. Pure.
#pragma once

#include <string>
#include <string_view>

#include "normalizer/rules.hpp"

namespace satupintu::normalizer {

struct Command {
  CommandKind kind = CommandKind::none;
  std::string tracking_code;  // canonical; empty where none was given that can be right
  int rating = 0;             // 1 to 5 for a rating
  // Of what is none: the command that it resembles, and the first word, folded, that speaks against it; both may be empty.
  CommandKind resembles = CommandKind::none;
  std::string unexplained{};
};

// `text` must be clean. Looks at short texts alone, whatever a longer one says.
[[nodiscard]] Command read_command(std::string_view text, const Rules& rules);

// A report under a code.
struct CodedReport {
  const Category* category = nullptr;  // nullptr: the text holds no code
  std::string place;                   // what stands where the place belongs, or looks like one; may be empty
  std::string text;                    // the report without the code
};

[[nodiscard]] CodedReport read_coded_report(std::string_view text, const Rules& rules);

}  // namespace satupintu::normalizer
