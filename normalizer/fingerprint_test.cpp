// SPDX-License-Identifier: Apache-2.0
#include "normalizer/fingerprint.hpp"

#include <doctest/doctest.h>

using namespace satupintu;
using namespace satupintu::normalizer;
using core::Channel;
using core::MessageKind;

namespace {

const core::Secret kKey{std::string(32, 'k')};
const core::Timestamp kNow = core::from_unix_ms(1767607445000);
const std::string kReporter(32, 'a');
const std::string kFolded = "lampumatididepanmasjid";

core::Message message(std::string id = "wamid.1", MessageKind kind = MessageKind::text) {
  core::Message made;
  made.channel = Channel::whatsapp;
  made.kind = kind;
  made.external_id = std::move(id);
  made.sender.address = "6281290001234";
  made.text = "Lampu mati di depan masjid";
  return made;
}

Fingerprints made(const core::Message& from, core::Timestamp received = kNow, std::string_view account = "wa-utama") {
  return fingerprints_of(from, account, received, kReporter, kFolded, kKey);
}

}  // namespace

TEST_CASE("the_same_message_is_seen_again_whatever_happened_in_between") {
  auto again = message();
  again.text = "Lampu mati di depan masjid ";  // an adapter's second thoughts
  again.kind = MessageKind::media;
  CHECK(made(message()).seen == made(again, kNow + std::chrono::hours{30}).seen);
  CHECK(made(message()).seen.size() == 32);
  CHECK(made(message("wamid.2")).seen != made(message()).seen);
  CHECK(made(message(), kNow, "wa-kedua").seen != made(message()).seen);
}

TEST_CASE("edits_retractions_and_reactions_name_the_original_by_its_own_fingerprint") {
  const auto original = made(message("wamid.1", MessageKind::media));
  CHECK(original.target.empty());
  for (const auto kind : {MessageKind::edit, MessageKind::retraction, MessageKind::reaction}) {
    auto own_id = message("wamid.9", kind);
    own_id.in_reply_to = "wamid.1";
    CHECK(made(own_id).target == original.seen);
    CHECK(made(own_id).seen != original.seen);

    auto same_id = message("wamid.1", kind);  // where the provider names only the original
    CHECK(made(same_id).target == original.seen);
    CHECK(made(same_id).seen != original.seen);
    CHECK(made(same_id).seen == made(same_id, kNow + std::chrono::hours{1}).seen);
  }
  auto reply = message("wamid.9");
  reply.in_reply_to = "wamid.1";
  CHECK(made(reply).target.empty());
}

TEST_CASE("a_second_edit_is_another_event") {
  auto first = message("wamid.1", MessageKind::edit);
  auto second = first;
  second.text = "Lampu mati di depan masjid, sudah seminggu";
  CHECK(made(first).seen != made(second).seen);
  auto back = first;
  first.provider_at = kNow;
  back.provider_at = kNow + std::chrono::minutes{1};
  CHECK(made(first).seen != made(back).seen);
}

TEST_CASE("without_an_id_time_and_content_together_make_the_fingerprint") {
  auto sms = message("");
  sms.provider_at = kNow;
  CHECK(made(sms).seen == made(sms, kNow + std::chrono::hours{3}).seen);
  auto later = sms;
  later.provider_at = kNow + std::chrono::seconds{1};
  CHECK(made(later).seen != made(sms).seen);
  auto other_text = sms;
  other_text.text += "!";
  CHECK(made(other_text).seen != made(sms).seen);
  auto other_number = sms;
  other_number.to = {"1708"};
  CHECK(made(other_number).seen != made(sms).seen);
  auto with_photo = sms;
  with_photo.attachments.emplace_back().provider_id = "media-1";
  CHECK(made(with_photo).seen != made(sms).seen);

  auto untimed = message("");
  CHECK(made(untimed).seen == made(untimed).seen);
  CHECK(made(untimed).seen != made(untimed, kNow + std::chrono::milliseconds{1}).seen);
}

TEST_CASE("the_same_words_count_on_every_channel_but_only_for_a_known_reporter") {
  auto sms = message("sms-1");
  sms.channel = Channel::sms;
  CHECK(made(message()).said == made(sms, kNow, "sms-1708").said);
  CHECK(fingerprints_of(message(), "wa-utama", kNow, std::string(32, 'b'), kFolded, kKey).said != made(message()).said);
  CHECK(fingerprints_of(message(), "wa-utama", kNow, "", kFolded, kKey).said.empty());
  CHECK(fingerprints_of(message(), "wa-utama", kNow, kReporter, "masihmati", kKey).said.empty());
}

TEST_CASE("a_conversation_is_a_reporter_and_where_it_matters_a_thread") {
  auto second = message("wamid.2");
  second.thread_id = "any";
  CHECK(made(message()).conversation == made(second).conversation);
  CHECK(made(message()).conversation != made(message(), kNow, "wa-kedua").conversation);
  CHECK(fingerprints_of(message(), "wa-utama", kNow, "", kFolded, kKey).conversation.empty());

  auto comment = message("c1", MessageKind::comment);
  comment.is_public = true;
  comment.thread_id = "post-1";
  auto elsewhere = comment;
  elsewhere.thread_id = "post-2";
  CHECK(made(comment).conversation != made(elsewhere).conversation);

  auto mail = message("<1@example.org>");
  mail.channel = Channel::email;
  auto answer = message("<2@example.org>");
  answer.channel = Channel::email;
  answer.thread_id = "<1@example.org>";
  auto other_mail = message("<3@example.org>");
  other_mail.channel = Channel::email;
  CHECK(made(mail).conversation == made(answer).conversation);
  CHECK(made(mail).conversation != made(other_mail).conversation);

  auto form = message("f1");
  form.channel = Channel::app;
  CHECK(made(form).conversation.empty());
  form.thread_id = "chat-7";
  CHECK_FALSE(made(form).conversation.empty());

  for (const auto channel : {Channel::call, Channel::walk_in, Channel::letter, Channel::media}) {
    auto typed = message("t1");
    typed.channel = channel;
    CHECK(made(typed).conversation.empty());
  }
}

TEST_CASE("nothing_can_be_made_of_fingerprints_without_the_key") {
  const auto ours = made(message());
  const auto theirs = fingerprints_of(message(), "wa-utama", kNow, kReporter, kFolded, core::Secret{std::string(32, 'l')});
  CHECK(ours.seen != theirs.seen);
  CHECK(ours.said != theirs.said);
  CHECK(ours.conversation != theirs.conversation);
}

TEST_CASE("two_parts_without_an_id_that_say_the_same_are_two") {
  const auto part = [](unsigned number) {
    auto told = message("");
    told.part = core::TextPart{.reference = "aa/2", .number = number, .total = 2, .octets = "ha", .charset = "UTF-8"};
    return made(told).seen;
  };
  CHECK(part(1) == part(1));
  CHECK(part(1) != part(2));
}

TEST_CASE("a_public_post_is_the_same_whoever_tells_of_it_and_however_its_address_is_spelled") {
  const auto post = [](std::string permalink, bool is_public = true, MessageKind kind = MessageKind::mention) {
    auto told = message("2007300000000000101", kind);
    told.channel = Channel::x;
    told.is_public = is_public;
    told.permalink = std::move(permalink);
    return told;
  };
  const auto first = made(post("https://x.com/i/web/status/2007300000000000101")).post;
  CHECK(first.size() == 32);
  for (const char* spelling :
       {"https://x.com/sari_periuk/status/2007300000000000101?s=20", "https://twitter.com/sari_periuk/status/2007300000000000101",
        "https://mobile.twitter.com/sari/status/2007300000000000101#m", "http://www.x.com/a/status/2007300000000000101/photo/1"}) {
    CAPTURE(spelling);
    CHECK(made(post(spelling), kNow, "hotline").post == first);
  }
  CHECK(made(post("https://www.instagram.com/p/Cuji41/?igsh=abc")).post == made(post("https://instagram.com/p/Cuji41")).post);
  CHECK(made(post("https://facebook.com/permalink.php?story_fbid=1&id=2")).post !=
        made(post("https://facebook.com/permalink.php?story_fbid=3&id=2")).post);
  CHECK(made(post("https://x.com/i/web/status/2007300000000000102")).post != first);
  for (const char* page : {"https://x.com/sari_periuk", "https://x.com/sari/status/", "https://x.com/sari/status/?s=20",
                           "https://www.instagram.com/pemkot.uji/"}) {
    CAPTURE(page);
    CHECK(made(post(page)).post.empty());
  }
  CHECK(made(post("")).post.empty());
  CHECK(made(post("bukan alamat")).post.empty());
  CHECK(made(post("https://x.com/i/web/status/2007300000000000101", false)).post.empty());
  CHECK(made(post("https://x.com/i/web/status/2007300000000000101", true, MessageKind::edit)).post.empty());
}
