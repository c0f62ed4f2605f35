// SPDX-License-Identifier: Apache-2.0
// The adapters' fixtures. adapters/CHANNEL/fixtures/PROVIDER.SITUATION.http is one request as on the wire, in the form that
// core::parse_fixture reads. PROVIDER.SITUATION.pulled is what a pull channel found: the delivery's head up to the first
// blank line, then every byte of its body.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/delivery.hpp"
#include "core/http.hpp"
#include "core/time.hpp"

namespace satupintu::tests {

struct Fixture {
  std::string name;     // "whatsapp/cloud.text"
  std::string adapter;  // "whatsapp/cloud"
  std::filesystem::path request_path, events_path;
  std::optional<core::HttpRequest> request;  // not signed yet; none for what was pulled
  core::Delivery pulled;
};

// When every fixture arrives: 2026-01-01T01:00:00Z.
inline constexpr core::Timestamp kArrival{std::chrono::seconds{1'767'229'200}};

// A `.pulled` file's text as a delivery that comes in at kArrival; nullopt where no blank line ends its head.
[[nodiscard]] std::optional<core::Delivery> parse_pulled(std::string_view text);

// Of all adapters, in the order of their names.
[[nodiscard]] const std::vector<Fixture>& fixtures();

[[nodiscard]] std::string read_file(const std::filesystem::path& path);

}  // namespace satupintu::tests
