// SPDX-License-Identifier: Apache-2.0
#include "adapters/signature.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace satupintu::adapters {

namespace {

constexpr std::size_t kMacBytes = 32;

struct FreeMac {
  void operator()(EVP_MAC* mac) const noexcept { EVP_MAC_free(mac); }
  void operator()(EVP_MAC_CTX* mac) const noexcept { EVP_MAC_CTX_free(mac); }
};
using MacInProgress = std::unique_ptr<EVP_MAC_CTX, FreeMac>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

MacInProgress make_hmac_sha256() {
  const std::unique_ptr<EVP_MAC, FreeMac> mac{EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr)};
  MacInProgress context{mac ? EVP_MAC_CTX_new(mac.get()) : nullptr};
  std::array<char, 7> digest{"SHA256"};
  const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0), OSSL_PARAM_construct_end()};
  if (!context || EVP_MAC_CTX_set_params(context.get(), parameters.data()) != 1) {
    throw std::runtime_error("OpenSSL offers no HMAC-SHA256");
  }
  return context;
}

}  // namespace

bool is_one_of(const LiveSecrets& secrets, std::string_view candidate) noexcept {
  const bool is_current = secrets.current.matches(candidate);
  const bool is_previous = secrets.previous && secrets.previous->matches(candidate);
  return is_current || is_previous;
}

std::string hmac_sha256(const core::Secret& key, std::string_view bytes) {
  // Looking the algorithm up costs as much as hashing a usual body, so each thread does it once.
  thread_local const MacInProgress context = make_hmac_sha256();
  std::string mac(kMacBytes, '\0');
  std::size_t length = 0;
  if (EVP_MAC_init(context.get(), bytes_of(key.reveal()), key.reveal().size(), nullptr) != 1 ||
      EVP_MAC_update(context.get(), bytes_of(bytes), bytes.size()) != 1 ||
      EVP_MAC_final(context.get(), reinterpret_cast<unsigned char*>(mac.data()), &length, mac.size()) != 1 || length != mac.size()) {
    throw std::runtime_error("OpenSSL cannot compute HMAC-SHA256");
  }
  return mac;
}

bool is_hmac_sha256(const LiveSecrets& secrets, std::string_view bytes, std::string_view claimed) {
  const auto signed_with = [&](const core::Secret& secret) {
    return CRYPTO_memcmp(hmac_sha256(secret, bytes).data(), claimed.data(), kMacBytes) == 0;
  };
  return claimed.size() == kMacBytes && (signed_with(secrets.current) || (secrets.previous && signed_with(*secrets.previous)));
}

}  // namespace satupintu::adapters
