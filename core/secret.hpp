// SPDX-License-Identifier: Apache-2.0
// A secret that prints as "***", compares in constant time and is wiped when it goes. It owns its
// bytes; `reveal` is for the one call that needs them, and the view lives no longer than the Secret.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

namespace satupintu::core {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string bytes) : bytes_(std::move(bytes)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.wipe(); }
  Secret& operator=(Secret other) noexcept {
    bytes_.swap(other.bytes_);
    return *this;
  }
  ~Secret() { wipe(); }

  [[nodiscard]] std::string_view reveal() const noexcept { return bytes_; }
  [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }

  // True when `candidate` is this secret. Takes the same time wherever the two differ.
  [[nodiscard]] bool matches(std::string_view candidate) const noexcept;

  friend std::ostream& operator<<(std::ostream& out, const Secret&) { return out << "***"; }

 private:
  void wipe() noexcept;
  std::string bytes_;
};

}  // namespace satupintu::core
