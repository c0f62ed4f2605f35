// SPDX-License-Identifier: Apache-2.0
// What kind of attachment a declared media type stands for. Pure.
#pragma once

#include <string_view>

#include "core/event.hpp"

namespace satupintu::adapters {

// `other` where nothing is declared.
[[nodiscard]] core::AttachmentKind kind_of_media(std::string_view mime_type);

}  // namespace satupintu::adapters
