// SPDX-License-Identifier: Apache-2.0
// The whole configuration, read once at start. Everything that can be wrong with it is found here, all at once;
// whoever holds a Config may rely on it.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/secret.hpp"
#include "core/settings.hpp"
#include "gateway/accounts.hpp"
#include "gateway/http_server.hpp"
#include "gateway/media_store.hpp"
#include "gateway/outbound.hpp"
#include "normalizer/rules.hpp"
#include "queue/embedded_redis.hpp"
#include "queue/journal.hpp"
#include "queue/publisher.hpp"
#include "queue/redis_address.hpp"

namespace satupintu::gateway {

struct Keys {
  core::Secret master;             // 32 bytes: what lies on disk
  core::Secret identity;           // 32 bytes: pseudonyms and ids
  std::string back_office_public;  // base64: who may read contacts
};

struct Config {
  queue::JournalSettings journal;
  queue::RedisSettings redis;
  std::optional<queue::EmbeddedRedisSettings> embedded;  // when the gateway starts Redis itself
  queue::DedupeSettings dedupe;
  std::chrono::milliseconds wait_for_parts;  // of a text that came in several short messages
  Keys keys;
  ListenerSettings public_listener, staff_listener, admin_listener;
  normalizer::Rules rules;
  Accounts accounts;
  Patience patience;
  OutboundSettings outbound;
  MediaSettings media;
};

// Reads the file and the tables of rules beside it. The error is the list of all mistakes, each with its path and remedy.
[[nodiscard]] std::expected<Config, std::vector<core::SettingsMistake>> load_config(const std::filesystem::path& file);

// The tables of rules alone, without accounts and keys: for trying them out. The error is as above.
[[nodiscard]] std::expected<normalizer::Rules, std::vector<core::SettingsMistake>> load_rules(const std::filesystem::path& directory);

// Where the configuration says that its rules are, whatever else is in it.
[[nodiscard]] std::expected<std::filesystem::path, std::vector<core::SettingsMistake>> rules_directory_of(
    const std::filesystem::path& file);

// Every key there is, as documented by its reader: for `satupintu config-reference`.
[[nodiscard]] std::vector<core::DocumentedKey> documented_keys();

}  // namespace satupintu::gateway
