// SPDX-License-Identifier: Apache-2.0
#include "adapters/twilio.hpp"

#include <algorithm>
#include <array>
#include <ranges>
#include <utility>

#include "adapters/request_head.hpp"
#include "adapters/url.hpp"
#include "core/crypto.hpp"

namespace satupintu::adapters {

using boost::asio::awaitable;
using core::Attachment;
using core::AttachmentKind;
using core::Errc;
using core::Event;
using core::HttpRequest;
using core::Ignored;
using core::Receipt;
using core::Result;
using core::Unreadable;

namespace {

constexpr std::string_view kSignatureHeader = "X-Twilio-Signature";
constexpr std::size_t kSignatureDigits = 28;  // 20 bytes in base64
constexpr std::string_view kBodyHash = "bodySHA256";
constexpr std::string_view kXml = "text/xml; charset=utf-8";
constexpr std::string_view kApi = "https://api.twilio.com";
constexpr std::size_t kSidDigits = 32;
constexpr unsigned kMaxMedia = 100;  // Twilio's own limit is ten

// Where the API sends those who ask for media, besides answering itself.
constexpr std::array<std::string_view, 2> kStores{"*.twiliocdn.com", "s3-external-1.amazonaws.com"};

bool is_json(const HttpRequest& request) {
  const std::string_view type = request.header("Content-Type").value_or("");
  return core::equals_ignoring_case(type.substr(0, type.find_first_of("; \t")), "application/json");
}

// `url` as Twilio may have written it when signing: without a port, and with the one that it names or its scheme implies. Twilio's own
// libraries accept either.
std::array<std::string, 2> spellings_of(const std::string& url) {
  const auto begin = url.find("://") + 3;
  const auto end = std::min(url.find('/', begin), url.size());
  const auto bracket = url.substr(0, end).rfind(']');
  const auto colon = std::min(url.find(':', bracket == std::string::npos ? begin : bracket), end);
  const std::string port = colon < end ? url.substr(colon, end - colon) : url.starts_with("https:") ? ":443" : ":80";
  return {url.substr(0, colon) + url.substr(end), url.substr(0, colon) + port + url.substr(end)};
}

// Names and values in the order of their bytes, each pair once, nothing between them.
std::string in_signed_order(const Form& form) {
  auto fields = form.fields();
  std::ranges::sort(fields);
  const auto repeated = std::ranges::unique(fields);
  fields.erase(repeated.begin(), repeated.end());
  std::string text;
  for (const auto& [name, value] : fields) text += name + value;
  return text;
}

// Of a JSON notice the URL tells the digest, since it has no fields that could be signed.
bool has_body_hash(std::string_view query) { return Form::parse(query).has(kBodyHash); }

// Whether the signature covers the body: as fields, or by its digest.
bool is_body_covered(const HttpRequest& request) {
  if (has_body_hash(request.query)) return Form::parse(request.query).value(kBodyHash) == core::sha256_hex(request.body);
  return request.method == "POST" || request.body.empty();
}

Form fields_of(const HttpRequest& request, std::string_view body) {
  if (request.method == "GET") return Form::parse(request.query);
  return Form::parse(has_body_hash(request.query) ? std::string_view{} : body);
}

// What is signed behind the address and its query.
std::string signed_fields(const HttpRequest& request) {
  return request.method == "POST" ? in_signed_order(fields_of(request, request.body)) : std::string{};
}

void put_body_hash(HttpRequest& request) {
  std::string query;
  for (const auto field : std::views::split(request.query, '&')) {
    const std::string_view text(field.begin(), field.end());
    if (!text.empty() && !text.starts_with(kBodyHash)) query.append(text).append("&");
  }
  request.query = query.append(kBodyHash).append("=").append(core::sha256_hex(request.body));
}

std::string with_query(std::string url, const std::string& query) { return query.empty() ? url : url + '?' + query; }

bool is_sid(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) && text.size() == prefix.size() + kSidDigits && core::from_hex(text.substr(prefix.size()));
}

AttachmentKind kind_of(std::string_view mime_type) {
  if (mime_type.starts_with("image/")) return AttachmentKind::image;
  if (mime_type.starts_with("video/")) return AttachmentKind::video;
  if (mime_type.starts_with("audio/")) return AttachmentKind::audio;
  return mime_type.starts_with("text/") || mime_type.starts_with("application/") ? AttachmentKind::document : AttachmentKind::other;
}

}  // namespace

TwilioAccount::TwilioAccount(std::string account, core::Settings& settings)
    : account_(std::move(account)),
      auth_tokens_{.current = settings.secret("auth_token", "The auth token of the Twilio account, with which Twilio signs what it sends."),
                   .previous = settings.optional_secret("previous_auth_token",
                                                        "The auth token before, accepted while it is being replaced by a secondary one.")},
      public_url_(settings.text("public_url",
                                "This account's address exactly as it stands in Twilio's console, without a query: it is part of what "
                                "Twilio signs.")),
      account_sid_(settings.text("account_sid",
                                 "The SID of the Twilio account (AC…). What comes from another account is refused, and media are fetched "
                                 "with it as the user name.",
                                 "")),
      api_url_(settings.text("api_url", "Where Twilio's API is reached, to fetch media and recordings.", std::string(kApi))) {
  if (!public_url_.empty() && (host_of(public_url_).empty() || public_url_.find_first_of("?#") != std::string::npos)) {
    settings.mistake("public_url", "is no address that Twilio could call",
                     "write it as in Twilio's console, without a user name and without a query: \"https://HOST/channels/ACCOUNT\"");
  }
  if (!account_sid_.empty() && !is_sid(account_sid_, "AC")) {
    settings.mistake("account_sid", "is no account SID", "copy it from Twilio's console: AC and 32 hex digits");
  }
  if (host_of(api_url_).empty() || api_url_.ends_with('/')) {
    settings.mistake("api_url", "is no address of an API", "write it without a slash at its end: \"" + std::string(kApi) + '"');
  }
}

Result<core::Admission> TwilioAccount::admit(const HttpRequest& request, core::Timestamp now) const {
  if (request.method != "GET" && request.method != "POST") return core::fail(Errc::malformed, "the method is neither GET nor POST");
  if (request.body.size() > kMaxTwilioBodyBytes) return core::fail(Errc::too_large, "the body is larger than Twilio's largest");
  if (!is_signed(request)) return core::fail(Errc::unauthentic, "the signature is missing or wrong");
  return core::Admission{.delivery = core::Delivery{.account = account_,
                                                    .received_at = now,
                                                    .head = to_head(request, [](std::string_view) { return false; }),
                                                    .body = request.body},
                         .answer = twiml()};
}

bool TwilioAccount::is_signed(const HttpRequest& request) const {
  const auto signature = request.header(kSignatureHeader);
  if (!signature || signature->size() != kSignatureDigits) return false;
  const auto mac = core::from_base64(*signature);
  // Some decoders take other characters for those of the alphabet: one signature has one spelling.
  if (!mac || core::to_base64(*mac) != *signature || !is_body_covered(request)) return false;
  const std::string fields = signed_fields(request);
  const bool is_twilios = std::ranges::any_of(spellings_of(public_url_), [&](const std::string& url) {
    return is_hmac(Digest::sha1, auth_tokens_, with_query(url, request.query) + fields, *mac);
  });
  if (!is_twilios || account_sid_.empty() || has_body_hash(request.query)) return is_twilios;
  return fields_of(request, request.body).value("AccountSid") == account_sid_;
}

void TwilioAccount::sign(HttpRequest& request) const {
  std::erase_if(request.headers, [](const auto& header) { return core::equals_ignoring_case(header.first, kSignatureHeader); });
  if (request.method == "POST" && is_json(request)) put_body_hash(request);
  const std::string mac = hmac(Digest::sha1, auth_tokens_.current, with_query(public_url_, request.query) + signed_fields(request));
  request.headers.emplace_back(kSignatureHeader, core::to_base64(mac));
}

std::string TwilioAccount::account_sid() const { return account_sid_.empty() ? make_sid("AC", account_) : account_sid_; }

std::vector<std::string> TwilioAccount::hosts() const {
  std::vector<std::string> hosts{host_of(api_url_)};
  hosts.insert(hosts.end(), kStores.begin(), kStores.end());
  return hosts;
}

awaitable<Result<Download>> TwilioAccount::download(std::string url, Transport& transport) const {
  if (url.empty()) co_return core::fail(Errc::refused, "the attachment has no address");
  Call call{.url = std::move(url)};
  if (!account_sid_.empty() && call.url.starts_with(api_url_ + '/')) {
    const std::string user = core::to_base64((account_sid_ + ':').append(auth_tokens_.current.reveal()));
    call.headers.emplace_back("Authorization", "Basic " + user);
  }
  co_return co_await transport.download(std::move(call));
}

core::HttpAnswer twiml(std::string_view instructions) {
  return {.content_type = std::string(kXml),
          .body = instructions.empty() ? "<Response/>" : "<Response>" + std::string(instructions) + "</Response>",
          .headers = {}};
}

Result<Form> read_twilio_form(const core::Delivery& delivery) {
  const auto request = from_head(delivery.head);
  if (!request) return core::fail(Errc::unreadable, "the head is none that this adapter writes");
  return fields_of(*request, delivery.body);
}

std::optional<Event> read_twilio_status(const Form& form) {
  Receipt receipt{.external_id = form.value("MessageSid"), .state = form.value("MessageStatus"), .error_code = {}, .at = std::nullopt};
  if (receipt.external_id.empty()) receipt.external_id = form.value("SmsSid");
  if (receipt.state.empty()) receipt.state = form.value("SmsStatus");
  if (receipt.state.empty() || receipt.state == "received" || receipt.state == "receiving") return std::nullopt;
  if (receipt.external_id.empty()) return Unreadable{"unreadable_status"};
  if (receipt.state == "undelivered") receipt.state = "failed";
  constexpr std::array<std::string_view, 4> kStates{"sent", "delivered", "read", "failed"};
  if (std::ranges::find(kStates, receipt.state) == kStates.end()) return Ignored{"other_status", receipt.external_id};
  receipt.error_code = form.value("ErrorCode");
  return receipt;
}

std::vector<Attachment> read_twilio_media(const Form& form) {
  std::vector<Attachment> media;
  for (unsigned number = 0; number < kMaxMedia; ++number) {
    const std::string suffix = std::to_string(number);
    Attachment attachment;
    attachment.url = form.value("MediaUrl" + suffix);
    if (attachment.url.empty()) break;
    attachment.provider_id = sid_in(attachment.url);
    attachment.mime_type = form.value("MediaContentType" + suffix);
    attachment.kind = kind_of(attachment.mime_type);
    media.push_back(std::move(attachment));
  }
  return media;
}

std::string sid_in(std::string_view url) {
  std::string_view name = url.substr(0, url.find_first_of("?#"));
  name.remove_prefix(std::min(name.rfind('/') + 1, name.size()));
  name = name.substr(0, name.find('.'));
  return is_sid(name, name.substr(0, 2)) ? std::string(name) : std::string{};
}

HttpRequest twilio_post(const Form& form) {
  return {.method = "POST",
          .path = {},
          .query = {},
          .headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"User-Agent", "TwilioProxy/1.1"}},
          .body = form.encoded()};
}

std::string make_sid(std::string_view prefix, std::string_view seed) {
  return std::string(prefix) + core::sha256_hex(seed).substr(0, kSidDigits);
}

}  // namespace satupintu::adapters
