// SPDX-License-Identifier: Apache-2.0
#include "gateway/toml.hpp"

#include <toml++/toml.h>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace satupintu::gateway {

using core::Errc;
using core::fail;
using core::Result;
using core::Secret;
using core::SettingsNode;

namespace {

class Converter {
 public:
  Converter(std::filesystem::path directory, core::SettingsReport& report) : directory_(std::move(directory)), report_(report) {}

  SettingsNode convert(const toml::node& node, const std::string& path) {
    if (const auto* table = node.as_table()) return convert_table(*table, path);
    if (const auto* array = node.as_array()) {
      SettingsNode::List list;
      for (const auto& item : *array) list.push_back(convert(item, path + "[" + std::to_string(list.size()) + "]"));
      return {std::move(list)};
    }
    if (const auto* text = node.as_string()) return {text->get()};
    if (const auto* number = node.as_integer()) return {number->get()};
    if (const auto* number = node.as_floating_point()) return {number->get()};
    if (const auto* flag = node.as_boolean()) return {flag->get()};
    std::ostringstream written;  // dates and times: their readers take text
    node.visit([&](const auto& value) {
      if constexpr (!toml::is_table<decltype(value)> && !toml::is_array<decltype(value)>) written << value.get();
    });
    return {written.str()};
  }

 private:
  SettingsNode convert_table(const toml::table& table, const std::string& path) {
    if (table.size() == 1) {
      if (const auto* name = table["env"].as_string()) return {from_environment(name->get(), path)};
      if (const auto* file = table["file"].as_string()) return {from_file(file->get(), path)};
    }
    SettingsNode::Table converted;
    for (const auto& [key, value] : table) {
      converted.emplace(std::string(key.str()),
                        convert(value, path.empty() ? std::string(key.str()) : path + "." + std::string(key.str())));
    }
    return {std::move(converted)};
  }

  Secret from_environment(const std::string& name, const std::string& path) {
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): before any thread starts
    if (value != nullptr && *value != '\0') return Secret{value};
    report_.mistakes.push_back({path, "names the environment variable " + name + ", which is not set", "set " + name + " for the service"});
    return {};
  }

  Secret from_file(const std::string& name, const std::string& path) {
    const auto file = std::filesystem::path(name).is_absolute() ? std::filesystem::path(name) : directory_ / name;
    std::ifstream in(file, std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(in), {}};
    while (!content.empty() && (content.back() == '\n' || content.back() == '\r')) content.pop_back();
    if (!in || content.empty()) {
      report_.mistakes.push_back({path, "names the file " + file.string() + ", which cannot be read or is empty",
                                  "write the secret into it, readable by the service alone"});
      return {};
    }
    return Secret{std::move(content)};
  }

  std::filesystem::path directory_;
  core::SettingsReport& report_;
};

}  // namespace

Result<SettingsNode> load_toml(const std::filesystem::path& file, core::SettingsReport& report) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(Errc::misconfigured, "cannot read " + file.string());
  try {
    const toml::table table = toml::parse(in, file.string());
    return Converter(file.parent_path(), report).convert(table, "");
  } catch (const toml::parse_error& error) {
    std::ostringstream where;
    where << file.string() << ", line " << error.source().begin.line << ", column " << error.source().begin.column << ": "
          << error.description();
    return fail(Errc::misconfigured, where.str());
  }
}

}  // namespace satupintu::gateway
