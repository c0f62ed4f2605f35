// SPDX-License-Identifier: Apache-2.0
#include "adapters/sms/sender.hpp"

#include <algorithm>
#include <utility>

namespace satupintu::adapters {

namespace {
constexpr std::ptrdiff_t kMaxPhoneDigits = 17;  // E.164 with an international prefix
}

core::Sender sms_sender(std::string address) {
  const std::string_view written = std::string_view(address).substr(address.starts_with('+') ? 1 : 0);
  const auto digits = std::ranges::count_if(written, [](char c) { return c >= '0' && c <= '9'; });
  const bool is_number = digits > 0 && digits <= kMaxPhoneDigits && written.find_first_not_of("0123456789 -.()") == std::string_view::npos;
  core::Sender sender;
  if (!address.empty()) sender.address_kind = is_number ? core::AddressKind::phone : core::AddressKind::platform_id;
  sender.address = std::move(address);
  return sender;
}

}  // namespace satupintu::adapters
