// SPDX-License-Identifier: Apache-2.0
#include "adapters/csv.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace satupintu::adapters;
using namespace std::string_literals;

namespace {

using Table = std::vector<std::vector<std::string>>;

std::vector<CsvRow> rows_of(std::string_view text, char separator = ',') {
  std::vector<CsvRow> rows;
  CsvReader reader(text, separator);
  while (auto row = reader.next()) rows.push_back(std::move(*row));
  return rows;
}

Table table_of(std::string_view text, char separator = ',') {
  Table table;
  for (auto& row : rows_of(text, separator)) table.push_back(std::move(row.cells));
  return table;
}

}  // namespace

TEST_CASE("cells_stand_between_separators_and_may_be_empty") {
  CHECK(table_of("a,b,c\n1,2,3\n") == Table{{"a", "b", "c"}, {"1", "2", "3"}});
  CHECK(table_of("a,b") == Table{{"a", "b"}});
  CHECK(table_of(",\n") == Table{{"", ""}});
  CHECK(table_of("a,\n") == Table{{"a", ""}});
  CHECK(table_of(" a , b ") == Table{{" a ", " b "}});
  CHECK(table_of("a;b,c\td|e", ';') == Table{{"a", "b,c\td|e"}});
  CHECK(table_of("a\tb", '\t') == Table{{"a", "b"}});
  CHECK(table_of("a|b", '|') == Table{{"a", "b"}});
  CHECK(table_of("").empty());
}

TEST_CASE("a_quoted_cell_holds_separators_quotes_and_line_ends") {
  CHECK(table_of("\"a,b\",\"c \"\"d\"\"\",\"e\r\nf\"\r\ng") == Table{{"a,b", "c \"d\"", "e\r\nf"}, {"g"}});
  CHECK(table_of("\"\"") == Table{{""}});
  CHECK(table_of("\"\",\"\"\"\"") == Table{{"", "\""}});
  CHECK(table_of("a \"b\" c,d") == Table{{"a \"b\" c", "d"}});
  CHECK(table_of("\"Sari\" (RT 03),x") == Table{{"Sari (RT 03)", "x"}});
}

TEST_CASE("lines_end_in_any_way_and_blank_ones_are_no_rows") {
  CHECK(table_of("a\r\nb\nc\rd") == Table{{"a"}, {"b"}, {"c"}, {"d"}});
  CHECK(table_of("\n\r\n\ra\n\n\nb\n\n") == Table{{"a"}, {"b"}});
}

TEST_CASE("a_row_knows_its_number_and_the_line_on_which_it_begins") {
  const auto rows = rows_of("\na,\"x\r\ny\rz\"\n\nb\r\n\"c\nc\"\nd");
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].number == 1);
  CHECK(rows[0].line == 2);
  CHECK(rows[1].number == 2);
  CHECK(rows[1].line == 6);
  CHECK(rows[2].line == 7);
  CHECK(rows[3].line == 9);
}

TEST_CASE("a_quote_that_nothing_closes_costs_its_own_row_only") {
  const auto rows = rows_of("a,\"b,c\nd,e\nf,\"g\nh,i");
  // The second quote closes the first: what lies between is one cell, as the table says.
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].cells == std::vector{"a"s, "b,c\nd,e\nf,g"s});
  const auto alone = rows_of("1,2\na,b,\"c\nd,e\nf,g");
  REQUIRE(alone.size() == 4);
  CHECK(alone[1].unclosed_column == 3);
  CHECK(alone[1].cells == std::vector{"a"s, "b"s, "\"c"s});
  CHECK(alone[2].unclosed_column == 0);
  CHECK(alone[2].cells == std::vector{"d"s, "e"s});
  CHECK(alone[3].line == 4);
}

TEST_CASE("a_text_full_of_open_quotes_takes_no_longer_than_another") {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "\"\"\"x\n";
  text += '"';
  const auto before = std::chrono::steady_clock::now();
  std::size_t rows = 0;
  CsvReader reader(text, ',');
  while (reader.next()) ++rows;
  CHECK(rows > 0);
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds{5});
}

TEST_CASE("every_cut_of_a_table_can_be_read") {
  const std::string text = "\xEF\xBB\xBF\"a\"\"b\",c\r\n\"d\ne\";f|g\t\"\r\"h";
  for (std::size_t length = 0; length <= text.size(); ++length) {
    for (const char separator : {',', ';', '\t', '|'}) {
      std::size_t bytes = 0;
      for (const auto& row : rows_of(std::string_view(text).substr(0, length), separator)) {
        CHECK(row.unclosed_column <= row.cells.size());
        for (const auto& cell : row.cells) bytes += cell.size();
      }
      CHECK(bytes <= length);
    }
  }
}

TEST_CASE("the_separator_is_the_one_that_cuts_all_rows_alike") {
  CHECK(detect_separator("nama;isi laporan\nSari;Banjir, air selutut, deras\nBudi;Lampu mati") == ';');
  CHECK(detect_separator("nama,isi\nSari,\"a;b;c;d\"\nBudi,x") == ',');
  CHECK(detect_separator("Nama (depan, tengah, akhir);Isi\nSari;Banjir\nBudi;Lampu mati") == ';');
  CHECK(detect_separator("Rekap panggilan, bulan Januari\nnama;isi\nSari;Banjir") == ';');
  CHECK(detect_separator("a\tb\tc\n1,5\t2,5\t3,5") == '\t');
  CHECK(detect_separator("1767229101|1767229101.7|q|a|CONNECT|5") == '|');
  CHECK(detect_separator("nama\nSari") == ',');
  CHECK(detect_separator("") == ',');
}

TEST_CASE("text_is_utf8_or_what_its_mark_says_or_windows_1252") {
  CHECK(read_csv_text("caf\xC3\xA9").text == "café");
  CHECK(read_csv_text("caf\xC3\xA9").charset == "UTF-8");
  CHECK(read_csv_text("\xEF\xBB\xBFnama").text == "nama");
  CHECK(read_csv_text("caf\xE9 \x96 x").text == "café – x");
  CHECK(read_csv_text("caf\xE9").charset == "windows-1252");
  CHECK(read_csv_text("\xFF\xFEn\0a\0"s).text == "na");
  CHECK(read_csv_text("\xFE\xFF\0n\0a"s).text == "na");
  CHECK(read_csv_text("").text.empty());
}
