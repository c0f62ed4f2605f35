// SPDX-License-Identifier: Apache-2.0
#include "normalizer/sketch.hpp"

#include <doctest/doctest.h>

#include "core/crypto.hpp"
#include "tests/support/shipped_rules.hpp"

using namespace satupintu;
using namespace satupintu::normalizer;

namespace {

Sketch sketch(std::string_view text, const core::Location& location = {}, std::string category = {}) {
  core::Complaint complaint;
  complaint.location = location;
  complaint.category.value = std::move(category);
  return sketch_of(Reading(text, tests::shipped_rules().lexicon), complaint, tests::shipped_rules());
}

Sketch in(std::string address) {
  core::Location location;
  location.address = std::move(address);
  return sketch({}, location);
}

bool share_a_band(std::string_view a, std::string_view b) {
  const auto first = sketch(a).bands;
  const auto second = sketch(b).bands;
  for (std::size_t i = 0; i < kBands; ++i)
    if (first[i] == second[i] && first[i] != 0) return true;
  return false;
}

}  // namespace

TEST_CASE("the_same_words_are_alike_however_they_are_spelt_and_dressed") {
  const std::string_view plain = "sampah menumpuk di belakang pasar malabar belum diangkut sudah seminggu lalat masuk rumah";
  for (const std::string_view same : {
           "SAMPAH MENUMPUK DI BELAKANG PASAR MALABAR!!! BELUM DIANGKUT SUDAH SEMINGGU, LALAT MASUK RUMAH",
           "smpah menumpuk di blakang pasar malabar blm diangkut udh seminggu lalat masuk rmh",
           "Selamat pagi pak, mohon maaf, sampah menumpuk di belakang pasar malabar belum diangkut sudah seminggu, lalat masuk rumah. "
           "Terima kasih",
           "min tolong dong lalat masuk rumah, seminggu sampah menumpuk belakang pasar malabar ga diangkut",
       }) {
    CAPTURE(std::string(same));
    CHECK(share_a_band(plain, same));
  }
  CHECK_FALSE(share_a_band(plain, "lampu penerangan di gang kelinci padam sejak senin malam"));
}

TEST_CASE("greetings_and_numbers_say_nothing") {
  CHECK(sketch("selamat pagi pak, mohon maaf, terima kasih").words == 0);
  CHECK(sketch("12 345").words == 0);
  CHECK(sketch("").packed() == Sketch{}.packed());
  // Too few words are everybody's.
  CHECK(sketch("lampu mati").bands == Sketch{}.bands);
}

TEST_CASE("a_street_is_the_same_in_all_its_spellings") {
  const Sketch street = in("Jl. Mohammad Toha");
  CHECK(street.street != 0);
  for (const char* same : {"jln moh toha", "Jalan Raya Moh. Toha", "jl muh. toha no 5", "JL. H. TOHA"}) {
    CAPTURE(std::string(same));
    CHECK(in(same).street == street.street);
  }
  CHECK(in("Jl. Soekarno Hatta").street == in("jl sukarno hata").street);
  CHECK(in("Jl Maulana Hasanudin").street == in("jl maulana hasanuddin").street);
  CHECK(in("jl kenanga II").street != in("jl kenanga III").street);
  CHECK(in("jl merdeka").street != in("jl merak").street);
  CHECK(in("Gatot Subroto").street == in("jl gatot subroto").street);
}

TEST_CASE("an_address_is_read_part_by_part") {
  const Sketch all = in("Perum Taman Royal cluster Mawar blok C2, Jl. Teuku Umar no. 5A km 7, gg. Kelinci");
  CHECK(all.street == in("jl teuku umar").street);
  CHECK(all.alley == in("gang kelinci").alley);
  CHECK(all.estate == in("perumahan taman royal").estate);
  CHECK(all.inner_estate != 0);
  CHECK(all.house_number == 5);
  CHECK(all.kilometre == 7);
  CHECK(all.block != 0);
  CHECK(in("jl teuku umar 12").house_number == 12);
  CHECK(in("jl aster 3 no 22").house_number == 22);
  CHECK(in("jl aster 3 no 22").street == in("jl aster III").street);
  // Where it lies is no part of its name.
  CHECK(in("jl teuku umar cimone").street == in("jl teuku umar").street);
  CHECK(in("jl cipondoh").street != 0);
}

TEST_CASE("a_place_of_some_kind_and_its_name_are_one_site") {
  const auto site = [](std::string_view text) { return sketch(text).sites[0]; };
  CHECK(site("antri di puskesmas cipondoh dari jam 6") == site("Puskesmas Cipondoh pelayanannya lambat"));
  CHECK(site("di puskesmas cipondoh") != site("di puskesmas ciledug"));
  CHECK(site("smpn 43 wajib beli seragam") == site("SMP Negeri 43"));
  CHECK(site("sdn cikokol 12") != site("sdn cikokol 14"));
  CHECK(site("perempatan macet parah") == 0);
}

TEST_CASE("a_place_that_the_city_has_once_is_a_site_whatever_it_is_called") {
  const auto site = [](std::string_view text) { return sketch(text).sites[0]; };
  CHECK(site("depan tangcity") != 0);
  CHECK(site("depan tangcity") == site("mall tangcity macet"));
  CHECK(site("stasiun tangerang") == site("stasiun kota tangerang"));
  CHECK(site("taman kami rusak") == 0);
  CHECK(site("masjid jami al ittihad") == site("depan Masjid Al-Ittihad"));
}

TEST_CASE("things_are_what_a_report_is_about_in_whatever_words") {
  CHECK(sketch("wc taman kotor").things == sketch("toilet taman jorok").things);
  CHECK(sketch("lampu merah mati").things != sketch("lampu mati").things);
  CHECK(sketch("selamat pagi").things == Sketch{}.things);
  // Where it is comes last, unless nothing else is spoken of.
  const std::uint8_t stop = sketch("halte").things[0];
  CHECK(sketch("di halte kacanya pecah").things[0] == sketch("kaca").things[0]);
  CHECK(sketch("di halte kacanya pecah").things[1] == (stop | kThingIsPlace));
  CHECK(sketch("kaca halte ciputra").things[1] == (stop | kThingIsPlace));
  CHECK(sketch("kotor di halte").things[0] == stop);
}

TEST_CASE("words_are_kept_by_what_they_tell") {
  const auto name = [](std::uint32_t field) { return field >> 3U; };
  const auto of = [](std::uint32_t field) { return static_cast<NameOf>(field & 7U); };
  core::Location location;
  location.address = "Jl. Kelinci";
  const Sketch described = sketch("torabika jalan rusak depan alfamart persada gembira", location);
  CHECK(of(described.names[0]) == NameOf::address);
  CHECK(of(described.names[1]) == NameOf::landmark);
  CHECK(of(described.names[2]) == NameOf::landmark);
  CHECK(of(described.names[3]) == NameOf::kind_of_landmark);
  CHECK(of(described.names[4]) == NameOf::nobody_known);
  CHECK(described.names[5] == 0);
  CHECK(name(sketch("torabika").names[0]) == name(described.names[4]));
  // A landmark that is told apart from the text.
  location.address.clear();
  location.landmark = "torabika";
  CHECK(of(sketch("jalan rusak", location).names[0]) == NameOf::landmark);
  CHECK(of(sketch("lampu mati, bukan yang di torabika").names[0]) == NameOf::denied);
  CHECK(in("jl kisamaun").names == in("Jalan Ki Samaun").names);
  CHECK(sketch("dekat pom bensin").names == sketch("sebelah SPBU").names);
}

TEST_CASE("well_known_streets_and_estates_are_known_without_jalan_or_perumahan") {
  CHECK(sketch("hasyim ashari depan pasar berlubang").street == in("Jl. KH Hasyim Ashari").street);
  CHECK(sketch("hasyim ashari depan pasar berlubang").names[0] == in("Jl. KH Hasyim Ashari").names[0]);
  CHECK(in("jl dipatiunus").street == in("Jl. Dipati Unus").street);
  CHECK(sketch("air mati di banjar wijaya").estate == in("Perumahan Banjar Wijaya").estate);
  CHECK(sketch("bukan di banjar wijaya").estate == 0);
}

TEST_CASE("what_is_corrected_tells_no_place") {
  CHECK(sketch("lampu di smpn 43, eh maaf smpn 5 mati").sites[0] == sketch("smpn 5").sites[0]);
}

TEST_CASE("a_block_and_its_house_are_told_apart") {
  const Sketch house = sketch("blok G3/8");
  CHECK(house.block == sketch("blok G3 no 10").block);
  CHECK(house.house_number == 8);
  CHECK(sketch("blok F 12").house_number == 12);
}

TEST_CASE("what_is_wrong_with_a_thing_tells_it_from_others") {
  CHECK(sketch("lampu padam").states == sketch("lampu mati").states);
  CHECK(sketch("lampu padam").states != sketch("lampu kedip").states);
  CHECK(sketch("selamat pagi").states == Sketch{}.states);
}

TEST_CASE("only_a_position_of_the_matter_that_is_well_known_counts") {
  core::Location location;
  location.latitude = -6.1783;
  location.longitude = 106.6319;
  CHECK(sketch("", location).position);
  location.accuracy_m = 2000;
  CHECK_FALSE(sketch("", location).position);
  location.accuracy_m.reset();
  location.role = core::LocationRole::caller;
  CHECK_FALSE(sketch("", location).position);
}

TEST_CASE("the_packed_bytes_are_the_same_on_every_machine") {
  core::Location location;
  location.address = "Jl. Moh. Toha no 5";
  location.kelurahan = "Sukaasih";
  location.kecamatan = "Tangerang";
  location.rt = "003";
  location.latitude = -6.1783;
  location.longitude = 106.6319;
  const std::string packed = sketch("lampu jalan mati gelap gulita", location, "pju").packed();
  CHECK(packed.size() == 85 + 4 * kBands);
  CHECK(core::to_hex(packed) ==
        "04970000010000000000010000000077368ccbd3be003ccaef20d400000000000000000005000003000000000000000000868449000000000000000000000000"
        "000000000000000000000000000000000000000000cab45f61ba27be4f58fb6e9d47b254df842f22cfde764c7b");
}

TEST_CASE("any_text_has_a_sketch") {
  for (const std::string_view text :
       {"gang", "jl", "no", "blok", "jl. jl. jl.", "gg amblas, gg. amblas", "smpn", "km", "puskesmas", "h. h. h."}) {
    core::Location location;
    location.address = text;
    location.landmark = text;
    CHECK(sketch(text, location).packed().size() == 85 + 4 * kBands);
  }
}
