// SPDX-License-Identifier: Apache-2.0
// What a photograph says besides its picture: where it was taken, and a copy that says nothing. Reads headers only and never decodes a
// picture. Pure and total.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/event.hpp"

namespace satupintu::gateway {

// The position in a JPEG's Exif block (CIPA DC-008); nullopt where there is none, or none on the globe.
[[nodiscard]] std::optional<core::SharedPlace> position_in(std::string_view picture);

// A JPEG or PNG without Exif, XMP, IPTC, comments and all else that does not change how it looks; nullopt for any other file, and for one
// that breaks off before its picture begins.
[[nodiscard]] std::optional<std::string> without_metadata(std::string_view picture);

}  // namespace satupintu::gateway
