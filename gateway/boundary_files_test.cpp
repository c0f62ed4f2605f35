// SPDX-License-Identifier: Apache-2.0
#include "gateway/boundary_files.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "tests/support/shipped_rules.hpp"

using namespace satupintu;

namespace {

// A directory of its own that goes with the test.
class Places {
 public:
  Places() : path_(std::filesystem::temp_directory_path() / ("boundaries-" + std::to_string(::getpid())) / "places") {
    std::filesystem::create_directories(path_);
  }
  ~Places() { std::filesystem::remove_all(path_.parent_path()); }
  Places(const Places&) = delete;
  Places& operator=(const Places&) = delete;

  void write(const std::string& name, const std::string& text) { std::ofstream(path_ / name) << text; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

const std::string kSquare = "[[106.6,-6.2],[106.7,-6.2],[106.7,-6.1],[106.6,-6.1],[106.6,-6.2]]";

std::string feature(const std::string& properties, const std::string& geometry) {
  return R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":{)" + properties + R"(},"geometry":)" + geometry + "}]}";
}

std::string polygon(const std::string& properties) { return feature(properties, R"({"type":"Polygon","coordinates":[)" + kSquare + "]}"); }

}  // namespace

TEST_CASE("boundaries_are_read_from_all_files") {
  Places places;
  places.write("kelurahan.geojson", polygon(R"("kelurahan":"KUNCIRAN JAYA","kode":"36.71")"));
  places.write("kecamatan.json", feature(R"("kecamatan":"Pinang")", R"({"type":"MultiPolygon","coordinates":[[)" + kSquare + "]]}"));
  places.write("kota.geojson",
               feature(R"("name":"Kota Tangerang")",
                       R"({"type":"Polygon","coordinates":[[[106.5,-6.3],[106.8,-6.3],[106.8,-6.0],[106.5,-6.0],[106.5,-6.3]]]})"));
  places.write("README.md", "not JSON");
  const auto& rules = tests::shipped_rules();
  std::vector<core::SettingsMistake> mistakes;
  const auto boundaries = gateway::read_boundaries(places.path(), rules, mistakes);
  CHECK(mistakes.empty());
  const auto lying = boundaries.find(-6.15, 106.65);
  REQUIRE(lying.kelurahan);
  CHECK(rules.kelurahan[*lying.kelurahan].name == "Kunciran Jaya");
  REQUIRE(lying.kecamatan);
  CHECK(rules.kecamatan[*lying.kecamatan].name == "Pinang");
  CHECK(boundaries.find(-6.05, 106.55).in_city);
  CHECK_FALSE(boundaries.find(-6.35, 106.55).in_city);
}

TEST_CASE("no_directory_is_no_boundaries") {
  std::vector<core::SettingsMistake> mistakes;
  CHECK(gateway::read_boundaries("/nirgends/places", tests::shipped_rules(), mistakes).empty());
  CHECK(mistakes.empty());
}

TEST_CASE("every_mistake_in_a_file_of_boundaries_is_told") {
  const std::string where = "places/a.geojson feature 1";
  const struct {
    std::string text, path, problem;
  } cases[] = {
      {"{", "places/a.geojson", "is no JSON"},
      {"[]", "places/a.geojson", "has no list of features"},
      {R"({"features":{}})", "places/a.geojson", "has no list of features"},
      {R"({"features":[1]})", where, "is no feature"},
      {polygon(R"("nama":"Cimone")"), where, "has none of the properties"},
      {polygon(R"("kelurahan":"Atlantis")"), where, "\"kelurahan\" is \"Atlantis\""},
      {polygon(R"("kecamatan":"Cimone")"), where, "\"kecamatan\" is \"Cimone\""},
      {polygon(R"("name":"Atlantis")"), where, "\"name\" is \"Atlantis\""},
      {polygon(R"("name":"Cipondoh")"), where, "a kelurahan and a kecamatan"},
      {polygon(R"("kelurahan":"Cimone","kecamatan":"Pinang")"), where, "does not lie in \"Pinang\""},
      {feature(R"("kelurahan":"Cimone")", "null"), where, "is no Polygon"},
      {feature(R"("kelurahan":"Cimone")", R"({"type":"Point","coordinates":[106.6,-6.2]})"), where, "is no Polygon"},
      {feature(R"("kelurahan":"Cimone")", R"({"type":"Polygon","coordinates":[]})"), where, "without rings"},
      {feature(R"("kelurahan":"Cimone")", R"({"type":"Polygon","coordinates":[[[106.6,-6.2],[106.7,-6.2]]]})"), where, "fewer than four"},
      {feature(R"("kelurahan":"Cimone")", R"({"type":"Polygon","coordinates":[["x",1,2,3]]})"), where, "no pair of numbers"},
      {feature(R"("kelurahan":"Cimone")", R"({"type":"Polygon","coordinates":[[[-6.2,106.6],[-6.2,106.7],[-6.1,106.7],[-6.2,106.6]]]})"),
       where, "not on earth"},
      {feature(R"("kelurahan":"Cimone")", R"({"type":"Polygon","coordinates":[[[680000,9316000],[1,2],[3,4],[5,6]]]})"), where,
       "not on earth"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    Places places;
    places.write("a.geojson", c.text);
    std::vector<core::SettingsMistake> mistakes;
    static_cast<void>(gateway::read_boundaries(places.path(), tests::shipped_rules(), mistakes));
    REQUIRE(mistakes.size() == 1);
    CHECK(mistakes[0].path == c.path);
    CHECK(mistakes[0].problem.contains(c.problem));
    CHECK_FALSE(mistakes[0].remedy.empty());
  }
}
