// SPDX-License-Identifier: Apache-2.0
// For tests/integration/kannel_test.py: admits a request as it came over the wire, on standard input in the form of
// the adapters' fixtures, by the test account of sms/kannel, and prints what it meant. Exit status 1 when it is refused.
#include <iostream>
#include <iterator>

#include "core/crypto.hpp"
#include "tests/conformance/accounts.hpp"
#include "tests/golden/events_json.hpp"
#include "tests/golden/fixtures.hpp"

using namespace satupintu;

int main() {
  if (const auto started = core::start_crypto(); !started) {
    std::cerr << started.error().what << '\n';
    return 1;
  }
  const std::string wire{std::istreambuf_iterator<char>(std::cin), {}};
  const auto request = core::parse_fixture(wire);
  if (!request) {
    std::cerr << "not a request\n";
    return 1;
  }
  const auto adapter = tests::make_adapter(tests::test_account("sms/kannel"));
  const auto admission = adapter->admit(*request, tests::kArrival);
  if (!admission) {
    std::cerr << admission.error().what << '\n';
    return 1;
  }
  const auto events = adapter->decode(*admission->delivery);
  if (!events) {
    std::cerr << events.error().what << '\n';
    return 1;
  }
  std::cout << tests::to_json(*events);
  return 0;
}
