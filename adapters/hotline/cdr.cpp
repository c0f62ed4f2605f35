// SPDX-License-Identifier: Apache-2.0
#include "adapters/hotline/cdr.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "adapters/csv.hpp"
#include "adapters/hotline/call_rows.hpp"
#include "adapters/request_head.hpp"

namespace satupintu::adapters {

using boost::asio::awaitable;
using core::Errc;
using core::Event;
using core::HttpRequest;
using core::Ignored;
using core::Result;
using core::Unreadable;

namespace {

constexpr std::size_t kMaxChunkBytes = std::size_t{256} * 1024;
constexpr std::string_view kBookmark = "position";
constexpr std::string_view kMasterCsv = "master-csv";
constexpr std::string_view kQueueLog = "queue-log";
constexpr std::string_view kFormatField = "format: ";
constexpr std::string_view kFileField = "file: ";

const AdapterInfo kInfo{.name = "hotline/cdr", .channel = core::Channel::call, .methods = {}, .max_body_bytes = 0};

// ------------------------------------------------------------------ where we are in the file

struct Position {
  std::uint64_t inode = 0, offset = 0;

  [[nodiscard]] std::string text() const { return std::to_string(inode) + ':' + std::to_string(offset); }
};

// nullopt for a bookmark that nobody set yet.
std::optional<Position> position_in(std::string_view bookmark) {
  Position position;
  const std::string_view inode = take_until(bookmark, ":");
  const auto is_read = [](std::string_view digits, std::uint64_t& number) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return !digits.empty() && error == std::errc{} && end == digits.data() + digits.size();
  };
  if (!is_read(inode, position.inode) || !is_read(bookmark, position.offset)) return std::nullopt;
  return position;
}

// The whole lines at the start of `bytes`. A line longer than a chunk is handed on in pieces, so that it does not stop those behind it.
std::string whole_lines(std::string bytes) {
  const auto end = bytes.rfind('\n');
  if (end != std::string::npos) bytes.resize(end + 1);
  else if (bytes.size() < kMaxChunkBytes) bytes.clear();
  return bytes;
}

// ------------------------------------------------------------------ what the lines say

std::vector<Event> read_calls(std::string_view body) {
  std::vector<Event> events;
  std::vector<CallRow> rows;
  std::vector<std::size_t> places;  // of each row among the events
  CsvReader reader(body, ',');
  while (const auto row = reader.next()) {
    if (auto call = read_master_row(*row)) {
      places.push_back(events.size());
      events.emplace_back(Ignored{{}, call->call});
      rows.push_back(std::move(*call));
    } else {
      events.emplace_back(Unreadable{"line_of_another_form"});
    }
  }
  std::vector<std::string> reasons = reasons_by_call(rows);
  for (std::size_t i = 0; i < reasons.size(); ++i) std::get<Ignored>(events[places[i]]).why = std::move(reasons[i]);
  return events;
}

struct QueueLine {
  std::string_view call, event;
};

// "epoch|call|queue|agent|EVENT|…".
std::optional<QueueLine> read_queue_line(std::string_view line) {
  const std::string_view epoch = take_until(line, "|");
  QueueLine read;
  read.call = take_until(line, "|");
  take_until(line, "|");
  take_until(line, "|");
  read.event = take_until(line, "|");
  const bool is_named = !read.event.empty() && std::ranges::all_of(read.event, [](char c) { return c >= 'A' && c <= 'Z'; });
  return core::parse_unix(epoch) && is_named ? std::optional(read) : std::nullopt;
}

std::vector<Event> read_queue(std::string_view body) {
  std::vector<std::optional<QueueLine>> lines;
  std::set<std::string_view> connected;  // a caller whom one queue gave up on may be answered in the next
  while (!body.empty()) {
    std::string_view text = take_until(body, "\n");
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.empty()) continue;
    lines.push_back(read_queue_line(text));
    if (lines.back() && lines.back()->event == "CONNECT") connected.insert(lines.back()->call);
  }
  std::vector<Event> events;
  for (const auto& line : lines) {
    if (!line) {
      events.emplace_back(Unreadable{"line_of_another_form"});
      continue;
    }
    std::string_view why = "queue_event";
    if (line->event.starts_with("COMPLETE")) why = "call_completed";
    else if ((line->event == "ABANDON" || line->event.starts_with("EXIT")) && !connected.contains(line->call)) why = "call_abandoned";
    const bool is_about_a_call = line->call != "NONE" && line->call != "REALTIME";
    events.emplace_back(Ignored{std::string(why), std::string(is_about_a_call ? line->call : "")});
  }
  return events;
}

class HotlineCdr final : public Adapter {
 public:
  HotlineCdr(std::string account, core::Settings& settings)
      : account_(std::move(account)),
        file_(settings.text("file",
                            "The file that Asterisk writes, with its whole path. The gateway needs leave to read it and its directory.")),
        format_(settings.choice("format", "What stands in the file: call records (Master.csv) or the events of queues (queue_log).",
                                {std::string(kMasterCsv), std::string(kQueueLog)}, std::string(kMasterCsv))),
        poll_interval_(settings.duration("poll_interval", "How often to look for new lines.", std::chrono::seconds{1},
                                         std::chrono::hours{1}, std::chrono::seconds{60})) {
    if (!file_.empty() && !file_.is_absolute())
      settings.mistake("file", "is no whole path", "write it from the root: \"/var/log/asterisk/cdr-csv/Master.csv\"");
  }

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }
  [[nodiscard]] std::optional<std::chrono::milliseconds> poll_interval() const override { return poll_interval_; }

  [[nodiscard]] Result<core::Admission> admit(const HttpRequest&, core::Timestamp) const override {
    return core::fail(Errc::malformed, "this account takes no requests");
  }

  [[nodiscard]] Result<std::vector<Event>> decode(const core::Delivery& delivery) const override {
    std::string_view head = delivery.head;
    const std::string_view format = take_until(head, "\n");
    std::vector<Event> events;
    if (format == std::string(kFormatField).append(kMasterCsv)) events = read_calls(delivery.body);
    else if (format == std::string(kFormatField).append(kQueueLog)) events = read_queue(delivery.body);
    else return core::fail(Errc::unreadable, "the head is none that this adapter writes");
    if (events.empty()) events.emplace_back(Ignored{"empty", {}});
    return events;
  }

  awaitable<Result<std::optional<std::chrono::milliseconds>>> poll(Inbox& inbox, Transport& transport) const override {
    const auto bookmark = co_await inbox.bookmark(std::string(kBookmark));
    if (!bookmark) co_return std::unexpected(bookmark.error());
    std::optional<Position> known = position_in(*bookmark);
    while (true) {
      auto chunk = co_await transport.read_file(file_, known ? known->offset : 0, kMaxChunkBytes);
      const bool is_rotated = known && (chunk ? chunk->inode != known->inode : chunk.error().code == Errc::not_found);
      if (is_rotated) {
        auto finished = co_await finish_rotated(*known, chunk.has_value(), inbox, transport);
        if (!finished) co_return std::unexpected(finished.error());
        known.reset();
        if (chunk) continue;
      }
      if (!chunk) co_return std::unexpected(chunk.error());
      if (known && chunk->size < known->offset) {  // somebody emptied it
        known->offset = 0;
        continue;
      }
      if (!known) known = Position{.inode = chunk->inode, .offset = 0};
      std::string lines = whole_lines(std::move(chunk->bytes));
      if (lines.empty()) co_return std::nullopt;
      auto position = co_await commit(std::move(lines), *known, inbox);
      if (!position) co_return std::unexpected(position.error());
      known = *position;
    }
  }

  void sign(HttpRequest&) const override {}

  [[nodiscard]] HttpRequest compose(const Utterance& utterance, core::Timestamp now) const override {
    const std::string unix_seconds = std::to_string(core::to_unix_ms(now) / 1000);
    std::string body;
    if (format_ == kQueueLog) {
      body = unix_seconds + "|" + unix_seconds + ".1|q112|NONE|ABANDON|1|1|35\n";
    } else {
      std::string start = core::format_rfc3339(now + core::kJakartaOffset).substr(0, 19);
      start[10] = ' ';
      body = R"("",")" + utterance.phone + R"(","112","dari-luar","","PJSIP/trunk-00000001","","Queue","q112",")" + start + R"(","",")" +
             start + R"(",35,0,"NO ANSWER","DOCUMENTATION",")" + unix_seconds + ".1\"\n";
    }
    return {.method = {}, .path = {}, .query = head(), .headers = {}, .body = std::move(body)};
  }

 private:
  [[nodiscard]] std::string head() const {
    return std::string(kFormatField).append(format_).append("\n").append(kFileField).append(file_.filename().string());
  }

  // Commits the `lines` that begin at `position`, and gives the position behind them.
  awaitable<Result<Position>> commit(std::string lines, Position position, Inbox& inbox) const {
    position.offset += lines.size();
    std::vector<core::Delivery> deliveries;
    deliveries.push_back({.account = account_, .received_at = {}, .head = head(), .body = std::move(lines)});
    auto committed = co_await inbox.commit(std::move(deliveries), std::string(kBookmark), position.text());
    if (!committed) co_return std::unexpected(committed.error());
    co_return position;
  }

  // What is left in the file that we were reading, if it still stands under the name that logrotate gives it. Once the new file is
  // there, nobody writes the old one any more, and its last line counts even if it does not end.
  awaitable<Result<void>> finish_rotated(Position position, bool is_final, Inbox& inbox, Transport& transport) const {
    const std::filesystem::path rotated = file_.string() + ".1";
    while (true) {
      auto chunk = co_await transport.read_file(rotated, position.offset, kMaxChunkBytes);
      if (!chunk && chunk.error().code != Errc::not_found) co_return std::unexpected(chunk.error());
      if (!chunk || chunk->inode != position.inode) co_return Result<void>{};
      std::string lines = whole_lines(chunk->bytes);
      if (lines.empty() && is_final) lines = std::move(chunk->bytes);
      if (lines.empty()) co_return Result<void>{};
      auto behind = co_await commit(std::move(lines), position, inbox);
      if (!behind) co_return std::unexpected(behind.error());
      position = *behind;
    }
  }

  std::string account_;
  std::filesystem::path file_;
  std::string format_;
  std::chrono::milliseconds poll_interval_;
};

}  // namespace

std::unique_ptr<Adapter> make_hotline_cdr(std::string account, core::Settings& settings) {
  return std::make_unique<HotlineCdr>(std::move(account), settings);
}

}  // namespace satupintu::adapters
