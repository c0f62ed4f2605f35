// SPDX-License-Identifier: Apache-2.0
// What an IMAP server (RFC 3501) says, cut into whole responses: fed with bytes as they come, it never takes a mail's content for
// protocol. Used by the imap adapter for one connection. Pure; a response, and what waits to become one, is bounded in size.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/time.hpp"

namespace satupintu::adapters {

struct ImapLiteral {
  std::size_t at;  // where in the line it stood
  std::string bytes;
};

struct ImapReply {
  std::string tag;   // "*", "+", or a command's
  std::string line;  // what follows, without literals and line break: "42 FETCH (UID 7 BODY[] )"
  std::vector<ImapLiteral> literals;

  // The first word of `line` in upper case: "OK", "SEARCH", "42".
  [[nodiscard]] std::string word() const;
  // What stands behind `name` in the response code: "7" of "OK [UIDVALIDITY 7] …" for UIDVALIDITY; empty for a code without a value.
  [[nodiscard]] std::optional<std::string> code(std::string_view name) const;
};

class ImapReader {
 public:
  // Literals of one response together may have `max_literal_bytes`.
  explicit ImapReader(std::size_t max_literal_bytes) : max_literal_bytes_(max_literal_bytes) {}

  // Fails with too_large beyond a limit and with malformed for what no server says. After that nothing more can be read.
  [[nodiscard]] core::Result<void> feed(std::string_view bytes);
  [[nodiscard]] std::optional<ImapReply> next();
  // Nothing was fed that has not been given out.
  [[nodiscard]] bool is_empty() const noexcept;

 private:
  core::Result<void> end_line();
  void end_reply();

  std::size_t max_literal_bytes_;
  std::string line_;       // of the response that is coming in
  std::size_t begin_ = 0;  // of its newest stretch between literals
  std::vector<ImapLiteral> literals_;
  std::size_t literal_bytes_ = 0;
  std::size_t missing_ = 0;  // of the literal that is coming in
  std::deque<ImapReply> replies_;
};

// What a FETCH response says: "UID", "RFC822.SIZE", "BODY[]" with their values as text; lists are left out. nullopt where it is none.
[[nodiscard]] std::optional<std::map<std::string, std::string>> fetch_items_of(ImapReply reply);

// The numbers of a SEARCH response.
[[nodiscard]] std::vector<std::uint32_t> search_results_of(const ImapReply& reply);

// INTERNALDATE: " 5-Jan-2026 10:04:05 +0700".
[[nodiscard]] std::optional<core::Timestamp> parse_internal_date(std::string_view text);

// The date of SEARCH SINCE: "5-Jan-2026".
[[nodiscard]] std::string imap_date(core::Timestamp at);

// `text` as an IMAP string in quotes; nullopt where it can only be sent as a literal.
[[nodiscard]] std::optional<std::string> imap_quoted(std::string_view text);

}  // namespace satupintu::adapters
