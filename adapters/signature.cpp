// SPDX-License-Identifier: Apache-2.0
#include "adapters/signature.hpp"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <utility>

#include "core/crypto.hpp"

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

// ------------------------------------------------------------------ public keys

struct PublicKey::Key {
  EVP_PKEY* key;

  explicit Key(EVP_PKEY* taken) : key(taken) {}
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  ~Key() { EVP_PKEY_free(key); }
};

namespace {

struct FreeOpenssl {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
  void operator()(EVP_MD_CTX* digest) const noexcept { EVP_MD_CTX_free(digest); }
};

// Owned by the caller; nullptr where `text` is no key.
EVP_PKEY* read_pem(std::string_view text) {
  const std::unique_ptr<BIO, FreeOpenssl> bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
  if (text.contains("-----BEGIN CERTIFICATE-----")) {
    const std::unique_ptr<X509, FreeOpenssl> certificate{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)};
    return certificate ? X509_get_pubkey(certificate.get()) : nullptr;
  }
  return PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr);
}

EVP_PKEY* read_base64(std::string_view text) {
  const auto der = core::from_base64(text);
  if (!der) return nullptr;
  const unsigned char* begin = bytes_of(*der);
  EVP_PKEY* const key = d2i_PUBKEY(nullptr, &begin, static_cast<long>(der->size()));
  if (begin == bytes_of(*der) + der->size()) return key;
  EVP_PKEY_free(key);
  return nullptr;
}

}  // namespace

core::Result<PublicKey> PublicKey::read(std::string_view text) {
  constexpr std::size_t kMost = 65'536;
  if (text.size() > kMost) return core::fail(core::Errc::misconfigured, "the public key is too long");
  EVP_PKEY* const key = text.starts_with("-----BEGIN ") ? read_pem(text) : read_base64(text);
  ERR_clear_error();
  if (key == nullptr) return core::fail(core::Errc::misconfigured, "this is no public key");
  return PublicKey(std::make_unique<Key>(key));
}

PublicKey::PublicKey(std::unique_ptr<Key> key) noexcept : key_(std::move(key)) {}
PublicKey::PublicKey(PublicKey&&) noexcept = default;
PublicKey& PublicKey::operator=(PublicKey&&) noexcept = default;
PublicKey::~PublicKey() = default;

bool PublicKey::is_rsa() const { return EVP_PKEY_get_base_id(key_->key) == EVP_PKEY_RSA && EVP_PKEY_get_bits(key_->key) >= 2048; }

bool PublicKey::is_p256() const {
  std::array<char, 32> group{};
  std::size_t length = 0;
  return EVP_PKEY_get_base_id(key_->key) == EVP_PKEY_EC && EVP_PKEY_get_group_name(key_->key, group.data(), group.size(), &length) == 1 &&
         std::string_view(group.data(), length) == "prime256v1";
}

bool PublicKey::has_signed(Digest digest, std::initializer_list<std::string_view> pieces, std::string_view signature) const {
  if (digest != Digest::sha1 && digest != Digest::sha256) return false;
  const std::unique_ptr<EVP_MD_CTX, FreeOpenssl> context{EVP_MD_CTX_new()};
  const EVP_MD* const algorithm = digest == Digest::sha1 ? EVP_sha1() : EVP_sha256();
  const bool signs =
      context && EVP_DigestVerifyInit(context.get(), nullptr, algorithm, nullptr, key_->key) == 1 &&
      std::ranges::all_of(pieces,
                          [&](std::string_view piece) { return EVP_DigestVerifyUpdate(context.get(), piece.data(), piece.size()) == 1; }) &&
      EVP_DigestVerifyFinal(context.get(), bytes_of(signature), signature.size()) == 1;
  ERR_clear_error();  // a forgery leaves its traces in this thread's queue
  return signs;
}

}  // namespace satupintu::adapters
