// SPDX-License-Identifier: Apache-2.0
// Tables as text (RFC 4180, and what spreadsheets and telephone systems make of it), row by row, for adapters that read files.
// Total: whatever the bytes, every one of them ends up in some row, and a row that is broken says where. Pure; a reader is for one thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace satupintu::adapters {

struct CsvText {
  std::string text;  // valid UTF-8 without a byte order mark
  std::string_view charset;
};

// A file's bytes as text: UTF-8 or UTF-16 by its mark, else UTF-8 where it can be, else windows-1252.
[[nodiscard]] CsvText read_csv_text(std::string_view bytes);

// ',', ';', a tab or '|': the one that cuts most of the first rows into many cells, and into as many in each. ',' where none does.
[[nodiscard]] char detect_separator(std::string_view text);

struct CsvRow {
  std::size_t number = 0;  // of the row, from 1; blank lines are none
  std::size_t line = 0;    // on which it begins, from 1
  std::vector<std::string> cells;
  // The column, from 1, of a quote that nothing closes: from there on the row was read to the end of its line as it stands. 0: none.
  std::size_t unclosed_column = 0;

  // Empty where the row has fewer cells.
  [[nodiscard]] std::string_view cell(std::size_t index) const { return index < cells.size() ? std::string_view(cells[index]) : ""; }
};

// A cell in quotes may hold separators, line ends and doubled quotes; what stands behind the closing quote is kept. Lines end in CR, LF
// or both. Takes time in proportion to the text.
class CsvReader {
 public:
  // `text` must outlive the reader.
  CsvReader(std::string_view text, char separator) : rest_(text), separator_(separator) {}

  [[nodiscard]] std::optional<CsvRow> next();

 private:
  std::string quoted_cell(CsvRow& row);
  std::string plain_cell();
  void end_line();
  [[nodiscard]] bool at_line_end() const { return rest_.empty() || rest_.front() == '\r' || rest_.front() == '\n'; }

  std::string_view rest_;
  char separator_;
  std::size_t rows_ = 0, line_ = 1;
  bool quotes_end_with_line_ = false;  // once a quote was never closed, no other may swallow the rest of the text
};

}  // namespace satupintu::adapters
