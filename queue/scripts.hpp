// SPDX-License-Identifier: Apache-2.0
// The Lua scripts that run inside Redis, as text. CMake makes scripts.cpp of the .lua files.
#pragma once

#include <string_view>

namespace satupintu::queue {

extern const std::string_view kPublishScript;      // similar_weights.lua, similar.lua and publish.lua
extern const std::string_view kSimilarScript;      // the first two of these
extern const std::string_view kAdvanceMarkScript;  // advance_mark.lua

}  // namespace satupintu::queue
