// SPDX-License-Identifier: Apache-2.0
// What the columns of a table of calls mean: by the words in its header, Indonesian or English, or by the order in which a telephone
// system writes them without one. The import of calls uses it. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/csv.hpp"

namespace satupintu::adapters {

// What may stand in a column.
enum class Meaning : std::size_t {
  call_id,
  linked_id,  // the same in all rows of one call
  other_leg,  // the id of the row that the other side of the call has
  direction,
  queue,
  line,
  caller_number,
  caller_name,
  started,
  started_date,
  started_time,
  answered,
  ended,
  duration,
  talk_seconds,
  wait_seconds,
  recording,
  disposition,
  category,
  urgency,
  story,
  occurred,
  people_involved,
  address,
  landmark,
  cross_street,
  rt,
  rw,
  rt_rw,
  kelurahan,
  kecamatan,
  zip,
  latitude,
  longitude,
  position_on_map,
  reporter,
  callback_number,
  visibility,
  operator_id,
  operator_position,
  shift,
  handed_to,
};

inline constexpr std::size_t kMeanings = static_cast<std::size_t>(Meaning::handed_to) + 1;

// The call form's field: "call.caller_number".
[[nodiscard]] std::string_view field_of(Meaning meaning);

// By a column's heading, whatever its case, blanks and punctuation; nullopt for words that we do not know.
[[nodiscard]] std::optional<Meaning> meaning_of_heading(std::string_view heading);

class ColumnMap {
 public:
  [[nodiscard]] std::optional<std::size_t> index_of(Meaning meaning) const { return indices_[static_cast<std::size_t>(meaning)]; }
  [[nodiscard]] bool has(Meaning meaning) const { return index_of(meaning).has_value(); }
  void set(Meaning meaning, std::size_t index) { indices_[static_cast<std::size_t>(meaning)] = index; }

 private:
  std::array<std::optional<std::size_t>, kMeanings> indices_{};
};

// By the headings of a row. Where two columns mean the same, the one is taken whose heading says it best.
[[nodiscard]] ColumnMap map_by_header(const CsvRow& header);

// A table that a telephone system writes, whose rows are calls and never complaints.
struct Profile {
  std::string_view name;
  std::size_t fewest_cells, most_cells;
  std::vector<std::optional<Meaning>> columns;  // in their order
  // The word for the end of a call is the same whether or not somebody answered.
  bool ending_tells_no_answer = false;
};

// The name for a table with headings of one's own.
inline constexpr std::string_view kOwnColumns = "columns";

[[nodiscard]] const std::vector<Profile>& profiles();
[[nodiscard]] const Profile* find_profile(std::string_view name);

// By the headings of a system that can write some; nullptr for all others.
[[nodiscard]] const Profile* profile_of_header(const CsvRow& header);

// By the number of cells, and the times and words in their places; nullptr for what is like none.
[[nodiscard]] const Profile* profile_of_shape(const CsvRow& row);

[[nodiscard]] ColumnMap map_by_order(const Profile& profile, const CsvRow& row);

}  // namespace satupintu::adapters
