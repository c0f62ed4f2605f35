// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/fixtures.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace satupintu::tests {

namespace fs = std::filesystem;

namespace {

std::string_view take_until(std::string_view& text, std::string_view mark) {
  const auto at = text.find(mark);
  const auto taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + mark.size());
  return taken;
}

std::vector<Fixture> load_all() {
  const fs::path root = fs::path(SATUPINTU_SOURCE_DIR) / "adapters";
  std::vector<Fixture> all;
  for (const auto& file : fs::recursive_directory_iterator(root)) {
    const fs::path& path = file.path();
    if (path.extension() != ".http" || path.parent_path().filename() != "fixtures") continue;
    const std::string channel = path.parent_path().parent_path().filename().string();
    const std::string stem = path.stem().string();
    auto request = parse_request(read_file(path));
    if (!request) throw std::runtime_error(path.string() + " is not a request");
    all.push_back({.name = channel + "/" + stem,
                   .adapter = channel + "/" + stem.substr(0, stem.find('.')),
                   .request_path = path,
                   .events_path = fs::path(path).replace_extension(".events.json"),
                   .request = std::move(*request)});
  }
  std::ranges::sort(all, {}, &Fixture::name);
  return all;
}

}  // namespace

const std::vector<Fixture>& fixtures() {
  static const std::vector<Fixture> all = load_all();
  return all;
}

std::optional<core::HttpRequest> parse_request(std::string_view text) {
  const auto end_of_head = text.find("\n\n");
  if (end_of_head == std::string_view::npos) return std::nullopt;
  std::string_view head = text.substr(0, end_of_head);
  std::string_view first_line = take_until(head, "\n");
  core::HttpRequest request;
  request.method = take_until(first_line, " ");
  std::string_view target = take_until(first_line, " ");
  if (!target.starts_with('/') || first_line != "HTTP/1.1") return std::nullopt;
  request.path = take_until(target, "?");
  request.query = target;
  while (!head.empty()) {
    std::string_view value = take_until(head, "\n");
    const std::string_view name = take_until(value, ": ");
    if (value != "{{signed}}") request.headers.emplace_back(name, value);
  }
  request.body = text.substr(end_of_head + 2);
  return request;
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace satupintu::tests
