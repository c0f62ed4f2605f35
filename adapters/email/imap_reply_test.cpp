// SPDX-License-Identifier: Apache-2.0
#include "adapters/email/imap_reply.hpp"

#include <doctest/doctest.h>

using namespace satupintu::adapters;
using namespace satupintu::core;

namespace {

std::vector<ImapReply> replies_to(std::string_view bytes, std::size_t step) {
  ImapReader reader(1'000'000);
  for (std::size_t at = 0; at < bytes.size(); at += step) REQUIRE(reader.feed(bytes.substr(at, step)));
  std::vector<ImapReply> replies;
  while (auto reply = reader.next()) replies.push_back(std::move(*reply));
  return replies;
}

ImapReply reply_to(std::string_view bytes) {
  auto replies = replies_to(bytes, bytes.size());
  REQUIRE(replies.size() == 1);
  return std::move(replies.front());
}

Result<void> fed(std::string_view bytes, std::size_t max_literal_bytes) { return ImapReader(max_literal_bytes).feed(bytes); }

}  // namespace

TEST_CASE("a_mail_that_looks_like_protocol_is_content_however_the_bytes_come") {
  const std::string mail = "Subject: {5}\r\n\r\na7 OK FETCH completed\r\n* BYE\r\n* 1 FETCH (UID 1 BODY[] {3}\r\nabc)\r\n";
  const std::string bytes =
      "* 4 FETCH (UID 7 BODY[] {" + std::to_string(mail.size()) + "}\r\n" + mail + " FLAGS (\\Seen))\r\na7 OK done\r\n";
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    CAPTURE(step);
    auto replies = replies_to(bytes, step);
    REQUIRE(replies.size() == 2);
    CHECK(replies[1].tag == "a7");
    CHECK(replies[1].word() == "OK");
    const auto items = fetch_items_of(std::move(replies[0]));
    REQUIRE(items);
    CHECK(items->at("UID") == "7");
    CHECK(items->at("BODY[]") == mail);
  }
}

TEST_CASE("several_literals_stand_where_they_stood") {
  const auto items = fetch_items_of(reply_to("* 1 FETCH (BODY[HEADER.FIELDS (TO {1}\r\nx)] {2}\r\nab BODY[TEXT]<0> {0}\r\n UID 3)\r\n"));
  CHECK_FALSE(items);  // nothing that we ask for has a literal in its name
  const auto plain = fetch_items_of(reply_to("* 1 FETCH (BODY[HEADER] {2}\r\nab BODY[TEXT]<0> {0}\r\n UID 3)\r\n"));
  REQUIRE(plain);
  CHECK(plain->at("BODY[HEADER]") == "ab");
  CHECK(plain->at("BODY[TEXT]<0>").empty());
  CHECK(plain->at("UID") == "3");
  CHECK(fetch_items_of(reply_to("* 1 FETCH (UID 3 BODY[] NIL)\r\n"))->at("BODY[]").empty());
}

TEST_CASE("quoted_values_and_lists_are_read") {
  const auto items =
      fetch_items_of(reply_to("* 12 fetch (flags (\\Seen $Label1) internaldate \" 5-Jan-2026 10:04:05 +0700\" envelope (NIL \"a\\\"b)\" "
                              "((\"c\"))) uid 9 rfc822.size 44)\r\n"));
  REQUIRE(items);
  CHECK(items->at("INTERNALDATE") == " 5-Jan-2026 10:04:05 +0700");
  CHECK(items->at("UID") == "9");
  CHECK(items->at("RFC822.SIZE") == "44");
}

TEST_CASE("text_for_people_announces_nothing") {
  for (const std::string_view bytes : {"* OK welcome {5}\r\n", "a1 NO sorry {5}\r\n", "+ go on {5}\r\n", "* BYE {5}\r\n"}) {
    CHECK(reply_to(bytes).line.ends_with("{5}"));
  }
}

TEST_CASE("what_is_no_fetch_response_gives_no_items") {
  for (const std::string_view bytes :
       {"* 1 EXISTS\r\n", "* OK FETCH (UID 1)\r\n", "a1 FETCH (UID 1)\r\n", "* 1 FETCH\r\n", "* 1 FETCH (UID\r\n", "* 1 FETCH (UID 1\r\n",
        "* 1 FETCH (UID 1 X)\r\n", "* 1 FETCH (X \"abc)\r\n", "* 1 FETCH (X (((\r\n", "* x FETCH (UID 1)\r\n", "\r\n", "*\r\n", "* \r\n"}) {
    CAPTURE(bytes);
    CHECK_FALSE(fetch_items_of(reply_to(bytes)));
  }
  CHECK_FALSE(fetch_items_of(reply_to("* 1 FETCH (X " + std::string(100'000, '(') + "\r\n")));
}

TEST_CASE("size_is_bounded_before_anything_is_kept") {
  CHECK(fed("* 1 FETCH (BODY[] {100}\r\n", 100));
  for (const std::string_view bytes : {"* 1 FETCH (BODY[] {101}\r\n", "* 1 FETCH (BODY[] {18446744073709551615}\r\n",
                                       "* 1 FETCH (A {60}\r\n0123456789012345678901234567890123456789012345678901234567890 B {60}\r\n"}) {
    CAPTURE(bytes);
    const auto result = fed(bytes, 100);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Errc::too_large);
  }
  // No number at all: the end of a line.
  CHECK(fed("* 1 FETCH (BODY[] {99999999999999999999999}\r\n* 1 FETCH (BODY[] {-1}\r\n* 1 FETCH (BODY[] {}\r\n", 100));
  CHECK_FALSE(fed(std::string(1'000'001, 'x'), 100));
  std::string many;
  for (int reply = 0; reply < 20'000; ++reply) many += "* OK\r\n";
  CHECK_FALSE(fed(many, 100));
}

TEST_CASE("response_codes_are_read") {
  CHECK(reply_to("* OK [UIDVALIDITY 1767229200] UIDs valid\r\n").code("uidvalidity") == "1767229200");
  CHECK(reply_to("a2 NO [TRYCREATE] no such folder\r\n").code("TRYCREATE") == "");
  CHECK_FALSE(reply_to("a2 NO no such folder\r\n").code("TRYCREATE"));
  CHECK_FALSE(reply_to("a2 NO [TRYCREATE\r\n").code("UIDNEXT"));
}

TEST_CASE("search_results_are_numbers") {
  CHECK(search_results_of(reply_to("* SEARCH 3 5 x 99999999999 8\r\n")) == std::vector<std::uint32_t>{3, 5, 8});
  CHECK(search_results_of(reply_to("* SEARCH\r\n")).empty());
  CHECK(search_results_of(reply_to("* 3 EXISTS\r\n")).empty());
}

TEST_CASE("dates_are_read_and_written_as_imap_has_them") {
  CHECK(format_rfc3339(parse_internal_date(" 5-Jan-2026 10:04:05 +0700").value()) == "2026-01-05T03:04:05.000Z");
  CHECK(format_rfc3339(parse_internal_date("25-Dec-2025 00:00:00 +0000").value()) == "2025-12-25T00:00:00.000Z");
  CHECK(parse_internal_date("5-Jan-2026 10:04:05 +0700"));
  for (const std::string_view text : {"", "32-Jan-2026 10:04:05 +0700", " 5-Xxx-2026 10:04:05 +0700", " 5-Jan-2026 10:04:05 GMT+7"})
    CHECK_FALSE(parse_internal_date(text));
  CHECK(imap_date(Timestamp{std::chrono::seconds{1'767'229'200}}) == "1-Jan-2026");
}

TEST_CASE("a_string_that_could_end_a_command_is_not_quoted") {
  CHECK(imap_quoted(R"(a"b\c)") == R"("a\"b\\c")");
  CHECK_FALSE(imap_quoted("a\r\nb"));
  CHECK_FALSE(imap_quoted("caf\xC3\xA9"));
}
