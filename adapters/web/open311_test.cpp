// SPDX-License-Identifier: Apache-2.0
#include "adapters/web/open311.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "adapters/form.hpp"

using namespace satupintu::adapters;
using namespace satupintu::core;

namespace {

constexpr Timestamp kNow{std::chrono::seconds{1'767'229'200}};
constexpr std::string_view kKey = "kunci-api-open311-uji";

SettingsNode secret(std::string_view bytes) { return {Secret{std::string(bytes)}}; }

std::unique_ptr<Adapter> make(SettingsNode::Table table = {}) {
  table.insert({"api_key", secret(kKey)});
  const SettingsNode root{std::move(table)};
  SettingsReport report;
  Settings settings(root, report);
  auto adapter = make_web_open311("kota", settings);
  report_unknown_keys(root, report);
  REQUIRE(report.mistakes.empty());
  return adapter;
}

using Fields = std::vector<std::pair<std::string, std::string>>;

const Fields kReport{{"service_code", "pju"}, {"lat", "-6.178306"}, {"long", "106.631889"}, {"description", "PJU mati"}};

// The usual report with these fields in addition, or instead.
Fields with(Fields more) {
  for (const auto& field : kReport) {
    if (std::ranges::find(more, field.first, &Fields::value_type::first) == more.end()) more.push_back(field);
  }
  return more;
}

HttpRequest post(const Fields& fields, std::string path = "/channels/kota/v2/requests.json", std::string_view key = kKey) {
  Form form;
  for (const auto& [name, value] : fields) form.add(name, value);
  if (!key.empty()) form.add("api_key", std::string(key));
  return {.method = "POST",
          .path = std::move(path),
          .query = {},
          .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
          .body = form.encoded()};
}

HttpRequest get(std::string path, std::string query = {}) {
  return {.method = "GET", .path = "/channels/kota/" + std::move(path), .query = std::move(query), .headers = {}, .body = {}};
}

HttpAnswer answer(const Adapter& adapter, const HttpRequest& request, Timestamp now = kNow) {
  auto admission = adapter.admit(request, now);
  REQUIRE(admission);
  return admission->answer;
}

bool is_authentic(const Adapter& adapter, const HttpRequest& request) {
  const auto admission = adapter.admit(request, kNow);
  if (!admission) CHECK(admission.error().code == Errc::unauthentic);
  return admission.has_value();
}

}  // namespace

TEST_CASE("a_report_is_journalled_and_answered_with_a_token_and_no_id") {
  const auto adapter = make();
  const auto admission = adapter->admit(post(kReport), kNow);
  REQUIRE(admission);
  REQUIRE(admission->delivery);
  CHECK(admission->answer.status == 200);
  CHECK(admission->answer.body.starts_with(R"([{"token":")"));
  CHECK_FALSE(admission->answer.body.contains("service_request_id"));
  const auto events = adapter->decode(*admission->delivery);
  REQUIRE(events);
  REQUIRE(events->size() == 1);
  CHECK(admission->answer.body.contains(std::get<Message>(events->front()).external_id));
  CHECK(answer(*adapter, post(kReport, "/channels/kota/v2/requests.xml")).body.contains("<token>"));
}

TEST_CASE("the_same_report_within_ten_minutes_has_the_same_token") {
  using std::chrono::minutes;
  const auto adapter = make();
  const std::string token = answer(*adapter, post(kReport)).body;
  CHECK(answer(*adapter, post(kReport), kNow + minutes{9}).body == token);
  CHECK(answer(*adapter, post(kReport), kNow + minutes{10}).body != token);
  CHECK(answer(*adapter, post(with({{"description", "PJU mati lagi"}}))).body != token);
  CHECK(answer(*adapter, post(with({{"device_id", "b71c9"}}))).body != token);
  CHECK(answer(*make({{"api_key", secret("kunci-api-open311-lain")}}), post(kReport, "/channels/kota", "kunci-api-open311-lain")).body !=
        token);
}

TEST_CASE("a_token_survives_a_new_key_once_it_is_journalled") {
  const auto admission = make()->admit(post(kReport), kNow);
  REQUIRE(admission);
  const auto later = make({{"api_key", secret("kunci-api-open311-baru")}, {"previous_api_key", secret(kKey)}});
  CHECK(admission->answer.body.contains(std::get<Message>(later->decode(*admission->delivery)->front()).external_id));
}

TEST_CASE("only_a_key_that_is_live_may_report") {
  const std::string path = "/channels/kota/v2/requests.json";
  CHECK(is_authentic(*make(), post(kReport)));
  CHECK_FALSE(is_authentic(*make(), post(kReport, path, "")));
  CHECK_FALSE(is_authentic(*make(), post(kReport, path, "kunci-api-open311-ujj")));
  CHECK_FALSE(is_authentic(*make(), post(with({{"api_key", std::string(kKey)}}))));  // twice
  CHECK(is_authentic(*make({{"api_key", secret("kunci-api-open311-baru")}, {"previous_api_key", secret(kKey)}}), post(kReport)));
}

TEST_CASE("a_client_without_a_key_may_report_where_that_is_allowed_and_one_with_a_wrong_key_may_not") {
  const auto adapter = make({{"accept_without_key", {true}}});
  CHECK(is_authentic(*adapter, post(kReport, "/channels/kota/requests.json", "")));
  CHECK_FALSE(is_authentic(*adapter, post(kReport, "/channels/kota/requests.json", "kunci-api-open311-ujj")));
}

TEST_CASE("what_cannot_be_taken_is_told_in_the_standards_own_words") {
  const auto told = [](Fields fields, std::string path = "/channels/kota/v2/requests.json") {
    const auto admission = make()->admit(post(fields, std::move(path)), kNow);
    REQUIRE(admission);
    CHECK_FALSE(admission->delivery);
    CHECK(admission->answer.body.contains(std::to_string(admission->answer.status)));
    return admission->answer;
  };
  CHECK(told(with({{"service_code", ""}})).body == "[{\"code\":400,\"description\":\"service_code was not provided\"}]\n");
  CHECK(told(with({{"service_code", "ufo"}})).status == 404);
  CHECK(told(with({{"jurisdiction_id", "id.bandung"}})).status == 404);
  CHECK(told(with({{"lat", ""}, {"long", ""}})).status == 400);
  for (const std::string lat : {"", "abc", "90.01", "-6,17", "nan", "inf", " 1", "1e999", "0x1"}) {
    CAPTURE(lat);
    CHECK(told(with({{"lat", lat}})).status == 400);
  }
  CHECK(told(with({{"long", "180.5"}})).status == 400);
  CHECK(told(with({{"email", "sari"}})).status == 400);
  std::string long_text;
  for (int i = 0; i < 4001; ++i) long_text += "é";
  CHECK(told(with({{"description", long_text}})).status == 400);
  CHECK(make()->admit(post(with({{"description", long_text.substr(2)}})), kNow)->delivery);
  CHECK(told(kReport, "/channels/kota/v2/services.json").status == 404);
  CHECK(told(kReport, "/channels/kota/besok").status == 404);
  CHECK(told(with({{"service_code", ""}}), "/channels/kota/v2/requests.xml").body.contains("<errors><error><code>400</code>"));
}

TEST_CASE("a_form_without_files_is_small") {
  const auto told = make()->admit(post(with({{"attribute[A]", std::string(256 * 1024, 'a')}})), kNow);
  REQUIRE_FALSE(told);
  CHECK(told.error().code == Errc::too_large);
}

TEST_CASE("a_text_in_place_of_a_position_is_enough") {
  const auto admission = make()->admit(post({{"service_code", "pju"}, {"address_string", "Gg. Mawar"}}), kNow);
  REQUIRE(admission);
  REQUIRE(admission->delivery);
  const auto message = std::get<Message>(make()->decode(*admission->delivery)->front());
  CHECK_FALSE(message.place);
  CHECK(message.stated.address == "Gg. Mawar");
  CHECK(message.stated.category == "pju");
}

TEST_CASE("the_shipped_categories_are_the_services") {
  const std::string services = answer(*make(), get("v2/services.json")).body;
  for (const char* code : {"pju", "banjir", "pelayanan", "lainnya"})
    CHECK(services.contains("\"service_code\":\"" + std::string(code) + '"'));
  CHECK(std::ranges::count(services, '{') == 27);
  CHECK(answer(*make(), get("services.xml")).body.contains("<service_code>pju</service_code>"));
}

TEST_CASE("services_of_ones_own_are_all_there_is") {
  const auto adapter = make({{"services", {SettingsNode::List{{std::string("rawa|Rawa-rawa")}, {std::string("pju|Lampu|Jalan")}}}}});
  CHECK(std::ranges::count(answer(*adapter, get("v2/services.json")).body, '{') == 2);
  CHECK(answer(*adapter, get("services/rawa.json")).body == "{\"service_code\":\"rawa\",\"attributes\":[]}\n");
  CHECK(answer(*adapter, post(with({{"service_code", "sampah"}}))).status == 404);
  const SettingsNode root{SettingsNode::Table{{"api_key", secret(kKey)}, {"services", {SettingsNode::List{{std::string("Rawa rawa")}}}}}};
  SettingsReport report;
  Settings settings(root, report, "accounts.kota");
  CHECK(make_web_open311("kota", settings) != nullptr);
  REQUIRE(report.mistakes.size() == 1);
  CHECK(report.mistakes[0].path == "accounts.kota.services");
}

TEST_CASE("whoever_asks_for_what_is_not_here_is_told_so") {
  for (const char* path : {"v2/tokens/4b1f.json", "v2/requests/SP-0ABCD-EFGHV.json", "v2/requests.json", "v2/services/ufo.json", "besok"}) {
    CAPTURE(path);
    const auto told = answer(*make(), get(path));
    CHECK(told.status == 404);
    CHECK(told.body.starts_with(R"([{"code":404,"description":")"));
  }
  CHECK(answer(*make(), get("v2/services.json", "jurisdiction_id=id.bandung")).status == 404);
  CHECK(answer(*make(), get("v2/services.json", "jurisdiction_id=id.tangerang")).status == 200);
  CHECK(answer(*make({{"jurisdiction_id", {std::string()}}}), get("v2/services.json", "jurisdiction_id=id.bandung")).status == 200);
}

TEST_CASE("a_file_that_came_along_is_found_again_byte_for_byte") {
  const std::string bytes("\x89PNG\r\n--lain\r\n\0", 15);
  HttpRequest request;
  request.method = "POST";
  request.path = "/channels/kota/requests.json";
  request.headers = {{"Content-Type", "multipart/form-data; boundary=batas"}};
  for (const auto& [name, value] : with({{"api_key", std::string(kKey)}})) {
    request.body += "--batas\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
  }
  request.body += "--batas\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n" +
                  bytes + "\r\n--batas--\r\n";
  const auto adapter = make();
  const auto admission = adapter->admit(request, kNow);
  REQUIRE(admission);
  REQUIRE(admission->delivery);
  const auto message = std::get<Message>(adapter->decode(*admission->delivery)->front());
  REQUIRE(message.attachments.size() == 1);
  CHECK(message.attachments[0].kind == AttachmentKind::image);
  CHECK(message.attachments[0].name == "a.png");
  CHECK(adapter->extract(*admission->delivery, message.attachments[0]) == bytes);
  for (const std::string elsewhere : {"", "part:0", "part:99", "part:", "5"}) {
    CAPTURE(elsewhere);
    Attachment other;
    other.inline_part = elsewhere;
    const auto found = adapter->extract(*admission->delivery, other);
    REQUIRE_FALSE(found);
    CHECK(found.error().code == Errc::not_found);
  }
  // Another picture under the same words is another report.
  HttpRequest changed = request;
  changed.body.replace(changed.body.find("PNG"), 3, "GIF");
  CHECK(answer(*adapter, changed).body != admission->answer.body);
}
