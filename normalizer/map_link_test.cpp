// SPDX-License-Identifier: Apache-2.0
#include "normalizer/map_link.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>

using namespace satupintu::normalizer;

TEST_CASE("positions_are_read_from_links_and_texts") {
  const struct {
    std::string text;
    double latitude, longitude;
  } cases[] = {
      {"geo:-6.178306,106.631889", -6.178306, 106.631889},
      {"geo:-6.178306,106.631889?z=17 sini pak", -6.178306, 106.631889},
      {"https://maps.google.com/?q=-6.178306,106.631889", -6.178306, 106.631889},
      {"lokasi https://maps.google.com/maps?q=-6.178306%2C106.631889&z=17&hl=id ya", -6.178306, 106.631889},
      {"maps.google.com/maps?q=loc:-6.178306,106.631889", -6.178306, 106.631889},
      {"https://www.google.com/maps/@-6.178306,106.631889,17z", -6.178306, 106.631889},
      {"https://www.google.com/maps/place/Masjid+Raya/@-6.17,106.63,17z/data=!3m1!4b1!4m5!3m4!1s0x0:0x1!8m2!3d-6.178306!4d106.631889",
       -6.178306, 106.631889},
      {"https://www.google.co.id/maps/search/-6.178306,+106.631889?entry=tts", -6.178306, 106.631889},
      {"https://www.google.com/maps/search/?api=1&query=-6.178306%2C106.631889", -6.178306, 106.631889},
      {"https://www.openstreetmap.org/?mlat=-6.178306&mlon=106.631889#map=17/-6.1/106.6", -6.178306, 106.631889},
      {"https://osm.org/#map=17/-6.178306/106.631889", -6.178306, 106.631889},
      {"https://maps.apple.com/?ll=-6.178306,106.631889&q=Rumah", -6.178306, 106.631889},
      {"https://waze.com/ul?ll=-6.178306,106.631889&navigate=yes", -6.178306, 106.631889},
      {"di -6.178306, 106.631889 lubang", -6.178306, 106.631889},
      {"(-6.178306,106.631889)", -6.178306, 106.631889},
      {"-6.178306 106.631889", -6.178306, 106.631889},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const auto position = find_position(c.text);
    REQUIRE(position);
    CHECK(position->latitude == doctest::Approx(c.latitude));
    CHECK(position->longitude == doctest::Approx(c.longitude));
  }
}

TEST_CASE("what_holds_no_position_gives_none") {
  for (const char* text : {"", "https://maps.app.goo.gl/AbC123", "https://goo.gl/maps/AbC.123", "https://maps.google.com/?q=Masjid.1+Raya",
                           "jam 08.30, 10.00", "-6.17,106.63", "Rp 1.500.000", "https://example.org/?q=-6.178306,106.631889", "geo:0.0,0.0",
                           "geo:-96.178,106.63", "-6.178306, 10.631889", "geo:", "geo:abc.1,def.2", "https://maps.google.com/?q=-6.178306",
                           "!3d-6.178306!4d106.631889", "1.2.3.4", "106.631889, -6.178306"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(find_position(text));
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
