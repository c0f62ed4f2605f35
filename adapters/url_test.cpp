// SPDX-License-Identifier: Apache-2.0
#include "adapters/url.hpp"

#include <doctest/doctest.h>

using namespace satupintu::adapters;

TEST_CASE("a_urls_host_is_told_without_what_stands_around_it") {
  CHECK(host_of("https://api.infobip.com") == "api.infobip.com");
  CHECK(host_of("https://api.infobip.com:8443/sms?x=1") == "api.infobip.com");
  CHECK(host_of("http://127.0.0.1:8080?x=a/b") == "127.0.0.1");
  CHECK(host_of("https://pintu.example#x").starts_with("pintu.example"));
}

TEST_CASE("what_names_no_host_or_a_user_has_none") {
  for (const char* url : {"", "https://", "ftp://contoh.example/", "contoh.example", "//contoh.example",
                          "https://kami:rahasia@contoh.example/", "https://baik.example@jahat.example/", "file:///etc/passwd"}) {
    CAPTURE(url);
    CHECK(host_of(url).empty());
  }
}

TEST_CASE("a_value_in_a_url_is_escaped") {
  CHECK(url_escape("01/01/2026") == "01%2F01%2F2026");
  CHECK(url_escape("a b&c=d+e%f\xC3\xA9~-._") == "a%20b%26c%3Dd%2Be%25f%C3%A9~-._");
}
