// SPDX-License-Identifier: Apache-2.0
// The boundaries of a city's kelurahan and kecamatan, as its GeoJSON files draw them (RFC 7946; config/places/README.md says how to get
// such files). Read here because files and JSON are this room's; what a boundary means is the normalizer's.
#pragma once

#include <filesystem>
#include <vector>

#include "core/settings.hpp"
#include "normalizer/rules.hpp"

namespace satupintu::gateway {

// Reads every *.geojson and *.json in `directory`; where there is none, the boundaries are empty. Every mistake is told with its file,
// its feature and what to do about it.
[[nodiscard]] normalizer::Boundaries read_boundaries(const std::filesystem::path& directory, const normalizer::Rules& rules,
                                                     std::vector<core::SettingsMistake>& mistakes);

}  // namespace satupintu::gateway
