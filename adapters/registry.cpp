// SPDX-License-Identifier: Apache-2.0
#include "adapters/registry.hpp"

#include <algorithm>
#include <array>

#include "adapters/hotline/aml.hpp"
#include "adapters/hotline/cdr.hpp"
#include "adapters/hotline/cti.hpp"
#include "adapters/hotline/form.hpp"
#include "adapters/sms/kannel.hpp"
#include "adapters/whatsapp/cloud.hpp"

namespace satupintu::adapters {

namespace {

// One row per provider, in the order in which `config-reference` prints them.
constexpr auto kAdapters = std::to_array<Registration>({
    {"hotline/aml", make_hotline_aml, "Where callers of 112 are, as their telephones tell it (AML, Android's ELS)"},
    {"hotline/cdr", make_hotline_cdr, "Asterisk's call records or queue log, followed as they are written: calls are counted"},
    {"hotline/cti", make_hotline_cti, "What the telephone system's calls do, in the way of Zammad's generic CTI: calls are counted"},
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
