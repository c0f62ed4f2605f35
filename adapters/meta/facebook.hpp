// SPDX-License-Identifier: Apache-2.0
// A Facebook page: its Messenger, what people write on it and under its posts, and where they name it. README.md has the
// provider's facts, and what becomes of every kind of message.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

[[nodiscard]] std::unique_ptr<Adapter> make_meta_facebook(std::string account, core::Settings& settings);

}  // namespace satupintu::adapters
