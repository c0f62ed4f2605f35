// SPDX-License-Identifier: Apache-2.0
#include "adapters/hotline/call_import.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "adapters/hotline/call_form.hpp"

using namespace satupintu;
using namespace satupintu::adapters;
using namespace std::string_literals;

namespace {

std::string fixture(const std::string& name) {
  const auto path = std::filesystem::path(SATUPINTU_SOURCE_DIR) / "adapters/hotline/fixtures" / ("import." + name + ".csv");
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

ImportPlan plan_of(const std::string& bytes, const ImportOptions& options = {}) {
  ImportPlan plan = plan_import(bytes, options);
  for (const ImportRow& row : plan.rows) {
    CAPTURE(row.number);
    CHECK((row.outcome == RowOutcome::form) == !row.form.empty());
    CHECK((row.outcome == RowOutcome::form) == !row.idempotency_key.empty());
    CHECK((row.outcome == RowOutcome::mistaken) == !row.mistakes.empty());
    if (row.outcome == RowOutcome::form) CHECK(CallForm::parse(row.form));
  }
  return plan;
}

core::Message message_of(const ImportRow& row) {
  const auto form = CallForm::parse(row.form);
  REQUIRE(form);
  const auto event = form->event(row.idempotency_key);
  REQUIRE(std::holds_alternative<core::Message>(event));
  return std::get<core::Message>(event);
}

std::string why_ignored(const ImportRow& row) {
  const auto form = CallForm::parse(row.form);
  REQUIRE(form);
  const auto event = form->event(row.idempotency_key);
  REQUIRE(std::holds_alternative<core::Ignored>(event));
  return std::get<core::Ignored>(event).why;
}

// A row's outcome, and why it is only counted.
std::vector<std::string> outcomes(const ImportPlan& plan) {
  std::vector<std::string> all;
  for (const ImportRow& row : plan.rows) all.push_back(std::string(name_of(row.outcome)) + (row.why.empty() ? "" : " " + row.why));
  return all;
}

using Outcomes = std::vector<std::string>;

std::string codes(std::string_view written) {
  if (written == "pju" || written == "Lampu Jalan") return "pju";
  if (written == "Banjir") return "banjir";
  return {};
}

ImportPlan one_row(const std::string& header, const std::string& cells, const ImportOptions& options = {}) {
  ImportPlan plan = plan_of(header + "\n" + cells + "\n", options);
  REQUIRE(plan.rows.size() == 1);
  return plan;
}

}  // namespace

TEST_CASE("a_table_with_indonesian_headings_becomes_forms") {
  const auto plan = plan_of(fixture("columns"),
                            {.profile = {}, .separator = {}, .zone = core::kJakartaOffset, .default_category = {}, .category_of = codes});
  CHECK(plan.profile == "columns");
  CHECK(plan.separator == ';');
  CHECK(plan.charset == "UTF-8");
  CHECK(plan.has_header);
  CHECK(outcomes(plan) ==
        Outcomes{"form", "form call_prank", "form call_ghost", "form", "call_record call_record", "form call_information", "repeated"});
  const auto first = message_of(plan.rows[0]);
  CHECK(first.kind == core::MessageKind::call);
  CHECK(first.text == "Lampu jalan padam dari semalem;\r\ndepan SDN Cipondoh 3, gelap bgt");
  CHECK(first.stated.category == "pju");
  CHECK(first.stated.rt == "003");
  CHECK(first.stated.rw == "005");
  CHECK(first.stated.kelurahan == "Cipondoh");
  CHECK(first.sender.address == "081255501001");
  CHECK(first.sender.name == "Sari Dewi");
  REQUIRE(first.call);
  CHECK(first.call->started_at == core::parse_rfc3339("2026-01-05T00:58:00Z"));
  CHECK(first.call->operator_id == "Rina");
  CHECK(first.call->shift == "Pagi");
  CHECK(first.call->position == "impor");
  CHECK(first.call->entry_mode == "import");
  CHECK(first.call->direction == "in");
  const auto flood = message_of(plan.rows[3]);
  CHECK(flood.stated.category == "banjir");
  CHECK(flood.sender.address == "081255501003");
  CHECK(why_ignored(plan.rows[1]) == "call_prank");
  CHECK(why_ignored(plan.rows[5]) == "call_information");
  CHECK(plan.rows[0].number == 2);
  CHECK(plan.rows[0].line == 2);
  CHECK(plan.rows[1].line == 4);
}

TEST_CASE("the_plan_says_which_column_means_what") {
  const auto plan = plan_of(fixture("columns"));
  REQUIRE(plan.columns.size() == 15);
  CHECK(plan.columns[0].heading == "No");
  CHECK(plan.columns[0].field.empty());
  CHECK(plan.columns[1].field == "call.started_at");
  CHECK(plan.columns[2].field == "call.started_at");
  CHECK(plan.columns[4].field == "call.caller_number");
  CHECK(plan.columns[7].field == "incident.what_happened");
  CHECK(plan.columns[14].field.empty());
}

TEST_CASE("a_table_with_english_headings_becomes_forms") {
  const auto plan = plan_of(fixture("columns_english"));
  CHECK(outcomes(plan) ==
        Outcomes{"form", "form", "form call_wrong_number", "form call_dropped", "form call_back", "call_record call_answered"});
  const auto first = message_of(plan.rows[0]);
  REQUIRE(first.place);
  CHECK(first.place->latitude == -6.1784);
  CHECK(first.stated.priority == "high");
  REQUIRE(first.call);
  CHECK(first.call->call_id == "c-1");
  CHECK(first.call->ended_at == core::parse_rfc3339("2026-01-05T00:59:56Z"));
}

TEST_CASE("two_complaints_of_one_call_are_two") {
  const auto plan = plan_of(fixture("columns_english"));
  CHECK(plan.rows[0].idempotency_key == "impor-id:c-1");
  CHECK(plan.rows[1].idempotency_key.starts_with("impor-id:c-1+"));
  CHECK(message_of(plan.rows[1]).call.value().call_id == "c-1");
}

TEST_CASE("the_same_file_twice_has_the_same_keys_also_when_it_has_grown") {
  const std::string header = "Waktu;No HP;Kategori;Isi Laporan\n";
  const std::string row = "05/01/2026 08:10;081255501001;pju;Lampu mati\n";
  const std::string other = "05/01/2026 08:05;081255501002;pju;Lampu mati\n";
  const auto key = plan_of(header + row).rows[0].idempotency_key;
  CHECK(key.starts_with("impor-baris:"));
  CHECK(key.size() <= 255);
  CHECK_FALSE(key.contains("081255501001"));
  CHECK(plan_of(header + row).rows[0].idempotency_key == key);
  CHECK(plan_of(header + other + "\n" + row).rows[1].idempotency_key == key);
  CHECK(plan_of(header + other).rows[0].idempotency_key != key);
  CHECK(plan_of(header + row + row).count(RowOutcome::repeated) == 1);
  const auto first = plan_of(fixture("columns"));
  const auto again = plan_of(fixture("columns"));
  for (std::size_t i = 0; i < first.rows.size(); ++i) CHECK(first.rows[i].idempotency_key == again.rows[i].idempotency_key);
}

TEST_CASE("every_mistake_names_its_place_and_quotes_nothing") {
  const std::string bytes = fixture("columns_bad");
  const auto plan = plan_of(bytes);
  const auto told = [&](std::size_t row) {
    std::vector<std::string> all;
    for (const auto& known : plan.rows) {
      if (known.number != row) continue;
      for (const auto& mistake : known.mistakes) {
        CHECK(mistake.row == row);
        CHECK(mistake.line > 1);
        CHECK_FALSE(mistake.remedy.empty());
        all.push_back(std::to_string(mistake.column) + " " + mistake.field + " " + mistake.what);
      }
    }
    return all;
  };
  CHECK(told(2) == Outcomes{"1 call.started_at is no time that we can read"});
  CHECK(told(3) == Outcomes{"1 call.started_at is missing"});
  CHECK(told(4) == Outcomes{"2 call.caller_number was rounded by a spreadsheet, and its last digits are lost"});
  CHECK(told(5) == Outcomes{"3 disposition is no kind of call that we know"});
  CHECK(told(6) == Outcomes{"4 incident.category is no category that we know"});
  CHECK(told(7) == Outcomes{"4 incident.category is missing"});
  CHECK(told(8) == Outcomes{"6 incident.urgency is none of the words that we know"});
  CHECK(told(9) == Outcomes{"7 place.latitude is no position"});
  CHECK(told(10) == Outcomes{"8 call.ended_at is no duration that we can read", "7 place.latitude cannot be taken as it is"});
  CHECK(told(11) == Outcomes{"2 call.caller_number cannot be taken as it is", "5 incident.what_happened cannot be taken as it is"});
  CHECK(told(12) == Outcomes{"5  has a quote that nothing closes"});
  CHECK(plan.count(RowOutcome::mistaken) == 11);
  CHECK(plan.count(RowOutcome::form) == 1);
  for (const auto& row : plan.rows) {
    for (const auto& mistake : row.mistakes) {
      for (const auto& text : {mistake.what, mistake.remedy, mistake.field}) {
        for (const char* quoted : {"0812555", "kemarin", "aneh", "sekali", "masjid", "lama", "Kutip"}) CHECK_FALSE(text.contains(quoted));
      }
    }
  }
}

TEST_CASE("text_of_an_old_spreadsheet_is_read_in_its_charset") {
  const auto plan = plan_of(fixture("windows_1252"));
  CHECK(plan.charset == "windows-1252");
  REQUIRE(plan.rows.size() == 1);
  CHECK(message_of(plan.rows[0]).text == "Café di Pasar Lama buang sampah ke kali – bau");
}

TEST_CASE("call_records_of_every_telephone_system_are_counted_and_open_nothing") {
  const auto check = [](const char* name, const char* profile, const Outcomes& expected) {
    CAPTURE(name);
    const auto plan = plan_of(fixture(name));
    CHECK(plan.profile == profile);
    CHECK(outcomes(plan) == expected);
    CHECK(plan.count(RowOutcome::form) == 0);
  };
  check("asterisk", "asterisk",
        {"call_record call_answered", "leg call_leg", "call_record call_missed", "call_record call_busy", "call_record call_failed"});
  check("asterisk_16", "asterisk", {"call_record call_answered", "call_record call_missed"});
  check("asterisk_19", "asterisk", {"call_record call_answered", "leg call_leg"});
  check("asterisk-custom", "asterisk-custom", {"call_record call_answered", "call_record call_missed"});
  check("freepbx", "freepbx", {"call_record call_answered", "call_record call_missed"});
  check("freepbx_no_header", "freepbx", {"call_record call_answered", "call_record call_busy"});
  check("freeswitch", "freeswitch",
        {"call_record call_answered", "leg call_leg", "call_record call_missed", "call_record call_missed", "call_record call_busy",
         "call_record call_failed"});
  check("3cx", "3cx", {"call_record call_answered", "call_record call_missed"});
  check("cdr-stats", "cdr-stats", {"call_record call_answered", "call_record call_missed"});
}

TEST_CASE("a_system_s_export_with_a_column_for_complaints_is_a_table_of_ones_own") {
  const auto plan = plan_of(
      "calldate,src,dst,disposition,uniqueid,kategori,keterangan\n"
      "2026-01-05 07:58:21,081255501001,112,ANSWERED,1.7,pju,Lampu mati\n"
      "2026-01-05 07:58:30,081255501001,112,NO ANSWER,1.7,,\n"
      "2026-01-05 08:58:30,081255501002,112,NO ANSWER,1.8,,\n");
  CHECK(plan.profile == "columns");
  CHECK(outcomes(plan) == Outcomes{"form", "leg call_leg", "call_record call_missed"});
  CHECK(message_of(plan.rows[0]).call.value().line == "112");
}

TEST_CASE("the_profile_may_be_named") {
  ImportOptions options;
  options.profile = "asterisk";
  const auto plan = plan_of(fixture("asterisk"), options);
  CHECK(plan.profile == "asterisk");
  options.profile = "lain";
  const auto refused = plan_of(fixture("asterisk"), options);
  REQUIRE(refused.mistakes.size() == 1);
  CHECK(refused.mistakes.front().remedy.contains("freeswitch"));
  options.profile = "columns";
  CHECK(plan_of(fixture("asterisk"), options).mistakes.size() == 1);
}

TEST_CASE("a_table_that_nobody_understands_is_refused_as_a_whole") {
  for (const char* bytes :
       {"", "\n\n", ";;;\n", "a,b,c\n1,2,3\n", "1767229101|1767229101.7|q112|NONE|ABANDON|1|1|35\n", "\xFF\xFE", "\""}) {
    CAPTURE(bytes);
    const auto plan = plan_of(bytes);
    CHECK(plan.mistakes.size() == 1);
    CHECK(plan.rows.empty());
  }
}

TEST_CASE("a_category_without_a_story_is_a_complaint_all_the_same") {
  const auto plan = one_row("waktu,hp,kategori", "2026-01-05 08:10,081255501001,pju");
  CHECK(message_of(plan.rows[0]).text == "pju");
}

TEST_CASE("a_story_without_a_category_has_the_one_chosen_for_all") {
  ImportOptions options;
  CHECK(one_row("waktu,hp,uraian", "2026-01-05 08:10,081255501001,Lampu mati").count(RowOutcome::mistaken) == 1);
  options.default_category = "lainnya";
  CHECK(message_of(one_row("waktu,hp,uraian", "2026-01-05 08:10,081255501001,Lampu mati", options).rows[0]).stated.category == "lainnya");
}

TEST_CASE("of_two_columns_for_the_same_the_better_named_one_is_read") {
  const auto plan = one_row("keterangan,waktu,alamat,hp,kategori,lokasi kejadian,isi laporan",
                            "Sudah selesai,2026-01-05 08:10,Jl. A,081255501001,pju,Jl. B,Mati");
  const auto message = message_of(plan.rows[0]);
  CHECK(message.text == "Mati");
  CHECK(message.stated.address == "Jl. B");
  CHECK(plan.columns[0].field.empty());
  CHECK(plan.columns[2].field.empty());
}

TEST_CASE("jenis_is_the_category_where_no_other_column_is") {
  ImportOptions options;
  options.category_of = codes;
  const auto plan = one_row("waktu,hp,jenis,uraian", "2026-01-05 08:10,081255501001,Lampu Jalan,Mati total", options);
  CHECK(message_of(plan.rows[0]).stated.category == "pju");
  CHECK(why_ignored(one_row("waktu,hp,jenis,uraian", "2026-01-05 08:10,081255501001,iseng,", options).rows[0]) == "call_prank");
  CHECK(one_row("waktu,hp,jenis,uraian", "2026-01-05 08:10,081255501001,Lain,Mati", options).rows[0].mistakes.front().column == 3);
}

TEST_CASE("a_caller_without_a_number_has_no_address") {
  const auto plan = one_row("waktu,hp,kategori,uraian", "2026-01-05 08:10,Tidak Diketahui,pju,Mati");
  const auto message = message_of(plan.rows[0]);
  CHECK(message.sender.address_kind == core::AddressKind::none);
  CHECK(message.call.value().caller_withheld);
  CHECK(message_of(one_row("waktu,hp,kategori,uraian", "2026-01-05 08:10,-,pju,Mati").rows[0]).sender.address.empty());
}

TEST_CASE("blanks_around_a_cell_are_no_part_of_it_and_letters_are") {
  const auto plan = one_row("waktu,hp,kategori,uraian", "2026-01-05 08:10,\xC2\xA0 081255501001\xC2\xA0, pju\xC2\xA0,\xC2\xA0voilà");
  const auto message = message_of(plan.rows[0]);
  CHECK(message.sender.address == "081255501001");
  CHECK(message.stated.category == "pju");
  CHECK(message.text == "voilà");
}

TEST_CASE("what_a_caller_asked_is_kept_though_it_is_only_counted") {
  const auto plan = one_row("waktu,hp,jenis,kategori,uraian", "2026-01-05 08:10,081255501001,informasi,,Jadwal vaksin?");
  CHECK(plan.rows[0].form.contains("Jadwal vaksin?"));
  CHECK(why_ignored(plan.rows[0]) == "call_information");
}

TEST_CASE("an_end_told_by_its_time_of_day_is_after_the_start") {
  const auto plan = one_row("tanggal,jam,selesai,hp,kategori,uraian", "05/01/2026,23.50,00.05,081255501001,pju,Mati");
  CHECK(message_of(plan.rows[0]).call.value().ended_at == core::parse_rfc3339("2026-01-05T17:05:00Z"));
}

TEST_CASE("times_stand_in_the_zone_that_is_asked_for") {
  ImportOptions options;
  options.zone = std::chrono::minutes{0};
  const auto plan = one_row("waktu,hp,kategori,uraian", "2026-01-05 08:10,081255501001,pju,Mati", options);
  CHECK(message_of(plan.rows[0]).provider_at == core::parse_rfc3339("2026-01-05T08:10:00Z"));
}

TEST_CASE("the_line_by_which_spreadsheets_name_the_separator_is_no_row") {
  const auto plan = plan_of("sep=;\r\nwaktu;hp;kategori;uraian\r\n2026-01-05 08:10;081255501001;pju;Lampu, tiang, kabel\r\n");
  CHECK(plan.separator == ';');
  REQUIRE(plan.rows.size() == 1);
  CHECK(plan.rows[0].line == 3);
  CHECK(plan.rows[0].outcome == RowOutcome::form);
}

TEST_CASE("a_title_above_the_header_and_a_sum_below_the_rows_are_no_calls") {
  const auto plan = plan_of(
      "REKAP PANGGILAN 112, JANUARI 2026\n\nTanggal;Jam;No "
      "HP;Kategori;Uraian\n05/01/2026;08.10;081255501001;pju;Mati\n;;;Jumlah;;1\n;;;;;Kepala Seksi\n");
  CHECK(plan.separator == ';');
  REQUIRE(plan.rows.size() == 3);
  CHECK(plan.rows[0].outcome == RowOutcome::form);
  CHECK(plan.rows[0].number == 3);
  CHECK(plan.rows[1].outcome == RowOutcome::mistaken);
  REQUIRE(plan.rows[2].mistakes.size() == 1);
  CHECK(plan.rows[2].mistakes.front().what == "is about no call");
}

TEST_CASE("every_cut_of_a_table_can_be_planned") {
  for (const char* name : {"columns", "columns_english", "asterisk", "3cx"}) {
    const std::string bytes = fixture(name);
    for (std::size_t length = 0; length < bytes.size(); length += 3) {
      const auto plan = plan_import(std::string_view(bytes).substr(0, length), {});
      CHECK((plan.mistakes.empty() || plan.rows.empty()));
    }
  }
}

TEST_CASE("a_large_table_is_planned_in_a_moment") {
  std::string bytes = "waktu,hp,kategori,uraian\n";
  for (int i = 0; i < 5'000; ++i)
    bytes += "2026-01-05 08:10,0812555" + std::to_string(i) + ",pju,Lampu mati di RT " + std::to_string(i) + "\n";
  const auto plan = plan_import(bytes, {});
  CHECK(plan.count(RowOutcome::form) == 5'000);
  std::set<std::string> keys;
  for (const auto& row : plan.rows) keys.insert(row.idempotency_key);
  CHECK(keys.size() == 5'000);
}
