// SPDX-License-Identifier: Apache-2.0
#include "adapters/registry.hpp"

#include <algorithm>
#include <array>

#include "adapters/email/imap.hpp"
#include "adapters/email/mailgun.hpp"
#include "adapters/email/postmark.hpp"
#include "adapters/email/sendgrid.hpp"
#include "adapters/email/ses.hpp"
#include "adapters/hotline/aml.hpp"
#include "adapters/hotline/cdr.hpp"
#include "adapters/hotline/cti.hpp"
#include "adapters/hotline/form.hpp"
#include "adapters/hotline/twilio_voice.hpp"
#include "adapters/meta/facebook.hpp"
#include "adapters/meta/instagram.hpp"
#include "adapters/sms/aggregator.hpp"
#include "adapters/sms/aggregator_poll.hpp"
#include "adapters/sms/infobip.hpp"
#include "adapters/sms/kannel.hpp"
#include "adapters/sms/twilio.hpp"
#include "adapters/sms/vonage.hpp"
#include "adapters/telegram/bot.hpp"
#include "adapters/web/events.hpp"
#include "adapters/web/open311.hpp"
#include "adapters/whatsapp/cloud.hpp"
#include "adapters/whatsapp/twilio.hpp"
#include "adapters/x/account.hpp"

namespace satupintu::adapters {

namespace {

// One row per provider, in the order in which `config-reference` prints them.
constexpr auto kAdapters = std::to_array<Registration>({
    {"email/imap", make_email_imap, "A mailbox, read over IMAP"},
    {"email/mailgun", make_email_mailgun, "Mailgun: mails that a route forwards or stores"},
    {"email/postmark", make_email_postmark, "Postmark's inbound webhook"},
    {"email/sendgrid", make_email_sendgrid, "SendGrid's Inbound Parse"},
    {"email/ses", make_email_ses, "Amazon SES, through a topic of SNS"},
    {"hotline/aml", make_hotline_aml, "Where callers of 112 are, as their telephones tell it (AML, Android's ELS)"},
    {"hotline/cdr", make_hotline_cdr, "Asterisk's call records or queue log, followed as they are written: calls are counted"},
    {"hotline/cti", make_hotline_cti, "What the telephone system's calls do, in the way of Zammad's generic CTI: calls are counted"},
    {"hotline/form", make_hotline_form, "The call form of the helpdesk's console or of a telephone system"},
    {"hotline/twilio-voice", make_hotline_twilio_voice, "Twilio Programmable Voice, as an answering machine"},
    {"meta/facebook", make_meta_facebook, "A Facebook page: Messenger, comments, posts and mentions"},
    {"meta/instagram", make_meta_instagram, "An Instagram account: messages, comments and mentions"},
    {"sms/aggregator", make_sms_aggregator, "Any aggregator that hands over received SMS by HTTP"},
    {"sms/aggregator-poll", make_sms_aggregator_poll, "Any aggregator whose inbox is asked for received SMS, such as Zenziva"},
    {"sms/infobip", make_sms_infobip, "Infobip, for SMS and MMS"},
    {"sms/kannel", make_sms_kannel, "Kannel, the SMS gateway for modems and operator links of one's own"},
    {"sms/twilio", make_sms_twilio, "Twilio Programmable Messaging: SMS and MMS"},
    {"sms/vonage", make_sms_vonage, "Vonage, once Nexmo"},
    {"telegram/bot", make_telegram_bot, "Telegram Bot API"},
    {"web/events", make_web_events, "CloudEvents under Standard Webhooks, for the city's own programs"},
    {"web/open311", make_web_open311, "Open311 GeoReport v2, for apps and portals of others"},
    {"whatsapp/cloud", make_whatsapp_cloud, "WhatsApp Business Platform, Cloud API"},
    {"whatsapp/twilio", make_whatsapp_twilio, "WhatsApp through Twilio"},
    {"x/account", make_x_account, "X (Twitter): posts that mention an account of ours, by webhook and by polling, and messages to it"},
});

}  // namespace

std::span<const Registration> registry() { return kAdapters; }

const Registration* find_adapter(std::string_view name) {
  const auto found = std::ranges::find(kAdapters, name, &Registration::name);
  return found == kAdapters.end() ? nullptr : &*found;
}

}  // namespace satupintu::adapters
