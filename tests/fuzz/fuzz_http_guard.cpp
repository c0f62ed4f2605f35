// SPDX-License-Identifier: Apache-2.0
// Any bytes: however they are cut, the guard reads them the same way, and whatever it accepts Beast reads alike.
#include <cstdint>
#include <cstdlib>

#include "tests/support/http_reading.hpp"

using namespace satupintu::tests;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const HttpReading whole = read_with_guard(bytes, size);
  for (const std::size_t piece : {1u, 3u, 64u}) {
    const HttpReading cut = read_with_guard(bytes, piece);
    if (cut.reject != whole.reject || cut.complete != whole.complete || cut.consumed != whole.consumed) std::abort();
  }
  if (whole.reject || !whole.complete) return 0;
  if (const auto beast = read_with_beast(bytes); beast && !is_same_message(whole, *beast)) std::abort();
  return 0;
}
