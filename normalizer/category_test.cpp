// SPDX-License-Identifier: Apache-2.0
#include "normalizer/category.hpp"

#include <doctest/doctest.h>

#include "tests/support/shipped_rules.hpp"

using namespace satupintu;
using namespace satupintu::normalizer;

namespace {

Classification classified(std::string_view text, const core::Message& message = {}, const Category* coded = nullptr) {
  const Rules& rules = tests::shipped_rules();
  return classify(Reading(text, rules.lexicon), message, coded, rules);
}

std::string code_of(const Classification& classification) {
  return classification.category == nullptr ? "" : classification.category->code;
}

}  // namespace

TEST_CASE("words_tell_the_category") {
  const struct {
    std::string text, code;
  } cases[] = {
      {"pak lampu jln di dpn rumah sy mati dah seminggu gelap bgt", "pju"},
      {"lampu di gang kami padam terus", "pju"},
      {"min jalan rusk parah di kh hasyim ashari byk yg jatoh", "jalan"},
      {"Jl. Kenanga rusak", "jalan"},
      {"jembatan bolong bahaya buat motor", "jalan"},
      {"got mampet ujan dikit air meluap", "drainase"},
      {"tutup got ilang depan SD", "drainase"},
      {"banjiiir lagi di periuk selutut", "banjir"},
      {"runtah numpuk teu diangkut angkut", "sampah"},
      {"sampah dmn2 numpuk bau bgt", "sampah"},
      {"asap pabrik item bikin sesek", "pencemaran"},
      {"pohon tumbang nutup jalan", "pohon"},
      {"ayunan sama perosotan di taman rusak semua", "taman"},
      {"lampu merah perempatan gondrong mati bikin macet", "lalulintas"},
      {"truk tanah lewat siang2 debu dimana2", "lalulintas"},
      {"parkir liar di depan stasiun", "parkir"},
      {"angkot ngetem sembarangan", "transportasi"},
      {"air pdam ga ngalir 3 hari", "air"},
      {"mati lampu dari subuh", "listrik"},
      {"kabel wifi semrawut banget", "listrik"},
      {"e-KTP saya belum jadi2 dari bulan kemarin", "kependudukan"},
      {"antri di puskesmas lama banget dokternya telat", "kesehatan"},
      {"uang gedung sekolah mahal banget pungutan terus", "pendidikan"},
      {"bansos gak tepat sasaran yg kaya dapet", "bansos"},
      {"gaji belum dibayar 2 bulan sama perusahaan", "ketenagakerjaan"},
      {"PKL di trotoar bikin semrawut", "ketertiban"},
      {"tetangga karaoke sampe jam 2 malem berisik", "ketertiban"},
      {"bikin NIB di OSS gagal mulu", "perizinan"},
      {"tagihan PBB saya kok naik", "pajak"},
      {"ada ular kobra masuk kamar mandi", "hewan"},
      {"rumah kebakar tolong damkar", "kebakaran"},
      {"butuh ambulance ada yg pingsan", "medis"},
      {"aplikasi tangerang live ga bisa login", "digital"},
      {"dimintai uang pelicin sama oknum kelurahan", "pelayanan"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const auto result = classified(c.text);
    CHECK(code_of(result) == c.code);
    CHECK(result.source == "keyword");
    CHECK(result.confidence > 0.3);
    CHECK(result.confidence < 0.95);
  }
}

TEST_CASE("unclassified_is_a_fine_answer") {
  for (const char* text : {"", "ok pak", "selamat pagi", "\xF0\x9F\x94\xA5", "banjir diskon di mall", "kebakaran jenggot warganya", "air",
                           "di jalan veteran", "saya tidak tahu harus lapor ke mana"}) {
    CAPTURE(std::string(text));
    const auto result = classified(text);
    CHECK(result.category == nullptr);
    CHECK(result.further.empty());
  }
}

TEST_CASE("what_was_stated_goes_before_code_hashtag_and_words") {
  core::Message message;
  message.channel = core::Channel::call;
  message.stated.category = "pohon";
  const Category* pju = tests::shipped_rules().category("pju");
  const std::string text = "#sampah jalan rusak";
  auto result = classified(text, message, pju);
  CHECK(code_of(result) == "pohon");
  CHECK(result.source == "operator");
  CHECK(result.confidence == 1.0);
  message.channel = core::Channel::app;
  CHECK(classified(text, message, pju).source == "sender");
  message.stated.category = "bukan-kategori";
  result = classified(text, message, pju);
  CHECK(code_of(result) == "pju");
  CHECK(result.source == "code");
  result = classified(text);
  CHECK(code_of(result) == "sampah");
  CHECK(result.source == "hashtag");
  REQUIRE(result.further.size() == 1);
  CHECK(result.further[0]->code == "jalan");
}

TEST_CASE("only_hashtags_of_the_table_count") {
  CHECK(code_of(classified("#viral #PJU #JalanRusak tolong")) == "pju");
  CHECK(code_of(classified("#viral tolong")).empty());
  CHECK(code_of(classified("#ppdb2026 kacau")) == "pendidikan");
}

TEST_CASE("saying_it_often_makes_it_no_surer") {
  CHECK(classified("pohon").confidence == classified("pohon pohon pohon, pohon!").confidence);
  CHECK(classified("pohon tumbang, dahan patah").confidence > classified("pohon").confidence);
  CHECK(classified("pohon, sampah").confidence < classified("pohon").confidence);
  CHECK(code_of(classified("sampah, pohon")) == "sampah");
  CHECK(code_of(classified("pohon, sampah")) == "pohon");
}
