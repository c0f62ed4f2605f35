// SPDX-License-Identifier: Apache-2.0
// Messages between a person and a page or an Instagram account, as Meta's Messenger Platform writes both. Called by their adapters'
// `decode`, for each element of a `messaging` list. Pure and total.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/json.hpp"
#include "core/event.hpp"

namespace satupintu::adapters {

// What stands around the elements of one entry.
struct Surroundings {
  core::Channel channel{};
  std::string asset;                         // the page or Instagram account, within which people's ids are unique
  std::optional<core::Timestamp> posted_at;  // when Meta made up the batch
  bool repaired = false;

  [[nodiscard]] bool is_us(std::string_view id) const { return id == asset; }
};

// A message to the asset, without its content yet.
[[nodiscard]] core::Message message_to(const Surroundings& around);

// Appends what the element says: one event, or a receipt for each message that arrived.
void read_messaging(const JsonView& element, const Surroundings& around, std::vector<core::Event>& events);

// A link to something that is no file: kept as an attribute, and in place of a text where there is none.
void add_link(core::Message& message, const std::string& title, const std::string& url);

// Whether `url` is one of a file on Meta's own servers, rather than of a page for people.
[[nodiscard]] bool is_media_url(std::string_view url);

// The servers behind is_media_url, in the form of Adapter::hosts.
[[nodiscard]] std::vector<std::string> media_hosts();

}  // namespace satupintu::adapters
