// SPDX-License-Identifier: Apache-2.0
// Checks and makes the signatures that providers put on their requests. Adapters call it with the exact bytes
// of the body; the algorithm is the caller's, never the message's. May be called from any thread.
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/secret.hpp"

namespace satupintu::adapters {

// The secrets that are valid now: two while one is being replaced by the other.
struct LiveSecrets {
  core::Secret current;
  std::optional<core::Secret> previous;
};

// True when `candidate` is one of the secrets; never for an empty one. Takes the same time wherever they differ.
[[nodiscard]] bool is_one_of(const LiveSecrets& secrets, std::string_view candidate) noexcept;

// True when `claimed` is the Ed25519 signature (RFC 8032) of `bytes` under the 32 bytes of `public_key`.
[[nodiscard]] bool is_ed25519(std::string_view public_key, std::string_view bytes, std::string_view claimed);

// What a provider's HMAC hashes with (FIPS 180-4, RFC 1321). SHA-1 and MD5 are what some of them still use.
enum class Digest { md5, sha1, sha256, sha512 };

// HMAC (RFC 2104): 16, 20, 32 or 64 bytes.
[[nodiscard]] std::string hmac(Digest digest, const core::Secret& key, std::string_view bytes);

// True when `claimed` is the HMAC of `bytes` under one of the secrets. One of another length is not; the comparison takes the same
// time wherever the two differ.
[[nodiscard]] bool is_hmac(Digest digest, const LiveSecrets& secrets, std::string_view bytes, std::string_view claimed);

// MD5 of `bytes` with one of the secrets behind them, which is what some sign with instead of an HMAC: 16 bytes.
[[nodiscard]] std::string md5_before(std::string_view bytes, const core::Secret& secret);
[[nodiscard]] bool is_md5_before(const LiveSecrets& secrets, std::string_view bytes, std::string_view claimed);

[[nodiscard]] inline std::string hmac_sha256(const core::Secret& key, std::string_view bytes) { return hmac(Digest::sha256, key, bytes); }
[[nodiscard]] inline bool is_hmac_sha256(const LiveSecrets& secrets, std::string_view bytes, std::string_view claimed) {
  return is_hmac(Digest::sha256, secrets, bytes, claimed);
}

// The key with which a provider proves that it signed, where it keeps the other one to itself.
class PublicKey {
 public:
  // A key (SubjectPublicKeyInfo) in base64 or PEM, or a certificate in PEM. Fails with misconfigured.
  [[nodiscard]] static core::Result<PublicKey> read(std::string_view text);

  PublicKey(PublicKey&&) noexcept;
  PublicKey& operator=(PublicKey&&) noexcept;
  ~PublicKey();

  [[nodiscard]] bool is_rsa() const;   // of at least 2048 bits
  [[nodiscard]] bool is_p256() const;  // on the curve NIST P-256

  // True when `signature` is this key's over the pieces, one after the other: RSA with PKCS#1 v1.5 padding (RFC 8017), or ECDSA in DER
  // (FIPS 186-4). Digests other than SHA-1 and SHA-256 sign nothing.
  [[nodiscard]] bool has_signed(Digest digest, std::initializer_list<std::string_view> pieces, std::string_view signature) const;

 private:
  struct Key;
  explicit PublicKey(std::unique_ptr<Key> key) noexcept;
  std::unique_ptr<Key> key_;
};

}  // namespace satupintu::adapters
