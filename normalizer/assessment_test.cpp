// SPDX-License-Identifier: Apache-2.0
#include "normalizer/assessment.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "normalizer/category.hpp"
#include "tests/support/shipped_rules.hpp"

using namespace satupintu;
using namespace satupintu::normalizer;
using core::Priority;
using core::ReportType;
using core::Scope;

namespace {

Assessment assessed(std::string_view text, const core::Message& message = {}) {
  const Rules& rules = tests::shipped_rules();
  const Reading reading(text, rules.lexicon);
  return assess(reading, message, find_places(reading, message, {}, rules), classify(reading, message, nullptr, rules), rules);
}

core::Message call(std::string disposition) {
  core::Message message;
  message.channel = core::Channel::call;
  message.call.emplace().disposition = std::move(disposition);
  return message;
}

}  // namespace

TEST_CASE("danger_to_life_goes_into_the_emergency_lane") {
  const struct {
    std::string text, label;
  } cases[] = {
      {"TOLONG KEBAKARAN di gg mawar", "Kebakaran"},
      {"rumah tetangga terbakar min cepetan", "Kebakaran"},
      {"ada bau gas, gas bocor di ruko", "Kebakaran"},
      {"sudah 1 jam kebakaran belum ada damkar", "Kebakaran"},
      {"saya mau lapor ada kebakaran", "Kebakaran"},
      {"atap sekolah ambruk anak2 masih di dalam", "Bangunan runtuh atau longsor"},
      {"pohon tumbang menimpa mobil ada orangnya", "Bangunan runtuh atau longsor"},
      {"kabel PLN putus jatuh ke genangan", "Aliran listrik berbahaya"},
      {"anak saya kesetrum tiang", "Aliran listrik berbahaya"},
      {"ada kecelakaan di flyover cipondoh korban luka", "Kecelakaan"},
      {"tukang ojek ketabrak truk", "Kecelakaan"},
      {"banjir udah sedada lansia terjebak di lantai dua", "Orang dalam bahaya air"},
      {"tolong evakuasi kami banjir makin tinggi", "Orang dalam bahaya air"},
      {"ada tawuran bawa celurit", "Kekerasan"},
      {"bapak itu mukulin istrinya, KDRT pak", "Kekerasan"},
      {"orang pingsan tidak sadarkan diri", "Nyawa terancam"},
      {"saya mau bunuh diri", "Nyawa terancam: menyakiti diri"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const auto result = assessed(c.text);
    CHECK(result.priority == Priority::emergency);
    CHECK(result.report_type == ReportType::emergency);
    CHECK(result.report_type_reason == result.priority_reason);
    REQUIRE(result.danger != nullptr);
    CHECK(result.danger->label == c.label);
    CHECK(result.priority_reason.starts_with(c.label + ": "));
  }
}

TEST_CASE("people_in_peril_are_found_without_the_standard_word") {
  for (const char* text : {
           "kompor njeblug, asap masuk kamar, simbah isih nang jero",
           "mobil box ngebul terus keluar api di pinggir tol",
           "tukang gali ketimbun tanah di proyek pipa",
           "crane roboh ke mess, kuli masih di bawah reruntuhan",
           "balita kecebur empang belum nongol nongol",
           "banyune wis sak dodo, mbah kejebak neng kamar",
           "caah geus sadada, bapa abdi teu tiasa kaluar",
           "kami di atas genteng, air sudah seleher, tolong perahu",
           "bapak saya dadanya sakit keringat dingin, bibirnya biru",
           "bini gua ketubannya pecah di angkot, bidan jauh",
           "nenek jatuh di kamar mandi ga bangun bangun",
           "anak keselek bakso mukanya biru",
           "maling digebukin massa sampai ga gerak",
           "ada cewek ditarik paksa masuk mobil putih",
           "pria ngacungin parang ke penumpang",
           "dia sudah pamit, obat tidur satu botol diminum semua",
           "teknisi jatuh dari lantai 3, kepalanya bocor",
           "karyawan terkurung di lift, satu sesak napas",
           "TKP: tembok rubuh nimpa pedagang, kakinya kejepit",
       }) {
    CAPTURE(std::string(text));
    CHECK(assessed(text).priority == Priority::emergency);
  }
}

TEST_CASE("a_real_danger_wins_over_words_that_would_weaken_another") {
  for (const char* text :
       {"ini bukan latihan, gedung sebelah terbakar", "kemarin ada kecelakaan, sekarang rumah sebelah terbakar",
        "dua orang sudah dibawa ke rs, satu masih kejepit di mobil", "rawan kecelakaan, barusan kecelakaan lagi korban luka"}) {
    CAPTURE(std::string(text));
    CHECK(assessed(text).priority == Priority::emergency);
  }
}

TEST_CASE("what_only_sounds_like_danger_is_no_emergency") {
  for (const char* text : {"warga kebakaran jenggot", "banjir diskon di mall", "tidak ada kebakaran cuma asap", "bukan kebakaran pak",
                           "simulasi kebakaran besok", "alat pemadam kebakaran di pasar kosong", "asuransi kecelakaan saya ditolak",
                           "jalan rusak", "tabrakan jadwal posyandu", "terjebak macet pas banjir", "bekas kebakaran belum dibersihkan",
                           "lampu mati", "kabel wifi menjuntai", "kucing kejepit di pagar ruko", "dompet saya kecebur got",
                           "film barunya seru, gedungnya terbakar semua", "kalau digigit ular harus ke puskesmas mana ya",
                           "jadwal donor darah di kecamatan kapan", "makasih damkar sudah memadamkan api di warung kami kemarin"}) {
    CAPTURE(std::string(text));
    const auto result = assessed(text);
    CHECK(result.priority != Priority::emergency);
    CHECK(result.danger == nullptr);
  }
}

TEST_CASE("feared_and_past_dangers_are_no_emergency") {
  for (const char* text : {"jalan ini rawan kecelakaan", "tembok sekolah mau roboh", "takut ada kebakaran kabel semrawut",
                           "sering terjadi kecelakaan di sini", "jangan sampai kecelakaan lagi", "pernah kebakaran dua kali",
                           "pohonnya tinggal nunggu nimpa orang", "minggu lalu ada pemotor ketabrak di tikungan ini"}) {
    CAPTURE(std::string(text));
    const auto result = assessed(text);
    CHECK(result.priority != Priority::emergency);
    CHECK(result.danger == nullptr);
    REQUIRE_FALSE(result.dangers.empty());
    CHECK(std::ranges::all_of(result.dangers,
                              [](const ToldDanger& told) { return !told.danger->emergency || told.standing != Standing::real; }));
  }
}

TEST_CASE("hazards_and_urgent_words_raise_the_priority") {
  for (const char* text : {"tembok sekolah retak mau roboh", "tutup manhole hilang di depan paud bahaya", "urgent tolong",
                           "tiang listrik miring mau tumbang sangat berbahaya"}) {
    CAPTURE(std::string(text));
    const auto result = assessed(text);
    CHECK(result.priority == Priority::high);
    CHECK_FALSE(result.priority_reason.empty());
  }
}

TEST_CASE("an_operators_word_goes_before_the_texts") {
  auto message = call("normal");
  message.stated.priority = "low";
  CHECK(assessed("kebakaran", message).priority == Priority::low);
  CHECK(assessed("kebakaran", message).priority_reason == "operator");
  message.stated.priority = "emergency";
  CHECK(assessed("lampu mati", message).priority == Priority::emergency);
  CHECK(assessed("lampu mati", message).report_type == ReportType::emergency);
  message.stated.priority = "segera";
  CHECK(assessed("lampu mati", message).priority == Priority::normal);
}

TEST_CASE("calls_that_report_nothing_wait_for_nobody") {
  for (const char* disposition : {"ghost", "prank", "wrong_number", "dropped"}) {
    const auto result = assessed("ada kebakaran katanya", call(disposition));
    CHECK(result.priority == Priority::low);
    CHECK(result.priority_reason == disposition);
    CHECK(result.danger == nullptr);
  }
  CHECK(assessed("jam buka kantor", call("information")).report_type == ReportType::information);
  CHECK(assessed("ada kebakaran", call("normal")).priority == Priority::emergency);
}

TEST_CASE("the_report_type_follows_from_the_words") {
  const struct {
    std::string text;
    ReportType type;
  } cases[] = {
      {"mau tanya syarat bikin KTP apa aja ya", ReportType::information},
      {"kapan jadwal vaksin rabies", ReportType::information},
      {"kapan jalan rusak ini diperbaiki", ReportType::complaint},
      {"usul dong pasang wifi di taman", ReportType::aspiration},
      {"usul dibuatkan polisi tidur", ReportType::aspiration},
      {"sarannya got yang mampet dibersihkan", ReportType::complaint},
      {"terima kasih pak sudah nyala", ReportType::thanks},
      {"makasih min mantap", ReportType::thanks},
      {"lampu mati tolong ya terima kasih", ReportType::complaint},
      {"ok", ReportType::complaint},
      {"", ReportType::complaint},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    CHECK(assessed(c.text).report_type == c.type);
  }
  CHECK(assessed("terima kasih pak sudah nyala").priority == Priority::low);
}

TEST_CASE("matters_outside_the_citys_work_get_a_label_with_an_address") {
  const struct {
    std::string text;
    Scope scope;
  } cases[] = {
      {"caleg bagi2 sembako pas kampanye serangan fajar", Scope::out_of_scope_election},
      {"spanduk kampanye nutupin lampu merah", Scope::in_scope},
      {"tiang lampu ditabrak kurir, lampunya mati", Scope::in_scope},
      {"ada politik uang di rw saya waktu pilkada", Scope::out_of_scope_election},
      {"motor saya dicuri tadi malam", Scope::out_of_scope_crime},
      {"maling nyolong kabel lampu jalan sampai gelap", Scope::in_scope},
      {"pinjol neror saya terus", Scope::out_of_scope_private},
      {"sengketa tanah saya di pengadilan lama", Scope::out_of_scope_court},
      {"slot gacor maxwin hari ini", Scope::out_of_scope_irrelevant},
      {"jalan berlubang di BSD serpong", Scope::other_jurisdiction},
      {"jalan berlubang arah serpong", Scope::in_scope},
      {"macet di ciledug arah jakarta selatan", Scope::in_scope},
      {"banjir di kalideres sampai batuceper", Scope::in_scope},
      {"lampu jalan mati", Scope::in_scope},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const auto result = assessed(c.text);
    CHECK(result.scope == c.scope);
    CHECK(result.scope_reason.empty() == (c.scope == Scope::in_scope));
  }
}

TEST_CASE("a_shared_position_decides_about_the_jurisdiction") {
  core::Message message;
  message.place = core::SharedPlace{-6.30, 106.66, std::nullopt, "", ""};  // Serpong
  CHECK(assessed("jalan rusak", message).scope == Scope::other_jurisdiction);
  message.place = core::SharedPlace{-6.178, 106.632, std::nullopt, "", ""};
  CHECK(assessed("jalan rusak di serpong", message).scope == Scope::in_scope);
  auto caller = call("normal");
  caller.place = core::SharedPlace{-6.30, 106.66, std::nullopt, "", ""};
  CHECK(assessed("jalan rusak", caller).scope == Scope::in_scope);
}

TEST_CASE("a_sure_emergency_stays_one_in_a_long_letter") {
  std::string letter = "Tolong kebakaran rumah, api besar, ada orang terjebak di dalam! Jl. Merdeka 12 Karawaci.\n\n";
  for (int i = 0; i < 4; ++i) {
    letter +=
        "Dengan hormat, bersama surat ini kami sampaikan terima kasih dan usulan agar jadwal pelayanan kelurahan, pembayaran pajak, "
        "perpanjangan "
        "kartu, izin usaha, perawatan taman, pengecatan zebra cross dan penambahan kursi di ruang tunggu puskesmas dapat ditinjau kembali. "
        "Demikian permohonan kami, atas perhatian Bapak dan Ibu kami ucapkan terima kasih. ";
  }
  CHECK(assessed(letter).priority == Priority::emergency);
}
