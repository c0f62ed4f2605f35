// SPDX-License-Identifier: Apache-2.0
#include "normalizer/boundaries.hpp"

#include <algorithm>

namespace satupintu::normalizer {

namespace {

constexpr std::size_t kEdgesPerBand = 16;  // about; the long ones stand in several
constexpr std::size_t kMostBands = 4096;

bool is_level(const Vertex& from, const Vertex& to) { return from.latitude == to.latitude; }

// The edge crosses the ray that goes east from the position. Half open, so that a vertex counts once.
bool crosses(const Vertex& from, const Vertex& to, double latitude, double longitude) {
  if ((from.latitude > latitude) == (to.latitude > latitude)) return false;
  const double share = (latitude - from.latitude) / (to.latitude - from.latitude);
  return longitude < from.longitude + share * (to.longitude - from.longitude);
}

}  // namespace

Boundaries::Boundaries(std::vector<Region> regions) {
  std::vector<Edge> edges;
  for (Region& region : regions) {
    for (const Ring& ring : region.rings) {
      for (std::size_t i = 0; i < ring.size(); ++i) {
        const Vertex& next = ring[i + 1 == ring.size() ? 0 : i + 1];
        if (!is_level(ring[i], next)) edges.push_back({static_cast<std::uint32_t>(regions_.size()), ring[i], next});
      }
    }
    regions_.push_back({region.kelurahan, region.kecamatan});
  }
  if (edges.empty()) {
    regions_.clear();
    return;
  }
  south_ = north_ = edges.front().from.latitude;
  for (const Edge& edge : edges) {
    south_ = std::min({south_, edge.from.latitude, edge.to.latitude});
    north_ = std::max({north_, edge.from.latitude, edge.to.latitude});
  }

  const std::size_t bands = std::clamp<std::size_t>(edges.size() / kEdgesPerBand, 1, kMostBands);
  band_begins_.assign(bands + 1, 0);
  const auto first_band = [&](const Edge& edge) { return band_of(std::min(edge.from.latitude, edge.to.latitude)); };
  const auto last_band = [&](const Edge& edge) { return band_of(std::max(edge.from.latitude, edge.to.latitude)); };
  for (const Edge& edge : edges)
    for (std::size_t band = first_band(edge); band <= last_band(edge); ++band) ++band_begins_[band + 1];
  for (std::size_t band = 0; band < bands; ++band) band_begins_[band + 1] += band_begins_[band];
  edges_.resize(band_begins_.back());
  std::vector<std::size_t> next = band_begins_;
  for (const Edge& edge : edges)
    for (std::size_t band = first_band(edge); band <= last_band(edge); ++band) edges_[next[band]++] = edge;
}

std::size_t Boundaries::band_of(double latitude) const {
  const std::size_t bands = band_begins_.size() - 1;
  const double share = (latitude - south_) / (north_ - south_);
  return std::min(static_cast<std::size_t>(std::max(share, 0.0) * static_cast<double>(bands)), bands - 1);
}

Boundaries::Lying Boundaries::find(double latitude, double longitude) const {
  Lying lying;
  if (empty() || !(latitude >= south_ && latitude <= north_)) return lying;
  const std::size_t band = band_of(latitude);
  const std::size_t end = band_begins_[band + 1];
  for (std::size_t i = band_begins_[band]; i < end;) {
    const std::uint32_t region = edges_[i].region;
    bool inside = false;
    for (; i < end && edges_[i].region == region; ++i) inside = inside != crosses(edges_[i].from, edges_[i].to, latitude, longitude);
    if (!inside) continue;
    lying.in_city = true;
    if (regions_[region].kelurahan) lying.kelurahan = regions_[region].kelurahan;
    if (regions_[region].kecamatan) lying.kecamatan = regions_[region].kecamatan;
  }
  return lying;
}

}  // namespace satupintu::normalizer
