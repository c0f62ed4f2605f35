// SPDX-License-Identifier: Apache-2.0
#include "gateway/commands/shared.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>

namespace satupintu::gateway::commands {

namespace {

// Columns a terminal needs for UTF-8 text: continuation bytes take none.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || c == '.' || c == '-'; });
}

}  // namespace

void add_config_option(CLI::App& command, std::string& file) {
  command.add_option("-c,--config", file, "The configuration file")
      ->default_val("/etc/satupintu/satupintu.toml")
      ->envname("SATUPINTU_CONFIG");
}

void print_mistakes(const std::vector<core::SettingsMistake>& mistakes) {
  for (const auto& mistake : mistakes) {
    std::cerr << "  " << mistake.path << (mistake.path.empty() ? "" : " ") << mistake.problem << "\n      → " << mistake.remedy << "\n";
  }
}

std::optional<Config> load_or_explain(const std::string& file) {
  auto config = load_config(file);
  if (config) return std::move(*config);
  std::cerr << "satupintu: " << file << " has " << config.error().size() << (config.error().size() == 1 ? " mistake:\n" : " mistakes:\n");
  print_mistakes(config.error());
  return std::nullopt;
}

int explain(const core::Error& error) {
  std::cerr << "satupintu: " << error.what << "\n";
  return kFailed;
}

std::string base_of(const ListenerSettings& listener) {
  const std::string address = listener.address == "0.0.0.0" || listener.address == "::" ? "127.0.0.1" : listener.address;
  return (listener.tls ? "https://" : "http://") + (address.contains(':') ? "[" + address + "]" : address) + ":" +
         std::to_string(listener.port);
}

void set_host(core::HttpRequest& request, const ListenerSettings& listener) {
  if (!listener.host_names.empty()) request.headers.emplace_back("Host", listener.host_names.front());
}

std::string table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (std::size_t column = 0; column < header.size(); ++column) {
    std::size_t widest = width(header[column]);
    for (const auto& row : rows) widest = std::max(widest, width(row[column]));
    widths.push_back(widest);
  }
  std::string out;
  const auto write = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t column = 0; column < cells.size(); ++column) {
      const std::string padding(widths[column] - width(cells[column]), ' ');
      line += (column == 0 ? "" : "  ") + (is_number(cells[column]) ? padding + cells[column] : cells[column] + padding);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  write(header);
  for (const auto& row : rows) write(row);
  return out;
}

}  // namespace satupintu::gateway::commands
