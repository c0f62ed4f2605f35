// SPDX-License-Identifier: Apache-2.0
// In which kelurahan and kecamatan a position lies, and whether it lies in the city at all, by the boundaries that a city puts into
// config/places/ (gateway/boundary_files.hpp reads them). Built at start; afterwards const and free to use from several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace satupintu::normalizer {

struct Vertex {
  double latitude = 0;
  double longitude = 0;
};

using Ring = std::vector<Vertex>;  // whether its last vertex repeats the first does not matter

// The land of a kelurahan, of a kecamatan, or of the whole city when it is neither's.
struct Region {
  std::optional<std::size_t> kelurahan, kecamatan;  // Rules::kelurahan, Rules::kecamatan
  std::vector<Ring> rings;                          // of all its polygons: outer ones, and the holes in them
};

class Boundaries {
 public:
  Boundaries() = default;
  explicit Boundaries(std::vector<Region> regions);

  [[nodiscard]] bool empty() const { return regions_.empty(); }

  struct Lying {
    std::optional<std::size_t> kelurahan, kecamatan;
    bool in_city = false;  // in any region: the outline where there is one, else a kelurahan or kecamatan
  };
  // Takes the same short time however many vertices there are, as long as they are spread over the city.
  [[nodiscard]] Lying find(double latitude, double longitude) const;

 private:
  struct Owner {
    std::optional<std::size_t> kelurahan, kecamatan;
  };
  struct Edge {
    std::uint32_t region = 0;
    Vertex from, to;
  };

  [[nodiscard]] std::size_t band_of(double latitude) const;

  std::vector<Owner> regions_;
  // The edges that cross each band of latitude, band after band, and in a band by region.
  std::vector<Edge> edges_;
  std::vector<std::size_t> band_begins_;  // and the end of the last
  double south_ = 0, north_ = 0;
};

}  // namespace satupintu::normalizer
