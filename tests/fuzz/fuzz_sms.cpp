// SPDX-License-Identifier: Apache-2.0
// libFuzzer: short messages' octets in every alphabet, and as the header in front of them. The first byte chooses the alphabet.
//   fuzz_sms -max_total_time=60 EMPTY_DIRECTORY
#include <array>
#include <cstdlib>
#include <string_view>

#include "adapters/sms/charset.hpp"
#include "adapters/sms/udh.hpp"
#include "normalizer/text.hpp"

using namespace satupintu;
using namespace satupintu::adapters;

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 1) return -1;
  constexpr std::array<std::string_view, 8> kCharsets{"UTF-8",      "UTF-16BE",     "UTF-16LE", "GSM",
                                                      "ISO-8859-1", "windows-1252", "8-BIT",    "lain"};
  const std::string_view octets{reinterpret_cast<const char*>(bytes + 1), size - 1};
  const std::string_view charset = kCharsets[bytes[0] % kCharsets.size()];
  const DecodedText decoded = to_utf8(octets, charset);
  require(normalizer::repair_utf8(decoded.text) == decoded.text);
  require(decoded.text.size() <= octets.size() * 3 + 3);
  require(decoded.known_charset == (charset != "lain"));
  if (charset == "UTF-8" && !decoded.repaired) require(normalizer::repair_utf8(octets) == octets);
  const UserDataHeader header = parse_udh(octets);
  if (header.part) {
    require(header.part->total >= 2 && header.part->number >= 1 && header.part->number <= header.part->total);
    require(!reference_of(*header.part).empty());
  }
  return 0;
}
