// SPDX-License-Identifier: Apache-2.0
#include "adapters/registry.hpp"

#include <algorithm>
#include <array>

#include "adapters/email/imap.hpp"
#include "adapters/hotline/form.hpp"
#include "adapters/sms/kannel.hpp"
#include "adapters/whatsapp/cloud.hpp"

namespace satupintu::adapters {

namespace {

// One row per provider, in the order in which `config-reference` prints them.
constexpr auto kAdapters = std::to_array<Registration>({
    {"email/imap", make_email_imap, "A mailbox, read over IMAP"},
    {"hotline/form", make_hotline_form, "The call form of the helpdesk's console or of a telephone system"},
    {"sms/kannel", make_sms_kannel, "Kannel, the SMS gateway for modems and operator links of one's own"},
    {"whatsapp/cloud", make_whatsapp_cloud, "WhatsApp Business Platform, Cloud API"},
});

}  // namespace

std::span<const Registration> registry() { return kAdapters; }

const Registration* find_adapter(std::string_view name) {
  const auto found = std::ranges::find(kAdapters, name, &Registration::name);
  return found == kAdapters.end() ? nullptr : &*found;
}

}  // namespace satupintu::adapters
