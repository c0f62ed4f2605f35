// SPDX-License-Identifier: Apache-2.0
#include "normalizer/personal_data.hpp"

#include <doctest/doctest.h>

#include "core/ids.hpp"

using namespace satupintu;
using namespace satupintu::normalizer;

TEST_CASE("personal_data_is_masked_however_it_is_written") {
  const struct {
    std::string text, masked;
  } cases[] = {
      {"NIK saya 3671012304850001 belum terdaftar", "NIK saya [NIK disamarkan] belum terdaftar"},
      {"nik:3671014304850001", "nik:[NIK disamarkan]"},  // a woman: day of birth plus 40
      {"3671 0123 0485 0001", "[NIK disamarkan]"},
      {"36.71.01.230485.0001 atas nama Sari", "[NIK disamarkan] atas nama Sari"},
      {"367101-230485-0001", "[NIK disamarkan]"},
      {"no KK 3671010101120003", "no KK [nomor KK disamarkan]"},
      {"kartu keluarga saya 3671010101120003", "kartu keluarga saya [nomor KK disamarkan]"},
      {"nik 9999999999999999", "nik [NIK disamarkan]"},  // no structure, but announced
      {"hub 081290001234 ya", "hub [telepon disamarkan] ya"},
      {"hp:0812-9000-1234.", "hp:[telepon disamarkan]."},
      {"WA 0812 9000 1234", "WA [telepon disamarkan]"},
      {"wa081290001234", "wa[telepon disamarkan]"},
      {"+62 812-9000-1234", "[telepon disamarkan]"},
      {"(+62) 812 9000 1234", "[telepon disamarkan]"},
      {"6281290001234", "[telepon disamarkan]"},
      {"wa.me/6281290001234", "wa.me/[telepon disamarkan]"},
      {"telp (021) 5576 4955 pagi", "telp [telepon disamarkan] pagi"},
      {"021-55764955", "[telepon disamarkan]"},
      {"0812.9000.1234/0813.9000.5678", "[telepon disamarkan]/[telepon disamarkan]"},
      {"081290001234 081390005678", "[telepon disamarkan] [telepon disamarkan]"},
      {"no hp 812 9000 1234", "no hp [telepon disamarkan]"},
      {"buka jam 08.00-16.00 0812-9000-1234", "buka jam 08.00-16.00 [telepon disamarkan]"},
      {"RT 03/05 081290001234", "RT 03/05 [telepon disamarkan]"},
      {"no 12 081290001234", "no 12 [telepon disamarkan]"},
      {"+65 6123 4567", "[telepon disamarkan]"},
      {"tulis ke budi.santoso+lapor@example.co.id.", "tulis ke [email disamarkan]."},
      {"<sari_88@contoh.example>", "<[email disamarkan]>"},
      {"a@b.id,c@d.id", "[email disamarkan],[email disamarkan]"},
      {"kartu 4111 1111 1111 1111 hilang", "kartu [nomor kartu disamarkan] hilang"},
      {"kartu 378282246310005", "kartu [nomor kartu disamarkan]"},
      {"BPJS 0001234567890", "BPJS [nomor BPJS disamarkan]"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    CHECK(mask_personal_data(c.text) == c.masked);
    CHECK(mask_personal_data(c.masked) == c.masked);
  }
}

TEST_CASE("what_identifies_nobody_stays") {
  for (const std::string text : {"Jl Moh Toha no 12 RT 003/004 RW 05 kode pos 15118",
                                 "tgl 12-03-2026 jam 08.30-10.00",
                                 "12/12/2025 10/12/2025",
                                 "12-12-2025 10-12-2025 10:30",
                                 "08 12 2025 10 30",
                                 "05-12-2025 08.00 - 09.30 - 10.45",
                                 "denda Rp 1.500.000",
                                 "anggaran Rp 850.000.000.000",
                                 "850 000 000 rupiah",
                                 "id pelanggan 538711234567",
                                 "meteran 86021234567 mati",
                                 "-6.178306, 106.631889",
                                 "-6.2478306 106.6318891",
                                 "-6.178306 106.631889",
                                 "-6.24783061234,106.63188912345",
                                 "https://maps.google.com/?q=-6.2478306,106.6318891",
                                 "https://www.google.com/maps/@-6.1783,106.6319,17z",
                                 "https://maps.example/Masjid@-6.1783,106.63",
                                 "112 dan 1500123",
                                 "plat B 1234 XYZ",
                                 "0x2e69f8e5:0x5371bf0812345678",
                                 "resi JP1234567890123",
                                 "@kotatangerang tolong",
                                 "tahun 2020-2024 2025-2029",
                                 "ukuran 10x12x15 m",
                                 "5 x 4111",
                                 "nomor laporan 123456789012",
                                 "20260105030405678",
                                 "banjir 30-40 cm, 100-200 rumah"}) {
    CAPTURE(text);
    CHECK(mask_personal_data(text) == text);
  }
}

TEST_CASE("tracking_codes_of_digits_alone_stay") {
  std::size_t checked = 0;
  for (std::uint8_t i = 0; i < 255 && checked < 3; ++i) {
    // 0 8 1 2 …: eight symbols that are digits, as five bytes of a hash.
    const std::uint64_t bits = (8ULL << 35U) | (1ULL << 30U) | (2ULL << 25U) | (9ULL << 20U) | (std::uint64_t{i} % 10 << 15U) |
                               (3ULL << 10U) | (4ULL << 5U) | 5ULL;
    core::Hash128 hash{};
    for (unsigned b = 0; b < 5; ++b) hash[b] = static_cast<std::uint8_t>(bits >> (8U * (4U - b)));
    const std::string code = core::make_tracking_code(0, hash);
    if (code.back() < '0' || code.back() > '9') continue;
    ++checked;
    CAPTURE(code);
    CHECK(mask_personal_data("laporan " + code + " belum beres") == "laporan " + code + " belum beres");
  }
  CHECK(checked > 0);
}

TEST_CASE("names_are_masked_as_whole_words_in_any_case") {
  CHECK(mask_name("Saya BUDI santoso, tetangga Budi Hartono.", "Budi Santoso") == "Saya [nama disamarkan], tetangga Budi Hartono.");
  CHECK(mask_name("wulandari melapor, Wulandari lagi", "Wulandari") == "[nama disamarkan] melapor, [nama disamarkan] lagi");
  CHECK(mask_name("ani lapor di jalan ani", "Ani") == "ani lapor di jalan ani");
  CHECK(mask_name("tidak ada nama", "") == "tidak ada nama");
  CHECK(mask_name("", "Budi Santoso").empty());
}

TEST_CASE("a_mask_is_recognised_where_it_stands") {
  CHECK(mask_length("[telepon disamarkan] ya") == 20);
  CHECK(mask_length("[telepon") == 0);
  CHECK(mask_length("") == 0);
}
