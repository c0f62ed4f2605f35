// SPDX-License-Identifier: Apache-2.0
#include "normalizer/rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <map>
#include <optional>
#include <utility>

#include "normalizer/text.hpp"

namespace satupintu::normalizer {

using core::Settings;
using core::Timestamp;

namespace {

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const auto end = std::min(text.find(separator), text.size());
    std::string_view part = text.substr(0, end);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string without_gaps(std::string_view text) {
  std::string joined;
  for (const char c : text)
    if (c != ' ') joined += c;
  return joined;
}

class RulesReader {
 public:
  explicit RulesReader(Settings& settings) : settings_(settings) {}

  Rules read() {
    Settings words = settings_.table("words");
    read_spellings(words);  // before any phrase: they decide how its words read
    read_words(words);
    read_routing();
    read_commands();
    read_circumstances();
    read_groups();
    read_dangers("emergencies", true);
    read_dangers("hazards", false);
    read_scopes();
    read_flags();
    read_places();
    read_calendar();
    read_learned();
    for (const auto& word : words.texts("real_words", "Words that are no misspelling of a listed one.", {}))
      rules_.lexicon.add_real_word(word);
    // Likewise no misspelling of anything; that some are listed elsewhere, too, is no mistake.
    for (const auto& word : words.texts("everyday", "Words that are no name of anything.", {})) {
      rules_.lexicon.add_real_word(word);
      static_cast<void>(rules_.lexicon.add(word, Meaning::everyday));
    }
    return std::move(rules_);
  }

 private:
  void add(Settings& table, std::string_view key, std::string_view phrase, Meaning meaning, std::size_t index, unsigned weight) {
    add_to(rules_.lexicon, table, key, phrase, meaning, index, weight);
  }

  static void add_to(Lexicon& lexicon, Settings& table, std::string_view key, std::string_view phrase, Meaning meaning, std::size_t index,
                     unsigned weight = 1) {
    switch (lexicon.add(phrase, meaning, index, weight)) {
      case Lexicon::Added::yes: return;
      case Lexicon::Added::empty:
        return table.mistake(key, "holds " + quoted(phrase) + ", which has no word, or more than eight", "remove it, or say it shorter");
      case Lexicon::Added::twice:
        return table.mistake(key, "holds " + quoted(phrase) + " twice, perhaps in two spellings", "remove one of them");
    }
  }

  void phrases(Settings& table, std::string_view key, std::string_view about, Meaning meaning, std::size_t index = 0, unsigned weight = 1) {
    for (const auto& phrase : table.texts(key, about, {})) add(table, key, phrase, meaning, index, weight);
  }

  // Longer phrases say more.
  void weighed_phrases(Settings& table, std::string_view key, std::string_view about, std::size_t category, unsigned weight) {
    for (const auto& phrase : table.texts(key, about, {})) {
      const auto words = static_cast<unsigned>(split_words(phrase).list.size());
      add(table, key, phrase, Meaning::category, category, weight + std::max(words, 1U) - 1);
    }
  }

  void read_spellings(Settings& words) {
    for (const auto& line : words.texts("spellings", "Other spellings of a word, \"tidak: gak nggak tdk\".", {})) {
      const auto sides = split(line, ':');
      if (sides.size() != 2) {
        words.mistake("spellings", "holds " + quoted(line) + ", which is not \"word: spelling spelling\"",
                      "write it like \"tidak: gak nggak tdk\"");
        continue;
      }
      for (const auto& spelling : split(sides[1], ' ')) {
        const bool added = rules_.lexicon.add_spelling(spelling, sides[0]);
        static_cast<void>(rules_.commands.lexicon.add_spelling(spelling, sides[0]));
        if (!added) {
          words.mistake("spellings",
                        "holds " + quoted(spelling) + " for " + quoted(sides[0]) + ", but it is no single word, or stands there already",
                        "leave each spelling at one word only");
        }
      }
    }
  }

  void read_words(Settings& words) {
    phrases(words, "idioms", "Sayings within which no word counts.", Meaning::idiom);
    phrases(words, "denials", "What follows is not the matter.", Meaning::denial);
    phrases(words, "solved", "What stands before is not the matter any more.", Meaning::solved);
    phrases(words, "beside", "What follows tells where it is.", Meaning::beside);
    phrases(words, "openers", "Another matter begins.", Meaning::opener);
    phrases(words, "corrections", "An earlier message said it wrong.", Meaning::correction);
    phrases(words, "problems", "Something is wrong: the text complains.", Meaning::problem, 0, kWordWeight);
    phrases(words, "problem_hints", "Likewise, but less surely.", Meaning::problem, 0, kHintWeight);
    phrases(words, "aspiration", "The text proposes something.", Meaning::aspiration, 0, kWordWeight);
    phrases(words, "aspiration_hints", "Likewise, but less surely.", Meaning::aspiration, 0, kHintWeight);
    phrases(words, "information", "The text asks for something.", Meaning::information, 0, kWordWeight);
    phrases(words, "information_hints", "Likewise, but less surely.", Meaning::information, 0, kHintWeight);
    phrases(words, "thanks", "The text thanks.", Meaning::thanks);
    phrases(words, "requests", "The text wants something done.", Meaning::request);
    phrases(words, "urgent", "Raises the priority to high.", Meaning::urgent);
    phrases(words, "anonymous", "The reporter's name is not to appear.", Meaning::anonymous);
    phrases(words, "secret", "The report is not to be public.", Meaning::secret);
    phrases(words, "today", "It happened today.", Meaning::today);
    phrases(words, "yesterday", "It happened yesterday.", Meaning::yesterday);
    phrases(words, "fillers", "Tell nothing of the matter: not counted when reports are compared.", Meaning::filler);
    kinds(words, "things", "What reports are about; other words for the same behind |.", Meaning::thing, 127);
    kinds(words, "states", "What is wrong with it, likewise.", Meaning::state, 255);
  }

  // Lists of which each line holds the words for one, behind |. A sketch knows at most `most` of them apart.
  void kinds(Settings& table, std::string_view key, std::string_view about, Meaning meaning, std::size_t most, std::size_t first = 0) {
    const auto lines = table.texts(key, about, {});
    if (lines.size() > most) table.mistake(key, "has " + std::to_string(lines.size()) + " lines", "leave at most " + std::to_string(most));
    for (std::size_t i = 0; i < lines.size(); ++i)
      for (const auto& word : split(lines[i], '|')) add(table, key, word, meaning, first + i, 1);
  }

  std::uint8_t lasts_hours(Settings& table) {
    using std::chrono::hours;
    const auto lasts = table.duration("lasts", "For how long reports may be of the same matter; 0h: as long as dedupe.similar_window.",
                                      hours{0}, hours{240}, hours{0});
    return static_cast<std::uint8_t>(std::chrono::floor<hours>(lasts).count());
  }

  std::optional<Allowance> allowance(Settings& table, std::string_view key, std::string_view about) {
    const std::string written = table.text(key, about, "");
    if (written.empty()) return std::nullopt;
    Allowance allowance;
    const auto [unit, error] = std::from_chars(written.data(), written.data() + written.size(), allowance.amount);
    const std::string_view rest(unit, static_cast<std::size_t>(written.data() + written.size() - unit));
    allowance.working_days = rest == " working days";
    constexpr int kMost = 10'000;
    if (error == std::errc{} && allowance.amount > 0 && allowance.amount <= kMost && (allowance.working_days || rest == " hours"))
      return allowance;
    table.mistake(key, "is " + quoted(written) + ", which is neither working days nor hours",
                  "write it like \"3 working days\" or \"24 hours\"");
    return std::nullopt;
  }

  Standard standard(Settings& table) {
    return {allowance(table, "verify", "Until when the report is checked and passed on."),
            allowance(table, "follow_up", "Until when the office answers."),
            allowance(table, "expected", "Until when the citizen may expect it to be done.")};
  }

  void add_short_form(Settings& table, std::string_view short_form, std::size_t category) {
    const Words words = split_words(short_form);
    if (words.list.size() != 1 || words.folded != short_form) {
      return table.mistake("short_forms", "holds " + quoted(short_form) + ", which is not one word in small letters",
                           "write it like \"jalanrusak\"");
    }
    const auto [place, added] = rules_.short_forms.emplace(short_form, category);
    if (added || (place->second == category && short_form == rules_.categories[category].code)) return;
    table.mistake("short_forms", "holds " + quoted(short_form) + ", which leads to " + rules_.categories[place->second].code + " already",
                  "leave it at one category only");
  }

  void read_routing() {
    rules_.jurisdiction_id = settings_.text("jurisdiction_id", "The city, in every record: \"id.tangerang\".");
    for (const auto& word : settings_.texts("code_words", "Words in front of a category's code in a message.", {"laksa", "adu"})) {
      rules_.code_words.push_back(split_words(word).folded);
    }
    rules_.unclassified_offices = settings_.texts("unclassified_offices", "Whom to suggest while nothing was recognised.", {});
    Settings clock = settings_.table("clock");
    rules_.standard = standard(clock);
    Settings emergency_clock = settings_.table("emergency_clock");
    rules_.emergency_standard = standard(emergency_clock);

    auto tables = settings_.tables("categories");
    if (tables.empty()) settings_.mistake("categories", "holds no category", "start from the routing.toml that was shipped");
    for (auto& [code, table] : tables) {
      rules_.categories.push_back({code, table.text("label", "What people read."), table.text("label_en", "The same in English."),
                                   table.texts("offices", "Whom to suggest.", {}), standard(table), lasts_hours(table),
                                   table.enabled("widespread", "Befalls a whole neighbourhood, or one office serves it.", false)});
    }
    // All codes before any short form, so that a short form that is another category's code is found out.
    for (std::size_t i = 0; i < tables.size(); ++i) add_short_form(tables[i].second, tables[i].first, i);
    for (std::size_t i = 0; i < tables.size(); ++i) {
      Settings& table = tables[i].second;
      for (const auto& form : table.texts("short_forms", "Hashtags and codes besides the category's name.", {}))
        add_short_form(table, form, i);
      weighed_phrases(table, "words", "Phrases that are enough alone.", i, kWordWeight);
      weighed_phrases(table, "hints", "Phrases that count only together with others.", i, kHintWeight);
    }
  }

  void command_phrases(Settings& table, std::string_view key, std::string_view about, Meaning meaning,
                       CommandKind kind = CommandKind::none) {
    for (const auto& phrase : table.texts(key, about, {}))
      add_to(rules_.commands.lexicon, table, key, phrase, meaning, static_cast<std::size_t>(kind));
  }

  void add_command_word(Settings& table, std::string_view word, CommandKind kind) {
    auto& words = rules_.commands.words;
    Words folded = split_words(word);
    if (folded.list.size() != 1) {
      return table.mistake("words", "holds " + quoted(word) + ", which is not one word", "write several words under `phrases`");
    }
    if (const auto other = std::ranges::find(words, folded.folded, &CommandWord::text); other != words.end() && other->kind != kind)
      return table.mistake("words", "holds " + quoted(word) + ", which is another command already", "leave it at one command only");
    add_to(rules_.commands.lexicon, table, "words", word, Meaning::command_word, static_cast<std::size_t>(kind));
    words.push_back({std::move(folded.folded), kind});
  }

  void read_ratings(Settings& table) {
    const auto numbers = table.texts("numbers", "One to five as people write them out, each with its spellings.", {});
    if (!numbers.empty() && numbers.size() != 5)
      table.mistake("numbers", "holds " + std::to_string(numbers.size()) + " numbers", "write five, from one to five");
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      for (const auto& number : split(numbers[i], ' '))
        add_to(rules_.commands.lexicon, table, "numbers", number, Meaning::rating_value, i + 1);
    }
  }

  void read_commands() {
    using enum CommandKind;
    constexpr auto kKinds = std::to_array<std::pair<std::string_view, CommandKind>>({{"status", status},
                                                                                     {"rating", rating},
                                                                                     {"withdraw", withdraw},
                                                                                     {"help", help},
                                                                                     {"stop", stop},
                                                                                     {"start", start},
                                                                                     {"officer", officer}});
    for (auto& [name, table] : settings_.tables("commands")) {
      const auto* known = std::ranges::find(kKinds, name, &std::pair<std::string_view, CommandKind>::first);
      if (known == kKinds.end()) {
        settings_.mistake("commands", "holds " + quoted(name) + ", which is no command",
                          "use status, rating, withdraw, help, stop, start or officer");
        table.leave_unread();
        continue;
      }
      for (const auto& word : table.texts("words", "The command itself, as the first word of a message.", {}))
        add_command_word(table, word, known->second);
      command_phrases(table, "phrases", "Ask for the same in a sentence.", Meaning::command_phrase, known->second);
      command_phrases(table, "beside", "Words that may stand beside them.", Meaning::command_beside, known->second);
      if (known->second == rating) read_ratings(table);
    }
    Settings words = settings_.table("command_words");
    command_phrases(words, "courtesies", "May stand around every command.", Meaning::courtesy);
    command_phrases(words, "about_reports", "May stand around a command with a tracking code.", Meaning::about_report);
    command_phrases(words, "further", "Say that a command is not all.", Meaning::further);
    for (const auto& word : words.texts("no_commands", "Words that are no command typed wrong.", {}))
      rules_.commands.lexicon.add_real_word(word);
  }

  void read_circumstances() {
    Settings table = settings_.table("circumstances");
    const auto read = [&](std::string_view key, std::string_view about, Circumstance circumstance) {
      phrases(table, key, about, Meaning::circumstance, static_cast<std::size_t>(circumstance));
    };
    read("denied", "Right before a danger: it did not happen.", Circumstance::denied);
    read("befell", "Before an emergency: only an animal or a thing is in danger.", Circumstance::befell);
    read("feared", "Before a danger: it has not happened.", Circumstance::feared);
    read("imminent", "Right before a danger: it is about to happen.", Circumstance::imminent);
    read("habitual", "Around a danger: it happens now and then.", Circumstance::habitual);
    read("supposed", "Before a danger: what if it happened?", Circumstance::supposed);
    read("past", "Around a danger: it happened before today.", Circumstance::past);
    read("over", "Behind a danger: nobody is in danger any more.", Circumstance::over);
    read("unreal", "Around a danger: a drill, a film, a statistic.", Circumstance::unreal);
    read("another_time", "Around a danger: it is planned, or was long ago.", Circumstance::another_time);
    read("now", "Before a danger: it goes on.", Circumstance::now);
    read("nothing", "Phrases that only look like one of these.", Circumstance::nothing);
  }

  void read_groups() {
    for (auto& [name, table] : settings_.tables("groups")) {
      phrases(table, "words", "Phrases that the pairs of [emergencies], [hazards] and [scopes] refer to.", Meaning::group, groups_.size());
      groups_.emplace(name, groups_.size());
    }
    rules_.pairs.resize(groups_.size());
  }

  // The groups named in one side of a pair; none after a mistake.
  std::vector<std::size_t> groups_of(Settings& table, std::string_view side) {
    std::vector<std::size_t> found;
    for (const auto& name : split(side, ',')) {
      const auto group = groups_.find(name);
      if (group == groups_.end()) {
        table.mistake("pairs", "holds " + quoted(name) + ", which is no group", "use the name of a list in [groups]");
        return {};
      }
      found.push_back(group->second);
    }
    return found;
  }

  // "people, animals + stuck": one of the first groups near one of the second; "… within 2": with at most two words between.
  void read_pairs(Settings& table, Meaning tells, std::size_t index) {
    for (const auto& pair : table.texts("pairs", "Groups that tell it when their words stand near each other.", {})) {
      constexpr std::string_view kWithin = " within ";
      const auto within = std::min(pair.find(kWithin), pair.size());
      const auto sides = split(std::string_view(pair).substr(0, within), '+');
      std::uint32_t reach = kPairReach;
      const char* const end = pair.data() + pair.size();
      const char* const number = within == pair.size() ? end : pair.data() + within + kWithin.size();
      const bool is_number = number == end || std::from_chars(number, end, reach).ptr == end;
      if (sides.size() != 2 || !is_number || reach > kPairReach) {
        table.mistake("pairs", "holds " + quoted(pair) + ", which is no pair of groups",
                      "write it like \"people + trapped\", or \"body + failing within 2\" with a number up to 8");
        continue;
      }
      const auto firsts = groups_of(table, sides[0]);
      for (const std::size_t second : groups_of(table, sides[1]))
        for (const std::size_t first : firsts) rules_.pairs[second].push_back({first, tells, index, reach});
    }
  }

  void read_dangers(std::string_view key, bool emergency) {
    for (auto& [name, table] : settings_.tables(key)) {
      const std::size_t index = rules_.dangers.size();
      Danger danger{table.text("label", "What people read."), 0, emergency,
                    table.enabled("imminent", "Whether about to happen counts as happening.", false)};
      const std::string code = table.text("category", "The category when the text names no other.");
      const auto found = std::ranges::find(rules_.categories, code, &Category::code);
      if (found == rules_.categories.end()) {
        table.mistake("category", "is " + quoted(code) + ", which is no category", "use a name from [categories.NAME] in routing.toml");
      } else {
        danger.category = static_cast<std::size_t>(found - rules_.categories.begin());
      }
      rules_.dangers.push_back(std::move(danger));
      phrases(table, "words", "Phrases that are enough alone.", Meaning::danger, index);
      read_pairs(table, Meaning::danger, index);
      phrases(table, "unless", "Harmless phrases around one of these words.", Meaning::danger_unless, index);
    }
  }

  void read_scopes() {
    constexpr std::array<std::pair<std::string_view, core::Scope>, 5> kScopes{{{"court", core::Scope::out_of_scope_court},
                                                                               {"crime", core::Scope::out_of_scope_crime},
                                                                               {"election", core::Scope::out_of_scope_election},
                                                                               {"irrelevant", core::Scope::out_of_scope_irrelevant},
                                                                               {"private", core::Scope::out_of_scope_private}}};
    for (auto& [name, table] : settings_.tables("scopes")) {
      const auto* known = std::ranges::find(kScopes, name, &std::pair<std::string_view, core::Scope>::first);
      if (known == kScopes.end()) {
        settings_.mistake("scopes", "holds " + quoted(name) + ", which is no class of matters",
                          "use court, crime, election, irrelevant or private");
      }
      const std::size_t index = rules_.scopes.size();
      phrases(table, "words", "Phrases that tell such a matter.", Meaning::out_of_scope, index, kWordWeight);
      phrases(table, "hints", "Phrases that tell it only together with others.", Meaning::out_of_scope, index, kHintWeight);
      read_pairs(table, Meaning::out_of_scope, index);
      const core::Scope scope = known == kScopes.end() ? core::Scope::in_scope : known->second;
      rules_.scopes.push_back({scope, table.text("reason", "Why, and where to turn to.")});
    }
  }

  void read_flags() {
    for (auto& [name, table] : settings_.tables("flags")) {
      phrases(table, "words", "Phrases that raise the flag.", Meaning::flag, rules_.flags.size());
      rules_.flags.push_back(name);
    }
  }

  // Adds all spellings of "Batuceper|Batu Ceper", and those of several words as one; gives the official one.
  std::string add_place(Settings& table, std::string_view key, std::string_view spellings, Meaning meaning, std::size_t index) {
    const auto names = split(spellings, '|');
    if (names.empty()) {
      table.mistake(key, "holds a place without a name", "remove it");
      return {};
    }
    for (const auto& name : names) add(table, key, name, meaning, index, 1);
    // Two spellings may well become one when their gaps go: no mistake of the city's.
    for (const auto& name : names) {
      static_cast<void>(rules_.lexicon.add(without_gaps(name), meaning, index));
      spellings_[split_words(without_gaps(name)).folded] = names.front();
      PlaceName& place = places_[names.front()];
      (meaning == Meaning::kelurahan ? place.kelurahan : place.kecamatan) = index;
    }
    return names.front();
  }

  void read_places() {
    Settings places = settings_.table("places");
    const auto common_words = places.texts("common_words", "Names that are common words too: they count only with evidence.", {});
    const auto announced_only = places.texts("announced_only", "Names that count only behind \"kel.\", \"kec.\" and the like.", {});
    const auto needs = [&](const std::string& name) {
      if (std::ranges::find(announced_only, name) != announced_only.end()) return Evidence::announced;
      return std::ranges::find(common_words, name) != common_words.end() ? Evidence::at : Evidence::name;
    };
    read_area(places);
    phrases(places, "no_place", "Phrases within which no name counts as a place.", Meaning::no_place);
    phrases(places, "no_street", "Phrases with a street word that no street's name follows.", Meaning::no_street);
    phrases(places, "city", "Names of the city itself.", Meaning::city);
    phrases(places, "at", "Words before the place of the matter.", Meaning::at);
    phrases(places, "region_words", "Words before the name of a kabupaten, a kota or a province.", Meaning::region_word);
    phrases(places, "there", "Words that point at another place.", Meaning::there);
    phrases(places, "not_at", "Words before a place where the matter is not.", Meaning::not_at);
    phrases(places, "passing", "Likewise, unless \"kel.\", \"kec.\" or an institution follows.", Meaning::passing);
    phrases(places, "home", "Words before the place where somebody lives or comes from.", Meaning::home);
    phrases(places, "stay", "Words before \"di\" and a place elsewhere where only somebody is.", Meaning::stay);
    phrases(places, "people", "Words for the people of a place.", Meaning::people);
    phrases(places, "institutions", "Words for what is called after its place.", Meaning::institution);
    phrases(places, "kecamatan_words", "Words before the name of a kecamatan.", Meaning::kecamatan_word);
    phrases(places, "kelurahan_words", "Words before the name of a kelurahan.", Meaning::kelurahan_word);
    phrases(places, "rt_words", "Words before the number of an RT.", Meaning::rt_word);
    phrases(places, "rw_words", "Words before the number of an RW.", Meaning::rw_word);
    phrases(places, "number_words", "Words before a number in an address.", Meaning::number_word);
    phrases(places, "street_words", "Words before the name of a street.", Meaning::street_word);
    phrases(places, "alley_words", "Words before the name of an alley.", Meaning::alley_word);
    phrases(places, "estate_words", "Words before the name of an estate.", Meaning::estate_word);
    phrases(places, "landmark_words", "Words with which people describe a spot.", Meaning::landmark_word);
    kinds(places, "sites", "Kinds of places that bear names of their own; other words for a kind behind |.", Meaning::site, 254);
    kinds(places, "landmarks", "Places that bear one name in the whole city; other names of each behind |.", Meaning::landmark, 255);
    kinds(places, "streets", "Well-known streets; other names of each behind |.", Meaning::well_known, kEstates);
    kinds(places, "estates", "Well-known estates, likewise.", Meaning::well_known, kEstates, kEstates);
    phrases(places, "titles", "Parts of a street's name that people leave out.", Meaning::title);
    phrases(places, "crossing_words", "Words between two streets that meet.", Meaning::crossing_word);
    phrases(places, "distance_units", "Units of a distance.", Meaning::distance_unit);
    phrases(places, "distance_from", "Words between a distance and where it is measured from.", Meaning::distance_from);
    phrases(places, "name_ends", "Words that are no part of a street's or landmark's name.", Meaning::name_end);

    for (auto& [code, table] : settings_.tables("kecamatan")) {
      const std::size_t index = rules_.kecamatan.size();
      const std::string name =
          add_place(table, "name", table.text("name", "Its name and other spellings, separated by |."), Meaning::kecamatan, index);
      rules_.kecamatan.push_back({name, needs(name)});
      for (const auto& spellings : table.texts("kelurahan", "Its kelurahan, likewise.", {})) {
        const std::string kelurahan = add_place(table, "kelurahan", spellings, Meaning::kelurahan, rules_.kelurahan.size());
        rules_.kelurahan.push_back({kelurahan, index, needs(kelurahan)});
      }
    }
    read_elsewhere(places);
    check_names(places, "common_words", common_words);
    check_names(places, "announced_only", announced_only);
    add_misspellings();
  }

  // No slip is seen through: there are so many names that some look like any word.
  void read_elsewhere(Settings& places) {
    const auto read = [&](std::string_view key, std::string_view help, Evidence needs) {
      for (const auto& name : places.texts(key, help, {})) {
        const Words words = split_words(name);
        for (const Word& word : words.list) rules_.lexicon.add_real_word(words.folded_of(word));
        add(places, key, name, Meaning::elsewhere, static_cast<std::size_t>(needs), 1);
      }
    };
    read("elsewhere", "Places of other jurisdictions.", Evidence::name);
    read("elsewhere_common", "The same, with names that count only with evidence.", Evidence::at);
    read("elsewhere_announced", "The same, with names that count only when told to be a place.", Evidence::announced);
  }

  // Only of names that nothing else is called by: a slip of the finger must not make a place of a common word.
  void add_misspellings() {
    constexpr std::size_t kShortest = 7;  // letters; shorter names have real words beside them
    for (const auto& [letters, name] : spellings_) {
      const PlaceName& place = places_[name];
      const bool is_common = (place.kelurahan && rules_.kelurahan[*place.kelurahan].needs != Evidence::name) ||
                             (place.kecamatan && rules_.kecamatan[*place.kecamatan].needs != Evidence::name);
      if (is_common) continue;
      // "dicibodasari"
      if (place.kelurahan) static_cast<void>(rules_.lexicon.add("di" + letters, Meaning::kelurahan, *place.kelurahan));
      if (place.kecamatan) static_cast<void>(rules_.lexicon.add("di" + letters, Meaning::kecamatan, *place.kecamatan));
      if (letters.size() < kShortest) continue;
      const auto index = static_cast<std::size_t>(std::distance(places_.begin(), places_.find(name)));
      rules_.misspellings.add(letters, static_cast<std::uint32_t>(index));
    }
    for (const auto& [name, place] : places_) rules_.misspelt_places.push_back(place);
  }

  void check_names(Settings& places, std::string_view key, const std::vector<std::string>& names) {
    for (const auto& name : names) {
      if (std::ranges::find(rules_.kecamatan, name, &Kecamatan::name) == rules_.kecamatan.end() &&
          std::ranges::find(rules_.kelurahan, name, &Kelurahan::name) == rules_.kelurahan.end()) {
        places.mistake(key, "holds " + quoted(name) + ", which is the name of no place here",
                       "write it as in [kecamatan.NAME], or remove it");
      }
    }
  }

  void read_area(Settings& places) {
    const auto corners = places.texts("area", "South-west and north-east corner of the city, each \"latitude, longitude\".", {});
    if (corners.empty()) return;
    std::array<double, 4> numbers{};
    std::size_t count = 0;
    for (const auto& corner : corners) {
      for (const auto& part : split(corner, ',')) {
        if (count == numbers.size()) break;
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), numbers[count]);
        if (error == std::errc{} && end == part.data() + part.size()) ++count;
      }
    }
    const Area area{numbers[0], numbers[1], numbers[2], numbers[3]};
    if (count == numbers.size() && area.south < area.north && area.west < area.east) {
      rules_.area = area;
    } else {
      places.mistake("area", "is no area", R"(write it like ["-6.27, 106.53", "-6.06, 106.79"]: south-west, then north-east)");
    }
  }

  void read_calendar() {
    Settings calendar = settings_.table("calendar");
    for (const auto& date : calendar.texts("holidays", "Days off besides Saturdays and Sundays.", {})) {
      const auto midnight = core::parse_rfc3339(date + "T00:00:00Z");
      if (!midnight) {
        calendar.mistake("holidays", "holds " + quoted(date) + ", which is no date", "write it like 2026-08-17");
        continue;
      }
      rules_.holidays.push_back(std::chrono::floor<std::chrono::days>(*midnight));
    }
    std::ranges::sort(rules_.holidays);
  }

  void read_learned() {
    rules_.learned = WordWeights(rules_.topics());
    Settings learned = settings_.table("learned");
    std::map<std::string, std::size_t, std::less<>> topics{{"none", rules_.no_matter()}};
    for (std::size_t i = 0; i < rules_.categories.size(); ++i) topics.emplace(rules_.categories[i].code, i);
    read_weights(learned, "category", topics);
    read_weights(learned, "priority", named_topics<core::Priority>(core::Priority::emergency));
    read_weights(learned, "report_type", named_topics<core::ReportType>(core::ReportType::thanks));
    read_weights(learned, "scope", named_topics<core::Scope>(core::Scope::other_jurisdiction));
    rules_.learned.settle();
  }

  template <class Value>
  std::map<std::string, std::size_t, std::less<>> named_topics(Value last) const {
    std::map<std::string, std::size_t, std::less<>> topics;
    for (int i = 0; i <= static_cast<int>(last); ++i)
      topics.emplace(core::name_of(static_cast<Value>(i)), rules_.topic_of(static_cast<Value>(i)));
    return topics;
  }

  void read_weights(Settings& learned, std::string_view field, const std::map<std::string, std::size_t, std::less<>>& topics) {
    for (auto& [name, table] : learned.tables(field)) {
      const auto topic = topics.find(name);
      if (topic == topics.end()) {
        table.leave_unread();
        learned.mistake(field, "holds " + quoted(name) + ", which is none of its values", "run scripts/learn again");
        continue;
      }
      rules_.learned.set_bias(topic->second,
                              static_cast<int>(table.number("bias", "What every text counts.", -kMostLearned, kMostLearned, 0)));
      for (const auto& weighed : table.texts("stems", "A word's stem, two neighbours' or a trait, and what it counts.", {})) {
        const auto gap = weighed.rfind(' ');
        int points = 0;
        const char* const end = weighed.data() + weighed.size();
        if (gap == std::string::npos || std::from_chars(weighed.data() + gap + 1, end, points).ptr != end ||
            std::abs(points) > kMostLearned)
          table.mistake("stems", "holds " + quoted(weighed) + ", which is not a stem with a number", "write it like \"angkut 12\"");
        else rules_.learned.add(std::string_view(weighed).substr(0, gap), topic->second, points);
      }
    }
  }

  Settings& settings_;
  Rules rules_;
  std::map<std::string, PlaceName> places_;       // by official name
  std::map<std::string, std::string> spellings_;  // without gaps, and the official name
  std::map<std::string, std::size_t, std::less<>> groups_;
};

// What the table knows by `name`, in any of its spellings: a match of this meaning that covers all of it.
std::optional<std::size_t> place_named(std::string_view name, Meaning meaning, const Lexicon& lexicon) {
  const Words words = split_words(name);
  const auto found = lexicon.find(words, lexicon.ids_of(words));
  for (const Match& match : found.matches)
    if (match.meaning == meaning && match.first == 0 && match.last + 1 == words.list.size()) return match.index;
  return std::nullopt;
}

}  // namespace

core::Result<Region> region_of(const RegionNames& names, const Rules& rules) {
  const auto unknown = [](std::string_view key, const std::string& name) {
    return core::fail(core::Errc::misconfigured, quoted(key) + " is " + quoted(name) + ", which places.toml does not know");
  };
  Region region;
  if (!names.kecamatan.empty()) {
    region.kecamatan = place_named(names.kecamatan, Meaning::kecamatan, rules.lexicon);
    if (!region.kecamatan) return unknown("kecamatan", names.kecamatan);
  }
  const bool is_by_name = names.kelurahan.empty() && names.kecamatan.empty();
  if (!names.kelurahan.empty() || is_by_name) {
    const std::string& name = is_by_name ? names.name : names.kelurahan;
    region.kelurahan = place_named(name, Meaning::kelurahan, rules.lexicon);
    const bool is_kecamatan = is_by_name && place_named(name, Meaning::kecamatan, rules.lexicon);
    if (region.kelurahan && is_kecamatan)
      return core::fail(core::Errc::misconfigured, "\"name\" is " + quoted(name) + ", which is a kelurahan and a kecamatan");
    if (is_by_name && !region.kelurahan) {
      region.kecamatan = place_named(name, Meaning::kecamatan, rules.lexicon);
      const bool is_city = place_named(name, Meaning::city, rules.lexicon) && split_words(name).list.size() > 1;
      if (is_city) return Region{};
      if (!region.kecamatan) return unknown("name", name);
      return region;
    }
    if (!region.kelurahan) return unknown("kelurahan", name);
    const std::size_t parent = rules.kelurahan[*region.kelurahan].kecamatan;
    if (region.kecamatan.value_or(parent) != parent)
      return core::fail(core::Errc::misconfigured, "\"kelurahan\" " + quoted(name) + " does not lie in " + quoted(names.kecamatan));
    region.kecamatan = parent;
  }
  return region;
}

const Category* Rules::category(std::string_view short_form) const {
  const Words words = split_words(short_form);
  if (words.list.size() != 1) return nullptr;
  const auto found = short_forms.find(words.folded);
  return found == short_forms.end() ? nullptr : &categories[found->second];
}

Rules read_rules(Settings& settings) { return RulesReader(settings).read(); }

}  // namespace satupintu::normalizer
