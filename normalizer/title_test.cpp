// SPDX-License-Identifier: Apache-2.0
#include "normalizer/title.hpp"

#include <doctest/doctest.h>

using namespace satupintu;
using namespace satupintu::normalizer;

TEST_CASE("the_title_is_the_subject_or_the_first_sentence") {
  const struct {
    std::string subject, text, title;
  } cases[] = {
      {"Lampu mati", "Yth. Bapak Wali Kota", "Lampu mati"},
      {"", "Lampu mati", "Lampu mati"},
      {"", "Lampu jalan di Jl. Moh Toha no. 5 mati. Sudah seminggu.", "Lampu jalan di Jl. Moh Toha no. 5 mati"},
      {"", "Selamat pagi pak. Lampu jalan mati di depan rumah! Tolong", "Selamat pagi pak. Lampu jalan mati di depan rumah!"},
      {"", "Assalamualaikum\nlampu jalan mati di gang mawar\nterima kasih", "Assalamualaikum lampu jalan mati di gang mawar"},
      {"", "Kapan jalan rusak ini diperbaiki? Sudah lama", "Kapan jalan rusak ini diperbaiki?"},
      {"", "versi 2.0 aplikasi laksa.go.id error", "versi 2.0 aplikasi laksa.go.id error"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    CHECK(make_title(c.subject, c.text, {}) == c.title);
  }
}

TEST_CASE("a_long_title_ends_at_a_word_and_says_so") {
  std::string text;
  for (int i = 0; i < 60; ++i) text += "lampu ";
  text += "mati";
  const std::string title = make_title("", text, {});
  CHECK(title.ends_with("lampu\xE2\x80\xA6"));
  CHECK(title.size() <= 160 + 2);
  CHECK(make_title("", std::string(500, 'a'), {}) == std::string(159, 'a') + "\xE2\x80\xA6");
  std::string emoji;
  for (int i = 0; i < 400; ++i) emoji += "\xF0\x9F\x94\xA5";
  CHECK(make_title(emoji, "", {}).size() == 159 * 4 + 3);
}

TEST_CASE("a_message_without_words_still_has_a_title") {
  core::Message message;
  CHECK(make_title("", "", message) == "Pesan tanpa isi");
  message.place.emplace();
  CHECK(make_title("", "", message) == "Lokasi tanpa keterangan");
  message.attachments.emplace_back();
  CHECK(make_title("", "", message) == "Lampiran tanpa keterangan");
  message.call.emplace();
  CHECK(make_title("", "", message) == "Panggilan tanpa uraian");
  message.kind = core::MessageKind::retraction;
  CHECK(make_title("", "", message) == "Pesan ditarik oleh pengirim");
}
