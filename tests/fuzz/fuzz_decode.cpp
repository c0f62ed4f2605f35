// SPDX-License-Identifier: Apache-2.0
// libFuzzer: what reaches an adapter, signed, admitted and decoded, and every file that came inside taken out. The first line names the
// adapter and how it came to it, "whatsapp/cloud.http" or "hotline/cdr.pulled"; a fixture of that kind follows. One adapter per input:
// with all of them, an execution would take as long as thirty.
#include <algorithm>
#include <cstdlib>

#include "tests/conformance/accounts.hpp"
#include "tests/golden/fixtures.hpp"

using namespace satupintu;
using namespace satupintu::tests;

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

// Null where no adapter has this name.
const adapters::Adapter* adapter_named(std::string_view name) {
  static const auto all = [] {
    std::vector<std::unique_ptr<adapters::Adapter>> made;
    for (const auto& account : test_accounts()) made.push_back(make_adapter(account));
    return made;
  }();
  const auto found = std::ranges::find(all, name, [](const auto& adapter) { return adapter->info().name; });
  return found == all.end() ? nullptr : found->get();
}

std::optional<core::Delivery> admitted(const adapters::Adapter& adapter, std::string_view fixture) {
  auto request = core::parse_fixture(fixture);
  if (!request) return std::nullopt;
  adapter.sign(*request);
  auto admission = adapter.admit(*request, kArrival);
  return admission ? std::move(admission->delivery) : std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(bytes), size};
  const std::string_view first_line = input.substr(0, input.find('\n'));
  const std::size_t dot = std::min(first_line.find('.'), first_line.size());
  const auto* const adapter = adapter_named(first_line.substr(0, dot));
  if (adapter == nullptr || first_line.size() == size) return -1;
  const std::string_view kind = first_line.substr(dot);
  const std::string_view fixture = input.substr(first_line.size() + 1);
  if (kind != ".http" && kind != ".pulled") return -1;
  const auto delivery = kind == ".http" ? admitted(*adapter, fixture) : parse_pulled(fixture);
  if (!delivery) return 0;
  const auto events = adapter->decode(*delivery);
  if (!events) {
    require(events.error().code == core::Errc::unreadable);
    return 0;
  }
  for (const auto& event : *events) {
    const auto* const message = std::get_if<core::Message>(&event);
    if (message == nullptr) continue;
    for (const auto& attachment : message->attachments) {
      if (!attachment.inline_part.empty()) (void)adapter->extract(*delivery, attachment);
    }
  }
  return 0;
}
