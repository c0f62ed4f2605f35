// SPDX-License-Identifier: Apache-2.0
// The adapters' fixtures, adapters/CHANNEL/fixtures/PROVIDER.SITUATION.http: each one request as on the wire. The
// lines of the head end in plain line feeds, the body is every byte after the blank line, and a header with the
// value "{{signed}}" stands for the one that the adapter's `sign` makes.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/http.hpp"
#include "core/time.hpp"

namespace satupintu::tests {

struct Fixture {
  std::string name;     // "whatsapp/cloud.text"
  std::string adapter;  // "whatsapp/cloud"
  std::filesystem::path request_path, events_path;
  core::HttpRequest request;  // not signed yet
};

// When every fixture arrives: 2026-01-01T01:00:00Z.
inline constexpr core::Timestamp kArrival{std::chrono::seconds{1'767'229'200}};

// Of all adapters, in the order of their names.
[[nodiscard]] const std::vector<Fixture>& fixtures();

// nullopt when `text` is not a request.
[[nodiscard]] std::optional<core::HttpRequest> parse_request(std::string_view text);

[[nodiscard]] std::string read_file(const std::filesystem::path& path);

}  // namespace satupintu::tests
