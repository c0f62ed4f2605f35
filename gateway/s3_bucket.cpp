// SPDX-License-Identifier: Apache-2.0
#include "gateway/s3_bucket.hpp"

#include <curl/curl.h>

#include <memory>

#include "core/crypto.hpp"

namespace satupintu::gateway {

using core::Errc;
using core::fail;
using core::Result;

namespace {

struct FreeHandle {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};

std::size_t append(char* data, std::size_t size, std::size_t count, void* body) {
  static_cast<std::string*>(body)->append(data, size * count);
  return size * count;
}

struct Answer {
  long status = 0;
  std::string body;
};

Result<Answer> perform(const S3Settings& bucket, std::string_view key, const std::string_view* upload) {
  const std::unique_ptr<CURL, FreeHandle> handle{curl_easy_init()};
  CURL* const curl = handle.get();
  const std::string url = bucket.endpoint + '/' + bucket.bucket + '/' + std::string(key);
  const std::string credentials = bucket.access_key + ':' + std::string(bucket.secret_key.reveal());
  const std::string signer = "aws:amz:" + bucket.region + ":s3";
  Answer answer;
  std::unique_ptr<curl_slist, FreeList> headers{curl_slist_append(nullptr, "Content-Type: application/octet-stream")};
  // S3 wants the body's digest as a header, and libcurl signs what stands there.
  const std::string digest = "x-amz-content-sha256: " + core::sha256_hex(upload != nullptr ? *upload : std::string_view());
  headers.reset(curl_slist_append(headers.release(), digest.c_str()));
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 120'000L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, 10'000L);
  curl_easy_setopt(curl, CURLOPT_USERPWD, credentials.c_str());
  curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, signer.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &append);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.body);
  if (!bucket.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, bucket.ca_file.c_str());
  if (upload != nullptr) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, upload->data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(upload->size()));
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "PUT");
  }
  if (const CURLcode code = curl_easy_perform(curl); code != CURLE_OK)
    return fail(Errc::unavailable, std::string("the media bucket does not answer: ") + curl_easy_strerror(code));
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
  return answer;
}

std::unexpected<core::Error> refused(long status) { return fail(Errc::unavailable, "the media bucket answers " + std::to_string(status)); }

}  // namespace

Result<void> put_object(const S3Settings& bucket, std::string_view key, std::string_view bytes) {
  const auto answer = perform(bucket, key, &bytes);
  if (!answer) return std::unexpected(answer.error());
  if (answer->status != 200) return refused(answer->status);
  return {};
}

Result<std::string> get_object(const S3Settings& bucket, std::string_view key) {
  auto answer = perform(bucket, key, nullptr);
  if (!answer) return std::unexpected(answer.error());
  if (answer->status == 404) return fail(Errc::not_found, "the media bucket has no such object");
  if (answer->status != 200) return refused(answer->status);
  return std::move(answer->body);
}

}  // namespace satupintu::gateway
