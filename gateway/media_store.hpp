// SPDX-License-Identifier: Apache-2.0
// Where citizens' pictures, recordings and documents are kept: each once, by its content, under the data directory or in an S3 bucket.
// What a file is is found out from its bytes, never believed from its sender; archives are not unpacked and pictures not decoded. All
// functions block and may be called from any thread.
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
#include "gateway/s3_bucket.hpp"

namespace satupintu::gateway {

inline constexpr std::string_view kMediaRoute = "/media/";

struct MediaSettings {
  std::filesystem::path directory;
  std::optional<S3Settings> bucket;  // instead of the directory
  std::string clamd;                 // the scanner's unix socket, or host:port; empty: nothing is scanned
  core::Secret link_key;             // signs the links under which media are handed out
  std::chrono::milliseconds link_lifetime = std::chrono::days{35};
};

struct StoredMedia {
  std::string id;  // also its SHA-256, in hex
  std::string mime_type;
  std::uint64_t bytes = 0;
  std::optional<core::SharedPlace> position;  // where a photograph says that it was taken
};

// What a link asks for.
struct MediaRequest {
  std::string id;
  bool is_public = false;  // the copy without metadata
};

class MediaStore {
 public:
  explicit MediaStore(MediaSettings settings);

  // Takes the file, which is gone afterwards whatever happens. Fails with unreadable (nothing that is kept: its `what` is a short
  // snake_case word for the reason) or unavailable (try again: the disk, the bucket or the scanner does not answer).
  [[nodiscard]] core::Result<StoredMedia> keep(const std::filesystem::path& file);
  // The same for bytes that came inside a delivery.
  [[nodiscard]] core::Result<StoredMedia> keep_bytes(std::string_view bytes);

  // "/media/<id>?until=<Unix time>&signature=<hex>": whoever holds it may fetch the media until then. A picture has a second one, under
  // "/media/<id>/public", for the copy that may become public.
  [[nodiscard]] std::string link_to(const MediaRequest& media, core::Timestamp now) const;
  // What a link of ours asks for; nullopt for one that is not ours, or that has ended.
  [[nodiscard]] std::optional<MediaRequest> read_link(std::string_view path, std::string_view query, core::Timestamp now) const;

  // The bytes of something stored. Fails with not_found, also for a public copy of what has none, or unavailable.
  [[nodiscard]] core::Result<std::string> read(const MediaRequest& media) const;

 private:
  [[nodiscard]] std::filesystem::path path_of(std::string_view id) const;
  core::Result<void> put(std::string_view id, std::string_view bytes) const;

  MediaSettings settings_;
};

}  // namespace satupintu::gateway
