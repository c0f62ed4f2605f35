// SPDX-License-Identifier: Apache-2.0
#include "gateway/config.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>

#include "adapters/registry.hpp"
#include "core/crypto.hpp"
#include "gateway/boundary_files.hpp"
#include "gateway/toml.hpp"

namespace satupintu::gateway {

using namespace std::chrono_literals;
using core::Settings;
using core::SettingsNode;
using core::SettingsReport;
using Mistakes = std::vector<core::SettingsMistake>;

namespace {

constexpr const char* kRuleFiles[] = {"routing.toml", "words.toml", "places.toml", "calendar.toml", "learned.toml"};

core::Secret read_key(Settings& settings, std::string_view name, std::string_view meaning) {
  const core::Secret text = settings.secret(name, meaning);
  if (text.empty()) return {};
  auto bytes = core::from_base64(text.reveal());
  if (!bytes || bytes->size() != core::kKeyBytes) {
    settings.mistake(name, "is not 32 bytes in base64", "make the keys with: satupintu keygen --into DIR");
    return {};
  }
  return core::Secret{std::move(*bytes)};
}

Keys read_keys(Settings settings) {
  Keys keys;
  keys.master = read_key(settings, "master", "Encrypts the journal on disk. Without it the journal is lost.");
  keys.identity = read_key(settings, "identity",
                           "Makes pseudonyms and ids. All gateways of a city share it; changing it makes every citizen a new one.");
  keys.back_office_public =
      settings.secret("back_office_public", "The public half of the back office's key: citizens' contacts are sealed to it.").reveal();
  if (!keys.back_office_public.empty() && !core::Sealer::to(keys.back_office_public)) {
    settings.mistake("back_office_public", "is not 32 bytes in base64", "make the keys with: satupintu keygen --into DIR");
  }
  return keys;
}

bool is_ip_address(const std::string& text) {
  in6_addr parsed{};  // has room for either kind
  return ::inet_pton(AF_INET, text.c_str(), &parsed) == 1 || ::inet_pton(AF_INET6, text.c_str(), &parsed) == 1;
}

// A path that is not absolute starts where the configuration lies.
std::filesystem::path read_path(Settings& settings, const std::filesystem::path& base, std::string_view key, std::string_view meaning,
                                std::string fallback) {
  const std::filesystem::path path = settings.text(key, meaning, std::move(fallback));
  return path.empty() || path.is_absolute() ? path : base / path;
}

std::filesystem::path read_file(Settings& settings, const std::filesystem::path& base, std::string_view key, std::string_view meaning) {
  auto file = read_path(settings, base, key, meaning, "");
  if (!file.empty() && ::access(file.c_str(), R_OK) != 0) {
    settings.mistake(key, "names the file " + file.string() + ", which cannot be read", "create it, or correct its path");
  }
  return file;
}

ListenerSettings read_listener(Settings settings, const std::filesystem::path& base, std::string address, std::uint16_t port,
                               std::string_view purpose) {
  ListenerSettings listener;
  listener.address = settings.text("address", "IP address of the listener for " + std::string(purpose) + ".", std::move(address));
  if (!is_ip_address(listener.address))
    settings.mistake("address", "is \"" + listener.address + "\", which is no IP address", "write it like \"0.0.0.0\" or \"::\"");
  listener.port = static_cast<std::uint16_t>(settings.number("port", "Its port; 0 takes any that is free.", 0, 65535, port));
  listener.host_names = settings.texts("host_names", "Host names that requests may come for. Empty: any.", {});
  listener.proxies = settings.texts("proxies", "Addresses of our own reverse proxies, whose X-Forwarded-For is believed.", {});
  for (const auto& proxy : listener.proxies) {
    if (!is_ip_address(proxy))
      settings.mistake("proxies", "holds \"" + proxy + "\", which is no IP address", "write each like \"10.0.0.7\"");
  }
  listener.max_connections = static_cast<unsigned>(
      settings.number("max_connections", "Connections at a time; one more is turned away with 503.", 1, 100'000, 1000));
  const std::string certificate =
      read_file(settings, base, "tls_certificate", "PEM file with the certificate and its chain. Empty: no TLS, for behind a proxy.");
  const std::string key = read_file(settings, base, "tls_key", "PEM file with its private key.");
  if (certificate.empty() != key.empty()) {
    settings.mistake(certificate.empty() ? "tls_certificate" : "tls_key", "is missing", "set both tls_certificate and tls_key, or neither");
  }
  if (!certificate.empty() && !key.empty()) listener.tls = TlsSettings{certificate, key};
  return listener;
}

bool is_loopback(std::string_view address) { return address.starts_with("127.") || address == "::1"; }

queue::JournalSettings read_journal(Settings settings, const std::filesystem::path& data_directory) {
  queue::JournalSettings journal;
  journal.directory = data_directory;
  journal.max_backlog_bytes = settings.size("max_backlog_bytes", "How much may wait for Redis before new deliveries are answered 503.",
                                            1 << 20U, 1ULL << 40U, "2 GiB");
  journal.max_backlog_age = settings.duration("max_backlog_age", "How long the oldest may wait before new deliveries are answered 503.",
                                              1min, std::chrono::days{30}, 72h);
  journal.retention = settings.duration(
      "retention", "How long deliveries are kept to be run again. At least the longest provider's retries, less than dedupe.remember_ids.",
      std::chrono::days{8}, std::chrono::days{365}, std::chrono::days{35});
  return journal;
}

queue::DedupeSettings read_dedupe(Settings settings, const queue::JournalSettings& journal) {
  queue::DedupeSettings dedupe;
  dedupe.remember_ids = settings.duration("remember_ids", "How long Redis remembers a provider's ids. Longer than journal.retention.",
                                          std::chrono::days{9}, std::chrono::days{400}, std::chrono::days{40});
  dedupe.repeat_window = settings.duration("repeat_window", "How long the same words from the same reporter count as said again.", 1min,
                                           std::chrono::days{7}, 24h);
  dedupe.conversation_window = settings.duration(
      "conversation_window", "How long after a conversation's last message the next one belongs to the same complaint.", 1min, 24h, 30min);
  dedupe.similar_window =
      settings.duration("similar_window", "How far apart reports of different people may be that are linked as similar.", 1h,
                        std::chrono::days{90}, std::chrono::days{14});
  if (dedupe.remember_ids <= journal.retention) {
    settings.mistake("remember_ids", "is not longer than journal.retention", "make it longer: a replay must never outlive its memory");
  }
  return dedupe;
}

// The embedded server listens on a socket in the data directory, where the connection then finds it.
void read_redis(Settings settings, const std::filesystem::path& base, const std::filesystem::path& data_directory, Config& config) {
  const std::string url = settings.text("url", "Where Redis is: embedded, redis://, rediss://, unix: or sentinel://.", "embedded");
  if (auto address = queue::parse_redis_address(url)) config.redis.address = std::move(*address);
  else settings.mistake("url", "cannot be used: " + address.error().what, "see redis.url in `satupintu config-reference`");
  if (auto password = settings.optional_secret("password", "Redis' password, when it has one."))
    config.redis.address.password = std::move(*password);
  config.redis.address.ca_file =
      read_file(settings, base, "ca_file", "PEM file with the authority that signed Redis' certificate. Empty: the system's.");
  config.redis.timeouts.connect = settings.duration("connect_timeout", "For connecting, up to the first answer.", 100ms, 1min, 3s);
  config.redis.timeouts.reply = settings.duration("reply_timeout", "For a whole batch.", 100ms, 1min, 3s);
  const std::string program =
      settings.text("embedded_program", "The redis-server to start when embedded; looked up in PATH.", "redis-server");
  const std::string fsync =
      settings.choice("embedded_fsync", "How often the embedded server syncs its log. What it loses comes back from the journal.",
                      {"always", "everysec", "no"}, "everysec");
  if (config.redis.address.transport != queue::RedisTransport::embedded) return;
  config.embedded = queue::EmbeddedRedisSettings{.program = program, .directory = data_directory / "redis", .append_fsync = fsync};
  config.redis.address.transport = queue::RedisTransport::unix_socket;
  config.redis.address.socket = config.embedded->socket();
}

OutboundSettings read_outbound(Settings settings, const std::filesystem::path& base, const std::filesystem::path& data_directory) {
  OutboundSettings outbound;
  outbound.internal_hosts = settings.texts(
      "internal_hosts", "Hosts within the city's own network that accounts may reach, such as its mail server. All others must be public.",
      {});
  outbound.ca_file = read_file(settings, base, "ca_file", "PEM file with the authorities that are believed. Empty: the system's.");
  outbound.max_download_bytes =
      settings.size("max_download_bytes", "The largest attachment that is fetched.", 1U << 20U, 2ULL << 30U, "100 MiB");
  outbound.threads = static_cast<unsigned>(settings.number("threads", "How many servers are spoken to at a time.", 1, 64, 8));
  outbound.download_directory = data_directory / "downloads";
  return outbound;
}

std::optional<S3Settings> read_bucket(Settings& media, const std::filesystem::path& ca_file) {
  S3Settings bucket;
  bucket.endpoint = media.text("s3_endpoint", "Where attachments are kept instead of the data directory: https://HOST of an S3 store.", "");
  bucket.bucket = media.text("s3_bucket", "The bucket there.", "");
  bucket.region = media.text("s3_region", "Its region, which the signature covers.", "us-east-1");
  bucket.access_key = media.text("s3_access_key", "The access key's id.", "");
  const auto secret_key = media.optional_secret("s3_secret_key", "The access key's secret.");
  if (bucket.endpoint.empty()) return std::nullopt;
  if (!bucket.endpoint.starts_with("https://"))
    media.mistake("s3_endpoint", "is \"" + bucket.endpoint + "\", which is no https address", "write it like \"https://s3.kota.example\"");
  while (bucket.endpoint.ends_with('/')) bucket.endpoint.pop_back();
  if (bucket.bucket.empty()) media.mistake("s3_bucket", "is missing", "name the bucket in which attachments are kept");
  if (bucket.access_key.empty()) media.mistake("s3_access_key", "is missing", "set it to the id of the access key");
  if (!secret_key) media.mistake("s3_secret_key", "is missing", "set it to { file = \"...\" } or { env = \"...\" }");
  bucket.secret_key = secret_key.value_or(core::Secret{});
  bucket.ca_file = ca_file;
  return bucket;
}

MediaSettings read_media(Settings settings, const std::filesystem::path& data_directory, const std::filesystem::path& ca_file,
                         const Keys& keys) {
  MediaSettings media;
  media.bucket = read_bucket(settings, ca_file);
  media.clamd = settings.text("clamd", "A ClamAV daemon that looks at every attachment: its socket's path, or HOST:PORT. Empty: none.", "");
  if (!media.clamd.empty() && !media.clamd.starts_with('/') && !media.clamd.contains(':'))
    settings.mistake("clamd", "is neither a path nor HOST:PORT", "write it like \"/run/clamav/clamd.ctl\"");
  media.directory = data_directory / "media";
  media.link_lifetime = settings.duration("link_lifetime", "How long the link lasts under which a consumer fetches an attachment.",
                                          std::chrono::minutes{1}, std::chrono::days{3650}, std::chrono::days{35});
  media.link_key = keys.identity;
  return media;
}

std::filesystem::path read_rules_directory(Settings& root, const std::filesystem::path& base) {
  return read_path(root, base, "rules_directory", "Where routing.toml and the other tables of rules are.", "/etc/satupintu");
}

normalizer::Rules read_rule_files(const std::filesystem::path& directory, Settings& root, SettingsReport& report) {
  SettingsReport rules_report;
  SettingsNode::Table merged;
  bool complete = true;
  for (const char* name : kRuleFiles) {
    auto tables = load_toml(directory / name, rules_report);
    if (!tables) {
      root.mistake("rules_directory", "is of no use: " + tables.error().what,
                   "point it at a directory with " + std::string(name) + ", such as the config/ that comes with Satu Pintu");
      complete = false;
      continue;
    }
    merged.merge(std::get<SettingsNode::Table>(tables->value));
  }
  if (!complete) return {};
  const SettingsNode node{std::move(merged)};
  Settings settings(node, rules_report);
  normalizer::Rules rules = normalizer::read_rules(settings);
  core::report_unknown_keys(node, rules_report);
  rules.boundaries = read_boundaries(directory / "places", rules, rules_report.mistakes);
  for (auto& mistake : rules_report.mistakes) {
    mistake.path = "(rules) " + mistake.path;
    report.mistakes.push_back(std::move(mistake));
  }
  return rules;
}

Config read_config(const SettingsNode& tree, const std::filesystem::path& base, SettingsReport& report, bool with_rules) {
  Config config;
  Settings root(tree, report);
  const auto data_directory =
      read_path(root, base, "data_directory", "Where the journal and the embedded Redis keep their files.", "/var/lib/satupintu");
  const auto rules_directory = read_rules_directory(root, base);
  config.keys = read_keys(root.table("keys"));
  config.public_listener = read_listener(root.table("listeners").table("public"), base, "0.0.0.0", 8080, "providers");
  config.staff_listener = read_listener(root.table("listeners").table("staff"), base, "127.0.0.1", 8081, "staff");
  Settings admin = root.table("listeners").table("admin");
  config.admin_listener = read_listener(admin, base, "127.0.0.1", 8082, "monitoring");
  if (!is_loopback(config.admin_listener.address))
    admin.mistake("address", "is not loopback", "use 127.0.0.1 or ::1: this listener asks nobody for a password");
  config.journal = read_journal(root.table("journal"), data_directory);
  config.dedupe = read_dedupe(root.table("dedupe"), config.journal);
  config.wait_for_parts = root.table("dedupe").duration(
      "wait_for_parts", "How long the first parts of a long SMS wait for the rest before they go without it.", 1s, 24h, 10min);
  read_redis(root.table("redis"), base, data_directory, config);
  config.outbound = read_outbound(root.table("outbound"), base, data_directory);
  config.media = read_media(root.table("media"), data_directory, config.outbound.ca_file, config.keys);
  config.accounts = read_accounts(root, config.patience);
  if (with_rules) config.rules = read_rule_files(rules_directory, root, report);
  return config;
}

std::filesystem::path directory_of(const std::filesystem::path& file) { return std::filesystem::absolute(file).parent_path(); }

core::SettingsMistake unreadable_file(const core::Error& error) {
  return {"", error.what, "see `satupintu config-reference`; --config gives another file's path"};
}

}  // namespace

std::expected<Config, Mistakes> load_config(const std::filesystem::path& file) {
  SettingsReport report;
  const auto tree = load_toml(file, report);
  if (!tree) return std::unexpected(Mistakes{unreadable_file(tree.error())});
  Config config = read_config(*tree, directory_of(file), report, true);
  core::report_unknown_keys(*tree, report);
  if (!report.mistakes.empty()) return std::unexpected(std::move(report.mistakes));
  return config;
}

std::expected<normalizer::Rules, Mistakes> load_rules(const std::filesystem::path& directory) {
  SettingsReport report;
  const SettingsNode empty{SettingsNode::Table{}};
  Settings root(empty, report);
  normalizer::Rules rules = read_rule_files(directory, root, report);
  if (!report.mistakes.empty()) return std::unexpected(std::move(report.mistakes));
  return rules;
}

std::expected<std::filesystem::path, Mistakes> rules_directory_of(const std::filesystem::path& file) {
  SettingsReport of_secrets, report;
  const auto tree = load_toml(file, of_secrets);
  if (!tree) return std::unexpected(Mistakes{unreadable_file(tree.error())});
  Settings root(*tree, report);
  auto directory = read_rules_directory(root, directory_of(file));
  if (!report.mistakes.empty()) return std::unexpected(std::move(report.mistakes));
  return directory;
}

std::vector<core::DocumentedKey> documented_keys() {
  SettingsReport report;
  const SettingsNode empty{SettingsNode::Table{}};
  read_config(empty, {}, report, false);
  Settings account(empty, report, "accounts.NAME");
  read_adapter_name(account);
  read_silent_after(account);
  for (const auto& registration : adapters::registry()) {
    const std::size_t first = report.keys.size();
    registration.make("NAME", account);
    for (std::size_t i = first; i < report.keys.size(); ++i) report.keys[i].meaning += " (" + std::string(registration.name) + ")";
  }
  return std::move(report.keys);
}

}  // namespace satupintu::gateway
