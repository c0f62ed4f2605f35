// SPDX-License-Identifier: Apache-2.0
// By what a report is found to tell of the same thing as another one: a MinHash signature of its words and the facts about its
// place, packed into a few bytes that queue/similar.lua compares. Pure, and the same on every machine: the bytes of two
// gateways meet in one Redis.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/complaint.hpp"
#include "normalizer/lexicon.hpp"
#include "normalizer/rules.hpp"

namespace satupintu::normalizer {

inline constexpr std::size_t kBands = 6;
inline constexpr std::size_t kRowsPerBand = 3;
inline constexpr std::size_t kThings = 6;
inline constexpr std::uint8_t kThingIsPlace = 128;  // set where it only tells where another thing is
inline constexpr std::size_t kStates = 3;
inline constexpr std::size_t kSites = 4;
inline constexpr std::size_t kNames = 12;

// Whose name a word is.
enum class NameOf : std::uint8_t {
  nobody_known,  // a word of the text that is nowhere else: likely a name
  address,
  landmark,
  kind_of_landmark,  // "depan alfamart": tells spots of one street apart, but names none
  ordinary,          // none: a word of the text that many use
  number,
  denied,  // "bukan yang di depan masjid"
};

// All that is zero is unknown. Names are hashed as they sound, in the spelling that their ways of being written have in common.
struct Sketch {
  std::uint8_t words = 0;  // different ones that say something; 255: that many or more
  // Of a MinHash over the letters, three by three, of the words that say something, kRowsPerBand rows each: reports that share one are
  // compared.
  std::array<std::uint32_t, kBands> bands{};
  std::array<std::uint8_t, 3> categories{};    // the report's own, then what it also speaks of
  std::array<std::uint8_t, kThings> things{};  // that it speaks of: see Meaning::thing
  std::array<std::uint8_t, kStates> states{};  // what is wrong with them: see Meaning::state
  std::uint8_t lasts_hours = 0;                // see Category::lasts_hours
  bool widespread = false;                     // see Category::widespread
  bool proposes = false;                       // something that is not there yet
  bool asks = false;                           // asks for information

  struct Position {
    double latitude, longitude;
    double accuracy_m;
  };
  std::optional<Position> position;
  std::uint16_t kelurahan = 0;
  std::uint8_t kecamatan = 0;
  // The first two words of a name, a byte each, since people leave out the rest.
  std::uint16_t street = 0, cross_street = 0, alley = 0, estate = 0, inner_estate = 0;
  std::uint16_t house_number = 0;
  std::uint8_t kilometre = 0, block = 0;
  std::uint8_t rt = 0, rw = 0;
  std::array<std::uint16_t, kSites> sites{};  // "puskesmas cipondoh": a byte for the kind, one for its name
  // Words of the text, the most telling first: 21 bits of a hash, and NameOf.
  std::array<std::uint32_t, kNames> names{};

  // Big-endian, in this order; a position is two numbers of 24 bits and its accuracy in tens of metres. The bands come last:
  // similar.lua keeps all but them.
  [[nodiscard]] std::string packed() const;
};

// In place of a packed sketch: this complaint is to be linked with none, whatever is said of it later.
inline constexpr std::string_view kUnlinkable = "-";

// Of the place only what the matter itself is known by: where a caller was says nothing. `reading` is the masked text's.
[[nodiscard]] Sketch sketch_of(const Reading& reading, const core::Complaint& complaint, const Rules& rules);

}  // namespace satupintu::normalizer
