// SPDX-License-Identifier: Apache-2.0
// Links to maps: geo: URIs (RFC 5870, and as Android writes them), and links to Google, OpenStreetMap, Apple, Waze and Bing maps that
// spell out their coordinates or a plus code. Nothing is fetched. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "normalizer/position.hpp"

namespace satupintu::normalizer {

struct MapLink {
  std::optional<Position> position;  // none: shortened, or by the name of a place
};

// nullopt where `piece`, which holds no white space, is no map link. `near` is where the city lies.
[[nodiscard]] std::optional<MapLink> read_map_link(std::string_view piece, const std::optional<Position>& near);

}  // namespace satupintu::normalizer
