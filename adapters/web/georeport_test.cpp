// SPDX-License-Identifier: Apache-2.0
#include "adapters/web/georeport.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace satupintu::adapters::georeport;
using namespace satupintu::core;
using What = Target::What;

namespace {

constexpr Timestamp kNow{std::chrono::seconds{1'767'229'200}};
constexpr std::string_view kXml = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";

ServiceRequest request() {
  return {.tracking_code = "SP-0ABCD-EFGHV",
          .is_open = true,
          .status_notes = "Petugas <PJU> & tim \"malam\"",
          .service_code = "pju",
          .service_name = "Penerangan jalan umum",
          .agency = "Dinas Perhubungan",
          .requested_at = kNow,
          .updated_at = kNow + std::chrono::hours{1},
          .expected_at = std::nullopt,
          .address = "Jl. Moh. Toha 5",
          .latitude = -6.178306,
          .longitude = 106.631889};
}

}  // namespace

TEST_CASE("each_address_asks_for_one_thing_in_one_format") {
  const auto is = [](std::string_view path, What what, std::string_view id, Format format) {
    const auto target = read_target(path);
    REQUIRE(target);
    CHECK(target->what == what);
    CHECK(target->id == id);
    CHECK(target->format == format);
  };
  is("requests.json", What::requests, "", Format::json);
  is("v2/requests.xml", What::requests, "", Format::xml);
  is("v2/requests/SP-0ABCD-EFGHV.json", What::request, "SP-0ABCD-EFGHV", Format::json);
  is("tokens/4b1f.xml", What::token, "4b1f", Format::xml);
  is("v2/services.json", What::services, "", Format::json);
  is("services/pju.json", What::service, "pju", Format::json);
}

TEST_CASE("any_other_address_asks_for_nothing") {
  for (const char* path : {"", "v2", "v2/", "requests", "requests.txt", ".json", "v2/v2/requests.json", "v1/requests.json",
                           "requests/.json", "requests/a/b.json", "servicess.json", "tokens.json", "Requests.json", "/requests.json"}) {
    CAPTURE(path);
    CHECK_FALSE(read_target(path));
  }
}

TEST_CASE("times_are_those_of_jakarta_with_their_zone") {
  CHECK(w3c_datetime(kNow) == "2026-01-01T08:00:00+07:00");
  CHECK(w3c_datetime(kNow + std::chrono::hours{16} + std::chrono::milliseconds{999}) == "2026-01-02T00:00:00+07:00");
}

TEST_CASE("a_request_is_written_in_json_and_xml_with_what_it_lacks") {
  const std::array requests{request()};
  const auto json = requests_answer(requests, Format::json);
  CHECK(json.status == 200);
  CHECK(json.content_type == "application/json; charset=utf-8");
  CHECK(json.body ==
        R"([{"service_request_id":"SP-0ABCD-EFGHV","status":"open","status_notes":"Petugas <PJU> & tim \"malam\"",)"
        R"("service_name":"Penerangan jalan umum","service_code":"pju","description":null,"agency_responsible":"Dinas Perhubungan",)"
        R"("service_notice":null,"requested_datetime":"2026-01-01T08:00:00+07:00","updated_datetime":"2026-01-01T09:00:00+07:00",)"
        R"("expected_datetime":null,"address":"Jl. Moh. Toha 5","address_id":null,"zipcode":null,"lat":-6.178306,"long":106.631889,)"
        R"("media_url":null}])"
        "\n");
  const auto xml = requests_answer(requests, Format::xml);
  CHECK(xml.content_type == "text/xml; charset=utf-8");
  CHECK(xml.body ==
        std::string(kXml) +
            "<service_requests><request><service_request_id>SP-0ABCD-EFGHV</service_request_id><status>open</status>"
            "<status_notes>Petugas &lt;PJU&gt; &amp; tim &quot;malam&quot;</status_notes><service_name>Penerangan jalan umum</service_name>"
            "<service_code>pju</service_code><description/><agency_responsible>Dinas Perhubungan</agency_responsible><service_notice/>"
            "<requested_datetime>2026-01-01T08:00:00+07:00</requested_datetime>"
            "<updated_datetime>2026-01-01T09:00:00+07:00</updated_datetime><expected_datetime/><address>Jl. Moh. Toha 5</address>"
            "<address_id/><zipcode/><lat>-6.178306</lat><long>106.631889</long><media_url/></request></service_requests>\n");
}

TEST_CASE("a_closed_request_without_a_position_says_so") {
  ServiceRequest closed = request();
  closed.is_open = false;
  closed.latitude = closed.longitude = std::nullopt;
  const std::array requests{closed, closed};
  const std::string body = requests_answer(requests, Format::json).body;
  CHECK(body.contains(R"("status":"closed")"));
  CHECK(body.contains(R"("lat":null,"long":null)"));
  CHECK(body.contains("},{"));
}

TEST_CASE("control_characters_leave_the_xml_well_formed") {
  ServiceRequest odd = request();
  odd.status_notes =
      "a\x01"
      "b\tc\x1F";
  const std::array requests{odd};
  CHECK(requests_answer(requests, Format::xml)
            .body.contains("<status_notes>a\xEF\xBF\xBD"
                           "b\tc\xEF\xBF\xBD</status_notes>"));
}

TEST_CASE("an_empty_list_is_an_empty_list") {
  CHECK(requests_answer({}, Format::json).body == "[]\n");
  CHECK(requests_answer({}, Format::xml).body == std::string(kXml) + "<service_requests></service_requests>\n");
}

TEST_CASE("services_are_listed_with_their_group") {
  const std::array services{Service{"pju", "Penerangan jalan umum", "Jalan & lalu lintas"}};
  CHECK(services_answer(services, Format::json).body ==
        R"([{"service_code":"pju","service_name":"Penerangan jalan umum","description":"Penerangan jalan umum","metadata":false,)"
        R"("type":"batch","keywords":null,"group":"Jalan & lalu lintas"}])"
        "\n");
  CHECK(services_answer(services, Format::xml).body ==
        std::string(kXml) +
            "<services><service><service_code>pju</service_code><service_name>Penerangan jalan umum</service_name>"
            "<description>Penerangan jalan umum</description><metadata>false</metadata><type>batch</type><keywords/>"
            "<group>Jalan &amp; lalu lintas</group></service></services>\n");
  CHECK(definition_answer(services[0], Format::json).body == "{\"service_code\":\"pju\",\"attributes\":[]}\n");
  CHECK(definition_answer(services[0], Format::xml).body ==
        std::string(kXml) + "<service_definition><service_code>pju</service_code><attributes/></service_definition>\n");
}

TEST_CASE("a_new_request_has_a_token_and_later_a_tracking_code") {
  CHECK(accepted_answer("4b1f", Format::json).body == "[{\"token\":\"4b1f\"}]\n");
  CHECK(accepted_answer("4b1f", Format::xml).body ==
        std::string(kXml) + "<service_requests><request><token>4b1f</token></request></service_requests>\n");
  CHECK(token_answer("4b1f", "SP-0ABCD-EFGHV", Format::json).body == "[{\"service_request_id\":\"SP-0ABCD-EFGHV\",\"token\":\"4b1f\"}]\n");
  CHECK(token_answer("4b1f", "", Format::xml).body ==
        std::string(kXml) + "<service_requests><request><service_request_id/><token>4b1f</token></request></service_requests>\n");
}

TEST_CASE("an_error_repeats_its_status") {
  const auto json = error_answer(404, "service_code was not found", Format::json);
  CHECK(json.status == 404);
  CHECK(json.body == "[{\"code\":404,\"description\":\"service_code was not found\"}]\n");
  CHECK(error_answer(400, "x", Format::xml).body ==
        std::string(kXml) + "<errors><error><code>400</code><description>x</description></error></errors>\n");
}
