// SPDX-License-Identifier: Apache-2.0
// Where it is: a shared position or a map link, what was stated, and the kecamatan, kelurahan, street, RT/RW and landmark
// found in the text; with the method and how far to trust it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/complaint.hpp"
#include "normalizer/lexicon.hpp"
#include "normalizer/place_names.hpp"
#include "normalizer/rules.hpp"

namespace satupintu::normalizer {

struct Places {
  core::Location location;               // of what the report is about
  std::optional<core::Location> caller;  // where a caller was, when that is not the place of the matter
  std::vector<std::string> flags;        // "map_link_unresolved", "place_contradicts_text"
  std::vector<WeighedName> names;        // that the text holds, whether they count or not
  // The matter lies in another jurisdiction: by the position that was given, else by a place that the text names with none of ours beside
  // it.
  bool elsewhere = false;
};

// `place_field` is what stood where a coded report has its place; it counts when nothing else was found, and must be
// clean and masked like the text. All strings given are.
[[nodiscard]] Places find_places(const Reading& reading, const core::Message& message, std::string_view place_field, const Rules& rules);

}  // namespace satupintu::normalizer
