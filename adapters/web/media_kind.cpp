// SPDX-License-Identifier: Apache-2.0
#include "adapters/web/media_kind.hpp"

namespace satupintu::adapters {

using core::AttachmentKind;

AttachmentKind kind_of_media(std::string_view mime_type) {
  if (mime_type.starts_with("image/")) return AttachmentKind::image;
  if (mime_type.starts_with("video/")) return AttachmentKind::video;
  if (mime_type.starts_with("audio/")) return AttachmentKind::audio;
  return mime_type.empty() || mime_type == "application/octet-stream" ? AttachmentKind::other : AttachmentKind::document;
}

}  // namespace satupintu::adapters
