// SPDX-License-Identifier: Apache-2.0
#include "bench/deliveries.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <variant>

#include "adapters/registry.hpp"
#include "adapters/signature.hpp"
#include "core/crypto.hpp"
#include "core/settings.hpp"

namespace satupintu::bench {

namespace {

const core::Secret kSecret{"rahasia-beban-uji-4471"};

Composition composition(std::string run) {
  Composition composition;
  composition.run = std::move(run);
  composition.app_secret = kSecret;
  composition.sent_at = core::from_unix_ms(1'767'225'600'000);
  return composition;
}

std::string body_of(const Delivery& delivery) { return delivery.request.substr(delivery.request.find("\r\n\r\n") + 4); }

std::string header_of(const Delivery& delivery, const std::string& name) {
  const auto start = delivery.request.find("\r\n" + name + ": ") + name.size() + 4;
  return delivery.request.substr(start, delivery.request.find("\r\n", start) - start);
}

core::Message read(const Delivery& delivery) {
  const core::SettingsNode account{
      core::SettingsNode::Table{{"app_secret", {kSecret}}, {"verify_token", {core::Secret("belum-dipakai-0001")}}}};
  core::SettingsReport report;
  core::Settings settings(account, report);
  const auto adapter = adapters::find_adapter("whatsapp/cloud")->make("wa", settings);
  const auto events = adapter->decode({.account = "wa", .received_at = {}, .head = {}, .body = body_of(delivery)});
  REQUIRE(events);
  REQUIRE(events->size() == 1);
  return std::get<core::Message>(events->front());
}

}  // namespace

TEST_CASE("each_delivery_is_signed_and_reads_as_its_message") {
  const Composer composer(composition("satu"));
  for (const std::uint64_t number : {0U, 1U, 77'777U}) {
    const auto delivery = composer.compose(number);
    CHECK(header_of(delivery, "X-Hub-Signature-256") == "sha256=" + core::to_hex(adapters::hmac_sha256(kSecret, body_of(delivery))));
    CHECK(header_of(delivery, "Content-Length") == std::to_string(body_of(delivery).size()));
    CHECK(delivery.body_sha256 == core::sha256_hex(body_of(delivery)));
    CHECK(body_of(delivery).size() == 1200);
    CHECK(read(delivery).external_id == delivery.external_id);
  }
}

TEST_CASE("ids_senders_and_texts_are_distinct") {
  const Composer first(composition("satu")), second(composition("dua"));
  std::set<std::string> ids, senders, texts;
  for (std::uint64_t number = 0; number < 500; ++number) {
    for (const auto* composer : {&first, &second}) {
      const auto message = read(composer->compose(number));
      ids.insert(message.external_id);
      senders.insert(message.sender.address);
      texts.insert(message.text);
    }
  }
  CHECK(ids.size() == 1000);
  CHECK(senders.size() == 1000);
  CHECK(texts.size() == 1000);
}

TEST_CASE("a_number_makes_the_same_delivery_again") {
  CHECK(Composer(composition("satu")).compose(12).request == Composer(composition("satu")).compose(12).request);
}

TEST_CASE("few_senders_write_in_turn") {
  auto few = composition("satu");
  few.senders = 3;
  const Composer composer(std::move(few));
  CHECK(read(composer.compose(1)).sender.address == read(composer.compose(4)).sender.address);
  CHECK(read(composer.compose(1)).sender.address != read(composer.compose(2)).sender.address);
}

TEST_CASE("a_storm_repeats_each_delivery_in_another_order") {
  const Composer composer(composition("satu"));
  const Deliveries deliveries(composer, 50, 4);
  REQUIRE(deliveries.count() == 200);
  Delivery lent;
  std::map<std::string, int> times;
  std::vector<std::string> order;
  for (std::uint64_t turn = 0; turn < deliveries.count(); ++turn) {
    order.push_back(deliveries.at(turn, lent).external_id);
    ++times[order.back()];
  }
  CHECK(times.size() == 50);
  CHECK(std::ranges::all_of(times, [](const auto& time) { return time.second == 4; }));
  CHECK_FALSE(std::ranges::equal(order.begin(), order.begin() + 50, order.begin() + 50, order.begin() + 100));
}

}  // namespace satupintu::bench
