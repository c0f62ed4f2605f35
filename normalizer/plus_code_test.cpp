// SPDX-License-Identifier: Apache-2.0
#include "normalizer/plus_code.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace satupintu::normalizer;

// What npm's open-location-code 1.0.3, its authors' own library, makes of the same codes.
TEST_CASE("plus_codes_read_as_their_authors_library_reads_them") {
  const struct {
    std::string code;
    double latitude, longitude;
  } cases[] = {{"6P58RJCJ+MQ", -6.1783125, 106.6319375}, {"6P58RJCJ+MQC", -6.1783125, 106.631890625},
               {"6P58VJHX+XX", -6.1200625, 106.6499375}, {"6P58QPJC+22RR", -6.2198775, 106.72000390625},
               {"6P59X2X2+X2", -6.0000625, 107.0000625}, {"RJCJ+8Q", -6.1791875, 106.6319375},
               {"X222+2X", -6.0499375, 107.0024375},     {"XVXX+XX", -6.0000625, 106.8999375}};
  for (const auto& c : cases) {
    CAPTURE(c.code);
    const auto position = plus_code_in(c.code, Position{-6.165, 106.66, std::nullopt});
    REQUIRE(position);
    CHECK(position->latitude == doctest::Approx(c.latitude).epsilon(1e-9));
    CHECK(position->longitude == doctest::Approx(c.longitude).epsilon(1e-9));
  }
}

TEST_CASE("a_plus_code_tells_how_exact_it_is") {
  const auto position = plus_code_in("6P58RJCJ+MQ", std::nullopt);
  REQUIRE(position);
  CHECK(*position->accuracy_m == doctest::Approx(9.84).epsilon(0.01));
}

TEST_CASE("what_only_looks_like_a_plus_code_is_none") {
  for (const char* text :
       {"+", "RJC+8Q", "RJCJ+8", "RJCJ8Q", "2222+22", "XXXXXXXX+XX", "6P58RJ+MQ", "6P580000+", "RJCJ+8Q7ABC", "ARJCJ+8Q"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(plus_code_in(text, Position{-6.165, 106.66, std::nullopt}));
  }
}
