// SPDX-License-Identifier: Apache-2.0
#include "normalizer/mail_address.hpp"

#include <algorithm>
#include <array>

#include "core/http.hpp"

namespace satupintu::normalizer {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_high(char c) { return (c & 0x80) != 0; }
bool is_local(char c) { return is_letter(c) || is_digit(c) || is_high(c) || std::string_view("._%+-'").contains(c); }
bool is_domain(char c) { return is_letter(c) || is_digit(c) || is_high(c) || c == '-'; }

// Hosts that hardly stand behind '@' as the name of an account: there the gap in "sari @gmail.com" is a slip.
constexpr auto kProviders = std::to_array<std::string_view>(
    {"gmail", "yahoo", "ymail", "outlook", "hotmail", "icloud", "live", "protonmail", "proton", "rocketmail", "googlemail", "aol"});

// "(at)", "[dot]", "{at}" of `word` at the start of `text`: its length, or zero.
std::size_t bracketed(std::string_view text, std::string_view word) {
  if (text.empty() || !std::string_view("([{<").contains(text[0])) return 0;
  std::size_t i = 1;
  while (i < text.size() && text[i] == ' ' && i < 3) ++i;
  if (!core::equals_ignoring_case(text.substr(i, word.size()), word)) return 0;
  i += word.size();
  while (i < text.size() && text[i] == ' ' && i < word.size() + 5) ++i;
  return i < text.size() && std::string_view(")]}>").contains(text[i]) ? i + 1 : 0;
}

// How the "@" is written: how long it is, and how sure it makes us that an address stands here.
struct At {
  std::size_t length = 0;
  bool spelt_out = false;   // "(at)"
  bool plain_word = false;  // " at "
};

At at_sign(std::string_view text, std::size_t at) {
  if (text[at] == '@') return {.length = 1};
  if (const std::size_t length = bracketed(text.substr(at), "at"); length != 0) return {.length = length, .spelt_out = true};
  const bool is_word = at > 0 && text[at - 1] == ' ' && core::equals_ignoring_case(text.substr(at, 3), "at ");
  return is_word ? At{.length = 2, .plain_word = true} : At{};
}

// A dot of a host's name at the start of `text`, and how it is written.
struct Dot {
  std::size_t length = 0;
  bool spelt_out = false;
};

Dot dot_at(std::string_view text) {
  if (text.starts_with('.')) return {1, false};
  const std::size_t gap = text.starts_with(' ') ? 1 : 0;
  for (const std::string_view word : {"dot", "titik"}) {
    if (std::size_t length = bracketed(text.substr(gap), word); length != 0) {
      length += gap;
      return {length + (text.substr(length).starts_with(' ') ? 1U : 0U), true};
    }
    const std::string_view rest = text.substr(gap);
    if (gap != 0 && core::equals_ignoring_case(rest.substr(0, word.size()), word) && rest.substr(word.size()).starts_with(' '))
      return {gap + word.size() + 1, true};
  }
  return {};
}

struct Host {
  std::size_t end = 0;
  std::string_view first;  // label
  std::size_t labels = 0;
  bool spelt_out = false;
};

// The longest beginning of `text` from `position` on that may be a host's name.
Host host_at(std::string_view text, std::size_t position) {
  constexpr std::size_t kMostLabels = 10;
  Host host;
  std::size_t i = position;
  Dot dot;
  while (true) {
    std::size_t end = i;
    while (end < text.size() && is_domain(text[end])) ++end;
    while (end > i && text[end - 1] == '-') --end;
    if (end == i) return host;
    const std::string_view label = text.substr(i, end - i);
    if (host.labels == 0) host.first = label;
    ++host.labels;
    // The last label has two letters or more.
    if (host.labels > 1 && label.size() >= 2 && !is_digit(label[0])) {
      host.end = end;
      host.spelt_out = host.spelt_out || dot.spelt_out;
    }
    dot = dot_at(text.substr(end));
    // Behind a whole name the word begins something else: "… contoh.id titik kumpul".
    const bool only_a_word = dot.spelt_out && text[end] == ' ' && is_letter(text[end + 1]);
    if (dot.length == 0 || host.labels == kMostLabels || (only_a_word && host.end != 0 && !host.spelt_out)) return host;
    i = end + dot.length;
  }
}

}  // namespace

std::optional<MailAddress> mail_address_at(std::string_view text, std::size_t at, std::size_t from) {
  const At sign = at_sign(text, at);
  if (sign.length == 0) return std::nullopt;
  std::size_t local_end = at;
  if (local_end > from && text[local_end - 1] == ' ') --local_end;
  std::size_t begin = local_end;
  while (begin > from && is_local(text[begin - 1])) --begin;
  std::size_t host_begin = at + sign.length;
  if (host_begin < text.size() && text[host_begin] == ' ') ++host_begin;
  const Host host = host_at(text, host_begin);
  if (begin == local_end || host.end == 0) return std::nullopt;

  const bool gap_before = local_end != at;
  const bool gap_behind = host_begin != at + sign.length;
  const bool known = std::ranges::any_of(kProviders, [&](auto name) { return core::equals_ignoring_case(name, host.first); });
  const bool credible = sign.spelt_out || (sign.plain_word ? known || host.spelt_out : gap_before == gap_behind || known);
  return credible ? std::optional(MailAddress{begin, host.end}) : std::nullopt;
}

}  // namespace satupintu::normalizer
