// SPDX-License-Identifier: Apache-2.0
#include "tests/support/http_vectors.hpp"

#include <algorithm>
#include <iterator>

namespace satupintu::tests {

using gateway::HttpReject;
using namespace std::string_literals;

namespace {

const std::string kHostLine = "Host: " + kVectorHost + "\r\n";

std::string with_request_line(const std::string& line) { return line + "\r\n" + kHostLine + "\r\n"; }

std::string get(const std::string& target) { return with_request_line("GET " + target + " HTTP/1.1"); }

std::string with_host_lines(const std::string& lines) { return "GET " + kVectorPath + " HTTP/1.1\r\n" + lines + "\r\n"; }

std::string chunks(const std::string& body) { return request_with("Transfer-Encoding: chunked\r\n", body); }

std::string repeated(const std::string& text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::vector<HttpVector> framing_messages() {
  const std::string chunk_body = "5\r\nhello\r\n0\r\n\r\n";
  const auto coded = [&](const std::string& lines) { return request_with(lines, chunk_body); };
  const auto sized = [](const std::string& lines) { return request_with(lines, "hello"); };
  return {
      {"length before coding", coded("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), HttpReject::bad_framing},
      {"coding before length", coded("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), HttpReject::bad_framing},
      {"coding and length 0", coded("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n"), HttpReject::bad_framing},
      {"coding gzip", coded("Transfer-Encoding: gzip\r\n"), HttpReject::unknown_coding},
      {"coding gzip with length", coded("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n"), HttpReject::bad_framing},
      {"coding identity", coded("Transfer-Encoding: identity\r\n"), HttpReject::unknown_coding},
      {"coding identity with length", coded("Transfer-Encoding: identity\r\nContent-Length: 5\r\n"), HttpReject::bad_framing},
      {"coding xchunked", coded("Transfer-Encoding: xchunked\r\n"), HttpReject::unknown_coding},
      {"coding chunkedx", coded("Transfer-Encoding: chunkedx\r\n"), HttpReject::unknown_coding},
      {"coding in capitals", coded("Transfer-Encoding: Chunked\r\n"), HttpReject::unknown_coding},
      {"coding empty", coded("Transfer-Encoding:\r\n"), HttpReject::unknown_coding},
      {"coding list gzip, chunked", coded("Transfer-Encoding: gzip, chunked\r\n"), HttpReject::unknown_coding},
      {"coding list chunked, gzip", coded("Transfer-Encoding: chunked, gzip\r\n"), HttpReject::unknown_coding},
      {"coding list chunked, chunked", coded("Transfer-Encoding: chunked, chunked\r\n"), HttpReject::unknown_coding},
      {"coding list with empty element", coded("Transfer-Encoding: ,chunked\r\n"), HttpReject::unknown_coding},
      {"coding twice", coded("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), HttpReject::bad_framing},
      {"coding twice, identity first", coded("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n"), HttpReject::bad_framing},
      {"coding quoted", coded("Transfer-Encoding: \"chunked\"\r\n"), HttpReject::unknown_coding},
      {"coding with parameter", coded("Transfer-Encoding: chunked;a=b\r\n"), HttpReject::unknown_coding},
      {"coding after vertical tab", coded("Transfer-Encoding: \vchunked\r\n"), HttpReject::bad_header},
      {"coding before form feed", coded("Transfer-Encoding: chunked\f\r\n"), HttpReject::bad_header},
      {"coding with NUL", coded("Transfer-Encoding: chunked\0\r\n"s), HttpReject::bad_header},
      {"coding with space before colon", coded("Transfer-Encoding : chunked\r\n"), HttpReject::bad_header},
      {"coding with tab before colon", coded("Transfer-Encoding\t: chunked\r\n"), HttpReject::bad_header},
      {"coding on a folded line", coded("Transfer-Encoding:\r\n chunked\r\n"), HttpReject::bad_header},
      {"coding hidden in a folded line", coded("X-Note: a\r\n Transfer-Encoding: chunked\r\n"), HttpReject::bad_header},
      {"coding after a bare CR", coded("X-Note: a\rTransfer-Encoding: chunked\r\n"), HttpReject::bad_header},
      {"coding after a bare LF", coded("X-Note: a\nTransfer-Encoding: chunked\r\n"), HttpReject::bad_header},
      {"coding with underscore", coded("Transfer_Encoding: chunked\r\n"), HttpReject::bad_header},
      {"coding over HTTP/1.0", "POST " + kVectorPath + " HTTP/1.0\r\n" + kHostLine + "Transfer-Encoding: chunked\r\n\r\n" + chunk_body,
       HttpReject::bad_framing},
      {"coding over HTTP/1.0 with keep-alive",
       "POST " + kVectorPath + " HTTP/1.0\r\n" + kHostLine + "Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk_body,
       HttpReject::bad_framing},

      {"length twice, the same", sized("Content-Length: 5\r\nContent-Length: 5\r\n"), HttpReject::bad_framing},
      {"length twice, different", sized("Content-Length: 5\r\nContent-Length: 6\r\n"), HttpReject::bad_framing},
      {"length as a list", sized("Content-Length: 5, 5\r\n"), HttpReject::bad_framing},
      {"length with plus", sized("Content-Length: +5\r\n"), HttpReject::bad_framing},
      {"length with minus", sized("Content-Length: -5\r\n"), HttpReject::bad_framing},
      {"length in hex", sized("Content-Length: 0x5\r\n"), HttpReject::bad_framing},
      {"length with underscore", sized("Content-Length: 5_0\r\n"), HttpReject::bad_framing},
      {"length with space inside", sized("Content-Length: 5 5\r\n"), HttpReject::bad_framing},
      {"length with fraction", sized("Content-Length: 5.0\r\n"), HttpReject::bad_framing},
      {"length empty", sized("Content-Length:\r\n"), HttpReject::bad_framing},
      {"length 2^64", sized("Content-Length: 18446744073709551616\r\n"), HttpReject::bad_framing},
      {"length of eleven digits", sized("Content-Length: 00000000005\r\n"), HttpReject::bad_framing},
      {"length in Arabic-Indic digits", sized("Content-Length: \u0665\r\n"), HttpReject::bad_framing},
      {"length quoted", sized("Content-Length: \"5\"\r\n"), HttpReject::bad_framing},
      {"length name with underscore", sized("Content_Length: 5\r\n"), HttpReject::bad_header},
      {"length with space before colon", sized("Content-Length : 5\r\n"), HttpReject::bad_header},
  };
}

std::vector<HttpVector> line_messages() {
  return {
      {"bare LF everywhere", "GET " + kVectorPath + " HTTP/1.1\nHost: " + kVectorHost + "\n\n", HttpReject::bad_request_line},
      {"bare LF after a header", request_with("X-Note: a\n"), HttpReject::bad_header},
      {"bare LF instead of the empty line", "GET " + kVectorPath + " HTTP/1.1\r\n" + kHostLine + "\n", HttpReject::bad_header},
      {"bare CR after the request line", "GET " + kVectorPath + " HTTP/1.1\r" + kHostLine + "\r\n", HttpReject::bad_request_line},
      {"bare CR in a value", request_with("X-Note: a\rb\r\n"), HttpReject::bad_header},
      {"two CR before LF", request_with("X-Note: a\r\r\n"), HttpReject::bad_header},
      {"NUL in a name", request_with("X-\0Note: a\r\n"s), HttpReject::bad_header},
      {"NUL in a value", request_with("X-Note: a\0b\r\n"s), HttpReject::bad_header},
      {"escape in a value", request_with("X-Note: a\x1b[2J\r\n"), HttpReject::bad_header},
      {"DEL in a value", request_with("X-Note: a\x7f\r\n"), HttpReject::bad_header},
      {"folded with space", request_with("X-Note: a\r\n b\r\n"), HttpReject::bad_header},
      {"folded with tab", request_with("X-Note: a\r\n\tb\r\n"), HttpReject::bad_header},
      {"white space before the first header", "GET " + kVectorPath + " HTTP/1.1\r\n " + kHostLine + "\r\n", HttpReject::bad_header},
      {"space before colon", request_with("X-Note : a\r\n"), HttpReject::bad_header},
      {"space in a name", request_with("X Note: a\r\n"), HttpReject::bad_header},
      {"empty name", request_with(": a\r\n"), HttpReject::bad_header},
      {"no colon", request_with("X-Note\r\n"), HttpReject::bad_header},
      {"parenthesis in a name", request_with("X-(Note): a\r\n"), HttpReject::bad_header},
      {"letter beyond ASCII in a name", request_with("X-Not\u00e9: a\r\n"), HttpReject::bad_header},
      {"underscore in a signature's name", request_with("X_Hub_Signature_256: sha256=00\r\n"), HttpReject::bad_header},
      {"empty line before the request", "\r\n" + get(kVectorPath), HttpReject::bad_request_line},
      {"compressed with gzip", request_with("Content-Encoding: gzip\r\nContent-Length: 0\r\n"), HttpReject::content_coding},
      {"compressed with deflate", request_with("Content-Encoding: deflate\r\nContent-Length: 0\r\n"), HttpReject::content_coding},
      {"compressed with br", request_with("Content-Encoding: br\r\nContent-Length: 0\r\n"), HttpReject::content_coding},
      {"unknown expectation", request_with("Expect: 200-ok\r\n"), HttpReject::bad_expectation},
      {"expectation twice", request_with("Expect: 100-continue\r\nExpect: 100-continue\r\n"), HttpReject::bad_expectation},
      {"header of 20 kB", request_with("X-Note: " + std::string(20'000, 'a') + "\r\n"), HttpReject::head_too_large},
      {"name of 20 kB", request_with(std::string(20'000, 'a') + ": b\r\n"), HttpReject::head_too_large},
      {"101 headers", request_with(repeated("X-Note: a\r\n", 100)), HttpReject::head_too_large},
      {"10 000 headers", request_with(repeated("X-Note: a\r\n", 10'000)), HttpReject::head_too_large},
  };
}

std::vector<HttpVector> request_line_messages() {
  const auto line = with_request_line;
  return {
      {"HTTP/0.9", "GET " + kVectorPath + "\r\n\r\n", HttpReject::bad_request_line},
      {"HTTP/0.9 by number", line("GET " + kVectorPath + " HTTP/0.9"), HttpReject::bad_version},
      {"HTTP/1.2", line("GET " + kVectorPath + " HTTP/1.2"), HttpReject::bad_version},
      {"HTTP/2.0", line("GET " + kVectorPath + " HTTP/2.0"), HttpReject::bad_version},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", HttpReject::bad_version},
      {"HTTP/1.10", line("GET " + kVectorPath + " HTTP/1.10"), HttpReject::bad_request_line},
      {"version in small letters", line("GET " + kVectorPath + " http/1.1"), HttpReject::bad_request_line},
      {"version with a comma", line("GET " + kVectorPath + " HTTP/1,1"), HttpReject::bad_request_line},
      {"space after the version", line("GET " + kVectorPath + " HTTP/1.1 "), HttpReject::bad_request_line},
      {"two spaces before the target", line("GET  " + kVectorPath + " HTTP/1.1"), HttpReject::bad_request_line},
      {"tabs for spaces", line("GET\t" + kVectorPath + "\tHTTP/1.1"), HttpReject::bad_request_line},
      {"no method", line(" " + kVectorPath + " HTTP/1.1"), HttpReject::bad_request_line},
      {"method with a parenthesis", line("GET(): " + kVectorPath + " HTTP/1.1"), HttpReject::bad_request_line},
      {"method of 9 kB", line(std::string(9'000, 'A') + " " + kVectorPath + " HTTP/1.1"), HttpReject::target_too_long},

      {"absolute target", get("http://pintu.kota.example" + kVectorPath), HttpReject::bad_target},
      {"absolute target to another host", get("http://lain.example" + kVectorPath), HttpReject::bad_target},
      {"CONNECT", line("CONNECT lain.example:443 HTTP/1.1"), HttpReject::bad_target},
      {"OPTIONS *", line("OPTIONS * HTTP/1.1"), HttpReject::bad_target},
      {"target without slash", get("channels/wa-utama"), HttpReject::bad_target},
      {"fragment", get(kVectorPath + "#a"), HttpReject::bad_target},
      {"backslash", get("/channels\\wa-utama"), HttpReject::bad_target},
      {"raw letter beyond ASCII", get("/channels/wa-utam\u00e0"), HttpReject::bad_target},
      {"NUL in the target", get("/channels/wa\0-utama"s), HttpReject::bad_target},
      {"half an escape", get(kVectorPath + "%2"), HttpReject::bad_target},
      {"escape without digits", get("/channels/%zz"), HttpReject::bad_target},
      {"escape of one digit", get("/channels/%a/b"), HttpReject::bad_target},
      {"bad escape in the query", get(kVectorPath + "?a=%zz"), HttpReject::bad_target},
      {"half an escape in the query", get(kVectorPath + "?a=%"), HttpReject::bad_target},
      {"target of 8 kB and one", get("/" + std::string(gateway::kMaxTargetBytes, 'a')), HttpReject::target_too_long},
      {"target of 20 kB", get("/" + std::string(20'000, 'a')), HttpReject::target_too_long},

      {"encoded slash", get("/channels%2Fwa-utama"), HttpReject::no_route},
      {"encoded backslash", get("/channels%5cwa-utama"), HttpReject::no_route},
      {"encoded NUL", get(kVectorPath + "%00"), HttpReject::no_route},
      {"encoded line break", get(kVectorPath + "%0d%0aX-Note:%20a"), HttpReject::no_route},
      {"two slashes", get("//channels/wa-utama"), HttpReject::no_route},
      {"two slashes inside", get("/channels//wa-utama"), HttpReject::no_route},
      {"two slashes at the end", get("/channels/wa-utama//"), HttpReject::no_route},
      {"dot segment", get("/./channels/wa-utama"), HttpReject::no_route},
      {"dot-dot segment", get("/a/../channels/wa-utama"), HttpReject::no_route},
      {"encoded dot-dot segment", get("/a/%2e%2e/channels/wa-utama"), HttpReject::no_route},
      {"encoded dot-dot-slash", get("/a/%2e%2e%2fchannels/wa-utama"), HttpReject::no_route},
      {"dot-dot at the end", get("/channels/wa-utama/.."), HttpReject::no_route},

      {"no host", with_host_lines("X-Note: a\r\n"), HttpReject::bad_host},
      {"no host over HTTP/1.0", "GET " + kVectorPath + " HTTP/1.0\r\n\r\n", HttpReject::bad_host},
      {"host twice, the same", with_host_lines(kHostLine + kHostLine), HttpReject::bad_host},
      {"host twice, different", with_host_lines(kHostLine + "Host: lain.example\r\n"), HttpReject::bad_host},
      {"host empty", with_host_lines("Host:\r\n"), HttpReject::bad_host},
      {"host with userinfo", with_host_lines("Host: pintu.kota.example@lain.example\r\n"), HttpReject::bad_host},
      {"host with path", with_host_lines("Host: pintu.kota.example/a\r\n"), HttpReject::bad_host},
      {"host as a list", with_host_lines("Host: pintu.kota.example, lain.example\r\n"), HttpReject::bad_host},
      {"host with letters for a port", with_host_lines("Host: pintu.kota.example:abc\r\n"), HttpReject::bad_host},
      {"host with an empty port", with_host_lines("Host: pintu.kota.example:\r\n"), HttpReject::bad_host},
      {"host with an open bracket", with_host_lines("Host: [::1\r\n"), HttpReject::bad_host},
      {"host of somebody else", with_host_lines("Host: lain.example\r\n"), HttpReject::wrong_host},
      {"host below ours", with_host_lines("Host: a.pintu.kota.example\r\n"), HttpReject::wrong_host},
      {"host as an address", with_host_lines("Host: 127.0.0.1\r\n"), HttpReject::wrong_host},
      {"host as an IPv6 address", with_host_lines("Host: [::1]:8080\r\n"), HttpReject::wrong_host},
  };
}

std::vector<HttpVector> chunk_messages() {
  return {
      {"chunk size with 0x", chunks("0x5\r\nhello\r\n0\r\n\r\n"), HttpReject::bad_chunk},
      {"chunk size with plus", chunks("+5\r\nhello\r\n0\r\n\r\n"), HttpReject::bad_chunk},
      {"chunk size with minus", chunks("-5\r\nhello\r\n0\r\n\r\n"), HttpReject::bad_chunk},
      {"chunk size with underscore", chunks("5_\r\nhello\r\n0\r\n\r\n"), HttpReject::bad_chunk},
      {"chunk size after space", chunks(" 5\r\nhello\r\n0\r\n\r\n"), HttpReject::bad_chunk},
      {"chunk size before space", chunks("5 \r\nhello\r\n0\r\n\r\n"), HttpReject::bad_chunk},
      {"chunk size before tab", chunks("5\t\r\nhello\r\n0\r\n\r\n"), HttpReject::bad_chunk},
      {"chunk size empty", chunks("\r\nhello\r\n0\r\n\r\n"), HttpReject::bad_chunk},
      {"chunk size no hex", chunks("g\r\nhello\r\n0\r\n\r\n"), HttpReject::bad_chunk},
      {"chunk size 2^64 and 5", chunks("10000000000000005\r\nhello\r\n0\r\n\r\n"), HttpReject::bad_chunk},
      {"chunk size of nine digits", chunks("000000005\r\nhello\r\n0\r\n\r\n"), HttpReject::bad_chunk},
      {"chunk size ends in LF", chunks("5\nhello\r\n0\r\n\r\n"), HttpReject::bad_chunk},
      {"chunk size ends in CR", chunks("5\rhello\r\n0\r\n\r\n"), HttpReject::bad_chunk},
      {"chunk size ends in CR CR LF", chunks("5\r\r\nhello\r\n0\r\n\r\n"), HttpReject::bad_chunk},
      {"chunk payload ends in LF", chunks("5\r\nhello\n0\r\n\r\n"), HttpReject::bad_chunk},
      {"chunk payload without end", chunks("5\r\nhello0\r\n\r\n"), HttpReject::bad_chunk},
      {"chunk payload too long", chunks("5\r\nhello!\r\n0\r\n\r\n"), HttpReject::bad_chunk},
      {"chunk extension", chunks("5;a=b\r\nhello\r\n0\r\n\r\n"), HttpReject::bad_chunk},
      {"chunk extension without name", chunks("5;\r\nhello\r\n0\r\n\r\n"), HttpReject::bad_chunk},
      {"chunk extension of 16 kB", chunks("5;" + std::string(16 * 1024, 'a') + "\r\nhello\r\n0\r\n\r\n"), HttpReject::bad_chunk},
      {"chunk extension with quoted line break", chunks("5;a=\"\r\n0\r\n\r\n\"\r\nhello\r\n0\r\n\r\n"), HttpReject::bad_chunk},
      {"chunk extension ends in LF", chunks("5;a\nhello\r\n0\r\n\r\n"), HttpReject::bad_chunk},
      {"last chunk with extension", chunks("5\r\nhello\r\n0;a\r\n\r\n"), HttpReject::bad_chunk},
      {"last chunk ends in LF", chunks("5\r\nhello\r\n0\n\r\n"), HttpReject::bad_chunk},
      {"last line ends in CR CR", chunks("5\r\nhello\r\n0\r\n\r\r"), HttpReject::bad_chunk},
      {"chunk larger than the route allows", chunks("ffffffff\r\nhello"), HttpReject::body_too_large},
      {"chunks that add up to too much", chunks("fff\r\n" + std::string(0xfff, 'a') + "\r\n2\r\nab"), HttpReject::body_too_large},
  };
}

}  // namespace

std::string request_with(const std::string& header_lines, const std::string& body) {
  return "POST " + kVectorPath + " HTTP/1.1\r\n" + kHostLine + header_lines + "\r\n" + body;
}

std::vector<HttpVector> messages_the_guard_refuses() {
  std::vector<HttpVector> all;
  for (auto some : {framing_messages(), line_messages(), request_line_messages(), chunk_messages()})
    std::ranges::move(some, std::back_inserter(all));
  return all;
}

std::vector<HttpVector> messages_with_trailers() {
  const std::string chunk = "5\r\nhello\r\n0\r\n";
  return {
      {"trailer with a length", chunks(chunk + "Content-Length: 5\r\n\r\n"), HttpReject::trailers},
      {"trailer with a coding", chunks(chunk + "Transfer-Encoding: chunked\r\n\r\n"), HttpReject::trailers},
      {"trailer with a host", chunks(chunk + "Host: lain.example\r\n\r\n"), HttpReject::trailers},
      {"trailer with a signature", chunks(chunk + "X-Hub-Signature-256: sha256=00\r\n\r\n"), HttpReject::trailers},
      {"trailer of 20 kB", chunks(chunk + "X-Note: " + std::string(20'000, 'a') + "\r\n\r\n"), HttpReject::trailers},
      {"trailer that was announced", request_with("Trailer: X-Note\r\nTransfer-Encoding: chunked\r\n", chunk + "X-Note: a\r\n\r\n"),
       HttpReject::trailers},
      {"line feed for the end", chunks(chunk + "\n"), HttpReject::trailers},
  };
}

std::vector<HttpVector> messages_the_routes_refuse() {
  const auto line = with_request_line;
  return {
      {"TRACE", line("TRACE " + kVectorPath + " HTTP/1.1"), HttpReject::wrong_method},
      {"HEAD", line("HEAD " + kVectorPath + " HTTP/1.1"), HttpReject::wrong_method},
      {"DELETE with an override", "DELETE " + kVectorPath + " HTTP/1.1\r\n" + kHostLine + "X-HTTP-Method-Override: POST\r\n\r\n",
       HttpReject::wrong_method},
      {"method in small letters", line("get " + kVectorPath + " HTTP/1.1"), HttpReject::wrong_method},
      {"method unknown", line("FOO " + kVectorPath + " HTTP/1.1"), HttpReject::wrong_method},
      {"another path", get("/channels/wa-lain"), HttpReject::no_route},
      {"path with a slash at the end", get(kVectorPath + "/"), HttpReject::no_route},
      {"path with a parameter", get(kVectorPath + ";x=y"), HttpReject::no_route},
      {"path in capitals", get("/CHANNELS/WA-UTAMA"), HttpReject::no_route},
      {"path encoded twice", get("/channels/%2577a-utama"), HttpReject::no_route},
      {"path with a letter beyond ASCII", get("/channels/wa-utam%C3%A0"), HttpReject::no_route},
      {"path of 7 kB", get("/" + std::string(7'000, 'a')), HttpReject::no_route},
      {"root", get("/"), HttpReject::no_route},
      {"one byte more than the route allows", request_with("Content-Length: 4097\r\n", std::string(4097, 'a')), HttpReject::body_too_large},
      {"ten digits of length", request_with("Content-Length: 9999999999\r\n"), HttpReject::body_too_large},
  };
}

std::vector<HttpVector> messages_to_accept() {
  const auto sized = [](const std::string& lines) { return request_with(lines + "Content-Length: 5\r\n", "hello"); };
  return {
      {"sized", sized(""), {}, "hello"},
      {"sized with leading zeros", request_with("Content-Length: 0000000005\r\n", "hello"), {}, "hello"},
      {"sized as large as the route allows",
       request_with("Content-Length: 4096\r\n", std::string(kVectorMaxBody, 'a')),
       {},
       std::string(kVectorMaxBody, 'a')},
      {"sized 0", request_with("Content-Length: 0\r\n"), {}},
      {"no body", request_with(""), {}},
      {"GET", get(kVectorPath), {}},
      {"chunked", chunks("5\r\nhello\r\n0\r\n\r\n"), {}, "hello"},
      {"chunked in pieces", chunks("2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"), {}, "hello"},
      {"chunked with hex and zeros", chunks("0000000A\r\n0123456789\r\nb\r\n0123456789a\r\n000\r\n\r\n"), {}, "01234567890123456789a"},
      {"chunked and empty", chunks("0\r\n\r\n"), {}},
      {"chunked with line breaks inside", chunks("6\r\n0\r\n\r\n1\r\n0\r\n\r\n"), {}, "0\r\n\r\n1"},
      {"chunked as large as the route allows",
       chunks("1000\r\n" + std::string(kVectorMaxBody, 'a') + "\r\n0\r\n\r\n"),
       {},
       std::string(kVectorMaxBody, 'a')},
      {"HTTP/1.0", "POST " + kVectorPath + " HTTP/1.0\r\n" + kHostLine + "Content-Length: 5\r\n\r\nhello", {}, "hello"},
      {"host with port", with_host_lines("Host: pintu.kota.example:8443\r\n"), {}},
      {"host in capitals", with_host_lines("HOST: Pintu.Kota.Example\r\n"), {}},
      {"no space after the colon", with_host_lines("Host:pintu.kota.example\r\n"), {}},
      {"white space around a value", sized("X-Note: \t a b \t\r\n"), {}, "hello"},
      {"empty value", sized("X-Note:\r\n"), {}, "hello"},
      {"UTF-8 in a value", sized("X-Note: jalan bolong \u2013 Cikokol\r\n"), {}, "hello"},
      {"upgrade to h2c is ignored",
       sized("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"),
       {},
       "hello"},
      {"range and conditions are ignored", sized("Range: bytes=0-0\r\nIf-Match: \"a\"\r\nAccept: ;;;\r\n"), {}, "hello"},
      {"method override is ignored", sized("X-HTTP-Method-Override: DELETE\r\n"), {}, "hello"},
      {"1 000 forwarding hops", sized("X-Forwarded-For: " + repeated("10.9.8.7, ", 999) + "10.9.8.7\r\n"), {}, "hello"},
      {"100 headers", sized(repeated("X-Note: a\r\n", 98)), {}, "hello"},
      {"path with an escape", get("/channels/%77a%2Dutama"), {}},
      {"query with everything", get(kVectorPath + "?a=1&a=2&b=+&c=%2B%00&d={\"|\"}&e=/../?"), {}},
      {"query of 7 kB", get(kVectorPath + "?text=" + repeated("%E0%B8%81", 777)), {}},
  };
}

}  // namespace satupintu::tests
