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

constexpr std::size_t kAlikePercent = 15;     // of the reports tell of what another one told before
constexpr std::size_t kRecent = 5000;         // of what these are
constexpr std::size_t kReportsPerStreet = 4;  // so that hardly any others are of the same matter by chance
constexpr std::size_t kFirstOwnWord = 10'000'000, kOwnWords = 100'000;

using Wordings = std::array<const char*, 3>;
constexpr std::array<Wordings, 20> kMatters{{
    {"lampu jalan mati", "pju padam", "penerangan jalan tidak menyala"},
    {"jalan berlubang dalam", "aspal bolong", "ada lubang besar di jalan"},
    {"jalan ambles", "paving amblas", "badan jalan longsor"},
    {"sampah menumpuk", "tumpukan sampah belum diangkut", "sampah udah menggunung"},
    {"selokan mampet", "got tersumbat", "saluran air buntu"},
    {"banjir selutut", "genangan air tinggi", "air masuk rumah"},
    {"pohon tumbang", "pohon roboh nutup jalan", "dahan patah"},
    {"air pdam mati", "pam ga ngalir", "air bersih tidak keluar"},
    {"listrik padam", "mati lampu dari tadi", "aliran listrik terputus"},
    {"parkir liar", "mobil parkir sembarangan", "motor diparkir di badan jalan"},
    {"pkl di trotoar", "pedagang kaki lima nutup jalan", "lapak di trotoar"},
    {"anjing liar berkeliaran", "gerombolan anjing", "anjing galak dilepas"},
    {"asap bakar sampah", "warga bakar sampah", "pembakaran limbah tiap sore"},
    {"kabel menjuntai", "kabel ngelewer rendah", "kabel optik jatuh"},
    {"lampu merah mati", "traffic light tidak berfungsi", "apill padam"},
    {"tutup gorong gorong hilang", "manhole terbuka", "penutup got dicuri"},
    {"karaoke bising", "musik berisik sampai malam", "suara musik kencang"},
    {"truk tanah lewat siang", "dump truck bikin debu", "tronton melintas jam sibuk"},
    {"kecelakaan motor", "tabrakan beruntun", "motor tertabrak truk"},
    {"ayunan taman rusak", "perosotan patah", "mainan anak di taman putus rantainya"},
}};
constexpr std::array kOpenings{"pak tolong ", "min ", "selamat pagi, mohon bantuannya, ", "assalamualaikum, saya mau lapor ", "lapor ", "",
                               "halo admin "};
constexpr std::array kDetails{"udah tiga hari ga ada yang nanganin",
                              "mohon segera ditindaklanjuti",
                              "bahaya buat anak sekolah",
                              "sejak senin malam",
                              "warga resah sekali",
                              "tlg dicek ya",
                              "kemarin ada ibu jatuh di situ",
                              "udah lapor ke rt belum ada",
                              "tiap hari begini terus",
                              "kapan diperbaiki",
                              "terima kasih",
                              "saya tunggu kabarnya",
                              "sudah dua kali saya laporkan",
                              "pengendara harus putar balik",
                              "baunya sampai rumah",
                              "kasian lansia di sini",
                              "petugas cuma lewat doang",
                              "dekat sekali dengan rumah saya"};
constexpr std::array kSyllables{"ba", "ci", "du", "ga", "ja",  "ke",  "lu",  "ma",  "na",  "pa",
                                "ra", "sa", "ti", "wu", "ran", "lim", "tan", "sar", "mun", "gol"};
constexpr std::array kKinds{"depan warung ", "dekat masjid ", "samping bengkel ", "seberang sekolah ", "belakang pasar "};

// What a report tells of.
struct Matter {
  std::size_t kind = 0, street = 0, landmark = 0, house = 0, kelurahan = 0, rt = 0, rw = 0;  // 0: has none
  std::optional<core::SharedPlace> pin;
};

class Reports {
 public:
  Reports(const normalizer::Rules& rules, std::size_t streets) : rules_(rules), streets_(streets) {}

  core::Message next() {
    const bool is_known = !recent_.empty() && any(100) < kAlikePercent;
    const Matter matter = is_known ? recent_[any(recent_.size())] : new_matter();
    if (!is_known) {
      if (recent_.size() < kRecent) recent_.push_back(matter);
      else recent_[number_ % kRecent] = matter;
    }
    core::Message message;
    message.channel = core::Channel::whatsapp;
    message.external_id = fmt::format("ukur-{}", number_);
    message.sender.address_kind = core::AddressKind::phone;
    message.sender.address = fmt::format("62812555{:06}", any(400'000));
    message.text = text_of(matter);
    message.place = matter.pin;
    ++number_;
    return message;
  }

 private:
  // As people tell: most with a street, some with a kelurahan, an RT/RW or a landmark, one in six with a pin, one in ten with nothing.
  Matter new_matter() {
    Matter matter;
    matter.kind = any(kMatters.size());
    if (any(6) == 0) matter.pin = core::SharedPlace{-6.25 + any(15'000) * 1e-5, 106.6 + any(13'000) * 1e-5, std::nullopt, {}, {}};
    if (any(10) == 0) return matter;
    matter.street = 1 + any(streets_);
    if (any(10) < 4) matter.landmark = 1 + any(2 * streets_);
    if (any(10) < 3) matter.house = 1 + any(150);
    matter.kelurahan = 1 + matter.street % rules_.kelurahan.size();  // a street lies in one
    if (any(10) < 2) matter.rt = 1 + any(6), matter.rw = 1 + matter.street % 12;
    return matter;
  }

  // Two people choose other words, and leave out other parts of the place.
  std::string text_of(const Matter& matter) {
    std::string text = any_of(kOpenings) + std::string(kMatters[matter.kind][any(3)]);
    if (matter.street != 0 && any(10) < 8) text += fmt::format(" di jl {} {}", word(matter.street), word(matter.street * 7 + 1));
    if (matter.house != 0 && any(10) < 8) text += fmt::format(" no {}", matter.house);
    if (matter.landmark != 0 && any(10) < 8)
      text += fmt::format(" {}{}", kKinds[matter.landmark % kKinds.size()], word(matter.landmark * 31));
    if (matter.kelurahan != 0 && any(10) < 5) text += " kel. " + rules_.kelurahan[matter.kelurahan - 1].name;
    if (matter.rt != 0) text += fmt::format(" RT {:02}/{:02}", matter.rt, matter.rw);
    for (std::size_t details = any(4); details > 0; --details) text += fmt::format(", {}", any_of(kDetails));
    // Words that are the writer's own: slips, dialect, a name.
    for (std::size_t own = 1 + any(5); own > 0; --own) text += ' ' + word(kFirstOwnWord + any(1 + any(kOwnWords)));
    return text;
  }

  std::size_t any(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }
  const char* any_of(const auto& list) { return list[any(list.size())]; }
  static std::string word(std::size_t number) {
    std::mt19937 own(static_cast<unsigned>(number));
    std::string text;
    for (int i = 0; i < 4; ++i) text += kSyllables[own() % kSyllables.size()];
    return text;
  }

  const normalizer::Rules& rules_;
  std::size_t streets_;
  std::mt19937_64 random_{2026};
  std::vector<Matter> recent_;
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
      : count_(count),
        normalizer_(tests::shipped_rules(), core::Secret{std::string(32, 'k')}),
        reports_(tests::shipped_rules(), count / kReportsPerStreet) {
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
    return fmt::format(
        R"({{"reports":{},"alike_percent":{},"streets":{},"fill_seconds":{:.0f},"with_ms":{},"without_ms":{},"links":{},"megabytes":{:.1f}}})",
        count_, kAlikePercent, count_ / kReportsPerStreet, seconds, percentiles(with), percentiles(without), links, megabytes);
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
