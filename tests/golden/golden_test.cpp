// SPDX-License-Identifier: Apache-2.0
// Every fixture decodes to the events that stand beside it. UPDATE_GOLDEN=1 writes them anew; then read the diff.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "adapters/registry.hpp"
#include "tests/conformance/accounts.hpp"
#include "tests/golden/events_json.hpp"
#include "tests/golden/fixtures.hpp"

using namespace satupintu;
using namespace satupintu::tests;

namespace {

std::string decoded(const Fixture& fixture) {
  const auto adapter = make_adapter(test_account(fixture.adapter));
  core::Delivery delivery = fixture.pulled;
  if (fixture.request) {
    core::HttpRequest request = *fixture.request;
    adapter->sign(request);
    const auto admission = adapter->admit(request, kArrival);
    REQUIRE(admission);
    REQUIRE(admission->delivery);
    delivery = *admission->delivery;
  }
  const auto events = adapter->decode(delivery);
  REQUIRE(events);
  return to_json(*events);
}

}  // namespace

TEST_CASE("every_fixture_decodes_to_the_events_beside_it") {
  const bool update = std::getenv("UPDATE_GOLDEN") != nullptr;
  for (const Fixture& fixture : fixtures()) {
    CAPTURE(fixture.name);
    const std::string events = decoded(fixture);
    if (update) std::ofstream(fixture.events_path, std::ios::binary) << events;
    REQUIRE(std::filesystem::exists(fixture.events_path));
    CHECK(events == read_file(fixture.events_path));
  }
}

TEST_CASE("every_adapter_has_fixtures") {
  for (const auto& registration : adapters::registry()) {
    CAPTURE(registration.name);
    CHECK(std::ranges::find(fixtures(), registration.name, &Fixture::adapter) != fixtures().end());
  }
}

TEST_CASE("no_events_stand_without_their_request") {
  for (const auto& file : std::filesystem::recursive_directory_iterator(std::filesystem::path(SATUPINTU_SOURCE_DIR) / "adapters")) {
    if (file.path().filename().string().ends_with(".events.json")) {
      CAPTURE(file.path());
      CHECK(std::ranges::find(fixtures(), file.path(), &Fixture::events_path) != fixtures().end());
    }
  }
}
