// SPDX-License-Identifier: Apache-2.0
// What becomes of a submission (publish.lua), and that it becomes of it once, whatever happens to Redis. Against a real redis-server.
#include "queue/publisher.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fstream>
#include <map>
#include <set>

#include "normalizer/sketch.hpp"
#include "tests/support/redis_proxy.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/run.hpp"

using namespace satupintu;
using namespace satupintu::queue;
using namespace std::chrono_literals;
using namespace std::string_literals;
using tests::RedisProxy;
using tests::RedisServer;
using tests::run;

namespace {

// Monday morning in Tangerang.
constexpr core::Timestamp kMorning{1'767'578'400'000ms};

RedisServer& empty_server() {
  static RedisServer server;
  server.tell({"FLUSHALL"});
  server.tell({"CONFIG", "SET", "maxmemory", "0"});
  return server;
}

struct Entry {
  std::string type;
  std::string event;
};

std::vector<Entry> entries(RedisServer& server, const std::string& stream = "{sp:0}:complaints") {
  std::vector<Entry> found;
  for (const auto& entry : server.tell({"XRANGE", stream, "-", "+"}).elements) {
    const auto& fields = entry.elements.at(1).elements;
    REQUIRE(fields.size() == 4);
    REQUIRE(fields[0].text == "type");
    REQUIRE(fields[2].text == "event");
    found.push_back({fields[1].text, fields[3].text});
  }
  return found;
}

std::vector<std::string> types(RedisServer& server, const std::string& stream = "{sp:0}:complaints") {
  std::vector<std::string> found;
  for (const auto& entry : entries(server, stream)) found.push_back(entry.type);
  return found;
}

using Types = std::vector<std::string>;

// A message named `name`: its provider's id, its complaint and its codes are made of that.
Submission message(const std::string& name, std::chrono::milliseconds after = 0ms) {
  Submission submission;
  submission.origin = "gw-a:" + name + ":0";
  submission.seen = "seen-" + name;
  submission.reporter_ref = "pelapor-1";
  submission.channel = "whatsapp";
  submission.complaint_id = "complaint-" + name;
  submission.code_candidates = {"SP-" + name + "-1", "SP-" + name + "-2", "SP-" + name + "-3"};
  submission.at = kMorning + after;
  submission.event = {R"({"id":")" + name + R"(","type":")",
                      R"(","subject":")",
                      R"(","data":{"complaint_id":")",
                      R"(","tracking_code":")",
                      R"(","interest_count":)",
                      R"(,"title":"Lampu jalan mati"}})",
                      R"({"type":"complaint.linked","id":")" + name + ":"};
  return submission;
}

Submission with_words(Submission submission, std::string words) {
  submission.said = std::move(words);
  return submission;
}

Submission in_conversation(Submission submission, std::string conversation, std::string category = {}) {
  submission.conversation = std::move(conversation);
  submission.category = std::move(category);
  return submission;
}

// Says enough of a matter to open a complaint of its own within a conversation.
Submission on_its_own(Submission submission) {
  submission.speaks_of = {submission.category};
  submission.stands_alone = true;
  return submission;
}

Submission about(Submission submission, Intent intent, const std::string& target, std::string entry_type) {
  submission.intent = intent;
  submission.target = "seen-" + target;
  submission.entry_type = std::move(entry_type);
  return submission;
}

Submission naming(Submission submission, Intent intent, std::string code) {
  submission.intent = intent;
  submission.target_code = std::move(code);
  return submission;
}

Submission urgent(Submission submission) {
  submission.emergency = true;
  return submission;
}

// One gateway's publisher with the journal position that its pipeline would hold.
class Gateway {
 public:
  explicit Gateway(RedisAddress address, const std::string& id = "gw-a", RedisTimeouts timeouts = {})
      : redis_(io_.get_executor(), std::move(address), timeouts), publisher_(redis_, id, DedupeSettings{}) {}

  core::Result<BatchResult> try_publish(const std::vector<Submission>& batch) {
    const Seq to = position_ + batch.size();
    auto result = run(io_, publisher_.publish(batch, mark_, to));
    if (result && result->mark == to) {
      mark_ = to;
      position_ = to;
    }
    return result;
  }

  std::vector<Published> publish(const std::vector<Submission>& batch) {
    auto result = try_publish(batch);
    if (!result) FAIL(result.error().what);
    REQUIRE(result->published.size() == batch.size());
    return std::move(result->published);
  }
  Published publish(const Submission& submission) { return publish(std::vector{submission}).front(); }

  core::Error failure_of(const Submission& submission) {
    const auto result = try_publish({submission});
    REQUIRE_FALSE(result);
    return result.error();
  }

  std::optional<Seq> mark_in_redis() {
    const auto mark = run(io_, publisher_.mark());
    if (!mark) FAIL(mark.error().what);
    return *mark;
  }

  // Begins again where Redis says, as the pipeline does after a loss.
  void follow(std::optional<Seq> mark) {
    mark_ = mark;
    position_ = mark.value_or(0);
  }

  boost::asio::io_context& io() { return io_; }
  Publisher& publisher() { return publisher_; }

 private:
  boost::asio::io_context io_;
  Redis redis_;
  Publisher publisher_;
  std::optional<Seq> mark_;
  Seq position_ = 0;
};

void check(const Published& published, Outcome outcome, std::string_view complaint, std::string_view code, bool added = true) {
  CHECK(published.outcome == outcome);
  CHECK(published.complaint_id == complaint);
  CHECK(published.tracking_code == code);
  CHECK(published.added == added);
}

}  // namespace

// What becomes of a message

TEST_CASE("a_first_report_is_entered_once_with_its_case") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  Submission report = in_conversation(message("a"), "wa-1", "penerangan_jalan");
  check(gateway.publish(report), Outcome::published, "complaint-a", "SP-a-1");

  const auto found = entries(server);
  REQUIRE(found.size() == 1);
  CHECK(found[0].type == "complaint.received");
  CHECK(
      found[0].event ==
      R"({"id":"a","type":"complaint.received","subject":"SP-a-1","data":{"complaint_id":"complaint-a","tracking_code":"SP-a-1","interest_count":1,"title":"Lampu jalan mati"}})");

  std::map<std::string, std::string> fields;
  const auto reply = server.tell({"HGETALL", "{sp:0}:case:SP-a-1"});
  for (std::size_t i = 0; i + 1 < reply.elements.size(); i += 2) fields[reply.elements[i].text] = reply.elements[i + 1].text;
  CHECK(fields == std::map<std::string, std::string>{{"complaint_id", "complaint-a"},
                                                     {"channel", "whatsapp"},
                                                     {"status", "received"},
                                                     {"received_at", "1767578400000"},
                                                     {"category", "penerangan_jalan"},
                                                     {"reporter_ref", "pelapor-1"},
                                                     {"lane", "complaints"},
                                                     {"history", R"([{"status":"received","at":1767578400000}])"}});
}

TEST_CASE("bytes_that_mean_something_to_redis_or_lua_arrive_as_they_are") {
  RedisServer& server = empty_server();
  Submission report = message("a");
  report.event.tail = "\r\nFLUSHALL\r\n%s%n%1\0 ]]lua\" \xff"s;
  report.category = "jalan rusak\r\n\"";
  Gateway(server.address()).publish(report);
  CHECK(entries(server).at(0).event.ends_with(report.event.tail));
  CHECK(server.tell({"HGET", "{sp:0}:case:SP-a-1", "category"}).text == report.category);
}

TEST_CASE("the_same_batch_again_adds_nothing_and_has_the_same_outcomes") {
  RedisServer& server = empty_server();
  const std::vector<Submission> batch{
      with_words(in_conversation(message("a"), "wa-1"), "lampu mati"),  // published
      in_conversation(message("b", 1min), "wa-1"),                      // appended
      with_words(message("c", 2min), "lampu mati"),                     // repeated
      about(message("d", 3min), Intent::amend, "a", "complaint.edited"),
      about(message("e", 4min), Intent::attach, "tidak-ada", "complaint.appended"),  // orphaned
      naming(message("f", 5min), Intent::rate, "SP-a-1"),
      urgent(message("g", 6min)),
  };
  const auto first = Gateway(server.address()).publish(batch);
  const auto lanes = [&] { return std::pair(types(server), types(server, "{sp:0}:emergency")); };
  const auto before = lanes();
  CHECK(before.first == Types{"complaint.received", "complaint.appended", "complaint.repeated", "complaint.edited", "complaint.rated"});
  CHECK(before.second == Types{"complaint.received"});
  for (int i = 0; i < 3; ++i) {
    const auto again = Gateway(server.address()).publish(batch);
    for (std::size_t j = 0; j < batch.size(); ++j) check(again[j], first[j].outcome, first[j].complaint_id, first[j].tracking_code, false);
  }
  CHECK(lanes() == before);
}

TEST_CASE("the_same_message_delivered_again_is_a_duplicate_of_its_complaint") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  gateway.publish(in_conversation(message("a"), "wa-1"));
  Submission again = in_conversation(message("a", 5min), "wa-1");
  again.origin = "gw-b:9:0";
  check(gateway.publish(again), Outcome::duplicate, "complaint-a", "SP-a-1", false);
  // Of an appended message too: what it was appended to.
  gateway.publish(in_conversation(message("b", 1min), "wa-1"));
  again = message("b", 2h);
  again.origin = "gw-b:10:0";
  check(gateway.publish(again), Outcome::duplicate, "complaint-a", "SP-a-1", false);
  CHECK(types(server) == Types{"complaint.received", "complaint.appended"});
}

TEST_CASE("a_message_without_an_id_of_its_own_is_known_by_its_place_in_the_journal") {
  RedisServer& server = empty_server();
  Submission report = message("a");
  report.seen = "";
  check(Gateway(server.address()).publish(report), Outcome::published, "complaint-a", "SP-a-1");
  check(Gateway(server.address()).publish(report), Outcome::published, "complaint-a", "SP-a-1", false);
  Submission other = message("b");
  other.seen = "";
  check(Gateway(server.address()).publish(other), Outcome::published, "complaint-b", "SP-b-1");
  CHECK(entries(server).size() == 2);
}

TEST_CASE("the_same_words_within_a_day_are_repeated_under_the_first_complaint") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  check(gateway.publish(with_words(message("a"), "banjir di cimone")), Outcome::published, "complaint-a", "SP-a-1");
  check(gateway.publish(with_words(message("b", 24h), "banjir di cimone")), Outcome::repeated, "complaint-a", "SP-a-1");
  // The day is counted from the first time: saying it daily opens a complaint daily.
  check(gateway.publish(with_words(message("c", 24h + 1ms), "banjir di cimone")), Outcome::published, "complaint-c", "SP-c-1");
  check(gateway.publish(with_words(message("d", 30h), "banjir di periuk")), Outcome::published, "complaint-d", "SP-d-1");
  CHECK(types(server) == Types{"complaint.received", "complaint.repeated", "complaint.received", "complaint.received"});
}

TEST_CASE("a_day_is_a_day_of_the_messages_clock_not_of_ours") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  // Both arrive in the same second, as in a replay of the journal.
  gateway.publish(with_words(message("a"), "sampah menumpuk"));
  check(gateway.publish(with_words(message("b", 48h), "sampah menumpuk")), Outcome::published, "complaint-b", "SP-b-1");
  // And out of order: this one was received before the last.
  check(gateway.publish(with_words(message("c", 30h), "sampah menumpuk")), Outcome::repeated, "complaint-b", "SP-b-1");
  // One that is older still opens a complaint, and what comes later is compared with the later one.
  check(gateway.publish(with_words(message("d", 10h), "sampah menumpuk")), Outcome::published, "complaint-d", "SP-d-1");
  check(gateway.publish(with_words(message("e", 49h), "sampah menumpuk")), Outcome::repeated, "complaint-b", "SP-b-1");
}

TEST_CASE("a_conversation_goes_on_for_half_an_hour_after_its_last_message") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  check(gateway.publish(in_conversation(message("a"), "wa-1")), Outcome::published, "complaint-a", "SP-a-1");
  check(gateway.publish(in_conversation(message("b", 30min), "wa-1")), Outcome::appended, "complaint-a", "SP-a-1");
  check(gateway.publish(in_conversation(message("c", 60min), "wa-1")), Outcome::appended, "complaint-a", "SP-a-1");
  check(gateway.publish(in_conversation(message("d", 70min), "wa-2")), Outcome::published, "complaint-d", "SP-d-1");
  check(gateway.publish(in_conversation(message("e", 90min + 1ms), "wa-1")), Outcome::published, "complaint-e", "SP-e-1");
  check(gateway.publish(in_conversation(message("f", 91min), "wa-1")), Outcome::appended, "complaint-e", "SP-e-1");
}

TEST_CASE("a_late_message_does_not_turn_the_conversations_clock_back") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  gateway.publish(in_conversation(message("a", 60min), "wa-1"));
  check(gateway.publish(in_conversation(message("b", 31min), "wa-1")), Outcome::appended, "complaint-a", "SP-a-1");
  check(gateway.publish(in_conversation(message("c", 80min), "wa-1")), Outcome::appended, "complaint-a", "SP-a-1");
  // Too early to belong to it, and what comes next still does.
  check(gateway.publish(in_conversation(message("d", 5min), "wa-1")), Outcome::published, "complaint-d", "SP-d-1");
  check(gateway.publish(in_conversation(message("e", 100min), "wa-1")), Outcome::appended, "complaint-a", "SP-a-1");
}

TEST_CASE("a_different_subject_opens_a_complaint_of_its_own") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  gateway.publish(in_conversation(message("a"), "wa-1", "sampah"));
  check(gateway.publish(on_its_own(in_conversation(message("b", 1min), "wa-1", "sampah"))), Outcome::appended, "complaint-a", "SP-a-1");
  check(gateway.publish(on_its_own(in_conversation(message("c", 2min), "wa-1", "air_bersih"))), Outcome::published, "complaint-c",
        "SP-c-1");
  // A photo says nothing of its subject: it belongs to what was talked about last.
  check(gateway.publish(in_conversation(message("d", 3min), "wa-1")), Outcome::appended, "complaint-c", "SP-c-1");
  // Neither does a remark that only touches another subject, unless that is one of the conversation's.
  check(gateway.publish(in_conversation(message("e", 4min), "wa-1", "parkir")), Outcome::appended, "complaint-c", "SP-c-1");
  Submission earlier = in_conversation(message("f", 5min), "wa-1", "sampah");
  earlier.speaks_of = {"sampah"};
  check(gateway.publish(earlier), Outcome::appended, "complaint-a", "SP-a-1");
  check(gateway.publish(in_conversation(message("g", 6min), "wa-1")), Outcome::appended, "complaint-a", "SP-a-1");
}

TEST_CASE("a_conversation_learns_its_subject_from_a_later_message") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  gateway.publish(in_conversation(message("a"), "wa-1"));
  check(gateway.publish(in_conversation(message("b", 1min), "wa-1", "banjir")), Outcome::appended, "complaint-a", "SP-a-1");
  CHECK(server.tell({"HGET", "{sp:0}:case:SP-a-1", "category"}).text == "banjir");
  check(gateway.publish(on_its_own(in_conversation(message("c", 2min), "wa-1", "sampah"))), Outcome::published, "complaint-c", "SP-c-1");
}

TEST_CASE("a_repeat_takes_its_conversation_up_again") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  const auto said = [](const char* name, auto after) {
    return with_words(in_conversation(message(name, after), "wa-1"), "jalan berlubang");
  };
  gateway.publish(said("a", 0min));
  check(gateway.publish(said("b", 25min)), Outcome::repeated, "complaint-a", "SP-a-1");
  check(gateway.publish(in_conversation(message("c", 50min), "wa-1")), Outcome::appended, "complaint-a", "SP-a-1");
  // Hours later, too: the photo that follows belongs to what was said again.
  check(gateway.publish(said("d", 5h)), Outcome::repeated, "complaint-a", "SP-a-1");
  check(gateway.publish(in_conversation(message("e", 5h + 1min), "wa-1")), Outcome::appended, "complaint-a", "SP-a-1");
}

TEST_CASE("an_edit_goes_to_the_complaint_of_what_it_edits_and_opens_one_without_it") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  gateway.publish(message("a"));
  check(gateway.publish(about(message("b", 3h), Intent::amend, "a", "complaint.edited")), Outcome::appended, "complaint-a", "SP-a-1");
  check(gateway.publish(about(message("c", 3h), Intent::amend, "b", "complaint.edited")), Outcome::appended, "complaint-a", "SP-a-1");
  check(gateway.publish(about(message("d", 3h), Intent::amend, "tidak-ada", "complaint.edited")), Outcome::published, "complaint-d",
        "SP-d-1");
  CHECK(types(server) == Types{"complaint.received", "complaint.edited", "complaint.edited", "complaint.received"});
}

TEST_CASE("what_belongs_to_an_unknown_message_is_an_orphan_and_stays_one") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  const Submission reaction = about(message("b"), Intent::attach, "a", "complaint.appended");
  check(gateway.publish(reaction), Outcome::orphaned, "", "");
  gateway.publish(message("a"));
  check(gateway.publish(reaction), Outcome::orphaned, "", "", false);
  // An orphan is nobody's target.
  check(gateway.publish(about(message("c"), Intent::attach, "b", "complaint.appended")), Outcome::orphaned, "", "");
  check(gateway.publish(about(message("d"), Intent::attach, "a", "complaint.retracted")), Outcome::appended, "complaint-a", "SP-a-1");
  CHECK(types(server) == Types{"complaint.received", "complaint.retracted"});
}

TEST_CASE("only_its_reporter_rates_or_withdraws_a_complaint") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  gateway.publish(message("a"));
  check(gateway.publish(naming(message("b"), Intent::rate, "SP-a-1")), Outcome::appended, "complaint-a", "SP-a-1");
  check(gateway.publish(naming(message("c"), Intent::withdraw, "SP-a-1")), Outcome::appended, "complaint-a", "SP-a-1");
  Submission stranger = naming(message("d"), Intent::withdraw, "SP-a-1");
  stranger.reporter_ref = "pelapor-2";
  check(gateway.publish(stranger), Outcome::orphaned, "", "");
  check(gateway.publish(naming(message("e"), Intent::rate, "SP-tidak-ada")), Outcome::orphaned, "", "");
  // A complaint by nobody known is nobody's to withdraw.
  Submission unknown = message("f");
  unknown.reporter_ref = "";
  gateway.publish(unknown);
  unknown = naming(message("g"), Intent::withdraw, "SP-f-1");
  unknown.reporter_ref = "";
  check(gateway.publish(unknown), Outcome::orphaned, "", "");
  CHECK(types(server) == Types{"complaint.received", "complaint.rated", "complaint.retracted", "complaint.received"});
}

TEST_CASE("an_emergency_and_all_that_follows_it_stands_in_the_emergency_lane") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  gateway.publish(urgent(in_conversation(message("a"), "wa-1")));
  check(gateway.publish(in_conversation(message("b", 1min), "wa-1")), Outcome::appended, "complaint-a", "SP-a-1");
  gateway.publish(about(message("c", 2min), Intent::attach, "a", "complaint.retracted"));
  CHECK(types(server, "{sp:0}:emergency") == Types{"complaint.received", "complaint.appended", "complaint.retracted"});
  CHECK(entries(server).empty());
}

TEST_CASE("a_complaint_that_becomes_an_emergency_changes_its_lane_for_good") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  gateway.publish(in_conversation(message("a"), "wa-1"));
  gateway.publish(urgent(in_conversation(message("b", 1min), "wa-1")));
  gateway.publish(in_conversation(message("c", 2min), "wa-1"));
  CHECK(types(server) == Types{"complaint.received"});
  CHECK(types(server, "{sp:0}:emergency") == Types{"complaint.appended", "complaint.appended"});
}

TEST_CASE("a_code_that_is_taken_gives_way_to_the_next_candidate") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  gateway.publish(message("a"));
  Submission second = message("b");
  second.code_candidates = {"SP-a-1", "SP-b-2", "SP-b-3"};
  check(gateway.publish(second), Outcome::published, "complaint-b", "SP-b-2");
  CHECK(entries(server).at(1).event.contains(R"("tracking_code":"SP-b-2")"));
  CHECK(server.tell({"HGET", "{sp:0}:case:SP-a-1", "complaint_id"}).text == "complaint-a");

  Submission third = message("c");
  third.code_candidates = {"SP-a-1", "SP-b-2", "SP-a-1"};
  const auto failure = gateway.failure_of(third);
  CHECK(failure.code == core::Errc::refused);
  CHECK(failure.what.starts_with("NOCODE:"));
}

TEST_CASE("a_case_that_is_already_this_complaints_keeps_its_code_and_history") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  gateway.publish(message("a"));
  server.tell({"HSET", "{sp:0}:case:SP-a-1", "status", "in_progress"});
  server.tell({"DEL", "{sp:0}:seen:seen-a"});  // forgotten, as after more than 40 days
  check(gateway.publish(message("a")), Outcome::published, "complaint-a", "SP-a-1");
  CHECK(server.tell({"HGET", "{sp:0}:case:SP-a-1", "status"}).text == "in_progress");
}

TEST_CASE("partitions_share_nothing") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  Submission there = with_words(in_conversation(message("a"), "wa-1"), "macet");
  there.partition = 7;
  gateway.publish(there);
  Submission here = with_words(in_conversation(message("b"), "wa-1"), "macet");
  check(gateway.publish(here), Outcome::published, "complaint-b", "SP-b-1");
  CHECK(entries(server, "{sp:7}:complaints").size() == 1);
  CHECK(entries(server).size() == 1);
}

TEST_CASE("all_that_is_kept_for_deduplication_expires") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  gateway.publish(
      {with_words(in_conversation(message("a"), "wa-1"), "macet"), with_words(in_conversation(message("b", 1min), "wa-1"), "sekali"),
       with_words(message("c", 2min), "macet"), about(message("d"), Intent::attach, "a", "complaint.edited"),
       about(message("e"), Intent::attach, "z", "complaint.edited"), naming(message("f"), Intent::rate, "SP-a-1"), message("g")});
  std::multiset<std::string> lasting;
  std::size_t expiring = 0;
  for (const auto& key : server.tell({"KEYS", "*"}).elements) {
    const auto ttl = server.tell({"PTTL", key.text}).integer;
    if (ttl < 0) {
      lasting.insert(key.text);
    } else {
      ++expiring;
      const auto least = key.text.contains(":seen:") ? std::chrono::milliseconds(39 * 24h) : std::chrono::milliseconds(72h);
      CHECK(ttl > least.count());
    }
  }
  CHECK(lasting == std::multiset<std::string>{"{sp:0}:complaints", "{sp:0}:case:SP-a-1", "{sp:0}:case:SP-g-1", "{sp:0}:mark:gw-a"});
  CHECK(expiring == 7 + 2 + 1);  // seen, said, open
}

// Reports of the same thing

namespace {

normalizer::Sketch lamp() {
  normalizer::Sketch sketch;
  sketch.categories = {7, 0, 0};
  sketch.things = {1};
  sketch.states = {1};
  return sketch;
}

std::uint32_t word(std::uint32_t number, normalizer::NameOf of) { return number << 3U | static_cast<std::uint32_t>(of); }

// A lamp that is out, in front of a shop in a street, both called by this number.
normalizer::Sketch lamp_in(std::uint16_t street) {
  normalizer::Sketch sketch = lamp();
  sketch.street = static_cast<std::uint16_t>(unsigned{street} << 8U);
  sketch.kelurahan = 1;
  sketch.kecamatan = 1;
  sketch.names = {word(street, normalizer::NameOf::address), word(100U + street, normalizer::NameOf::landmark)};
  return sketch;
}

normalizer::Sketch lamp_at(double latitude, double longitude) {
  normalizer::Sketch sketch = lamp();
  sketch.position = {latitude, longitude, 0};
  return sketch;
}

// The same words in each with the same number.
normalizer::Sketch words(std::uint8_t text) {
  normalizer::Sketch sketch = lamp();
  sketch.words = 9;
  sketch.bands.fill(text);
  for (std::uint32_t i = 0; i < normalizer::kNames; ++i) sketch.names[i] = word(1000U * text + i, normalizer::NameOf::nobody_known);
  return sketch;
}

Submission by(const std::string& reporter, Submission submission, const normalizer::Sketch& sketch) {
  submission.reporter_ref = reporter;
  submission.sketch = sketch.packed();
  return submission;
}

// Whether the second report is linked to the first.
bool are_linked(const Submission& first, const Submission& second) {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  gateway.publish({first, second});
  return types(server).back() == "complaint.linked";
}

std::string interest(RedisServer& server, const std::string& code) {
  return server.tell({"HGET", "{sp:0}:case:" + code, "interest_count"}).text;
}

}  // namespace

TEST_CASE("reports_of_one_thing_by_two_people_are_linked_both_ways") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  gateway.publish(by("sari", message("a"), lamp_in(1)));
  check(gateway.publish(by("budi", message("b", 3h), lamp_in(1))), Outcome::published, "complaint-b", "SP-b-1");
  const auto found = entries(server);
  REQUIRE(found.size() == 3);
  CHECK(found[0].event.contains(R"("interest_count":1,"title")"));
  CHECK(found[1].event.contains(
      R"("tracking_code":"SP-b-1","interest_count":2,"similar":[{"complaint_id":"complaint-a","tracking_code":"SP-a-1","score":0.9)"));
  const std::string why = R"("why":["same_street","same_names","same_kelurahan","same_kecamatan","same_category","same_things"]}])";
  CHECK(found[1].event.contains(why + R"(,"title")"));
  CHECK(found[2].type == "complaint.linked");
  CHECK(found[2].event.starts_with(
      R"({"type":"complaint.linked","id":"b:SP-a-1","subject":"SP-a-1","datacontenttype":"application/json","data":{"complaint_id":"complaint-a",)"
      R"("tracking_code":"SP-a-1","schema_version":"1.0","interest_count":2,"similar":[{"complaint_id":"complaint-b","tracking_code":"SP-b-1",)"
      R"("score":0.9)"));
  CHECK(found[2].event.ends_with(why + "}}"));
  CHECK(interest(server, "SP-a-1") == "2");
  CHECK(interest(server, "SP-b-1") == "2");
}

TEST_CASE("each_person_counts_once_and_nobody_is_linked_with_himself") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  gateway.publish({by("sari", message("a"), lamp_in(1)), by("sari", message("b", 1h), lamp_in(1))});
  CHECK(entries(server).size() == 2);
  gateway.publish(by("budi", message("c", 2h), lamp_in(1)));  // with both of hers
  CHECK(interest(server, "SP-a-1") == "2");
  CHECK(interest(server, "SP-b-1") == "2");
  CHECK(interest(server, "SP-c-1") == "2");
  gateway.publish(by("budi", message("d", 3h), lamp_in(1)));
  CHECK(interest(server, "SP-a-1") == "2");
  // Of two calls from telephones that tell nothing, each is somebody.
  gateway.publish({by("", message("e", 4h), lamp_in(1)), by("", message("f", 5h), lamp_in(1))});
  CHECK(interest(server, "SP-a-1") == "4");
  CHECK(interest(server, "SP-f-1") == "4");
  // What is added to a complaint shows how many report it.
  gateway.publish(about(message("g", 6h), Intent::amend, "a", "complaint.edited"));
  CHECK(entries(server).back().event.contains(R"("interest_count":4)"));
}

TEST_CASE("whoever_is_linked_with_one_of_a_group_counts_all_of_it") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  normalizer::Sketch estate = lamp_in(6);
  estate.street = 0;
  estate.estate = 0x500;
  normalizer::Sketch both = lamp_in(1);
  both.estate = 0x500;
  both.names[2] = estate.names[0];
  both.names[3] = estate.names[1];
  gateway.publish({by("sari", message("a"), lamp_in(1)), by("budi", message("b", 1h), both)});
  gateway.publish(by("tono", message("c", 2h), estate));  // with b only
  CHECK(interest(server, "SP-b-1") == "3");
  CHECK(interest(server, "SP-c-1") == "3");
  CHECK(entries(server).size() == 3 + 2);
  // Who was not told yet, learns of it with what comes next.
  gateway.publish(about(message("d", 3h), Intent::amend, "a", "complaint.edited"));
  CHECK(entries(server).back().event.contains(R"("interest_count":3)"));
}

namespace {

// Two groups of two: a and b by the street, c and d by a pin. Gives what is of both.
normalizer::Sketch publish_two_groups(Gateway& gateway) {
  gateway.publish({by("sari", message("a"), lamp_in(1)), by("budi", message("b"), lamp_in(1))});
  normalizer::Sketch pin = lamp_at(-6.1783, 106.6319);
  gateway.publish({by("tono", message("c"), pin), by("sari", message("d"), pin)});
  pin.street = lamp_in(1).street;
  pin.names = lamp_in(1).names;
  return pin;
}

}  // namespace

TEST_CASE("groups_that_meet_become_one") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  const normalizer::Sketch of_both = publish_two_groups(gateway);
  CHECK(interest(server, "SP-d-1") == "2");
  gateway.publish(by("wati", message("e"), of_both));
  CHECK(interest(server, "SP-e-1") == "4");
  CHECK(interest(server, "SP-a-1") == "4");
  CHECK(interest(server, "SP-c-1") == "4");
}

TEST_CASE("whoever_was_in_a_group_is_in_the_one_that_it_became_part_of") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  const normalizer::Sketch of_both = publish_two_groups(gateway);
  gateway.publish(by("sari", message("e"), of_both));  // linked to b and c, but not to her own
  gateway.publish(about(message("f", 3h), Intent::amend, "d", "complaint.edited"));
  CHECK(entries(server).back().event.contains(R"("interest_count":3)"));
}

TEST_CASE("different_things_at_one_place_are_not_linked") {
  normalizer::Sketch other = lamp_in(1);
  other.things = {2};
  other.states = {2};
  other.categories = {9, 0, 0};
  CHECK_FALSE(are_linked(by("sari", message("a"), lamp_in(1)), by("budi", message("b"), other)));
  normalizer::Sketch kiosk = lamp_in(1);
  kiosk.things = {2, 1};
  CHECK(are_linked(by("sari", message("a"), lamp_in(1)), by("budi", message("b"), kiosk)));
  // The lamp is only where the kiosk is, or all that the other one told.
  kiosk.things = {2, 1 | normalizer::kThingIsPlace};
  CHECK(are_linked(by("sari", message("a"), lamp_in(1)), by("budi", message("b"), kiosk)));
  normalizer::Sketch lamp_and_cable = lamp_in(1);
  lamp_and_cable.things = {1, 3};
  CHECK_FALSE(are_linked(by("sari", message("a"), lamp_and_cable), by("budi", message("b"), kiosk)));
}

TEST_CASE("categories_that_disagree_are_overlooked_where_spot_and_thing_are_the_same") {
  normalizer::Sketch other = lamp_at(-6.1783, 106.6319);
  other.categories = {9, 0, 0};
  CHECK(are_linked(by("sari", message("a"), lamp_at(-6.1785, 106.6319)), by("budi", message("b"), other)));
  other.things = {};
  CHECK_FALSE(are_linked(by("sari", message("a"), lamp_at(-6.1785, 106.6319)), by("budi", message("b"), other)));
  // A street alone is no spot.
  other = lamp_in(1);
  other.categories = {9, 0, 0};
  other.names[1] = 0;
  CHECK_FALSE(are_linked(by("sari", message("a"), lamp_in(1)), by("budi", message("b", 24h), other)));
}

TEST_CASE("a_report_without_a_category_is_found_by_its_place") {
  normalizer::Sketch unclear = lamp_in(1);
  unclear.categories = {};
  CHECK(are_linked(by("sari", message("a"), lamp_in(1)), by("budi", message("b"), unclear)));
  CHECK(are_linked(by("sari", message("a"), unclear), by("budi", message("b"), lamp_in(1))));
}

TEST_CASE("different_places_are_never_linked_however_alike_the_words") {
  const auto are_linked_with = [](auto change_first, auto change_second) {
    normalizer::Sketch first = words(3);
    normalizer::Sketch second = words(3);
    change_first(first);
    change_second(second);
    return are_linked(by("sari", message("a"), first), by("budi", message("b", 1h), second));
  };
  const auto set = [](auto normalizer::Sketch::* field, auto value) {
    return [=](normalizer::Sketch& sketch) { sketch.*field = static_cast<std::remove_reference_t<decltype(sketch.*field)>>(value); };
  };
  using normalizer::Sketch;
  const auto nothing = [](Sketch&) {};
  CHECK(are_linked_with(nothing, nothing));
  for (const auto field : {&Sketch::kelurahan, &Sketch::street, &Sketch::alley, &Sketch::estate}) {
    CHECK(are_linked_with(set(field, 0x1200), set(field, 0x1200)));
    CHECK(are_linked_with(set(field, 0x1200), nothing));
    CHECK_FALSE(are_linked_with(set(field, 0x1200), set(field, 0x1300)));
  }
  for (const auto field : {&Sketch::kecamatan, &Sketch::rt, &Sketch::rw, &Sketch::block, &Sketch::kilometre}) {
    CHECK(are_linked_with(set(field, 3), set(field, 3)));
    CHECK_FALSE(are_linked_with(set(field, 3), set(field, 4)));
  }
  CHECK_FALSE(are_linked_with(set(&Sketch::house_number, 5), set(&Sketch::house_number, 95)));
  const auto at = [&](double latitude) { return set(&Sketch::position, Sketch::Position{latitude, 106.63, 0}); };
  CHECK(are_linked_with(at(-6.1783), at(-6.1784)));
  CHECK_FALSE(are_linked_with(at(-6.1783), at(-6.1840)));
  // The second word of a name may be missing.
  CHECK(are_linked_with(set(&Sketch::street, 0x1234), set(&Sketch::street, 0x1200)));
  CHECK_FALSE(are_linked_with(set(&Sketch::street, 0x1234), set(&Sketch::street, 0x1256)));
}

TEST_CASE("words_alone_link_only_when_they_are_many_and_rare") {
  CHECK(are_linked(by("sari", message("a"), words(3)), by("budi", message("b"), words(3))));
  CHECK_FALSE(are_linked(by("sari", message("a"), words(3)), by("budi", message("b"), words(4))));
  normalizer::Sketch few = words(3);
  for (std::size_t i = 2; i < normalizer::kNames; ++i) few.names[i] = 0;
  CHECK_FALSE(are_linked(by("sari", message("a"), few), by("budi", message("b"), few)));
}

TEST_CASE("another_spot_of_one_street_is_another_thing") {
  normalizer::Sketch there = lamp_in(1);
  CHECK(are_linked(by("sari", message("a"), lamp_in(1)), by("budi", message("b"), there)));
  there.names[1] = word(999, normalizer::NameOf::landmark);
  CHECK_FALSE(are_linked(by("sari", message("a"), lamp_in(1)), by("budi", message("b"), there)));
  // "bukan yang di depan toko itu"
  there.names[1] = word(101, normalizer::NameOf::denied);
  CHECK_FALSE(are_linked(by("sari", message("a"), lamp_in(1)), by("budi", message("b"), there)));
}

TEST_CASE("neighbours_of_several_rt_tell_of_one_matter_only_where_it_befalls_all_of_them") {
  normalizer::Sketch here = lamp_in(1);
  here.rt = 1;
  here.rw = 2;
  normalizer::Sketch next = here;
  next.rt = 3;
  CHECK_FALSE(are_linked(by("sari", message("a"), here), by("budi", message("b"), next)));
  here.widespread = next.widespread = true;
  CHECK(are_linked(by("sari", message("a"), here), by("budi", message("b"), next)));
}

TEST_CASE("positions_across_the_border_of_two_cells_are_near") {
  for (int metres = 0; metres < 700; metres += 45) {
    CAPTURE(metres);
    const double latitude = -6.18 + metres / 111'195.0;
    CHECK(are_linked(by("sari", message("a"), lamp_at(latitude, 106.63)),
                     by("budi", message("b"), lamp_at(latitude + 40 / 111'195.0, 106.63))));
    const double longitude = 106.63 + metres / 110'500.0;
    CHECK(are_linked(by("sari", message("a"), lamp_at(-6.18, longitude)),
                     by("budi", message("b"), lamp_at(-6.18, longitude + 40 / 110'500.0))));
  }
}

TEST_CASE("a_replay_links_and_counts_nobody_again") {
  RedisServer& server = empty_server();
  const std::vector<Submission> batch{by("sari", message("a"), lamp_in(1)), by("budi", message("b", 1h), lamp_in(1)),
                                      by("tono", message("c", 2h), lamp_in(1))};
  Gateway(server.address()).publish(batch);
  const auto before = types(server);
  CHECK(before.size() == 3 + 1 + 2);
  for (int i = 0; i < 3; ++i) Gateway(server.address()).publish(batch);
  CHECK(types(server) == before);
  CHECK(interest(server, "SP-a-1") == "3");
  // Nor does the same message by another gateway.
  Submission again = batch[1];
  again.origin = "gw-b:7:0";
  Gateway(server.address(), "gw-b").publish(again);
  CHECK(types(server) == before);
}

TEST_CASE("a_place_that_comes_later_makes_a_complaint_linkable") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  gateway.publish(by("sari", in_conversation(message("a"), "wa-1"), lamp_at(-6.1783, 106.6319)));
  gateway.publish(in_conversation(message("photo", 1h), "wa-2"));
  Submission text = by("budi", in_conversation(message("text", 1h + 1min), "wa-2"), words(5));
  gateway.publish(text);
  CHECK(types(server) == Types{"complaint.received", "complaint.received", "complaint.appended"});
  normalizer::Sketch pin;
  pin.position = {-6.1784, 106.6319, 0};
  check(gateway.publish(by("budi", in_conversation(message("pin", 1h + 2min), "wa-2"), pin)), Outcome::appended, "complaint-photo",
        "SP-photo-1");
  const auto found = entries(server);
  REQUIRE(found.size() == 5);
  CHECK(found[3].type == "complaint.appended");
  CHECK(found[3].event.contains(R"("interest_count":2,"similar":[{"complaint_id":"complaint-a")"));
  CHECK(found[4].type == "complaint.linked");
  CHECK(interest(server, "SP-a-1") == "2");
  // Once: what is added afterwards does not tell it again.
  gateway.publish(by("budi", in_conversation(message("more", 1h + 3min), "wa-2"), pin));
  CHECK(entries(server).size() == 6);
  // And whoever comes next finds it by what all its messages tell.
  gateway.publish(by("tono", message("c", 2h), lamp_at(-6.1784, 106.6319)));
  CHECK(interest(server, "SP-photo-1") == "3");
}

TEST_CASE("an_edit_takes_the_place_of_what_was_said") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  gateway.publish(by("sari", message("a"), lamp_in(1)));
  gateway.publish(by("sari", about(message("b", 1min), Intent::amend, "a", "complaint.edited"), lamp_in(2)));
  gateway.publish(by("budi", message("c", 1h), lamp_in(1)));
  CHECK(types(server) == Types{"complaint.received", "complaint.edited", "complaint.received"});
  gateway.publish(by("tono", message("d", 1h), lamp_in(2)));
  CHECK(types(server).back() == "complaint.linked");
}

TEST_CASE("what_is_secret_or_withdrawn_is_linked_with_nothing") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  Submission secret = message("a");
  secret.sketch = normalizer::kUnlinkable;
  gateway.publish(in_conversation(secret, "wa-1"));
  gateway.publish(by("pelapor-1", in_conversation(message("b", 1min), "wa-1"), lamp_in(1)));  // of a secret report, too
  gateway.publish(by("budi", message("c", 2min), lamp_in(1)));
  CHECK(types(server) == Types{"complaint.received", "complaint.appended", "complaint.received"});
  // That it is to stay secret may be said last.
  Submission later = about(message("d", 3min), Intent::amend, "c", "complaint.edited");
  later.sketch = normalizer::kUnlinkable;
  gateway.publish(later);
  gateway.publish(by("tono", message("e", 4min), lamp_in(1)));
  Submission withdrawal = naming(message("f", 5min), Intent::withdraw, "SP-e-1");
  withdrawal.reporter_ref = "tono";
  gateway.publish(withdrawal);
  gateway.publish(by("wati", message("g", 6min), lamp_in(1)));
  const auto all = types(server);
  CHECK(std::ranges::find(all, "complaint.linked") == all.end());
}

TEST_CASE("reports_too_far_apart_in_time_are_not_linked") {
  const normalizer::Sketch exact = lamp_at(-6.1783, 106.6319);
  CHECK(are_linked(by("sari", message("a"), exact), by("budi", message("b", 13 * 24h), exact)));
  CHECK_FALSE(are_linked(by("sari", message("a"), exact), by("budi", message("b", 15 * 24h), exact)));
  normalizer::Sketch flood = exact;
  flood.lasts_hours = 36;
  CHECK(are_linked(by("sari", message("a"), flood), by("budi", message("b", 35h), flood)));
  CHECK_FALSE(are_linked(by("sari", message("a"), flood), by("budi", message("b", 37h), flood)));
}

TEST_CASE("what_similar_reports_are_found_by_expires") {
  RedisServer& server = empty_server();
  Gateway(server.address()).publish({by("sari", message("a"), lamp_in(1)), by("budi", message("b"), lamp_in(1))});
  std::size_t expiring = 0;
  for (const auto& key : server.tell({"KEYS", "{sp:0}:similar:*"}).elements) {
    if (key.text == "{sp:0}:similar:count") continue;
    ++expiring;
    const auto ttl = std::chrono::milliseconds(server.tell({"PTTL", key.text}).integer);
    CHECK(ttl > 14 * 24h);
    CHECK(ttl <= 19 * 24h);
  }
  CHECK(expiring >= 3);  // profiles, features, people
}

TEST_CASE("many_reports_of_one_thing_stay_cheap_and_meet_at_the_first") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  constexpr int kReports = 600;
  std::vector<Submission> batch;
  for (int i = 0; i < kReports; ++i) {
    const std::string name = std::to_string(i);
    batch.push_back(by("pelapor-" + name, message(name, i * 1s), lamp_in(1)));
  }
  gateway.publish(batch);
  CHECK(interest(server, "SP-0-1") == std::to_string(kReports));
  const auto all = entries(server);
  CHECK(all.size() <= kReports * 7);
  for (const auto& entry : all) CHECK(entry.event.size() < 1200);
  for (const auto& key : server.tell({"KEYS", "{sp:0}:similar:by:*"}).elements) {
    for (const auto& field : server.tell({"HVALS", key.text}).elements) CHECK(field.text.size() <= 36);
  }
  // Another matter in the same street is found among them.
  normalizer::Sketch tree = lamp_in(1);
  tree.categories = {9, 0, 0};
  tree.things = {2};
  gateway.publish({by("sari", message("x", 1h), tree), by("budi", message("y", 1h), tree)});
  CHECK(interest(server, "SP-y-1") == "2");
}

TEST_CASE("reports_at_two_gateways_are_linked") {
  RedisServer& server = empty_server();
  Gateway(server.address(), "gw-a").publish(by("sari", message("a"), lamp_in(1)));
  Gateway(server.address(), "gw-b").publish(by("budi", message("b"), lamp_in(1)));
  CHECK(types(server).back() == "complaint.linked");
}

TEST_CASE("a_link_is_told_on_the_lane_of_the_complaint_it_is_told_of") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  gateway.publish(by("sari", message("a"), lamp_in(1)));
  gateway.publish(urgent(by("budi", message("b"), lamp_in(1))));
  CHECK(types(server) == Types{"complaint.received", "complaint.linked"});
  gateway.publish(by("tono", message("c"), lamp_in(1)));
  CHECK(types(server, "{sp:0}:emergency") == Types{"complaint.received", "complaint.linked"});
}

// Once, whatever happens

TEST_CASE("two_gateways_that_race_with_the_same_deliveries_enter_each_once") {
  RedisServer& server = empty_server();
  boost::asio::io_context io;
  constexpr std::size_t kMessages = 200;
  constexpr std::size_t kBatch = 7;
  std::map<Outcome, std::size_t> outcomes;
  const auto publish_all = [](Publisher& publisher, std::string id,
                              std::map<Outcome, std::size_t>& counts) -> boost::asio::awaitable<void> {
    std::optional<Seq> mark;
    for (std::size_t next = 0; next < kMessages;) {
      std::vector<Submission> batch;
      for (; next < kMessages && batch.size() < kBatch; ++next) {
        batch.push_back(message(std::to_string(next)));
        batch.back().origin = id + ":" + std::to_string(next) + ":0";
      }
      const auto result = co_await publisher.publish(batch, mark, next);
      if (!result) co_return;
      mark = result->mark;
      for (const auto& published : result->published) ++counts[published.outcome];
    }
  };
  Redis redis_a(io.get_executor(), server.address());
  Redis redis_b(io.get_executor(), server.address());
  Publisher a(redis_a, "gw-a", {});
  Publisher b(redis_b, "gw-b", {});
  const auto rethrow = [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  };
  boost::asio::co_spawn(io, publish_all(a, "gw-a", outcomes), rethrow);
  boost::asio::co_spawn(io, publish_all(b, "gw-b", outcomes), rethrow);
  io.run();
  CHECK(outcomes == std::map<Outcome, std::size_t>{{Outcome::published, kMessages}, {Outcome::duplicate, kMessages}});
  CHECK(entries(server).size() == kMessages);
}

TEST_CASE("a_lost_answer_is_an_unknown_outcome_and_sending_again_enters_nothing_twice") {
  RedisServer& server = empty_server();
  for (const auto mischief : {RedisProxy::Mischief::eat_reply, RedisProxy::Mischief::cut_reply}) {
    server.tell({"FLUSHALL"});
    const auto socket = server.directory() / "proxy.sock";
    std::filesystem::remove(socket);
    RedisProxy proxy(socket, server.directory() / "redis.sock");
    Gateway gateway(tests::unix_address(socket));
    gateway.publish(message("a"));
    proxy.misbehave(mischief);
    const std::vector<Submission> batch{message("b"), message("c")};
    const auto lost = gateway.try_publish(batch);
    REQUIRE_FALSE(lost);
    CHECK(lost.error().code == core::Errc::outcome_unknown);
    CHECK(entries(server).size() == 3);
    const auto again = gateway.publish(batch);
    check(again[0], Outcome::published, "complaint-b", "SP-b-1", false);
    check(again[1], Outcome::published, "complaint-c", "SP-c-1", false);
    CHECK(entries(server).size() == 3);
    CHECK(gateway.mark_in_redis() == 3U);
  }
}

TEST_CASE("nonsense_instead_of_an_answer_is_an_unknown_outcome_and_ends_the_connection") {
  RedisServer& server = empty_server();
  const auto socket = server.directory() / "proxy.sock";
  std::filesystem::remove(socket);
  RedisProxy proxy(socket, server.directory() / "redis.sock");
  Gateway gateway(tests::unix_address(socket), "gw-a", {.connect = 3s, .reply = 300ms});
  gateway.publish(message("a"));
  for (const std::string lie :
       {"HTTP/1.1 200 OK\r\n\r\n", "*2147483647\r\n", "$2147483647\r\n", "+OK\r\n+QUEUED\r\n+QUEUED\r\n*1\r\n:1\r\n",
        "+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n*4\r\n+hilang\r\n:1\r\n+a\r\n+b\r\n$1\r\n2\r\n",
        "+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:1\r\n:1\r\n+lagi\r\n", ""}) {
    CAPTURE(lie);
    proxy.misbehave(RedisProxy::Mischief::say_instead, lie);
    const auto result = gateway.try_publish({message("b")});
    REQUIRE_FALSE(result);
    CHECK(result.error().code == core::Errc::outcome_unknown);
    // The proxy still keeps silent on this connection: only a new one hears Redis.
    check(gateway.publish(message("a")), Outcome::published, "complaint-a", "SP-a-1", false);
  }
  check(gateway.publish(message("b")), Outcome::published, "complaint-b", "SP-b-1");
}

TEST_CASE("a_silent_redis_is_given_up_in_time") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address(), "gw-a", {.connect = 200ms, .reply = 200ms});
  gateway.publish(message("a"));
  server.signal(SIGSTOP);
  CHECK(gateway.failure_of(message("b")).code == core::Errc::outcome_unknown);
  CHECK(gateway.failure_of(message("b")).code == core::Errc::unavailable);  // not even the introduction is answered
  server.signal(SIGCONT);
  CHECK(gateway.publish(message("b")).complaint_id == "complaint-b");
  CHECK(entries(server).size() == 2);
}

TEST_CASE("a_forgotten_script_is_loaded_again") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  gateway.publish(message("a"));
  server.tell({"SCRIPT", "FLUSH"});
  check(gateway.publish(message("b")), Outcome::published, "complaint-b", "SP-b-1");
  CHECK(gateway.mark_in_redis() == 2U);
}

TEST_CASE("the_mark_moves_only_from_where_it_is_expected") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  CHECK(gateway.mark_in_redis() == std::nullopt);
  gateway.publish({message("a"), message("b")});
  CHECK(gateway.mark_in_redis() == 2U);
  // Without submissions too: rows that held nothing to publish are behind us as well.
  const auto moved = run(gateway.io(), gateway.publisher().publish({}, 2, 5));
  REQUIRE(moved);
  CHECK(moved->mark == 5U);
  const auto stays = run(gateway.io(), gateway.publisher().publish({message("c")}, 4, 6));
  REQUIRE(stays);
  CHECK(stays->mark == 5U);
  CHECK(stays->published.size() == 1);
  // A journal that was put back from a backup begins before the mark.
  const auto back = run(gateway.io(), gateway.publisher().publish({}, 5, 3));
  REQUIRE(back);
  CHECK(back->mark == 3U);
}

TEST_CASE("a_flushed_redis_is_noticed_and_gets_everything_back_once") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  const std::vector<Submission> first{message("a"), message("b")};
  gateway.publish(first);
  server.tell({"FLUSHALL"});
  const auto result = gateway.try_publish({message("c")});
  REQUIRE(result);
  CHECK(result->mark == std::nullopt);
  gateway.follow(result->mark);
  gateway.publish(first);
  check(gateway.publish(message("c")), Outcome::published, "complaint-c", "SP-c-1", false);
  CHECK(entries(server).size() == 3);
  CHECK(gateway.mark_in_redis() == 3U);
}

TEST_CASE("a_redis_that_lost_its_tail_gets_back_exactly_what_is_missing") {
  RedisServer server({"--appendonly", "yes", "--appendfsync", "always"});
  const auto log = server.directory() / "appendonlydir" / "appendonly.aof.1.incr.aof";
  Gateway gateway(server.address());
  std::vector<std::vector<Submission>> batches;
  std::vector<std::uintmax_t> sizes;
  for (int i = 0; i < 4; ++i) {
    const std::string name = std::to_string(i);
    // The second of each batch edits the first of the one before, which must therefore come back before it.
    batches.push_back(
        {in_conversation(message("laporan-" + name, i * 10min), "wa-1"),
         about(message("ubah-" + name, i * 10min + 1min), Intent::amend, "laporan-" + std::to_string(i - 1), "complaint.edited")});
    gateway.publish(batches.back());
    sizes.push_back(std::filesystem::file_size(log));
  }
  const auto before = types(server);
  REQUIRE(before.size() == 8);

  // In the middle of the third batch: Redis drops what is left of the transaction.
  server.kill();
  std::filesystem::resize_file(log, (sizes[1] + sizes[2]) / 2);
  server.start();

  const std::vector<Submission> next{about(message("ubah-4", 40min), Intent::amend, "laporan-3", "complaint.edited")};
  auto result = gateway.try_publish(next);
  if (!result) result = gateway.try_publish(next);  // the first finds the old connection gone
  REQUIRE(result);
  CHECK(result->mark == 4U);
  CHECK(result->published.empty());
  CHECK(types(server).size() == 4);

  gateway.follow(result->mark);
  for (std::size_t i = 2; i < 4; ++i) {
    for (const auto& published : gateway.publish(batches[i])) CHECK(published.added);
  }
  CHECK(types(server) == before);
  check(gateway.publish(next).front(), Outcome::appended, "complaint-laporan-0", "SP-laporan-0-1");
  CHECK(gateway.mark_in_redis() == 9U);
}

TEST_CASE("a_log_that_is_always_synced_keeps_every_acknowledged_entry_through_kill") {
  RedisServer server({"--appendonly", "yes", "--appendfsync", "always"});
  Gateway gateway(server.address());
  gateway.publish(message("a"));
  server.kill();
  CHECK(gateway.failure_of(message("b")).code == core::Errc::unavailable);
  server.start();
  check(gateway.publish(message("b")), Outcome::published, "complaint-b", "SP-b-1");
  CHECK(types(server) == Types{"complaint.received", "complaint.received"});
  CHECK(gateway.mark_in_redis() == 2U);
}

// What Redis refuses

TEST_CASE("a_batch_is_entered_as_a_whole_or_not_at_all") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  gateway.publish(message("a"));
  const auto keys = [&] { return server.tell({"DBSIZE"}).integer; };
  const auto before = keys();
  server.tell({"CONFIG", "SET", "maxmemory", "1"});
  const auto failure = gateway.try_publish({message("b"), message("c")});
  REQUIRE_FALSE(failure);
  CHECK(failure.error().code == core::Errc::unavailable);
  CHECK(failure.error().what.starts_with("OOM:"));
  CHECK(keys() == before);
  CHECK(gateway.mark_in_redis() == 1U);
  server.tell({"CONFIG", "SET", "maxmemory", "0"});
  CHECK(gateway.publish({message("b"), message("c")}).size() == 2);
}

TEST_CASE("a_submission_that_failed_leaves_no_trace_that_changes_its_outcome") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  const Submission report = with_words(in_conversation(message("a"), "wa-1"), "lampu mati");
  const Submission more = with_words(in_conversation(message("b", 1min), "wa-1"), "di depan masjid ya");
  const auto fails_while_the_stream_is_none = [&](const Submission& submission) {
    server.tell({"RENAME", "{sp:0}:complaints", "tersimpan"});
    server.tell({"SET", "{sp:0}:complaints", "bukan stream"});
    const auto failure = gateway.failure_of(submission);
    CHECK(failure.code == core::Errc::refused);
    CHECK(failure.what.starts_with("WRONGTYPE:"));
    server.tell({"DEL", "{sp:0}:complaints"});
    server.tell({"RENAME", "tersimpan", "{sp:0}:complaints"});
  };
  fails_while_the_stream_is_none(report);
  check(gateway.publish(report), Outcome::published, "complaint-a", "SP-a-1");
  fails_while_the_stream_is_none(more);
  check(gateway.publish(more), Outcome::appended, "complaint-a", "SP-a-1");
  CHECK(types(server) == Types{"complaint.received", "complaint.appended"});
}

TEST_CASE("too_few_replicas_a_long_script_and_a_full_disk_pass") {
  RedisServer server({"--busy-reply-threshold", "50"});
  Gateway gateway(server.address());
  gateway.publish(message("a"));
  const auto says = [&](std::string_view code) {
    const auto failure = gateway.failure_of(message("b"));
    CHECK(failure.code == core::Errc::unavailable);
    CHECK(failure.what.starts_with(code));
  };

  server.tell({"CONFIG", "SET", "min-replicas-to-write", "1"});
  says("NOREPLICAS:");
  server.tell({"CONFIG", "SET", "min-replicas-to-write", "0"});

  {
    boost::asio::io_context io;
    Redis busy(io.get_executor(), server.address());
    Redis other(io.get_executor(), server.address());
    REQUIRE(run(io, other.call({"PING"})));
    boost::asio::co_spawn(io, busy.call({"EVAL", "while true do end", "0"}), [](std::exception_ptr, const core::Result<RespValue>&) {});
    REQUIRE(tests::comes_true([&] { return !run(io, other.call({"PING"})); }));
    says("BUSY:");
    REQUIRE(run(io, other.call({"SCRIPT", "KILL"})));
    io.run();
  }

  // A directory in place of the snapshot makes every snapshot fail, as a full disk does.
  std::filesystem::create_directory(server.directory() / "dump.rdb");
  server.tell({"CONFIG", "SET", "save", "3600 1"});
  server.tell({"BGSAVE"});
  REQUIRE(tests::comes_true([&] { return server.tell({"INFO", "persistence"}).text.contains("rdb_last_bgsave_status:err"); }));
  says("MISCONF:");
  server.tell({"CONFIG", "SET", "stop-writes-on-bgsave-error", "no"});

  check(gateway.publish(message("b")), Outcome::published, "complaint-b", "SP-b-1");
}

TEST_CASE("a_redis_that_still_loads_is_waited_for") {
  RedisServer server({"--appendonly", "yes"});
  Gateway(server.address()).publish(message("a"));
  RespValue seeded = server.tell({"EVAL", "for i = 1, 2000 do redis.call('SET', 'k' .. i, i) end", "0"});
  REQUIRE(seeded.kind == RespKind::nil);
  server.tell({"BGREWRITEAOF"});
  REQUIRE(tests::comes_true([&] { return tests::has_rewritten_its_log(server.directory()); }));
  server.kill();
  // A millisecond for each key: two seconds in which it answers nothing but LOADING.
  server.start_loading({"--key-load-delay", "1000", "--loading-process-events-interval-bytes", "1024"});
  Gateway gateway(server.address());
  const auto failure = gateway.failure_of(message("b"));
  CHECK(failure.code == core::Errc::unavailable);
  CHECK(failure.what.starts_with("LOADING:"));
}

TEST_CASE("a_demoted_master_is_left_and_never_written_to") {
  RedisServer& server = empty_server();
  Gateway gateway(server.address());
  gateway.publish(message("a"));
  server.tell({"REPLICAOF", "127.0.0.1", "1"});
  const auto on_the_old_connection = gateway.failure_of(message("b"));
  CHECK(on_the_old_connection.code == core::Errc::unavailable);
  CHECK(on_the_old_connection.what.starts_with("READONLY:"));
  const auto on_a_new_one = gateway.failure_of(message("b"));
  CHECK(on_a_new_one.code == core::Errc::unavailable);
  CHECK(on_a_new_one.what == "READONLY: the server is a replica");
}

TEST_CASE("a_missing_password_or_right_is_for_a_person_to_mend") {
  RedisServer server;
  server.tell({"ACL",   "SETUSER",  "antrean",      "on",     ">kata-sandi-antrean", "~{sp:*", "-@all", "+multi",
               "+exec", "+evalsha", "+script|load", "+role",  "+client|setname",     "+ping",  "+set",  "+mget",
               "+hget", "+hset",    "+hmget",       "+exists"});
  RedisAddress address = server.address();
  address.user = "antrean";
  address.password = core::Secret("salah");
  auto failure = Gateway(address).failure_of(message("a"));
  CHECK(failure.code == core::Errc::refused);
  CHECK(failure.what.starts_with("WRONGPASS:"));

  address.password = core::Secret("kata-sandi-antrean");
  failure = Gateway(address).failure_of(message("a"));
  CHECK(failure.code == core::Errc::refused);
  CHECK(failure.what.starts_with("NOPERM:"));
  server.tell({"ACL", "SETUSER", "antrean", "+get"});
  CHECK(Gateway(address).failure_of(message("a")).code == core::Errc::refused);  // the script may not XADD
  server.tell({"ACL", "SETUSER", "antrean", "+xadd"});
  check(Gateway(address).publish(message("a")), Outcome::published, "complaint-a", "SP-a-1");

  server.tell({"ACL", "SETUSER", "default", "resetpass", ">kata-sandi-utama"});
  failure = Gateway(server.address()).failure_of(message("b"));
  CHECK(failure.code == core::Errc::refused);
  CHECK(failure.what.starts_with("NOAUTH:"));
}
