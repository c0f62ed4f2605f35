// SPDX-License-Identifier: Apache-2.0
#include "queue/journal_format.hpp"

#include <chrono>
#include <cstring>

namespace satupintu::queue {

namespace {

void pack_field(std::string& out, std::string_view field) {
  const auto length = static_cast<std::uint32_t>(field.size());
  out.append(reinterpret_cast<const char*>(&length), sizeof length);
  out.append(field);
}

std::optional<std::string_view> unpack_field(std::string_view& packed) {
  std::uint32_t length = 0;
  if (packed.size() < sizeof length) return std::nullopt;
  std::memcpy(&length, packed.data(), sizeof length);
  packed.remove_prefix(sizeof length);
  if (packed.size() < length) return std::nullopt;
  const auto field = packed.substr(0, length);
  packed.remove_prefix(length);
  return field;
}

}  // namespace

std::string delivery_context(std::uint64_t seq) { return "delivery " + std::to_string(seq); }
std::string day_key_context(std::int64_t day) { return "day " + std::to_string(day); }
std::string errand_context(std::int64_t id) { return "errand " + std::to_string(id); }

std::int64_t day_of(core::Timestamp at) { return std::chrono::floor<std::chrono::days>(at).time_since_epoch().count(); }

std::string pack(core::Delivery delivery) {
  std::string front;
  pack_field(front, delivery.account);
  pack_field(front, delivery.head);
  return std::move(delivery.body.insert(0, front));
}

std::optional<core::Delivery> unpack(std::string packed, core::Timestamp received_at) {
  std::string_view rest = packed;
  const auto account = unpack_field(rest);
  if (!account) return std::nullopt;
  const auto head = unpack_field(rest);
  if (!head) return std::nullopt;
  core::Delivery delivery{std::string(*account), received_at, std::string(*head), {}};
  delivery.body = std::move(packed.erase(0, packed.size() - rest.size()));
  return delivery;
}

}  // namespace satupintu::queue
