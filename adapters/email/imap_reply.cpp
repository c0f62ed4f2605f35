// SPDX-License-Identifier: Apache-2.0
#include "adapters/email/imap_reply.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "adapters/email/ascii.hpp"
#include "core/http.hpp"

namespace satupintu::adapters {

using core::Errc;

namespace {

// A SEARCH over 65,536 UIDs has 720 KB at most.
constexpr std::size_t kMaxLineBytes = 1'000'000;
constexpr std::size_t kMaxWaitingReplies = 10'000;

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return out;
}

std::string_view word_of(std::string_view& text) {
  const auto end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

// Free text for people may end like the announcement of a literal; only these responses hold any.
bool may_hold_literals(std::string_view line) {
  if (word_of(line) != "*") return false;
  const std::string first = upper(word_of(line));
  if (first == "LIST" || first == "LSUB" || first == "STATUS") return true;
  return number_in<std::uint32_t>(first).has_value() && upper(word_of(line)) == "FETCH";
}

// The length that a line announces by its end, "{123}".
std::optional<std::size_t> announced_by(std::string_view line) {
  if (!line.ends_with('}')) return std::nullopt;
  const auto begin = line.rfind('{');
  if (begin == std::string_view::npos) return std::nullopt;
  return number_in<std::size_t>(line.substr(begin + 1, line.size() - begin - 2));
}

// Reads the values of a FETCH response one after the other.
class ItemReader {
 public:
  explicit ItemReader(ImapReply& reply) : reply_(reply) {}

  std::optional<std::map<std::string, std::string>> read() {
    std::string_view rest = reply_.line;
    if (reply_.tag != "*" || !number_in<std::uint32_t>(word_of(rest)) || upper(word_of(rest)) != "FETCH") return std::nullopt;
    at_ = reply_.line.size() - rest.size();
    if (!take('(')) return std::nullopt;
    std::map<std::string, std::string> items;
    while (!take(')')) {
      const auto name = read_name();
      if (!name || !take(' ')) return std::nullopt;
      auto value = read_value(0);
      if (!value) return std::nullopt;
      items.emplace(std::move(*name), std::move(*value));
      if (!take(' ') && !is_at(')')) return std::nullopt;
    }
    return items;
  }

 private:
  [[nodiscard]] bool is_at(char c) const { return at_ < reply_.line.size() && reply_.line[at_] == c; }
  bool take(char c) {
    if (!is_at(c) || literal_here()) return false;
    ++at_;
    return true;
  }
  [[nodiscard]] bool literal_here() const { return literal_ < reply_.literals.size() && reply_.literals[literal_].at == at_; }

  // "BODY[HEADER.FIELDS (TO)]<0>" has blanks between its brackets.
  std::optional<std::string> read_name() {
    const std::size_t begin = at_;
    bool in_brackets = false;
    while (at_ < reply_.line.size()) {
      const char c = reply_.line[at_];
      if (c == '[') in_brackets = true;
      if (c == ']') in_brackets = false;
      if (!in_brackets && (c == ' ' || c == '(' || c == ')')) break;
      ++at_;
    }
    if (at_ == begin) return std::nullopt;
    return upper(std::string_view(reply_.line).substr(begin, at_ - begin));
  }

  std::optional<std::string> read_value(std::size_t depth) {
    if (literal_here()) return std::move(reply_.literals[literal_++].bytes);
    if (is_at('"')) return read_quoted();
    if (is_at('(')) return depth < 20 ? read_list(depth) : std::nullopt;
    const std::size_t begin = at_;
    while (at_ < reply_.line.size() && reply_.line[at_] != ' ' && reply_.line[at_] != ')' && reply_.line[at_] != '(' && !literal_here())
      ++at_;
    if (at_ == begin) return std::nullopt;
    std::string atom = reply_.line.substr(begin, at_ - begin);
    return core::equals_ignoring_case(atom, "NIL") ? std::string{} : std::move(atom);
  }

  std::optional<std::string> read_quoted() {
    std::string text;
    for (++at_; at_ < reply_.line.size(); ++at_) {
      char c = reply_.line[at_];
      if (c == '"') {
        ++at_;
        return text;
      }
      if (c == '\\' && at_ + 1 < reply_.line.size()) c = reply_.line[++at_];
      text += c;
    }
    return std::nullopt;
  }

  std::optional<std::string> read_list(std::size_t depth) {
    ++at_;
    while (!take(')')) {
      if (!read_value(depth + 1)) return std::nullopt;
      take(' ');
    }
    return std::string{};
  }

  ImapReply& reply_;
  std::size_t at_ = 0, literal_ = 0;
};

}  // namespace

std::string ImapReply::word() const {
  std::string_view rest = line;
  return upper(word_of(rest));
}

std::optional<std::string> ImapReply::code(std::string_view name) const {
  std::string_view rest = line;
  word_of(rest);
  if (!rest.starts_with('[')) return std::nullopt;
  rest = rest.substr(1, rest.find(']') - 1);
  if (!core::equals_ignoring_case(word_of(rest), name)) return std::nullopt;
  return std::string(rest);
}

core::Result<void> ImapReader::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (missing_ > 0) {
      const std::string_view content = bytes.substr(0, missing_);
      literals_.back().bytes.append(content);
      missing_ -= content.size();
      bytes.remove_prefix(content.size());
      continue;
    }
    const auto end = bytes.find('\n');
    const std::string_view stretch = bytes.substr(0, end);
    if (line_.size() + stretch.size() > kMaxLineBytes) return core::fail(Errc::too_large, "the mail server's response is too long");
    line_.append(stretch);
    if (end == std::string_view::npos) break;
    bytes.remove_prefix(end + 1);
    if (auto ended = end_line(); !ended) return ended;
  }
  return {};
}

core::Result<void> ImapReader::end_line() {
  if (line_.size() > begin_ && line_.back() == '\r') line_.pop_back();
  const auto announced = may_hold_literals(line_) ? announced_by(std::string_view(line_).substr(begin_)) : std::nullopt;
  if (!announced) {
    end_reply();
    if (replies_.size() > kMaxWaitingReplies) return core::fail(Errc::too_large, "the mail server's responses are too many");
    return {};
  }
  if (*announced > max_literal_bytes_ - literal_bytes_)
    return core::fail(Errc::too_large, "the mail server announces more than a mail may have");
  line_.erase(line_.rfind('{'));
  begin_ = line_.size();
  literals_.push_back({.at = line_.size(), .bytes = {}});
  literals_.back().bytes.reserve(*announced);
  literal_bytes_ += *announced;
  missing_ = *announced;
  return {};
}

void ImapReader::end_reply() {
  ImapReply reply;
  std::string_view rest = line_;
  reply.tag = word_of(rest);
  const std::size_t cut = line_.size() - rest.size();
  reply.line = rest;
  reply.literals = std::move(literals_);
  for (ImapLiteral& literal : reply.literals) literal.at -= cut;
  replies_.push_back(std::move(reply));
  line_.clear();
  literals_.clear();
  begin_ = literal_bytes_ = 0;
}

std::optional<ImapReply> ImapReader::next() {
  if (replies_.empty()) return std::nullopt;
  ImapReply reply = std::move(replies_.front());
  replies_.pop_front();
  return reply;
}

bool ImapReader::is_empty() const noexcept { return replies_.empty() && line_.empty() && literals_.empty(); }

std::optional<std::map<std::string, std::string>> fetch_items_of(ImapReply reply) { return ItemReader(reply).read(); }

std::vector<std::uint32_t> search_results_of(const ImapReply& reply) {
  std::vector<std::uint32_t> numbers;
  std::string_view rest = reply.line;
  if (reply.tag != "*" || upper(word_of(rest)) != "SEARCH") return numbers;
  while (!rest.empty()) {
    if (const auto number = number_in<std::uint32_t>(word_of(rest))) numbers.push_back(*number);
  }
  return numbers;
}

std::optional<core::Timestamp> parse_internal_date(std::string_view text) {
  constexpr std::size_t kLength = 26;
  if (text.size() == kLength - 1) return parse_internal_date(' ' + std::string(text));  // some leave the blank out
  if (text.size() != kLength || text[2] != '-' || text[6] != '-' || text[11] != ' ' || text[20] != ' ') return std::nullopt;
  const auto* const month = std::ranges::find(kMonths, text.substr(3, 3));
  if (month == kMonths.end()) return std::nullopt;
  const auto number = static_cast<unsigned>(month - kMonths.begin() + 1);
  const std::string day = text[0] == ' ' ? '0' + std::string(text.substr(1, 1)) : std::string(text.substr(0, 2));
  return core::parse_rfc3339(std::string(text.substr(7, 4)) + (number < 10 ? "-0" : "-") + std::to_string(number) + '-' + day + 'T' +
                             std::string(text.substr(12, 8)) + std::string(text.substr(21)));
}

std::string imap_date(core::Timestamp at) {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(at)};
  return std::to_string(static_cast<unsigned>(date.day())) + '-' + std::string(kMonths[static_cast<unsigned>(date.month()) - 1]) + '-' +
         std::to_string(static_cast<int>(date.year()));
}

std::optional<std::string> imap_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c < ' ' || c > '~') return std::nullopt;
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace satupintu::adapters
