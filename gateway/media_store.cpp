// SPDX-License-Identifier: Apache-2.0
#include "gateway/media_store.hpp"

#include <fstream>

#include "adapters/form.hpp"
#include "core/crypto.hpp"

namespace satupintu::gateway {

using core::Errc;
using core::fail;
using core::Result;

MediaStore::MediaStore(MediaSettings settings) : settings_(std::move(settings)) {}

Result<StoredMedia> MediaStore::keep(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  return keep_bytes(bytes);
}

Result<StoredMedia> MediaStore::keep_bytes(std::string_view bytes) {
  StoredMedia stored{.id = core::sha256_hex(bytes), .mime_type = "application/octet-stream", .bytes = bytes.size(), .position = {}};
  std::error_code failed;
  std::filesystem::create_directories(settings_.directory, failed);
  std::ofstream out(settings_.directory / stored.id, std::ios::binary);
  out << bytes;
  out.close();
  if (!out) return fail(Errc::unavailable, "the media store takes no more");
  return stored;
}

namespace {

std::string signature_of(const core::Secret& key, std::string_view id, std::string_view until) {
  return core::to_hex(core::keyed_hash(key, {"media link", id, until}));
}

}  // namespace

std::string MediaStore::link_to(std::string_view id, core::Timestamp now) const {
  const std::string until = std::to_string(core::to_unix_ms(now + settings_.link_lifetime) / 1000);
  return std::string(kMediaRoute).append(id) + "?until=" + until + "&signature=" + signature_of(settings_.link_key, id, until);
}

std::optional<std::string> MediaStore::id_of_link(std::string_view path, std::string_view query, core::Timestamp now) const {
  if (!path.starts_with(kMediaRoute)) return std::nullopt;
  const std::string_view id = path.substr(kMediaRoute.size());
  const adapters::Form fields = adapters::Form::parse(query);
  const std::string until = fields.value("until");
  const core::Secret expected{signature_of(settings_.link_key, id, until)};
  const auto ends_at = core::parse_unix(until);
  if (!expected.matches(fields.value("signature")) || !ends_at || *ends_at < now) return std::nullopt;
  return std::string(id);
}

Result<std::string> MediaStore::read(std::string_view id) const {
  std::ifstream in(settings_.directory / id, std::ios::binary);
  if (!in) return fail(Errc::not_found, "no such media");
  return std::string{std::istreambuf_iterator<char>(in), {}};
}

}  // namespace satupintu::gateway
