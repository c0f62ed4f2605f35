// SPDX-License-Identifier: Apache-2.0
// What a city decides about its complaints: categories and offices, words, places, holidays. Read at start from
// config/routing.toml, words.toml, places.toml and calendar.toml, whose top-level tables are read as one tree; const from
// then on and free to use from several threads.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/complaint.hpp"
#include "core/error.hpp"
#include "core/settings.hpp"
#include "normalizer/boundaries.hpp"
#include "normalizer/lexicon.hpp"
#include "normalizer/misspelling.hpp"
#include "normalizer/word_weights.hpp"

namespace satupintu::normalizer {

// What a phrase of a category counts: this, and one more for each word after the first.
inline constexpr unsigned kWordWeight = 3;
inline constexpr unsigned kHintWeight = 1;
inline constexpr std::uint32_t kPairReach = 8;  // words that may stand between the halves of a Pair
inline constexpr int kMostLearned = 999;

// "3 working days" or "24 hours".
struct Allowance {
  int amount = 0;
  bool working_days = false;
};

// What is promised, counted from the receipt.
struct Standard {
  std::optional<Allowance> verify, follow_up, expected;
};

struct Category {
  std::string code, label, label_en;
  std::vector<std::string> offices;
  Standard standard;  // what differs from Rules::standard
  // For how long reports may be of the same matter; 0: as long as reports are remembered for that.
  std::uint8_t lasts_hours = 0;
  bool widespread = false;  // befalls a whole neighbourhood, or one office serves it: two reports from one kelurahan are of the same
};

struct Danger {
  std::string label;
  std::size_t category = 0;
  bool emergency = false;  // else urgent, while nobody is in danger this minute
  bool imminent = false;   // about to happen counts as happening
};

// What words near a danger say about it.
enum class Circumstance : std::uint8_t {
  denied,        // it did not happen
  befell,        // only an animal or a thing
  feared,        // it has not happened
  imminent,      // it is about to happen
  habitual,      // it happens now and then
  supposed,      // what if it happened?
  past,          // it happened before today
  over,          // nobody is in danger any more
  unreal,        // a drill, a film, a statistic
  another_time,  // planned, or long ago
  now,           // it goes on, whatever else is told
  nothing,       // only looks like one of these
};

struct OutOfScope {
  core::Scope scope{};
  std::string reason;  // with the address to turn to
};

// Words of two groups that stand near each other and together tell a danger, or a matter out of scope.
struct Pair {
  std::size_t with = 0;  // the other group
  Meaning tells{};       // danger or out_of_scope
  std::size_t index = 0;
  std::uint32_t reach = 0;  // words that may stand between
};

// What it takes to believe that a place's name means the place.
enum class Evidence : std::uint8_t {
  name,       // nothing else is called so
  at,         // a common word: "di" before it, an address around it, or better
  announced,  // also a larger or another place: "kel." or "kec." before it
};

struct Kecamatan {
  std::string name;
  Evidence needs{};
};

struct Kelurahan {
  std::string name;
  std::size_t kecamatan = 0;
  Evidence needs{};
};

// What a name means: a kelurahan, a kecamatan, or either.
struct PlaceName {
  std::optional<std::size_t> kelurahan, kecamatan;
};

struct Area {
  double south = -90, west = -180, north = 90, east = 180;
  [[nodiscard]] bool contains(double latitude, double longitude) const {
    return latitude >= south && latitude <= north && longitude >= west && longitude <= east;
  }
};

// What a citizen asks of the gateway itself instead of reporting something.
enum class CommandKind : std::uint8_t {
  none,
  status,    // CEK <code>
  rating,    // NILAI <code> 1-5
  withdraw,  // BATAL <code>
  help,      // BANTUAN, and a command that lacks what belongs to it
  stop,      // STOP
  start,     // MULAI
  officer,   // PETUGAS: a person, please
};

struct CommandWord {
  std::string text;  // folded
  CommandKind kind{};
};

struct CommandWords {
  Lexicon lexicon;  // apart from that of the reports: here "petugas" asks for one
  std::vector<CommandWord> words;
};

struct Rules {
  std::string jurisdiction_id;
  std::vector<std::string> code_words;  // "laksa", "adu"; lower case
  CommandWords commands;
  std::vector<Category> categories;
  std::map<std::string, std::size_t, std::less<>> short_forms;  // codes and hashtags in lower case → categories
  std::vector<std::string> unclassified_offices;
  Standard standard, emergency_standard;
  std::vector<Danger> dangers;
  std::vector<OutOfScope> scopes;
  std::vector<std::vector<Pair>> pairs;  // by the group that stands second in them
  std::vector<std::string> flags;
  std::vector<Kecamatan> kecamatan;
  std::vector<Kelurahan> kelurahan;
  Misspellings misspellings;               // of the names that need no evidence
  std::vector<PlaceName> misspelt_places;  // by what `misspellings` finds
  Area area;
  Boundaries boundaries;                        // may be empty: then `area` says where the city ends
  std::vector<std::chrono::sys_days> holidays;  // sorted
  Lexicon lexicon;
  WordWeights learned;

  // Topics of `learned`: the categories by their index, then texts that are no matter of the city, then every value of these.
  [[nodiscard]] std::size_t no_matter() const { return categories.size(); }
  [[nodiscard]] std::size_t topic_of(core::Priority priority) const { return no_matter() + 1 + static_cast<std::size_t>(priority); }
  [[nodiscard]] std::size_t topic_of(core::ReportType type) const { return no_matter() + 5 + static_cast<std::size_t>(type); }
  [[nodiscard]] std::size_t topic_of(core::Scope scope) const { return no_matter() + 10 + static_cast<std::size_t>(scope); }
  [[nodiscard]] std::size_t topics() const { return no_matter() + 17; }

  // By code or short form, in whatever case, with or without '#'; nullptr when there is none.
  [[nodiscard]] const Category* category(std::string_view short_form) const;
};

// What the properties of a drawn region say it is.
struct RegionNames {
  std::string name, kelurahan, kecamatan;
};

// Whose region it is, with its rings still to come. The error says which property is wrong, and why.
[[nodiscard]] core::Result<Region> region_of(const RegionNames& names, const Rules& rules);

// Never fails: every mistake goes into the report behind `settings`, with its path and what to do about it.
[[nodiscard]] Rules read_rules(core::Settings& settings);

}  // namespace satupintu::normalizer
