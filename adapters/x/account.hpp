// SPDX-License-Identifier: Apache-2.0
// One account of ours on X, in both ways in which it hears of posts: webhooks of the Account Activity API or the X Activity API, and, with
// a bearer token, polling of the mentions timeline, which finds what the webhooks missed. README.md has the provider's facts, and what
// becomes of every kind of event.
#pragma once

#include <memory>
#include <string>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::adapters {

[[nodiscard]] std::unique_ptr<Adapter> make_x_account(std::string account, core::Settings& settings);

}  // namespace satupintu::adapters
