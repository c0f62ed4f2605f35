// SPDX-License-Identifier: Apache-2.0
#include "adapters/json.hpp"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <charconv>

namespace satupintu::adapters {

namespace dom = simdjson::dom;

namespace {

constexpr std::size_t kMaxDepth = 64;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kReplacement = "\\ufffd";  // as long as the escape that it replaces

template <class T>
std::optional<T> value_of(const std::optional<std::array<std::uintptr_t, 2>>& place) noexcept {
  static_assert(std::is_trivially_copyable_v<dom::element>);
  T value{};
  if (!place || std::bit_cast<dom::element>(*place).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::string without_nul(std::string_view text) {
  std::string out{text};
  for (auto at = out.find('\0'); at != std::string::npos; at = out.find('\0', at)) out.replace(at, 1, "\u2400");
  return out;
}

// The number of the escape \uXXXX that `text` starts with.
std::optional<unsigned> code_unit(std::string_view text) {
  if (text.size() < 6 || !text.starts_with("\\u")) return std::nullopt;
  unsigned unit = 0;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + 6, unit, 16);
  if (error != std::errc{} || end != text.data() + 6) return std::nullopt;
  return unit;
}

constexpr bool is_high_surrogate(unsigned unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
constexpr bool is_low_surrogate(unsigned unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

std::size_t skip_digits(std::string_view text, std::size_t at) { return std::min(text.find_first_not_of("0123456789", at), text.size()); }

// A token that is a number in RFC 8259's grammar, and too big for simdjson.
bool is_huge_number(std::string_view token) {
  const std::size_t first = token.starts_with('-') ? 1 : 0;
  const std::size_t whole_end = skip_digits(token, first);
  if (whole_end == first || (token[first] == '0' && whole_end > first + 1)) return false;
  std::size_t at = whole_end;
  if (token.substr(at).starts_with('.')) {
    const std::size_t fraction = at + 1;
    at = skip_digits(token, fraction);
    if (at == fraction) return false;
  }
  if (token.substr(at).starts_with('e') || token.substr(at).starts_with('E')) {
    std::size_t exponent = at + 1;
    if (exponent < token.size() && (token[exponent] == '+' || token[exponent] == '-')) ++exponent;
    at = skip_digits(token, exponent);
    if (at == exponent) return false;
  }
  if (at != token.size()) return false;
  if (whole_end == token.size()) return whole_end - first > 18;
  double value = 0;
  return std::from_chars(token.data(), token.data() + token.size(), value).ec == std::errc::result_out_of_range;
}

// Copies the string that starts at `at`, and returns where it ends.
std::size_t repair_string(std::string_view bytes, std::size_t at, std::string& out) {
  out += bytes[at++];
  while (at < bytes.size() && bytes[at] != '"') {
    const auto rest = bytes.substr(at);
    std::size_t length = rest.front() == '\\' ? std::min<std::size_t>(2, rest.size()) : 1;
    std::string_view piece = rest.substr(0, length);
    if (const auto unit = code_unit(rest)) {
      const auto next = code_unit(rest.substr(6));
      const bool pair = is_high_surrogate(*unit) && next && is_low_surrogate(*next);
      const bool half = !pair && (is_high_surrogate(*unit) || is_low_surrogate(*unit));
      length = pair ? 12 : 6;
      piece = half ? kReplacement : rest.substr(0, length);
    }
    out += piece;
    at += length;
  }
  if (at < bytes.size()) out += bytes[at++];
  return at;
}

// The same document with the tokens mended that simdjson refuses and RFC 8259 allows.
std::string repair(std::string_view bytes) {
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  std::string out;
  out.reserve(bytes.size() + 64);
  for (std::size_t at = 0; at < bytes.size();) {
    if (bytes[at] == '"') {
      at = repair_string(bytes, at, out);
      continue;
    }
    if (bytes[at] == '-' || (bytes[at] >= '0' && bytes[at] <= '9')) {
      const std::size_t end = std::min(bytes.find_first_not_of("0123456789+-.eE", at), bytes.size());
      const auto token = bytes.substr(at, end - at);
      const std::string_view quote = is_huge_number(token) ? "\"" : "";
      out.append(quote).append(token).append(quote);
      at = end;
      continue;
    }
    out += bytes[at++];
  }
  return out;
}

bool is_same_scalar(dom::element a, dom::element b) {
  if (a.type() != b.type()) return false;
  switch (a.type()) {
    case dom::element_type::STRING: return a.get_string().value_unsafe() == b.get_string().value_unsafe();
    case dom::element_type::INT64: return a.get_int64().value_unsafe() == b.get_int64().value_unsafe();
    case dom::element_type::UINT64: return a.get_uint64().value_unsafe() == b.get_uint64().value_unsafe();
    case dom::element_type::DOUBLE: return a.get_double().value_unsafe() == b.get_double().value_unsafe();
    case dom::element_type::BOOL: return a.get_bool().value_unsafe() == b.get_bool().value_unsafe();
    case dom::element_type::NULL_VALUE: return true;
    case dom::element_type::ARRAY:
    case dom::element_type::OBJECT: return false;
  }
  std::unreachable();
}

}  // namespace

bool JsonView::exists() const noexcept { return place_ && !std::bit_cast<dom::element>(*place_).is_null(); }
bool JsonView::is_text() const noexcept { return value_of<std::string_view>(place_).has_value(); }
bool JsonView::is_list() const noexcept { return value_of<dom::array>(place_).has_value(); }
bool JsonView::is_object() const noexcept { return value_of<dom::object>(place_).has_value(); }
bool JsonView::is_true() const noexcept { return value_of<bool>(place_).value_or(false); }
std::optional<double> JsonView::number() const { return value_of<double>(place_); }

JsonView JsonView::operator[](std::string_view key) const {
  const auto object = value_of<dom::object>(place_);
  if (!object) return {};
  std::optional<dom::element> found;
  for (const auto member : *object) {
    if (member.key != key) continue;
    if (found && !is_same_scalar(*found, member.value)) return {};
    found = member.value;
  }
  return found ? JsonView{std::bit_cast<Place>(*found)} : JsonView{};
}

std::vector<JsonView> JsonView::elements() const {
  std::vector<JsonView> out;
  if (const auto array = value_of<dom::array>(place_)) {
    for (const dom::element element : *array) out.push_back(JsonView{std::bit_cast<Place>(element)});
  }
  return out;
}

std::vector<std::pair<std::string, JsonView>> JsonView::members() const {
  std::vector<std::pair<std::string, JsonView>> out;
  if (const auto object = value_of<dom::object>(place_)) {
    for (const auto member : *object) out.emplace_back(without_nul(member.key), JsonView{std::bit_cast<Place>(member.value)});
  }
  return out;
}

std::string JsonView::text() const { return without_nul(value_of<std::string_view>(place_).value_or("")); }

std::string JsonView::id() const {
  if (const auto number = value_of<std::int64_t>(place_)) return std::to_string(*number);
  if (const auto number = value_of<std::uint64_t>(place_)) return std::to_string(*number);
  return text();
}

std::string JsonView::json() const { return place_ ? simdjson::minify(std::bit_cast<dom::element>(*place_)) : std::string{}; }

struct JsonDocument::Parsed {
  dom::parser parser;
  dom::element root;
  bool repaired = false;

  bool read(std::string_view bytes) {
    return parser.allocate(bytes.size(), kMaxDepth) == simdjson::SUCCESS &&
           parser.parse(bytes.data(), bytes.size()).get(root) == simdjson::SUCCESS;
  }
};

JsonDocument::JsonDocument(std::unique_ptr<Parsed> parsed) noexcept : parsed_(std::move(parsed)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

core::Result<JsonDocument> JsonDocument::parse(std::string_view bytes) {
  if (bytes.empty()) bytes = "";  // simdjson copies from where the view points to, which may be nowhere
  auto parsed = std::make_unique<Parsed>();
  if (!parsed->read(bytes)) {
    if (!parsed->read(repair(bytes))) return core::fail(core::Errc::unreadable, "the body is not valid JSON");
    parsed->repaired = true;
  }
  return JsonDocument{std::move(parsed)};
}

JsonView JsonDocument::root() const noexcept { return JsonView{std::bit_cast<JsonView::Place>(parsed_->root)}; }
bool JsonDocument::repaired() const noexcept { return parsed_->repaired; }

std::string to_json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      out += "\\u00";
      out += kDigits[static_cast<unsigned char>(c) >> 4U];
      out += kDigits[static_cast<unsigned char>(c) & 0xFU];
    } else {
      out += c;
    }
  }
  return out += '"';
}

}  // namespace satupintu::adapters
