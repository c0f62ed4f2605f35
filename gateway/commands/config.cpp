// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <iostream>
#include <memory>

#include "gateway/commands/commands.hpp"
#include "gateway/commands/shared.hpp"

namespace satupintu::gateway::commands {

namespace {

// As a commented TOML file: every key with its meaning, its default written out.
void print_reference() {
  std::string table;
  for (const auto& key : documented_keys()) {
    const auto dot = key.path.rfind('.');
    const std::string parent = dot == std::string::npos ? "" : key.path.substr(0, dot);
    if (parent != table) std::cout << "\n[" << parent << "]\n";
    table = parent;
    std::cout << "# " << key.meaning << "\n# " << key.type << (key.required ? ", required" : "") << "\n";
    const std::string name = key.path.substr(dot == std::string::npos ? 0 : dot + 1);
    if (key.required) std::cout << "#" << name << " = " << (key.type == "secret" ? "{ file = \"…\" }" : "…") << "\n";
    else std::cout << "#" << name << " = " << (key.type == "secret" ? "{ file = \"…\" }" : key.fallback) << "\n";
  }
}

void print_reference_json() {
  boost::json::array keys;
  for (const auto& key : documented_keys()) {
    keys.push_back(
        {{"path", key.path}, {"type", key.type}, {"default", key.fallback}, {"required", key.required}, {"meaning", key.meaning}});
  }
  std::cout << boost::json::serialize(keys) << "\n";
}

}  // namespace

Run add_check_config(CLI::App& app) {
  auto* command = app.add_subcommand("check-config", "Check the configuration and name every mistake at once");
  command->footer("Exit status 1 when there is a mistake.");
  auto file = std::make_shared<std::string>();
  add_config_option(*command, *file);
  return [file] {
    const auto config = load_or_explain(*file);
    if (!config) return kFound;
    std::cout << *file << " is in order: " << config->accounts.size() << " accounts\n";
    for (const auto& [name, adapter] : config->accounts) std::cout << "  " << name << "  " << adapter->info().name << "\n";
    return 0;
  };
}

Run add_config_reference(CLI::App& app) {
  auto* command = app.add_subcommand("config-reference", "Print every key of the configuration with its meaning and default");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "Write JSON");
  return [json] {
    if (*json) print_reference_json();
    else print_reference();
    return 0;
  };
}

}  // namespace satupintu::gateway::commands
