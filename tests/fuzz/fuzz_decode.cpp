// SPDX-License-Identifier: Apache-2.0
// libFuzzer: requests as on the wire, signed, admitted and decoded by every adapter. The fixtures are the seeds:
//   fuzz_decode -max_total_time=60 EMPTY_DIRECTORY adapters/*/fixtures
#include <cstdlib>

#include "tests/conformance/accounts.hpp"
#include "tests/golden/fixtures.hpp"

using namespace satupintu;
using namespace satupintu::tests;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const auto adapters = [] {
    std::vector<std::unique_ptr<adapters::Adapter>> all;
    for (const auto& account : test_accounts()) all.push_back(make_adapter(account));
    return all;
  }();
  const auto request = core::parse_fixture({reinterpret_cast<const char*>(bytes), size});
  if (!request) return -1;
  for (const auto& adapter : adapters) {
    core::HttpRequest authentic = *request;
    adapter->sign(authentic);
    const auto admission = adapter->admit(authentic, kArrival);
    if (!admission || !admission->delivery) continue;
    const auto events = adapter->decode(*admission->delivery);
    if (!events && events.error().code != core::Errc::unreadable) std::abort();
  }
  return 0;
}
