// SPDX-License-Identifier: Apache-2.0
// One HTTP connection of our own, kept open between requests (libcurl). Used by the commands that play the part
// of a provider. Blocking; for one thread.
#pragma once

#include <memory>
#include <string>

#include "core/error.hpp"
#include "core/http.hpp"

namespace satupintu::gateway {

class HttpClient {
 public:
  HttpClient();
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Sends `request` to `base` ("http://127.0.0.1:8080") and gives the answer with its headers, whatever its status. Certificates
  // are not checked on loopback, where a gateway is tried out under a public name. Fails with unavailable, or outcome_unknown once the
  // request was sent.
  [[nodiscard]] core::Result<core::HttpAnswer> send(const std::string& base, const core::HttpRequest& request);

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace satupintu::gateway
