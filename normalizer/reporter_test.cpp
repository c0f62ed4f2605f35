// SPDX-License-Identifier: Apache-2.0
#include "normalizer/reporter.hpp"

#include <doctest/doctest.h>

#include "core/crypto.hpp"

using namespace satupintu;
using namespace satupintu::normalizer;
using core::AddressKind;
using core::Channel;

namespace {

const core::Secret kKey{std::string(32, 'k')};

core::Message from(Channel channel, AddressKind kind, std::string address) {
  core::Message message;
  message.channel = channel;
  message.sender.address_kind = kind;
  message.sender.address = std::move(address);
  return message;
}

std::string identity_of(const core::Message& message) { return identify(message, kKey).canonical; }

}  // namespace

TEST_CASE("one_citizen_has_one_identity_on_every_channel_that_knows_the_number") {
  const auto sms = from(Channel::sms, AddressKind::phone, "0812-9000-1234");
  auto whatsapp = from(Channel::whatsapp, AddressKind::phone, "6281290001234");
  auto user_name = from(Channel::whatsapp, AddressKind::platform_id, "ID.773311");
  user_name.sender.phone = "6281290001234";
  CHECK(identity_of(sms) == "tel:+6281290001234");
  CHECK(identity_of(whatsapp) == "tel:+6281290001234");
  CHECK(identity_of(user_name) == "tel:+6281290001234");
  CHECK(identify(sms, kKey).reference == identify(whatsapp, kKey).reference);
  CHECK(identify(sms, kKey).reference.size() == 32);
  CHECK(identify(sms, core::Secret{std::string(32, 'l')}).reference != identify(sms, kKey).reference);
}

TEST_CASE("identities_without_a_number_stay_within_their_platform_and_scope") {
  auto user_name = from(Channel::whatsapp, AddressKind::platform_id, "ID.773311");
  user_name.sender.scope = "portofolio-1";
  CHECK(identity_of(user_name) == "whatsapp:portofolio-1:ID.773311");
  auto other = user_name;
  other.sender.scope = "portofolio-2";
  CHECK(identify(other, kKey).reference != identify(user_name, kKey).reference);
  CHECK(identity_of(from(Channel::sms, AddressKind::phone, "TELKOMSEL")) == "sms::TELKOMSEL");
  CHECK(identity_of(from(Channel::sms, AddressKind::phone, "3636")) == "sms::3636");
  CHECK(identity_of(from(Channel::email, AddressKind::email, "Budi.S@Example.ORG")) == "mailto:Budi.S@example.org");
  CHECK(identity_of(from(Channel::whatsapp, AddressKind::phone, "8613800138000")) == "tel:+8613800138000");
}

TEST_CASE("a_number_that_somebody_only_claims_does_not_make_an_identity") {
  auto page = from(Channel::facebook, AddressKind::platform_id, "1234567890");
  page.sender.phone = "081290001234";
  CHECK(identity_of(page) == "facebook::1234567890");
}

TEST_CASE("nobody_is_a_fine_answer") {
  CHECK(identify(from(Channel::call, AddressKind::none, ""), kKey).reference.empty());
  CHECK(identify(from(Channel::call, AddressKind::phone, "Anonymous"), kKey).reference.empty());
  CHECK(identify(from(Channel::sms, AddressKind::phone, ""), kKey).reference.empty());
  CHECK(identify(from(Channel::email, AddressKind::email, ""), kKey).reference.empty());
  auto withheld = from(Channel::call, AddressKind::phone, "081290001234");
  withheld.call.emplace().caller_withheld = true;
  CHECK(identify(withheld, kKey).reference.empty());
}

TEST_CASE("only_networks_vouch_for_a_sender") {
  CHECK(identify(from(Channel::sms, AddressKind::phone, "081290001234"), kKey).verified);
  CHECK(identify(from(Channel::instagram, AddressKind::platform_id, "178414"), kKey).verified);
  CHECK_FALSE(identify(from(Channel::email, AddressKind::email, "budi@example.org"), kKey).verified);
  CHECK_FALSE(identify(from(Channel::app, AddressKind::phone, "081290001234"), kKey).verified);
  CHECK_FALSE(identify(from(Channel::sms, AddressKind::none, ""), kKey).verified);
}

TEST_CASE("ids_that_hold_the_senders_address_are_hashed") {
  auto message = from(Channel::whatsapp, AddressKind::phone, "6281290001234");
  const std::string wamid = "wamid." + core::to_base64(std::string("\x1c\x18\x0d", 3) + "6281290001234" + std::string("\x15\x02\x00", 3));
  message.external_id = wamid;
  message.in_reply_to = wamid;
  message.thread_id = "081290001234@s.example";
  message.call.emplace().recording = "rec-20260105-81290001234.wav";
  message.call->call_id = "1767607445.22";
  auto again = message;
  conceal_ids(message, kKey);
  CHECK(message.external_id.size() == 32);
  CHECK(message.external_id == message.in_reply_to);
  CHECK(message.thread_id.size() == 32);
  CHECK(message.call->recording.size() == 32);
  CHECK(message.call->call_id == "1767607445.22");
  conceal_ids(again, kKey);
  CHECK(again.external_id == message.external_id);
}

TEST_CASE("other_ids_stay_as_the_provider_gave_them") {
  auto message = from(Channel::facebook, AddressKind::platform_id, "1234567890");
  message.external_id = "m_AbCdEf";
  message.thread_id = "t_1234567890";
  message.in_reply_to = "999_888";
  conceal_ids(message, kKey);
  CHECK(message.external_id == "m_AbCdEf");
  CHECK(message.thread_id != "t_1234567890");
  CHECK(message.in_reply_to == "999_888");
}
