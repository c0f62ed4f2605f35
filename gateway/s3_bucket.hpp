// SPDX-License-Identifier: Apache-2.0
// One bucket of an S3-compatible object store, spoken to by libcurl, which signs the requests (AWS Signature Version 4). Objects are
// addressed by path (https://endpoint/bucket/key), as every such store understands it. Blocks; any thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/secret.hpp"

namespace satupintu::gateway {

struct S3Settings {
  std::string endpoint;  // "https://s3.ap-southeast-3.amazonaws.com", without a path
  std::string bucket;
  std::string region;
  std::string access_key;  // its id
  core::Secret secret_key;
  std::filesystem::path ca_file = {};  // empty: the system's authorities
};

// Both fail with unavailable when the store does not answer or refuses us; `get` with not_found when there is no such object.
[[nodiscard]] core::Result<void> put_object(const S3Settings& bucket, std::string_view key, std::string_view bytes);
[[nodiscard]] core::Result<std::string> get_object(const S3Settings& bucket, std::string_view key);

}  // namespace satupintu::gateway
