// SPDX-License-Identifier: Apache-2.0
#include "adapters/web/events.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/form.hpp"
#include "adapters/json.hpp"
#include "adapters/request_head.hpp"
#include "adapters/signature.hpp"
#include "adapters/web/complaint_intake.hpp"
#include "core/crypto.hpp"

namespace satupintu::adapters {

using core::Errc;
using core::Event;
using core::HttpRequest;
using core::Ignored;
using core::Message;
using core::Result;
using core::Unreadable;

namespace {

constexpr std::string_view kIdHeader = "Webhook-Id";
constexpr std::string_view kTimeHeader = "Webhook-Timestamp";
constexpr std::string_view kSignatureHeader = "Webhook-Signature";
constexpr std::string_view kSecretPrefix = "whsec_";
constexpr std::string_view kPublicKeyPrefix = "whpk_";
constexpr std::size_t kLeastSecret = 24, kMostSecret = 64, kPublicKeyBytes = 32;
constexpr std::size_t kMaxIdBytes = 256;
constexpr std::size_t kMaxSignatures = 16;
constexpr auto kTolerance = std::chrono::minutes{5};
constexpr std::uint64_t kMaxBodyBytes = 1'048'576;

constexpr std::string_view kStructured = "application/cloudevents+json";
constexpr std::string_view kBatch = "application/cloudevents-batch+json";
constexpr std::string_view kBinaryMark = "ce-specversion";
constexpr std::string_view kAttributePrefix = "ce-";
constexpr std::string_view kComplaintType = "complaint.submitted";

const AdapterInfo kInfo{
    .name = "web/events", .channel = core::Channel::app, .methods = {"OPTIONS", "POST"}, .max_body_bytes = kMaxBodyBytes};

bool is_kept(std::string_view name) {
  return core::equals_ignoring_case(name, "Content-Type") || core::equals_ignoring_case(name, kIdHeader) ||
         core::equals_ignoring_case(name.substr(0, kAttributePrefix.size()), kAttributePrefix);
}

// "application/json" of "Application/JSON; charset=utf-8".
std::string media_type_of(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find_first_of("; \t")));
  for (char& c : type) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return type;
}

bool is_json(std::string_view content_type) {
  const std::string type = media_type_of(content_type);
  return type.empty() || type == "application/json" || type == "text/json" || type.ends_with("+json");
}

// ------------------------------------------------------------------ what an event says

// The attributes of one event (CloudEvents 1.0, section 3.1), wherever they stood.
struct Attributes {
  std::string specversion, id, source, type, time, data_content_type;
  std::string external_id;  // of what comes out of it
};

// Why the event is none to read on in. A source is a reference to a URI, and so without blanks; with one between them, source and id
// cannot be confused with others.
std::optional<Event> reason_to_stop(const Attributes& attributes) {
  if (attributes.specversion != "1.0") return Unreadable{"invalid_specversion"};
  if (attributes.id.empty()) return Unreadable{"missing_id"};
  if (attributes.source.empty()) return Unreadable{"missing_source"};
  if (attributes.source.contains(' ')) return Unreadable{"invalid_source"};
  if (attributes.type.empty()) return Unreadable{"missing_type"};
  if (attributes.type != kComplaintType) return Ignored{"other_type", attributes.external_id};
  if (!is_json(attributes.data_content_type)) return Unreadable{"invalid_datacontenttype"};
  return std::nullopt;
}

Event read_complaint_event(const Attributes& attributes, const JsonView& data, bool repaired) {
  const auto at = core::parse_rfc3339(attributes.time);
  if (!attributes.time.empty() && !at) return Unreadable{"invalid_time"};
  if (!data.exists()) return Unreadable{"missing_data"};
  auto message = read_complaint(data);
  if (!message) return Unreadable{message.error()};
  message->external_id = attributes.external_id;
  message->provider_at = at;
  if (repaired) message->flags.emplace_back("repaired");
  return std::move(*message);
}

Event read_structured(const JsonView& element, bool repaired) {
  if (!element.is_object()) return Unreadable{"unreadable_event"};
  const Attributes attributes{.specversion = element["specversion"].text(),
                              .id = element["id"].text(),
                              .source = element["source"].text(),
                              .type = element["type"].text(),
                              .time = element["time"].text(),
                              .data_content_type = element["datacontenttype"].text(),
                              .external_id = element["source"].text() + ' ' + element["id"].text()};
  if (auto stop = reason_to_stop(attributes)) return std::move(*stop);
  const JsonView encoded = element["data_base64"];
  if (!encoded.exists()) return read_complaint_event(attributes, element["data"], repaired);
  if (element["data"].exists()) return Unreadable{"two_kinds_of_data"};
  const auto document = JsonDocument::parse(core::from_base64(encoded.text()).value_or(""));
  if (!document) return Unreadable{"invalid_data_base64"};
  return read_complaint_event(attributes, document->root(), repaired || document->repaired());
}

std::vector<Event> read_batch(const JsonDocument& document) {
  if (!document.root().is_list()) return {Unreadable{"unreadable_batch"}};
  std::vector<Event> events;
  for (const JsonView element : document.root().elements()) events.push_back(read_structured(element, document.repaired()));
  return events;
}

// A header's value as CloudEvents writes it: between quotes or not, then percent-encoded. A plus means itself here, unlike in a form.
std::string decoded_header(std::string_view value) {
  const bool is_quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  if (is_quoted) value = value.substr(1, value.size() - 2);
  std::string encoded;
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (is_quoted && value[at] == '\\' && at + 1 < value.size()) ++at;
    if (value[at] == '+') encoded += "%2B";
    else encoded += value[at];
  }
  return percent_decode(encoded);
}

// The attributes stand in headers; of these the signature covers the webhook's id alone, which therefore names the event.
Attributes binary_attributes(const HttpRequest& request) {
  const auto attribute = [&](std::string_view name) {
    return decoded_header(request.header(std::string(kAttributePrefix).append(name)).value_or(""));
  };
  return {.specversion = attribute("specversion"),
          .id = attribute("id"),
          .source = attribute("source"),
          .type = attribute("type"),
          .time = attribute("time"),
          .data_content_type = std::string(request.header("Content-Type").value_or("")),
          .external_id = "webhook " + std::string(request.header(kIdHeader).value_or(""))};
}

// ------------------------------------------------------------------ settings

// "whsec_" and base64, or base64 alone. Empty where it is neither, or too short or too long.
core::Secret decoded_secret(const core::Secret& written) {
  std::string_view text = written.reveal();
  if (text.starts_with(kSecretPrefix)) text.remove_prefix(kSecretPrefix.size());
  auto bytes = core::from_base64(text);
  if (!bytes || bytes->size() < kLeastSecret || bytes->size() > kMostSecret) return {};
  return core::Secret{std::move(*bytes)};
}

std::string decoded_public_key(std::string_view text) {
  if (text.starts_with(kPublicKeyPrefix)) text.remove_prefix(kPublicKeyPrefix.size());
  const auto bytes = core::from_base64(text);
  return bytes && bytes->size() == kPublicKeyBytes ? *bytes : std::string{};
}

class WebEvents final : public Adapter {
 public:
  WebEvents(std::string account, core::Settings& settings) : account_(std::move(account)) {
    const auto check = [&](std::string_view key, const core::Secret& written, const core::Secret& decoded) {
      if (written.empty() || !decoded.empty()) return;  // the first was reported already
      settings.mistake(key, "is no secret of Standard Webhooks", "write whsec_ and 24 to 64 random bytes in base64");
    };
    const core::Secret current = settings.secret(
        "secret", "With which the sender signs, as Standard Webhooks write it: \"whsec_\" and 24 to 64 random bytes in base64.");
    secrets_.current = decoded_secret(current);
    check("secret", current, secrets_.current);
    if (const auto previous = settings.optional_secret("previous_secret", "The secret before, accepted while it is being replaced.")) {
      secrets_.previous = decoded_secret(*previous);
      check("previous_secret", *previous, *secrets_.previous);
    }
    for (const std::string& written : settings.texts("public_keys",
                                                     "Keys of senders that sign with Ed25519 (v1a) instead: \"whpk_\" and 32 bytes in "
                                                     "base64. Two while one replaces the other.",
                                                     {})) {
      public_keys_.push_back(decoded_public_key(written));
      if (public_keys_.back().empty()) settings.mistake("public_keys", "has one that is no key", "write whpk_ and 32 bytes in base64");
    }
    media_hosts_ = settings.texts("media_hosts",
                                  "The servers from which attachments may be fetched: \"foto.example.org\", or \"*.example.org\" for all "
                                  "below a name.",
                                  {});
  }

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }

  [[nodiscard]] Result<core::Admission> admit(const HttpRequest& request, core::Timestamp now) const override {
    if (request.method == "OPTIONS") return shake_hands(request);
    if (request.method != "POST") return core::fail(Errc::malformed, "the method is neither OPTIONS nor POST");
    if (request.body.size() > kMaxBodyBytes) return core::fail(Errc::too_large, "the body is larger than 1 MiB");
    if (!is_authentic(request, now)) return core::fail(Errc::unauthentic, "the signature or its time is missing or wrong");
    const std::string type = media_type_of(request.header("Content-Type").value_or(""));
    if (type != kStructured && type != kBatch && !request.header(kBinaryMark)) {
      return core::Admission{.delivery = std::nullopt,
                             .answer = {.status = 415,
                                        .content_type = "text/plain; charset=utf-8",
                                        .body = "not a CloudEvent: send application/cloudevents+json\n",
                                        .headers = {}}};
    }
    return core::Admission{
        .delivery = core::Delivery{.account = account_, .received_at = now, .head = to_head(request, is_kept), .body = request.body},
        .answer = {.status = 202, .content_type = {}, .body = {}, .headers = {}}};
  }

  [[nodiscard]] Result<std::vector<Event>> decode(const core::Delivery& delivery) const override {
    const auto request = from_head(delivery.head);
    if (!request) return core::fail(Errc::unreadable, "the head is none that this adapter writes");
    const std::string type = media_type_of(request->header("Content-Type").value_or(""));
    const bool is_binary = type != kBatch && type != kStructured;
    const Attributes attributes = is_binary ? binary_attributes(*request) : Attributes{};
    if (is_binary) {
      if (auto stop = reason_to_stop(attributes)) return std::vector<Event>{std::move(*stop)};
    }
    const auto document = JsonDocument::parse(delivery.body);
    if (!document) return std::unexpected(document.error());
    if (is_binary) return std::vector<Event>{read_complaint_event(attributes, document->root(), document->repaired())};
    if (type == kBatch) return read_batch(*document);
    return std::vector<Event>{read_structured(document->root(), document->repaired())};
  }

  [[nodiscard]] std::vector<std::string> hosts() const override { return media_hosts_; }

  // Id and time are the sender's own; only what stands there is signed.
  void sign(HttpRequest& request) const override {
    std::erase_if(request.headers, [](const auto& header) { return core::equals_ignoring_case(header.first, kSignatureHeader); });
    request.headers.emplace_back(kSignatureHeader, "v1," + core::to_base64(hmac_sha256(secrets_.current, signed_bytes(request))));
  }

  [[nodiscard]] HttpRequest compose(const Utterance& utterance, core::Timestamp now) const override {
    return {.method = "POST",
            .path = {},
            .query = {},
            .headers = {{"Content-Type", std::string(kStructured)},
                        {std::string(kIdHeader), "msg_" + core::sha256_hex(utterance.external_id).substr(0, 24)},
                        {std::string(kTimeHeader), std::to_string(core::to_unix_ms(now) / 1000)}},
            .body = R"({"specversion":"1.0","type":")" + std::string(kComplaintType) +
                    R"(","source":"https://aplikasi.tangerang.example/lapor","id":)" + to_json_string(utterance.external_id) +
                    R"(,"time":")" + core::format_rfc3339(now) + R"(","datacontenttype":"application/json","data":{"text":)" +
                    to_json_string(utterance.text) + R"(,"sender":{"name":)" + to_json_string(utterance.name) + R"(,"phone":)" +
                    to_json_string(utterance.phone) + "}}}"};
  }

 private:
  // CloudEvents' HTTP webhook binding, section 4: may this origin post here? Any may ask; what counts is its signature.
  [[nodiscard]] static Result<core::Admission> shake_hands(const HttpRequest& request) {
    if (!request.header("WebHook-Request-Origin")) return core::fail(Errc::malformed, "no WebHook-Request-Origin");
    return core::Admission{
        .delivery = std::nullopt,
        .answer = {.status = 200,
                   .content_type = {},
                   .body = {},
                   .headers = {{"Allow", "OPTIONS, POST"}, {"WebHook-Allowed-Origin", "*"}, {"WebHook-Allowed-Rate", "*"}}}};
  }

  [[nodiscard]] static std::string signed_bytes(const HttpRequest& request) {
    std::string bytes(request.header(kIdHeader).value_or(""));
    bytes.append(".").append(request.header(kTimeHeader).value_or("")).append(".").append(request.body);
    return bytes;
  }

  [[nodiscard]] bool is_authentic(const HttpRequest& request, core::Timestamp now) const {
    const auto id = request.header(kIdHeader);
    // A full stop in the id could move the border between id, time and body.
    if (!id || id->empty() || id->size() > kMaxIdBytes || id->contains('.')) return false;
    const auto at = core::parse_unix(request.header(kTimeHeader).value_or(""));
    if (!at || now - *at > kTolerance || *at - now > kTolerance) return false;
    return has_signature(request.header(kSignatureHeader).value_or(""), signed_bytes(request));
  }

  // A list parted by single blanks, one signature for each key that is live at the sender; other versions are for others.
  [[nodiscard]] bool has_signature(std::string_view list, std::string_view bytes) const {
    std::vector<std::string_view> seen;
    bool found = false;
    for (bool more = true; more;) {
      more = list.contains(' ');
      const std::string_view element = take_until(list, " ");
      if (element.empty() || seen.size() == kMaxSignatures || std::ranges::find(seen, element) != seen.end()) return false;
      seen.push_back(element);
      found = is_signature(element, bytes) || found;
    }
    return found;
  }

  [[nodiscard]] bool is_signature(std::string_view element, std::string_view bytes) const {
    const std::string_view version = take_until(element, ",");
    const auto signature = core::from_base64(element);
    if (!signature || core::to_base64(*signature) != element) return false;  // only one spelling is a signature's own
    if (version == "v1") return is_hmac_sha256(secrets_, bytes, *signature);
    return version == "v1a" && std::ranges::any_of(public_keys_, [&](std::string_view key) { return is_ed25519(key, bytes, *signature); });
  }

  std::string account_;
  LiveSecrets secrets_;
  std::vector<std::string> public_keys_;
  std::vector<std::string> media_hosts_;
};

}  // namespace

std::unique_ptr<Adapter> make_web_events(std::string account, core::Settings& settings) {
  return std::make_unique<WebEvents>(std::move(account), settings);
}

}  // namespace satupintu::adapters
