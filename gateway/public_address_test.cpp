// SPDX-License-Identifier: Apache-2.0
#include "gateway/public_address.hpp"

#include <doctest/doctest.h>

using satupintu::gateway::is_public;

namespace {
bool open(const char* text) { return is_public(boost::asio::ip::make_address(text)); }
}  // namespace

TEST_CASE("addresses_of_the_open_internet_are_public") {
  for (const char* address : {"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.0", "126.255.255.255",
                              "128.0.0.1", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255",
                              "198.20.0.0", "223.255.255.255", "2606:4700:4700::1111", "2a03:2880::1", "2001:4860:4860::8888"}) {
    CAPTURE(address);
    CHECK(open(address));
  }
}

TEST_CASE("addresses_that_lead_inside_are_not_public") {
  for (const char* address : {"0.0.0.0",
                              "0.1.2.3",
                              "10.0.0.1",
                              "100.64.0.1",
                              "100.127.255.255",
                              "127.0.0.1",
                              "127.255.255.255",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.1",
                              "192.0.2.1",
                              "192.88.99.1",
                              "192.168.1.1",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.7",
                              "203.0.113.9",
                              "224.0.0.1",
                              "239.255.255.255",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::ffff:127.0.0.1",
                              "::ffff:8.8.8.8",
                              "::127.0.0.1",
                              "64:ff9b::7f00:1",
                              "64:ff9b:1::1",
                              "100::1",
                              "2001::1",
                              "2001:0:5ef5:79fb::1",
                              "2001:db8::1",
                              "2002:7f00:1::1",
                              "3fff::1",
                              "fc00::1",
                              "fd12:3456::1",
                              "fe80::1",
                              "fec0::1",
                              "ff02::1",
                              "5f00::1"}) {
    CAPTURE(address);
    CHECK_FALSE(open(address));
  }
}
