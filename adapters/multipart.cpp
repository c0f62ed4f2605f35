// SPDX-License-Identifier: Apache-2.0
#include "adapters/multipart.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <ranges>

#include "adapters/form.hpp"
#include "adapters/request_head.hpp"
#include "adapters/sms/charset.hpp"
#include "core/http.hpp"

namespace satupintu::adapters {

using core::Errc;

namespace {

constexpr std::string_view kType = "multipart/form-data";
constexpr std::string_view kLineEnd = "\r\n";

// ------------------------------------------------------------------ the lines between the parts

struct Delimiter {
  std::size_t begin = 0;  // of the line end in front, which belongs to it
  std::size_t end = 0;    // where the next part begins
  bool is_last = false;
};

// Finds the lines that are nothing but "--", the boundary, and blanks. A longer line that only starts so is content: an
// outer boundary is often the beginning of an inner one.
class Delimiters {
 public:
  Delimiters(std::string_view body, std::string_view boundary) : body_(body), line_(std::string("\r\n--").append(boundary)) {}

  [[nodiscard]] std::optional<Delimiter> first() const {
    const std::string_view line = std::string_view(line_).substr(kLineEnd.size());
    if (body_.starts_with(line)) {
      if (auto delimiter = read(0, line.size())) return delimiter;
    }
    return find(0);
  }

  [[nodiscard]] std::optional<Delimiter> find(std::size_t from) const {
    for (auto at = body_.find(line_, from); at != std::string_view::npos; at = body_.find(line_, at + line_.size())) {
      if (auto delimiter = read(at, at + line_.size())) return delimiter;
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] std::optional<Delimiter> read(std::size_t begin, std::size_t at) const {
    const bool is_last = body_.substr(at).starts_with("--");
    if (is_last) at += 2;
    at = std::min(body_.find_first_not_of(" \t", at), body_.size());
    if (body_.substr(at).starts_with(kLineEnd)) return Delimiter{.begin = begin, .end = at + kLineEnd.size(), .is_last = is_last};
    if (is_last && at == body_.size()) return Delimiter{.begin = begin, .end = at, .is_last = true};
    return std::nullopt;
  }

  std::string_view body_;
  std::string line_;
};

// ------------------------------------------------------------------ one part

// Browsers write these three so inside of quotes (WHATWG HTML Standard, "multipart form data").
std::string without_browser_escapes(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, char>, 3> kEscapes{{{"%22", '"'}, {"%0D", '\r'}, {"%0A", '\n'}}};
  std::string out;
  while (!text.empty()) {
    const auto* escape = std::ranges::find_if(kEscapes, [&](const auto& known) { return text.starts_with(known.first); });
    out += escape == kEscapes.end() ? text.front() : escape->second;
    text.remove_prefix(escape == kEscapes.end() ? 1 : escape->first.size());
  }
  return out;
}

// A parameter that holds text (RFC 2231): `name*=UTF-8''%41`, cut into `name*0*=…; name*1="…"`, or plain, where bytes
// that are not UTF-8 come from old browsers.
std::string text_parameter(const std::vector<std::pair<std::string, std::string>>& parameters, std::string_view name) {
  std::string plain, encoded;
  unsigned pieces = 0;
  bool is_encoded = false;
  for (const auto& [key, value] : parameters) {
    std::string_view rest = key;
    if (!core::equals_ignoring_case(rest.substr(0, name.size()), name)) continue;
    rest.remove_prefix(name.size());
    if (rest.empty() && plain.empty()) plain = value;
    const std::string number = "*" + std::to_string(pieces);
    if (rest == "*" && pieces == 0) {
      encoded = value;
      is_encoded = true;
    } else if (rest == number || rest == number + '*') {
      if (pieces == 0) {
        encoded.clear();
        is_encoded = rest.ends_with('*') && rest.size() > 1;
      }
      // A piece that is not encoded stands for itself between those that are.
      for (const char c : value) {
        if (is_encoded && !rest.ends_with('*') && c == '%') encoded += "%25";
        else encoded += c;
      }
      ++pieces;
    }
  }
  if (encoded.empty()) return to_utf8(without_browser_escapes(plain), "8-BIT").text;
  if (!is_encoded) return to_utf8(encoded, "8-BIT").text;
  std::string_view rest = encoded;
  const std::string_view charset = take_until(rest, "'");
  take_until(rest, "'");
  return to_utf8(percent_unescape(rest), charset).text;
}

bool has_long_headers(std::string_view content) {
  constexpr std::size_t kMost = MultipartForm::kMaxPartHeaderBytes;
  return content.size() > kMost && !content.starts_with(kLineEnd) && !content.substr(0, kMost).contains("\r\n\r\n");
}

// What stands between two delimiters. nullopt where it has no name.
std::optional<FormPart> read_part(std::string_view content) {
  FormPart part;
  std::string_view headers;
  if (content.starts_with(kLineEnd)) {
    part.bytes = content.substr(kLineEnd.size());
  } else {
    headers = take_until(content, "\r\n\r\n");
    part.bytes = content;
  }
  while (!headers.empty()) {
    std::string_view line = headers;
    take_until(headers, kLineEnd);
    while (headers.starts_with(' ') || headers.starts_with('\t')) take_until(headers, kLineEnd);  // it goes on in the next line
    line.remove_suffix(headers.size());
    const std::string_view name = take_until(line, ":");
    if (core::equals_ignoring_case(name, "Content-Type")) {
      line.remove_prefix(std::min(line.find_first_not_of(" \t\r\n"), line.size()));
      part.content_type = line.substr(0, line.find_last_not_of(" \t\r\n") + 1);
    } else if (core::equals_ignoring_case(name, "Content-Disposition")) {
      const auto parameters = parameters_of(line);
      part.name = text_parameter(parameters, "name");
      part.file_name = text_parameter(parameters, "filename");
    }
  }
  if (part.name.empty()) return std::nullopt;
  return part;
}

}  // namespace

std::string FormPart::charset() const { return parameter_of(content_type, "charset"); }

core::Result<MultipartForm> MultipartForm::parse(std::string_view content_type, std::string_view body) {
  const std::string boundary = parameter_of(content_type, "boundary");
  if (!is_multipart_form(content_type) || boundary.empty()) return core::fail(Errc::unreadable, "the form names no boundary");
  const Delimiters delimiters(body, boundary);
  MultipartForm form;
  auto delimiter = delimiters.first();
  while (delimiter && !delimiter->is_last) {
    // The line end of one delimiter may be that in front of the next: the part between them is empty.
    const auto next = delimiters.find(delimiter->end - kLineEnd.size());
    const std::size_t end = next ? std::max(next->begin, delimiter->end) : body.size();
    const std::string_view content = body.substr(delimiter->end, end - delimiter->end);
    if (has_long_headers(content)) return core::fail(Errc::unreadable, "a part's headers are too long");
    if (auto part = read_part(content)) form.parts_.push_back(std::move(*part));
    if (form.parts_.size() > kMaxParts) return core::fail(Errc::unreadable, "the form has too many parts");
    delimiter = next;
  }
  form.cut_short_ = !delimiter;
  if (form.parts_.empty()) return core::fail(Errc::unreadable, "the form has no parts");
  return form;
}

const FormPart* MultipartForm::first(std::string_view name) const {
  const auto found = std::ranges::find(parts_, name, &FormPart::name);
  return found == parts_.end() ? nullptr : &*found;
}

const FormPart* MultipartForm::last(std::string_view name) const {
  const auto backwards = parts_ | std::views::reverse;
  const auto found = std::ranges::find(backwards, name, &FormPart::name);
  return found == backwards.end() ? nullptr : &*found;
}

bool is_multipart_form(std::string_view content_type) {
  const std::string_view type = take_until(content_type, ";");
  return core::equals_ignoring_case(type.substr(0, type.find_last_not_of(" \t") + 1), kType);
}

std::string to_multipart_form(const std::vector<std::pair<std::string, std::string>>& fields, std::string_view boundary) {
  std::string body;
  for (const auto& [name, value] : fields) {
    body.append("--").append(boundary).append("\r\nContent-Disposition: form-data; name=\"").append(name).append("\"\r\n\r\n");
    body.append(value).append(kLineEnd);
  }
  return body.append("--").append(boundary).append("--\r\n");
}

}  // namespace satupintu::adapters
