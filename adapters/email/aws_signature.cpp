// SPDX-License-Identifier: Apache-2.0
#include "adapters/email/aws_signature.hpp"

#include <algorithm>

#include "adapters/signature.hpp"
#include "core/crypto.hpp"

namespace satupintu::adapters {

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || std::string_view("-._~/").contains(c);
}

// "20260105T030405Z"
std::string basic_format(core::Timestamp at) {
  std::string text = core::format_rfc3339(at).substr(0, 19) + 'Z';
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

core::Secret chained(const core::Secret& key, std::string_view bytes) { return core::Secret{hmac_sha256(key, bytes)}; }

}  // namespace

std::string to_aws_path(std::string_view path) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(c)) out += c;
    else (out += '%').append({kDigits[byte >> 4U], kDigits[byte & 0xFU]});
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> signed_aws_headers(const AwsAccess& access, std::string_view service,
                                                                    std::string_view host, std::string_view path,
                                                                    std::vector<std::pair<std::string, std::string>> headers,
                                                                    core::Timestamp now) {
  const std::string time = basic_format(now);
  const std::string scope = time.substr(0, 8) + '/' + access.region + '/' + std::string(service) + "/aws4_request";
  const std::string empty_hash = core::sha256_hex("");
  headers.emplace_back("x-amz-content-sha256", empty_hash);
  headers.emplace_back("x-amz-date", time);

  auto all = headers;
  all.emplace_back("host", host);
  std::ranges::sort(all);
  std::string names, lines;
  for (const auto& [name, value] : all) {
    if (!names.empty()) names += ';';
    names += name;
    lines.append(name).append(":").append(value).append("\n");
  }
  const std::string request = "GET\n" + std::string(path) + "\n\n" + lines + '\n' + names + '\n' + empty_hash;
  const std::string to_sign = std::string(kAlgorithm) + '\n' + time + '\n' + scope + '\n' + core::sha256_hex(request);

  core::Secret key{"AWS4" + std::string(access.secret_key.reveal())};
  for (const std::string_view link :
       {std::string_view(time).substr(0, 8), std::string_view(access.region), service, std::string_view("aws4_request")})
    key = chained(key, link);
  headers.emplace_back("Authorization", std::string(kAlgorithm) + " Credential=" + access.key_id + '/' + scope +
                                            ", SignedHeaders=" + names + ", Signature=" + core::to_hex(hmac_sha256(key, to_sign)));
  return headers;
}

}  // namespace satupintu::adapters
