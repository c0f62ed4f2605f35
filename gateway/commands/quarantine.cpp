// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <iostream>
#include <memory>
#include <set>

#include "gateway/commands/commands.hpp"
#include "gateway/commands/shared.hpp"
#include "gateway/http_client.hpp"
#include "queue/journal_reader.hpp"

namespace satupintu::gateway::commands {

namespace {

struct Options {
  std::string config, admin;
  bool json = false;
  bool all = false;
  std::vector<queue::Seq> rows;
  queue::Seq row = 0;
};

int list(const Options& options, queue::JournalReader& reader) {
  const auto held = reader.quarantine();
  if (!held) return explain(held.error());
  if (options.json) {
    boost::json::array items;
    for (const auto& item : *held) {
      items.push_back({{"row", item.seq},
                       {"element", queue::element_name(item)},
                       {"account", item.account},
                       {"why", item.why},
                       {"at", core::format_rfc3339(item.at)}});
    }
    std::cout << boost::json::serialize(items) << "\n";
    return 0;
  }
  if (held->empty()) {
    std::cout << "Nothing is in quarantine.\n";
    return 0;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& item : *held)
    rows.push_back({std::to_string(item.seq), queue::element_name(item), item.account, item.why, core::format_rfc3339(item.at)});
  std::cout << table({"row", "element", "account", "why", "at"}, rows)
            << "\nLook at one with: satupintu quarantine show ROW; run it again with: satupintu quarantine retry ROW\n";
  return 0;
}

// The raw delivery, as it came: for the eyes of whoever holds the master key.
int show(const Options& options, queue::JournalReader& reader) {
  const auto rows = reader.rows(options.row - 1, 1, 1);
  if (!rows) return explain(rows.error());
  if (rows->empty() || rows->front().seq != options.row)
    return explain({core::Errc::not_found, "there is no row " + std::to_string(options.row)});
  const auto& row = rows->front();
  if (!row.readable)
    return explain({core::Errc::refused,
                    "row " + std::to_string(row.seq) + " cannot be decrypted: its bytes were changed, or its day's key was erased"});
  std::cout << "account   " << row.delivery.account << "\nreceived  " << core::format_rfc3339(row.delivery.received_at) << "\n";
  if (!row.delivery.head.empty()) std::cout << "\n" << row.delivery.head << "\n";
  std::cout << "\n" << row.delivery.body << "\n";
  return 0;
}

int retry(const Options& options, const Config& config, queue::JournalReader& reader) {
  std::set<queue::Seq> rows(options.rows.begin(), options.rows.end());
  if (options.all) {
    const auto held = reader.quarantine();
    if (!held) return explain(held.error());
    for (const auto& item : *held) rows.insert(item.seq);
  }
  HttpClient client;
  const std::string base = options.admin.empty() ? base_of(config.admin_listener) : options.admin;
  std::size_t still_held = 0;
  for (const auto row : rows) {
    core::HttpRequest request;
    request.method = "POST";
    request.path = "/quarantine/" + std::to_string(row) + "/retry";
    const auto answer = client.send(base, request);
    if (!answer) return explain({answer.error().code, answer.error().what + "; is the gateway running?"});
    if (answer->status != 200) {
      ++still_held;
      std::cout << "row " << row << ": " << answer->body;
      continue;
    }
    if (answer->body == "0\n") ++still_held;
    std::cout << "row " << row << ": " << (answer->body == "0\n" ? "still cannot be read" : "released") << "\n";
  }
  return still_held == 0 ? 0 : kFound;
}

}  // namespace

Run add_quarantine(CLI::App& app) {
  auto* command = app.add_subcommand("quarantine", "List, look at and run again what could not be read");
  auto options = std::make_shared<Options>();
  add_config_option(*command, options->config);
  command->require_subcommand(1);
  auto* list_command = command->add_subcommand("list", "What is held, and why");
  list_command->add_flag("--json", options->json, "Write JSON");
  auto* show_command = command->add_subcommand("show", "One delivery as it came; it may hold personal data");
  show_command->add_option("row", options->row, "Its row in the journal")->required()->check(CLI::PositiveNumber);
  auto* retry_command =
      command->add_subcommand("retry", "Run deliveries again, after what kept them was mended; needs the running gateway");
  retry_command->add_option("rows", options->rows, "Their rows in the journal");
  retry_command->add_flag("--all", options->all, "Everything that is held");
  retry_command->add_option("--admin", options->admin, "Where the admin listener is (default: as configured)");
  for (auto* sub : {list_command, show_command, retry_command}) sub->fallthrough();
  return [options, list_command, show_command] {
    const auto config = load_or_explain(options->config);
    if (!config) return kFailed;
    auto reader = queue::JournalReader::open(config->journal.directory, config->keys.master);
    if (!reader) return explain(reader.error());
    if (list_command->parsed()) return list(*options, *reader);
    if (show_command->parsed()) return show(*options, *reader);
    return retry(*options, *config, *reader);
  };
}

}  // namespace satupintu::gateway::commands
