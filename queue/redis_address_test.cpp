// SPDX-License-Identifier: Apache-2.0
#include "queue/redis_address.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace satupintu;
using namespace satupintu::queue;

TEST_CASE("an_address_is_read_and_shown_again_without_its_password") {
  struct Case {
    std::string_view text;
    RedisTransport transport;
    std::string_view shown;
  };
  for (const auto& [text, transport, shown] : {
           Case{"embedded", RedisTransport::embedded, "embedded"},
           Case{"redis://localhost", RedisTransport::tcp, "redis://localhost:6379"},
           Case{"redis://10.3.0.7:6380/2", RedisTransport::tcp, "redis://10.3.0.7:6380/2"},
           Case{"redis://antrean:kata-sandi-rahasia@redis.kota.example/", RedisTransport::tcp, "redis://redis.kota.example:6379"},
           Case{"redis://[2001:db8::7]:6380", RedisTransport::tcp, "redis://[2001:db8::7]:6380"},
           Case{"redis://[::1]", RedisTransport::tcp, "redis://[::1]:6379"},
           Case{"rediss://:kata-sandi-rahasia@redis.kota.example:6390/0", RedisTransport::tls, "rediss://redis.kota.example:6390"},
           Case{"unix:/run/redis/redis.sock", RedisTransport::unix_socket, "unix:/run/redis/redis.sock"},
           Case{"unix:/run/redis/redis.sock?db=3", RedisTransport::unix_socket, "unix:/run/redis/redis.sock?db=3"},
           Case{"sentinel://satu,dua:26380,[::1]:26381/pengaduan", RedisTransport::sentinel,
                "sentinel://satu:26379,dua:26380,[::1]:26381/pengaduan"},
       }) {
    CAPTURE(text);
    const auto address = parse_redis_address(text);
    REQUIRE(address);
    CHECK(address->transport == transport);
    CHECK(to_string(*address) == shown);
  }
}

TEST_CASE("user_and_password_are_percent_decoded") {
  const auto address = parse_redis_address("redis://ant%3Arean:p%40ss%2Fw%25rd@localhost");
  REQUIRE(address);
  CHECK(address->user == "ant:rean");
  CHECK(address->password.reveal() == "p@ss/w%rd");
}

TEST_CASE("a_password_may_stand_without_a_user_and_a_user_without_a_password") {
  const auto only_password = parse_redis_address("redis://:rahasia@localhost");
  REQUIRE(only_password);
  CHECK(only_password->user.empty());
  CHECK(only_password->password.reveal() == "rahasia");
  const auto only_user = parse_redis_address("sentinel://antrean@satu/pengaduan");
  REQUIRE(only_user);
  CHECK(only_user->user == "antrean");
  CHECK(only_user->password.empty());
}

TEST_CASE("a_wrong_address_is_refused_with_what_to_write_instead") {
  struct Case {
    std::string_view text;
    std::string_view said;
  };
  const std::string too_long = "unix:/" + std::string(107, 'a');
  for (const auto& [text, said] : {
           Case{"", "none of: embedded"},
           Case{"localhost:6379", "none of: embedded"},
           Case{"http://localhost", "none of: embedded"},
           Case{"Embedded", "none of: embedded"},
           Case{"redis://", "lacks a host"},
           Case{"redis://:6379", "lacks a host"},
           Case{"redis://localhost:", "port"},
           Case{"redis://localhost:0", "port"},
           Case{"redis://localhost:65536", "port"},
           Case{"redis://localhost:6379x", "port"},
           Case{"redis://localhost/satu", "database"},
           Case{"redis://localhost/-1", "database"},
           Case{"redis://::1:6379", "lacks a host"},
           Case{"redis://fe80::1:6379", "brackets"},
           Case{"redis://[::1", "does not close"},
           Case{"redis://[::1]6379", "port"},
           Case{"redis://satu,dua", "several servers"},
           Case{"redis://u:p%4@localhost", "%25"},
           Case{"unix:run/redis.sock", "absolute"},
           Case{"unix:", "absolute"},
           Case{"unix:/run/redis.sock?database=1", "?db="},
           Case{too_long, "107 bytes"},
           Case{"unix:/run/redis.sock?db=", "database"},
           Case{"sentinel://satu:26379", "master's name"},
           Case{"sentinel://satu:26379/", "master's name"},
           Case{"sentinel://satu,,dua/pengaduan", "lacks a host"},
       }) {
    CAPTURE(text);
    const auto address = parse_redis_address(text);
    REQUIRE_FALSE(address);
    CHECK(address.error().code == core::Errc::misconfigured);
    CHECK(address.error().what.contains(said));
  }
}

TEST_CASE("a_refusal_never_quotes_the_password") {
  for (const std::string_view text :
       {"redis://u:kata-sandi-rahasia@:1", "redis://u:kata-sandi-rahasia@h:x", "redis://u:kata-sandi-rahasia@h/db",
        "redis://u:kata-sandi-rahasia%@h", "rds://u:kata-sandi-rahasia@h", "sentinel://u:kata-sandi-rahasia@h"}) {
    CAPTURE(text);
    const auto address = parse_redis_address(text);
    REQUIRE_FALSE(address);
    CHECK_FALSE(address.error().what.contains("rahasia"));
  }
}
