// SPDX-License-Identifier: Apache-2.0
// What can be seen of a report besides what its words mean: whether a place is told, whether it asks, whether everybody can read it.
// learned.toml weighs these like the stems of words. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "core/complaint.hpp"
#include "normalizer/lexicon.hpp"

namespace satupintu::normalizer {

// The names by which learned.toml knows them, such as "@question". `location` is what the text tells of the place.
[[nodiscard]] std::vector<std::string_view> traits_of(const Reading& reading, const core::Message& message, const core::Location& location);

}  // namespace satupintu::normalizer
