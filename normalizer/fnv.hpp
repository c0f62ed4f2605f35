// SPDX-License-Identifier: Apache-2.0
// FNV-1a with 64 bits (Fowler, Noll, Vo): a quick hash for tables of our own words, not for what strangers choose. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace satupintu::normalizer {

// Of `text`, or of what `hash` is of with `text` behind it.
constexpr std::uint64_t fnv(std::string_view text, std::uint64_t hash = 0xCBF29CE484222325U) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return hash;
}

}  // namespace satupintu::normalizer
