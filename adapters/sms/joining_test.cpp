// SPDX-License-Identifier: Apache-2.0
#include "adapters/sms/joining.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

using namespace satupintu;
using namespace satupintu::adapters;
using namespace std::string_literals;

namespace {

constexpr core::Timestamp kFirst{std::chrono::seconds{1'767'229'200}};

core::Message part(unsigned number, unsigned total, std::string octets, std::string charset = "UTF-8") {
  core::Message message;
  message.channel = core::Channel::sms;
  message.external_id = "id-" + std::to_string(number);
  message.sender = {.address_kind = core::AddressKind::phone,
                    .address = "6281255501001",
                    .phone = {},
                    .platform_id = {},
                    .scope = {},
                    .name = {},
                    .handle = {}};
  message.to = {"1708"};
  message.provider_at = kFirst + std::chrono::seconds{number};
  message.part = core::TextPart{.reference = "aa/" + std::to_string(total),
                                .number = number,
                                .total = total,
                                .octets = std::move(octets),
                                .charset = std::move(charset)};
  return message;
}

bool has_flag(const core::Message& message, std::string_view flag) { return std::ranges::count(message.flags, flag) == 1; }

std::string utf16(std::u16string_view text) {
  std::string octets;
  for (const char16_t unit : text) octets += {static_cast<char>(unit >> 8U), static_cast<char>(unit & 0xFFU)};
  return octets;
}

// `octets` in parts of `size`.
std::vector<core::Message> cut(const std::string& octets, std::size_t size, const std::string& charset) {
  const auto total = static_cast<unsigned>((octets.size() + size - 1) / size);
  std::vector<core::Message> parts;
  for (unsigned number = 1; number <= total; ++number)
    parts.push_back(part(number, total, octets.substr((number - 1) * size, size), charset));
  return parts;
}

}  // namespace

TEST_CASE("every_order_of_the_parts_gives_the_same_message") {
  const std::vector<core::Message> parts = cut("Mohon perbaikan lampu jalan di RT 03, terima kasih.", 13, "GSM");
  REQUIRE(parts.size() == 4);
  for (unsigned missing = 0; missing < 16; ++missing) {  // every set of parts, and every order of it
    std::vector<core::Message> present;
    for (unsigned bit = 0; bit < 4; ++bit) {
      if ((missing >> bit & 1U) == 0) present.push_back(parts[bit]);
    }
    if (present.empty()) continue;
    const core::Message in_order = join_parts(present, 4);
    std::vector<std::size_t> order(present.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    do {
      std::vector<core::Message> shuffled;
      for (const std::size_t at : order) shuffled.push_back(present[at]);
      const core::Message joined = join_parts(shuffled, 4);
      CHECK(joined.text == in_order.text);
      CHECK(joined.external_id == in_order.external_id);
      CHECK(joined.provider_at == in_order.provider_at);
      CHECK(joined.flags == in_order.flags);
    } while (std::ranges::next_permutation(order).found);
  }
}

TEST_CASE("all_parts_give_the_whole_text_with_the_lowest_parts_identity") {
  auto parts = cut("Jalan berlubang di Karawaci", 10, "UTF-8");
  parts[1].provider_at = kFirst - std::chrono::seconds{9};
  const auto joined = join_parts({parts[2], parts[0], parts[1]}, 3);
  CHECK(joined.text == "Jalan berlubang di Karawaci");
  CHECK(joined.channel == core::Channel::sms);
  CHECK(joined.sender.address == "6281255501001");
  CHECK(joined.to == std::vector<std::string>{"1708"});
  CHECK(joined.provider_at == kFirst - std::chrono::seconds{9});
  CHECK(joined.external_id.starts_with("joined:"));
  CHECK_FALSE(joined.part);
  CHECK(joined.flags == std::vector<std::string>{"concatenated"});
}

TEST_CASE("a_symbol_cut_in_two_is_whole_again") {
  auto emoji = cut(utf16(u"Banjir \U0001F30A!"), 16, "UTF-16BE");  // the pair is cut after its first half
  REQUIRE(emoji.size() == 2);
  for (auto& half : emoji) half.flags = {"repaired"};
  const auto joined = join_parts(emoji, 2);
  CHECK(joined.text == "Banjir \U0001F30A!");
  CHECK_FALSE(has_flag(joined, "repaired"));
  CHECK(join_parts({part(1, 2, "caf\xC3"), part(2, 2, "\xA9")}, 2).text == "caf\u00e9");
  CHECK(join_parts({part(1, 2, "harga 5 \x1B", "GSM"), part(2, 2, "\x65", "gsm")}, 2).text == "harga 5 \u20ac");
}

TEST_CASE("half_a_symbol_beside_a_gap_is_repaired_and_flagged") {
  const auto parts = cut(utf16(u"Banjir \U0001F30A di sini"), 16, "UTF-16BE");
  const auto joined = join_parts({parts[0]}, static_cast<unsigned>(parts.size()));
  CHECK(joined.text == "Banjir \uFFFD [bagian 2-3 dari 3 tidak sampai / parts 2-3 of 3 missing]");
  CHECK(has_flag(joined, "repaired"));
}

TEST_CASE("parts_of_another_alphabet_are_read_by_themselves") {
  CHECK(join_parts({part(1, 3, "Lampu\x00"s, "GSM"), part(2, 3, utf16(u"padam \u00e9"), "UTF-16BE"), part(3, 3, "\x40", "GSM")}, 3).text ==
        "Lampu@padam \u00e9\u00a1");
}

TEST_CASE("what_is_missing_is_told_where_it_is_missing") {
  CHECK(join_parts({part(1, 3, "satu"), part(3, 3, "tiga")}, 3).text == "satu [bagian 2 dari 3 tidak sampai / part 2 of 3 missing] tiga");
  CHECK(join_parts({part(2, 3, "dua"), part(3, 3, "tiga")}, 3).text == "[bagian 1 dari 3 tidak sampai / part 1 of 3 missing] duatiga");
  CHECK(join_parts({part(1, 3, "satu"), part(2, 3, "dua")}, 3).text == "satudua [bagian 3 dari 3 tidak sampai / part 3 of 3 missing]");
  const auto joined = join_parts({part(3, 6, "tiga")}, 6);
  CHECK(joined.text ==
        "[bagian 1-2 dari 6 tidak sampai / parts 1-2 of 6 missing] tiga [bagian 4-6 dari 6 tidak sampai / parts 4-6 of 6 missing]");
  CHECK(joined.flags == std::vector<std::string>{"concatenated", "gap"});
}

TEST_CASE("of_a_part_that_came_twice_the_first_counts") {
  const auto joined = join_parts({part(2, 2, "dua"), part(1, 2, "satu "), part(2, 2, "DUA"), part(1, 2, "SATU ")}, 2);
  CHECK(joined.text == "satu dua");
  CHECK_FALSE(has_flag(joined, "gap"));
}

TEST_CASE("an_empty_part_is_no_gap") {
  const auto joined = join_parts({part(1, 3, "satu"), part(2, 3, ""), part(3, 3, "tiga")}, 3);
  CHECK(joined.text == "satutiga");
  CHECK_FALSE(has_flag(joined, "gap"));
}

TEST_CASE("as_many_parts_as_there_can_be_are_joined") {
  std::string text;
  while (text.size() < std::size_t{255} * 153) text += "Jl. Moh. Toha gelap gulita. ";
  text.resize(std::size_t{255} * 153);
  auto parts = cut(text, 153, "GSM");
  REQUIRE(parts.size() == 255);
  std::ranges::reverse(parts);
  CHECK(join_parts(parts, 255).text == text);
  CHECK(join_parts({parts.front()}, 255).text.starts_with("[bagian 1-254 dari 255 tidak sampai / parts 1-254 of 255 missing] "));
}

TEST_CASE("two_texts_have_two_ids_even_where_the_provider_names_nothing") {
  const auto id_of = [](core::Message message) { return join_parts({std::move(message)}, 2).external_id; };
  const core::Message original = part(1, 2, "satu");
  core::Message other = original;
  other.external_id = "lain";
  CHECK(id_of(original) == id_of(original));
  CHECK(id_of(other) != id_of(original));
  other = original;
  other.part->reference = "ab/2";
  CHECK(id_of(other) != id_of(original));
  other = original;
  other.sender.address = "6281255501002";
  CHECK(id_of(other) != id_of(original));
  core::Message nameless = original;
  nameless.external_id.clear();
  other = nameless;
  other.provider_at = kFirst;
  CHECK(id_of(other) != id_of(nameless));
  other = nameless;
  other.part->octets = "lain";
  CHECK(id_of(other) != id_of(nameless));
}

TEST_CASE("the_parts_flags_are_kept_once") {
  auto first = part(1, 2, "satu");
  auto second = part(2, 2, "dua");
  second.flags = {"unknown_charset"};
  CHECK(join_parts({first, second}, 2).flags == std::vector<std::string>{"unknown_charset", "concatenated"});
  first.flags = {"unknown_charset"};
  CHECK(join_parts({first, second}, 2).flags == std::vector<std::string>{"unknown_charset", "concatenated"});
}
