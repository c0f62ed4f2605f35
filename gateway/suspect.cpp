// SPDX-License-Identifier: Apache-2.0
#include "gateway/suspect.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <utility>

namespace satupintu::gateway {

core::Result<Suspect> Suspect::open(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  void* mapping = MAP_FAILED;
  // Its place on the disk is taken now: to find the disk full when the mapping is written to would be our death.
  if (descriptor >= 0 && ::posix_fallocate(descriptor, 0, sizeof(Record)) == 0) {
    mapping = ::mmap(nullptr, sizeof(Record), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  }
  if (descriptor >= 0) ::close(descriptor);
  if (mapping == MAP_FAILED) return core::fail(core::Errc::misconfigured, "cannot write " + file.string() + "; check the data directory");
  auto* const record = static_cast<Record*>(mapping);
  if (record->current != 0) {
    record->deaths = record->current == record->deadly ? record->deaths + 1 : 1;
    record->deadly = record->current;
    record->current = 0;
  }
  return Suspect(record);
}

Suspect::Suspect(Suspect&& other) noexcept : record_(std::exchange(other.record_, nullptr)) {}

Suspect& Suspect::operator=(Suspect&& other) noexcept {
  std::swap(record_, other.record_);
  return *this;
}

Suspect::~Suspect() {
  if (record_ != nullptr) ::munmap(record_, sizeof(Record));
}

// The compiler must neither drop nor delay these writes: who reads them is the next process.
void Suspect::begin(std::uint64_t row) noexcept { std::atomic_ref(record_->current).store(row); }
void Suspect::end() noexcept {
  if (record_->current == record_->deadly) record_->deaths = 0;
  std::atomic_ref(record_->current).store(0);
}

bool Suspect::is_poison(std::uint64_t row) const noexcept { return record_->deadly == row && record_->deaths >= kMostDeaths; }

}  // namespace satupintu::gateway
