// SPDX-License-Identifier: Apache-2.0
#include "core/crypto.hpp"

#include <sodium.h>

#include <algorithm>

namespace satupintu::core {

namespace {

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

constexpr std::chrono::hours kEphemeralLifetime{1};

}  // namespace

bool Secret::matches(std::string_view candidate) const noexcept {
  // Hashing both first makes the comparison independent of either length.
  std::array<unsigned char, crypto_generichash_BYTES> ours{};
  std::array<unsigned char, crypto_generichash_BYTES> theirs{};
  crypto_generichash(ours.data(), ours.size(), bytes_of(bytes_), bytes_.size(), nullptr, 0);
  crypto_generichash(theirs.data(), theirs.size(), bytes_of(candidate), candidate.size(), nullptr, 0);
  return sodium_memcmp(ours.data(), theirs.data(), ours.size()) == 0 && !bytes_.empty();
}

void Secret::wipe() noexcept { sodium_memzero(bytes_.data(), bytes_.size()); }

Result<void> start_crypto() {
  if (sodium_init() < 0) return fail(Errc::misconfigured, "libsodium cannot start: the system gives no random numbers");
  return {};
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

Hash128 keyed_hash(const Secret& key, std::initializer_list<std::string_view> parts) {
  crypto_generichash_state state;
  Hash128 hash{};
  crypto_generichash_init(&state, bytes_of(key.reveal()), std::min<std::size_t>(key.reveal().size(), crypto_generichash_KEYBYTES_MAX),
                          hash.size());
  for (std::string_view part : parts) {
    const std::uint64_t length = part.size();
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(&length), sizeof length);
    crypto_generichash_update(&state, bytes_of(part), part.size());
  }
  crypto_generichash_final(&state, hash.data(), hash.size());
  return hash;
}

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), bytes_of(bytes), bytes.size());
  return to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

namespace {

crypto_hash_sha256_state* state_of(std::array<unsigned char, 104>& bytes) {
  static_assert(sizeof(crypto_hash_sha256_state) <= 104 && alignof(crypto_hash_sha256_state) <= 8);
  return reinterpret_cast<crypto_hash_sha256_state*>(bytes.data());
}

}  // namespace

Sha256::Sha256() : state_{} { crypto_hash_sha256_init(state_of(state_)); }
void Sha256::add(std::string_view bytes) { crypto_hash_sha256_update(state_of(state_), bytes_of(bytes), bytes.size()); }
std::string Sha256::hex() {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256_final(state_of(state_), digest.data());
  return to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string to_hex(std::string_view bytes) {
  std::string hex(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), bytes_of(bytes), bytes.size());
  hex.pop_back();
  return hex;
}

std::string to_hex(const Hash128& hash) { return to_hex({reinterpret_cast<const char*>(hash.data()), hash.size()}); }

std::optional<std::string> from_hex(std::string_view hex) {
  std::string bytes(hex.size() / 2, '\0');
  std::size_t length = 0;
  const char* end = nullptr;
  if (hex.size() % 2 != 0 || sodium_hex2bin(bytes_of(bytes), bytes.size(), hex.data(), hex.size(), nullptr, &length, &end) != 0 ||
      length != bytes.size()) {
    return std::nullopt;
  }
  return bytes;
}

std::string to_base64(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes_of(bytes), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  // libsodium takes some bytes outside ASCII for letters.
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) return std::nullopt;
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  std::size_t length = 0;
  if (sodium_base642bin(bytes_of(bytes), bytes.size(), text.data(), text.size(), nullptr, &length, nullptr,
                        sodium_base64_VARIANT_ORIGINAL) != 0) {
    return std::nullopt;
  }
  bytes.resize(length);
  return bytes;
}

std::string encrypt(const Secret& key, std::string_view plain, std::string_view context) {
  constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  std::string sealed(kNonce + plain.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES, '\0');
  randombytes_buf(sealed.data(), kNonce);
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes_of(sealed) + kNonce, nullptr, bytes_of(plain), plain.size(), bytes_of(context),
                                             context.size(), nullptr, bytes_of(sealed), bytes_of(key.reveal()));
  return sealed;
}

Result<std::string> decrypt(const Secret& key, std::string_view sealed, std::string_view context) {
  constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
  if (sealed.size() < kNonce + kTag) return fail(Errc::refused, "encrypted bytes are cut short");
  std::string plain(sealed.size() - kNonce - kTag, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes_of(plain), nullptr, nullptr, bytes_of(sealed) + kNonce, sealed.size() - kNonce,
                                                 bytes_of(context), context.size(), bytes_of(sealed), bytes_of(key.reveal())) != 0) {
    return fail(Errc::refused, "encrypted bytes were changed, or belong to another key");
  }
  return plain;
}

SealingKeyPair make_sealing_key_pair() {
  std::string public_key(crypto_box_PUBLICKEYBYTES, '\0');
  std::string secret_key(crypto_box_SECRETKEYBYTES, '\0');
  crypto_box_keypair(bytes_of(public_key), bytes_of(secret_key));
  SealingKeyPair pair{to_base64(public_key), Secret{to_base64(secret_key)}};
  sodium_memzero(secret_key.data(), secret_key.size());
  return pair;
}

Result<Sealer> Sealer::to(std::string_view public_key) {
  auto bytes = from_base64(public_key);
  if (!bytes || bytes->size() != crypto_box_PUBLICKEYBYTES) {
    return fail(Errc::misconfigured, "the back office's public key is not 32 bytes in base64; make a pair with: satupintu keygen");
  }
  Sealer sealer;
  sealer.recipient_ = std::move(*bytes);
  return sealer;
}

std::string Sealer::seal(std::string_view plain, Timestamp now) {
  if (shared_.empty() || now - renewed_at_ > kEphemeralLifetime || now < renewed_at_) {
    std::string secret(crypto_box_SECRETKEYBYTES, '\0');
    std::string shared(crypto_box_BEFORENMBYTES, '\0');
    ephemeral_public_.assign(crypto_box_PUBLICKEYBYTES, '\0');
    crypto_box_keypair(bytes_of(ephemeral_public_), bytes_of(secret));
    if (crypto_box_beforenm(bytes_of(shared), bytes_of(recipient_), bytes_of(secret)) != 0) return {};
    shared_ = Secret{std::move(shared)};
    sodium_memzero(secret.data(), secret.size());
    renewed_at_ = now;
  }
  std::string sealed = ephemeral_public_;
  sealed.resize(sealed.size() + crypto_box_NONCEBYTES + crypto_box_MACBYTES + plain.size());
  unsigned char* nonce = bytes_of(sealed) + crypto_box_PUBLICKEYBYTES;
  randombytes_buf(nonce, crypto_box_NONCEBYTES);
  crypto_box_easy_afternm(nonce + crypto_box_NONCEBYTES, bytes_of(plain), plain.size(), nonce, bytes_of(shared_.reveal()));
  return to_base64(sealed);
}

Result<std::string> unseal(const Secret& secret_key, std::string_view sealed) {
  const auto key = from_base64(secret_key.reveal());
  const auto bytes = from_base64(sealed);
  constexpr std::size_t kFront = crypto_box_PUBLICKEYBYTES + crypto_box_NONCEBYTES;
  if (!key || key->size() != crypto_box_SECRETKEYBYTES) return fail(Errc::misconfigured, "the secret key is not 32 bytes in base64");
  if (!bytes || bytes->size() < kFront + crypto_box_MACBYTES) return fail(Errc::refused, "this is not something sealed by Satu Pintu");
  std::string plain(bytes->size() - kFront - crypto_box_MACBYTES, '\0');
  const unsigned char* front = bytes_of(*bytes);
  if (crypto_box_open_easy(bytes_of(plain), front + kFront, bytes->size() - kFront, front + crypto_box_PUBLICKEYBYTES, front,
                           bytes_of(*key)) != 0) {
    return fail(Errc::refused, "sealed for another key, or changed since");
  }
  return plain;
}

}  // namespace satupintu::core
