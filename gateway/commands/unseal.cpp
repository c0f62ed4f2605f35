// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "core/crypto.hpp"
#include "gateway/commands/commands.hpp"
#include "gateway/commands/shared.hpp"

namespace satupintu::gateway::commands {

Run add_unseal(CLI::App& app) {
  auto* command = app.add_subcommand("unseal", "Open a sealed contact with the back office's secret key");
  command->footer("Reads the value of a record's \"sealed\" from standard input and prints the contact as JSON.");
  auto file = std::make_shared<std::string>();
  command->add_option("--key", *file, "The file back-office.secret")->required()->check(CLI::ExistingFile);
  return [file] {
    std::ifstream in(*file);
    std::string key;
    std::getline(in, key);
    std::string sealed{std::istreambuf_iterator<char>(std::cin), {}};
    std::erase_if(sealed, [](char c) { return c == '\n' || c == '\r' || c == ' ' || c == '"'; });
    const auto contact = core::unseal(core::Secret{std::move(key)}, sealed);
    if (!contact) return explain(contact.error());
    std::cout << *contact << "\n";
    return 0;
  };
}

}  // namespace satupintu::gateway::commands
