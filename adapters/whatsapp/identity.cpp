// SPDX-License-Identifier: Apache-2.0
#include "adapters/whatsapp/identity.hpp"

#include <string_view>
#include <utility>

namespace satupintu::adapters {

namespace {

bool is_phone(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

Identity::Identity(std::string number, std::string scoped_id) : phone(std::move(number)), user_id(std::move(scoped_id)) {
  if (is_phone(phone)) return;
  if (user_id.empty()) user_id = std::move(phone);
  phone.clear();
}

core::Sender sender_of(Identity identity, std::string scope) {
  core::Sender sender;
  if (!identity.user_id.empty()) sender.scope = std::move(scope);
  if (identity.phone.empty()) {
    sender.address_kind = core::AddressKind::platform_id;
    sender.address = std::move(identity.user_id);
  } else {
    sender.address_kind = core::AddressKind::phone;
    sender.address = std::move(identity.phone);
    sender.platform_id = std::move(identity.user_id);
  }
  return sender;
}

}  // namespace satupintu::adapters
