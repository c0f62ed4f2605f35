// SPDX-License-Identifier: Apache-2.0
#include "gateway/http_guard.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ranges>
#include <utility>

namespace satupintu::gateway {
namespace {

using core::equals_ignoring_case;

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kMaxRequestLineBytes = kMaxTargetBytes + 64;  // room for method and version
constexpr std::size_t kMaxLengthDigits = 10;
constexpr unsigned kMaxChunkSizeDigits = 8;

struct Verdict {
  std::string_view name;
  unsigned status;
};

constexpr Verdict verdict_of(HttpReject reason) noexcept {
  switch (reason) {
    case HttpReject::bad_request_line: return {"bad_request_line", 400};
    case HttpReject::bad_version: return {"bad_version", 505};
    case HttpReject::bad_target: return {"bad_target", 400};
    case HttpReject::target_too_long: return {"target_too_long", 414};
    case HttpReject::bad_header: return {"bad_header", 400};
    case HttpReject::head_too_large: return {"head_too_large", 431};
    case HttpReject::bad_host: return {"bad_host", 400};
    case HttpReject::wrong_host: return {"wrong_host", 421};
    case HttpReject::bad_framing: return {"bad_framing", 400};
    case HttpReject::unknown_coding: return {"unknown_coding", 501};
    case HttpReject::content_coding: return {"content_coding", 415};
    case HttpReject::bad_expectation: return {"bad_expectation", 417};
    case HttpReject::bad_chunk: return {"bad_chunk", 400};
    case HttpReject::trailers: return {"trailers", 400};
    case HttpReject::no_route: return {"no_route", 404};
    case HttpReject::wrong_method: return {"wrong_method", 405};
    case HttpReject::body_too_large: return {"body_too_large", 413};
    case HttpReject::overloaded: return {"overloaded", 503};
    case HttpReject::slow_head: return {"slow_head", 408};
    case HttpReject::slow_body: return {"slow_body", 408};
    case HttpReject::slow_reader: return {"slow_reader", 0};
    case HttpReject::cut_short: return {"cut_short", 0};
    case HttpReject::too_many_connections: return {"too_many_connections", 503};
    case HttpReject::tls_failed: return {"tls_failed", 0};
    case HttpReject::handler_failed: return {"handler_failed", 500};
  }
  std::unreachable();
}

// What RFC 9110 calls a token, by character, less those in `without`.
constexpr std::array<bool, 256> token_characters(std::string_view without) {
  std::array<bool, 256> allowed{};
  for (const char c : std::string_view{"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"})
    allowed[static_cast<unsigned char>(c)] = !without.contains(c);
  return allowed;
}

constexpr auto kMethodCharacters = token_characters("");
// Many programs behind a gateway read X_Hub_Signature and X-Hub-Signature as the same variable.
constexpr auto kNameCharacters = token_characters("_");

constexpr auto kValueCharacters = [] {
  std::array<bool, 256> allowed{};
  for (unsigned c = 0; c < allowed.size(); ++c) allowed[c] = c == '\t' || (c >= 0x20 && c != 0x7f);
  return allowed;
}();

constexpr auto kTargetCharacters = [] {
  std::array<bool, 256> allowed{};
  for (unsigned c = 0x21; c <= 0x7e; ++c) allowed[c] = c != '#' && c != '\\';
  return allowed;
}();

bool consists_of(std::string_view text, const std::array<bool, 256>& allowed) {
  return std::ranges::all_of(text, [&](char c) { return allowed[static_cast<unsigned char>(c)]; });
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<unsigned> hex_value(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Takes the text up to `separator` off the front of `rest`, or all of it.
std::string_view take_until(std::string_view& rest, std::string_view separator) {
  const auto end = std::min(rest.find(separator), rest.size());
  const auto taken = rest.substr(0, end);
  rest.remove_prefix(std::min(end + separator.size(), rest.size()));
  return taken;
}

bool has_escapes_in_order(std::string_view text) {
  for (auto at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 3))
    if (at + 2 >= text.size() || !hex_value(text[at + 1]) || !hex_value(text[at + 2])) return false;
  return true;
}

bool means_something_else_normalised(std::string_view path) {
  path.remove_prefix(1);
  if (path.empty()) return false;
  const bool ends_in_slash = path.ends_with('/');
  if (ends_in_slash) path.remove_suffix(1);
  return std::ranges::any_of(path | std::views::split('/'), [](auto part) {
    const std::string_view segment(part.begin(), part.end());
    return segment.empty() || segment == "." || segment == "..";
  });
}

std::expected<std::string, HttpReject> decode_path(std::string_view encoded) {
  if (!has_escapes_in_order(encoded)) return std::unexpected(HttpReject::bad_target);
  std::string path;
  path.reserve(encoded.size());
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] != '%') {
      path += encoded[i];
      continue;
    }
    const auto c = static_cast<unsigned char>(*hex_value(encoded[i + 1]) * 16 + *hex_value(encoded[i + 2]));
    if (c < 0x20 || c == 0x7f || c == '/' || c == '\\') return std::unexpected(HttpReject::no_route);
    path += static_cast<char>(c);
    i += 2;
  }
  if (means_something_else_normalised(path)) return std::unexpected(HttpReject::no_route);
  return path;
}

bool is_version(std::string_view text) {
  return text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' && is_digit(text[7]);
}

// RFC 3986's host with an optional port, without userinfo. Gives the host.
std::optional<std::string_view> host_in(std::string_view authority) {
  const bool literal = authority.starts_with('[');
  const auto host_end = literal ? authority.find(']') : authority.find(':');
  if (literal && host_end == std::string_view::npos) return std::nullopt;
  const auto host = authority.substr(0, literal ? host_end + 1 : host_end);
  auto port = authority.substr(host.size());
  if (!port.empty()) {
    if (port.front() != ':') return std::nullopt;
    port.remove_prefix(1);
    if (port.empty() || port.size() > 5 || !std::ranges::all_of(port, is_digit)) return std::nullopt;
  }
  const auto name = literal ? host.substr(1, host.size() - 2) : host;
  const auto fits = [literal](char c) {
    return literal ? hex_value(c) || c == ':' || c == '.'
                   : is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_';
  };
  if (name.empty() || !std::ranges::all_of(name, fits)) return std::nullopt;
  return host;
}

// The headers that decide how a request is read, as far as they were seen.
struct Deciding {
  std::optional<std::string_view> host, content_length, transfer_encoding, expect;
};

std::expected<void, HttpReject> keep_only_one(std::optional<std::string_view>& slot, std::string_view value, HttpReject when_repeated) {
  if (slot) return std::unexpected(when_repeated);
  slot = value;
  return {};
}

std::expected<void, HttpReject> read_request_line(std::string_view line, RequestHead& head) {
  const auto method = take_until(line, " ");
  const auto target = take_until(line, " ");
  const auto version = line;
  if (method.empty() || !consists_of(method, kMethodCharacters)) return std::unexpected(HttpReject::bad_request_line);
  if (!is_version(version)) return std::unexpected(HttpReject::bad_request_line);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return std::unexpected(HttpReject::bad_version);
  if (target.size() > kMaxTargetBytes) return std::unexpected(HttpReject::target_too_long);
  if (!target.starts_with('/') || !consists_of(target, kTargetCharacters)) return std::unexpected(HttpReject::bad_target);

  std::string_view query = target;
  auto path = decode_path(take_until(query, "?"));
  if (!path) return std::unexpected(path.error());
  if (!has_escapes_in_order(query)) return std::unexpected(HttpReject::bad_target);
  head.request.method = method;
  head.request.path = std::move(*path);
  head.request.query = query;
  head.keep_alive = version == "HTTP/1.1";
  return {};
}

std::expected<void, HttpReject> read_header(std::string_view line, RequestHead& head, Deciding& deciding) {
  const auto colon = line.find(':');
  if (colon == 0 || colon == std::string_view::npos) return std::unexpected(HttpReject::bad_header);
  const auto name = line.substr(0, colon);
  const auto value = trimmed(line.substr(colon + 1));
  // A line that starts with white space (obs-fold) has no token for a name.
  if (!consists_of(name, kNameCharacters) || !consists_of(value, kValueCharacters)) return std::unexpected(HttpReject::bad_header);
  head.request.headers.emplace_back(name, value);

  if (equals_ignoring_case(name, "Host")) return keep_only_one(deciding.host, value, HttpReject::bad_host);
  if (equals_ignoring_case(name, "Content-Length")) return keep_only_one(deciding.content_length, value, HttpReject::bad_framing);
  if (equals_ignoring_case(name, "Transfer-Encoding")) return keep_only_one(deciding.transfer_encoding, value, HttpReject::bad_framing);
  if (equals_ignoring_case(name, "Expect")) return keep_only_one(deciding.expect, value, HttpReject::bad_expectation);
  if (equals_ignoring_case(name, "Content-Encoding")) return std::unexpected(HttpReject::content_coding);
  if (equals_ignoring_case(name, "Connection")) {
    for (std::string_view options = value; !options.empty();)
      if (equals_ignoring_case(trimmed(take_until(options, ",")), "close")) head.keep_alive = false;
  }
  return {};
}

std::expected<void, HttpReject> decide_framing(const Deciding& deciding, bool is_http_1_1, RequestHead& head) {
  if (deciding.transfer_encoding) {
    if (deciding.content_length || !is_http_1_1) return std::unexpected(HttpReject::bad_framing);
    if (*deciding.transfer_encoding != "chunked") return std::unexpected(HttpReject::unknown_coding);
    head.framing = Framing::chunked;
  } else if (deciding.content_length) {
    const auto digits = *deciding.content_length;
    if (digits.empty() || digits.size() > kMaxLengthDigits || !std::ranges::all_of(digits, is_digit))
      return std::unexpected(HttpReject::bad_framing);
    std::from_chars(digits.data(), digits.data() + digits.size(), head.content_length);
    head.framing = Framing::sized;
  }
  return {};
}

bool is_address(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> parsed{};
  return inet_pton(AF_INET, text.c_str(), parsed.data()) == 1 || inet_pton(AF_INET6, text.c_str(), parsed.data()) == 1;
}

}  // namespace

std::string_view name_of(HttpReject reason) noexcept { return verdict_of(reason).name; }

unsigned status_of(HttpReject reason) noexcept { return verdict_of(reason).status; }

std::expected<std::optional<std::size_t>, HttpReject> HeadScanner::scan(std::string_view bytes) {
  const bool full = bytes.size() >= kMaxHeadBytes;
  bytes = bytes.substr(0, kMaxHeadBytes);
  while (true) {
    const auto rest = bytes.substr(line_start_);
    const bool first = line_start_ == 0;
    const auto line_size = std::min({rest.find('\r'), rest.find('\n'), rest.size()});
    if (first && line_size > kMaxRequestLineBytes) return std::unexpected(HttpReject::target_too_long);
    const auto ending = rest.substr(line_size, kLineEnd.size());
    if (!kLineEnd.starts_with(ending)) return std::unexpected(first ? HttpReject::bad_request_line : HttpReject::bad_header);
    if (ending != kLineEnd) {
      if (full) return std::unexpected(HttpReject::head_too_large);
      return std::nullopt;
    }
    line_start_ += line_size + kLineEnd.size();
    if (line_size == 0) return line_start_;
  }
}

std::expected<RequestHead, HttpReject> judge_head(std::string_view head, std::span<const std::string> host_names) {
  RequestHead judged;
  if (const auto read = read_request_line(take_until(head, kLineEnd), judged); !read) return std::unexpected(read.error());
  const bool is_http_1_1 = judged.keep_alive;  // as long as no header has spoken

  Deciding deciding;
  judged.request.headers.reserve(16);
  for (auto line = take_until(head, kLineEnd); !line.empty(); line = take_until(head, kLineEnd)) {
    if (judged.request.headers.size() == kMaxHeaders) return std::unexpected(HttpReject::head_too_large);
    if (const auto read = read_header(line, judged, deciding); !read) return std::unexpected(read.error());
  }

  if (!deciding.host) return std::unexpected(HttpReject::bad_host);
  const auto host = host_in(*deciding.host);
  if (!host) return std::unexpected(HttpReject::bad_host);
  if (const auto framed = decide_framing(deciding, is_http_1_1, judged); !framed) return std::unexpected(framed.error());
  if (deciding.expect) {
    if (!equals_ignoring_case(*deciding.expect, "100-continue")) return std::unexpected(HttpReject::bad_expectation);
    judged.expects_continue = is_http_1_1;
  }
  const auto is_ours = [&](const std::string& name) { return equals_ignoring_case(name, *host); };
  if (!host_names.empty() && std::ranges::none_of(host_names, is_ours)) return std::unexpected(HttpReject::wrong_host);
  return judged;
}

BodyDecoder::BodyDecoder(Framing framing, std::uint64_t content_length, std::uint64_t max_bytes)
    : state_(framing == Framing::chunked ? State::size
             : content_length > 0        ? State::payload
                                         : State::done),
      chunked_(framing == Framing::chunked),
      remaining_(content_length),
      max_bytes_(max_bytes) {}

std::expected<std::size_t, HttpReject> BodyDecoder::feed(std::string_view bytes, std::string& body) {
  std::size_t used = 0;
  while (used < bytes.size() && !done()) {
    if (state_ == State::payload) {
      const auto taken = bytes.substr(used, remaining_);
      body.append(taken);
      used += taken.size();
      remaining_ -= taken.size();
      if (remaining_ == 0) state_ = chunked_ ? State::payload_cr : State::done;
    } else {
      if (const auto taken = take(bytes[used], body.size()); !taken) return std::unexpected(taken.error());
      ++used;
    }
  }
  return used;
}

std::expected<void, HttpReject> BodyDecoder::take(char c, std::size_t received) {
  const auto expect = [&](char wanted, State next, HttpReject otherwise = HttpReject::bad_chunk) -> std::expected<void, HttpReject> {
    if (c != wanted) return std::unexpected(otherwise);
    state_ = next;
    return {};
  };
  switch (state_) {
    case State::size:
      if (const auto digit = hex_value(c); digit && digits_ < kMaxChunkSizeDigits) {
        remaining_ = remaining_ * 16 + *digit;
        ++digits_;
        return {};
      }
      // A semicolon, the start of an extension, ends here as well.
      if (digits_ == 0) return std::unexpected(HttpReject::bad_chunk);
      return expect('\r', State::size_lf);
    case State::size_lf:
      if (c != '\n') return std::unexpected(HttpReject::bad_chunk);
      if (remaining_ > max_bytes_ - received) return std::unexpected(HttpReject::body_too_large);
      if (++chunks_ > kMaxChunks) return std::unexpected(HttpReject::bad_chunk);
      state_ = remaining_ == 0 ? State::last_cr : State::payload;
      return {};
    case State::payload_cr: return expect('\r', State::payload_lf);
    case State::payload_lf:
      remaining_ = 0;
      digits_ = 0;
      return expect('\n', State::size);
    case State::last_cr: return expect('\r', State::last_lf, HttpReject::trailers);
    case State::last_lf: return expect('\n', State::done);
    case State::payload:
    case State::done: break;
  }
  std::unreachable();
}

std::string client_address(std::string_view peer, const core::HttpRequest& request, std::span<const std::string> proxies) {
  const auto is_proxy = [&](std::string_view address) { return std::ranges::find(proxies, address) != proxies.end(); };
  std::string client(peer);
  if (!is_proxy(client)) return client;
  for (const auto& [name, value] : request.headers | std::views::reverse) {
    if (!equals_ignoring_case(name, "X-Forwarded-For")) continue;
    for (std::string_view hops = value; !hops.empty();) {
      const auto comma = hops.rfind(',');
      std::string hop(trimmed(hops.substr(comma + 1)));
      hops = hops.substr(0, comma == std::string_view::npos ? 0 : comma);
      if (!is_address(hop)) return client;
      client = std::move(hop);
      if (!is_proxy(client)) return client;
    }
  }
  return client;
}

}  // namespace satupintu::gateway
