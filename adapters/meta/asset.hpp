// SPDX-License-Identifier: Apache-2.0
// What a Facebook page and an Instagram account ("assets", in Meta's words) have in common: webhook, envelope, messages, and the way
// to what Meta only points at. The two adapters of this folder say what is their own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/adapter.hpp"
#include "adapters/json.hpp"
#include "adapters/meta/graph.hpp"
#include "adapters/meta/messaging.hpp"
#include "adapters/meta_webhook.hpp"

namespace satupintu::adapters {

// What the two call the same things.
struct AssetWords {
  std::string_view object;      // in the envelope
  std::string_view id_key;      // of the configuration
  std::string_view id_meaning;  // of that key
  std::string_view other;       // why what came for another one is ignored
  std::string_view example_id;  // for demonstrations
};

class MetaAsset : public Adapter {
 public:
  [[nodiscard]] core::Result<core::Admission> admit(const core::HttpRequest& request, core::Timestamp now) const final;
  [[nodiscard]] core::Result<std::vector<core::Event>> decode(const core::Delivery& delivery) const final;
  [[nodiscard]] std::vector<std::string> hosts() const final;
  boost::asio::awaitable<core::Result<core::Delivery>> fetch(core::Pointer pointer, Transport& transport) const final;
  void sign(core::HttpRequest& request) const final;
  [[nodiscard]] core::HttpRequest compose(const Utterance& utterance, core::Timestamp now) const final;

 protected:
  // Where something stands in the Graph API.
  struct Question {
    std::string path;
    std::string fields;
  };

  MetaAsset(std::string account, core::Settings& settings, AssetWords words);

  // What a field other than those of messages says.
  [[nodiscard]] virtual core::Event read_field(std::string_view field, const JsonView& value, const Surroundings& around) const = 0;
  [[nodiscard]] virtual Question question_for(const GraphTarget& target) const = 0;
  // What the answer to that question says.
  [[nodiscard]] virtual core::Event read_answer(const GraphTarget& target, const JsonView& answer, const Surroundings& around) const = 0;

 private:
  void read_entry(const JsonView& entry, bool repaired, std::vector<core::Event>& events) const;
  void read_change(const JsonView& change, const Surroundings& around, std::vector<core::Event>& events) const;
  [[nodiscard]] core::Result<std::vector<core::Event>> decode_fetched(std::string_view target, const core::Delivery& delivery) const;

  AssetWords words_;
  std::string account_;
  MetaWebhook webhook_;
  std::string own_id_;
  GraphApi graph_;
};

// The event for something that is to be fetched.
[[nodiscard]] core::Event point_at(const GraphTarget& target);

// A picture or video on Meta's servers; nothing where `url` is empty.
void add_media(core::Message& message, core::AttachmentKind kind, std::string provider_id, std::string url);

}  // namespace satupintu::adapters
