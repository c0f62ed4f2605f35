// SPDX-License-Identifier: Apache-2.0
// For complaint_intake_schema_test.py: reads documents from standard input, one a line, and prints for each why it cannot be taken, or an
// empty line.
#include <iostream>
#include <string>

#include "adapters/web/complaint_intake.hpp"

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const auto document = satupintu::adapters::JsonDocument::parse(line);
    const auto message = satupintu::adapters::read_complaint(document ? document->root() : satupintu::adapters::JsonView{});
    std::cout << (message ? "" : message.error()) << '\n';
  }
  return 0;
}
