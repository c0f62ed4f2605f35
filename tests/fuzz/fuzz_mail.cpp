// SPDX-License-Identifier: Apache-2.0
// libFuzzer: mails as strangers write them, and the same bytes as an IMAP server's responses. The fixtures are the seeds:
//   fuzz_mail -max_total_time=60 EMPTY_DIRECTORY adapters/email/fixtures
#include <cstdlib>

#include "adapters/email/imap_reply.hpp"
#include "adapters/email/mail.hpp"
#include "adapters/email/mime.hpp"

using namespace satupintu;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view raw(reinterpret_cast<const char*>(bytes), size);
  static const adapters::MailRules rules{
      .own_addresses = {"lapor@kota.example"}, .message_id_domain = "satupintu.kota.example", .authserv_id = "mx.kota.example"};
  adapters::Mail mail = adapters::read_mail(raw);
  for (const auto& attachment : mail.attachments) {
    if (!adapters::part_of(raw, attachment.part)) std::abort();
  }
  (void)adapters::event_of(std::move(mail), rules, raw);
  (void)adapters::text_of_html(raw);

  // However the bytes come, they mean the same.
  adapters::ImapReader whole(size), halves(size);
  const bool is_good = whole.feed(raw).has_value();
  const bool is_good_too = halves.feed(raw.substr(0, size / 2)).has_value() && halves.feed(raw.substr(size / 2)).has_value();
  if (is_good != is_good_too) std::abort();
  while (auto reply = is_good ? whole.next() : std::nullopt) {
    const auto other = halves.next();
    if (!other || other->line != reply->line) std::abort();
    (void)adapters::search_results_of(*reply);
    (void)adapters::fetch_items_of(std::move(*reply));
  }
  return 0;
}
