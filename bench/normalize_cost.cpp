// SPDX-License-Identifier: Apache-2.0
// What making a record of a message costs: CPU time of one thread for messages of 300 characters as citizens write them, all ten steps, and
// the tenth, the sketch, alone. Prints a JSON object.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/crypto.hpp"
#include "normalizer/normalizer.hpp"
#include "normalizer/sketch.hpp"
#include "normalizer/text.hpp"
#include "tests/support/shipped_rules.hpp"

using namespace satupintu;

namespace {

constexpr core::Timestamp kNow{std::chrono::seconds{1'767'229'200}};
constexpr std::size_t kCharacters = 300;
constexpr int kRounds = 15;

constexpr std::array<std::string_view, 6> kTexts{
    "pak tolong lampu pju di jl moh toha depan masjid al ikhlas rt 03/05 kel sukaasih udah 3 hari mati, gelap bgt kalo malem bahaya buat "
    "anak2 "
    "pulang ngaji, kemaren ada ibu2 hampir ketabrak motor krn ga keliatan. udah lapor ke rt tapi blm ada yg dateng. mohon segera "
    "ditindaklanjuti ya "
    "pak, hub saya di 0812-5550-1178 terima kasih",
    "Yth. Dinas PUPR Kota Tangerang, bersama ini kami warga Perumahan Taman Royal menyampaikan bahwa saluran air di depan gerbang utama "
    "tersumbat "
    "sampah sehingga setiap turun hujan air meluap ke Jalan Benteng Betawi dan masuk ke rumah warga. Kami mohon agar dapat dilakukan "
    "pengerukan "
    "sebelum musim hujan tiba. Hormat kami",
    "min itu sampah di belakang pasar malabar cibodas kpn diangkut sih?? udah numpuk seminggu baunya ampun2an, lalat masuk rumah, anak "
    "saya sampe "
    "muntah. tiap hari bayar retribusi tapi truknya ga pernah nongol. tolong dong @pemkot jangan cuma janji2 doang, kasian pedagang sayur "
    "pembelinya "
    "pada kabur semua gara2 bau busuk begini",
    "assalamualaikum bu, mau lapor jalan berlubang di Jl. Gatot Subroto km 4 depan pabrik torabika arah jatiuwung, lobangnya dalem banget "
    "kurleb 30 "
    "cm, tadi pagi jam 6.15 ada bapak2 ojol jatoh kakinya luka. posisi di https://maps.google.com/?q=-6.1987,106.5712 deket halte, tolong "
    "ditambal "
    "secepatnya sebelum ada korban lagi",
    "BANJIR DI PERIUK GARDEN CITY SUDAH SEPINGGANG!! AIR NAIK TERUS DARI JAM 2 PAGI, POMPA MATI, LISTRIK PADAM, ADA LANSIA DAN BAYI BELUM "
    "BISA "
    "KELUAR. TOLONG KIRIM PERAHU KARET KE BLOK F12 NO 8 RT 04 RW 11. WARGA SUDAH DI LANTAI DUA SEMUA, MAKANAN HABIS, HP TINGGAL 10 PERSEN. "
    "MOHON "
    "DIBANTU SECEPATNYA PAK",
    "Saya mau tanya sekaligus ngeluh, bikin ktp elektronik di kecamatan larangan blangkonya kosong terus dari bulan lalu, sudah tiga kali "
    "bolak "
    "balik disuruh nunggu. padahal buat daftar kerja dan bpjs anak saya. di kantornya juga antriannya ga jelas, yang pakai calo malah "
    "cepet. kapan "
    "ada kepastian ya min, makasih sebelumnya"};

double thread_cpu_us() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

double median_us(const std::function<void(std::size_t)>& step) {
  std::vector<double> costs;
  constexpr std::size_t kSteps = 600;
  for (int round = 0; round <= kRounds; ++round) {
    const double began = thread_cpu_us();
    for (std::size_t i = 0; i < kSteps; ++i) step(i % kTexts.size());
    // The first round only warms up.
    if (round > 0) costs.push_back((thread_cpu_us() - began) / kSteps);
  }
  std::ranges::sort(costs);
  return costs[kRounds / 2];
}

core::Message message_of(std::size_t number) {
  core::Message message;
  message.channel = core::Channel::whatsapp;
  message.external_id = fmt::format("wamid.{}", number);
  message.sender.address_kind = core::AddressKind::phone;
  message.sender.address = fmt::format("62812555{:05}", number);
  message.sender.name = "Sari Wulandari";
  message.text = normalizer::shorten(kTexts[number], kCharacters);
  return message;
}

}  // namespace

int main() {
  if (!core::start_crypto()) return 1;
  const auto& rules = tests::shipped_rules();
  const normalizer::Normalizer normalizer(rules, core::Secret{std::string(32, 'k')});
  std::size_t bytes = 0;
  std::vector<normalizer::Reading> readings;
  std::vector<core::Complaint> complaints;
  for (std::size_t i = 0; i < kTexts.size(); ++i) {
    complaints.push_back(normalizer.normalize({"wa", "bench", kNow, {}}, message_of(i)).complaint);
    readings.emplace_back(complaints.back().description, rules.lexicon);
  }
  const double all =
      median_us([&](std::size_t i) { bytes += normalizer.normalize({"wa", "bench", kNow, {}}, message_of(i)).complaint.title.size(); });
  const double sketch =
      median_us([&](std::size_t i) { bytes += normalizer::sketch_of(readings[i], complaints[i], rules).packed().size(); });
  if (bytes == 0) return 1;
  fmt::print("{{\"characters\":{},\"normalize_us\":{:.1f},\"sketch_us\":{:.1f}}}\n", kCharacters, all, sketch);
  return 0;
}
