// SPDX-License-Identifier: Apache-2.0
// Query strings and urlencoded bodies (WHATWG URL Standard, "application/x-www-form-urlencoded"), read and
// written for adapters. Reading is total: what is no valid escape stands for itself, so that a provider's slip
// never costs a message. May be used by any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace satupintu::adapters {

// "%41" is 'A' and '+' a blank; the result is bytes, not necessarily UTF-8.
[[nodiscard]] std::string percent_decode(std::string_view text);

// The same where '+' stands for itself: in paths, and in the headers of a form in parts.
[[nodiscard]] std::string percent_unescape(std::string_view text);

class Form {
 public:
  [[nodiscard]] static Form parse(std::string_view encoded);

  // The first field of that name: later ones are never read. Empty when there is none.
  [[nodiscard]] std::string value(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& fields() const noexcept { return fields_; }

  void add(std::string name, std::string value);
  [[nodiscard]] std::string encoded() const;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;  // decoded, in their order
};

}  // namespace satupintu::adapters
