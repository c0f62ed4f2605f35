// SPDX-License-Identifier: Apache-2.0
// The few cryptographic operations the house needs, by name and without choices: keyed hashing for
// pseudonyms and ids, encryption of what lies on disk, sealing of what only the back office may read.
// libsodium underneath, in crypto.cpp alone. Every function may be called from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/secret.hpp"
#include "core/time.hpp"

namespace satupintu::core {

inline constexpr std::size_t kKeyBytes = 32;

// Must have returned before anything else here is called; the process cannot run without it.
[[nodiscard]] Result<void> start_crypto();

[[nodiscard]] std::string random_bytes(std::size_t count);

using Hash128 = std::array<std::uint8_t, 16>;

// Keyed BLAKE2b, 16 bytes. The parts are hashed with their lengths, so ("ab","c") differs from ("a","bc").
[[nodiscard]] Hash128 keyed_hash(const Secret& key, std::initializer_list<std::string_view> parts);

// Unkeyed SHA-256 of bytes, in lower-case hex: for references to raw bodies and attachments.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

// SHA-256 of what comes piece by piece.
class Sha256 {
 public:
  Sha256();
  void add(std::string_view bytes);
  [[nodiscard]] std::string hex();  // ends it

 private:
  alignas(8) std::array<unsigned char, 104> state_;  // libsodium's
};

[[nodiscard]] std::string to_hex(std::string_view bytes);
[[nodiscard]] std::string to_hex(const Hash128& hash);
[[nodiscard]] std::optional<std::string> from_hex(std::string_view hex);  // either case; nullopt if not hex
[[nodiscard]] std::string to_base64(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

// XChaCha20-Poly1305 with a fresh random nonce in front. `context` is authenticated but not stored.
[[nodiscard]] std::string encrypt(const Secret& key, std::string_view plain, std::string_view context);
[[nodiscard]] Result<std::string> decrypt(const Secret& key, std::string_view sealed, std::string_view context);

struct SealingKeyPair {
  std::string public_key;  // base64
  Secret secret_key;       // base64
};
[[nodiscard]] SealingKeyPair make_sealing_key_pair();

// Seals bytes to the back office's public key (libsodium's crypto_box, X25519). The sender's half is
// an ephemeral key pair that is replaced every hour, because making one costs forty times the sealing.
// Not for use by several threads.
class Sealer {
 public:
  // Fails with misconfigured when `public_key` is not 32 bytes in base64.
  [[nodiscard]] static Result<Sealer> to(std::string_view public_key);
  // base64 of: ephemeral public key, nonce, box.
  [[nodiscard]] std::string seal(std::string_view plain, Timestamp now);

 private:
  std::string recipient_;
  std::string ephemeral_public_;
  Secret shared_;
  Timestamp renewed_at_{};
};

// Opens what Sealer::seal made. Fails with refused for another key or changed bytes.
[[nodiscard]] Result<std::string> unseal(const Secret& secret_key, std::string_view sealed);

}  // namespace satupintu::core
