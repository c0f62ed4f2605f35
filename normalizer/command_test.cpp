// SPDX-License-Identifier: Apache-2.0
#include "normalizer/command.hpp"

#include <doctest/doctest.h>

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

}  // namespace

TEST_CASE("a_status_query_is_read_however_it_is_typed") {
  for (const std::string& text :
       {"CEK " + kCode, "cek " + lower(kCode), "Cek#" + kCode, "CEK*" + kBare + "*", "cek, " + kBare, "CEK  " + kBare + ".",
        "#cek#" + kCode + "#", "CEK: SP " + kBare, "cek sp " + kBare.substr(0, 5) + " " + kBare.substr(5), "STATUS " + kCode,
        "cek laporan " + kCode, "cek kode " + kBare + "?", "@kotatangerang cek " + kCode}) {
    CAPTURE(text);
    const Command command = read_command(text);
    CHECK(command.kind == CommandKind::status);
    CHECK(command.tracking_code == kCode);
  }
}

TEST_CASE("a_rating_needs_a_code_and_one_to_five") {
  for (const std::string& text : {"NILAI " + kCode + " 4", "nilai#" + kBare + "#4", "nilai 4 " + kCode, "Nilai " + kCode + " bintang 4",
                                  "NILAI " + kCode + ", 4!", "nilai " + kCode + "*4 bintang"}) {
    CAPTURE(text);
    const Command command = read_command(text);
    CHECK(command.kind == CommandKind::rating);
    CHECK(command.tracking_code == kCode);
    CHECK(command.rating == 4);
  }
  for (const std::string& text : {"NILAI " + kCode, "NILAI " + kCode + " 6", "NILAI " + kCode + " 0", "NILAI " + kCode + " 45",
                                  std::string("NILAI 5"), std::string("nilai sekolah anak saya 5")}) {
    CAPTURE(text);
    CHECK(read_command(text).kind == CommandKind::none);
  }
}

TEST_CASE("the_other_commands_stand_alone") {
  const struct {
    std::string text;
    CommandKind kind;
  } cases[] = {
      {"BATAL " + kCode, CommandKind::withdraw},
      {"batal#" + kBare, CommandKind::withdraw},
      {"BANTUAN", CommandKind::help},
      {"bantuan?", CommandKind::help},
      {"help", CommandKind::help},
      {"STOP", CommandKind::stop},
      {" stop. ", CommandKind::stop},
      {"berhenti", CommandKind::stop},
      {"MULAI", CommandKind::start},
      {"start", CommandKind::start},
      {"PETUGAS", CommandKind::officer},
      {"#petugas", CommandKind::officer},
      {"CEK", CommandKind::help},
      {"nilai", CommandKind::help},
      {"batal!", CommandKind::help},
      {"cek laporan", CommandKind::help},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    CHECK(read_command(c.text).kind == c.kind);
  }
}

TEST_CASE("what_is_not_wholly_a_command_is_a_report") {
  std::string mistyped = kCode;
  mistyped.back() = mistyped.back() == '0' ? '1' : '0';
  for (const std::string& text :
       {std::string("Cek jalan rusak di Cipondoh"), std::string("cek lampu mati"), std::string("cek pohon besar"),
        std::string("stop buang sampah di kali"), std::string("Petugas kelurahan tidak ada di tempat"),
        std::string("mulai dari kemarin air mati"), std::string("bantuan sosial belum cair"), std::string("batal nikah karena akta hilang"),
        std::string("status tanah saya bagaimana"), "CEK " + mistyped, "CEK " + kCode + " dan perbaiki jalannya", std::string("CEK SP-"),
        std::string("CEK 12345"), std::string(""), std::string("..."), std::string("cekcok tetangga"), std::string("STOPKONTAK"),
        std::string(200, 'x')}) {
    CAPTURE(text);
    CHECK(read_command(text).kind == CommandKind::none);
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
      {"LAKSA,PJU,Jl Moh Toha,lampu mati", "pju", "", "PJU,Jl Moh Toha,lampu mati"},
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
       {"", "LAKSA", "LAKSA#", "LAKSA#lampu mati", "adu domba di pasar", "PJU#mati", "tolong ADU PJU", "laksana pju", "#PJU mati"}) {
    CAPTURE(std::string(text));
    CHECK(read_coded_report(text, tests::shipped_rules()).category == nullptr);
  }
}
