// SPDX-License-Identifier: Apache-2.0
// Where citizens' pictures, recordings and documents are kept: each once, by its content, under the data directory. What a file is is
// found out from its bytes, never believed from its sender; archives are not unpacked and pictures not decoded. All functions block and
// may be called from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/event.hpp"
#include "core/secret.hpp"
#include "core/time.hpp"

namespace satupintu::gateway {

inline constexpr std::string_view kMediaRoute = "/media/";

struct MediaSettings {
  std::filesystem::path directory;
  core::Secret link_key;  // signs the links under which media are handed out
  std::chrono::milliseconds link_lifetime = std::chrono::days{35};
};

struct StoredMedia {
  std::string id;  // also its SHA-256, in hex
  std::string mime_type;
  std::uint64_t bytes = 0;
  std::optional<core::SharedPlace> position;  // where a photograph says that it was taken
};

class MediaStore {
 public:
  explicit MediaStore(MediaSettings settings);

  // Takes the file, which is gone afterwards whatever happens. Fails with unreadable (nothing that is kept: its `what` is a short
  // snake_case word for the reason) or unavailable (try again: the disk, the bucket or the scanner does not answer).
  [[nodiscard]] core::Result<StoredMedia> keep(const std::filesystem::path& file);
  // The same for bytes that came inside a delivery.
  [[nodiscard]] core::Result<StoredMedia> keep_bytes(std::string_view bytes);

  // "/media/<id>?until=<Unix time>&signature=<hex>": whoever holds it may fetch the media until then.
  [[nodiscard]] std::string link_to(std::string_view id, core::Timestamp now) const;
  // Is this path and query a link of ours that has not ended? Gives the id.
  [[nodiscard]] std::optional<std::string> id_of_link(std::string_view path, std::string_view query, core::Timestamp now) const;

  // The bytes of something stored. Fails with not_found or unavailable.
  [[nodiscard]] core::Result<std::string> read(std::string_view id) const;

 private:
  MediaSettings settings_;
};

}  // namespace satupintu::gateway
