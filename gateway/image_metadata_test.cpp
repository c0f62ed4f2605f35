// SPDX-License-Identifier: Apache-2.0
#include "gateway/image_metadata.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace satupintu;
using namespace satupintu::gateway;

namespace {

std::string big(std::uint32_t value, int octets) {
  std::string out;
  for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xFFU);
  return out;
}

std::string segment(unsigned char marker, const std::string& content) {
  return std::string("\xFF") + static_cast<char>(marker) + big(static_cast<std::uint32_t>(content.size() + 2), 2) + content;
}

std::string entry(std::uint32_t tag, std::uint32_t type, std::uint32_t count, const std::string& value) {
  return big(tag, 2) + big(type, 2) + big(count, 4) + value;
}

// An Exif block, big-endian, whose only directory points to one with a position: 6° 10' 30" S, 106° 37' 48" E.
std::string exif_with_position(char north_or_south = 'S', std::uint32_t denominator = 1) {
  const std::string latitude = big(6, 4) + big(denominator, 4) + big(10, 4) + big(1, 4) + big(30, 4) + big(1, 4);
  const std::string longitude = big(106, 4) + big(1, 4) + big(37, 4) + big(1, 4) + big(48, 4) + big(1, 4);
  const std::uint32_t gps_at = 8 + 2 + 12 + 4;
  const std::uint32_t values_at = gps_at + 2 + 4 * 12 + 4;
  std::string tiff = std::string("MM\0*", 4) + big(8, 4);
  tiff += big(1, 2) + entry(0x8825, 4, 1, big(gps_at, 4)) + big(0, 4);
  tiff += big(4, 2) + entry(1, 2, 2, std::string{north_or_south, 0, 0, 0}) + entry(2, 5, 3, big(values_at, 4)) +
          entry(3, 2, 2, std::string("E\0\0\0", 4)) + entry(4, 5, 3, big(values_at + 24, 4)) + big(0, 4);
  return std::string("Exif\0\0", 6) + tiff + latitude + longitude;
}

const std::string kJfif = segment(0xE0, std::string("JFIF\0\1\1\0\0\1\0\1\0\0", 14));
const std::string kProfile = segment(0xE2, std::string("ICC_PROFILE\0warna", 17));
const std::string kTables = segment(0xDB, "kuantisasi") + segment(0xC0, "bingkai") + segment(0xC4, "huffman");
// With a stuffed 0xFF and a restart marker in the scan's data, then a second scan as in a progressive picture.
const std::string kScans =
    segment(0xDA, "scan") + std::string("data\xFF\0data\xFF\xD0more", 16) + segment(0xDA, "scan") + "lagi" + "\xFF\xD9";

std::string jpeg(const std::string& metadata, const std::string& behind = {}) {
  return "\xFF\xD8" + kJfif + metadata + kProfile + kTables + kScans + behind;
}

std::string chunk(const std::string& type, const std::string& content) {
  return big(static_cast<std::uint32_t>(content.size()), 4) + type + content + "CRC4";
}

}  // namespace

TEST_CASE("a_photograph_says_where_it_was_taken") {
  const auto place = position_in(jpeg(segment(0xE1, exif_with_position())));
  REQUIRE(place);
  CHECK(std::abs(place->latitude - -6.175) < 1e-9);
  CHECK(std::abs(place->longitude - 106.63) < 1e-9);
  CHECK(position_in(jpeg(segment(0xE1, exif_with_position('N')))).value().latitude > 0);
}

TEST_CASE("a_photograph_without_a_place_or_with_nonsense_says_nothing") {
  CHECK_FALSE(position_in(jpeg("")));
  CHECK_FALSE(position_in(jpeg(segment(0xE1, exif_with_position('S', 0)))));
  CHECK_FALSE(position_in("bukan gambar"));
  CHECK_FALSE(position_in(""));
  const std::string whole = jpeg(segment(0xE1, exif_with_position()));
  for (std::size_t length = 0; length < whole.size() / 2; ++length) CHECK_FALSE(position_in(std::string_view(whole).substr(0, length / 2)));
}

TEST_CASE("a_public_copy_looks_the_same_and_says_nothing_else") {
  const std::string metadata = segment(0xE1, exif_with_position()) + segment(0xE1, "http://ns.adobe.com/xap/1.0/") +
                               segment(0xED, "Photoshop 3.0") + segment(0xFE, "difoto oleh Sari") + segment(0xE2, "MPF\0");
  const auto copy = without_metadata(jpeg(metadata, "\xFF\xD8\xFF" + segment(0xE1, exif_with_position())));
  REQUIRE(copy);
  CHECK(*copy == jpeg(""));
  CHECK_FALSE(position_in(*copy));
  CHECK(without_metadata(*copy) == copy);
}

TEST_CASE("a_png_loses_its_texts_and_keeps_its_colours") {
  const std::string start = "\x89PNG\r\n\x1a\n";
  const std::string picture = chunk("IHDR", "13 oktet, kira") + chunk("gAMA", "gama") + chunk("IDAT", "gambar") + chunk("IEND", "");
  const std::string talkative = chunk("IHDR", "13 oktet, kira") + chunk("eXIf", "posisi") + chunk("tEXt", "Author\0Sari") +
                                chunk("gAMA", "gama") + chunk("iTXt", "x") + chunk("tIME", "1234567") + chunk("IDAT", "gambar") +
                                chunk("IEND", "") + "ekor";
  CHECK(without_metadata(start + talkative) == start + picture);
}

TEST_CASE("what_is_no_picture_or_none_of_these_has_no_public_copy") {
  for (const std::string& other : {std::string{}, std::string("\xFF\xD8\xFF"), "GIF89a" + std::string(20, 'x'), std::string("%PDF-1.7"),
                                   std::string("\x89PNG\r\n\x1a\n"), "\xFF\xD8" + kJfif, std::string("\xFF\xD8\xFF\xE1\xFF\xFF")}) {
    CHECK_FALSE(without_metadata(other));
  }
  const std::string whole = jpeg(segment(0xE1, exif_with_position()));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto copy = without_metadata(std::string_view(whole).substr(0, length));
    if (copy) CHECK_FALSE(copy->contains("Exif"));
  }
}
