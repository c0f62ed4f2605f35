// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <iostream>
#include <memory>

#include "gateway/commands/commands.hpp"
#include "gateway/commands/shared.hpp"
#include "queue/journal_reader.hpp"

namespace satupintu::gateway::commands {

namespace {

void print_json(const queue::Ledger& ledger) {
  boost::json::array lines;
  for (const auto& line : ledger.lines) {
    lines.push_back({{"account", line.account}, {"outcome", line.outcome}, {"why", line.why}, {"count", line.count}});
  }
  std::cout << boost::json::serialize(boost::json::object{{"committed", ledger.committed},
                                                          {"processed", ledger.processed},
                                                          {"waiting", ledger.committed - ledger.processed},
                                                          {"events", ledger.events},
                                                          {"balances", ledger.balances()},
                                                          {"lines", std::move(lines)}})
            << "\n";
}

void print_table(const queue::Ledger& ledger) {
  std::cout << ledger.committed << " deliveries committed: " << ledger.processed << " processed, " << ledger.committed - ledger.processed
            << " waiting\n"
            << ledger.events << " events came out of them:\n\n";
  std::vector<std::vector<std::string>> rows;
  for (const auto& line : ledger.lines) rows.push_back({line.account, line.outcome, line.why, std::to_string(line.count)});
  std::cout << table({"account", "outcome", "why", "events"}, rows) << "\n";
  if (ledger.balances()) std::cout << "The ledger balances: every event has exactly one outcome.\n";
  else std::cout << "THE LEDGER DOES NOT BALANCE: the outcomes do not add up to " << ledger.events << " events.\n";
}

}  // namespace

Run add_ledger(CLI::App& app) {
  auto* command = app.add_subcommand("ledger", "Show what became of every delivery, and whether the sums balance");
  command->footer("Reads the journal beside a running gateway. Exit status 1 when the ledger does not balance.");
  struct Options {
    std::string config;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  add_config_option(*command, options->config);
  command->add_flag("--json", options->json, "Write JSON");
  return [options] {
    const auto config = load_or_explain(options->config);
    if (!config) return kFailed;
    auto reader = queue::JournalReader::open(config->journal.directory, config->keys.master);
    if (!reader) return explain(reader.error());
    const auto ledger = reader->ledger();
    if (!ledger) return explain(ledger.error());
    if (options->json) print_json(*ledger);
    else print_table(*ledger);
    return ledger->balances() ? 0 : kFound;
  };
}

}  // namespace satupintu::gateway::commands
