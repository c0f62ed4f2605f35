// SPDX-License-Identifier: Apache-2.0
#include "normalizer/boundaries.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace satupintu::normalizer;

namespace {

Ring square(double south, double west, double size) {
  return {{south, west}, {south, west + size}, {south + size, west + size}, {south + size, west}, {south, west}};
}

}  // namespace

TEST_CASE("a_position_lies_in_the_region_around_it") {
  // Two kelurahan beside each other, the second with a hole and an island; their kecamatan; the city around them.
  const Boundaries boundaries({{0, 7, {square(-6.2, 106.6, 0.1)}},
                               {1, 7, {square(-6.2, 106.7, 0.1), square(-6.16, 106.74, 0.02), square(-6.05, 106.7, 0.01)}},
                               {{}, 7, {square(-6.2, 106.6, 0.2)}},
                               {{}, {}, {square(-6.3, 106.5, 0.4)}}});
  auto lying = boundaries.find(-6.15, 106.65);
  CHECK(lying.kelurahan == 0);
  CHECK(lying.kecamatan == 7);
  CHECK(lying.in_city);
  lying = boundaries.find(-6.11, 106.71);
  CHECK(lying.kelurahan == 1);
  lying = boundaries.find(-6.15, 106.75);  // in the hole
  CHECK_FALSE(lying.kelurahan);
  CHECK(lying.kecamatan == 7);
  lying = boundaries.find(-6.045, 106.705);  // on the island
  CHECK(lying.kelurahan == 1);
  lying = boundaries.find(-6.25, 106.55);
  CHECK_FALSE(lying.kelurahan);
  CHECK_FALSE(lying.kecamatan);
  CHECK(lying.in_city);
  for (const auto& [latitude, longitude] :
       {std::pair{-6.31, 106.6}, {-5.85, 106.6}, {-6.2, 106.4}, {-6.2, 107.0}, {90.0, 180.0}, {0.0, 0.0}}) {
    CHECK_FALSE(boundaries.find(latitude, longitude).in_city);
  }
  CHECK_FALSE(boundaries.find(std::nan(""), 106.6).in_city);
}

TEST_CASE("a_common_border_belongs_to_one_side_only") {
  const Boundaries boundaries(
      {{0, {}, {square(-6.2, 106.6, 0.1)}}, {1, {}, {square(-6.2, 106.7, 0.1)}}, {2, {}, {square(-6.1, 106.6, 0.1)}}});
  CHECK(boundaries.find(-6.15, 106.7).kelurahan == 1);
  CHECK(boundaries.find(-6.1, 106.65).kelurahan == 2);
}

TEST_CASE("thousands_of_vertices_change_nothing") {
  Ring circle;
  constexpr int kVertices = 20'000;
  for (int i = 0; i < kVertices; ++i) {
    const double angle = 2 * 3.14159265358979 * i / kVertices;
    circle.push_back({-6.15 + 0.05 * std::sin(angle), 106.65 + 0.05 * std::cos(angle)});
  }
  const Boundaries boundaries({{3, 1, {circle}}});
  for (int i = 0; i < 1000; ++i) {
    const double angle = 0.37 * i;
    const double radius = 0.1 * i / 1000;
    if (std::abs(radius - 0.05) < 0.0001) continue;
    CHECK(boundaries.find(-6.15 + radius * std::sin(angle), 106.65 + radius * std::cos(angle)).in_city == (radius < 0.05));
  }
}

TEST_CASE("without_boundaries_nothing_lies_anywhere") {
  CHECK(Boundaries().empty());
  CHECK_FALSE(Boundaries().find(-6.1, 106.6).in_city);
  CHECK(Boundaries({{0, 0, {}}}).empty());
  CHECK(Boundaries({{0, 0, {{{-6.1, 106.6}}}}}).empty());
}
