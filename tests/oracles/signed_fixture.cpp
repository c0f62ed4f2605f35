// SPDX-License-Identifier: Apache-2.0
// For tests/oracles/oracles_test.py: prints, as JSON, every fixture of the adapter named on the command line as a request signed by
// its test account, and that account's settings, so that the provider's own library can judge them.
#include <boost/json.hpp>
#include <iostream>

#include "core/crypto.hpp"
#include "tests/conformance/accounts.hpp"
#include "tests/golden/fixtures.hpp"

using namespace satupintu;
namespace json = boost::json;

namespace {

// Texts and secrets alike, and the address at which the provider reaches the account.
json::object settings_of(const tests::TestAccount& account) {
  json::object settings{{"public_url", "https://pintu.tangerang.example/channels/" + std::string(account.name)}};
  for (const auto& [key, node] : account.settings) {
    if (const auto* text = std::get_if<std::string>(&node.value)) settings[key] = *text;
    if (const auto* secret = std::get_if<core::Secret>(&node.value)) settings[key] = secret->reveal();
  }
  return settings;
}

json::object to_json(const tests::Fixture& fixture, const core::HttpRequest& request) {
  json::array headers;
  for (const auto& [name, value] : request.headers) headers.push_back(json::array{name, value});
  return {{"fixture", fixture.name}, {"method", request.method},      {"path", request.path},
          {"query", request.query},  {"headers", std::move(headers)}, {"body", core::to_base64(request.body)}};
}

}  // namespace

int main(int count, char** arguments) {
  const auto started = core::start_crypto();
  if (count != 2 || !started) {
    std::cerr << (started ? "usage: signed_fixture CHANNEL/PROVIDER" : started.error().what) << '\n';
    return 1;
  }
  const tests::TestAccount& account = tests::test_account(arguments[1]);
  const auto adapter = tests::make_adapter(account);
  json::array requests;
  for (const tests::Fixture& fixture : tests::fixtures()) {
    if (fixture.adapter != account.adapter || !fixture.request) continue;
    core::HttpRequest request = *fixture.request;
    adapter->sign(request);
    requests.push_back(to_json(fixture, request));
  }
  std::cout << json::object{{"now", core::to_unix_ms(tests::kArrival)},
                            {"secrets", settings_of(account)},
                            {"requests", std::move(requests)}}
            << '\n';
  return 0;
}
