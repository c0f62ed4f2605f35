// SPDX-License-Identifier: Apache-2.0
#include "normalizer/personal_data.hpp"

#include <doctest/doctest.h>

#include <iterator>
#include <random>

#include "core/ids.hpp"
#include "normalizer/text.hpp"

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
      {"nomor peserta 0001255504417", "nomor peserta [nomor BPJS disamarkan]"},
      {"bpjs no 0001 2555 0441 7", "bpjs no [nomor BPJS disamarkan]"},
      {"kartu jkn 0002255504417", "kartu jkn [nomor BPJS disamarkan]"},
      {"no rek BCA 1234567890 an Sari", "no rek BCA [nomor rekening disamarkan] an Sari"},
      {"norek mandiri 155-00-1234567-8", "norek mandiri [nomor rekening disamarkan]"},
      {"rekening BRI 0123-01-012345-50-1", "rekening BRI [nomor rekening disamarkan]"},
      {"transfer ke bca 6040555012 3 kali", "transfer ke bca [nomor rekening disamarkan] 3 kali"},
      {"no ktp 367101230485001 kurang satu", "no ktp [NIK disamarkan] kurang satu"},
      {"36 71 01 230485 0001", "[NIK disamarkan]"},
      {"NIK\n: 3671012304850001", "NIK\n: [NIK disamarkan]"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    CHECK(mask_personal_data(c.text) == c.masked);
    CHECK(mask_personal_data(c.masked) == c.masked);
  }
}

TEST_CASE("telephones_are_masked_in_every_spelling") {
  for (const std::string written : {"O812-5550-1178",
                                    "o8l2 5550 1178",
                                    "0812555O1178",
                                    "0812\xE2\x80\x93"
                                    "5550\xE2\x80\x93"
                                    "1178",
                                    "0 8 1 2 5 5 5 0 1 1 7 8",
                                    "0812/5550/1178",
                                    "0812_5550_1178",
                                    "0812 - 5550 - 1178",
                                    "0812 5550 11 78",
                                    "0812-5550\n1178",
                                    "0812 5550\n1178",
                                    "0813 5550 902",
                                    "0838-5550-92",
                                    "081 3555 04 471",
                                    "021-5550412 ext 12",
                                    "(021) 555-0412 pes. 7",
                                    "021 555 0412",
                                    "(0254) 555012",
                                    "62-812-5550-1178",
                                    "(+62)812-5550-1178",
                                    "+62-21-555-0412",
                                    "+60 12-555 0123"}) {
    CAPTURE(written);
    CHECK(mask_personal_data("Pak Budi " + written + ", RT 3") == "Pak Budi [telepon disamarkan], RT 3");
  }
  for (const std::string written : {"5550412", "5550 8821", "555-0412", "85755501178", "857-5550-1178"}) {
    CAPTURE(written);
    CHECK(mask_personal_data("tlp rumah " + written + " ya") == "tlp rumah [telepon disamarkan] ya");
    CHECK(mask_personal_data("jumlah " + written + " ya") == "jumlah " + written + " ya");
  }
  CHECK(mask_personal_data("tel:+6281255501178") == "tel:[telepon disamarkan]");
  CHECK(mask_personal_data("https://wa.me/6281255501178?text=halo") == "https://wa.me/[telepon disamarkan]?text=halo");
}

TEST_CASE("a_number_ends_where_something_else_begins") {
  for (const std::string rest : {" 3 kali", " 12 Maret", "\n3 orang", " RT 03/05", "(Budi)", " jam 08.00", ", 0.5 km"}) {
    CAPTURE(rest);
    CHECK(mask_personal_data("hub 0812-5550-1178" + rest) == "hub [telepon disamarkan]" + rest);
    CHECK(mask_personal_data("hub 081255501178" + rest) == "hub [telepon disamarkan]" + rest);
    CHECK(mask_personal_data("hub 0813 5550 902" + rest) == "hub [telepon disamarkan]" + rest);
  }
}

TEST_CASE("digits_of_every_script_are_digits") {
  const struct {
    const char* digits[10];
  } scripts[] = {{{"\xEF\xBC\x90", "\xEF\xBC\x91", "\xEF\xBC\x92", "\xEF\xBC\x93", "\xEF\xBC\x94", "\xEF\xBC\x95", "\xEF\xBC\x96",
                   "\xEF\xBC\x97", "\xEF\xBC\x98", "\xEF\xBC\x99"}},  // full-width
                 {{"\xD9\xA0", "\xD9\xA1", "\xD9\xA2", "\xD9\xA3", "\xD9\xA4", "\xD9\xA5", "\xD9\xA6", "\xD9\xA7", "\xD9\xA8",
                   "\xD9\xA9"}},  // Arabic-Indic
                 {{"0\xEF\xB8\x8F\xE2\x83\xA3", "1\xEF\xB8\x8F\xE2\x83\xA3", "2\xEF\xB8\x8F\xE2\x83\xA3", "3\xEF\xB8\x8F\xE2\x83\xA3",
                   "4\xEF\xB8\x8F\xE2\x83\xA3", "5\xEF\xB8\x8F\xE2\x83\xA3", "6\xEF\xB8\x8F\xE2\x83\xA3", "7\xEF\xB8\x8F\xE2\x83\xA3",
                   "8\xEF\xB8\x8F\xE2\x83\xA3", "9\xEF\xB8\x8F\xE2\x83\xA3"}}};  // keycaps
  for (const auto& script : scripts) {
    std::string phone = "hub \xF0\x9F\x93\x9E ";
    std::string nik = "nik ";
    for (const char c : std::string_view("081255501178")) phone += script.digits[c - '0'];
    for (const char c : std::string_view("3671012304850001")) nik += script.digits[c - '0'];
    CHECK(mask_personal_data(phone + " \xF0\x9F\x99\x8F") == "hub \xF0\x9F\x93\x9E [telepon disamarkan] \xF0\x9F\x99\x8F");
    CHECK(mask_personal_data(nik) == "nik [NIK disamarkan]");
  }
  CHECK(mask_personal_data("\xEF\xBC\xA2 \xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x93\xEF\xBC\x94 \xEF\xBC\xB8\xEF\xBC\xB9\xEF\xBC\xBA") ==
        "[pelat nomor disamarkan]");
}

TEST_CASE("mail_addresses_are_masked_also_when_they_hide") {
  for (const std::string written :
       {"sari@contoh.id", "SARI_88@mail.contoh.go.id", "sari [at] contoh.id", "sari(at)contoh(dot)id", "sari at contoh dot id",
        "sari @ contoh.id", "sari @gmail.com", "sari[AT]contoh[DOT]co[DOT]id", "sari@contoh dot id",
        "sari\xEF\xBC\xA0"
        "contoh.id"}) {
    CAPTURE(written);
    CHECK(mask_personal_data("surel: " + written + ", terima kasih") == "surel: [email disamarkan], terima kasih");
  }
  for (const std::string text : {"@kota.tangerang tolong", "min @kota.tangerang tolong", "look at this", "lihat @ jam 7.30", "(at) [at]",
                                 "sari@contoh", "tatap muka at balai kota"}) {
    CAPTURE(text);
    CHECK(mask_personal_data(text) == text);
  }
  CHECK(mask_personal_data("sari@contoh.id titik kumpul") == "[email disamarkan] titik kumpul");
}

TEST_CASE("number_plates_are_masked_where_they_are_plates") {
  for (const std::string written : {"B 1234 XYZ", "b1234xyz", "B-1234-XYZ", "B.1234.XYZ", "B1234 XYZ", "B 1234XYZ", "b 1234 xyz",
                                    "AB 1234 CD", "B 1967 C", "BE 9431 TY", "A 123 BC", "ab1234cd"}) {
    CAPTURE(written);
    CHECK(mask_personal_data("tadi ada " + written + " parkir di trotoar") == "tadi ada [pelat nomor disamarkan] parkir di trotoar");
  }
  for (const std::string written : {"b 12 aa", "F 1 A", "B 4417 TY", "b4417c", "B 4417"}) {
    CAPTURE(written);
    CHECK(mask_personal_data("plat " + written) == "plat [pelat nomor disamarkan]");
  }
  CHECK(mask_personal_data("truk fuso b 9431 t nyerempet") == "truk fuso [pelat nomor disamarkan] nyerempet");
  for (const std::string text : {"Blok B 12 AA no 5", "blok b 123 aa", "Gedung A 123 BC", "d 5 rt 3", "pa 2 org", "e 5000 an", "d 1500 rb",
                                 "angkot T 03", "angkot R 11 jurusan Poris", "truk 3 ton", "1447 H", "kelas 4B SD", "gardu PL 123 A",
                                 "K 1234 orang", "https://maps.app.goo.gl/B1234ab", "plat B", "CPD-0417-AB"}) {
    CAPTURE(text);
    CHECK(mask_personal_data(text) == text);
  }
}

TEST_CASE("numbers_announced_as_something_else_stay") {
  for (const std::string text : {"id pel 0401-88213",
                                 "ID pelanggan PLN 546102983371",
                                 "nomor pelanggan PDAM 02104477815",
                                 "no meter 0418827631",
                                 "no sambungan 081234567",
                                 "token 1234 5678 9012 3456 7890",
                                 "NOP 36.71.010.004.012-0123.0",
                                 "nop 367101000401201230",
                                 "kode bayar 3671260306000182",
                                 "NIP 198503122010011002",
                                 "no resi 003123456789",
                                 "nisn 0081234567",
                                 "No permohonan PBG-367105-09022024-03",
                                 "akta No. 3671-LT-12052019-0043",
                                 "nomor 800/123-Disdik/2026",
                                 "421/087-SD/2026",
                                 "014/RW-07/III/2026",
                                 "SK Walikota no 123/Kep.456-Disdik/2026",
                                 "telp 119",
                                 "call center 1500 123",
                                 "hub 0800 1 234567",
                                 "total 8125550117",
                                 "nilai 85 90 75 80 95",
                                 "rekening air 538711234567",
                                 "saldo rekening 12.450.000"}) {
    CAPTURE(text);
    CHECK(mask_personal_data(text) == text);
  }
}

TEST_CASE("no_run_of_a_masked_numbers_digits_survives") {
  constexpr std::string_view kGaps[] = {"", " ", "-", ".", " - ", "\xE2\x80\x93", "_", "  "};
  constexpr std::size_t kFirst[] = {3, 4, 6, 12};
  const struct {
    std::string announcement, digits;
  } numbers[] = {{"hub ", "081255501178"},
                 {"", "085755501178"},
                 {"WA:", "081255501178"},
                 {"NIK ", "3671012304850001"},
                 {"no KK: ", "3671010101120003"}};
  for (const auto& number : numbers) {
    for (const std::string_view gap : kGaps) {
      for (const std::size_t size : kFirst) {
        std::string written;
        for (std::size_t i = 0; i < number.digits.size(); i += size)
          written += (i == 0 ? "" : std::string(gap)) + number.digits.substr(i, size);
        const std::string text = "lampu mati, " + number.announcement + written + " terima kasih";
        CAPTURE(text);
        const std::string masked = mask_personal_data(text);
        CHECK(masked.find_first_of("0123456789") == std::string::npos);
        CHECK(mask_personal_data(masked) == masked);
      }
    }
  }
}

TEST_CASE("long_and_hostile_texts_are_masked_in_time_that_grows_with_their_length") {
  constexpr std::size_t kLength = 100'000;
  for (const std::string piece :
       {"0812-", "1 ", "0O", "a at ", "@a.", "SP-0", "B 1234 ", "(at)", "8", "0812\n", "\xD9\xA0", "meter 0", "a dot at dot ", "+"}) {
    CAPTURE(piece);
    std::string text;
    while (text.size() < kLength) text += piece;
    const std::string masked = mask_personal_data(text + " hub 081255501178");
    CHECK(masked.ends_with("disamarkan]"));
    CHECK(mask_personal_data(masked) == masked);
  }
}

TEST_CASE("masking_twice_changes_nothing_more") {
  constexpr const char* kPieces[] = {"0812",
                                     "5550",
                                     "1178",
                                     "081255501178",
                                     "021",
                                     "+62",
                                     "8",
                                     "12",
                                     "2026",
                                     "o8",
                                     "l",
                                     "3671012304850001",
                                     "4111",
                                     "B",
                                     "XYZ",
                                     "1234",
                                     " ",
                                     "-",
                                     ".",
                                     "/",
                                     "(",
                                     ")",
                                     "\n",
                                     ":",
                                     ",",
                                     "hp",
                                     "meter",
                                     "rek BCA",
                                     "nik",
                                     "no",
                                     "plat",
                                     "blok",
                                     "ext",
                                     "@",
                                     "sari",
                                     "contoh.id",
                                     "(at)",
                                     " at ",
                                     " dot ",
                                     "SP-0",
                                     "]",
                                     "\xEF\xBC\x91",
                                     "\xE2\x80\x93",
                                     "\xEF\xB8\x8F"};
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same texts every time
  for (int i = 0; i < 5'000; ++i) {
    std::string text;
    for (std::size_t pieces = 3 + random() % 12; pieces > 0; --pieces) text += kPieces[random() % std::size(kPieces)];
    text = clean(text);
    CAPTURE(text);
    const std::string masked = mask_personal_data(text);
    CHECK(clean(masked) == masked);
    CHECK(mask_personal_data(masked) == masked);
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
