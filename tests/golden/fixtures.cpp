// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/fixtures.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace satupintu::tests {

namespace fs = std::filesystem;

namespace {

Fixture load(const fs::path& path) {
  const std::string channel = path.parent_path().parent_path().filename().string();
  const std::string stem = path.stem().string();
  Fixture fixture{.name = channel + "/" + stem,
                  .adapter = channel + "/" + stem.substr(0, stem.find('.')),
                  .request_path = path,
                  .events_path = fs::path(path).replace_extension(".events.json"),
                  .request = std::nullopt,
                  .pulled = {}};
  const std::string text = read_file(path);
  if (path.extension() == ".http") {
    fixture.request = core::parse_fixture(text);
    if (!fixture.request) throw std::runtime_error(path.string() + " is not a request");
  } else {
    auto pulled = parse_pulled(text);
    if (!pulled) throw std::runtime_error(path.string() + " has no blank line after its head");
    fixture.pulled = *std::move(pulled);
  }
  return fixture;
}

std::vector<Fixture> load_all() {
  std::vector<Fixture> all;
  for (const auto& file : fs::recursive_directory_iterator(fs::path(SATUPINTU_SOURCE_DIR) / "adapters")) {
    const fs::path& path = file.path();
    if (path.parent_path().filename() != "fixtures") continue;
    if (path.extension() == ".http" || path.extension() == ".pulled") all.push_back(load(path));
  }
  std::ranges::sort(all, {}, &Fixture::name);
  return all;
}

}  // namespace

std::optional<core::Delivery> parse_pulled(std::string_view text) {
  const auto end_of_head = text.find("\n\n");
  if (end_of_head == std::string_view::npos) return std::nullopt;
  return core::Delivery{.account = {},
                        .received_at = kArrival,
                        .head = std::string(text.substr(0, end_of_head)),
                        .body = std::string(text.substr(end_of_head + 2))};
}

const std::vector<Fixture>& fixtures() {
  static const std::vector<Fixture> all = load_all();
  return all;
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace satupintu::tests
