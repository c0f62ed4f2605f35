// SPDX-License-Identifier: Apache-2.0
// Which kelurahan and kecamatan a text is about, or that it is about a place of another jurisdiction: the names in it, and what the
// words around each say. Pure, linear time.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "normalizer/lexicon.hpp"
#include "normalizer/rules.hpp"

namespace satupintu::normalizer {

// A name in the text. "Cipondoh" is that of a kelurahan and of a kecamatan.
struct NamedPlace {
  std::uint32_t first = 0, last = 0;                // words
  std::optional<std::size_t> kelurahan, kecamatan;  // neither: a place of another jurisdiction
  Evidence needs{};
};

// Every name, in the order of the text; none overlaps another.
[[nodiscard]] std::vector<NamedPlace> find_mentions(const Reading& reading, const Rules& rules);

// A street, an alley, an estate or a landmark in the text (address.hpp).
struct Spot {
  enum class Kind : std::uint8_t { street, alley, estate, landmark };
  Kind kind{};
  std::uint32_t first = 0;  // of its name: the word behind "jalan"
  std::uint32_t last = 0;
};

inline constexpr std::uint32_t kLongestSpot = 8;  // words; none is longer

// What a reader of the address knows of the words; each list in the order of the text.
struct AddressFrame {
  std::vector<Spot> spots;
  std::vector<std::uint32_t> behind_numbers;  // words right behind an RT, an RW or a house number
};

// What is said of a name, the more it says that the matter is there the later.
enum class Weight : std::uint8_t {
  // It is not.
  common_word,  // nothing says that it names the place
  direction,    // "jurusan", "bukan", or the other end of a route
  street,       // a street is called so
  passed,       // "arah", "dari"
  home,         // the writer's, who names another place too
  only_named,   // a street or passed, but the text names no other place
  // Nothing below `somewhere` holds against a place of another jurisdiction.
  only_home,
  people,
  somewhere,  // an estate or an alley is called so, which is seldom far from there
  institution,
  name,
  frame,  // part of an address, or beside a place that it belongs to
  at,
  announced,
};

inline bool counts(Weight weight) { return weight >= Weight::only_named; }

struct WeighedName {
  NamedPlace place;
  Weight weight{};
};

struct PlaceNames {
  std::optional<std::size_t> kelurahan, kecamatan;
  bool elsewhere = false;
  std::vector<WeighedName> names;  // all, in the order of the text
};

[[nodiscard]] PlaceNames choose_names(const Reading& reading, const std::vector<NamedPlace>& mentions, const AddressFrame& frame,
                                      const Rules& rules);

}  // namespace satupintu::normalizer
