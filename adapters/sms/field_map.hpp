// SPDX-License-Identifier: Apache-2.0
// Which field of an aggregator's message holds what, as the configuration says: names where there is one field each, and paths
// into JSON. The two aggregator adapters read every message through it. Pure once made.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/form.hpp"
#include "adapters/json.hpp"
#include "core/event.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

// What stands at `path` below `value`: "/data/0/sender" leads through members and places in lists; a name without a slash is a member's.
[[nodiscard]] JsonView at_path(JsonView value, std::string_view path);

class FieldMap {
 public:
  // Reads the keys `sender_fields` to `part_fields`, `date_formats` and `zone`.
  explicit FieldMap(core::Settings& settings);

  // A Message; Unreadable without a field of the text; Ignored where there is nothing of a message at all.
  [[nodiscard]] core::Event read(const Form& fields) const;
  [[nodiscard]] core::Event read(const JsonView& element, bool repaired) const;

  // The provider's id, or nothing.
  [[nodiscard]] std::string id_of(const JsonView& element) const;

  // A message with the first name of each list.
  [[nodiscard]] Form compose(std::string sender, std::string text, std::string id, core::Timestamp at) const;

  [[nodiscard]] std::chrono::hours zone() const noexcept { return zone_; }

 private:
  template <class LookUp>
  [[nodiscard]] core::Event read_with(LookUp look_up) const;
  [[nodiscard]] std::optional<core::Timestamp> read_time(const std::string& text) const;

  std::vector<std::string> sender_, recipient_, text_, id_, date_;
  std::vector<std::string> part_;  // reference, number, total; or none
  std::vector<std::string> date_formats_;
  std::chrono::hours zone_;
};

}  // namespace satupintu::adapters
