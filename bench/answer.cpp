// SPDX-License-Identifier: Apache-2.0
#include "bench/answer.hpp"

#include <algorithm>
#include <charconv>

#include "core/http.hpp"

namespace satupintu::bench {

namespace {

constexpr std::size_t kMaxHeadBytes = 16 * 1024;

template <class Number>
bool read_number(std::string_view digits, Number& number) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc{} && end == digits.data() + digits.size();
}

std::string_view without_spaces_around(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

AnswerReader::Progress AnswerReader::feed(std::string_view bytes) {
  received_ += bytes;
  if (expected_bytes_ == 0) {
    const auto end = received_.find("\r\n\r\n");
    if (end == std::string::npos) return received_.size() > kMaxHeadBytes ? Progress::broken : Progress::incomplete;
    expected_bytes_ = end + 4;
    if (!read_head(std::string_view(received_).substr(0, end + 2))) return Progress::broken;
  }
  if (received_.size() < expected_bytes_) return Progress::incomplete;
  return received_.size() == expected_bytes_ ? Progress::complete : Progress::broken;
}

void AnswerReader::start_over() {
  received_.clear();
  expected_bytes_ = 0;
  closes_ = false;
}

// `head` is the status line and the header fields, each with its line end.
bool AnswerReader::read_head(std::string_view head) {
  const auto status_line = head.substr(0, head.find("\r\n"));
  if (!status_line.starts_with("HTTP/1.") || status_line.size() < 12 || !read_number(status_line.substr(9, 3), status_)) return false;
  closes_ = status_line[7] == '0';
  for (head.remove_prefix(status_line.size() + 2); !head.empty();) {
    const auto line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size() + 2);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    const auto name = line.substr(0, colon);
    const auto value = without_spaces_around(line.substr(colon + 1));
    if (core::equals_ignoring_case(name, "Content-Length")) {
      std::size_t body_bytes = 0;
      if (!read_number(value, body_bytes)) return false;
      expected_bytes_ += body_bytes;
    } else if (core::equals_ignoring_case(name, "Connection")) {
      closes_ = core::equals_ignoring_case(value, "close");
    } else if (core::equals_ignoring_case(name, "Transfer-Encoding")) {
      return false;
    }
  }
  return true;
}

}  // namespace satupintu::bench
