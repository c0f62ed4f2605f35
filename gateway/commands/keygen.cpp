// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include "core/crypto.hpp"
#include "gateway/commands/commands.hpp"
#include "gateway/commands/shared.hpp"

namespace satupintu::gateway::commands {

namespace {

struct KeyFile {
  const char* name;
  std::string content;
  const char* purpose;
};

int write_keys(const std::filesystem::path& directory) {
  auto pair = core::make_sealing_key_pair();
  const KeyFile files[] = {
      {"master.key", core::to_base64(core::random_bytes(core::kKeyBytes)), "encrypts the journal on disk: without it the journal is lost"},
      {"identity.key", core::to_base64(core::random_bytes(core::kKeyBytes)), "makes pseudonyms and ids: all gateways of a city share it"},
      {"back-office.public", pair.public_key, "seals citizens' contacts: the gateway needs only this half"},
      {"back-office.secret", std::string(pair.secret_key.reveal()), "opens them again: move it to the back office, away from here"},
  };
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return explain({core::Errc::refused, "cannot create " + directory.string() + ": " + error.message()});
  for (const auto& file : files) {
    if (std::filesystem::exists(directory / file.name)) {
      return explain(
          {core::Errc::refused, (directory / file.name).string() + " exists already; nothing was written, choose another directory"});
    }
  }
  ::umask(0077);
  for (const auto& file : files) {
    std::ofstream out(directory / file.name);
    out << file.content << "\n";
    if (!out.flush()) return explain({core::Errc::refused, "cannot write " + (directory / file.name).string()});
    std::cout << (directory / file.name).string() << "\n    " << file.purpose << "\n";
  }
  return 0;
}

}  // namespace

Run add_keygen(CLI::App& app) {
  auto* command = app.add_subcommand("keygen", "Make the gateway's keys, or one fresh secret");
  command->footer("Without --into, prints one random secret, fit for a webhook's verify token or a bearer key.");
  auto directory = std::make_shared<std::string>();
  command->add_option("--into", *directory, "Write the four key files into this directory");
  return [directory] {
    if (!directory->empty()) return write_keys(*directory);
    std::cout << core::to_hex(core::random_bytes(core::kKeyBytes)) << "\n";
    return 0;
  };
}

}  // namespace satupintu::gateway::commands
