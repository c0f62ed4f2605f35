// SPDX-License-Identifier: Apache-2.0
#include "gateway/boundary_files.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "normalizer/position.hpp"

namespace satupintu::gateway {

namespace json = boost::json;

namespace {

constexpr std::size_t kLeastVertices = 4;  // of a ring, the first being repeated (RFC 7946, 3.1.6)

struct Mistake {
  std::string problem, remedy;
};

std::optional<normalizer::Ring> ring_of(const json::value& coordinates, Mistake& mistake) {
  const json::array* list = coordinates.if_array();
  if (list == nullptr || list->size() < kLeastVertices) {
    mistake = {"has a ring of fewer than four positions", "draw it as a polygon"};
    return std::nullopt;
  }
  normalizer::Ring ring;
  for (const json::value& entry : *list) {
    const json::array* pair = entry.if_array();
    if (pair == nullptr || pair->size() < 2 || !(*pair)[0].is_number() || !(*pair)[1].is_number()) {
      mistake = {"has a position that is no pair of numbers", "write positions as [longitude, latitude]"};
      return std::nullopt;
    }
    const normalizer::Vertex vertex{(*pair)[1].to_number<double>(), (*pair)[0].to_number<double>()};
    if (!normalizer::is_position(vertex.latitude, vertex.longitude)) {
      mistake = {"has a position that is not on earth", "export it in WGS 84 (EPSG:4326), positions as [longitude, latitude]"};
      return std::nullopt;
    }
    ring.push_back(vertex);
  }
  return ring;
}

bool add_polygon(const json::value& rings, std::vector<normalizer::Ring>& all, Mistake& mistake) {
  const json::array* list = rings.if_array();
  if (list == nullptr || list->empty()) {
    mistake = {"has a polygon without rings", "draw it again, or remove it"};
    return false;
  }
  return std::ranges::all_of(*list, [&](const json::value& entry) {
    auto ring = ring_of(entry, mistake);
    if (ring) all.push_back(std::move(*ring));
    return ring.has_value();
  });
}

std::optional<std::vector<normalizer::Ring>> rings_of(const json::object& feature, Mistake& mistake) {
  const json::value* geometry = feature.if_contains("geometry");
  const json::object* object = geometry == nullptr ? nullptr : geometry->if_object();
  const json::value* type = object == nullptr ? nullptr : object->if_contains("type");
  const json::value* coordinates = object == nullptr ? nullptr : object->if_contains("coordinates");
  const json::array* polygons = coordinates == nullptr ? nullptr : coordinates->if_array();
  const bool is_polygon = type != nullptr && *type == "Polygon";
  if (polygons == nullptr || (!is_polygon && *type != "MultiPolygon")) {
    mistake = {"is no Polygon or MultiPolygon", "export areas, not lines or points"};
    return std::nullopt;
  }
  std::vector<normalizer::Ring> rings;
  if (is_polygon) {
    if (!add_polygon(*coordinates, rings, mistake)) return std::nullopt;
    return rings;
  }
  for (const json::value& polygon : *polygons)
    if (!add_polygon(polygon, rings, mistake)) return std::nullopt;
  return rings;
}

normalizer::RegionNames names_of(const json::object& feature) {
  const json::value* properties = feature.if_contains("properties");
  const json::object* object = properties == nullptr ? nullptr : properties->if_object();
  const auto text = [&](const char* key) {
    const json::value* value = object == nullptr ? nullptr : object->if_contains(key);
    const json::string* found = value == nullptr ? nullptr : value->if_string();
    return found == nullptr ? std::string() : std::string(*found);
  };
  return {text("name"), text("kelurahan"), text("kecamatan")};
}

std::optional<normalizer::Region> region_of(const json::value& value, const normalizer::Rules& rules, Mistake& mistake) {
  const json::object* feature = value.if_object();
  if (feature == nullptr) {
    mistake = {"is no feature", "export a GeoJSON FeatureCollection"};
    return std::nullopt;
  }
  const auto names = names_of(*feature);
  if (names.name.empty() && names.kelurahan.empty() && names.kecamatan.empty()) {
    mistake = {"has none of the properties kelurahan, kecamatan and name", "give it one with a name from places.toml"};
    return std::nullopt;
  }
  auto region = normalizer::region_of(names, rules);
  if (!region) {
    mistake = {"is nobody's: " + region.error().what, "write the name as in places.toml, under kelurahan or kecamatan"};
    return std::nullopt;
  }
  auto rings = rings_of(*feature, mistake);
  if (!rings) return std::nullopt;
  region->rings = std::move(*rings);
  return std::move(*region);
}

std::optional<json::value> parse(const std::filesystem::path& file, Mistake& mistake) {
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) {
    mistake = {"cannot be read", "make it readable for the gateway's user"};
    return std::nullopt;
  }
  json::error_code error;
  json::value value = json::parse(text, error);
  if (error) {
    mistake = {"is no JSON: " + error.message(), "export it again as GeoJSON in UTF-8"};
    return std::nullopt;
  }
  return value;
}

}  // namespace

normalizer::Boundaries read_boundaries(const std::filesystem::path& directory, const normalizer::Rules& rules,
                                       std::vector<core::SettingsMistake>& mistakes) {
  std::error_code absent;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory, absent))
    if (entry.path().extension() == ".geojson" || entry.path().extension() == ".json") files.push_back(entry.path());
  std::ranges::sort(files);

  std::vector<normalizer::Region> regions;
  for (const auto& file : files) {
    const std::string path = (directory.filename() / file.filename()).string();
    Mistake mistake;
    const auto tell = [&](const std::string& where) { mistakes.push_back({where, std::move(mistake.problem), std::move(mistake.remedy)}); };
    const auto root = parse(file, mistake);
    if (!root) {
      tell(path);
      continue;
    }
    const json::object* collection = root->if_object();
    const json::value* features = collection == nullptr ? nullptr : collection->if_contains("features");
    if (features == nullptr || !features->is_array()) {
      mistake = {"has no list of features", "export it as a GeoJSON FeatureCollection"};
      tell(path);
      continue;
    }
    std::size_t number = 0;
    for (const json::value& feature : features->get_array()) {
      ++number;
      if (auto region = region_of(feature, rules, mistake)) regions.push_back(std::move(*region));
      else tell(path + " feature " + std::to_string(number));
    }
  }
  return normalizer::Boundaries(std::move(regions));
}

}  // namespace satupintu::gateway
