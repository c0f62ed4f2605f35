// SPDX-License-Identifier: Apache-2.0
#include "core/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <numeric>

namespace satupintu::core {

namespace {

using namespace std::chrono;

const SettingsNode::Table kEmptyTable;

// A number followed by a unit, "1.5 MB"-style fractions not wanted.
std::optional<std::pair<std::uint64_t, std::string_view>> split_unit(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  return std::pair{number, unit};
}

template <std::size_t N>
std::optional<std::uint64_t> scaled(std::string_view text, const std::array<std::pair<std::string_view, std::uint64_t>, N>& units) {
  const auto parts = split_unit(text);
  if (!parts) return std::nullopt;
  const auto* unit = std::ranges::find(units, parts->second, &std::pair<std::string_view, std::uint64_t>::first);
  if (unit == units.end() || parts->first > std::numeric_limits<std::int64_t>::max() / unit->second) return std::nullopt;
  return parts->first * unit->second;
}

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 5> kDurationUnits{
    {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 8> kSizeUnits{{{"", 1},
                                                                                {"B", 1},
                                                                                {"KB", 1'000},
                                                                                {"KiB", 1ULL << 10U},
                                                                                {"MB", 1'000'000},
                                                                                {"MiB", 1ULL << 20U},
                                                                                {"GB", 1'000'000'000},
                                                                                {"GiB", 1ULL << 30U}}};

std::string written(milliseconds value) {
  for (const auto& [unit, scale] :
       std::array<std::pair<std::string_view, std::int64_t>, 4>{{{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}}}) {
    if (value.count() != 0 && value.count() % scale == 0) return std::to_string(value.count() / scale) + std::string(unit);
  }
  return std::to_string(value.count()) + "ms";
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : ", ") + quoted(item);
  return out;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = std::min({above + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row.back();
}

bool is_example_value(std::string_view secret) {
  constexpr std::array<std::string_view, 4> kTellTale{"example", "changeme", "change-me", "your-secret"};
  return std::ranges::any_of(kTellTale, [&](std::string_view word) { return secret.contains(word); });
}

}  // namespace

Settings::Settings(const SettingsNode& table, SettingsReport& report, std::string path)
    : table_(std::get_if<SettingsNode::Table>(&table.value)), report_(&report), path_(std::move(path)) {
  if (table_ == nullptr) {
    table_ = &kEmptyTable;
    report_->mistakes.push_back({path_, "is not a table", "write it as [" + path_ + "]"});
  }
}

const SettingsNode* Settings::find(std::string_view key) const {
  const auto found = table_->find(key);
  return found == table_->end() ? nullptr : &found->second;
}

bool Settings::has(std::string_view key) const { return find(key) != nullptr; }

std::string Settings::path_of(std::string_view key) const { return path_.empty() ? std::string(key) : path_ + "." + std::string(key); }

void Settings::document(std::string_view key, std::string type, std::string fallback, bool required, std::string_view meaning) {
  report_->keys.push_back({path_of(key), std::move(type), std::move(fallback), required, std::string(meaning)});
}

void Settings::mistake(std::string_view key, std::string problem, std::string remedy) {
  report_->mistakes.push_back({path_of(key), std::move(problem), std::move(remedy)});
}

void Settings::leave_unread() { report_->unread.push_back(path_); }

void Settings::report_missing(std::string_view key, std::string_view example) {
  mistake(key, "is missing", "add " + std::string(key) + " = " + std::string(example));
}

std::string Settings::text(std::string_view key, std::string_view meaning, std::optional<std::string> fallback) {
  document(key, "text", fallback ? quoted(*fallback) : "", !fallback, meaning);
  const auto* node = find(key);
  if (node == nullptr) {
    if (!fallback) report_missing(key, "\"…\"");
    return fallback.value_or("");
  }
  const auto* value = std::get_if<std::string>(&node->value);
  if (value == nullptr) {
    mistake(key, "is not text", "write it in double quotes");
    return fallback.value_or("");
  }
  return *value;
}

std::string Settings::choice(std::string_view key, std::string_view meaning, const std::vector<std::string>& choices,
                             std::string fallback) {
  const std::string value = text(key, meaning, fallback);
  report_->keys.back().type = "one of " + joined(choices);
  if (std::ranges::find(choices, value) != choices.end()) return value;
  mistake(key, "is " + quoted(value) + ", which is none of the choices", "use one of " + joined(choices));
  return fallback;
}

std::int64_t Settings::number(std::string_view key, std::string_view meaning, std::int64_t least, std::int64_t most,
                              std::optional<std::int64_t> fallback) {
  document(key, "number", fallback ? std::to_string(*fallback) : "", !fallback, meaning);
  const auto* node = find(key);
  if (node == nullptr) {
    if (!fallback) report_missing(key, std::to_string(least));
    return fallback.value_or(least);
  }
  const auto* value = std::get_if<std::int64_t>(&node->value);
  if (value != nullptr && *value >= least && *value <= most) return *value;
  mistake(key, value == nullptr ? "is not a whole number" : "is " + std::to_string(*value) + ", out of range",
          "use a number from " + std::to_string(least) + " to " + std::to_string(most));
  return fallback.value_or(least);
}

bool Settings::enabled(std::string_view key, std::string_view meaning, bool fallback) {
  document(key, "switch", fallback ? "true" : "false", false, meaning);
  const auto* node = find(key);
  if (node == nullptr) return fallback;
  if (const auto* value = std::get_if<bool>(&node->value)) return *value;
  mistake(key, "is neither true nor false", "write true or false without quotes");
  return fallback;
}

milliseconds Settings::duration(std::string_view key, std::string_view meaning, milliseconds least, milliseconds most,
                                milliseconds fallback) {
  document(key, "duration", quoted(written(fallback)), false, meaning);
  const auto* node = find(key);
  if (node == nullptr) return fallback;
  const auto* value = std::get_if<std::string>(&node->value);
  const auto parsed = value == nullptr ? std::nullopt : scaled(*value, kDurationUnits);
  if (parsed && *parsed >= static_cast<std::uint64_t>(least.count()) && *parsed <= static_cast<std::uint64_t>(most.count())) {
    return milliseconds{*parsed};
  }
  mistake(key, parsed ? "is " + quoted(*value) + ", out of range" : "is not a duration",
          "write it like \"" + written(fallback) + "\", from " + written(least) + " to " + written(most));
  return fallback;
}

std::uint64_t Settings::size(std::string_view key, std::string_view meaning, std::uint64_t least, std::uint64_t most,
                             std::string fallback) {
  document(key, "size", quoted(fallback), false, meaning);
  const std::uint64_t default_bytes = scaled(fallback, kSizeUnits).value_or(least);
  const auto* node = find(key);
  if (node == nullptr) return default_bytes;
  std::optional<std::uint64_t> parsed;
  if (const auto* value = std::get_if<std::string>(&node->value)) parsed = scaled(*value, kSizeUnits);
  if (const auto* value = std::get_if<std::int64_t>(&node->value); value != nullptr && *value >= 0)
    parsed = static_cast<std::uint64_t>(*value);
  if (parsed && *parsed >= least && *parsed <= most) return *parsed;
  mistake(key, parsed ? "is out of range" : "is not a size",
          "write it like " + quoted(fallback) + ", from " + std::to_string(least) + " to " + std::to_string(most) + " bytes");
  return default_bytes;
}

std::vector<std::string> Settings::texts(std::string_view key, std::string_view meaning, std::vector<std::string> fallback) {
  document(key, "list of text", "[" + joined(fallback) + "]", false, meaning);
  const auto* node = find(key);
  if (node == nullptr) return fallback;
  const auto* list = std::get_if<SettingsNode::List>(&node->value);
  std::vector<std::string> values;
  bool all_text = list != nullptr;
  for (const auto& item : list == nullptr ? SettingsNode::List{} : *list) {
    if (const auto* value = std::get_if<std::string>(&item.value)) values.push_back(*value);
    else all_text = false;
  }
  if (all_text) return values;
  mistake(key, "is not a list of text", "write it like [\"satu\", \"dua\"]");
  return fallback;
}

Secret Settings::read_secret(std::string_view key, const SettingsNode& node, std::size_t least_bytes) {
  const auto* secret = std::get_if<Secret>(&node.value);
  if (secret == nullptr) {
    mistake(key, "holds a secret in plain sight", "move it out and refer to it: { env = \"NAME\" } or { file = \"/path\" }");
    return {};
  }
  if (secret->empty()) return {};
  if (secret->reveal().size() < least_bytes) {
    mistake(key, "is shorter than 16 bytes", "use the provider's full secret, or make one with: satupintu keygen");
  } else if (is_example_value(secret->reveal())) {
    mistake(key, "is the value of an example", "use the provider's real secret, or make one with: satupintu keygen");
  }
  return *secret;
}

Secret Settings::secret(std::string_view key, std::string_view meaning) {
  document(key, "secret", "", true, meaning);
  if (const auto* node = find(key)) return read_secret(key, *node);
  report_missing(key, "{ env = \"NAME\" } or { file = \"/path\" }");
  return {};
}

std::optional<Secret> Settings::optional_secret(std::string_view key, std::string_view meaning) {
  document(key, "secret", "none", false, meaning);
  if (const auto* node = find(key)) return read_secret(key, *node);
  return std::nullopt;
}

Secret Settings::password(std::string_view key, std::string_view meaning) {
  document(key, "secret", "", true, meaning);
  if (const auto* node = find(key)) return read_secret(key, *node, 1);
  report_missing(key, "{ env = \"NAME\" } or { file = \"/path\" }");
  return {};
}

Settings Settings::table(std::string_view key) {
  static const SettingsNode kEmptyNode{kEmptyTable};
  const auto* node = find(key);
  return {node == nullptr ? kEmptyNode : *node, *report_, path_of(key)};
}

std::vector<std::pair<std::string, Settings>> Settings::tables(std::string_view key) {
  std::vector<std::pair<std::string, Settings>> found;
  const auto* node = find(key);
  if (node == nullptr) return found;
  const auto* parent = std::get_if<SettingsNode::Table>(&node->value);
  if (parent == nullptr) {
    mistake(key, "is not a table", "write each as [" + path_of(key) + ".NAME]");
    return found;
  }
  for (const auto& [name, child] : *parent) found.emplace_back(name, Settings(child, *report_, path_of(key) + "." + name));
  return found;
}

namespace {

void report_unknown_in(const SettingsNode::Table& table, const std::string& path, SettingsReport& report) {
  if (std::ranges::find(report.unread, path) != report.unread.end()) return;
  for (const auto& [key, node] : table) {
    const std::string full = path.empty() ? key : path + "." + key;
    const bool known = std::ranges::any_of(report.keys, [&](const DocumentedKey& k) { return k.path == full; });
    const bool mistaken = std::ranges::any_of(report.mistakes, [&](const SettingsMistake& m) { return m.path == full; });
    if (known || mistaken) continue;
    const bool is_parent = std::ranges::any_of(report.keys, [&](const DocumentedKey& k) { return k.path.starts_with(full + "."); });
    const auto* child = std::get_if<SettingsNode::Table>(&node.value);
    if (is_parent && child != nullptr) {
      report_unknown_in(*child, full, report);
      continue;
    }
    std::string nearest;
    std::size_t best = 4;
    for (const auto& documented : report.keys) {
      const std::size_t distance = edit_distance(full, documented.path);
      if (distance < best) {
        best = distance;
        nearest = documented.path;
      }
    }
    report.mistakes.push_back(
        {full, "is not a known key",
         nearest.empty() ? "remove it; `satupintu config-reference` lists every key" : "did you mean " + nearest + "?"});
  }
}

}  // namespace

void report_unknown_keys(const SettingsNode& root, SettingsReport& report) {
  if (const auto* table = std::get_if<SettingsNode::Table>(&root.value)) report_unknown_in(*table, "", report);
}

}  // namespace satupintu::core
