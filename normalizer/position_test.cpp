// SPDX-License-Identifier: Apache-2.0
#include "normalizer/position.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

using namespace satupintu::normalizer;

namespace {

const std::optional<Position> kCity = Position{-6.165, 106.66, std::nullopt};

struct Example {
  std::string text;
  double latitude = -6.178306, longitude = 106.631889;
};

void check_positions(const std::vector<Example>& examples) {
  for (const auto& c : examples) {
    CAPTURE(c.text);
    const auto found = find_position(c.text, kCity);
    CHECK_FALSE(found.unresolved_link);
    REQUIRE(found.position);
    CHECK(found.position->latitude == doctest::Approx(c.latitude).epsilon(1e-8));
    CHECK(found.position->longitude == doctest::Approx(c.longitude).epsilon(1e-8));
  }
}

}  // namespace

TEST_CASE("positions_are_read_from_map_links") {
  check_positions({
      {"https://maps.google.com/?q=-6.178306,106.631889"},
      {"HTTPS://Maps.Google.com/?q=-6.178306,106.631889"},
      {"lokasi:https://maps.google.com/maps?q=-6.178306%2C106.631889&z=17&hl=id ya"},
      {"lokasi https://maps.google.com/maps?q=-6.178306%2c106.631889&z=17&hl=id ya"},
      {"maps.google.com/maps?q=loc:-6.178306,106.631889"},
      {"(maps.google.co.id/?ll=-6.178306,106.631889)"},
      {"https://www.google.com/maps?q=-6.178306,106.631889&entry=gps"},
      {"https://www.google.com/maps/@-6.178306,106.631889,17z"},
      {"https://www.google.com/maps/place/Masjid+Raya/@-6.17,106.63,17z/data=!3m1!4b1!4m5!3m4!1s0x0:0x1!8m2!3d-6.178306!4d106.631889"},
      {"https://www.google.com/maps/place/-6.178306,106.631889/@-6.17,106.63,17z"},
      {"https://www.google.com/maps/place/6%C2%B010'41.9%22S+106%C2%B037'54.8%22E/@-6.17,106.63,17z", -6.178305556, 106.631888889},
      {"https://www.google.com/maps/place/RJCJ%2BMQ+Karawaci,+Kota+Tangerang/", -6.1783125, 106.6319375},
      {"https://www.google.co.id/maps/search/-6.178306,+106.631889?entry=tts"},
      {"https://www.google.com/maps/search/?api=1&query=-6.178306%2C106.631889"},
      {"https://www.google.com/maps/dir/?api=1&origin=-6.1,106.1&destination=-6.178306,106.631889"},
      {"https://www.google.com/maps/dir/-6.1,106.1/-6.178306,106.631889/@-6.15,106.5,12z"},
      {"https://www.google.com/maps/dir//-6.178306,106.631889"},
      {"https://www.google.com/maps/dir/Rumah/Kantor/@-6.1,106.5,12z/data=!4m9!4m8!1m1!4e1!1m5!1m1!1s0x2e69!2m2!1d106.631889!2d-6.178306"},
      {"https://www.google.com/maps/embed?pb=!1m18!1m12!1m3!1d3966.6!2d106.631889!3d-6.178306!2m3!1f0"},
      {"https://maps.google.com/?saddr=-6.1,106.1&daddr=-6.178306,106.631889"},
      {"https://www.openstreetmap.org/?mlat=-6.178306&mlon=106.631889#map=17/-6.1/106.6"},
      {"https://osm.org/#map=17/-6.178306/106.631889"},
      {"https://www.openstreetmap.org/node/123#map=17/-6.178306/106.631889"},
      {"https://maps.apple.com/?ll=-6.178306,106.631889&q=Rumah"},
      {"https://maps.apple.com/place?coordinate=-6.178306,106.631889&name=Pin"},
      {"https://maps.apple.com/?address=Jl.%20Satria&ll=-6.178306,106.631889"},
      {"https://waze.com/ul?ll=-6.178306,106.631889&navigate=yes"},
      {"https://www.waze.com/en/live-map/directions?to=ll.-6.178306%2C106.631889"},
      {"https://www.bing.com/maps?cp=-6.1~106.6&sp=point.-6.178306_106.631889_Rumah"},
      {"https://bing.com/maps?cp=-6.178306~106.631889&lvl=17"},
      {"https://maps.app.goo.gl/AbC123 -6.178306,106.631889"},
  });
}

TEST_CASE("positions_are_read_from_geo_uris") {
  check_positions({
      {"geo:-6.178306,106.631889"},
      {"geo:-6.178306,106.631889?z=17 sini pak"},
      {"geo:-6.178306,106.631889,12.5;crs=wgs84"},
      {"Geo:-6.178306,106.631889"},
      {"geo:0,0?q=-6.178306,106.631889(Rumah%20saya)"},
      {"geo:-6.1,106.6?q=-6.178306%2C106.631889"},
  });
  const auto found = find_position("geo:-6.178306,106.631889;u=35", kCity);
  REQUIRE(found.position);
  CHECK(found.position->accuracy_m == 35);
}

TEST_CASE("positions_are_read_as_people_write_them") {
  check_positions({
      {"di -6.178306, 106.631889 lubang"},
      {"(-6.178306,106.631889)"},
      {"-6.178306 106.631889"},
      {"-6.178306\n106.631889"},
      {"-6.178306/106.631889"},
      {"-6.178306;106.631889"},
      {"koordinat:-6.178306,106.631889."},
      {"titik koordinat -6,178306 106,631889 ya"},
      {"-6,178306, 106,631889"},
      {"-6,178306;106,631889"},
      {"106.631889, -6.178306"},
      {"lat -6.178306 long 106.631889"},
      {"lat: -6.178306, lng: 106.631889"},
      {"Latitude=-6.178306 Longitude=106.631889"},
      {"lintang -6.178306 bujur 106.631889"},
      {"long 106.631889 lat -6.178306"},
      {"lat -6.178 long 106.632", -6.178, 106.632},
      {"6.178306 S, 106.631889 E"},
      {"S6.178306 E106.631889"},
      {"6.178306 LS 106.631889 BT"},
      {"\xE2\x88\x92"
       "6.178306, 106.631889"},
      {"-6.178306\xC2\xB0, 106.631889\xC2\xB0"},
      {"6\xC2\xB0"
       "10'42.0\"S 106\xC2\xB0"
       "37'54.8\"E",
       -6.178333333, 106.631888889},
      {"6\xC2\xB0"
       "10'42.0\"LS, 106\xC2\xB0"
       "37'54.8\"BT",
       -6.178333333, 106.631888889},
      {"6\xC2\xB0 10\xE2\x80\xB2 42\xE2\x80\xB3 S 106\xC2\xB0 37\xE2\x80\xB2 54.8\xE2\x80\xB3 E", -6.178333333, 106.631888889},
      {"6\xC2\xB0"
       "10.7'S 106\xC2\xB0"
       "37.913'E",
       -6.178333333, 106.631883333},
  });
}

TEST_CASE("positions_are_read_from_plus_codes") {
  check_positions({
      {"6P58RJCJ+MQ", -6.1783125, 106.6319375},
      {"lokasinya 6p58rjcj+mq ya", -6.1783125, 106.6319375},
      {"RJCJ+8Q Karawaci, Kota Tangerang", -6.1791875, 106.6319375},
      {"(RJCJ+8Q, Karawaci)", -6.1791875, 106.6319375},
  });
}

TEST_CASE("what_holds_no_position_gives_none") {
  for (const char* text : {"",
                           "jam 08.30, 10.00",
                           "-6.17,106.63",
                           "Rp 1.500.000",
                           "https://example.org/?q=-6.178306,106.631889",
                           "geo:0.0,0.0",
                           "https://example.org/?u=maps.google.com/?q=-6.178306,106.631889",
                           "geo:-96.178,106.63",
                           "-6.178306, 10.631889",
                           "geo:abc.1,def.2",
                           "!3d-6.178306!4d106.631889",
                           "1.2.3.4",
                           "6.178306 106",
                           "2234+56",
                           "A+23",
                           "wc+toilet",
                           "5.0000 meter, 100.0000 liter",
                           "+62",
                           "-6.178306",
                           "-6.178306,",
                           "geo:-6.1,106.6;crs=utm",
                           "12345678901234567890123456789.1234 106.1234",
                           "lat -6.178306 lat 106.631889"}) {
    CAPTURE(std::string(text));
    const auto found = find_position(text, kCity);
    CHECK_FALSE(found.position);
  }
  CHECK_FALSE(find_position("RJCJ+8Q", std::nullopt).position);
}

TEST_CASE("a_map_link_that_only_its_owner_can_read_is_told") {
  for (const char* text :
       {"https://maps.app.goo.gl/AbC123", "lihat https://goo.gl/maps/AbC.123", "https://maps.google.com/?q=Masjid.1+Raya",
        "https://maps.google.com/?q=-6.178306", "https://www.openstreetmap.org/node/123", "https://maps.apple.com/p/AbC",
        "https://maps.apple/p/AbC", "https://maps.google.com/?cid=1234567890", "https://waze.com/ul/hqguf2"}) {
    CAPTURE(std::string(text));
    const auto found = find_position(text, kCity);
    CHECK_FALSE(found.position);
    CHECK(found.unresolved_link);
  }
  for (const char* text : {"https://www.google.com/search?q=macet", "https://goo.gl/AbC", "maps", "https://bing.com/"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(find_position(text, kCity).unresolved_link);
  }
}

TEST_CASE("a_position_cut_off_anywhere_does_no_harm") {
  for (const std::string text :
       {"https://www.google.com/maps/place/6%C2%B010'41.9%22S+106%C2%B037'54.8%22E/@-6.17,106.63,17z/data=!3d-6.1!4d106.6",
        "6\xC2\xB0"
        "10'42.0\"S 106\xC2\xB0"
        "37'54.8\"E",
        "geo:0,0?q=-6.178306,106.631889(R)", "lat: -6,178306; long: 106,631889", "6P58RJCJ+MQ",
        "https://bing.com/maps?sp=point.-6.178306_106.631889"}) {
    for (std::size_t size = 0; size <= text.size(); ++size) {
      const std::string cut = text.substr(0, size);
      CHECK_NOTHROW(static_cast<void>(find_position(cut, kCity)));
    }
  }
}

TEST_CASE("no_place_on_earth_is_no_position") {
  CHECK(is_position(-6.1, 106.6));
  CHECK_FALSE(is_position(0, 0));
  CHECK_FALSE(is_position(91, 0));
  CHECK_FALSE(is_position(0, 181));
  CHECK_FALSE(is_position(std::numeric_limits<double>::quiet_NaN(), 1));
  CHECK_FALSE(is_position(1, std::numeric_limits<double>::infinity()));
}
