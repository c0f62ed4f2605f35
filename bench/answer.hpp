// SPDX-License-Identifier: Apache-2.0
// Reads one HTTP/1.1 answer at a time from a connection, in whatever pieces it arrives. The clients use one
// per connection; it knows no socket. Only what a webhook endpoint answers is understood: a Content-Length
// or no body at all.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace satupintu::bench {

class AnswerReader {
 public:
  enum class Progress { incomplete, complete, broken };

  // `bytes` are the next ones of the connection. Bytes past the answer's end are broken: nothing was asked that they could answer.
  Progress feed(std::string_view bytes);

  // REQUIRES: feed() said complete.
  [[nodiscard]] unsigned status() const noexcept { return status_; }
  [[nodiscard]] bool closes() const noexcept { return closes_; }  // the server ends the connection after it

  void start_over();

 private:
  bool read_head(std::string_view head);

  std::string received_;
  std::size_t expected_bytes_ = 0;  // of head and body; 0 until the head is complete
  unsigned status_ = 0;
  bool closes_ = false;
};

}  // namespace satupintu::bench
