// SPDX-License-Identifier: Apache-2.0
// Posts and direct messages as X writes them: the objects of API v1.1, which the Account Activity API delivers, and those of API v2, which
// the X Activity API delivers and the mentions timeline holds. The same post gives the same id, kind and sender whichever way it came.
// Called by account.cpp for one element at a time; never throws. Pure.
#pragma once

#include <string>

#include "adapters/json.hpp"
#include "core/event.hpp"

namespace satupintu::adapters::x {

// The account of ours that is written to.
struct Ourselves {
  std::string user_id;
  std::string username;  // without '@'; compared without case
};

// What is known of an element besides what stands in it.
struct Surroundings {
  Ourselves ours;
  JsonView includes{};          // what API v2 puts beside posts: users, media, places
  JsonView users{};             // what both APIs put beside direct messages: users by their ids
  bool is_addressed = false;    // the way it came says that the post mentions or answers us
  bool author_blocked = false;  // X says that one of the two has blocked the other
  bool repaired = false;
};

// A post to us is a mention, an edit of one where it is a later version; all others are Ignored.
[[nodiscard]] core::Event read_post_v1(const JsonView& post, const Surroundings& around);
[[nodiscard]] core::Event read_post_v2(const JsonView& post, const Surroundings& around);

// A retraction of the post, unless it was ours.
[[nodiscard]] core::Event read_deletion_v1(const JsonView& deletion, const Surroundings& around);
[[nodiscard]] core::Event read_deletion_v2(const JsonView& deletion, const Surroundings& around);

// A direct message to us; what we sent is Ignored.
[[nodiscard]] core::Event read_direct_message_v1(const JsonView& element, const Surroundings& around);
[[nodiscard]] core::Event read_direct_message_v2(const JsonView& element, const Surroundings& around);

// A message of the encrypted chat: that somebody wrote is all that can be known.
[[nodiscard]] core::Event read_encrypted_message(const JsonView& element, const Surroundings& around);

// Where the best of a media object's renditions is: a picture's own address, the film with the most bits. Empty when it tells none.
struct Rendition {
  std::string url;
  std::string mime_type;
};
[[nodiscard]] Rendition best_rendition_v2(const JsonView& media);

}  // namespace satupintu::adapters::x
