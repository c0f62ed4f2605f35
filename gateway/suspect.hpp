// SPDX-License-Identifier: Apache-2.0
// Remembers, across the process' own death, which journal row was being read when it died, so that one row that meets a
// bug of ours cannot keep all behind it waiting for ever. A few bytes of a shared mapping: they outlive the
// process, not a power cut, and cost nothing to write. Threads: one.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/error.hpp"

namespace satupintu::gateway {

class Suspect {
 public:
  static constexpr std::uint32_t kMostDeaths = 3;

  // Makes the file when it does not exist. Fails with misconfigured when that is not possible.
  [[nodiscard]] static core::Result<Suspect> open(const std::filesystem::path& file);
  Suspect(Suspect&& other) noexcept;
  Suspect& operator=(Suspect&& other) noexcept;
  ~Suspect();

  // Around everything that is done to understand a row.
  void begin(std::uint64_t row) noexcept;
  void end() noexcept;

  // The process died over this row kMostDeaths times, over no other since, and has not survived it since either.
  [[nodiscard]] bool is_poison(std::uint64_t row) const noexcept;

 private:
  struct Record {
    std::uint64_t current = 0;  // the row being read, 0 for none
    std::uint64_t deadly = 0;   // the row over which the process died last
    std::uint32_t deaths = 0;   // how often
  };

  explicit Suspect(Record* record) : record_(record) {}
  Record* record_ = nullptr;  // the mapping
};

}  // namespace satupintu::gateway
