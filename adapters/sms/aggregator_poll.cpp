// SPDX-License-Identifier: Apache-2.0
#include "adapters/sms/aggregator_poll.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "adapters/request_head.hpp"
#include "adapters/sms/field_map.hpp"
#include "adapters/sms/local_time.hpp"
#include "adapters/url.hpp"
#include "core/crypto.hpp"

namespace satupintu::adapters {

using boost::asio::awaitable;
using core::Errc;
using core::Event;
using core::Result;
using core::Settings;
using core::Unreadable;

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kBookmark = "inbox";
constexpr std::string_view kDay = "%Y-%m-%d";
// So many messages are committed at once.
constexpr std::size_t kMaxCommit = 200;

const AdapterInfo kInfo{.name = "sms/aggregator-poll", .channel = core::Channel::sms, .methods = {}, .max_body_bytes = 0};

// Up to which day the inbox was asked for, and what of it is committed: the inbox is asked again for days that it was asked for
// already, since a message may enter it late.
struct Progress {
  std::string day;
  std::set<std::string> committed;  // marks of messages

  static Progress parse(std::string_view bookmark) {
    Progress progress;
    progress.day = take_until(bookmark, "\n");
    while (!bookmark.empty()) progress.committed.emplace(take_until(bookmark, "\n"));
    return progress;
  }
  [[nodiscard]] std::string written() const {
    std::string out = day;
    for (const auto& mark : committed) out += '\n' + mark;
    return out;
  }
};

struct Found {
  std::string mark;
  std::string json;
};

// Those behind a count of zero need no list.
bool counts_nothing(const JsonView& answer) {
  return std::ranges::any_of(answer.members(),
                             [](const auto& member) { return member.first.contains("count") && member.second.id() == "0"; });
}

Errc code_of(unsigned status) {
  if (status == 401 || status == 403) return Errc::unauthentic;
  if (status == 404 || status == 410) return Errc::not_found;
  return status == 408 || status == 429 || status >= 500 ? Errc::unavailable : Errc::refused;
}

class SmsAggregatorPoll final : public Adapter {
 public:
  SmsAggregatorPoll(std::string account, Settings& settings)
      : account_(std::move(account)),
        url_(settings.text("url",
                           "Where the inbox is asked for, with {user}, {password}, {from} and {to} for what is put in: the first and the "
                           "last day.")),
        header_(settings.text(
            "header",
            "A header to be sent along: \"Authorization: Bearer {password}\". {basic} is user and password as HTTP Basic wants them.", "")),
        user_(settings.text("user", "The name or key that is no secret.", "")),
        password_(settings.password("password", "The password or key with which the inbox is opened.")),
        day_format_(settings.text("day_format", "How {from} and {to} are written, in strftime's %Y %m %d %H %M %S.", "%d/%m/%Y")),
        list_(settings.text("list", "The path to the list of messages in the answer.", "/msg")),
        interval_(settings.duration("interval", "How long after one look into the inbox the next one follows.", 5s, 24h, 1min)),
        days_back_(settings.number("days_back", "How many days before the last look are looked through again.", 1, 31, 2)),
        fields_(settings) {
    if (!url_.empty() && host_of(url_).empty())
      settings.mistake("url", "names no host", "write it like \"https://…/inbox?key={password}\"");
    if (!url_.contains("{password}") && !header_.contains("{password}") && !header_.contains("{basic}"))
      settings.mistake("password", "is used nowhere", "write {password} into `url` or `header`");
    if (!header_.empty() && !header_.contains(": ")) settings.mistake("header", "is no header", "write it like \"X-Api-Key: {password}\"");
    if (!is_time_format(day_format_)) settings.mistake("day_format", "is no format of a date", "write it like \"%d/%m/%Y\"");
  }

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }

  [[nodiscard]] Result<core::Admission> admit(const core::HttpRequest&, core::Timestamp) const override {
    return core::fail(Errc::unauthentic, "nobody hands anything over to this account");
  }

  // A delivery is one message of the inbox, as JSON.
  [[nodiscard]] Result<std::vector<Event>> decode(const core::Delivery& delivery) const override {
    const auto document = JsonDocument::parse(delivery.body);
    if (!document) return std::unexpected(document.error());
    if (!document->root().is_object()) return std::vector<Event>{Unreadable{"unreadable_message"}};
    return std::vector<Event>{fields_.read(document->root(), document->repaired())};
  }

  [[nodiscard]] std::vector<std::string> hosts() const override { return {host_of(url_)}; }

  [[nodiscard]] std::optional<std::chrono::milliseconds> poll_interval() const override { return interval_; }

  awaitable<Result<std::optional<std::chrono::milliseconds>>> poll(Inbox& inbox, Transport& transport) const override {
    const auto bookmark = co_await inbox.bookmark(std::string(kBookmark));
    if (!bookmark) co_return std::unexpected(bookmark.error());
    Progress progress = Progress::parse(*bookmark);
    const core::Timestamp now = transport.now();
    const auto answer = co_await transport.call(question(progress.day, now));
    // What the transport says may quote the address, in which the password stands.
    if (!answer) co_return core::fail(answer.error().code, "the inbox does not answer");
    if (answer->status != 200) co_return core::fail(code_of(answer->status), "the inbox answers " + std::to_string(answer->status));
    auto found = read_answer(answer->body);
    if (!found) co_return std::unexpected(found.error());

    const std::string today = format_local_time(now, kDay, fields_.zone());
    Progress next{.day = today, .committed = {}};
    for (const Found& message : *found) next.committed.insert(message.mark);
    std::set<std::string> known = progress.committed;
    std::erase_if(*found, [&](const Found& message) { return !known.insert(message.mark).second; });
    if (found->empty() && progress.day == today) co_return std::nullopt;
    for (std::size_t begin = 0; begin == 0 || begin < found->size(); begin += kMaxCommit) {
      const std::size_t end = std::min(begin + kMaxCommit, found->size());
      std::vector<core::Delivery> deliveries;
      for (std::size_t at = begin; at < end; ++at) {
        progress.committed.insert((*found)[at].mark);
        deliveries.push_back({.account = account_, .received_at = now, .head = {}, .body = std::move((*found)[at].json)});
      }
      // Until all are committed, nothing is forgotten of what was.
      const Progress& reached = end == found->size() ? next : progress;
      const auto committed = co_await inbox.commit(std::move(deliveries), std::string(kBookmark), reached.written());
      if (!committed) co_return std::unexpected(committed.error());
    }
    co_return std::nullopt;
  }

  void sign(core::HttpRequest&) const override {}

  [[nodiscard]] core::HttpRequest compose(const Utterance& utterance, core::Timestamp now) const override {
    const Form fields = fields_.compose(utterance.phone, utterance.text, core::sha256_hex(utterance.external_id).substr(0, 16), now);
    std::string body;
    for (const auto& [name, value] : fields.fields())
      body += (body.empty() ? "{" : ",") + to_json_string(name) + ':' + to_json_string(value);
    return {.method = {}, .path = {}, .query = {}, .headers = {}, .body = body + '}'};
  }

 private:
  [[nodiscard]] Call question(std::string_view asked_until, core::Timestamp now) const {
    const auto last = parse_local_time(asked_until, kDay, fields_.zone()).value_or(now);
    const auto day = [&](core::Timestamp at) { return format_local_time(at, day_format_, fields_.zone()); };
    // The day after today, since nobody says whether the last one is part of the answer.
    const std::string password{password_.reveal()};
    const std::array<std::pair<std::string_view, std::string>, 5> values{{{"{from}", day(last - std::chrono::days{days_back_})},
                                                                          {"{to}", day(now + 24h)},
                                                                          {"{user}", user_},
                                                                          {"{basic}", core::to_base64(user_ + ':' + password)},
                                                                          {"{password}", password}}};
    Call call{.url = url_};
    std::string header = header_;
    for (const auto& [name, value] : values) {
      replace_all(call.url, name, url_escape(value));
      replace_all(header, name, value);
    }
    std::string_view rest = header;
    const std::string name{take_until(rest, ": ")};
    if (!name.empty()) call.headers.emplace_back(name, rest);
    return call;
  }

  static void replace_all(std::string& text, std::string_view what, const std::string& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) text.replace(at, what.size(), by);
  }

  [[nodiscard]] Result<std::vector<Found>> read_answer(std::string_view body) const {
    const auto document = JsonDocument::parse(body);
    if (!document) return core::fail(Errc::unavailable, "the inbox's answer is no JSON");
    const JsonView list = list_.empty() ? document->root() : at_path(document->root(), list_);
    if (!list.is_list() && !counts_nothing(document->root()))
      return core::fail(Errc::unavailable, "the inbox's answer holds no list of messages");
    std::vector<Found> found;
    for (const JsonView element : list.elements()) {
      std::string json = element.json();
      const std::string id = fields_.id_of(element);
      found.push_back({.mark = core::sha256_hex(id.empty() ? json : "id " + id).substr(0, 16), .json = std::move(json)});
    }
    return found;
  }

  std::string account_, url_, header_, user_;
  core::Secret password_;
  std::string day_format_, list_;
  std::chrono::milliseconds interval_;
  std::int64_t days_back_;
  FieldMap fields_;
};

}  // namespace

std::unique_ptr<Adapter> make_sms_aggregator_poll(std::string account, Settings& settings) {
  return std::make_unique<SmsAggregatorPoll>(std::move(account), settings);
}

}  // namespace satupintu::adapters
