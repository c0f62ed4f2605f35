// SPDX-License-Identifier: Apache-2.0
#include "adapters/url.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace satupintu::adapters;

TEST_CASE("a_url_names_its_host_without_port_and_in_lower_case") {
  CHECK(host_of("https://Graph.Facebook.com/v26.0") == "graph.facebook.com");
  CHECK(host_of("https://api.twilio.com") == "api.twilio.com");
  CHECK(host_of("https://api.twilio.com:443?x=1") == "api.twilio.com");
  CHECK(host_of("http://127.0.0.1:8080/a") == "127.0.0.1");
  CHECK(host_of("https://[::1]:8443/a") == "[::1]");
}

TEST_CASE("a_url_that_two_readers_may_read_differently_names_nobody") {
  for (const char* url : {"", "graph.facebook.com", "ftp://graph.facebook.com/", "//graph.facebook.com/", "https:/graph.facebook.com",
                          "HTTPS://a.example/", "https://graph.facebook.com@jahat.example/", "https://a:b@graph.facebook.com/",
                          "https://jahat.example\\.facebook.com/", "https://graph.facebook.com\t.jahat.example/",
                          "https://graph.facebook.com\n/", " https://graph.facebook.com/", "https://gr\xC3\xA4ph.facebook.com/"}) {
    CAPTURE(url);
    CHECK(host_of(url).empty());
  }
}

TEST_CASE("a_host_is_allowed_by_its_name_or_by_the_name_above_it") {
  const std::array<std::string, 2> hosts{"graph.facebook.com", "*.whatsapp.net"};
  CHECK(is_https_to("https://graph.facebook.com/v26.0/1", hosts));
  CHECK(is_https_to("https://MMG.whatsapp.net/d/f/x.enc", hosts));
  CHECK(is_https_to("https://a.b.whatsapp.net", hosts));
  for (const char* url :
       {"http://graph.facebook.com/v26.0/1", "https://whatsapp.net/", "https://jahatwhatsapp.net/", "https://.whatsapp.net/",
        "https://graph.facebook.com.jahat.example/", "https://x.graph.facebook.com/", "https://jahat.example/?graph.facebook.com",
        "https://jahat.example/#.whatsapp.net", "https://graph.facebook.com@jahat.example/", ""}) {
    CAPTURE(url);
    CHECK_FALSE(is_https_to(url, hosts));
  }
}

TEST_CASE("a_value_in_a_url_is_escaped") {
  CHECK(url_escape("01/01/2026") == "01%2F01%2F2026");
  CHECK(url_escape("a b&c=d+e%f\xC3\xA9~-._") == "a%20b%26c%3Dd%2Be%25f%C3%A9~-._");
}
