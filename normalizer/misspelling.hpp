// SPDX-License-Identifier: Apache-2.0
// Finds a name in spite of a slip of the finger: a letter too many, too few, wrong, or two exchanged ("cipondho", "karwaci"), or its
// words written apart or together in another way. Built at start by rules.cpp; afterwards const and free to use from several threads.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace satupintu::normalizer {

class Misspellings {
 public:
  // `letters` is a name in lower case without spaces. One that is too short to be told from other words is left out.
  void add(std::string_view letters, std::uint16_t name);

  // The only name that `letters` comes close to. None when there are several, or when the first letter differs: that one people get right.
  [[nodiscard]] const std::uint16_t* find(std::string_view letters) const;

 private:
  struct Name {
    std::string letters;
    std::uint32_t set;  // bit by letter
    std::uint16_t name;
  };
  std::array<std::vector<Name>, 26> by_first_letter_;
};

}  // namespace satupintu::normalizer
