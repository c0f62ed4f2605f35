// SPDX-License-Identifier: Apache-2.0
#include "adapters/registry.hpp"

#include <algorithm>
#include <array>

#include "adapters/hotline/form.hpp"
#include "adapters/sms/aggregator.hpp"
#include "adapters/sms/aggregator_poll.hpp"
#include "adapters/sms/infobip.hpp"
#include "adapters/sms/kannel.hpp"
#include "adapters/sms/vonage.hpp"
#include "adapters/whatsapp/cloud.hpp"

namespace satupintu::adapters {

namespace {

// One row per provider, in the order in which `config-reference` prints them.
constexpr auto kAdapters = std::to_array<Registration>({
    {"hotline/form", make_hotline_form, "The call form of the helpdesk's console or of a telephone system"},
    {"sms/aggregator", make_sms_aggregator, "Any aggregator that hands over received SMS by HTTP"},
    {"sms/aggregator_poll", make_sms_aggregator_poll, "Any aggregator whose inbox is asked for received SMS, such as Zenziva"},
    {"sms/infobip", make_sms_infobip, "Infobip, for SMS and MMS"},
    {"sms/kannel", make_sms_kannel, "Kannel, the SMS gateway for modems and operator links of one's own"},
    {"sms/vonage", make_sms_vonage, "Vonage, once Nexmo"},
    {"whatsapp/cloud", make_whatsapp_cloud, "WhatsApp Business Platform, Cloud API"},
});

}  // namespace

std::span<const Registration> registry() { return kAdapters; }

const Registration* find_adapter(std::string_view name) {
  const auto found = std::ranges::find(kAdapters, name, &Registration::name);
  return found == kAdapters.end() ? nullptr : &*found;
}

}  // namespace satupintu::adapters
