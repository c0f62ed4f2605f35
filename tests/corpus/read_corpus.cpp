// SPDX-License-Identifier: Apache-2.0
// For tests/corpus/evaluation.py: what the program makes of the corpus (README.md there). Reads JSON Lines on standard input, writes one
// line for each.
//   read_corpus messages        what the normalizer found
//   read_corpus conversations   what publish.lua, in a real Redis, decided, and the signs by which scripts/learn weighs pairs of reports
//   read_corpus rules           as messages, without config/learned.toml: what scripts/learn starts from
#include <algorithm>
#include <boost/json.hpp>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>

#include "core/crypto.hpp"
#include "gateway/assembly.hpp"
#include "normalizer/category.hpp"
#include "normalizer/normalizer.hpp"
#include "normalizer/stem.hpp"
#include "queue/publisher.hpp"
#include "queue/scripts.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/run.hpp"
#include "tests/support/shipped_rules.hpp"

using namespace satupintu;
namespace json = boost::json;

namespace {

constexpr core::Timestamp kMorning{std::chrono::seconds{1'772'413'200}};  // 2 March 2026, 08:00 in Tangerang

std::string text_at(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value == nullptr ? std::string() : std::string(value->as_string());
}

core::Channel channel_named(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(core::Channel::media); ++i) {
    if (const auto channel = static_cast<core::Channel>(i); core::name_of(channel) == name) return channel;
  }
  throw std::runtime_error("no such channel: " + std::string(name));
}

core::Sender sender_of(core::Channel channel, const std::string& from) {
  core::Sender sender;
  sender.address = from;
  switch (channel) {
    case core::Channel::email: sender.address_kind = core::AddressKind::email; break;
    case core::Channel::x:
    case core::Channel::instagram:
    case core::Channel::facebook:
    case core::Channel::telegram:
      sender.address_kind = core::AddressKind::platform_id;
      sender.handle = from.starts_with('@') ? from.substr(1) : from;
      break;
    default: sender.address_kind = from.empty() ? core::AddressKind::none : core::AddressKind::phone; break;
  }
  return sender;
}

core::MessageKind kind_of(const json::object& line, const core::Message& message) {
  const std::string kind = text_at(line, "kind");
  if (kind == "edit") return core::MessageKind::edit;
  if (kind == "retraction") return core::MessageKind::retraction;
  if (kind == "reaction") return core::MessageKind::reaction;
  if (message.channel == core::Channel::call) return core::MessageKind::call;
  if (!message.attachments.empty()) return core::MessageKind::media;
  if (message.place && message.text.empty()) return core::MessageKind::location;
  return message.is_public ? core::MessageKind::mention : core::MessageKind::text;
}

core::Message message_of(const json::object& line, std::string external_id) {
  core::Message message;
  message.channel = channel_named(text_at(line, "channel"));
  message.external_id = std::move(external_id);
  message.in_reply_to = text_at(line, "of");
  message.thread_id = text_at(line, "thread");
  message.sender = sender_of(message.channel, text_at(line, "from"));
  message.to = {message.channel == core::Channel::email ? "lapor@kota.contoh.id" : "62215550112"};
  message.subject = text_at(line, "subject");
  message.text = text_at(line, "text");
  message.permalink = text_at(line, "permalink");
  if (const auto* is_public = line.if_contains("public")) message.is_public = is_public->as_bool();
  if (const auto* attachments = line.if_contains("attachments")) {
    for (std::int64_t i = 0; i < attachments->as_int64(); ++i) {
      auto& picture = message.attachments.emplace_back();
      picture.kind = core::AttachmentKind::image;
      picture.provider_id = message.external_id + '/' + std::to_string(i);
    }
  }
  if (const auto* place = line.if_contains("place")) {
    message.place = core::SharedPlace{place->at(0).to_number<double>(), place->at(1).to_number<double>(), std::nullopt, {}, {}};
  }
  if (message.channel == core::Channel::call) {
    message.call = core::CallRecord{};
    message.call->call_id = message.external_id;
    message.call->disposition = "normal";
  }
  message.stated.by_operator = message.channel == core::Channel::call || message.channel == core::Channel::walk_in ||
                               message.channel == core::Channel::letter || message.channel == core::Channel::media;
  message.kind = kind_of(line, message);
  return message;
}

std::string_view name_of(normalizer::CommandKind kind) {
  using enum normalizer::CommandKind;
  switch (kind) {
    case none: return "none";
    case status: return "status";
    case rating: return "rating";
    case withdraw: return "withdraw";
    case help: return "help";
    case stop: return "stop";
    case start: return "start";
    case officer: return "officer";
  }
  throw std::logic_error("a command without a name");
}

// What scripts/learn learns from: the words as the rules read them, and what the lists of routing.toml make of them.
json::object features_of(const normalizer::Analysis& found) {
  const normalizer::Rules& rules = tests::shipped_rules();
  const normalizer::Reading& reading = found.reading;
  json::array words, stems;
  for (std::uint32_t i = 0; i < reading.words.list.size(); ++i) {
    const std::string_view word = reading.word(i, rules.lexicon);
    words.emplace_back(word);
    stems.emplace_back(normalizer::stem_of(word));
  }
  json::object listed;
  for (const auto& candidate : found.classification.candidates)
    if (candidate.listed != 0) listed[candidate.category->code] = candidate.listed;
  return {{"words", std::move(words)},
          {"stems", std::move(stems)},
          {"traits", json::array(reading.traits.begin(), reading.traits.end())},
          {"listed", std::move(listed)}};
}

json::object read_message(const normalizer::Normalizer& normalizer, const json::object& line) {
  const std::string id = text_at(line, "id");
  const normalizer::Origin origin{text_at(line, "channel"), "corpus", kMorning, {}};
  const normalizer::Analysis analysis = normalizer.analyze(origin, message_of(line, id));
  const auto& dangers = analysis.assessment.dangers;
  const bool is_sure = std::ranges::any_of(
      dangers, [](const normalizer::ToldDanger& told) { return told.standing == normalizer::Standing::real && told.danger->emergency; });
  const auto [complaint, command, fingerprints, continuation, sketch] = normalizer.normalize(origin, message_of(line, id));
  return {{"id", id},
          {"category", complaint.category.value},
          {"source", complaint.category.source},
          {"confidence", complaint.category.confidence},
          {"also", json::array(complaint.further_categories.begin(), complaint.further_categories.end())},
          {"kelurahan", complaint.location.kelurahan},
          {"kecamatan", complaint.location.kecamatan},
          {"address", complaint.location.address},
          {"landmark", complaint.location.landmark},
          {"type", core::name_of(complaint.report_type)},
          {"scope", core::name_of(complaint.scope)},
          {"priority", core::name_of(complaint.priority)},
          {"priority_reason", complaint.priority_reason},
          {"is_told", !dangers.empty()},
          {"is_sure", is_sure},
          {"command", name_of(command.kind)},
          {"masked", complaint.contact.subject + '\n' + complaint.description},
          {"features", features_of(analysis)}};
}

normalizer::Rules& rules_without_learned() {
  static normalizer::Rules rules = [] {
    normalizer::Rules read = tests::shipped_rules();
    read.learned = normalizer::WordWeights(read.topics());
    return read;
  }();
  return rules;
}

// One conversation at a time in a Redis of its own.
class Conversations {
 public:
  explicit Conversations(const normalizer::Normalizer& normalizer)
      : normalizer_(normalizer), sealer_(core::Sealer::to(core::make_sealing_key_pair().public_key).value()) {}

  json::object run(const json::object& conversation) {
    redis_.tell({"FLUSHALL"});
    boost::asio::io_context io;
    queue::Redis connection(io.get_executor(), redis_.address());
    queue::Publisher publisher(connection, "corpus", {});
    json::array outcomes;
    queue::Seq row = 0;
    for (const auto& value : conversation.at("messages").as_array()) {
      const auto& line = value.as_object();
      auto submission = submission_of(line, ++row);
      const std::optional<queue::Seq> before = row == 1 ? std::nullopt : std::optional(row - 1);
      const auto result = tests::run(io, publisher.publish({std::move(submission)}, before, row));
      if (!result) throw std::runtime_error(result.error().what);
      const auto& published = result->published.at(0);
      outcomes.push_back({{"outcome", queue::name_of(published.outcome)}, {"complaint_id", published.complaint_id}});
    }
    return {{"id", conversation.at("id")}, {"outcomes", std::move(outcomes)}, {"entries", entries()}, {"signs", signs()}};
  }

 private:
  queue::Submission submission_of(const json::object& line, queue::Seq row) {
    const auto at = core::parse_rfc3339(text_at(line, "at"));
    if (!at) throw std::runtime_error("no such time: " + text_at(line, "at"));
    const std::string id = line.contains("id") ? text_at(line, "id") : "message-" + std::to_string(row);
    const std::string account = line.contains("account") ? text_at(line, "account") : text_at(line, "channel");
    auto submission = gateway::to_submission(normalizer_.normalize({account, "corpus", *at, {}}, message_of(line, id)), sealer_, *at);
    submission.origin = "corpus:" + std::to_string(row) + ":0";
    return submission;
  }

  // What the queue's readers were told, in order.
  json::array entries() {
    json::array found;
    for (const char* stream : {"{sp:0}:complaints", "{sp:0}:emergency"}) {
      for (const auto& entry : redis_.tell({"XRANGE", stream, "-", "+"}).elements) {
        const auto event = json::parse(entry.elements.at(1).elements.at(3).text);
        const auto& data = event.at("data").as_object();
        json::object told{{"type", event.at("type")}, {"complaint_id", data.at("complaint_id")}};
        for (const char* key : {"similar", "interest_count"}) {
          if (const auto* value = data.if_contains(key)) told[key] = *value;
        }
        found.push_back(std::move(told));
      }
    }
    return found;
  }

  // The signs that similar.lua sees between any two complaints, by their ids; none when it never links them.
  json::value signs() {
    const std::string script = std::string(queue::kSimilarScript) + R"lua(
      local tag = KEYS[1]
      local similar, found = new_similar(tag, 0, ARGV[1]), {}
      for later = 2, tonumber(redis.call('GET', tag .. 'similar:count') or 0) do
        for earlier = 1, later - 1 do
          local between = similar.signs_between(later, earlier)
          for i = 1, between and 2 or 0 do between[i] = redis.call('HGET', tag .. 'case:' .. between[i], 'complaint_id') end
          found[#found + 1] = between
        end
      end
      return #found > 0 and cjson.encode(found) or '[]')lua";
    const auto window = std::to_string(queue::DedupeSettings{}.similar_window.count());
    return json::parse(redis_.tell({"EVAL", script, "1", "{sp:0}:", window}).text);
  }

  const normalizer::Normalizer& normalizer_;
  core::Sealer sealer_;
  tests::RedisServer redis_;
};

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc == 2 ? argv[1] : "";
  if (what != "messages" && what != "conversations" && what != "rules") {
    std::cerr << "read_corpus messages | read_corpus conversations | read_corpus rules\n";
    return 2;
  }
  std::string at;
  try {
    if (const auto started = core::start_crypto(); !started) throw std::runtime_error(started.error().what);
    const normalizer::Rules& rules = what == "rules" ? rules_without_learned() : tests::shipped_rules();
    const normalizer::Normalizer normalizer(rules, core::Secret{std::string(32, 'k')});
    std::optional<Conversations> conversations;
    if (what == "conversations") conversations.emplace(normalizer);
    for (std::string line; std::getline(std::cin, line);) {
      const auto value = json::parse(line).as_object();
      at = text_at(value, "id");
      std::cout << json::serialize(conversations ? conversations->run(value) : read_message(normalizer, value)) << '\n';
    }
  } catch (const std::exception& failure) {
    std::cerr << "read_corpus: " << at << ": " << failure.what() << '\n';
    return 1;
  }
  return 0;
}
