// SPDX-License-Identifier: Apache-2.0
#include "normalizer/command.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "tests/support/shipped_rules.hpp"

using namespace satupintu;
using namespace satupintu::normalizer;

namespace {

// A code with letters, "SP-0…": what a citizen would have been given.
const std::string kCode = core::make_tracking_code(0, {0xAB, 0xCD, 0x12, 0x34, 0x56});
const std::string kBare = kCode.substr(3, 5) + kCode.substr(9);

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return text;
}

// One text a line, with the code where "KODE" stands.
std::vector<std::string> lines(std::string_view block) {
  std::vector<std::string> texts;
  while (!block.empty()) {
    const auto end = std::min(block.find('\n'), block.size());
    std::string text(block.substr(0, end));
    if (const auto at = text.find("KODE"); at != std::string::npos) text.replace(at, 4, kCode);
    if (!text.empty()) texts.push_back(std::move(text));
    block.remove_prefix(std::min(end + 1, block.size()));
  }
  return texts;
}

struct Read {
  CommandKind kind;
  std::string tracking_code;
  int rating;
  bool operator==(const Read&) const = default;
};

Read read(const std::string& text) {
  Command command = read_command(text, tests::shipped_rules());
  return {command.kind, std::move(command.tracking_code), command.rating};
}

}  // namespace

TEST_CASE("a_status_query_is_read_however_it_is_typed") {
  for (const std::string& text :
       {"CEK " + kCode, "cek " + lower(kCode), "Cek#" + kCode, "CEK*" + kBare + "*", "cek, " + kBare, "CEK  " + kBare + ".",
        "#cek#" + kCode + "#", "CEK: SP " + kBare, "cek sp " + kBare.substr(0, 5) + " " + kBare.substr(5), "STATUS " + kCode,
        "cek laporan " + kCode, "cek kode " + kBare + "?", "@kotatangerang cek " + kCode, "CEK " + kCode + " @kotatangerang",
        "\xEF\xBC\xA3\xEF\xBC\xA5\xEF\xBC\xAB " + kCode,
        "C\xCC\xB6"
        "E\xCC\xB6"
        "K\xCC\xB6 " +
            kCode}) {
    CAPTURE(text);
    CHECK(read(text) == Read{CommandKind::status, kCode, 0});
  }
}

TEST_CASE("a_question_for_a_report_asks_for_its_status_in_whatever_words") {
  for (const auto& text : lines(R"(
CEK KODE
cekk KODE
cke KODE
satus KODE
/status KODE
lacak KODE
track KODE
check status KODE
KODE
kode KODE
laporan saya KODE
kode laporan saya KODE
KODE, udah diproses belum?
min tolong cek laporan saya KODE, udah sampe mana ya
kak mau nanya laporan saya KODE udah ditindaklanjuti blm ya?
halo min, mau tanya laporan saya yg kemaren kodenya KODE, itu udah ditangani sama dinas belum ya?
gimana kabar laporan KODE?
laporan KODE kapan diproses
mohon info perkembangan laporan nomor KODE terima kasih
selamat pagi, mohon dicek laporan dengan kode KODE, terima kasih
cek KODE udh nyampe mana prosesnya
CEK KODE lampu jalan cipondoh
CEK#KODE#
cek*KODE
cek.KODE
cek/KODE
Assalamualaikum pak, saya Budi ingin menanyakan tindak lanjut laporan KODE. Terima kasih
pak gimana KODE
hi, what is the status of my report KODE?
any update for KODE please
Permisi pak mau tanya, laporan saya dengan kode tiket KODE sudah sampai tahap mana ya pak? sudah 2 minggu
KODE ini gimana kelanjutannya min
laporan KODE blm ada kabar?
apa kabar laporan KODE
update KODE dong
min KODE statusnya apa
saya mau cek status laporan KODE
tolong lacak KODE
Cek dong kak KODE
cekin KODE ya
udah ada progress belum utk KODE
KODE - sudah ditindaklanjuti?
yth admin, mohon informasi status pengaduan saya nomor KODE. terima kasih. hormat saya, Budi
min mo nanya dong laporan aku KODE sampe skrg gmn ya
Selamat siang, saya ingin mengetahui perkembangan laporan saya dengan nomor KODE. Terima kasih.
gmn laporan sy KODE pak
tolong infoin laporan KODE
laporan KODE udah dikerjain blm sih
kapan ditindaklanjuti laporan KODE?
sp KODE udah sampe mana
cek laporan no KODE dong min udah 3 hari
status laporan KODE bgmn
Mohon kejelasan laporan KODE
nanyain kabar laporan KODE
KODE belum ada tanggapan?
halo admin kode KODE apakah sudah diproses
mau ngecek laporan KODE
bisa tolong dicek KODE
cek dulu ya KODE
cek status pengaduan KODE
LACAK#KODE
cekk laporan KODE pls
sttaus KODE
stts KODE
chek KODE
trek KODE
yang KODE gimana
pak laporan saya KODE kok belum ada kabar ya
laporan KODE masih diproses ya?
hasil laporan KODE
laporan KODE gimana nasibnya
Apakah laporan KODE sudah selesai?
nunggu kabar laporan KODE
KODE gmn min, lampunya)")) {
    CAPTURE(text);
    CHECK(read(text) == Read{CommandKind::status, kCode, 0});
  }
}

TEST_CASE("a_rating_is_one_to_five_in_digits_words_or_stars") {
  const struct {
    int rating;
    std::string_view texts;
  } cases[] = {{1, R"(
nilai KODE 1, lama banget
KODE bintang 1 kecewa)"},
               {2, R"(
nilai*KODE*2
nlai KODE 2)"},
               {3, R"(
beri nilai 3 untuk laporan KODE
skor 3 KODE
NILAI KODE : 3)"},
               {4, R"(
nila KODE 4
nilai KODE 4/5
nilai KODE 4 dari 5
nilai laporan KODE bintang 4
nilai KODE empat
kasih nilai 4 ya buat KODE
Nilai KODE 4, petugas sopan tapi lama)"},
               {5, R"(
NILAI KODE 5
NILAI 5 KODE
kasih bintang 5 buat KODE
bintang lima KODE
KODE bintang 5
nilai KODE ⭐⭐⭐⭐⭐
KODE ⭐⭐⭐⭐⭐ bintang
rate KODE 5/5
rating KODE lima
NILAI KODE 5 petugasnya ramah cepat
saya kasih bintang 5 untuk laporan KODE, mantap pelayanannya
rate KODE 5
KODE nilai 5
5 bintang untuk KODE
nilai KODE: 5
NILAI#KODE#5
Nilai KODE = 5
KODE saya kasih 5 bintang
rating 5 utk KODE
nilainya 5 KODE
nilai: KODE - 5
niali KODE 5
bintang 5 deh buat penanganan KODE, cepet bgt
KODE ⭐⭐⭐⭐⭐
nilai lima buat KODE)"}};
  for (const auto& [rating, texts] : cases) {
    for (const auto& text : lines(texts)) {
      CAPTURE(text);
      CHECK(read(text) == Read{CommandKind::rating, kCode, rating});
    }
  }
}

TEST_CASE("a_report_is_withdrawn_with_or_without_a_reason") {
  for (const auto& text : lines(R"(
BATAL KODE
batl,KODE
cancel KODE
mau batalin laporan KODE
tolong batalkan laporan saya KODE
Batal KODE ya kak, lampunya udah nyala sendiri
laporan KODE tolong dibatalkan saja
laporan KODE ga jadi ya min
cabut laporan KODE
hapus laporan saya KODE
min salah lapor, KODE dibatalin aja
BATALKAN KODE
batal KODE makasih
pak KODE mau saya batalkan
cancel aja KODE
batalin KODE soalnya udah dibenerin warga
saya tarik laporan KODE
ga jadi lapor KODE
batalkan saja KODE sudah beres
laporan KODE dibatalin ya soalnya dobel
cancel laporan KODE please
tolong hapus laporan KODE saya salah kirim
batal KODE, airnya udah ngalir lagi
BATAL KODE sampah sudah diangkut
saya cabut laporan KODE karena sudah selesai
bataal KODE
KODE batal
mau narik laporan KODE
pengen batalin KODE
laporannya KODE ga jadi aja min)")) {
    CAPTURE(text);
    CHECK(read(text) == Read{CommandKind::withdraw, kCode, 0});
  }
}

TEST_CASE("the_other_commands_need_no_code") {
  const struct {
    CommandKind kind;
    std::string_view texts;
  } cases[] = {{CommandKind::help, R"(
CEK
cek laporan
cek laporan saya
status
NILAI
NILAI KODE
BATAL
batal laporan saya
BANTUAN
bantun
Help?
menu
/help
bantuan dong kak
LAKSA
ADU
help
bantuannn
HELP!
Bantuan min
bantuan pak
menu dong
Panduan)"},
               {CommandKind::stop, R"(
STOP
stopp.
stop dong
stop jgn kirimin sms lagi
berhenti
Berhenti berlangganan
berhneti
jangan kirim sms lagi ke nomor ini
unsubscribe
/stop
STOP SMS
stop notif
brhenti
Stop ya
stop kirim pesan
tolong stop kirimin saya wa
jgn kirim wa lg
jangan kirim2 lagi
unsub
berhenti kirim sms
tolong jangan sms saya lagi)"},
               {CommandKind::start, R"(
MULAI
mulai lagi
/start
start
mulai kirim notifikasi lagi
MULAI LAGI
mulai dong
tolong mulai lagi
langganan lagi)"},
               {CommandKind::officer, R"(
PETUGAS
petgas
operator
agent
mau ngomong sama petugas dong, jangan bot
tolong sambungin ke orang beneran dong, males ngomong ama mesin
min gw capek dibales robot muluuu, tolong sambungin ke petugas manusia dong 🙏
bisa bicara dengan petugas?
hubungkan saya dengan operator
saya mau bicara langsung dengan orang, bukan robot
minta disambungkan ke cs
I want to talk to a person
mau chat sama admin manusia
sambungkan ke petugas
chat dengan petugas dong
mau bicara sama manusia bukan bot
admin manusia dong
tolong sambungkan dengan petugas
petugas dong min
butuh bicara dengan petugas
petugas pls
mau ngobrol sama petugas
mau bicara sama orang
tolong hubungkan ke petugas dong
minta disambungin sama petugas
ada petugas yang bisa diajak bicara?
ini bot ya? mau ngomong sama orang beneran
saya mau bicara dengan manusia, bukan mesin penjawab
bisa telpon petugas langsung ga
operator dong
connect me to an agent
talk to human
please let me talk to a real person
sambungin cs dong
Petugas tolong
mau curhat langsung ke petugas
butuh orang bukan bot)"}};
  for (const auto& [kind, texts] : cases) {
    for (const auto& text : lines(texts)) {
      CAPTURE(text);
      CHECK(read(text) == Read{kind, "", 0});
    }
  }
}

TEST_CASE("a_command_under_a_code_that_cannot_be_right_names_none") {
  std::string mistyped = kCode;
  mistyped.back() = mistyped.back() == '0' ? '1' : '0';
  CHECK(read("CEK " + mistyped) == Read{CommandKind::status, "", 0});
  CHECK(read("CEK K7M9-4QXA") == Read{CommandKind::status, "", 0});
  CHECK(read("cek SP-12345") == Read{CommandKind::status, "", 0});
  CHECK(read("batal " + mistyped) == Read{CommandKind::withdraw, "", 0});
  CHECK(read("NILAI " + mistyped + " 4") == Read{CommandKind::rating, "", 4});
  CHECK(read("NILAI 5") == Read{CommandKind::rating, "", 5});
  CHECK(read("cek laporan saya udah sampe mana") == Read{CommandKind::status, "", 0});
  CHECK(read("CEK " + mistyped + " dan perbaiki jalannya").kind == CommandKind::none);
}

TEST_CASE("what_is_not_wholly_a_command_is_a_report") {
  for (const auto& text : lines(R"(
CEK KODE dan perbaiki jalannya
cek KODE, sekalian got depan rumah mampet
laporan KODE udah beres tapi sekarang lampunya mati lagi
min laporan KODE kok belum dikerjakan, sampah makin numpuk bau banget
cek KODE terus di jalan sebelah juga ada pohon mau tumbang
laporan KODE sudah selesai, terima kasih
makasih KODE udah beres
NILAI KODE 6
NILAI KODE 0
NILAI KODE 10
nilai rapor anak saya 5
nilai 1 dari 5 buat halte depan mal, atapnya bocor
NILAI KODE petugas datang jam 5
jangan batalin laporan KODE
kenapa laporan KODE dibatalkan?
laporan KODE udah dibatalkan belum?
help me please
help kebakaran
minta bantuan
butuh bantuan segera
bantuan beras belum turun
stop buang sampah di kali
stop kontak rusak
mulai kemarin air mati
mulai besok
petugas kebersihan gak dateng
petugas loketnya maen hp
mau ngomong sama petugas, lampu mati 3 hari
batal nikah gara2 ktp
status pkh saya gimana
cek jalan depan rumah
cek lampu mati
cek ktp
status bpjs
lacak hp hilang
operator alat berat ugal2an
bantal
step
helm
truk
batas
mulia
halo min
terima kasih
tolong
kapan
pagi pak
lapor
mau lapor
info jobfair
tolong petugas ke sini
petugas mana nih
jangan kirim petugas yg galak
stop parkir liar
start mesin motor berisik
bantuan rumah tidak layak huni
cancel pesanan galon
nilai 7 rapor
track record kontraktor jelek
berhenti bis sembarangan
menu makan gratis basi
info loker
cek cek 123
petugas tolong ambulans
KODE lampunya masih mati
tolong ambulans KODE
help gempa
stop banjir
hubungi orang tua
ada orang jatuh
minta tolong orang
ke petugas kebersihan
sampah
petugas damkar lama
mau ngomong sama pak lurah
bicara dengan petugas loket malah dimarahin
stop kontak
batalkan proyek tower di rw 5
nilai kompensasi gusuran kecil banget
cek fisik kendaraan antri
cek kesehatan gratis dimana
status tanah sengketa
bantuan hukum gratis ada gak
mulai jam 5 macet
berhenti mendadak angkot ini
operator alat berat merokok
info lowongan kerja
menu mbg basi
lacak imei hp hilang
rating aplikasi jelek
tarik parkir liar 5000
hapus data saya di aplikasi
orang gila ngamuk
jangan buang sampah disini
...
Cek jalan rusak di Cipondoh
mulai dari kemarin air mati
status tanah saya bagaimana
CEK SP-
CEK 12345
cekcok tetangga
STOPKONTAK
cek KODE dan SP-0NF6H
cek nik 3671012304850001
cek B 1234 XYZ
cek rt 03/05)")) {
    CAPTURE(text);
    CHECK(read(text).kind == CommandKind::none);
  }
  for (const std::string& text :
       {std::string(), "Re: " + kCode + "\nterima kasih", std::string(200, 'x'), "CEK " + kCode + std::string(400, ' ') + "x"}) {
    CAPTURE(text);
    CHECK(read(text).kind == CommandKind::none);
  }
}

TEST_CASE("a_coded_report_gives_category_place_and_text") {
  const struct {
    std::string text, category, place, rest;
  } cases[] = {
      {"LAKSA#PJU#Jl Moh Toha no 5#lampu mati", "pju", "Jl Moh Toha no 5", "Jl Moh Toha no 5, lampu mati"},
      {"laksa * pju * Jl. Merdeka * lampu mati * sudah 3 hari", "pju", "Jl. Merdeka", "Jl. Merdeka, lampu mati, sudah 3 hari"},
      {"#LAKSA#pju#lampu mati#", "pju", "", "lampu mati"},
      {"LAKSA # jalanrusak # depan pasar", "jalan", "", "depan pasar"},
      {"LAKSA##PJU##lampu mati", "pju", "", "lampu mati"},
      {"LAKSA#PJU#", "pju", "", "PJU"},
      {"LAKSA PJU lampu mati", "pju", "", "PJU lampu mati"},
      {"LAKSA,PJU,Jl Moh Toha,lampu mati", "pju", "Jl Moh Toha", "Jl Moh Toha, lampu mati"},
      {"laksa\npju\nlampu mati\nJl Moh Toha", "pju", "Jl Moh Toha", "lampu mati, Jl Moh Toha"},
      {"LAKSA/PJU/lampu mati RT 03/05", "pju", "", "PJU/lampu mati RT 03/05"},
      {"LAKSA.PJU.Jl. Moh Toha", "pju", "", "PJU.Jl. Moh Toha"},
      {"laksa pju jl moh toha gelap", "pju", "", "pju jl moh toha gelap"},
      {"LAKSA PJU#Jl Moh Toha#mati", "pju", "Jl Moh Toha", "Jl Moh Toha, mati"},
      {"laksa#pohon#rimbun minta dipangkas#rt 3 rw 8 uwung jaya", "pohon", "rt 3 rw 8 uwung jaya",
       "rimbun minta dipangkas, rt 3 rw 8 uwung jaya"},
      {"LAKSA#lampu jalan#Jl Moh Toha#mati", "pju", "Jl Moh Toha", "Jl Moh Toha, mati"},
      {"LAKSA#PJU mati#Jl Moh Toha", "pju", "Jl Moh Toha", "PJU mati, Jl Moh Toha"},
      {"LAKSA#PJUU#Jl Moh Toha#mati", "pju", "Jl Moh Toha", "Jl Moh Toha, mati"},
      {"laksaa*sampha*numpuk", "sampah", "", "numpuk"},
      {"adu smpah numpuk", "sampah", "", "smpah numpuk"},
      {"ADU jalan raya macet", "jalan", "", "jalan raya macet"},
      {"adu #sampah menumpuk", "sampah", "", "sampah menumpuk"},
      {"@kotatangerang ADU PJU: mati", "pju", "", "PJU: mati"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const CodedReport report = read_coded_report(c.text, tests::shipped_rules());
    REQUIRE(report.category != nullptr);
    CHECK(report.category->code == c.category);
    CHECK(report.place == c.place);
    CHECK(report.text == c.rest);
  }
}

TEST_CASE("without_code_word_or_category_there_is_no_coded_report") {
  for (const char* text :
       {"", "LAKSA", "LAKSA#", "LAKSA#lampu mati", "adu domba di pasar", "PJU#mati", "tolong ADU PJU", "laksana pju", "#PJU mati",
        "LAKSA#XYZ#Jl Moh Toha", "adu teman di sekolah", "aduh sampah numpuk", "laksana#pju", "LAKSA#PXX#x"}) {
    CAPTURE(std::string(text));
    CHECK(read_coded_report(text, tests::shipped_rules()).category == nullptr);
  }
}
