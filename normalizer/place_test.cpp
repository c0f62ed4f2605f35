// SPDX-License-Identifier: Apache-2.0
#include "normalizer/place.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

#include "tests/support/shipped_rules.hpp"

using namespace satupintu;
using namespace satupintu::normalizer;
using core::LocationMethod;
using core::LocationRole;

namespace {

Places places(std::string_view text, const core::Message& message = {}, std::string_view place_field = {}) {
  const Rules& rules = tests::shipped_rules();
  return find_places(Reading(text, rules.lexicon), message, place_field, rules);
}

}  // namespace

TEST_CASE("places_are_found_in_what_people_write") {
  const struct {
    std::string text, address, landmark, kelurahan, kecamatan, rt, rw;
  } cases[] = {
      {"Jl. Moh Toha no 5 lampu mati", "Jl. Moh Toha no 5", "", "", "", "", ""},
      {"lampu mati di jln sudirman no.12A, depan masjid al azhom", "jln sudirman no.12A", "depan masjid al azhom", "", "", "", ""},
      {"got mampet di gg h. naim rt03/rw05 kel. kreo kec larangan kalo ujan meluap", "gg h. naim", "", "Kreo", "Larangan", "003", "005"},
      {"jalan gatot subroto km 5 jatiuwung rusak", "jalan gatot subroto km 5", "", "", "Jatiuwung", "", ""},
      {"RT 3/RW 12 kelurahan Poris Pelawad Indah banjir", "", "", "Poris Plawad Indah", "Cipondoh", "003", "012"},
      {"rt 03/05 sukaasih", "", "", "Sukaasih", "Tangerang", "003", "005"},
      {"rw 007 batu ceper", "", "", "", "Batuceper", "", "007"},
      {"banjir di perum total persada periuk, tolong", "perum total persada", "", "", "Periuk", "", ""},
      {"sampah numpuk di karangtengah", "", "", "", "Karang Tengah", "", ""},
      {"macet dekat pertigaan cimone arah pasar", "", "dekat pertigaan cimone", "Cimone", "Karawaci", "", ""},
      {"Patokannya seberang alfamart, jl merdeka gg kelinci", "jl merdeka, gg kelinci", "seberang alfamart", "", "", "", ""},
      {"ular di petir cipondoh", "", "", "Petir", "Cipondoh", "", ""},
      {"kel jatiuwung", "", "", "Jatiuwung", "Cibodas", "", ""},
      {"kec. Jatiuwung", "", "", "", "Jatiuwung", "", ""},
      {"kel. Cipondoh", "", "", "Cipondoh", "Cipondoh", "", ""},
      {"cipondoh indah", "", "", "Cipondoh Indah", "Cipondoh", "", ""},
      {"di Benda banjir", "", "", "", "Benda", "", ""},
      {"kecamatan tangerang kelurahan babakan", "", "", "Babakan", "Tangerang", "", ""},
      {"dari cipondoh ke kel kunciran", "", "", "Kunciran", "Pinang", "", ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const auto location = places(c.text).location;
    CHECK(location.address == c.address);
    CHECK(location.landmark == c.landmark);
    CHECK(location.kelurahan == c.kelurahan);
    CHECK(location.kecamatan == c.kecamatan);
    CHECK(location.rt == c.rt);
    CHECK(location.rw == c.rw);
    CHECK(location.method == LocationMethod::text);
    CHECK(location.confidence > 0);
    CHECK(location.role == LocationRole::incident);
  }
}

TEST_CASE("the_matters_place_is_chosen_among_the_names_a_text_holds") {
  const struct {
    std::string text, kelurahan, kecamatan;
  } cases[] = {
      // spellings, and slips of the finger
      {"cipondho banjir", "", "Cipondoh"},
      {"di karwaci gelap", "", "Karawaci"},
      {"batucepr macet", "", "Batuceper"},
      {"kr tengah gelap", "", "Karang Tengah"},
      {"got mampet panunggangn barat", "Panunggangan Barat", "Cibodas"},
      {"tabrakan dicibodasari", "Cibodasari", "Cibodas"},
      {"KUNCIRAN JAYA gelap", "Kunciran Jaya", "Pinang"},
      // kelurahan or kecamatan
      {"jatiuwung cibodas", "Jatiuwung", "Cibodas"},
      {"Neglasari RT 02/05", "", "Neglasari"},
      {"kel/kec Benda", "Benda", "Benda"},
      {"Kelurahan : Cimone", "Cimone", "Karawaci"},
      {"sampah di kec. pinang, kel cipete", "Cipete", "Pinang"},
      // common words with evidence
      {"warga pinang resah", "", "Pinang"},
      {"RT 02/04 Benda banjir", "", "Benda"},
      {"Petir, Cipondoh gelap", "Petir", "Cipondoh"},
      {"lampu merah perempatan Gondrong mati", "Gondrong", "Cipondoh"},
      {"Tolong dipangkas. Kenanga", "Kenanga", "Cipondoh"},
      {"gaga gg asem gelap", "Gaga", "Larangan"},
      {"jl husein sastranegara benda macet", "", "Benda"},
      {"belakang sdn 3 petir", "Petir", "Cipondoh"},
      {"truk parkir di benda, kota tangerang", "", "Benda"},
      {"waterpark di babakan", "Babakan", "Tangerang"},
      {"got mampet. Petir, tolong pak", "Petir", "Cipondoh"},
      {"sampai basah semua \xF0\x9F\x98\xAD Gaga", "Gaga", "Larangan"},
      {"polisi mana, pajang rt 3", "Pajang", "Benda"},
      {"listrik mati. keroncong blok c", "Keroncong", "Jatiuwung"},
      {"minta diangkut pak, Pasar Baru", "Pasar Baru", "Karawaci"},
      {"lampu di seluruh Keroncong mati", "Keroncong", "Jatiuwung"},
      {"bau sampai Periuk tiap malam", "", "Periuk"},
      {"apartemen gondrong gelap", "Gondrong", "Cipondoh"},
      {"nenek tinggal di larangan, belum dapat bansos", "", "Larangan"},
      // which of several
      {"saya warga ciledug, mau lapor jalan rusak di cipondoh", "", "Cipondoh"},
      {"sampah di pasir jaya, saya mengungsi ke cipete", "Pasir Jaya", "Jatiuwung"},
      {"Ini Nusa Jaya ya min, bukan Cibodas", "Nusa Jaya", "Karawaci"},
      {"saya tinggal di cimone, lampu mati", "Cimone", "Karawaci"},
      {"lampu jalan cipondoh arah serpong mati", "", "Cipondoh"},
      {"di ciledug banjir, sudimara jaya paling parah", "Sudimara Jaya", "Ciledug"},
      // streets and ways count when no other place is named
      {"jl raya cipondoh rusak", "", "Cipondoh"},
      {"tolong ambulans ke Cipadu", "Cipadu", "Larangan"},
      {"dahan menutup lampu arah Karang Sari", "Karang Sari", "Neglasari"},
      {"pindah dari Lampung ke Jatake", "Jatake", "Jatiuwung"},
      {"jl raya cipondoh arah cimone macet", "", ""},
      {"jl mawar arah cimone macet", "", ""},
      {"jurusan arah kunciran ngetem", "", ""},
      {"dia bukan dari Cimone Karawaci", "", ""},
      {"melayani area Cimone Karawaci Cibodas", "", ""},
      // a name of ours with a region of another jurisdiction is not ours
      {"jalan rusak di Cibodas, Cianjur. Cibodas yang dingin", "", ""},
      {"bansos kecamatan Larangan kabupaten Brebes", "", ""},
      {"Kab. Brebes Kec. Larangan rusak", "", ""},
      {"Babakan Setu Tangsel banjir", "", ""},
      // streets, ways and larger places do not count
      {"jl kenanga rusak", "", ""},
      {"macet dari cimone ke karawaci", "", ""},
      {"jl mh thamrin menuju cikokol macet", "", ""},
      {"trayek Cikokol - Karawaci lambat", "", ""},
      {"jalan rusak di sukasari, bogor dan sekitarnya", "", ""},
      {"@kec_cipondoh lampu mati di bugel", "Bugel", "Karawaci"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const auto location = places(c.text).location;
    CHECK(location.kelurahan == c.kelurahan);
    CHECK(location.kecamatan == c.kecamatan);
  }
}

TEST_CASE("places_of_other_jurisdictions_are_told_from_ways_and_talk") {
  const Rules& rules = tests::shipped_rules();
  const auto elsewhere = [&](std::string_view text) { return find_places(Reading(text, rules.lexicon), {}, {}, rules).elsewhere; };
  for (const char* text : {"jalan rusak di serpong",
                           "jalan rusak di kelapa dua kab tangerang",
                           "lampu mati di Kecamatan Kronjo, Kabupaten Tangerang",
                           "sampah pasar ciputat numpuk",
                           "lampu jalan Cisauk mati",
                           "saya warga ciledug, lampu mati di bintaro",
                           "halte transjakarta Kalideres",
                           "jl raya serpong bolong, itu masuk tangsel ya?",
                           "KTP saya beralamat di Depok",
                           "jalan rusak di Cibodas, Cianjur",
                           "Kab. Brebes Kec. Larangan rusak",
                           "Benda Baru Pamulang banjir",
                           "stasiun Serang kotor",
                           "kota Batu macet",
                           "jalan rusak di Serang",
                           "dukcapil Garut lambat",
                           "warga Bintaro mengeluh galian",
                           "saya KTP Larangan, tapi jalan di Joglo Kembangan rusak",
                           "jl raya serpong arah bsd bolong",
                           "jalan arah Cengkareng dari Rawa Buaya rusak",
                           "di Desa Gelam Jaya air mati, anak mandi di rumah nenek di Periuk",
                           "ibu saya warga Bekasi, dukcapil sana lambat"}) {
    CAPTURE(std::string(text));
    CHECK(elsewhere(text));
  }
  for (const char* text : {"tol jakarta-tangerang macet",
                           "macet arah jakarta",
                           "orang jakarta parkir sembarangan",
                           "jl raya serpong rusak",
                           "di perbatasan kreo dan pondok aren gelap",
                           "jalan rusak di cipondoh dekat bintaro",
                           "ojek mau ke pamulang mahal",
                           "kresek sampah berserakan",
                           "kasih bus sekolah kaya di Jakarta",
                           "di kota tangerang gelap",
                           "orok di kresek",
                           "di serang anjing",
                           "depan warung soto lamongan gelap",
                           "surat pindah dari Kabupaten Brebes",
                           "anak di Makassar menyuruh saya lapor",
                           "kali angke meluap",
                           "kalender rusak",
                           "ke dukcapil dari Depok, jalan di Cimone rusak",
                           "saya orang Bekasi, pohon tumbang di Cikokol",
                           ""}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(elsewhere(text));
  }
}

TEST_CASE("addresses_end_where_a_reader_would_end_them") {
  const struct {
    std::string text, address, cross_street, landmark, rt, rw;
  } cases[] = {
      {"jl A. Yani simpang jl Veteran macet", "jl A. Yani", "jl Veteran", "", "", ""},
      {"perempatan jl sudirman dan jl veteran macet", "jl sudirman", "jl veteran", "", "", ""},
      {"jl sudirman perempatan robinson macet", "jl sudirman", "perempatan robinson", "", "", ""},
      {"perempatan cimone macet", "", "", "perempatan cimone", "", ""},
      {"100 m dari lampu merah cimone ada lubang", "", "", "100 m dari lampu merah cimone", "", ""},
      {"50meter sblm masjid al huda", "", "", "50meter sblm masjid al huda", "", ""},
      {"depan kantor kelurahan cimone", "", "", "depan kantor kelurahan cimone", "", ""},
      {"perum griya merpati blok a5/12 kel. alam jaya", "perum griya merpati blok a5/12", "", "", "", ""},
      {"perum total persada blok F2 no 9", "perum total persada blok F2 no 9", "", "", "", ""},
      {"Jl. Mawar III, No. 17 RT 02/RW 09", "Jl. Mawar III, No. 17", "", "", "002", "009"},
      {"jl daan mogot km 19,5 batuceper", "jl daan mogot km 19,5", "", "", "", ""},
      {"kali kotor. lampu jalan cipondoh mati", "", "", "", "", ""},
      {"di jalan. gebang raya gelap", "", "", "", "", ""},
      {"rt.003 rw.05", "", "", "", "003", "005"},
      {"RT3RW5", "", "", "", "003", "005"},
      {"003/005 kel petir", "", "", "", "003", "005"},
      {"erte 3 erwe 5", "", "", "", "003", "005"},
      {"RT/RW : 03/005", "", "", "", "003", "005"},
      {"tanggal 12/03/2026, nomor 014/2026", "", "", "", "", ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const auto location = places(c.text).location;
    CHECK(location.address == c.address);
    CHECK(location.cross_street == c.cross_street);
    CHECK(location.landmark == c.landmark);
    CHECK(location.rt == c.rt);
    CHECK(location.rw == c.rw);
  }
}

TEST_CASE("a_text_cut_off_anywhere_does_no_harm") {
  const std::string text =
      "100 m dari perempatan jl sudirman no 5/12 dan jl veteran blok F2 km 19,5 RT/RW 03/05 kel. cipondho, Cipondoh - Serpong dari arah "
      "sdn 3 petir";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    CHECK_NOTHROW(static_cast<void>(places(std::string_view(text).substr(0, size))));
    CHECK_NOTHROW(static_cast<void>(places(std::string_view(text).substr(size))));
  }
}

TEST_CASE("links_that_a_channel_expanded_are_read_and_unreadable_ones_told") {
  core::Message message;
  message.stated.attributes = {{"link", "https://maps.google.com/?q=-6.178306,106.631889"}};
  auto found = places("lampu mati", message);
  CHECK(found.location.latitude == -6.178306);
  CHECK(found.flags.empty());
  message.stated.attributes = {{"link", "https://maps.app.goo.gl/AbC123"}};
  found = places("lampu mati", message);
  CHECK_FALSE(found.location.latitude);
  CHECK(found.flags == std::vector<std::string>{"map_link_unresolved"});
  found = places("lampu mati geo:-6.2,106.7;u=35", message);
  CHECK(found.location.accuracy_m == 35);
  CHECK(found.flags.empty());
}

TEST_CASE("common_words_are_no_places") {
  for (const char* text : {"jalan rusak parah",
                           "ada benda asing jatuh",
                           "petir menyambar",
                           "buah pinang",
                           "larangan parkir dilanggar",
                           "di kota tangerang macet",
                           "warga tangerang resah",
                           "jalan berlubang banyak",
                           "jalan depan rumah saya gelap",
                           "rambut gondrong",
                           "ada benda tajam",
                           "toko periuk tutup",
                           "kang parkir gondrong maksa",
                           "pohon ketapang rimbun",
                           "tanah peninggalan engkong",
                           "suka lari pagi",
                           "",
                           "rt saya diam saja",
                           "rw 12345",
                           "jl"}) {
    CAPTURE(std::string(text));
    const auto location = places(text).location;
    CHECK(location.method == LocationMethod::none);
    CHECK(location.kelurahan.empty());
    CHECK(location.kecamatan.empty());
    CHECK(location.address.empty());
  }
}

TEST_CASE("more_evidence_makes_a_place_surer") {
  CHECK(places("jl mawar kel kreo").location.confidence > places("kel kreo").location.confidence);
  CHECK(places("kel kreo").location.confidence > places("kec larangan").location.confidence);
  CHECK(places("kec larangan").location.confidence > places("depan masjid").location.confidence);
}

TEST_CASE("a_shared_pin_goes_before_links_and_links_before_words") {
  core::Message message;
  message.place = core::SharedPlace{-6.178, 106.632, 12.0, "Masjid Raya", "Jl. Satria"};
  auto location = places("geo:-6.2,106.7 jl mawar rt 1", message).location;
  CHECK(location.method == LocationMethod::pin);
  CHECK(location.latitude == -6.178);
  CHECK(location.longitude == 106.632);
  CHECK(location.accuracy_m == 12.0);
  CHECK(location.address == "jl mawar");
  CHECK(location.landmark == "Masjid Raya");
  CHECK(location.rt == "001");
  location = places("geo:-6.2,106.7 jl mawar").location;
  CHECK(location.method == LocationMethod::pin);
  CHECK(location.latitude == -6.2);
  CHECK(location.confidence < 0.9);
}

TEST_CASE("stated_fields_rule_out_what_the_text_seems_to_say") {
  core::Message message;
  message.stated.kelurahan = "Kunciran";
  message.stated.address = "Jl. Bhakti 3, hp 081290001234";
  message.stated.rt = "005";
  const auto location = places("kel kreo kec larangan rt 9 jl mawar", message).location;
  CHECK(location.kelurahan == "Kunciran");
  CHECK(location.kecamatan == "Pinang");
  CHECK(location.address == "Jl. Bhakti 3, hp [telepon disamarkan]");
  CHECK(location.rt == "005");
  CHECK(location.method == LocationMethod::address);
}

TEST_CASE("the_callers_place_is_kept_apart_from_the_matters") {
  core::Message message;
  message.channel = core::Channel::call;
  message.call.emplace();
  message.place = core::SharedPlace{-6.178, 106.632, 30.0, "", ""};
  auto found = places("ada kecelakaan", message);
  CHECK(found.location.role == LocationRole::caller);
  CHECK(found.location.method == LocationMethod::gps);
  CHECK_FALSE(found.caller);

  found = places("kecelakaan di flyover cipondoh", message);
  CHECK(found.location.role == LocationRole::incident);
  CHECK_FALSE(found.location.latitude);
  REQUIRE(found.caller);
  CHECK(found.caller->role == LocationRole::caller);
  CHECK(found.caller->latitude == -6.178);

  message.stated.place_differs_from_caller = true;
  found = places("ada kecelakaan", message);
  CHECK(found.location.method == LocationMethod::none);
  CHECK(found.caller);
}

TEST_CASE("the_place_of_a_coded_report_counts_when_nothing_better_is_found") {
  CHECK(places("Pasar Anyar, lampu mati", {}, "Pasar Anyar").location.landmark == "Pasar Anyar");
  CHECK(places("blok kemiri, lampu mati", {}, "blok kemiri").location.address == "blok kemiri");
  CHECK(places("Jl Moh Toha, lampu mati", {}, "Jl Moh Toha").location.address == "Jl Moh Toha");
}

namespace {

// The shipped rules with Cimone drawn as a square, its kecamatan around it, and the city around that.
const Rules& rules_with_boundaries() {
  static const Rules rules = [] {
    Rules drawn = tests::shipped_rules();
    const auto square = [](double south, double west, double size) {
      return std::vector<Ring>{{{south, west}, {south, west + size}, {south + size, west + size}, {south + size, west}}};
    };
    const auto region = [&](RegionNames names, std::vector<Ring> rings) {
      auto drawn_region = region_of(names, drawn);
      REQUIRE(drawn_region);
      drawn_region->rings = std::move(rings);
      return std::move(*drawn_region);
    };
    drawn.boundaries =
        Boundaries({region({"Cimone", "", ""}, square(-6.20, 106.60, 0.01)), region({"", "", "Karawaci"}, square(-6.20, 106.60, 0.02)),
                    region({"Kota Tangerang", "", ""}, square(-6.25, 106.55, 0.1))});
    return drawn;
  }();
  return rules;
}

Places drawn_places(std::string_view text, const core::Message& message = {}) {
  const Rules& rules = rules_with_boundaries();
  return find_places(Reading(text, rules.lexicon), message, {}, rules);
}

bool has_flag(const Places& found, std::string_view flag) { return std::ranges::find(found.flags, flag) != found.flags.end(); }

}  // namespace

TEST_CASE("boundaries_tell_where_a_position_lies") {
  const auto found = drawn_places("lubang https://maps.google.com/?q=-6.195,106.605");
  CHECK(found.location.kelurahan == "Cimone");
  CHECK(found.location.kecamatan == "Karawaci");
  CHECK(found.flags.empty());
  const auto beside = drawn_places("lubang di bugel geo:-6.185,106.615");
  CHECK(beside.location.kelurahan == "Bugel");
  CHECK(beside.location.kecamatan == "Karawaci");
  CHECK(beside.flags.empty());
  const auto outside_all = drawn_places("lubang di kel. petir geo:-6.22,106.58");
  CHECK(outside_all.location.kelurahan == "Petir");
  CHECK(outside_all.flags.empty());
}

TEST_CASE("a_pin_goes_before_words_that_contradict_it_and_says_so") {
  auto found = drawn_places("lubang di kel. petir geo:-6.195,106.605");
  CHECK(found.location.kelurahan == "Cimone");
  CHECK(found.location.kecamatan == "Karawaci");
  CHECK(has_flag(found, "place_contradicts_text"));
  found = drawn_places("lubang di kel. petir geo:-6.185,106.615");
  CHECK(found.location.kelurahan.empty());
  CHECK(found.location.kecamatan == "Karawaci");
  CHECK(has_flag(found, "place_contradicts_text"));
  core::Message photo;
  photo.kind = core::MessageKind::attachment;
  photo.place = core::SharedPlace{-6.195, 106.605, {}, "", ""};
  found = drawn_places("lubang di kel. petir", photo);
  CHECK(found.location.kelurahan == "Petir");
  CHECK(has_flag(found, "place_contradicts_text"));
  found = drawn_places("lubang", photo);
  CHECK(found.location.kelurahan == "Cimone");
}

TEST_CASE("the_citys_outline_decides_about_the_jurisdiction") {
  const Rules& rules = rules_with_boundaries();
  core::Message message;
  message.place = core::SharedPlace{-6.22, 106.58, {}, "", ""};
  CHECK_FALSE(find_places(Reading("lubang", rules.lexicon), message, {}, rules).elsewhere);
  message.place = core::SharedPlace{-6.10, 106.70, {}, "", ""};  // within `area`
  CHECK(find_places(Reading("lubang di cimone", rules.lexicon), message, {}, rules).elsewhere);
  CHECK(find_places(Reading("lubang di cimone geo:-6.10,106.70", rules.lexicon), {}, {}, rules).elsewhere);
}
