// SPDX-License-Identifier: Apache-2.0
// Makes a GET of ours authentic for Amazon's servers (AWS Signature Version 4), so that email/ses can read a mail from S3. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/secret.hpp"
#include "core/time.hpp"

namespace satupintu::adapters {

struct AwsAccess {
  std::string key_id;
  core::Secret secret_key;
  std::string region;
};

// A path with everything but unreserved characters and '/' escaped, as S3 wants it both in the URL and under the signature.
[[nodiscard]] std::string to_aws_path(std::string_view path);

// The headers to send with a GET of `path` (escaped, no query) at `host`, those in `headers` and Authorization among them. The names
// in `headers` are in lower case.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> signed_aws_headers(const AwsAccess& access, std::string_view service,
                                                                                  std::string_view host, std::string_view path,
                                                                                  std::vector<std::pair<std::string, std::string>> headers,
                                                                                  core::Timestamp now);

}  // namespace satupintu::adapters
