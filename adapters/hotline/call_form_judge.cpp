// SPDX-License-Identifier: Apache-2.0
// For call_form_schema_test.py: reads call forms from standard input, one a line, and prints for each its mistakes,
// joined by " | ", or an empty line.
#include <iostream>
#include <string>

#include "adapters/hotline/call_form.hpp"

int main() {
  for (std::string body; std::getline(std::cin, body);) {
    if (const auto form = satupintu::adapters::CallForm::parse(body); !form) {
      for (const auto& mistake : form.error()) std::cout << (&mistake == &form.error().front() ? "" : " | ") << mistake;
    }
    std::cout << '\n';
  }
  return 0;
}
