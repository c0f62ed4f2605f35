// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "gateway/commands/commands.hpp"
#include "gateway/commands/shared.hpp"
#include "gateway/http_client.hpp"

namespace satupintu::gateway::commands {

namespace {

struct Options {
  std::string config, account, file, base;
  unsigned times = 1;
};

int send(const Options& options) {
  const auto config = load_or_explain(options.config);
  if (!config) return kFailed;
  const auto account = config->accounts.find(options.account);
  if (account == config->accounts.end()) return explain({core::Errc::not_found, "there is no account " + options.account + " in the configuration"});
  std::ifstream in(options.file, std::ios::binary);
  auto request = core::parse_fixture(std::string{std::istreambuf_iterator<char>(in), {}});
  if (!request) return explain({core::Errc::malformed, options.file + " is not a request: it needs a request line, headers, an empty line and a body"});

  const adapters::Adapter& adapter = *account->second;
  const auto& listener = adapter.info().audience == adapters::Audience::staff ? config->staff_listener : config->public_listener;
  request->path = "/channels/" + options.account;
  std::erase_if(request->headers, [](const auto& header) { return core::equals_ignoring_case(header.first, "Host") || core::equals_ignoring_case(header.first, "Content-Length"); });
  adapter.sign(*request);
  set_host(*request, listener);

  HttpClient client;
  bool accepted = true;
  for (unsigned i = 0; i < options.times; ++i) {
    const auto answer = client.send(options.base.empty() ? base_of(listener) : options.base, *request);
    if (!answer) return explain(answer.error());
    std::cout << answer->status << (answer->body.empty() ? "" : "  " + answer->body) << "\n";
    accepted = accepted && answer->status / 100 == 2;
  }
  return accepted ? 0 : kFound;
}

}  // namespace

Run add_send_fixture(CLI::App& app) {
  auto* command = app.add_subcommand("send-fixture", "Send one recorded request to the running gateway, signed for an account");
  command->footer("Fixtures are in adapters/*/fixtures/*.http. Exit status 1 when the gateway did not accept it.");
  auto options = std::make_shared<Options>();
  add_config_option(*command, options->config);
  command->add_option("file", options->file, "The fixture")->required()->check(CLI::ExistingFile);
  command->add_option("--account", options->account, "The account it is sent to")->required();
  command->add_option("--to", options->base, "Where the gateway is (default: as configured, on this machine)");
  command->add_option("--times", options->times, "How often, as an impatient provider would")->default_val(1)->check(CLI::Range(1, 1'000'000));
  return [options] { return send(*options); };
}

}  // namespace satupintu::gateway::commands
