// SPDX-License-Identifier: Apache-2.0
#include "adapters/signature.hpp"

#include <doctest/doctest.h>

#include "core/crypto.hpp"

using namespace satupintu::adapters;
using satupintu::core::from_hex;
using satupintu::core::Secret;
using satupintu::core::to_hex;

namespace {

constexpr std::string_view kBody = R"({"pesan":"Lampu jalan padam di Jl. Moh. Toha"})";
// openssl dgst -sha256 -mac HMAC -macopt key:kunci-rahasia-uji-4711 -hex, over the bytes of kBody.
constexpr std::string_view kBodyMac = "35949186ca0c687850a1d06501abade7626669d0204d4394e8ea03bf8d7e2f9c";

LiveSecrets live(std::string current) { return {.current = Secret{std::move(current)}, .previous = std::nullopt}; }

}  // namespace

TEST_CASE("the_mac_is_the_one_that_other_programs_compute") {
  const Secret key{"kunci-rahasia-uji-4711"};
  CHECK(to_hex(hmac_sha256(key, kBody)) == kBodyMac);
  // The same command over no bytes at all.
  CHECK(to_hex(hmac_sha256(key, "")) == "cc13b42fe1935adb44fc2d2ec470e77a290d3f96e60cb96c107eb5d49a22df02");
  // node: crypto.createHmac('sha256', key).update(Buffer.from([0, 0xff, 0x0d, 0x0a, 0x7b, 0x7d])).digest('hex').
  CHECK(to_hex(hmac_sha256(key, std::string_view("\0\xff\r\n{}", 6))) ==
        "b05c122768a13460eb6f97fc5540415fc363184595db86a7616ce289f8e91e70");
  // RFC 4231, test case 6: a key longer than a block.
  CHECK(to_hex(hmac_sha256(Secret{std::string(131, '\xaa')}, "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

// openssl dgst -md5|-sha1|-sha512 -mac HMAC -macopt key:kunci-rahasia-uji-4711 -hex, over the bytes of kBody.
TEST_CASE("the_older_digests_are_the_ones_that_other_programs_compute") {
  const Secret key{"kunci-rahasia-uji-4711"};
  CHECK(to_hex(hmac(Digest::md5, key, kBody)) == "a9c6110df62479b493af56b19e4e55ef");
  CHECK(to_hex(hmac(Digest::sha1, key, kBody)) == "a6f5f8d181d87e2391914a384bdaf580a1211c02");
  CHECK(to_hex(hmac(Digest::sha512, key, kBody)) ==
        "c0c0fd6c172d051df3f414e29c45197547665905a994dbb326ac8c98dedc3cfc00655d401809067509397ddb6ed747c54dc021ed62359623b4a13e0bfeede257");
}

TEST_CASE("both_live_secrets_are_accepted_and_no_other") {
  const std::string mac = *from_hex(kBodyMac);
  CHECK(is_hmac_sha256(live("kunci-rahasia-uji-4711"), kBody, mac));
  CHECK(is_hmac_sha256({.current = Secret{"kunci-rahasia-baru-4712"}, .previous = Secret{"kunci-rahasia-uji-4711"}}, kBody, mac));
  CHECK_FALSE(is_hmac_sha256(live("kunci-rahasia-baru-4712"), kBody, mac));
  CHECK_FALSE(is_hmac_sha256({.current = Secret{"kunci-rahasia-baru-4712"}, .previous = Secret{"kunci-rahasia-lama-4710"}}, kBody, mac));
}

TEST_CASE("a_flipped_bit_is_not_the_mac") {
  const LiveSecrets secrets = live("kunci-rahasia-uji-4711");
  for (unsigned bit = 0; bit < 256; ++bit) {
    CAPTURE(bit);
    std::string mac = *from_hex(kBodyMac);
    mac[bit / 8] = static_cast<char>(mac[bit / 8] ^ static_cast<char>(1U << (bit % 8)));
    CHECK_FALSE(is_hmac_sha256(secrets, kBody, mac));
  }
}

TEST_CASE("a_signature_that_openssl_made_with_ed25519_is_accepted_and_no_other") {
  // openssl genpkey -algorithm ed25519; openssl pkeyutl -sign -rawin
  const std::string key = *from_hex("5bede7adee5f2c560d02006a9463251b81e4876d0ee2a85a8d2c9f04e48b1a9d");
  std::string signature = *from_hex(
      "895d3f6dac8ab3f9896b4f1543b74a7372eeb44a3715d52a76b842cce4ebccb434967d0682b1a70715c764b97aa4cad00ba00f6226c86a494a928fe220f8c301");
  CHECK(is_ed25519(key, "msg_1.1767229200.{}", signature));
  CHECK_FALSE(is_ed25519(key, "msg_1.1767229201.{}", signature));
  CHECK_FALSE(is_ed25519(key, "msg_1.1767229200.{}", signature + '\0'));
  CHECK_FALSE(is_ed25519(key, "msg_1.1767229200.{}", ""));
  CHECK_FALSE(is_ed25519(key.substr(1), "msg_1.1767229200.{}", signature));
  for (unsigned bit = 0; bit < 512; ++bit) {
    CAPTURE(bit);
    signature[bit / 8] = static_cast<char>(signature[bit / 8] ^ static_cast<char>(1U << (bit % 8)));
    CHECK_FALSE(is_ed25519(key, "msg_1.1767229200.{}", signature));
    signature[bit / 8] = static_cast<char>(signature[bit / 8] ^ static_cast<char>(1U << (bit % 8)));
  }
}

TEST_CASE("a_mac_of_another_length_is_not_the_mac") {
  const LiveSecrets secrets = live("kunci-rahasia-uji-4711");
  const std::string mac = *from_hex(kBodyMac);
  CHECK_FALSE(is_hmac_sha256(secrets, kBody, ""));
  CHECK_FALSE(is_hmac_sha256(secrets, kBody, std::string_view(mac).substr(0, 31)));
  CHECK_FALSE(is_hmac_sha256(secrets, kBody, mac + mac[0]));
}

TEST_CASE("one_of_the_live_secrets_is_recognised_and_nothing_else") {
  const LiveSecrets both{.current = Secret{"kunci-rahasia-baru-4712"}, .previous = Secret{"kunci-rahasia-lama-4710"}};
  CHECK(is_one_of(both, "kunci-rahasia-baru-4712"));
  CHECK(is_one_of(both, "kunci-rahasia-lama-4710"));
  CHECK_FALSE(is_one_of(live("kunci-rahasia-baru-4712"), "kunci-rahasia-lama-4710"));
  for (const char* other : {"", "kunci-rahasia-baru-471", "kunci-rahasia-baru-47122", "KUNCI-RAHASIA-BARU-4712"})
    CHECK_FALSE(is_one_of(both, other));
  CHECK_FALSE(is_one_of({}, ""));
}

TEST_CASE("an_md5_with_a_live_secret_behind_is_recognised_and_nothing_else") {
  const LiveSecrets both{.current = Secret{"kunci-rahasia-baru-4712"}, .previous = Secret{"kunci-rahasia-lama-4710"}};
  const std::string digest = md5_before("abc", Secret{"defghijklmnopqrstuvwxyz"});
  CHECK(satupintu::core::to_hex(digest) == "c3fcd3d76192e4007dfb496cca67e13b");  // RFC 1321, A.5
  CHECK(is_md5_before(both, kBody, md5_before(kBody, both.current)));
  CHECK(is_md5_before(both, kBody, md5_before(kBody, *both.previous)));
  CHECK_FALSE(is_md5_before(live("kunci-rahasia-baru-4712"), kBody, md5_before(kBody, *both.previous)));
  CHECK_FALSE(is_md5_before(both, kBody, ""));
  CHECK_FALSE(is_md5_before(both, kBody, md5_before(kBody, both.current).substr(1)));
}
