// SPDX-License-Identifier: Apache-2.0
// What the load generator saw, one line per attempt to deliver, only ever appended to. A checker compares it
// afterwards with the journal and the stream; a ledger that several runs appended to is read as one.
#pragma once

#include <cstdint>
#include <string>

#include "bench/deliveries.hpp"

namespace satupintu::bench {

// Times are nanoseconds of CLOCK_MONOTONIC, which every process of the machine shares.
struct Attempt {
  unsigned status = 0;        // 0: no answer came
  std::int64_t due_ns = 0;    // when the delivery's first attempt should have gone out
  std::int64_t sent_ns = 0;   // when this attempt went out
  std::int64_t ended_ns = 0;  // when its answer was complete, or its connection lost
};

class Ledger {
 public:
  // Fails by std::system_error when the file cannot be opened or written.
  explicit Ledger(const std::string& file);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // "external id <tab> sha256 of the body <tab> status <tab> due <tab> sent <tab> ended"
  void add(const Delivery& delivery, const Attempt& attempt);
  void flush();

 private:
  int file_;
  std::string lines_;
};

}  // namespace satupintu::bench
