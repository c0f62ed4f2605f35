// SPDX-License-Identifier: Apache-2.0
#include "adapters/signature.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <utility>

namespace satupintu::adapters {

namespace {

struct FreeMac {
  void operator()(EVP_MAC* mac) const noexcept { EVP_MAC_free(mac); }
  void operator()(EVP_MAC_CTX* mac) const noexcept { EVP_MAC_CTX_free(mac); }
};
using MacInProgress = std::unique_ptr<EVP_MAC_CTX, FreeMac>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

struct Algorithm {
  std::string_view name;  // OpenSSL's
  std::size_t bytes;
};

constexpr Algorithm algorithm_of(Digest digest) {
  switch (digest) {
    case Digest::md5: return {"MD5", 16};
    case Digest::sha1: return {"SHA1", 20};
    case Digest::sha256: return {"SHA256", 32};
    case Digest::sha512: return {"SHA512", 64};
  }
  std::unreachable();
}

MacInProgress make_hmac(std::string digest) {
  const std::unique_ptr<EVP_MAC, FreeMac> mac{EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr)};
  MacInProgress context{mac ? EVP_MAC_CTX_new(mac.get()) : nullptr};
  const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0), OSSL_PARAM_construct_end()};
  if (!context || EVP_MAC_CTX_set_params(context.get(), parameters.data()) != 1) {
    throw std::runtime_error("OpenSSL offers no HMAC with " + digest);
  }
  return context;
}

// Looking an algorithm up costs as much as hashing a usual body, so each thread does it once.
EVP_MAC_CTX* context_of(Digest digest) {
  thread_local std::array<MacInProgress, 4> contexts;
  MacInProgress& context = contexts[static_cast<std::size_t>(digest)];
  if (!context) context = make_hmac(std::string(algorithm_of(digest).name));
  return context.get();
}

}  // namespace

bool is_one_of(const LiveSecrets& secrets, std::string_view candidate) noexcept {
  const bool is_current = secrets.current.matches(candidate);
  const bool is_previous = secrets.previous && secrets.previous->matches(candidate);
  return is_current || is_previous;
}

bool is_ed25519(std::string_view public_key, std::string_view bytes, std::string_view claimed) {
  struct Free {
    void operator()(EVP_PKEY* unused) const noexcept { EVP_PKEY_free(unused); }
    void operator()(EVP_MD_CTX* unused) const noexcept { EVP_MD_CTX_free(unused); }
  };
  const std::unique_ptr<EVP_PKEY, Free> key{
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(public_key), public_key.size())};
  const std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
  return key && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(claimed), claimed.size(), bytes_of(bytes), bytes.size()) == 1;
}

std::string hmac(Digest digest, const core::Secret& key, std::string_view bytes) {
  EVP_MAC_CTX* const context = context_of(digest);
  std::string mac(algorithm_of(digest).bytes, '\0');
  std::size_t length = 0;
  if (EVP_MAC_init(context, bytes_of(key.reveal()), key.reveal().size(), nullptr) != 1 ||
      EVP_MAC_update(context, bytes_of(bytes), bytes.size()) != 1 ||
      EVP_MAC_final(context, reinterpret_cast<unsigned char*>(mac.data()), &length, mac.size()) != 1 || length != mac.size()) {
    throw std::runtime_error("OpenSSL cannot compute an HMAC");
  }
  return mac;
}

bool is_hmac(Digest digest, const LiveSecrets& secrets, std::string_view bytes, std::string_view claimed) {
  const auto signed_with = [&](const core::Secret& secret) {
    return CRYPTO_memcmp(hmac(digest, secret, bytes).data(), claimed.data(), claimed.size()) == 0;
  };
  return claimed.size() == algorithm_of(digest).bytes &&
         (signed_with(secrets.current) || (secrets.previous && signed_with(*secrets.previous)));
}

std::string md5_before(std::string_view bytes, const core::Secret& secret) {
  const core::Secret hashed{std::string(bytes) + std::string(secret.reveal())};
  std::string digest(algorithm_of(Digest::md5).bytes, '\0');
  unsigned length = 0;
  if (EVP_Digest(hashed.reveal().data(), hashed.reveal().size(), reinterpret_cast<unsigned char*>(digest.data()), &length, EVP_md5(),
                 nullptr) != 1 ||
      length != digest.size()) {
    throw std::runtime_error("OpenSSL cannot compute an MD5");
  }
  return digest;
}

bool is_md5_before(const LiveSecrets& secrets, std::string_view bytes, std::string_view claimed) {
  const bool is_current = core::Secret{md5_before(bytes, secrets.current)}.matches(claimed);
  const bool is_previous = secrets.previous && core::Secret{md5_before(bytes, *secrets.previous)}.matches(claimed);
  return is_current || is_previous;
}

}  // namespace satupintu::adapters
