// SPDX-License-Identifier: Apache-2.0
// The configuration as its readers see it. Each part of the program reads its own table through
// `Settings`: one call reads a key, gives it a default, checks it and documents it. Mistakes are
// collected, never thrown, so that an admin sees all of them at once; the example file and the
// reference are generated from the same calls.
//
// A Settings refers to a tree and a report that must outlive it. Not for use by several threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/secret.hpp"

namespace satupintu::core {

struct SettingsNode {
  using Table = std::map<std::string, SettingsNode, std::less<>>;
  using List = std::vector<SettingsNode>;
  std::variant<Table, List, std::string, std::int64_t, double, bool, Secret> value;
};

struct SettingsMistake {
  std::string path;     // "accounts.wa-utama.app_secret"
  std::string problem;  // "is missing"
  std::string remedy;   // "set it to { env = \"...\" } or { file = \"...\" }"
};

struct DocumentedKey {
  std::string path;
  std::string type;      // "text", "secret", "duration", "size", "number", "switch", "list of text"
  std::string fallback;  // as one would write it in TOML; empty where the key is required
  bool required = false;
  std::string meaning;  // one or two sentences
};

struct SettingsReport {
  std::vector<SettingsMistake> mistakes;
  std::vector<DocumentedKey> keys;
  std::vector<std::string> unread;  // tables of which nobody could say what they may hold
};

class Settings {
 public:
  Settings(const SettingsNode& table, SettingsReport& report, std::string path = {});

  // Each reader returns the fallback when the key is absent and valid, and also after reporting a mistake,
  // so that reading goes on. A reader without a fallback makes the key required.
  std::string text(std::string_view key, std::string_view meaning, std::optional<std::string> fallback = std::nullopt);
  std::string choice(std::string_view key, std::string_view meaning, const std::vector<std::string>& choices, std::string fallback);
  std::int64_t number(std::string_view key, std::string_view meaning, std::int64_t least, std::int64_t most,
                      std::optional<std::int64_t> fallback = std::nullopt);
  bool enabled(std::string_view key, std::string_view meaning, bool fallback);
  // Written "250ms", "30s", "10m", "24h" or "35d".
  std::chrono::milliseconds duration(std::string_view key, std::string_view meaning, std::chrono::milliseconds least,
                                     std::chrono::milliseconds most, std::chrono::milliseconds fallback);
  // Written "64 KiB", "3 MB", "2 GiB", or as a plain number of bytes.
  std::uint64_t size(std::string_view key, std::string_view meaning, std::uint64_t least, std::uint64_t most, std::string fallback);
  std::vector<std::string> texts(std::string_view key, std::string_view meaning, std::vector<std::string> fallback);
  // At least 16 bytes, and not one of the values that examples use. An empty one was reported by whoever looked for it.
  Secret secret(std::string_view key, std::string_view meaning);
  std::optional<Secret> optional_secret(std::string_view key, std::string_view meaning);
  // What we show to others, who have rules of their own for it: of any length.
  Secret password(std::string_view key, std::string_view meaning);

  // The table under `key`; an absent one reads as empty, so that its own required keys are reported.
  Settings table(std::string_view key);
  // The tables under `key`, each with its name: [accounts.NAME].
  std::vector<std::pair<std::string, Settings>> tables(std::string_view key);
  [[nodiscard]] bool has(std::string_view key) const;

  void mistake(std::string_view key, std::string problem, std::string remedy);
  // After a mistake that leaves open which other keys there are: none of this table's is reported as unknown.
  void leave_unread();
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  const SettingsNode* find(std::string_view key) const;
  std::string path_of(std::string_view key) const;
  void document(std::string_view key, std::string type, std::string fallback, bool required, std::string_view meaning);
  void report_missing(std::string_view key, std::string_view example);
  Secret read_secret(std::string_view key, const SettingsNode& node, std::size_t least_bytes = 16);

  const SettingsNode::Table* table_;
  SettingsReport* report_;
  std::string path_;
};

// Adds a mistake for every key of `root` that no reader asked for, with the nearest known name as remedy, unless something else
// is wrong with it.
void report_unknown_keys(const SettingsNode& root, SettingsReport& report);

}  // namespace satupintu::core
