// SPDX-License-Identifier: Apache-2.0
#include "normalizer/normalizer.hpp"

#include <doctest/doctest.h>

#include <random>
#include <set>

#include "core/crypto.hpp"
#include "core/ids.hpp"
#include "normalizer/text.hpp"
#include "tests/support/shipped_rules.hpp"

using namespace satupintu;
using namespace satupintu::normalizer;
using core::AddressKind;
using core::Channel;
using core::MessageKind;

namespace {

const core::Timestamp kNow = core::parse_rfc3339("2026-01-05T10:04:05.678+07:00").value();

const Normalizer& shipped_normalizer() {
  static const Normalizer normalizer(tests::shipped_rules(), core::Secret{std::string(32, 'k')});
  return normalizer;
}

core::Message whatsapp(std::string text) {
  core::Message message;
  message.channel = Channel::whatsapp;
  message.external_id = "wamid." + core::to_base64(std::string("\x1c\x18\x0d", 3) + "6281290001234" + std::string("\x15\x02\x00", 3));
  message.thread_id = "6281290001234";
  message.sender = {AddressKind::phone, "6281290001234", "081290001234", "ID.77331199", "portofolio-1", "Wulan Kartika", "wulankartika"};
  message.to = {"622155764955"};
  message.text = std::move(text);
  message.provider_at = kNow - std::chrono::seconds{5};
  return message;
}

Normalized normalized(core::Message message, core::Timestamp received_at = kNow) {
  return shipped_normalizer().normalize({"wa-utama", "whatsapp/cloud", received_at, std::string(64, 'f')}, std::move(message));
}

// What a consumer gets to read.
std::string queue_json(const core::Complaint& complaint) {
  const auto pieces = core::to_event_pieces(complaint, "c2VhbGVk", kNow);
  return pieces.head + "complaint.received" + pieces.middle_subject + complaint.code_candidates[0] + pieces.middle_data +
         complaint.complaint_id + pieces.middle_code + complaint.code_candidates[0] + pieces.middle_interest + "1" + pieces.tail;
}

}  // namespace

TEST_CASE("a_message_becomes_a_whole_record") {
  auto message = whatsapp("Lampu jalan di Jl. Moh Toha no 5 RT 03/05 kel. Sukaasih mati sejak kemarin, gelap bgt");
  message.attachments.emplace_back().kind = core::AttachmentKind::image;
  const auto [complaint, command, fingerprints, continuation, sketch] = normalized(message);
  CHECK(command.kind == CommandKind::none);
  CHECK(complaint.jurisdiction_id == "id.tangerang");
  CHECK(complaint.account == "wa-utama");
  CHECK(complaint.provider == "whatsapp/cloud");
  CHECK(complaint.category.value == "pju");
  CHECK(complaint.category.source == "keyword");
  CHECK(complaint.category_name == "Penerangan jalan umum");
  CHECK(complaint.suggested_agencies == std::vector<std::string>{"Dinas Perhubungan"});
  CHECK(complaint.report_type == core::ReportType::complaint);
  CHECK(complaint.scope == core::Scope::in_scope);
  CHECK(complaint.priority == core::Priority::normal);
  CHECK(complaint.title == "Lampu jalan di Jl. Moh Toha no 5 RT 03/05 kel. Sukaasih mati sejak kemarin, gelap bgt");
  CHECK(complaint.description == message.text);
  CHECK(complaint.location.address == "Jl. Moh Toha no 5");
  CHECK(complaint.location.kelurahan == "Sukaasih");
  CHECK(complaint.location.kecamatan == "Tangerang");
  CHECK(complaint.location.rt == "003");
  CHECK(complaint.occurred_precision == "day");
  CHECK(complaint.received_at == kNow);
  CHECK(core::format_rfc3339(complaint.verify_due_at.value()) == "2026-01-08T17:00:00.000Z");
  CHECK(core::format_rfc3339(complaint.follow_up_due_at.value()) == "2026-01-12T17:00:00.000Z");
  CHECK(complaint.expected_at == kNow + std::chrono::hours{168});
  CHECK(complaint.reporter.ref.size() == 32);
  CHECK(complaint.reporter.display_name == "Wulan Kartika");
  CHECK(complaint.reporter.verified_by_channel);
  CHECK(complaint.visibility == core::Visibility::open);
  CHECK(complaint.confidential.identity == "tel:+6281290001234");
  CHECK(complaint.confidential.address_verbatim == "6281290001234");
  CHECK(complaint.confidential.phone == "081290001234");
  CHECK(complaint.confidential.name == "Wulan Kartika");
  CHECK(complaint.confidential.original_text.empty());  // the description shows all of it
  CHECK(complaint.flags.empty());
  CHECK(complaint.contact.attachments.size() == 1);
  CHECK(complaint.contact_id != complaint.complaint_id);
  CHECK(complaint.complaint_id.substr(0, 13) == core::make_uuid(message.provider_at.value(), {}).substr(0, 13));
  CHECK(std::set<std::string>(complaint.code_candidates.begin(), complaint.code_candidates.end()).size() == 3);
  for (const auto& code : complaint.code_candidates) CHECK(core::parse_tracking_code(code) == code);
  CHECK(fingerprints.seen.size() == 32);
  CHECK(fingerprints.said.size() == 32);
  CHECK(fingerprints.conversation.size() == 32);
  CHECK(fingerprints.target.empty());
}

TEST_CASE("the_same_message_always_makes_the_same_record") {
  const auto once = normalized(whatsapp("jalan rusak depan SDN 3 Gondrong"));
  const auto again = normalized(whatsapp("jalan rusak depan SDN 3 Gondrong"));
  CHECK(queue_json(once.complaint) == queue_json(again.complaint));
  CHECK(core::to_json(once.complaint.confidential) == core::to_json(again.complaint.confidential));
  CHECK(once.fingerprints.said == again.fingerprints.said);
  const auto late = normalized(whatsapp("jalan rusak depan SDN 3 Gondrong"), kNow + std::chrono::hours{5});
  CHECK(late.complaint.complaint_id == once.complaint.complaint_id);
  CHECK(late.complaint.code_candidates == once.complaint.code_candidates);
  CHECK(late.fingerprints.seen == once.fingerprints.seen);
}

TEST_CASE("ids_without_a_believable_provider_time_come_from_the_receipt") {
  auto message = whatsapp("jalan rusak");
  message.provider_at.reset();
  const auto without = normalized(message).complaint;
  message.provider_at = core::from_unix_ms(0);
  CHECK(normalized(message).complaint.complaint_id == without.complaint_id);
  CHECK(normalized(message).complaint.complaint_id != normalized(whatsapp("jalan rusak")).complaint.complaint_id);
}

TEST_CASE("edits_retractions_and_reactions_find_their_original") {
  const auto original = normalized(whatsapp("jalan rusak depan pasar"));
  for (const auto kind : {MessageKind::edit, MessageKind::retraction, MessageKind::reaction}) {
    auto later = whatsapp(kind == MessageKind::edit ? "jalan rusak depan pasar anyar" : "");
    later.kind = kind;
    later.in_reply_to = later.external_id;
    later.external_id = "wamid.lain";
    const auto found = normalized(later);
    CHECK(found.fingerprints.target == original.fingerprints.seen);
    CHECK(found.fingerprints.seen != original.fingerprints.seen);
    CHECK(found.complaint.contact_id != original.complaint.contact_id);
    CHECK(found.complaint.contact.in_reply_to == original.complaint.contact.external_id);
  }
}

TEST_CASE("the_queue_never_learns_how_to_reach_the_reporter") {
  auto message = whatsapp("NIK 3671012304850001, hubungi 0812-9000-1234 atau wulan@example.org. Lampu mati");
  message.subject = "dari 081290001234";
  message.attachments.emplace_back().name = "KTP 3671012304850001.jpg";
  message.attachments.back().caption = "telp 081290001234";
  message.stated.landmark = "rumah 081290001234";
  message.stated.attributes = {{"kontak", "081290001234"}};
  message.place = core::SharedPlace{-6.178, 106.632, std::nullopt, "WA 081290001234", "email wulan@example.org"};
  message.call.emplace();
  message.call->recording = "rec-081290001234.wav";
  message.call->call_id = "6281290001234-1";
  const auto complaint = normalized(message).complaint;
  const std::string json = queue_json(complaint);
  for (const char* secret : {"81290001234", "9000-1234", "wulan@", "3671012304850001", "ID.77331199", "wulankartika", "622155764955"}) {
    CAPTURE(std::string(secret));
    CHECK_FALSE(json.contains(secret));
  }
  CHECK_FALSE(json.contains(message.external_id.substr(6)));
  CHECK(complaint.description.contains("[NIK disamarkan]"));
  CHECK(complaint.contact.sender.address.empty());
  CHECK(complaint.confidential.original_text.contains("3671012304850001"));
  CHECK(complaint.confidential.original_subject == "dari 081290001234");
}

TEST_CASE("anonymity_is_honoured_in_the_record_itself") {
  const struct {
    std::string text, stated;
    core::Visibility visibility;
  } cases[] = {
      {"Saya Wulan Kartika, tolong rahasiakan identitas saya. Ada pungli di kelurahan", "", core::Visibility::anonymous},
      {"anonim ya. ada pungli. ttd WULAN KARTIKA @wulankartika", "", core::Visibility::anonymous},
      {"laporan ini rahasia, wulan kartika", "", core::Visibility::secret},
      {"ada pungli. Wulan Kartika", "anonymous", core::Visibility::anonymous},
      {"ada pungli. Wulan Kartika", "secret", core::Visibility::secret},
      {"anonim, Wulan Kartika", "secret", core::Visibility::secret},
      {"anonim, Wulan Kartika", "public", core::Visibility::anonymous},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    auto message = whatsapp(c.text);
    message.stated.visibility = c.stated;
    message.subject = "Laporan Wulan Kartika";
    message.attachments.emplace_back().name = "Foto Wulan Kartika.jpg";
    message.stated.landmark = "rumah Wulan Kartika";
    message.stated.attributes = {{"kontak", "Wulan Kartika"}};
    message.is_public = true;
    message.permalink = "https://sosial.example/wulankartika/1";
    const auto complaint = normalized(message).complaint;
    CHECK(complaint.visibility == c.visibility);
    CHECK(complaint.reporter.display_name.empty());
    CHECK(complaint.reporter.ref.size() == 32);
    CHECK(complaint.title == "Laporan [nama disamarkan]");
    std::string json = queue_json(complaint);
    for (char& letter : json) letter = static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter + 32 : letter);
    CHECK_FALSE(json.contains("kartika"));
    CHECK(complaint.confidential.name == "Wulan Kartika");
  }
}

TEST_CASE("a_caller_who_wants_to_stay_unknown_is_not_located_except_to_be_rescued") {
  auto call = whatsapp("ada pungli di loket kelurahan kreo");
  call.channel = Channel::call;
  call.kind = MessageKind::call;
  call.call.emplace().disposition = "normal";
  call.place = core::SharedPlace{-6.178, 106.632, std::nullopt, "", ""};
  CHECK(queue_json(normalized(call).complaint).contains("\"caller_location\""));
  call.stated.visibility = "anonymous";
  CHECK_FALSE(queue_json(normalized(call).complaint).contains("\"caller_location\""));
  call.text = "kebakaran di pasar kreo";
  CHECK(queue_json(normalized(call).complaint).contains("\"caller_location\""));
}

TEST_CASE("commands_come_from_citizens_alone_and_reports_stay_reports") {
  const std::string code = normalized(whatsapp("x")).complaint.code_candidates[0];
  CHECK(normalized(whatsapp("CEK " + code)).command.kind == CommandKind::status);
  CHECK(normalized(whatsapp("CEK " + code)).command.tracking_code == code);

  const auto report = normalized(whatsapp("Cek jalan rusak di Cipondoh"));
  CHECK(report.command.kind == CommandKind::none);
  CHECK(report.complaint.category.value == "jalan");
  CHECK(report.complaint.location.kecamatan == "Cipondoh");

  auto typed = whatsapp("STOP");
  typed.channel = Channel::walk_in;
  CHECK(normalized(typed).command.kind == CommandKind::none);
  auto photo = whatsapp("STOP");
  photo.attachments.emplace_back();
  CHECK(normalized(photo).command.kind == CommandKind::none);
  auto edit = whatsapp("STOP");
  edit.kind = MessageKind::edit;
  CHECK(normalized(edit).command.kind == CommandKind::none);

  const auto officer = normalized(whatsapp("petugas"));
  CHECK(officer.command.kind == CommandKind::officer);
  CHECK(officer.complaint.flags == std::vector<std::string>{"wants_person"});
}

TEST_CASE("a_coded_report_is_the_same_on_every_channel") {
  const auto sms = normalized(whatsapp("LAKSA#PJU#Jl Moh Toha no 5#lampu mati"));
  CHECK(sms.complaint.category.value == "pju");
  CHECK(sms.complaint.category.source == "code");
  CHECK(sms.complaint.description == "Jl Moh Toha no 5, lampu mati");
  CHECK(sms.complaint.location.address == "Jl Moh Toha no 5");
  CHECK(sms.complaint.confidential.original_text == "LAKSA#PJU#Jl Moh Toha no 5#lampu mati");
  CHECK(sms.fingerprints.said == normalized(whatsapp("jl. moh toha no 5 LAMPU MATI!!")).fingerprints.said);

  auto mail = whatsapp("Jl Moh Toha no 5, lampu mati");
  mail.subject = "Laporan lampu";
  CHECK(normalized(mail).fingerprints.said == sms.fingerprints.said);
  CHECK(normalized(mail).complaint.title == "Laporan lampu");
}

TEST_CASE("an_emergency_is_one_whatever_else_is_unknown") {
  const auto complaint = normalized(whatsapp("ada yang bawa celurit")).complaint;
  CHECK(complaint.priority == core::Priority::emergency);
  CHECK(complaint.report_type == core::ReportType::emergency);
  CHECK(complaint.category.value == "ketertiban");
  CHECK(complaint.verify_due_at == kNow + std::chrono::hours{1});
  CHECK(normalized(whatsapp("saya mau bunuh diri")).complaint.flags == std::vector<std::string>{"self_harm"});
}

TEST_CASE("a_categorys_own_clock_goes_before_the_common_one") {
  const auto complaint = normalized(whatsapp("hidran di pasar kosong")).complaint;
  CHECK(complaint.category.value == "kebakaran");
  CHECK(complaint.priority == core::Priority::normal);
  CHECK(complaint.verify_due_at == kNow + std::chrono::hours{1});
  CHECK(complaint.expected_at == kNow + std::chrono::hours{168});
}

TEST_CASE("messages_that_say_nothing_are_not_dropped") {
  const auto empty = normalized(whatsapp(" \n\xE2\x80\x8B ")).complaint;
  CHECK(empty.flags == std::vector<std::string>{"empty"});
  CHECK(empty.title == "Pesan tanpa isi");
  CHECK(empty.description.empty());
  CHECK(empty.suggested_agencies == std::vector<std::string>{"Diskominfo"});

  auto photo = whatsapp("");
  photo.kind = MessageKind::media;
  photo.attachments.emplace_back().caption = "jalan berlubang";
  const auto pictured = normalized(photo).complaint;
  CHECK(pictured.flags.empty());
  CHECK(pictured.description == "jalan berlubang");
  CHECK(pictured.category.value == "jalan");

  const auto emoji = normalized(whatsapp("\xF0\x9F\x94\xA5")).complaint;
  CHECK(emoji.title == "\xF0\x9F\x94\xA5");
  CHECK(emoji.flags.empty());
  CHECK(normalized(whatsapp("\xF0\x9F\x94\xA5")).fingerprints.said.empty());

  auto stated = whatsapp("tolong");
  stated.stated.category = "bukan-kategori";
  CHECK(normalized(stated).complaint.flags == std::vector<std::string>{"unknown_category"});
}

TEST_CASE("a_position_that_cannot_be_is_left_out") {
  auto message = whatsapp("jalan rusak di serpong");
  message.place = core::SharedPlace{0, 0, 10.0, "", ""};
  const auto complaint = normalized(message).complaint;
  CHECK_FALSE(complaint.location.latitude);
  CHECK(complaint.scope == core::Scope::other_jurisdiction);
}

TEST_CASE("long_texts_are_kept_whole") {
  std::string text;
  while (text.size() < 100'000) text += "lampu jalan mati di gang mawar, ";
  text += "selesai";
  const auto complaint = normalized(whatsapp(text)).complaint;
  CHECK(complaint.description == text);
  CHECK(complaint.category.value == "pju");
  CHECK(complaint.title.size() < 200);
  // Not in a time that grows with its square.
  for (const std::string_view spots : {"depan ", "sd aku ", "depan sd ", "bukan jalan "}) {
    std::string many;
    while (many.size() < 100'000) many += spots;
    many += "selesai";
    CHECK(normalized(whatsapp(many)).complaint.description == many);
  }
  std::string zalgo = "banjir";
  for (int i = 0; i < 10'000; ++i) zalgo += "\xCC\xB6";
  CHECK(normalized(whatsapp(zalgo)).complaint.category.value == "banjir");
}

TEST_CASE("tricks_with_invisible_characters_hide_neither_commands_nor_numbers") {
  const std::string code = core::make_tracking_code(0, {0xAB, 0xCD, 0x12, 0x34, 0x56});
  CHECK(normalized(whatsapp("C\xE2\x80\x8B"
                            "E\xE2\x80\xAE"
                            "K SP\xC2\xAD-" +
                            code.substr(3)))
            .command.tracking_code == code);
  CHECK(normalized(whatsapp("lampu mati hub 0812\xE2\x80\x8B"
                            "5550\xE2\x81\xA6"
                            "1178"))
            .complaint.description == "lampu mati hub [telepon disamarkan]");
  std::string number = "lampu mati hub 0812";
  for (int i = 0; i < 10'000; ++i) number += "\xCC\xB6";
  CHECK(normalized(whatsapp(number + " sampah 081255501178")).complaint.description.ends_with("sampah [telepon disamarkan]"));
}

TEST_CASE("a_mail_may_ask_in_its_subject_for_the_report_that_its_text_names") {
  const std::string code = core::make_tracking_code(0, {0xAB, 0xCD, 0x12, 0x34, 0x56});
  auto message = whatsapp(code + "\n\nterima kasih");
  message.subject = "Status laporan";
  CHECK(normalized(message).command.kind == CommandKind::status);
  message = whatsapp("Mohon infonya, terima kasih");
  message.subject = "Cek " + code;
  CHECK(normalized(message).command.tracking_code == code);
  message = whatsapp("Lampunya masih mati, tolong segera diperbaiki");
  CHECK(normalized(message).command.kind == CommandKind::none);
  message = whatsapp("terima kasih");
  message.subject = "Re: Laporan " + code + " selesai";
  CHECK(normalized(message).command.kind == CommandKind::none);
}

// Every string a provider fills is garbage, made of what has broken parsers before.
TEST_CASE("garbage_in_every_field_makes_a_valid_record") {
  std::mt19937 random(20260105);  // NOLINT(cert-msc51-cpp): the same garbage every time
  const std::vector<std::string> pieces{"a",
                                        " ",
                                        "\n",
                                        std::string(1, '\0'),
                                        "\xFF",
                                        "\xC3",
                                        "\xED\xA0\x80",
                                        "\xF4\x90\x80\x80",
                                        "\xE2\x80\xAE",
                                        "\xE2\x80\x8D",
                                        "\xCC\x81",
                                        "\xF0\x9F\x94\xA5",
                                        "\xEF\xB7\xBA",
                                        "LAKSA#",
                                        "PJU#",
                                        "CEK ",
                                        "SP-0",
                                        "0812",
                                        "-9000",
                                        "3671012304850001",
                                        "@",
                                        "b.id",
                                        "jl ",
                                        "rt ",
                                        "03/",
                                        "kebakaran ",
                                        "bukan ",
                                        "kel. ",
                                        "cipondoh ",
                                        "https://maps.google.com/?q=",
                                        "-6.17831,",
                                        "106.63189",
                                        "[",
                                        "NIK disamarkan]",
                                        "\"",
                                        "\\",
                                        "\x7F",
                                        "anonim ",
                                        "#"};
  const auto garbage = [&] {
    std::string text;
    for (auto length = random() % 25; length > 0; --length) text += pieces[random() % pieces.size()];
    return text;
  };
  for (int round = 0; round < 400; ++round) {
    core::Message message;
    message.channel = static_cast<Channel>(random() % 11);
    message.kind = static_cast<MessageKind>(random() % 14);
    message.sender = {static_cast<AddressKind>(random() % 4), garbage(), garbage(), garbage(), garbage(), garbage(), garbage()};
    message.external_id = garbage();
    message.thread_id = garbage();
    message.in_reply_to = garbage();
    message.to = {garbage()};
    message.subject = garbage();
    message.text = garbage();
    message.permalink = garbage();
    message.flags = {garbage()};
    message.is_public = random() % 2 == 0;
    message.attachments.resize(random() % 3);
    for (auto& attachment : message.attachments) {
      attachment.mime_type = garbage();
      attachment.name = garbage();
      attachment.sha256 = garbage();
      attachment.caption = garbage();
    }
    if (random() % 3 == 0) message.place = core::SharedPlace{-6.1, 106.6, -1.0, garbage(), garbage()};
    if (random() % 3 == 0) {
      auto& call = message.call.emplace();
      call.call_id = garbage();
      call.disposition = garbage();
      call.recording = garbage();
    }
    message.stated.category = garbage();
    message.stated.address = garbage();
    message.stated.kelurahan = garbage();
    message.stated.attributes = {{garbage(), garbage()}};
    message.provider_at = core::from_unix_ms(static_cast<std::int64_t>(random()) * 1000);

    const auto result = normalized(message);
    const std::string json = queue_json(result.complaint);
    const std::string confidential = core::to_json(result.complaint.confidential);
    CHECK(repair_utf8(json) == json);
    CHECK(repair_utf8(confidential) == confidential);
    CHECK_FALSE(result.complaint.title.empty());
    CHECK(shorten(result.complaint.title, 160) == result.complaint.title);
    CHECK(clean(result.complaint.description) == result.complaint.description);
    CHECK(result.fingerprints.seen.size() == 32);
  }
}
