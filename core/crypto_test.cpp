// SPDX-License-Identifier: Apache-2.0
#include "core/crypto.hpp"

#include <doctest/doctest.h>
#include <sstream>

using namespace satupintu::core;

TEST_CASE("encrypted_bytes_open_only_with_their_key_and_context") {
  REQUIRE(start_crypto());
  const Secret key{random_bytes(kKeyBytes)};
  const std::string sealed = encrypt(key, "isi laporan", "row 7");
  CHECK(decrypt(key, sealed, "row 7").value() == "isi laporan");
  CHECK_FALSE(decrypt(key, sealed, "row 8"));
  CHECK_FALSE(decrypt(Secret{random_bytes(kKeyBytes)}, sealed, "row 7"));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK_FALSE(decrypt(key, changed, "row 7"));
    CHECK_FALSE(decrypt(key, sealed.substr(0, i), "row 7"));
  }
  CHECK(encrypt(key, "x", "") != encrypt(key, "x", ""));
}

TEST_CASE("sealed_contacts_open_only_for_the_back_office") {
  REQUIRE(start_crypto());
  const auto pair = make_sealing_key_pair();
  auto sealer = Sealer::to(pair.public_key);
  REQUIRE(sealer);
  const auto now = from_unix_ms(1767225600000);
  const std::string first = sealer->seal("tel:+628110000001", now);
  const std::string later = sealer->seal("tel:+628110000001", now + std::chrono::hours{2});
  CHECK(first != later);
  CHECK(unseal(pair.secret_key, first).value() == "tel:+628110000001");
  CHECK(unseal(pair.secret_key, later).value() == "tel:+628110000001");
  CHECK_FALSE(unseal(make_sealing_key_pair().secret_key, first));
  CHECK_FALSE(unseal(pair.secret_key, "bm90aGluZw=="));
  CHECK_FALSE(Sealer::to("c2hvcnQ="));
}

TEST_CASE("keyed_hashes_depend_on_key_and_on_where_parts_end") {
  const Secret key{std::string(32, 'k')};
  CHECK(keyed_hash(key, {"ab", "c"}) == keyed_hash(key, {"ab", "c"}));
  CHECK(keyed_hash(key, {"ab", "c"}) != keyed_hash(key, {"a", "bc"}));
  CHECK(keyed_hash(key, {"ab", "c"}) != keyed_hash(Secret{std::string(32, 'l')}, {"ab", "c"}));
}

TEST_CASE("hex_and_base64_refuse_what_they_did_not_write") {
  CHECK(from_hex(to_hex("\x00\xff ok")) == std::string("\x00\xff ok"));
  CHECK(from_hex("AbCd") == std::string("\xab\xcd"));
  for (const char* text : {"a", "zz", "a b0", "0x12"}) CHECK_FALSE(from_hex(text));
  CHECK(from_base64(to_base64("Tangerang")) == std::string("Tangerang"));
  for (const char* text : {"a", "a===", "ab c", "ab\n="}) CHECK_FALSE(from_base64(text));
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-4
}

TEST_CASE("a_secret_never_prints_and_compares_whole") {
  const Secret secret{"kunci-rahasia-kota-tangerang"};
  std::ostringstream out;
  out << secret;
  CHECK(out.str() == "***");
  CHECK(secret.matches("kunci-rahasia-kota-tangerang"));
  CHECK_FALSE(secret.matches("kunci-rahasia-kota-tangeran"));
  CHECK_FALSE(secret.matches(""));
  CHECK_FALSE(Secret{}.matches(""));
}

TEST_CASE("a_digest_taken_piece_by_piece_is_the_digest_of_the_whole") {
  Sha256 digest;
  for (const std::string_view piece : {"Lampu ", "", "jalan", " padam"}) digest.add(piece);
  CHECK(digest.hex() == sha256_hex("Lampu jalan padam"));
}

TEST_CASE("a_flipped_high_bit_is_no_letter_of_base64") {
  const std::string text = to_base64("Lampu jalan padam??");
  REQUIRE(from_base64(text));
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string flipped = text;
    flipped[at] = static_cast<char>(flipped[at] ^ '\x80');
    CHECK_FALSE(from_base64(flipped));
  }
}
