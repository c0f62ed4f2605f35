// SPDX-License-Identifier: Apache-2.0
// The short language of two-way SMS, on every text channel: LAKSA#PJU#place#text and ADU category text report
// something under a code, the other words ask something of the gateway itself. Forgiving about case, spaces, '#', '*' and
// ','; whatever is not a whole and correct command is a report. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "normalizer/rules.hpp"

namespace satupintu::normalizer {

// What a citizen asks of the gateway itself instead of reporting something.
enum class CommandKind : std::uint8_t {
  none,
  status,    // CEK <code>
  rating,    // NILAI <code> 1-5
  withdraw,  // BATAL <code>
  help,      // BANTUAN, and a command word all alone
  stop,      // STOP
  start,     // MULAI
  officer,   // PETUGAS: a person, please
};

struct Command {
  CommandKind kind = CommandKind::none;
  std::string tracking_code;  // canonical; empty where the command has none
  int rating = 0;             // 1 to 5 for a rating
};

// `text` must be clean.
[[nodiscard]] Command read_command(std::string_view text);

// A report under a code.
struct CodedReport {
  const Category* category = nullptr;  // nullptr: the text holds no code
  std::string place;                   // what stands where the place belongs; may be empty
  std::string text;                    // the report without the code
};

[[nodiscard]] CodedReport read_coded_report(std::string_view text, const Rules& rules);

}  // namespace satupintu::normalizer
