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
  std::string config, account, base;
  std::vector<std::string> files;
  unsigned times = 1;
};

core::Result<core::HttpRequest> read_fixture(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  auto request = core::parse_fixture(std::string{std::istreambuf_iterator<char>(in), {}});
  if (!request)
    return core::fail(core::Errc::malformed, file + " is not a request: it needs a request line, headers, an empty line and a body");
  std::erase_if(request->headers, [](const auto& header) {
    return core::equals_ignoring_case(header.first, "Host") || core::equals_ignoring_case(header.first, "Content-Length");
  });
  return std::move(*request);
}

int send(const Options& options) {
  const auto config = load_or_explain(options.config);
  if (!config) return kFailed;
  const auto account = config->accounts.find(options.account);
  if (account == config->accounts.end())
    return explain({core::Errc::not_found, "there is no account " + options.account + " in the configuration"});
  const adapters::Adapter& adapter = *account->second;
  const auto& listener = adapter.info().audience == adapters::Audience::staff ? config->staff_listener : config->public_listener;

  HttpClient client;
  bool accepted = true;
  for (const auto& file : options.files) {
    auto request = read_fixture(file);
    if (!request) return explain(request.error());
    request->path = "/channels/" + options.account;
    adapter.sign(*request);
    set_host(*request, listener);
    for (unsigned i = 0; i < options.times; ++i) {
      const auto answer = client.send(options.base.empty() ? base_of(listener) : options.base, *request);
      if (!answer) return explain(answer.error());
      std::cout << answer->status << "  " << file << (answer->body.empty() ? "" : "\n" + answer->body) << "\n";
      accepted = accepted && answer->status / 100 == 2;
    }
  }
  return accepted ? 0 : kFound;
}

}  // namespace

Run add_send_fixture(CLI::App& app) {
  auto* command = app.add_subcommand("send-fixture", "Send recorded requests to the running gateway, signed for an account");
  command->footer("Fixtures are in adapters/*/fixtures/*.http. Exit status 1 when the gateway did not accept one.");
  auto options = std::make_shared<Options>();
  add_config_option(*command, options->config);
  command->add_option("files", options->files, "The fixtures")->required()->check(CLI::ExistingFile);
  command->add_option("--account", options->account, "The account they are sent to")->required();
  command->add_option("--to", options->base, "Where the gateway is (default: as configured, on this machine)");
  command->add_option("--times", options->times, "How often each, as an impatient provider would")
      ->default_val(1)
      ->check(CLI::Range(1, 1'000'000));
  return [options] { return send(*options); };
}

}  // namespace satupintu::gateway::commands
