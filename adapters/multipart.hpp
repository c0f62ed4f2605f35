// SPDX-License-Identifier: Apache-2.0
// A form in parts (RFC 7578, "multipart/form-data"), read for adapters. Nothing of the body is copied: a form is valid as long as the
// bytes that it was read from. Reading is binary-safe and linear in time; what is no part is left out, so that a provider's slip
// never costs a message. May be used by any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"

namespace satupintu::adapters {

struct FormPart {
  std::string name;               // in UTF-8
  std::string file_name;          // in UTF-8, as declared: metadata only, never a path; empty for a field that holds no file
  std::string_view content_type;  // as declared, "text/plain; charset=utf-8"; may be empty
  std::string_view bytes;

  [[nodiscard]] std::string charset() const;  // as declared; may be empty
};

class MultipartForm {
 public:
  // `content_type` is the request's header, which tells what stands between the parts. A last part that nothing ends reaches to the
  // end of the body. Fails with unreadable where there is no boundary or no part, or where there are more than kMaxParts.
  [[nodiscard]] static core::Result<MultipartForm> parse(std::string_view content_type, std::string_view body);
  static core::Result<MultipartForm> parse(std::string_view content_type, std::string&& body) = delete;  // the form would outlive it

  static constexpr std::size_t kMaxParts = 10'000;
  static constexpr std::size_t kMaxPartHeaderBytes = 65'536;

  // nullptr when there is none of that name.
  [[nodiscard]] const FormPart* first(std::string_view name) const;
  [[nodiscard]] const FormPart* last(std::string_view name) const;
  [[nodiscard]] const std::vector<FormPart>& parts() const noexcept { return parts_; }
  [[nodiscard]] bool cut_short() const noexcept { return cut_short_; }  // nothing ended the last part

 private:
  std::vector<FormPart> parts_;  // in their order
  bool cut_short_ = true;
};

[[nodiscard]] bool is_multipart_form(std::string_view content_type);

// A body of these fields, named and valued, for those who play the provider. None of them may contain `boundary`.
[[nodiscard]] std::string to_multipart_form(const std::vector<std::pair<std::string, std::string>>& fields, std::string_view boundary);

}  // namespace satupintu::adapters
