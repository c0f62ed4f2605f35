// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "core/http.hpp"

namespace satupintu::gateway {
namespace {

constexpr const char* kCiphers12 = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr const char* kGroups = "X25519:P-256";

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using OwnedContext = std::unique_ptr<SSL_CTX, FreeContext>;

std::unexpected<core::Error> refuse(std::string what) {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = ERR_reason_error_string(code);
  if (reason != nullptr) what.append(": ").append(reason);
  ERR_clear_error();
  return core::fail(core::Errc::misconfigured, std::move(what));
}

// Without this OpenSSL would ask for a passphrase on the terminal.
int no_passphrase(char*, int, int, void*) { return 0; }

core::Result<OwnedContext> make_context(const TlsSettings& settings) {
  ERR_clear_error();
  OwnedContext context(SSL_CTX_new(TLS_server_method()));
  if (!context) return refuse("cannot set up TLS");
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_default_passwd_cb(context.get(), no_passphrase);
  if (SSL_CTX_set_num_tickets(context.get(), 0) != 1 || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(context.get(), kCiphers12) != 1 || SSL_CTX_set1_groups_list(context.get(), kGroups) != 1)
    return refuse("cannot set up TLS");
  if (SSL_CTX_use_certificate_chain_file(context.get(), settings.certificate_file.c_str()) != 1)
    return refuse("no certificate can be read from " + settings.certificate_file);
  if (SSL_CTX_use_PrivateKey_file(context.get(), settings.key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    return refuse("no key for " + settings.certificate_file + " can be read from " + settings.key_file);
  return context;
}

}  // namespace

Tls::Tls(TlsSettings settings, std::vector<std::string> host_names) : settings_(std::move(settings)), host_names_(std::move(host_names)) {}

Tls::~Tls() { SSL_CTX_free(loaded_); }

core::Result<void> Tls::load() {
  auto context = make_context(settings_);
  if (!context) return std::unexpected(std::move(context.error()));
  if (!host_names_.empty()) {
    SSL_CTX_set_tlsext_servername_callback(context->get(), &Tls::check_server_name);
    SSL_CTX_set_tlsext_servername_arg(context->get(), this);
  }
  // Sessions that still run keep the old context alive themselves.
  SSL_CTX_free(std::exchange(loaded_, context->release()));
  return {};
}

ssl_st* Tls::new_session() { return SSL_new(loaded_); }

std::optional<core::Timestamp> Tls::expires_at() const {
  if (loaded_ == nullptr) return std::nullopt;
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(SSL_CTX_get0_certificate(loaded_)), &end) != 1) return std::nullopt;
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::from_time_t(timegm(&end)));
}

int Tls::check_server_name(ssl_st* session, int* alert, void* self) {
  const auto& names = static_cast<const Tls*>(self)->host_names_;
  const char* asked_for = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
  const auto matches = [asked_for](const std::string& name) { return core::equals_ignoring_case(name, asked_for); };
  if (asked_for != nullptr && std::ranges::any_of(names, matches)) return SSL_TLSEXT_ERR_OK;
  *alert = SSL_AD_UNRECOGNIZED_NAME;
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace satupintu::gateway
