// SPDX-License-Identifier: Apache-2.0
#include "normalizer/rules.hpp"

#include <doctest/doctest.h>

#include "tests/support/shipped_rules.hpp"

using namespace satupintu;
using namespace satupintu::normalizer;

namespace {

// The mistakes found when `addition` is put behind the least that a set of tables needs.
std::vector<core::SettingsMistake> mistakes_of(const std::string& addition) {
  const auto root = tests::parse_toml(R"(
    jurisdiction_id = "id.contoh"
    [categories.jalan]
    label = "Jalan"
    label_en = "Roads"
    short_forms = ["jalanrusak"]
    words = ["jalan rusak"]
  )" + addition);
  core::SettingsReport report;
  core::Settings settings(root, report);
  static_cast<void>(read_rules(settings));
  core::report_unknown_keys(root, report);
  return report.mistakes;
}

}  // namespace

TEST_CASE("the_shipped_tables_hold_no_mistake") {
  const Rules* rules = nullptr;
  REQUIRE_NOTHROW(rules = &tests::shipped_rules());
  CHECK(rules->jurisdiction_id == "id.tangerang");
  CHECK(rules->categories.size() == 27);
  CHECK(rules->kecamatan.size() == 13);
  CHECK(rules->kelurahan.size() == 104);
  for (const auto& category : rules->categories) {
    CAPTURE(category.code);
    CHECK_FALSE(category.label.empty());
    CHECK_FALSE(category.label_en.empty());
    CHECK_FALSE(category.offices.empty());
  }
}

TEST_CASE("every_code_and_hashtag_of_the_citys_table_is_known") {
  const struct {
    std::string code, short_forms;
  } table[] = {{"pju", "#PJU #lampujalan"},
               {"jalan", "#jalan #jalanrusak"},
               {"drainase", "#drainase #selokan #got"},
               {"banjir", "#banjir"},
               {"sampah", "#sampah"},
               {"pencemaran", "#pencemaran #polusi"},
               {"pohon", "#pohon"},
               {"taman", "#taman"},
               {"lalulintas", "#macet #lalin"},
               {"parkir", "#parkir #parkirliar"},
               {"transportasi", "#angkutan #bus"},
               {"air", "#PDAM #airbersih"},
               {"listrik", "#PLN #listrik"},
               {"kependudukan", "#KTP #KK #dukcapil"},
               {"kesehatan", "#kesehatan #puskesmas #BPJS"},
               {"pendidikan", "#PPDB #sekolah"},
               {"bansos", "#bansos"},
               {"ketenagakerjaan", "#kerja #jobfair"},
               {"ketertiban", "#ketertiban #PKL #satpolpp"},
               {"perizinan", "#izin"},
               {"pajak", "#PBB #pajak"},
               {"hewan", "#hewan #ular"},
               {"kebakaran", "#kebakaran #damkar"},
               {"medis", "#ambulans"},
               {"digital", "#aplikasi #tangeranglive"},
               {"pelayanan", "#pelayanan #pungli"},
               {"lainnya", "#lainnya"}};
  for (const auto& row : table) {
    std::string_view rest = row.short_forms;
    while (!rest.empty()) {
      const auto form = rest.substr(0, rest.find(' '));
      rest.remove_prefix(std::min(form.size() + 1, rest.size()));
      CAPTURE(form);
      const Category* category = tests::shipped_rules().category(form);
      REQUIRE(category != nullptr);
      CHECK(category->code == row.code);
    }
  }
}

TEST_CASE("every_mistake_in_the_tables_is_told_with_its_path") {
  const struct {
    std::string addition, path, problem;
  } cases[] = {
      {"hints = [\"jalan rusak\"]", "categories.jalan.hints", "twice"},
      {"hints = [\"Jalan, RUSAK\"]", "categories.jalan.hints", "twice"},
      {"hints = [\"\"]", "categories.jalan.hints", "no word"},
      {"hints = [\"satu dua tiga empat lima enam tujuh delapan sembilan\"]", "categories.jalan.hints", "more than eight"},
      {"verify = \"three days\"", "categories.jalan.verify", "neither"},
      {"verify = \"0 hours\"", "categories.jalan.verify", "neither"},
      {"[categories.selokan]\nlabel = \"Got\"\nlabel_en = \"Drains\"\nshort_forms = [\"jalanrusak\"]", "categories.selokan.short_forms",
       "leads to jalan"},
      {"[categories.selokan]\nlabel = \"Got\"\nlabel_en = \"Drains\"\nshort_forms = [\"jalan\"]", "categories.selokan.short_forms",
       "leads to jalan"},
      {"[categories.selokan]\nlabel = \"Got\"\nlabel_en = \"Drains\"\nshort_forms = [\"Got Mampet\"]", "categories.selokan.short_forms",
       "not one word"},
      {"[categories.selokan]\nlabel = \"Got\"\nlabel_en = \"Drains\"\nshort_forms = [\"jalan2\"]", "categories.selokan.short_forms",
       "not one word"},
      {"[emergencies.fire]\nlabel = \"Api\"\ncategory = \"api\"", "emergencies.fire.category", "no category"},
      {"[emergencies.fire]\nlabel = \"Api\"\ncategory = \"jalan\"\npairs = [\"flames\"]", "emergencies.fire.pairs", "no pair"},
      {"[groups.flames]\nwords = [\"api\"]\n[emergencies.fire]\nlabel = \"Api\"\ncategory = \"jalan\"\npairs = [\"flames + houses\"]",
       "emergencies.fire.pairs", "no group"},
      {"[groups.flames]\nwords = [\"api\"]\n[hazards.fire]\nlabel = \"Api\"\ncategory = \"jalan\"\npairs = [\"flames + flames within 9\"]",
       "hazards.fire.pairs", "no pair"},
      {"[scopes.weather]\nreason = \"Cuaca\"", "scopes", "no class"},
      {"[words]\nspellings = [\"tidak gak\"]", "words.spellings", "is not \"word: spelling spelling\""},
      {"[words]\nspellings = [\"tidak: gak\", \"sudah: gak\"]", "words.spellings", "\"gak\""},
      {"[words]\nproblems = [\"...\"]", "words.problems", "no word"},
      {"[places]\narea = [\"-6.0, 106.7\", \"-6.2, 106.5\"]", "places.area", "no area"},
      {"[places]\narea = [\"selatan\"]", "places.area", "no area"},
      {"[places]\ncommon_words = [\"Atlantis\"]", "places.common_words", "no place"},
      {"[kecamatan.x]\nname = \"|\"", "kecamatan.x.name", "without a name"},
      {"[calendar]\nholidays = [\"17 Agustus\"]", "calendar.holidays", "no date"},
      {"[calendar]\nholidays = [2026-02-28, \"2026-02-30\"]", "calendar.holidays", "no date"},
      {"[commands.say]\nwords = [\"bilang\"]", "commands", "no command"},
      {"[commands.status]\nwords = [\"cek laporan\"]", "commands.status.words", "not one word"},
      {"[commands.status]\nwords = [\"cek\", \"CEK\"]", "commands.status.words", "twice"},
      {"[commands.status]\nwords = [\"cek\"]\n[commands.withdraw]\nwords = [\"cek\"]", "commands.withdraw.words", "another command"},
      {"[commands.status]\nphrases = [\"?\"]", "commands.status.phrases", "no word"},
      {"[commands.rating]\nnumbers = [\"satu\", \"dua\"]", "commands.rating.numbers", "2 numbers"},
      {"wordz = [\"x\"]", "categories.jalan.wordz", "not a known key"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.addition);
    const auto mistakes = mistakes_of(c.addition);
    REQUIRE(mistakes.size() == 1);
    CHECK(mistakes[0].path == c.path);
    CHECK(mistakes[0].problem.contains(c.problem));
    CHECK_FALSE(mistakes[0].remedy.empty());
  }
  CHECK(mistakes_of("").empty());
}

TEST_CASE("spellings_hold_in_every_table") {
  const auto root = tests::parse_toml(R"(
    jurisdiction_id = "id.contoh"
    [words]
    spellings = ["jalan: jl jln"]
    [categories.jalan]
    label = "Jalan"
    label_en = "Roads"
    words = ["jalan rusak", "jln rusak"]
  )");
  core::SettingsReport report;
  core::Settings settings(root, report);
  static_cast<void>(read_rules(settings));
  REQUIRE(report.mistakes.size() == 1);
  CHECK(report.mistakes[0].problem == "holds \"jln rusak\" twice, perhaps in two spellings");
}

TEST_CASE("tables_without_a_category_are_a_mistake") {
  const auto root = tests::parse_toml("jurisdiction_id = \"id.contoh\"");
  core::SettingsReport report;
  core::Settings settings(root, report);
  static_cast<void>(read_rules(settings));
  REQUIRE(report.mistakes.size() == 1);
  CHECK(report.mistakes[0].path == "categories");
}
