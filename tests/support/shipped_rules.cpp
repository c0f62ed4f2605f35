// SPDX-License-Identifier: Apache-2.0
#include "tests/support/shipped_rules.hpp"

#include <toml++/toml.h>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace satupintu::tests {

using core::SettingsNode;

namespace {

SettingsNode convert(const toml::node& node) {
  if (const auto* table = node.as_table()) {
    SettingsNode::Table converted;
    for (const auto& [key, value] : *table) converted.emplace(std::string(key.str()), convert(value));
    return {std::move(converted)};
  }
  if (const auto* array = node.as_array()) {
    SettingsNode::List list;
    for (const auto& item : *array) list.push_back(convert(item));
    return {std::move(list)};
  }
  if (const auto* text = node.as_string()) return {text->get()};
  if (const auto* number = node.as_integer()) return {number->get()};
  if (const auto* flag = node.as_boolean()) return {flag->get()};
  if (const auto* date = node.as_date()) {
    std::ostringstream written;
    written << date->get();
    return {written.str()};
  }
  throw std::runtime_error("a kind of value that these tables do not use");
}

}  // namespace

SettingsNode parse_toml(const std::string& text) { return convert(toml::parse(text)); }

SettingsNode shipped_tables() {
  SettingsNode::Table tables;
  for (const char* name : {"routing", "words", "places", "calendar", "learned"}) {
    std::ifstream in(std::string(SATUPINTU_SOURCE_DIR "/config/") + name + ".toml");
    SettingsNode node = parse_toml({std::istreambuf_iterator<char>(in), {}});
    tables.merge(std::get<SettingsNode::Table>(node.value));
  }
  return {std::move(tables)};
}

const normalizer::Rules& shipped_rules() {
  static const normalizer::Rules rules = [] {
    const SettingsNode tables = shipped_tables();
    core::SettingsReport report;
    core::Settings settings(tables, report);
    normalizer::Rules read = normalizer::read_rules(settings);
    core::report_unknown_keys(tables, report);
    std::string mistakes;
    for (const auto& mistake : report.mistakes) mistakes += mistake.path + " " + mistake.problem + ": " + mistake.remedy + "\n";
    if (!mistakes.empty()) throw std::runtime_error(mistakes);
    return read;
  }();
  return rules;
}

}  // namespace satupintu::tests
