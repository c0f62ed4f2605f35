// SPDX-License-Identifier: Apache-2.0
// The street, estate, crossing, landmark, RT and RW that a text names, each up to where a careful reader would end it. Pure, linear time.
#pragma once

#include "core/complaint.hpp"
#include "normalizer/lexicon.hpp"
#include "normalizer/place_names.hpp"

namespace satupintu::normalizer {

// Puts the address into `location`, and gives what the choice among names needs to know of it. `mentions` as find_mentions gives them.
[[nodiscard]] AddressFrame read_address(const Reading& reading, const std::vector<NamedPlace>& mentions, core::Location& location);

}  // namespace satupintu::normalizer
