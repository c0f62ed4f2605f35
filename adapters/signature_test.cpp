// SPDX-License-Identifier: Apache-2.0
#include "adapters/signature.hpp"

#include <doctest/doctest.h>

#include "core/crypto.hpp"

using namespace satupintu::adapters;
using satupintu::core::Errc;
using satupintu::core::from_base64;
using satupintu::core::from_hex;
using satupintu::core::Secret;
using satupintu::core::to_hex;

namespace {

constexpr std::string_view kBody = R"({"pesan":"Lampu jalan padam di Jl. Moh. Toha"})";
// openssl dgst -sha256 -mac HMAC -macopt key:kunci-rahasia-uji-4711 -hex, over the bytes of kBody.
constexpr std::string_view kBodyMac = "35949186ca0c687850a1d06501abade7626669d0204d4394e8ea03bf8d7e2f9c";

LiveSecrets live(std::string current) { return {.current = Secret{std::move(current)}, .previous = std::nullopt}; }

// Made with the openssl program: ecparam, req -x509, and dgst -sign over "1767229200Banjir di Periuk".
constexpr std::string_view kEcKey =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEcQXP4baKm6ZhYR3ZyL7hQb2mP3d4laYCiRmgLYzsy975G7Eq5K6LipNxlq+Q/cYVH3LWWxOTadxt/LWHsmCr"
    "Uw==";
constexpr std::string_view kEcSignature =
    "MEUCIQD3hddvO6vFU8L1hGlb1eBsdASOrp5YfqOIx7yhkHo8RgIgcRQrwa9h3THpNK8BAdJnxFGj7K/+wmOEe9yOdm2AKBk=";
constexpr std::string_view kOtherCurve =
    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE2UokIrqDnVIuETFPHV4BACMdcQUtDZBFjKR3Wa5MdjBkdneQUzfV4i2KLWRd8iaDVrBxex22eoCHh6gRNRsNgvHK"
    "xLMdV18Yvq7PcJWCaq8gzeRKh6voV6U+Unsg3LRf";
constexpr std::string_view kCertificate =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIDHTCCAgWgAwIBAgIUeTNg9YPt30o+PS5TG7TJMy/LabMwDQYJKoZIhvcNAQEL\n"
    "BQAwHTEbMBkGA1UEAwwSc25zLmNvbnRvaC5leGFtcGxlMCAXDTI2MTEyNTEzMzY0\n"
    "MFoYDzIxMjYxMTAxMTMzNjQwWjAdMRswGQYDVQQDDBJzbnMuY29udG9oLmV4YW1w\n"
    "bGUwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQCgCt93KKuXVaVQVt/P\n"
    "BBkLLkxZkwneBpAbsY5Tsy6b/t9gukL3IVWBNU7A5tbahEjZHT0z0XLgRRUbnSyN\n"
    "EgeRcK85MYFsJ6rCOWVpGhtz/+0l6+8v/Bqu/WR3HWUD0zhR5aXSP3US01cQ+Wey\n"
    "I26Ra2Zw+1TiUWASPjyBSRI4ly5Z26GTRTVmVoQvOPzFNtcSiybb9RkWAcgxf2gU\n"
    "DoqIn8Ufj1VjX/EJcSHc4sioz0uX/B2aghjVSA8+LgfOGqbQVxDBOzqxxJWuK9nK\n"
    "fOMGTb4o9y44huXyTseh+THaBT2UBb//omqGJM6rhQatQnP9xNNHYh7zyzbzjD7B\n"
    "FayZAgMBAAGjUzBRMB0GA1UdDgQWBBSEBiBX51bwICj74Y77KLnN6r2cszAfBgNV\n"
    "HSMEGDAWgBSEBiBX51bwICj74Y77KLnN6r2cszAPBgNVHRMBAf8EBTADAQH/MA0G\n"
    "CSqGSIb3DQEBCwUAA4IBAQBfvmPVX7rXKOg0pgfezqeczk7PPpweua8kktkMvV3z\n"
    "A5Z9Cq0MV7uty+VN5nfu202B/t+u5HX5hATPmlmJplsblUpfFDU/NiUCtsoo6Z/a\n"
    "bErNOLy7sPcSkCsFKb9sjiDsMN1o1rqwiG9AF6PBBDtqyZbAOeglFZApoqmj+lcO\n"
    "wGL0VxQOcSgI16R+xbX0Ok8nF1cLL04rfZr+kusgFnZskliDqIixQobY+MirUt/B\n"
    "e3OgccpwWh6MXrA5P1/3lYM8f50MnJIRjFgTjsaAtCIx0avOHto84PEsYKr37npe\n"
    "CA8pklAXoRjSvMmA1N2DVzCfDLxYGWv8ZZlAamLGsVJv\n"
    "-----END CERTIFICATE-----\n";
constexpr std::string_view kRsaSha1 =
    "j73YJ231Gbd/AWv0o4vDFJe8WRrWWiquhCKkWaBrlK6TrwdbkpDy95w0rPj/ZznovcIL+nryE5hPfzpuHj+0gjyExSxnvkcexV03jVgw1Vi9ddh1/eanZA2c"
    "GPR57sCdsRk/Ep6Aa2pr4wXwPu6tm573rnL8m6SxoHoiwXThO+P94h27VPQZ5uLKomrcSZrPTpRdoTu4+4d25wrV8e8P33jrbZeiadUlrUDPBjThEVBbmf25"
    "BOvgh0f9+9u3Tn7gej/5K2GFqXon9AuKnusgnqISm4I7+9wLuSnDozlsxQZfi/QP1UfQ1a7jhF6Alo2hzQkID9hn8MVdMCIo6JYlDQ==";
constexpr std::string_view kRsaSha256 =
    "DY9YwlqdHiJ4hu+nVd72bExalPgE7RtXL0DwIm+kectaXxWiCj9dKdPffwR1aTs9o0JL5ZD27Paj8W2MI62YNx53kstefBajwKmYvTDdGDWV6ujmxEPSmxY2"
    "0QZ+dXYLvnOV+n37Rm4tA/yeBwKu0wYX603kMJRV3gpRt2loNoALC5AP5IJ4GfYaBbus5EK/BBBpMIkPyS2ZVjqVF/8xM6WpLobMS6e/GswvPMj0ubH+KXaD"
    "/h3cpPr0MgUHBFtIdwAkWLBlS/nnFH/Z4qxOp03JGnGq9QiQC8QRKQPlVPOwVtAw3ewmajycscLZiyCwxUHK6CKoQ/7PCf70RJwF1Q==";

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

TEST_CASE("an_elliptic_signature_made_elsewhere_is_this_key_s") {
  const auto key = PublicKey::read(kEcKey);
  REQUIRE(key);
  CHECK(key->is_p256());
  CHECK_FALSE(key->is_rsa());
  const std::string signature = *from_base64(kEcSignature);
  CHECK(key->has_signed(Digest::sha256, {"1767229200", "Banjir di Periuk"}, signature));
  CHECK(key->has_signed(Digest::sha256, {"1767229200Banjir di Periuk"}, signature));
  CHECK_FALSE(key->has_signed(Digest::sha256, {"1767229200", "Banjir di periuk"}, signature));
  CHECK_FALSE(key->has_signed(Digest::sha1, {"1767229200", "Banjir di Periuk"}, signature));
  CHECK_FALSE(key->has_signed(Digest::md5, {"1767229200", "Banjir di Periuk"}, signature));
  CHECK_FALSE(key->has_signed(Digest::sha256, {"1767229200", "Banjir di Periuk"}, ""));
  CHECK_FALSE(key->has_signed(Digest::sha256, {"1767229200", "Banjir di Periuk"}, signature + signature[0]));
  for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
    CAPTURE(bit);
    std::string flipped = signature;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ static_cast<char>(1U << (bit % 8)));
    CHECK_FALSE(key->has_signed(Digest::sha256, {"1767229200", "Banjir di Periuk"}, flipped));
  }
}

TEST_CASE("a_certificate_s_key_knows_its_signatures_of_both_kinds") {
  const auto key = PublicKey::read(kCertificate);
  REQUIRE(key);
  CHECK(key->is_rsa());
  CHECK_FALSE(key->is_p256());
  CHECK(key->has_signed(Digest::sha1, {"1767229200", "Banjir di Periuk"}, *from_base64(kRsaSha1)));
  CHECK(key->has_signed(Digest::sha256, {"1767229200", "Banjir di Periuk"}, *from_base64(kRsaSha256)));
  CHECK_FALSE(key->has_signed(Digest::sha256, {"1767229200", "Banjir di Periuk"}, *from_base64(kRsaSha1)));
  CHECK_FALSE(key->has_signed(Digest::sha1, {"1767229200", "Banjir di Periuk"}, *from_base64(kRsaSha256)));
}

TEST_CASE("what_is_no_public_key_is_a_mistake_and_another_curve_is_not_taken_for_ours") {
  for (const std::string& text : {std::string(), std::string("kunci"), std::string(kEcKey.substr(0, 60)), std::string(kEcKey) + "AAAA",
                                  std::string(kCertificate.substr(0, 400)), std::string(100'000, 'A')}) {
    const auto key = PublicKey::read(text);
    REQUIRE_FALSE(key);
    CHECK(key.error().code == Errc::misconfigured);
  }
  REQUIRE(PublicKey::read(kOtherCurve));
  CHECK_FALSE(PublicKey::read(kOtherCurve)->is_p256());
}
