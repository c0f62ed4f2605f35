// SPDX-License-Identifier: Apache-2.0
// What it costs to link similar reports: enters many invented ones, spread over the days for which they are remembered, into a real Redis
// through the real script, then times single ones with and without a sketch, and takes away all that was kept for it to see how large that
// was. Prints a JSON object. The Redis must be empty, and is left so.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/crypto.hpp"
#include "normalizer/normalizer.hpp"
#include "queue/publisher.hpp"
#include "tests/support/run.hpp"
#include "tests/support/shipped_rules.hpp"

using namespace satupintu;
using queue::Seq;
using queue::Submission;
using Clock = std::chrono::steady_clock;

namespace {

constexpr core::Timestamp kBegin{std::chrono::seconds{1'767'229'200}};
constexpr std::chrono::milliseconds kWindow = queue::DedupeSettings{}.similar_window;
constexpr std::size_t kBatch = 128;
constexpr std::size_t kTimed = 4000;

constexpr std::array kMatters{"lampu jalan mati",
                              "pju padam gelap gulita",
                              "penerangan jalan tidak menyala",
                              "jalan berlubang dalam",
                              "aspal rusak parah",
                              "jalan ambles membahayakan",
                              "sampah menumpuk belum diangkut",
                              "tumpukan sampah bau busuk",
                              "selokan mampet meluap",
                              "got tersumbat sampah",
                              "banjir selutut",
                              "genangan air tinggi",
                              "pohon tumbang menutup jalan",
                              "ranting pohon lapuk",
                              "air pdam mati dari pagi",
                              "listrik padam satu gang",
                              "parkir liar bikin macet",
                              "pedagang kaki lima di trotoar",
                              "anjing liar berkeliaran",
                              "asap pabrik bau menyengat"};
constexpr std::array kOpenings{"pak tolong ", "min ", "selamat pagi, mohon bantuannya, ", "assalamualaikum, saya mau lapor ", "lapor ", "",
                               "halo admin "};
constexpr std::array kClosings{" udah tiga hari ga ada yang nanganin",
                               " mohon segera ditindaklanjuti terima kasih",
                               " bahaya buat anak sekolah",
                               " sejak senin malam",
                               " tiap hari begini terus warga resah sekali",
                               " tlg dicek ya",
                               ""};
constexpr std::array kSyllables{"ba", "ci", "du", "ga", "ja",  "ke",  "lu",  "ma",  "na",  "pa",
                                "ra", "sa", "ti", "wu", "ran", "lim", "tan", "sar", "mun", "gol"};
constexpr std::array kKinds{"depan warung ", "dekat masjid ", "samping bengkel ", "seberang sekolah ", "belakang pasar "};

class Reports {
 public:
  explicit Reports(const normalizer::Rules& rules) : rules_(rules) {}

  // As people tell: most with a street, some with a kelurahan, an RT/RW or a landmark, one in six with a pin, one in ten with nothing.
  core::Message next() {
    core::Message message;
    message.channel = core::Channel::whatsapp;
    message.external_id = fmt::format("ukur-{}", number_);
    message.sender.address_kind = core::AddressKind::phone;
    message.sender.address = fmt::format("62812555{:06}", any(400'000));
    message.text = std::string(any_of(kOpenings)) + std::string(any_of(kMatters));
    if (any(10) > 0) {
      const std::size_t street = any(2000);
      if (any(10) < 7) message.text += fmt::format(" di jl {} {}", word(street), word(street * 7 + 1));
      if (any(10) < 3) message.text += fmt::format(" no {}", 1 + any(150));
      if (any(10) < 3) message.text += fmt::format(" {}{}", any_of(kKinds), word(street * 31 + any(9)));
      // A street lies in one kelurahan.
      if (any(10) < 5) message.text += " kel. " + rules_.kelurahan[street % rules_.kelurahan.size()].name;
      if (any(10) < 2) message.text += fmt::format(" RT {:02}/{:02}", 1 + any(6), 1 + street % 12);
    }
    if (any(6) == 0) message.place = core::SharedPlace{-6.25 + any(1500) * 1e-4, 106.6 + any(1300) * 1e-4, std::nullopt, {}, {}};
    message.text += any_of(kClosings);
    ++number_;
    return message;
  }

 private:
  std::size_t any(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }
  const char* any_of(const auto& list) { return list[any(list.size())]; }
  static std::string word(std::size_t number) {
    std::mt19937 own(static_cast<unsigned>(number));
    std::string text;
    for (int i = 0; i < 3; ++i) text += kSyllables[own() % kSyllables.size()];
    return text;
  }

  const normalizer::Rules& rules_;
  std::mt19937_64 random_{2026};
  std::size_t number_ = 0;
};

Submission submission_of(normalizer::Normalized normalized, core::Timestamp at) {
  Submission submission;
  auto& complaint = normalized.complaint;
  submission.origin = normalized.fingerprints.seen;
  submission.seen = std::move(normalized.fingerprints.seen);
  submission.category = complaint.category.value;
  submission.sketch = std::move(normalized.sketch);
  submission.reporter_ref = complaint.reporter.ref;
  submission.channel = "whatsapp";
  submission.complaint_id = complaint.complaint_id;
  submission.code_candidates = complaint.code_candidates;
  submission.at = at;
  // Short: what an entry of the stream takes is not the question here.
  submission.event = {R"({"type":")",
                      R"(","subject":")",
                      R"(","data":{"complaint_id":")",
                      R"(","tracking_code":")",
                      R"(","interest_count":)",
                      "}}",
                      R"({"type":"complaint.linked","id":")" + complaint.contact_id + ":"};
  return submission;
}

class Bench {
 public:
  Bench(const std::string& socket, std::size_t count)
      : count_(count), normalizer_(tests::shipped_rules(), core::Secret{std::string(32, 'k')}), reports_(tests::shipped_rules()) {
    queue::RedisAddress address;
    address.transport = queue::RedisTransport::unix_socket;
    address.socket = socket;
    redis_.emplace(io_.get_executor(), address, queue::RedisTimeouts{std::chrono::seconds{10}, std::chrono::minutes{1}});
    publisher_.emplace(*redis_, "bench", queue::DedupeSettings{});
  }

  std::string run() {
    const auto began = Clock::now();
    fill();
    const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
    std::vector<double> with, without;
    for (std::size_t i = 0; i < kTimed; ++i) {
      with.push_back(timed(next(count_ + i)));
      Submission plain = next(count_ + i);
      plain.sketch.clear();
      without.push_back(timed(plain));
    }
    const auto links =
        number({"XLEN", "{sp:0}:complaints"}) + number({"XLEN", "{sp:0}:emergency"}) - static_cast<std::int64_t>(count_ + 2 * kTimed);
    const std::int64_t before = used_memory();
    forget();
    const double megabytes = static_cast<double>(before - used_memory()) / 1e6;
    return fmt::format(R"({{"reports":{},"fill_seconds":{:.0f},"with_ms":{},"without_ms":{},"links":{},"megabytes":{:.1f}}})", count_,
                       seconds, percentiles(with), percentiles(without), links, megabytes);
  }

 private:
  Submission next(std::size_t number) {
    const auto at = kBegin + kWindow * static_cast<std::int64_t>(number) / static_cast<std::int64_t>(count_);
    return submission_of(normalizer_.normalize({"wa", "bench", at, {}}, reports_.next()), at);
  }

  void publish(const std::vector<Submission>& batch) {
    const auto result = tests::run(io_, publisher_->publish(batch, mark_, mark_.value_or(0) + batch.size()));
    if (!result) throw std::runtime_error(result.error().what);
    mark_ = mark_.value_or(0) + batch.size();
  }

  void fill() {
    std::vector<Submission> batch;
    for (std::size_t number = 0; number < count_; ++number) {
      batch.push_back(next(number));
      if (batch.size() < kBatch && number + 1 < count_) continue;
      publish(batch);
      batch.clear();
      if ((number + 1) % (kBatch * 100) == 0) fmt::print(stderr, "\r{:>9} of {} reports", number + 1, count_);
    }
    fmt::print(stderr, "\n");
  }

  double timed(const Submission& submission) {
    const auto began = Clock::now();
    publish({submission});
    return std::chrono::duration<double, std::milli>(Clock::now() - began).count();
  }

  queue::RespValue ask(queue::Command command) {
    auto reply = tests::run(io_, redis_->call(std::move(command)));
    if (!reply) throw std::runtime_error(reply.error().what);
    return std::move(*reply);
  }
  std::int64_t number(queue::Command command) { return ask(std::move(command)).integer; }

  std::int64_t used_memory() {
    const std::string info = ask({"INFO", "memory"}).text;
    return std::stoll(info.substr(info.find("used_memory:") + 12));
  }

  void forget() {
    std::string cursor = "0";
    do {
      auto reply = ask({"EVAL", R"(
        local found = redis.call('SCAN', ARGV[1], 'COUNT', 1000)
        for _, key in ipairs(found[2]) do
          if key:find(':similar:', 1, true) then redis.call('DEL', key)
          elseif key:find(':case:', 1, true) then redis.call('HDEL', key, 'sketch', 'interest_count') end
        end
        return found[1])",
                        "0", cursor});
      cursor = reply.text;
    } while (cursor != "0");
  }

  static std::string percentiles(std::vector<double>& values) {
    std::ranges::sort(values);
    return fmt::format(R"({{"p50":{:.3f},"p99":{:.3f}}})", values[values.size() / 2], values[values.size() * 99 / 100]);
  }

  std::size_t count_;
  normalizer::Normalizer normalizer_;
  Reports reports_;
  boost::asio::io_context io_;
  std::optional<queue::Redis> redis_;
  std::optional<queue::Publisher> publisher_;
  std::optional<Seq> mark_;
};

}  // namespace

int main(int argc, char** argv) {
  std::string socket;
  std::size_t reports = 1'000'000;
  CLI::App app{"Measures what linking similar reports costs in Redis."};
  app.add_option("--socket", socket, "Redis' socket")->required();
  app.add_option("--reports", reports, "How many reports are remembered");
  CLI11_PARSE(app, argc, argv);
  try {
    if (const auto started = core::start_crypto(); !started) throw std::runtime_error(started.error().what);
    fmt::print("{}\n", Bench(socket, reports).run());
  } catch (const std::exception& failure) {
    fmt::print(stderr, "{}\n", failure.what());
    return 1;
  }
  return 0;
}
