// SPDX-License-Identifier: Apache-2.0
#include "gateway/image_metadata.hpp"

#include <libexif/exif-data.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

namespace satupintu::gateway {

namespace {

constexpr std::string_view kJpegStart = "\xFF\xD8\xFF";
constexpr std::string_view kPngStart = "\x89PNG\r\n\x1a\n";

// Exif stands in one segment, whose length has two octets.
constexpr std::size_t kExifIsWithin = std::size_t{256} << 10U;

std::uint32_t octet(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

// ------------------------------------------------------------------ where it was taken

struct FreeExif {
  void operator()(ExifData* data) const noexcept { exif_data_unref(data); }
};

// Degrees, minutes and seconds as three fractions.
std::optional<double> degrees_of(const ExifEntry* entry, ExifByteOrder order) {
  if (entry == nullptr || entry->format != EXIF_FORMAT_RATIONAL || entry->components != 3 || entry->size < 24) return std::nullopt;
  double degrees = 0;
  double unit = 1;
  for (unsigned i = 0; i < 3; ++i, unit *= 60) {
    const ExifRational part = exif_get_rational(entry->data + std::size_t{8} * i, order);
    if (part.denominator == 0) return std::nullopt;
    degrees += static_cast<double>(part.numerator) / part.denominator / unit;
  }
  return degrees;
}

bool is_letter(const ExifEntry* entry, char letter) {
  return entry != nullptr && entry->format == EXIF_FORMAT_ASCII && entry->size >= 1 && entry->data[0] == static_cast<unsigned char>(letter);
}

// ------------------------------------------------------------------ a copy that says nothing

// JPEG segments (ITU-T T.81, B.1.1.3): APP0 is JFIF, APP2 the colour profile, APP14 Adobe's colour transform.
bool changes_how_a_jpeg_looks(std::uint32_t marker, std::string_view content) {
  if (marker == 0xFE) return false;                 // a comment
  if (marker < 0xE0 || marker > 0xEF) return true;  // tables and frames
  return marker == 0xE0 || marker == 0xEE || (marker == 0xE2 && content.starts_with("ICC_PROFILE"));
}

// Where the marker behind a scan's data stands: within the data 0xFF is followed by 0 or by a restart marker.
std::size_t end_of_scan(std::string_view jpeg, std::size_t at) {
  for (; at + 1 < jpeg.size(); ++at) {
    if (octet(jpeg, at) != 0xFF) continue;
    const std::uint32_t next = octet(jpeg, at + 1);
    if (next != 0 && next != 0xFF && (next < 0xD0 || next > 0xD7)) return at;
  }
  return jpeg.size();
}

// What hangs on behind the picture's end (a film, a second picture with its own position) is left behind.
std::optional<std::string> jpeg_without_metadata(std::string_view jpeg) {
  std::string copy(jpeg.substr(0, 2));
  bool has_picture = false;
  for (std::size_t at = 2; at + 2 <= jpeg.size() && octet(jpeg, at) == 0xFF;) {
    const std::uint32_t marker = octet(jpeg, at + 1);
    if (marker == 0xFF) {  // a fill byte
      ++at;
      continue;
    }
    if (marker == 0xD9) {
      copy += jpeg.substr(at, 2);
      break;
    }
    if (at + 4 > jpeg.size()) break;
    const std::size_t length = octet(jpeg, at + 2) << 8U | octet(jpeg, at + 3);
    if (length < 2 || at + 2 + length > jpeg.size()) break;
    const std::string_view segment = jpeg.substr(at, 2 + length);
    if (changes_how_a_jpeg_looks(marker, segment.substr(4))) copy += segment;
    at += segment.size();
    if (marker != 0xDA) continue;
    const std::size_t end = end_of_scan(jpeg, at);
    copy += jpeg.substr(at, end - at);
    at = end;
    has_picture = true;
  }
  if (!has_picture) return std::nullopt;
  return copy;
}

// PNG chunks (ISO/IEC 15948): a capital first letter marks what a picture cannot do without.
bool changes_how_a_png_looks(std::string_view type) {
  constexpr std::array<std::string_view, 9> kOthers{"tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "bKGD", "pHYs", "acTL"};
  const bool is_critical = type.front() >= 'A' && type.front() <= 'Z';
  return is_critical || type == "fcTL" || type == "fdAT" || std::ranges::find(kOthers, type) != kOthers.end();
}

std::optional<std::string> png_without_metadata(std::string_view png) {
  std::string copy(kPngStart);
  bool has_picture = false;
  for (std::size_t at = kPngStart.size(); at + 12 <= png.size();) {
    const std::size_t length = octet(png, at) << 24U | octet(png, at + 1) << 16U | octet(png, at + 2) << 8U | octet(png, at + 3);
    const std::string_view type = png.substr(at + 4, 4);
    if (length > png.size() - at - 12) break;
    if (changes_how_a_png_looks(type)) copy += png.substr(at, 12 + length);
    has_picture = has_picture || type == "IDAT";
    if (type == "IEND") break;  // what hangs on behind it is not the picture's
    at += 12 + length;
  }
  if (!has_picture) return std::nullopt;
  return copy;
}

}  // namespace

std::optional<core::SharedPlace> position_in(std::string_view picture) {
  if (!picture.starts_with(kJpegStart)) return std::nullopt;
  const std::string_view head = picture.substr(0, kExifIsWithin);
  const std::unique_ptr<ExifData, FreeExif> exif{
      exif_data_new_from_data(reinterpret_cast<const unsigned char*>(head.data()), static_cast<unsigned>(head.size()))};
  if (!exif) return std::nullopt;
  ExifContent* const gps = exif->ifd[EXIF_IFD_GPS];
  const ExifByteOrder order = exif_data_get_byte_order(exif.get());
  const auto entry = [gps](int tag) { return exif_content_get_entry(gps, static_cast<ExifTag>(tag)); };
  auto latitude = degrees_of(entry(EXIF_TAG_GPS_LATITUDE), order);
  auto longitude = degrees_of(entry(EXIF_TAG_GPS_LONGITUDE), order);
  if (!latitude || !longitude) return std::nullopt;
  if (is_letter(entry(EXIF_TAG_GPS_LATITUDE_REF), 'S')) latitude = -*latitude;
  if (is_letter(entry(EXIF_TAG_GPS_LONGITUDE_REF), 'W')) longitude = -*longitude;
  const bool is_unset = *latitude == 0 && *longitude == 0;
  if (is_unset || std::abs(*latitude) > 90 || std::abs(*longitude) > 180) return std::nullopt;
  return core::SharedPlace{.latitude = *latitude, .longitude = *longitude, .accuracy_m = std::nullopt, .name = {}, .address = {}};
}

std::optional<std::string> without_metadata(std::string_view picture) {
  if (picture.starts_with(kJpegStart)) return jpeg_without_metadata(picture);
  if (picture.starts_with(kPngStart)) return png_without_metadata(picture);
  return std::nullopt;
}

}  // namespace satupintu::gateway
