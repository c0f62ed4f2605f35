// SPDX-License-Identifier: Apache-2.0
#include "adapters/hotline/aml_sms.hpp"

#include <doctest/doctest.h>

using namespace satupintu;
using namespace satupintu::adapters;
using namespace std::string_literals;

namespace {

const std::string kFirst =
    "A\"ML=1;lt=-6.17845;lg=+106.63198;rd=25;top=20260101005943;lc=68;pm=G;si=510100000000001;ei=350000000000011;mcc=510;mnc=10;ml=128";
const std::string kSecond =
    "A\"ML=2;en=112;et=1767229180;lo=-6.17845,106.63198,12;lt=5;lc=68;lz=18.4,3;ls=W;ei=350000000000011;nc=51010;hc=51010;lg=id";

AmlLocation location_in(const std::string& text) {
  const auto location = parse_aml_sms(text);
  REQUIRE(location);
  return *location;
}

// `fields` as a message of the first version that tells its right length.
std::string first_version(const std::string& fields) {
  std::string text = "A\"ML=1;" + fields + ";ml=";
  return text + std::to_string(text.size() + 2);
}

// Octets into which the septets of `text` are packed (3GPP TS 23.038, 6.1.2.1).
std::string packed(const std::string& text) {
  std::string octets;
  unsigned held = 0, bits = 0;
  for (const char c : text) {
    held |= static_cast<unsigned>(c) << bits;
    bits += 7;
    for (; bits >= 8; bits -= 8, held >>= 8U) octets += static_cast<char>(held & 0xFFU);
  }
  if (bits > 0) octets += static_cast<char>(held);
  return octets;
}

}  // namespace

TEST_CASE("the_first_version_tells_degrees_metres_and_time") {
  const auto location = location_in(kFirst);
  CHECK(location.latitude == -6.17845);
  CHECK(location.longitude == 106.63198);
  CHECK(location.accuracy_m == 25);
  CHECK(location.fixed_at == core::parse_rfc3339("2026-01-01T00:59:43Z"));
  CHECK(location.source == "gps");
  CHECK(location.confidence == "68");
}

TEST_CASE("the_second_version_uses_the_same_letters_for_other_things") {
  const auto location = location_in(kSecond);
  CHECK(location.latitude == -6.17845);
  CHECK(location.longitude == 106.63198);
  CHECK(location.accuracy_m == 12);
  CHECK(location.fixed_at == core::parse_rfc3339("2026-01-01T00:59:45Z"));
  CHECK(location.source == "wifi");
  CHECK(location.altitude_m == "18.4");
  CHECK(location.emergency_number == "112");
  CHECK(location_in("A\"ML=2;et=1767229180;lo=1,2,3;lt=-5").fixed_at == core::parse_rfc3339("2026-01-01T00:59:35Z"));
  CHECK(location_in("A\"ML=2;et=1767229180;lo=1,2,3;lt=99999999999999999999").fixed_at == core::parse_rfc3339("2026-01-01T00:59:40Z"));
}

TEST_CASE("a_data_sms_holds_the_same_in_packed_septets") {
  CHECK(packed(kFirst).size() == 112);
  const auto location = location_in(packed(kFirst));
  CHECK(location.latitude == -6.17845);
  CHECK(location.fixed_at == core::parse_rfc3339("2026-01-01T00:59:43Z"));
  for (std::size_t size = 1; size <= 9; ++size) {
    const std::string text = first_version("lt=-6.1;lg=106.6;x=" + std::string(size + 40, 'a'));
    CAPTURE(text.size());
    CHECK(location_in(packed(text)).longitude == 106.6);
  }
}

TEST_CASE("a_message_that_lost_a_piece_is_not_read") {
  for (std::size_t size = 5; size < kFirst.size(); ++size) {
    CAPTURE(size);
    CHECK(is_aml_sms(kFirst.substr(0, size)));
    CHECK_FALSE(parse_aml_sms(kFirst.substr(0, size)));
  }
  CHECK_FALSE(parse_aml_sms("A\"ML=1;lt=-6.17845;lg=+106.63198;rd=25"));
  CHECK_FALSE(parse_aml_sms(first_version("lt=1;lg=2") + "9"));
  CHECK_FALSE(parse_aml_sms("A\"ML=3;lt=1;lg=2;ml=21"));
  CHECK(parse_aml_sms(kFirst + "\r\n"));
}

TEST_CASE("every_cut_and_every_changed_byte_can_be_read") {
  for (const std::string& whole : {kFirst, kSecond, packed(kFirst), packed(kSecond)}) {
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (const char c : "\0\xFF;=,N\"9"s) {
        std::string changed = whole;
        changed[at] = c;
        if (const auto location = parse_aml_sms(changed)) CHECK(location->latitude.has_value() == location->longitude.has_value());
        static_cast<void>(parse_aml_sms(changed.substr(0, at)));
      }
    }
  }
}

TEST_CASE("a_telephone_without_a_fix_has_no_place") {
  for (const char* fields : {"lt=+0.00000;lg=+0.00000;rd=N;pm=N", "lt=-6.1;lg=106.6;rd=N;pm=N", "lt=N;lg=N;rd=N;pm=U", "lt=-6.1;pm=G",
                             "lt=-96.1;lg=106.6;pm=G", "lt=-6.1;lg=190;pm=G", "lt=nan;lg=inf;pm=G", "lt=;lg=;pm=G"}) {
    CAPTURE(fields);
    const auto location = location_in(first_version(fields));
    CHECK_FALSE(location.latitude);
    CHECK_FALSE(location.longitude);
    const auto event = event_of(location);
    REQUIRE(std::holds_alternative<core::Ignored>(event));
    CHECK(std::get<core::Ignored>(event).why == "location_without_fix");
  }
}

TEST_CASE("what_a_citizen_writes_is_no_location") {
  for (const char* text : {"", "A", "AML", "A\"ML", "Lampu mati di Cipondoh A\"ML=1", "112 tolong", "a\"ml=1;lt=1"}) {
    CAPTURE(text);
    core::Message sms;
    sms.text = text;
    CHECK_FALSE(read_aml_sms(sms));
  }
}

TEST_CASE("the_location_keeps_the_sms_id_sender_and_number") {
  core::Message sms;
  sms.channel = core::Channel::sms;
  sms.external_id = "sms-7";
  sms.sender = {.address_kind = core::AddressKind::phone,
                .address = "+6281255501001",
                .phone = {},
                .platform_id = {},
                .scope = {},
                .name = {},
                .handle = {}};
  sms.to = {"112"};
  sms.text = kFirst;
  const auto event = read_aml_sms(sms);
  REQUIRE(event);
  REQUIRE(std::holds_alternative<core::Message>(*event));
  const auto& message = std::get<core::Message>(*event);
  CHECK(message.kind == core::MessageKind::caller_location);
  CHECK(message.channel == core::Channel::call);
  CHECK(message.external_id == "sms-7");
  CHECK(message.sender.address == "+6281255501001");
  CHECK(message.to == std::vector{"112"s});
  CHECK(message.text.empty());
  CHECK(message.flags == std::vector{"aml"s, "gps"s});
  REQUIRE(message.place);
  CHECK(message.place->accuracy_m == 25);
  for (const auto& [name, value] : message.stated.attributes) {
    CHECK_FALSE(value.contains("510100000000001"));
    CHECK_FALSE(value.contains("350000000000011"));
  }
}

TEST_CASE("a_broken_location_is_unreadable_and_never_a_text") {
  core::Message sms;
  sms.text = kFirst.substr(0, 60);
  const auto event = read_aml_sms(sms);
  REQUIRE(event);
  REQUIRE(std::holds_alternative<core::Unreadable>(*event));
  CHECK(std::get<core::Unreadable>(*event).why == "broken_aml_sms");
}

TEST_CASE("a_location_without_its_own_time_has_that_of_the_sms") {
  core::Message sms;
  sms.text = first_version("lt=-6.1;lg=106.6;rd=20;pm=C");
  sms.provider_at = core::parse_rfc3339("2026-01-01T01:00:00Z");
  const auto event = read_aml_sms(sms);
  REQUIRE(event);
  CHECK(std::get<core::Message>(*event).provider_at == sms.provider_at);
}
