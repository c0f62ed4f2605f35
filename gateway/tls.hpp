// SPDX-License-Identifier: Apache-2.0
// The server side of TLS 1.2 and 1.3: ECDHE with AEAD ciphers only, no renegotiation, no tickets, no session
// reuse. A listener owns one and asks it for a session per connection. Replacing the certificate touches new
// connections only, and a bad pair never displaces a good one. One thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/time.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace satupintu::gateway {

struct TlsSettings {
  std::string certificate_file;  // PEM, the server's certificate first, then its chain
  std::string key_file;          // PEM, without a passphrase
};

class Tls {
 public:
  // With `host_names`, a client must name one of them (SNI); without, it may name any or none.
  Tls(TlsSettings settings, std::vector<std::string> host_names);
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;
  ~Tls();

  // Reads both files. On failure (misconfigured) what was loaded before stays in use.
  [[nodiscard]] core::Result<void> load();

  // A fresh session that the caller owns. REQUIRES: load() succeeded once. nullptr when memory is short.
  [[nodiscard]] ssl_st* new_session();

  // When the certificate in use ends; nullopt before the first load().
  [[nodiscard]] std::optional<core::Timestamp> expires_at() const;

 private:
  static int check_server_name(ssl_st* session, int* alert, void* self);

  TlsSettings settings_;
  std::vector<std::string> host_names_;
  ssl_ctx_st* loaded_ = nullptr;
};

}  // namespace satupintu::gateway
