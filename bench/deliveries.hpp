// SPDX-License-Identifier: Apache-2.0
// What the load is made of: WhatsApp messages of citizens, composed and signed by the adapter itself and ready to be
// written to a socket. Everything about a delivery follows from its number, so a run can be repeated and checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/adapter.hpp"
#include "core/secret.hpp"
#include "core/time.hpp"

namespace satupintu::bench {

struct Delivery {
  std::string external_id;  // as it stands in the body: "wamid.…"
  std::string body_sha256;  // hex
  std::string request;      // HTTP/1.1 head and body
};

struct Composition {
  std::string run;  // part of every id; another run's ids and senders are different ones
  std::string host = "127.0.0.1:8080";
  std::string path = "/channels/wa";
  core::Secret app_secret;        // at least 16 bytes
  std::uint64_t senders = 0;      // how many citizens write, in turn; 0: each message has its own sender
  std::size_t body_bytes = 1200;  // about this many
  core::Timestamp sent_at;        // the time that the messages name
};

class Composer {
 public:
  explicit Composer(Composition composition);
  [[nodiscard]] Delivery compose(std::uint64_t number) const;

 private:
  std::string text_of(std::uint64_t number) const;
  [[nodiscard]] core::HttpRequest body_of(std::uint64_t number, std::string text) const;

  Composition composition_;
  std::uint64_t seed_;
  std::unique_ptr<adapters::Adapter> adapter_;
  std::size_t text_bytes_ = 0;
};

// The deliveries of a run in the order in which they go out.
class Deliveries {
 public:
  // All are composed and signed here: `count` distinct ones, each `repeat` times; shuffled when that is more than once.
  Deliveries(const Composer& composer, std::uint64_t count, unsigned repeat);
  // Without end: each is composed when it is due, in memory that the caller lends.
  explicit Deliveries(const Composer& composer) : composer_(&composer) {}

  [[nodiscard]] std::uint64_t count() const noexcept;
  // REQUIRES: turn < count(). The reference is valid as long as both the Deliveries and `lent` are, and `lent` is not used again.
  [[nodiscard]] const Delivery& at(std::uint64_t turn, Delivery& lent) const;

 private:
  const Composer* composer_;
  std::vector<Delivery> prepared_;
  std::vector<std::uint32_t> order_;
};

}  // namespace satupintu::bench
