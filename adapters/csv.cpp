// SPDX-License-Identifier: Apache-2.0
#include "adapters/csv.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/sms/charset.hpp"

namespace satupintu::adapters {

namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr std::string_view kUtf16LittleEndianMark = "\xFF\xFE";
constexpr std::string_view kUtf16BigEndianMark = "\xFE\xFF";
constexpr auto kSeparators = std::to_array<char>({',', ';', '\t', '|'});
constexpr std::size_t kRowsLookedAt = 20;

// How many cells each of the first rows has.
std::vector<std::size_t> widths(std::string_view text, char separator) {
  std::vector<std::size_t> all;
  CsvReader reader(text, separator);
  while (all.size() < kRowsLookedAt) {
    const auto row = reader.next();
    if (!row) break;
    all.push_back(row->cells.size());
  }
  return all;
}

}  // namespace

CsvText read_csv_text(std::string_view bytes) {
  if (bytes.starts_with(kUtf8Mark)) return {.text = to_utf8(bytes.substr(kUtf8Mark.size()), "8-BIT").text, .charset = "UTF-8"};
  if (bytes.starts_with(kUtf16LittleEndianMark)) return {.text = to_utf8(bytes, "UTF-16LE").text, .charset = "UTF-16LE"};
  if (bytes.starts_with(kUtf16BigEndianMark)) return {.text = to_utf8(bytes, "UTF-16BE").text, .charset = "UTF-16BE"};
  DecodedText decoded = to_utf8(bytes, "8-BIT");
  const bool is_utf8 = decoded.text == bytes;
  return {.text = std::move(decoded.text), .charset = is_utf8 ? "UTF-8" : "windows-1252"};
}

char detect_separator(std::string_view text) {
  char best = kSeparators.front();
  std::size_t best_score = 0;
  for (const char separator : kSeparators) {
    const auto all = widths(text, separator);
    // Rows of one width, each counted with its cuts: prose has commas too, but not the same number in every line.
    std::size_t score = 0;
    for (const std::size_t width : all) score = std::max(score, (width - 1) * static_cast<std::size_t>(std::ranges::count(all, width)));
    if (score > best_score) {
      best = separator;
      best_score = score;
    }
  }
  return best;
}

std::optional<CsvRow> CsvReader::next() {
  while (!rest_.empty() && at_line_end()) end_line();
  if (rest_.empty()) return std::nullopt;
  CsvRow row{.number = ++rows_, .line = line_, .cells = {}, .unclosed_column = 0};
  while (true) {
    row.cells.push_back(rest_.starts_with('"') ? quoted_cell(row) : plain_cell());
    if (at_line_end()) break;
    rest_.remove_prefix(1);  // the separator
  }
  end_line();
  return row;
}

std::string CsvReader::plain_cell() {
  const std::array<char, 3> ends{separator_, '\r', '\n'};
  const std::string_view cell = rest_.substr(0, rest_.find_first_of(std::string_view(ends.data(), ends.size())));
  rest_.remove_prefix(cell.size());
  return std::string(cell);
}

std::string CsvReader::quoted_cell(CsvRow& row) {
  const std::string_view before = rest_;
  const std::string_view reach = quotes_end_with_line_ ? rest_.substr(0, rest_.find_first_of("\r\n")) : rest_;
  std::string cell;
  for (std::size_t at = 1; at < reach.size();) {
    const std::size_t quote = reach.find('"', at);
    if (quote == std::string_view::npos) break;
    cell += reach.substr(at, quote - at);
    at = quote + 1;
    if (at < reach.size() && reach[at] == '"') {
      cell += '"';
      ++at;
      continue;
    }
    rest_.remove_prefix(at);
    const std::string_view taken = before.substr(0, at);
    for (std::size_t i = 0; i < taken.size(); ++i) {
      if (taken[i] == '\n' || (taken[i] == '\r' && !taken.substr(i + 1).starts_with('\n'))) ++line_;
    }
    return cell + plain_cell();
  }
  quotes_end_with_line_ = true;
  if (row.unclosed_column == 0) row.unclosed_column = row.cells.size() + 1;
  return plain_cell();
}

void CsvReader::end_line() {
  if (rest_.empty()) return;
  rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : 1);
  ++line_;
}

}  // namespace satupintu::adapters
