// SPDX-License-Identifier: Apache-2.0
// A read-only view of a provider's JSON, for adapters. Every question may be asked of every value: one of the
// wrong type answers as if it were not there, so that an adapter checks only what it needs. Nothing here throws
// or depends on the thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"

namespace satupintu::adapters {

// One value, or the lack of one. Valid as long as its JsonDocument.
class JsonView {
 public:
  JsonView() = default;

  [[nodiscard]] bool exists() const noexcept;  // there, and not null
  [[nodiscard]] bool is_text() const noexcept;
  [[nodiscard]] bool is_list() const noexcept;
  [[nodiscard]] bool is_object() const noexcept;

  // The member of an object. A key that stands twice with different values is read as neither of them: other
  // readers of the same bytes may take the other one.
  [[nodiscard]] JsonView operator[](std::string_view key) const;
  [[nodiscard]] std::vector<JsonView> elements() const;
  [[nodiscard]] std::vector<std::pair<std::string, JsonView>> members() const;

  // Text, in which U+2400 stands for every U+0000; empty for anything else.
  [[nodiscard]] std::string text() const;
  // Text, or all the digits of an integer: ids and times come as either. Empty for anything else.
  [[nodiscard]] std::string id() const;
  [[nodiscard]] std::optional<double> number() const;
  [[nodiscard]] bool is_true() const noexcept;
  // The value with all it holds, written anew without blanks; empty where there is none.
  [[nodiscard]] std::string json() const;

 private:
  friend class JsonDocument;
  using Place = std::array<std::uintptr_t, 2>;  // simdjson's reference to an element
  explicit JsonView(Place place) noexcept : place_(place) {}
  std::optional<Place> place_;
};

class JsonDocument {
 public:
  // Strict, with at most 64 levels. Where that fails, an authentic body gets a second chance: a byte order mark is
  // skipped, U+FFFD replaces half of a surrogate pair, and numbers that fit no machine type are kept as text.
  // Everything else that is not JSON in UTF-8 fails with unreadable.
  [[nodiscard]] static core::Result<JsonDocument> parse(std::string_view bytes);

  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  [[nodiscard]] JsonView root() const noexcept;
  [[nodiscard]] bool repaired() const noexcept;  // it took the second chance

 private:
  struct Parsed;
  explicit JsonDocument(std::unique_ptr<Parsed> parsed) noexcept;
  std::unique_ptr<Parsed> parsed_;
};

// `text` (UTF-8) as a JSON string, with its quotes.
[[nodiscard]] std::string to_json_string(std::string_view text);

}  // namespace satupintu::adapters
