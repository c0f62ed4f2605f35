// SPDX-License-Identifier: Apache-2.0
#include "bench/deliveries.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <numeric>
#include <random>
#include <stdexcept>

#include "adapters/registry.hpp"
#include "core/crypto.hpp"
#include "core/settings.hpp"

namespace satupintu::bench {

namespace {

constexpr std::string_view kAdapter = "whatsapp/cloud";
constexpr std::string_view kIdPrefix = "wamid.";

constexpr std::array<std::string_view, 8> kNames{"Sari Wulandari", "Budi Santoso", "Rina Marlina",   "Agus Setiawan",
                                                 "Dewi Lestari",   "Joko Prabowo", "Siti Nurhaliza", "Hendra Gunawan"};
constexpr std::array<std::string_view, 10> kNetworks{"811", "812", "813", "821", "822", "852", "853", "857", "878", "896"};
constexpr std::array<std::string_view, 10> kProblems{
    "lampu penerangan jalan padam sehingga jalan gelap gulita setiap malam",
    "sampah menumpuk di pinggir jalan dan baunya menyengat sampai ke dalam rumah warga",
    "jalan berlubang cukup dalam dan sudah dua kali ada pengendara motor yang terjatuh",
    "saluran air tersumbat sehingga air meluap ke jalan setiap kali turun hujan",
    "pohon besar di tepi jalan sudah miring dan dahannya menyentuh kabel listrik",
    "trotoar rusak dan paving blok banyak yang hilang sehingga pejalan kaki turun ke jalan",
    "air bersih dari keran keruh dan kecil sekali sejak akhir pekan lalu",
    "parkir liar menutup setengah badan jalan pada jam berangkat dan pulang sekolah",
    "pelayanan surat pindah di kantor kelurahan belum selesai juga padahal berkas sudah lengkap",
    "jembatan kecil penghubung antar gang papan lantainya lapuk dan goyang saat dilewati"};
constexpr std::array<std::string_view, 10> kStreets{"Jalan Melati",     "Jalan Kenanga Raya", "Jalan Flamboyan",     "Jalan Cendrawasih",
                                                    "Gang Haji Mansur", "Jalan Pahlawan",     "Jalan Anggrek Timur", "Jalan Beringin Dua",
                                                    "Gang Mushola",     "Jalan Kali Sipon"};
constexpr std::array<std::string_view, 10> kPlaces{
    "Kelurahan Cipondoh, Kecamatan Cipondoh",     "Kelurahan Cikokol, Kecamatan Tangerang",   "Kelurahan Karawaci Baru, Kecamatan Karawaci",
    "Kelurahan Neglasari, Kecamatan Neglasari",   "Kelurahan Kunciran, Kecamatan Pinang",     "Kelurahan Ciledug, Kecamatan Larangan",
    "Kelurahan Poris Plawad, Kecamatan Cipondoh", "Kelurahan Batuceper, Kecamatan Batuceper", "Kelurahan Periuk, Kecamatan Periuk",
    "Kelurahan Jatiuwung, Kecamatan Jatiuwung"};
constexpr std::array<std::string_view, 8> kDetails{
    "Kami sudah menyampaikan hal ini kepada ketua RT, tetapi belum ada yang datang melihat ke lokasi.",
    "Warga sekitar sudah bergotong royong semampunya, namun tanpa alat berat hasilnya tidak bertahan lama.",
    "Banyak anak sekolah dan orang tua yang lewat di sini setiap hari, jadi kami khawatir ada yang celaka.",
    "Kejadian ini sudah berlangsung kurang lebih dua minggu dan makin hari makin parah.",
    "Patokannya di seberang warung nasi, dekat tiang dengan cat kuning di pojok pertigaan.",
    "Kalau malam hari keadaannya lebih sulit lagi karena tidak ada yang berjaga di sekitar situ.",
    "Foto dan video bisa kami kirimkan kalau dibutuhkan oleh petugas untuk pemeriksaan.",
    "Mohon ada petugas yang meninjau pada pagi hari supaya warga bisa ikut menunjukkan tempatnya."};

// splitmix64: one well-mixed number from each number.
std::uint64_t mix(std::uint64_t number) {
  number += 0x9e3779b97f4a7c15;
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
  number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
  return number ^ (number >> 31);
}

template <std::size_t size>
std::string_view pick(const std::array<std::string_view, size>& from, std::uint64_t& choice) {
  const auto index = choice % size;
  choice /= size;
  return from[index];
}

std::unique_ptr<adapters::Adapter> make_adapter(const core::Secret& app_secret) {
  const auto* registration = adapters::find_adapter(kAdapter);
  if (registration == nullptr) throw std::runtime_error("this build has no adapter " + std::string(kAdapter));
  const core::SettingsNode account{
      core::SettingsNode::Table{{"app_secret", {app_secret}}, {"verify_token", {core::Secret("unused by deliveries")}}}};
  core::SettingsReport report;
  core::Settings settings(account, report);
  auto adapter = registration->make("wa", settings);
  if (!report.mistakes.empty()) throw std::runtime_error(report.mistakes.front().path + " " + report.mistakes.front().problem);
  return adapter;
}

std::string to_request(const core::HttpRequest& request, const Composition& composition) {
  std::string wire = request.method + " " + composition.path + " HTTP/1.1\r\nHost: " + composition.host +
                     "\r\nUser-Agent: facebookexternalua\r\nAccept: */*\r\n";
  for (const auto& [name, value] : request.headers) wire += name + ": " + value + "\r\n";
  return wire + "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n" + request.body;
}

}  // namespace

Composer::Composer(Composition composition)
    : composition_(std::move(composition)),
      seed_(std::hash<std::string>{}(composition_.run)),
      adapter_(make_adapter(composition_.app_secret)) {
  const auto around_text = body_of(0, {}).body.size();
  text_bytes_ = composition_.body_bytes > around_text ? composition_.body_bytes - around_text : 0;
}

Delivery Composer::compose(std::uint64_t number) const {
  auto request = body_of(number, text_of(number));
  adapter_->sign(request);
  const auto id = request.body.find(kIdPrefix);
  return {.external_id = request.body.substr(id, request.body.find('"', id) - id),
          .body_sha256 = core::sha256_hex(request.body),
          .request = to_request(request, composition_)};
}

std::string Composer::text_of(std::uint64_t number) const {
  auto choice = mix(seed_ ^ number);
  std::string text = "Selamat pagi, saya mau melapor: ";
  text += pick(kProblems, choice);
  text += " di ";
  text += pick(kStreets, choice);
  text += " nomor " + std::to_string(1 + choice % 240) + ", RT 0" + std::to_string(1 + choice % 9) + " RW 0" +
          std::to_string(1 + choice % 7) + ", ";
  text += pick(kPlaces, choice);
  text += ". Laporan ke-" + std::to_string(number) + ".";
  while (text.size() < text_bytes_) (text += ' ') += pick(kDetails, choice);
  text.resize(std::min(text.size(), text_bytes_));
  return text;
}

core::HttpRequest Composer::body_of(std::uint64_t number, std::string text) const {
  constexpr std::uint64_t kSubscribers = 100'000'000;
  const auto sender = seed_ + (composition_.senders == 0 ? number : number % composition_.senders);
  const auto subscriber = std::to_string(kSubscribers + sender % kSubscribers).substr(1);
  auto digits = std::to_string(number);
  digits.insert(0, 10 - std::min<std::size_t>(digits.size(), 10), '0');
  return adapter_->compose({.external_id = composition_.run + "-" + digits,
                            .phone = "+62" + std::string(kNetworks[sender / kSubscribers % kNetworks.size()]) + subscriber,
                            .name = std::string(kNames[sender % kNames.size()]),
                            .text = std::move(text)},
                           composition_.sent_at);
}

Deliveries::Deliveries(const Composer& composer, std::uint64_t count, unsigned repeat) : composer_(&composer), order_(count * repeat) {
  prepared_.reserve(count);
  for (std::uint64_t number = 0; number < count; ++number) prepared_.push_back(composer.compose(number));
  for (std::size_t turn = 0; turn < order_.size(); ++turn) order_[turn] = static_cast<std::uint32_t>(turn % count);
  if (repeat > 1) std::ranges::shuffle(order_, std::mt19937_64{count});  // NOLINT: the same order every time is wanted
}

std::uint64_t Deliveries::count() const noexcept { return prepared_.empty() ? std::numeric_limits<std::uint64_t>::max() : order_.size(); }

const Delivery& Deliveries::at(std::uint64_t turn, Delivery& lent) const {
  if (!prepared_.empty()) return prepared_[order_[turn]];
  lent = composer_->compose(turn);
  return lent;
}

}  // namespace satupintu::bench
