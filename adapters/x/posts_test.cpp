// SPDX-License-Identifier: Apache-2.0
#include "adapters/x/posts.hpp"

#include <doctest/doctest.h>

using namespace satupintu::adapters;
using namespace satupintu::core;

namespace {

x::Surroundings around() { return {.ours = {.user_id = "11", .username = "kota_uji"}}; }

Message message_of(const Event& event) {
  REQUIRE(std::holds_alternative<Message>(event));
  return std::get<Message>(event);
}

// A post to us with these members besides.
Message first_form(const std::string& members) {
  const auto document = JsonDocument::parse(R"({"id_str":"2080","user":{"id_str":"22"},"text":"halo","in_reply_to_user_id_str":"11")" +
                                            (members.empty() ? "" : "," + members) + "}");
  REQUIRE(document);
  return message_of(x::read_post_v1(document->root(), around()));
}

Message second_form(const std::string& members, const std::string& includes = "{}") {
  const auto document = JsonDocument::parse(R"({"id":"2080","author_id":"22","text":"halo","in_reply_to_user_id":"11")" +
                                            (members.empty() ? "" : "," + members) + "}");
  const auto beside = JsonDocument::parse(includes);
  REQUIRE(document);
  REQUIRE(beside);
  x::Surroundings surroundings = around();
  surroundings.includes = beside->root();
  return message_of(x::read_post_v2(document->root(), surroundings));
}

std::string why_ignored(const std::string& post) {
  const auto document = JsonDocument::parse(post);
  REQUIRE(document);
  const Event event = x::read_post_v1(document->root(), around());
  REQUIRE(std::holds_alternative<Ignored>(event));
  return std::get<Ignored>(event).why;
}

}  // namespace

TEST_CASE("what_x_escapes_is_unescaped_once") {
  CHECK(first_form(R"("full_text":"tinggi &gt; 80 cm &amp; naik &lt;terus&gt;")").text == "tinggi > 80 cm & naik <terus>");
  CHECK(first_form(R"("full_text":"&quot;gelap&quot; kata Pak&#39;RT&#039;")").text == "\"gelap\" kata Pak'RT'");
  CHECK(first_form(R"("full_text":"ditulis &amp;lt;b&amp;gt;")").text == "ditulis &lt;b&gt;");
  CHECK(first_form(R"("full_text":"A & B; &ampun &amp")").text == "A & B; &ampun &amp");
}

TEST_CASE("a_position_is_read_longitude_first_and_the_old_field_not_at_all") {
  const std::string point = R"("coordinates":{"type":"Point","coordinates":[106.6301,-6.1783]})";
  for (const Message& message :
       {first_form(point + R"(,"geo":{"type":"Point","coordinates":[-6.1783,106.6301]})"), second_form(R"("geo":{)" + point + "}")}) {
    REQUIRE(message.place);
    CHECK(message.place->latitude == -6.1783);
    CHECK(message.place->longitude == 106.6301);
  }
  CHECK_FALSE(first_form(R"("geo":{"type":"Point","coordinates":[-6.1783,106.6301]})").place);
  CHECK_FALSE(first_form(R"("coordinates":{"coordinates":[106.6301]})").place);
  CHECK_FALSE(first_form(R"("coordinates":{"coordinates":["106.6301","-6.1783"]})").place);
}

TEST_CASE("both_spellings_of_a_time_mean_the_same_moment") {
  const auto at = parse_rfc3339("2026-12-31T23:59:58Z");
  CHECK(first_form(R"("created_at":"Thu Dec 31 23:59:58 +0000 2026")").provider_at == at);
  CHECK(second_form(R"("created_at":"2026-12-31T23:59:58.000Z")").provider_at == at);
  CHECK(first_form(R"("created_at":"Thu Jan 01 00:00:00 +0700 2026")").provider_at == parse_rfc3339("2025-12-31T17:00:00Z"));
}

TEST_CASE("a_time_that_cannot_be_read_is_left_out") {
  for (const char* time : {"", "Sat Jan 03 02:04:05 2026", "Sat anF 03 02:04:05 +0000 2026", "Sat Feb 30 02:04:05 +0000 2026",
                           "2026-01-03T02:04:05.000Z", "Sat Jan 3 02:04:05 +0000 2026"}) {
    CAPTURE(time);
    CHECK_FALSE(first_form(R"("created_at":")" + std::string(time) + '"').provider_at);
  }
}

TEST_CASE("of_a_film_the_rendition_with_the_most_bits_is_taken_and_no_list_of_pieces") {
  const Message message = second_form(R"("attachments":{"media_keys":["7_1"]})",
                                      R"({"media":[{"media_key":"7_1","type":"video","preview_image_url":"https://pbs.twimg.com/a.jpg",
      "variants":[{"content_type":"application/x-mpegURL","bit_rate":9999999,"url":"https://video.twimg.com/a.m3u8"},
                  {"content_type":"video/mp4","bit_rate":832000,"url":"https://video.twimg.com/klein.mp4"},
                  {"content_type":"video/mp4","bit_rate":2176000,"url":"https://video.twimg.com/gross.mp4"},
                  {"content_type":"video/mp4","url":"https://video.twimg.com/unbekannt.mp4"}]}]})");
  REQUIRE(message.attachments.size() == 1);
  CHECK(message.attachments[0].url == "https://video.twimg.com/gross.mp4");
  CHECK(message.attachments[0].kind == AttachmentKind::video);
}

TEST_CASE("media_that_x_left_out_are_still_attachments") {
  const Message message = second_form(R"("attachments":{"media_keys":["3_1","16_2","13_3","9_4"]})");
  REQUIRE(message.attachments.size() == 4);
  CHECK(message.attachments[0].kind == AttachmentKind::image);
  CHECK(message.attachments[1].kind == AttachmentKind::video);
  CHECK(message.attachments[2].kind == AttachmentKind::video);
  CHECK(message.attachments[3].kind == AttachmentKind::other);
  for (const auto& attachment : message.attachments) CHECK(attachment.url.empty());
}

TEST_CASE("a_shortened_link_is_told_with_what_it_stands_for") {
  const std::string urls =
      R"("urls":[{"url":"https://t.co/a","expanded_url":"https://maps.google.com/?q=-6.17,106.64&amp;z=17"},
                 {"url":"https://t.co/b","expanded_url":"javascript:void 0"},
                 {"url":"https://t.co/c","expanded_url":"https://x.com/s/status/2080/photo/1","display_url":"pic.x.com/c"},
                 {"url":"https://t.co/d"}])";
  for (const Message& message : {first_form(R"("entities":{)" + urls + "}"), second_form(R"("entities":{)" + urls + "}"),
                                 second_form(R"("note_post":{"text":"halo","entities":{)" + urls + "}}")}) {
    REQUIRE(message.stated.attributes.size() == 1);
    CHECK(message.stated.attributes[0] == std::pair<std::string, std::string>{"link", "https://maps.google.com/?q=-6.17,106.64&z=17"});
  }
}

TEST_CASE("a_post_is_to_us_when_it_names_our_id_whatever_we_were_called_then") {
  const std::string post = R"({"id_str":"2080","user":{"id_str":"22"},"text":"halo","entities":{"user_mentions":[)";
  const auto to_us = JsonDocument::parse(post + R"({"id_str":"11","screen_name":"nama_lama"}]}})");
  REQUIRE(to_us);
  CHECK(message_of(x::read_post_v1(to_us->root(), around())).kind == MessageKind::mention);
  // Somebody else who has taken our old name.
  CHECK(why_ignored(post + R"({"id_str":"12","screen_name":"kota_uji"}]}})") == "not_to_us");
}

TEST_CASE("a_later_version_is_an_edit_of_the_first_and_the_first_stays_a_post") {
  for (const std::string& name : {std::string("edit_history_tweet_ids"), std::string("edit_history_post_ids")}) {
    const Message edit = second_form('"' + name + R"(":["2060","2070","2080"],"referenced_tweets":[{"type":"replied_to","id":"2000"}])");
    CHECK(edit.kind == MessageKind::edit);
    CHECK(edit.external_id == "2080");
    CHECK(edit.in_reply_to == "2060");
    const Message first = second_form('"' + name + R"(":["2080","2090"])");
    CHECK(first.kind == MessageKind::mention);
    CHECK(first.in_reply_to.empty());
  }
  CHECK(first_form(R"("edit_history":{"edit_tweet_ids":["2060","2080"]})").in_reply_to == "2060");
}

TEST_CASE("numbers_as_ids_keep_all_their_digits") {
  const auto document = JsonDocument::parse(R"({"id":2007300000000000101,"user":{"id":1480555010000000001},"text":"halo",
    "in_reply_to_status_id":2007300000000000099,"in_reply_to_user_id":11})");
  REQUIRE(document);
  const Message message = message_of(x::read_post_v1(document->root(), around()));
  CHECK(message.external_id == "2007300000000000101");
  CHECK(message.sender.address == "1480555010000000001");
  CHECK(message.in_reply_to == "2007300000000000099");
}
