// SPDX-License-Identifier: Apache-2.0
// One invented account per adapter, for every test that needs a working adapter, and what the conformance suite
// must know about the way its requests are made authentic.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/adapter.hpp"
#include "core/settings.hpp"

namespace satupintu::tests {

struct TestAccount {
  std::string_view adapter;            // the name in the registry
  std::string_view name;               // of the account
  core::SettingsNode::Table settings;  // what stands in the account's table besides `adapter`
  std::string_view signing_secret;     // the key of the secret that makes requests authentic; empty where none does
  std::string_view signature_field{};  // the field of the query or form that holds the signature; empty: a header, or the whole query
  bool signs_body = false;             // a changed body is unauthentic
  bool signature_is_hex = false;       // and so the same in upper and lower case
  bool carries_words = true;           // what citizens say; else nothing that comes in may open a complaint
};

[[nodiscard]] std::span<const TestAccount> test_accounts();

// Throws when the adapter has no test account yet.
[[nodiscard]] const TestAccount& test_account(std::string_view adapter);

// Throws when the settings contain a mistake.
[[nodiscard]] std::unique_ptr<adapters::Adapter> make_adapter(const TestAccount& account);

// All secrets of the account.
[[nodiscard]] std::vector<std::string> secrets_of(const TestAccount& account);

}  // namespace satupintu::tests
