// SPDX-License-Identifier: Apache-2.0
#include "adapters/x/account.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/batch.hpp"
#include "adapters/form.hpp"
#include "adapters/json.hpp"
#include "adapters/signature.hpp"
#include "adapters/x/posts.hpp"
#include "core/crypto.hpp"

namespace satupintu::adapters {

using boost::asio::awaitable;
using core::Errc;
using core::Event;
using core::Ignored;
using core::Result;
using core::Unreadable;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kSignatureHeader = "x-twitter-webhooks-signature";
constexpr std::string_view kSignaturePrefix = "sha256=";
constexpr std::size_t kMaxToken = 256;
// X names no maximum; one event with its users and media stays far below.
constexpr std::uint64_t kMaxBodyBytes = 1 << 20;

// What a polled page says of itself in the journal, and the name of the bookmark.
constexpr std::string_view kMentions = "mentions";
constexpr std::string_view kPageSize = "100";
// X shows the newest 800 mentions, eight pages. Where pages go on long after that, something else is wrong.
constexpr unsigned kMaxPages = 32;
constexpr milliseconds kRateWindow = 15min;
constexpr milliseconds kLongestRest = 16min;

const AdapterInfo kInfo{.name = "x/account", .channel = core::Channel::x, .methods = {"GET", "POST"}, .max_body_bytes = kMaxBodyBytes};

struct Reason {
  std::string_view event;
  std::string_view why;
};

// Lists of the Account Activity API that hold no message of a citizen.
constexpr std::array<Reason, 6> kOtherLists{{
    {"favorite_events", "favorite"},
    {"follow_events", "follow"},
    {"block_events", "block"},
    {"mute_events", "mute"},
    {"direct_message_indicate_typing_events", "typing"},
    {"direct_message_mark_read_events", "read_by_user"},
}};

// What stands beside the lists, or is read with them.
constexpr std::array<std::string_view, 9> kReadMembers{
    "for_user_id",         "user_has_blocked",   "users", "apps", "user_event", "replay_job_status", "direct_message_events",
    "tweet_create_events", "tweet_delete_events"};

// Events of the X Activity API that hold no message of a citizen.
constexpr std::array<Reason, 18> kOtherEvents{{
    {"post.repost.create", "repost"},
    {"dm.sent", "own_message"},
    {"dm.read", "read_by_user"},
    {"dm.indicate_typing", "typing"},
    {"chat.sent", "own_message"},
    {"chat.conversation_join", "chat_joined"},
    {"like.create", "favorite"},
    {"follow.follow", "follow"},
    {"follow.unfollow", "follow"},
    {"block.block", "block"},
    {"block.unblock", "block"},
    {"mute.mute", "mute"},
    {"mute.unmute", "mute"},
    {"news.new", "news"},
    {"spaces.start", "space"},
    {"spaces.end", "space"},
    {"oauth.revoke", "access_revoked"},
    {"replay_job_status", "replay_job_status"},
}};

// Those that are read. All but the last three hold a post.
constexpr std::array<std::string_view, 7> kReadEvents{"post.create", "post.mention.create", "post.reply.create", "post.quote.create",
                                                      "post.delete", "dm.received",         "chat.received"};

template <std::size_t size>
std::string_view reason_of(const std::array<Reason, size>& reasons, std::string_view event) {
  const auto* const found = std::ranges::find(reasons, event, &Reason::event);
  return found == reasons.end() ? std::string_view{} : found->why;
}

bool is_digits(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos; }

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  });
}

// What X may have us sign in a check of the webhook, which anybody can ask for. It is kept apart from everything that X posts: else the
// check would sign a forged notification for whoever wants one.
bool is_check_token(std::string_view text) {
  return !text.empty() && text.size() <= kMaxToken && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || std::string_view("-._~+/=").contains(c);
  });
}

// ------------------------------------------------------------------ what X's server answers

std::string_view header_of(const core::HttpAnswer& answer, std::string_view name) {
  const auto found =
      std::ranges::find_if(answer.headers, [&](const auto& header) { return core::equals_ignoring_case(header.first, name); });
  return found == answer.headers.end() ? std::string_view{} : std::string_view(found->second);
}

core::Error refusal_of(unsigned status) {
  const std::string told = "X answered " + std::to_string(status);
  switch (status) {
    case 400: return {Errc::refused, told + ": it does not know one of the parameters; try the other `field_names`"};
    case 401:
    case 403: return {Errc::unauthentic, told + ": the bearer token is wrong or may not read mentions"};
    case 402: return {Errc::refused, told + ": the credits are used up"};
    case 404:
    case 410: return {Errc::not_found, told + ": there is no account with this `user_id`, or no such medium"};
    default: break;
  }
  return {status == 408 || status == 429 || status >= 500 ? Errc::unavailable : Errc::refused, told};
}

// Ids grow with time; they are longer than what a double holds, so they are compared as they are written.
bool is_later(std::string_view id, std::string_view other) {
  return is_digits(id) && (id.size() != other.size() ? id.size() > other.size() : id > other);
}

std::string newest_of(const JsonView& page, std::string newest) {
  const auto take = [&](std::string id) {
    if (is_later(id, newest)) newest = std::move(id);
  };
  take(page["meta"]["newest_id"].id());
  for (const JsonView post : page["data"].elements()) take(post["id"].id());
  return newest;
}

// The server's name in a URL.
std::string host_of(std::string_view url) {
  url.remove_prefix(std::min(url.size(), url.find("://") + 3));
  return std::string(url.substr(0, url.find_first_of(":/")));
}

class XAccount final : public Adapter {
 public:
  XAccount(std::string account, core::Settings& settings)
      : account_(std::move(account)),
        consumer_secrets_{
            .current = settings.secret("consumer_secret", "The consumer secret (API key secret) of the app at X, with which X signs."),
            .previous =
                settings.optional_secret("previous_consumer_secret", "The consumer secret before, accepted while it is being replaced.")},
        bearer_token_(settings.optional_secret("bearer_token",
                                               "The app's bearer token, with which mentions are polled. Without it nothing is polled, and "
                                               "what the webhooks miss is lost.")),
        ours_{.user_id = settings.text("user_id", "The id (digits, not the name) of our account on X."),
              .username = settings.text("username", "The name of our account on X, without '@'.")},
        poll_every_(settings.duration("poll_every", "How long after one look at the mentions the next begins.", 5s, 1h, 1min)),
        api_url_(settings.text("api_url", "Where X's API is.", "https://api.x.com")),
        fields_(
            settings.choice("field_names",
                            "Which names X's API understands for the parts of a post: `post` (post.fields, note_post, …) as since 2026, "
                            "or `tweet` (tweet.fields, note_tweet, …) as before.",
                            {"post", "tweet"}, "post")) {
    if (!ours_.user_id.empty() && !is_digits(ours_.user_id))
      settings.mistake("user_id", "is not a number", "X shows it in the developer console, as the first part of the access token");
    if (!ours_.username.empty() && !is_word(ours_.username))
      settings.mistake("username", "has a character that user names on X never have", "write it without '@'");
    if (!api_url_.starts_with("https://") && !api_url_.starts_with("http://"))
      settings.mistake("api_url", "is not the address of a server", "write it like https://api.x.com");
    while (api_url_.ends_with('/')) api_url_.pop_back();
  }

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }

  [[nodiscard]] Result<core::Admission> admit(const core::HttpRequest& request, core::Timestamp now) const override {
    if (request.method == "GET") return answer_check(request);
    if (request.method != "POST") return core::fail(Errc::malformed, "the method is neither GET nor POST");
    if (request.body.size() > kMaxBodyBytes) return core::fail(Errc::too_large, "the body is larger than any of X's");
    if (!is_signed(request) || is_check_token(request.body)) return core::fail(Errc::unauthentic, "the signature is missing or wrong");
    return core::Admission{.delivery = core::Delivery{.account = account_, .received_at = now, .head = {}, .body = request.body},
                           .answer = {}};
  }

  [[nodiscard]] Result<std::vector<Event>> decode(const core::Delivery& delivery) const override {
    std::vector<Event> events;
    if (delivery.body.empty()) return events;
    const auto document = JsonDocument::parse(delivery.body);
    if (!document) return std::unexpected(document.error());
    const JsonView root = document->root();
    const x::Surroundings around{.ours = ours_, .repaired = document->repaired()};
    if (!root.is_object()) return std::vector<Event>{Ignored{"other_object", {}}};
    if (delivery.head == kMentions) {
      read_page(root, around, events);
    } else if (root["data"].exists()) {
      read_activity(root, around, events);
    } else {
      read_account_activity(root, around, events);
    }
    return events;
  }

  [[nodiscard]] std::vector<std::string> hosts() const override { return {host_of(api_url_), "pbs.twimg.com", "video.twimg.com"}; }

  [[nodiscard]] std::optional<milliseconds> poll_interval() const override {
    return bearer_token_ ? std::optional(poll_every_) : std::nullopt;
  }

  // Pages come newest first. The bookmark moves with the last of them only: whatever stops a round before that, the next one begins at the
  // newest page again, and what it finds twice is known by its id.
  awaitable<Result<std::optional<milliseconds>>> poll(Inbox& inbox, Transport& transport) const override {
    if (!bearer_token_) co_return std::nullopt;
    const auto bookmark = co_await inbox.bookmark(std::string(kMentions));
    if (!bookmark) co_return std::unexpected(bookmark.error());
    const std::string& since = *bookmark;
    std::string newest = since;
    std::string next;
    for (unsigned page = 0; page < kMaxPages; ++page) {
      auto answer = co_await transport.call(ask(mentions_url(since, next)));
      if (!answer) co_return std::unexpected(answer.error());
      if (answer->status == 429) co_return rest_after(*answer, transport.now());
      if (answer->status != 200) co_return std::unexpected(refusal_of(answer->status));
      const auto document = JsonDocument::parse(answer->body);
      if (!document) co_return std::unexpected(document.error());
      const JsonView root = document->root();
      if (!root["meta"].is_object()) co_return core::fail(Errc::refused, "X answered something else than a page of mentions");
      newest = newest_of(root, std::move(newest));
      // Without a bookmark the newest page has to do: whoever starts today does not want the mentions of last year.
      next = since.empty() ? std::string{} : root["meta"]["next_token"].text();
      const bool is_last = next.empty();
      const bool is_empty = !root["data"].exists() && !root["errors"].exists();
      if (!is_empty || newest != since) {
        std::vector<core::Delivery> found;
        if (!is_empty) found.push_back({.account = account_, .received_at = {}, .head = std::string(kMentions), .body = answer->body});
        if (auto committed = co_await inbox.commit(std::move(found), std::string(kMentions), is_last ? newest : since); !committed)
          co_return std::unexpected(committed.error());
      }
      if (header_of(*answer, "x-rate-limit-remaining") == "0") co_return rest_after(*answer, transport.now());
      if (is_last) co_return std::nullopt;
    }
    co_return core::fail(Errc::refused, "X's pages of mentions do not end");
  }

  // X leaves the addresses of media out of some notifications; then their keys have to be looked up.
  awaitable<Result<Download>> download(core::Attachment attachment, Transport& transport) const override {
    if (attachment.url.empty() && bearer_token_ && is_word(attachment.provider_id)) {
      const auto answer = co_await transport.call(ask(media_url(attachment.provider_id)));
      if (!answer) co_return std::unexpected(answer.error());
      if (answer->status != 200) co_return std::unexpected(refusal_of(answer->status));
      const auto document = JsonDocument::parse(answer->body);
      if (!document) co_return std::unexpected(document.error());
      attachment.url = x::best_rendition_v2(document->root()["data"]).url;
      if (attachment.url.empty()) co_return core::fail(Errc::not_found, "X knows no address for this medium");
    }
    co_return co_await Adapter::download(std::move(attachment), transport);
  }

  void sign(core::HttpRequest& request) const override {
    std::erase_if(request.headers, [](const auto& header) { return core::equals_ignoring_case(header.first, kSignatureHeader); });
    request.headers.emplace_back(kSignatureHeader, signature_of(request.body));
  }

  [[nodiscard]] core::HttpRequest compose(const Utterance& utterance, core::Timestamp now) const override {
    const std::string author = to_json_string(utterance.phone.substr(utterance.phone.starts_with('+') ? 1 : 0));
    const std::string post_id = to_json_string(number_from(utterance.external_id));
    const std::string us = to_json_string(ours_.user_id);
    std::string escaped;
    for (const char c : utterance.text) {
      if (c == '&') escaped += "&amp;";
      else if (c == '<') escaped += "&lt;";
      else if (c == '>') escaped += "&gt;";
      else escaped += c;
    }
    core::HttpRequest request{.method = "POST", .path = {}, .query = {}, .headers = {{"Content-Type", "application/json"}}, .body = {}};
    request.body = R"({"data":{"event_uuid":"2073000000000000001","event_type":"post.mention.create","filter":{"user_id":)" + us +
                   R"(},"tag":"satu-pintu","payload":{"id":)" + post_id + R"(,"text":)" + to_json_string(escaped) + R"(,"author_id":)" +
                   author + R"(,"created_at":)" + to_json_string(core::format_rfc3339(now)) + R"(,"conversation_id":)" + post_id +
                   R"(,"entities":{"mentions":[{"start":0,"end":0,"username":)" + to_json_string(ours_.username) + R"(,"id":)" + us +
                   R"(}]}},"includes":{"users":[{"id":)" + author + R"(,"name":)" + to_json_string(utterance.name) +
                   R"(,"username":"warga_uji"}]}}})";
    return request;
  }

 private:
  // ---------------------------------------------------------------- authenticity

  [[nodiscard]] std::string signature_of(std::string_view bytes) const {
    return std::string(kSignaturePrefix) + core::to_base64(hmac_sha256(consumer_secrets_.current, bytes));
  }

  [[nodiscard]] Result<core::Admission> answer_check(const core::HttpRequest& request) const {
    const std::string token = Form::parse(request.query).value("crc_token");
    if (!is_check_token(token)) return core::fail(Errc::malformed, "not a check with a plain token");
    return core::Admission{.delivery = std::nullopt,
                           .answer = {.content_type = "application/json; charset=utf-8",
                                      .body = R"({"response_token":)" + to_json_string(signature_of(token)) + '}',
                                      .headers = {{"X-Content-Type-Options", "nosniff"}}}};
  }

  [[nodiscard]] bool is_signed(const core::HttpRequest& request) const {
    auto signature = request.header(kSignatureHeader);
    if (!signature || !signature->starts_with(kSignaturePrefix)) return false;
    signature->remove_prefix(kSignaturePrefix.size());
    // One spelling only: readers of base64 take several for the same bytes.
    const auto mac = core::from_base64(*signature);
    return mac && core::to_base64(*mac) == *signature && is_hmac_sha256(consumer_secrets_, request.body, *mac);
  }

  // ---------------------------------------------------------------- what came in

  void read_page(const JsonView& root, x::Surroundings around, std::vector<Event>& events) const {
    around.includes = root["includes"];
    around.is_addressed = true;
    for_each_object(root["data"], "unreadable_post", events,
                    [&](const JsonView& post) { events.push_back(x::read_post_v2(post, around)); });
    for_each_object(root["errors"], "unreadable_error", events,
                    [&](const JsonView&) { events.emplace_back(Ignored{"provider_error", {}}); });
  }

  // Why an activity says nothing to us; nullopt for one that has to be read.
  [[nodiscard]] std::optional<Event> passed_over(const JsonView& data) const {
    const JsonView payload = data["payload"];
    const std::string type = data["event_type"].text();
    if (type.empty()) return Unreadable{"unreadable_activity"};
    if (type.starts_with("profile.update.")) return Ignored{"profile_update", payload["id"].id()};
    if (const auto why = reason_of(kOtherEvents, type); !why.empty()) return Ignored{std::string(why), payload["id"].id()};
    if (std::ranges::find(kReadEvents, type) == kReadEvents.end()) return Ignored{"unknown_event", payload["id"].id()};
    if (const std::string whose = data["filter"]["user_id"].id(); !whose.empty() && whose != ours_.user_id)
      return Ignored{"other_user", payload["id"].id()};
    if (!payload.is_object()) return Unreadable{"unreadable_activity"};
    return std::nullopt;
  }

  void read_activity(const JsonView& root, x::Surroundings around, std::vector<Event>& events) const {
    const JsonView data = root["data"];
    const JsonView payload = data["payload"];
    const std::string type = data["event_type"].text();
    around.includes = data["includes"].exists() ? data["includes"] : root["includes"];
    around.users = payload["users"];
    around.is_addressed = type == "post.mention.create" || type == "post.reply.create";
    if (auto event = passed_over(data)) {
      events.push_back(std::move(*event));
    } else if (type == "post.delete") {
      events.push_back(x::read_deletion_v2(payload, around));
    } else if (type == "chat.received") {
      events.push_back(x::read_encrypted_message(payload, around));
    } else if (type != "dm.received") {
      events.push_back(x::read_post_v2(payload, around));
    } else if (payload["direct_message_events"].exists()) {
      for_each_object(payload["direct_message_events"], "unreadable_message", events,
                      [&](const JsonView& element) { events.push_back(x::read_direct_message_v1(element, around)); });
    } else {
      events.push_back(x::read_direct_message_v2(payload, around));
    }
  }

  void read_account_activity(const JsonView& root, x::Surroundings around, std::vector<Event>& events) const {
    const std::string whose = root["for_user_id"].id();
    const bool is_ours = whose.empty() || whose == ours_.user_id;
    around.users = root["users"];
    around.author_blocked = root["user_has_blocked"].is_true();
    const auto read_list = [&](std::string_view list, std::string_view otherwise, auto read, auto id_of) {
      for_each_object(root[list], otherwise, events, [&](const JsonView& element) {
        events.push_back(is_ours ? read(element, around) : Event{Ignored{"other_user", id_of(element)}});
      });
    };
    read_list("tweet_create_events", "unreadable_post", x::read_post_v1, [](const JsonView& post) { return post["id_str"].id(); });
    read_list("tweet_delete_events", "unreadable_deletion", x::read_deletion_v1,
              [](const JsonView& deletion) { return deletion["status"]["id"].id(); });
    read_list("direct_message_events", "unreadable_message", x::read_direct_message_v1,
              [](const JsonView& element) { return element["id"].id(); });
    for (const Reason& other : kOtherLists) {
      for_each_object(root[other.event], "unreadable_event", events,
                      [&](const JsonView&) { events.emplace_back(Ignored{std::string(other.why), {}}); });
    }
    if (root["user_event"].exists()) {
      const bool is_revoked = root["user_event"]["revoke"].exists();
      events.emplace_back(Ignored{is_revoked ? "access_revoked" : "unknown_event", {}});
    }
    if (root["replay_job_status"].exists()) events.emplace_back(Ignored{"replay_job_status", {}});
    for (const auto& [name, value] : root.members()) {
      const bool is_read = std::ranges::find(kReadMembers, name) != kReadMembers.end() || !reason_of(kOtherLists, name).empty();
      if (!is_read) events.emplace_back(Ignored{"unknown_event", {}});
    }
  }

  // ---------------------------------------------------------------- what is asked

  [[nodiscard]] Call ask(std::string url) const {
    return {.url = std::move(url), .headers = {{"Authorization", "Bearer " + std::string(bearer_token_->reveal())}}};
  }

  [[nodiscard]] std::string mentions_url(const std::string& since, const std::string& next) const {
    Form query;
    query.add("max_results", std::string(kPageSize));
    if (!next.empty()) query.add("pagination_token", next);
    if (!since.empty()) query.add("since_id", since);
    if (fields_ == "post") {
      query.add("post.fields", "attachments,conversation_id,created_at,entities,geo,note_post");
      query.add("expansions", "author_id,in_reply_to_user_id,edit_history_post_ids,referenced_posts,geo.place_id,attachments.media_keys");
    } else {
      query.add("tweet.fields",
                "attachments,conversation_id,created_at,edit_history_tweet_ids,entities,geo,in_reply_to_user_id,note_tweet,"
                "referenced_tweets");
      query.add("expansions", "author_id,referenced_tweets.id,geo.place_id,attachments.media_keys");
    }
    query.add("user.fields", "name,username");
    query.add("media.fields", "alt_text,type,url,variants");
    query.add("place.fields", "full_name,name");
    return api_url_ + "/2/users/" + ours_.user_id + "/mentions?" + query.encoded();
  }

  [[nodiscard]] std::string media_url(const std::string& key) const {
    return api_url_ + "/2/media/" + key + "?media.fields=type%2Curl%2Cvariants";
  }

  // Until X's window of requests begins anew, and never sooner than planned.
  [[nodiscard]] milliseconds rest_after(const core::HttpAnswer& answer, core::Timestamp now) const {
    const auto reset = core::parse_unix(header_of(answer, "x-rate-limit-reset"));
    const milliseconds rest = reset ? *reset - now + 1s : kRateWindow;
    return std::max(poll_every_, std::min(rest, kLongestRest));
  }

  // Of a shape that X could have given: 19 digits.
  [[nodiscard]] static std::string number_from(const std::string& text) {
    std::string digits = "1";
    for (const char c : core::sha256_hex(text).substr(0, 18)) digits += static_cast<char>('0' + static_cast<unsigned char>(c) % 10);
    return digits;
  }

  std::string account_;
  LiveSecrets consumer_secrets_;
  std::optional<core::Secret> bearer_token_;
  x::Ourselves ours_;
  milliseconds poll_every_;
  std::string api_url_;
  std::string fields_;
};

}  // namespace

std::unique_ptr<Adapter> make_x_account(std::string account, core::Settings& settings) {
  return std::make_unique<XAccount>(std::move(account), settings);
}

}  // namespace satupintu::adapters
