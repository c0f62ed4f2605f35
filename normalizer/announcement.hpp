// SPDX-License-Identifier: Apache-2.0
// What the words in front of a number say that it is: "no. hp:", "ID pelanggan PLN", "norek BCA a.n. Sari". The same digits are
// somebody's telephone behind one word and a meter behind another. Pure; looks back no further than a few words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace satupintu::normalizer {

enum class Announced : std::uint8_t {
  nothing,
  phone,
  identity,     // NIK, KTP
  family_card,  // KK
  insurance,    // BPJS, JKN
  card,         // payment card
  account,      // bank account
  plate,        // number plate
  vehicle,      // a car or the like, which may have a number plate
  customer,     // the customer, meter or parcel of a company
  document,     // bills, letters, applications, tickets and whatever else has a number of its own
  address,      // block, unit, room
  measure,      // times, dates, amounts, distances
};

struct Announcement {
  Announced what = Announced::nothing;
  std::size_t distance = 0;  // how many words stand between it and the number
};

// The nearest such word before `position`, in the same sentence and behind any other number, mask or `from`.
[[nodiscard]] Announcement announcement_before(std::string_view text, std::size_t position, std::size_t from);

}  // namespace satupintu::normalizer
