// SPDX-License-Identifier: Apache-2.0
#include "gateway/media_store.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "core/crypto.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace satupintu;
using namespace satupintu::gateway;
using namespace std::chrono_literals;

namespace {

const core::Timestamp kNow = core::parse_rfc3339("2026-01-05T03:04:05Z").value();
const std::string kPicture =
    std::string("\xFF\xD8\xFF\xE0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0", 20) + std::string("\xFF\xDA\0\4ab", 6) + "gambar\xFF\xD9";

MediaSettings settings_in(const std::filesystem::path& directory) {
  return {.directory = directory, .bucket = std::nullopt, .clamd = {}, .link_key = core::Secret{std::string(32, 'k')}, .link_lifetime = 1h};
}

std::size_t files_in(const std::filesystem::path& directory) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) count += entry.is_regular_file() ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("what_is_sent_twice_is_kept_once_and_comes_back_unchanged") {
  const tests::TemporaryDirectory directory;
  MediaStore store(settings_in(directory.path()));
  const auto stored = store.keep_bytes(kPicture);
  REQUIRE(stored);
  CHECK(stored->id == core::sha256_hex(kPicture));
  CHECK(stored->mime_type == "image/jpeg");
  CHECK(stored->bytes == kPicture.size());
  const auto file = directory.path() / "download-1";
  std::ofstream(file, std::ios::binary) << kPicture;
  CHECK(store.keep(file).value().id == stored->id);
  CHECK_FALSE(std::filesystem::exists(file));
  CHECK(files_in(directory.path()) == 1);
  CHECK(store.read({.id = stored->id}).value() == kPicture);
  CHECK(store.read({.id = std::string(64, '0')}).error().code == core::Errc::not_found);
}

TEST_CASE("what_a_browser_might_run_is_not_kept_whatever_it_says_it_is") {
  const tests::TemporaryDirectory directory;
  MediaStore store(settings_in(directory.path()));
  for (const std::string& content : {std::string("<!DOCTYPE html><html><script>alert(1)</script></html>"),
                                     std::string("<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>"),
                                     std::string("#!/bin/sh\nrm -rf /\n"),
                                     std::string("\x7f"
                                                 "ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\x3e\0\1\0\0\0",
                                                 24),
                                     std::string("MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0", 16) + std::string(60, '\0')}) {
    const auto kept = store.keep_bytes(content);
    CAPTURE(content);
    REQUIRE_FALSE(kept);
    CHECK(kept.error().code == core::Errc::unreadable);
    CHECK(kept.error().what == "type_not_kept");
  }
  CHECK(store.keep_bytes("").error().what == "empty");
  CHECK(files_in(directory.path()) == 0);
}

TEST_CASE("a_full_disk_is_a_reason_to_try_again_and_leaves_nothing_behind") {
  const tests::TemporaryDirectory directory;
  std::ofstream(directory.path() / "file") << "x";
  MediaStore store(settings_in(directory.path() / "file"));  // no directory can be made there
  CHECK(store.keep_bytes(kPicture).error().code == core::Errc::unavailable);
  CHECK(files_in(directory.path()) == 1);
}

TEST_CASE("a_scanner_that_does_not_answer_is_a_reason_to_try_again") {
  const tests::TemporaryDirectory directory;
  MediaSettings settings = settings_in(directory.path());
  settings.clamd = (directory.path() / "no.socket").string();
  MediaStore store(settings);
  CHECK(store.keep_bytes(kPicture).error().code == core::Errc::unavailable);
  CHECK(files_in(directory.path()) == 0);
}

TEST_CASE("a_link_opens_one_media_until_it_ends") {
  const tests::TemporaryDirectory directory;
  const MediaStore store(settings_in(directory.path()));
  const std::string id(64, 'a');
  for (const bool is_public : {false, true}) {
    const std::string link = store.link_to({.id = id, .is_public = is_public}, kNow);
    const std::string path = link.substr(0, link.find('?'));
    const std::string query = link.substr(link.find('?') + 1);
    const auto media = store.read_link(path, query, kNow + 1h);
    REQUIRE(media);
    CHECK(media->id == id);
    CHECK(media->is_public == is_public);
    CHECK_FALSE(store.read_link(path, query, kNow + 1h + 1s));
    CHECK_FALSE(store.read_link("/media/" + std::string(64, 'b'), query, kNow));
    CHECK_FALSE(store.read_link(is_public ? "/media/" + id : path + "/public", query, kNow));
    CHECK_FALSE(store.read_link(path, "", kNow));
    for (std::size_t at = 0; at < query.size(); ++at) {
      std::string changed = query;
      changed[at] = changed[at] == '7' ? '8' : '7';
      CHECK_FALSE(store.read_link(path, changed, kNow));
    }
  }
  // Signed by us, all the same nothing that names a file elsewhere.
  const std::string link = store.link_to({.id = "../../etc/passwd"}, kNow);
  CHECK_FALSE(store.read_link(link.substr(0, link.find('?')), link.substr(link.find('?') + 1), kNow));
}
