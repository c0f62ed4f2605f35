// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/accounts.hpp"

#include <algorithm>
#include <stdexcept>

#include "adapters/registry.hpp"

namespace satupintu::tests {

namespace {

core::SettingsNode secret(std::string bytes) { return {core::Secret{std::move(bytes)}}; }
core::SettingsNode texts(const std::vector<std::string>& values) {
  core::SettingsNode::List list;
  for (const auto& value : values) list.push_back({value});
  return {std::move(list)};
}

}  // namespace

std::span<const TestAccount> test_accounts() {
  static const std::vector<TestAccount> accounts{
      {.adapter = "email/imap",
       .name = "mail-lapor",
       .settings = {{"host", {std::string("imap.kota.example")}},
                    {"username", {std::string("lapor@kota.example")}},
                    {"password", secret("sandi-kotak-surat-5d20")},
                    {"addresses", texts({"lapor@kota.example"})},
                    {"message_id_domain", {std::string("satupintu.kota.example")}},
                    {"authserv_id", {std::string("mx.kota.example")}}},
       .signing_secret = {}},
      {.adapter = "hotline/form",
       .name = "hotline",
       .settings = {{"key", secret("kunci-meja-bantuan-2f71c0")}, {"previous_key", secret("kunci-meja-bantuan-lama-9e")}},
       .signing_secret = "key"},
      {.adapter = "sms/kannel",
       .name = "sms-1708",
       .settings = {{"secret", secret("k4nn3l-rahasia-di-jalur-url")}, {"previous_secret", secret("k4nn3l-rahasia-yang-dahulu")}},
       .signing_secret = "secret"},
      {.adapter = "whatsapp/cloud",
       .name = "wa-utama",
       .settings = {{"app_secret", secret("8d0f1c7b2a9e4f6035c1d7e8")},
                    {"previous_app_secret", secret("77aa0e5d91b34c28f60b1e42")},
                    {"verify_token", secret("kata-sandi-jabat-tangan-31")},
                    {"phone_number_ids", texts({"106500000000112"})}},
       .signing_secret = "app_secret",
       .signs_body = true,
       .signature_is_hex = true},
  };
  return accounts;
}

const TestAccount& test_account(std::string_view adapter) {
  const auto accounts = test_accounts();
  const auto found = std::ranges::find(accounts, adapter, &TestAccount::adapter);
  if (found == accounts.end()) throw std::runtime_error("no test account for " + std::string(adapter));
  return *found;
}

std::unique_ptr<adapters::Adapter> make_adapter(const TestAccount& account) {
  const auto* const registration = adapters::find_adapter(account.adapter);
  if (registration == nullptr) throw std::runtime_error("no adapter " + std::string(account.adapter));
  const core::SettingsNode root{account.settings};
  core::SettingsReport report;
  core::Settings settings(root, report);
  auto adapter = registration->make(std::string(account.name), settings);
  core::report_unknown_keys(root, report);
  if (!report.mistakes.empty()) throw std::runtime_error(report.mistakes.front().path + " " + report.mistakes.front().problem);
  return adapter;
}

std::vector<std::string> secrets_of(const TestAccount& account) {
  std::vector<std::string> secrets;
  for (const auto& [key, node] : account.settings) {
    if (const auto* value = std::get_if<core::Secret>(&node.value)) secrets.emplace_back(value->reveal());
  }
  return secrets;
}

}  // namespace satupintu::tests
