// SPDX-License-Identifier: Apache-2.0
#include "adapters/sms/vonage.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "adapters/form.hpp"
#include "adapters/json.hpp"
#include "adapters/request_head.hpp"
#include "adapters/shared_secret.hpp"
#include "adapters/signature.hpp"
#include "adapters/sms/charset.hpp"
#include "adapters/sms/sender.hpp"
#include "adapters/sms/udh.hpp"
#include "core/crypto.hpp"

namespace satupintu::adapters {

using core::Errc;
using core::Event;
using core::HttpRequest;
using core::Ignored;
using core::Message;
using core::Receipt;

namespace {

using namespace std::chrono_literals;

// Each part of a text comes by itself; a request is well below 4 KB.
constexpr std::uint64_t kMaxBodyBytes = 128'000;
constexpr unsigned kMaxParts = 255;
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kBearer = "Bearer ";
// How far Vonage's clock may be ahead of ours.
constexpr auto kClockSkew = 5min;

const AdapterInfo kInfo{.name = "sms/vonage", .channel = core::Channel::sms, .methods = {"GET", "POST"}, .max_body_bytes = kMaxBodyBytes};

// ------------------------------------------------------------------ what the parameters say

bool is_kept(std::string_view name) { return core::equals_ignoring_case(name, "Content-Type"); }

bool is_json(const HttpRequest& request) {
  const std::string_view type = request.header("Content-Type").value_or("");
  return request.method == "POST" && core::equals_ignoring_case(type.substr(0, kJson.size()), kJson);
}

// From where they are signed, and from nowhere else. nullopt where a body of JSON is none or no object.
std::optional<Form> parameters_of(const HttpRequest& request, std::string_view body) {
  if (!is_json(request)) return Form::parse(request.method == "GET" ? std::string_view(request.query) : body);
  const auto document = JsonDocument::parse(body);
  if (!document || !document->root().is_object()) return std::nullopt;
  Form parameters;
  for (const auto& [name, value] : document->root().members()) parameters.add(name, value.is_text() ? value.text() : value.json());
  return parameters;
}

// The SMS API's name for something, or the Messages API's.
std::string either(const Form& parameters, std::string_view name, std::string_view other) {
  if (std::string value = parameters.value(name); !value.empty()) return value;
  return parameters.value(other);
}

unsigned number_of(const std::string& digits) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc{} && end == digits.data() + digits.size() ? number : 0;
}

// "2026-01-01 00:59:55", in UTC, or with " +0000" behind it; of the Messages API "2026-01-01T00:59:55.250Z".
std::optional<core::Timestamp> read_time(const Form& parameters) {
  std::string text = parameters.value("message-timestamp");
  if (text.empty()) return core::parse_rfc3339(parameters.value("timestamp"));
  const auto zone = text.find(" +");
  if (zone == std::string::npos) text += 'Z';
  else text.erase(zone, 1);
  return core::parse_rfc3339(text);
}

// ------------------------------------------------------------------ what is signed

enum class Scheme { hash, hmac, token };

struct Method {
  std::string_view name;  // as Vonage's libraries say it
  Scheme scheme;
  Digest digest;
};

constexpr std::string_view kUnsigned = "none";
constexpr std::array<Method, 6> kMethods{{{"md5hash", Scheme::hash, Digest::md5},
                                          {"md5", Scheme::hmac, Digest::md5},
                                          {"sha1", Scheme::hmac, Digest::sha1},
                                          {"sha256", Scheme::hmac, Digest::sha256},
                                          {"sha512", Scheme::hmac, Digest::sha512},
                                          {"jwt", Scheme::token, Digest::sha256}}};

// All parameters but the signature: "&api-key=…&msisdn=…", where what separates them is a '_' within values.
std::string signed_text(const Form& parameters) {
  auto fields = parameters.fields();
  std::ranges::sort(fields);
  std::string text;
  for (auto& [name, value] : fields) {
    if (name == "sig") continue;
    std::ranges::replace_if(value, [](char c) { return c == '&' || c == '='; }, '_');
    text.append("&").append(name).append("=").append(value);
  }
  return text;
}

// Whether the signed text can have come from these parameters only: a name that holds a separator, or stands twice, would let
// somebody hide a parameter of a request that he has seen.
bool is_unambiguous(const Form& parameters) {
  std::vector<std::string_view> names;
  for (const auto& [name, value] : parameters.fields()) names.emplace_back(name);
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) == names.end() &&
         std::ranges::none_of(names, [](std::string_view name) { return name.find_first_of("&=") != std::string_view::npos; });
}

// Base64 with '-' and '_', and without padding (RFC 7515, section 2).
std::string to_base64url(std::string_view bytes) {
  std::string text = core::to_base64(bytes);
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text.substr(0, text.find('='));
}

std::optional<std::string> from_base64url(std::string text) {
  if (text.find_first_of("+/=") != std::string::npos) return std::nullopt;
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  return core::from_base64(text);
}

// Proves that a request is Vonage's: by the signature among its parameters, or by the token in its header.
class Signatures {
 public:
  Signatures(const Method& method, std::chrono::milliseconds max_age, core::Settings& settings)
      : method_(method),
        max_age_(max_age),
        secrets_{.current = settings.secret(
                     "secret",
                     "The signature secret of the Vonage account; where `signature_method` is \"none\", a secret of one's own that "
                     "stands behind the account's name in the URL."),
                 .previous = settings.optional_secret("previous_secret", "The secret before, accepted while it is being replaced.")} {}

  [[nodiscard]] bool is_in(const HttpRequest& request, core::Timestamp now) const {
    return method_.scheme == Scheme::token ? is_token_in(request, now) : is_signature_in(request, now);
  }

  void put_into(HttpRequest& request) const {
    const auto parameters = parameters_of(request, request.body);
    if (!parameters) return;
    if (method_.scheme == Scheme::token) return put_token_into(request, *parameters);
    const std::string text = signed_text(*parameters);
    const std::string signature =
        core::to_hex(method_.scheme == Scheme::hmac ? hmac(method_.digest, secrets_.current, text) : md5_before(text, secrets_.current));
    if (is_json(request)) {
      const bool is_first = parameters->fields().empty();
      request.body.insert(request.body.rfind('}'), (is_first ? "\"sig\":\"" : ",\"sig\":\"") + signature + '"');
    } else {
      std::string& fields = request.method == "GET" ? request.query : request.body;
      fields += (fields.empty() ? "sig=" : "&sig=") + signature;
    }
  }

  [[nodiscard]] bool are_tokens() const { return method_.scheme == Scheme::token; }

 private:
  [[nodiscard]] bool is_fresh(const std::optional<core::Timestamp>& signed_at, core::Timestamp now) const {
    return signed_at && *signed_at <= now + kClockSkew && *signed_at >= now - max_age_;
  }

  [[nodiscard]] bool is_signature_in(const HttpRequest& request, core::Timestamp now) const {
    const auto parameters = parameters_of(request, request.body);
    if (!parameters || !is_unambiguous(*parameters)) return false;
    const auto claimed = core::from_hex(parameters->value("sig"));
    if (!claimed || !is_fresh(core::parse_unix(parameters->value("timestamp")), now)) return false;
    const std::string text = signed_text(*parameters);
    return method_.scheme == Scheme::hmac ? is_hmac(method_.digest, secrets_, text, *claimed) : is_md5_before(secrets_, text, *claimed);
  }

  // What the token says of its own algorithm is not asked. It vouches for the body alone.
  [[nodiscard]] bool is_token_in(const HttpRequest& request, core::Timestamp now) const {
    std::string_view token = request.header("Authorization").value_or("");
    if (request.method != "POST" || !token.starts_with(kBearer)) return false;
    token.remove_prefix(kBearer.size());
    const std::string_view signed_part = token.substr(0, token.rfind('.'));
    const auto claimed = from_base64url(std::string(token.substr(std::min(signed_part.size() + 1, token.size()))));
    if (!claimed || !is_hmac(method_.digest, secrets_, signed_part, *claimed)) return false;
    const auto claims = from_base64url(std::string(signed_part.substr(std::min(signed_part.find('.'), signed_part.size() - 1) + 1)));
    const auto document = JsonDocument::parse(claims.value_or(""));
    return document && core::equals_ignoring_case(document->root()["payload_hash"].text(), core::sha256_hex(request.body)) &&
           is_fresh(core::parse_unix(document->root()["iat"].id()), now);
  }

  // Issued when the message says that it was written.
  void put_token_into(HttpRequest& request, const Form& parameters) const {
    const core::Timestamp issued_at = read_time(parameters).value_or(core::Timestamp{});
    const std::string claims = R"({"iat":)" + std::to_string(core::to_unix_ms(issued_at) / 1000) + R"(,"iss":"Vonage","payload_hash":")" +
                               core::sha256_hex(request.body) + "\"}";
    const std::string signed_part = to_base64url(R"({"alg":"HS256","typ":"JWT"})") + '.' + to_base64url(claims);
    std::erase_if(request.headers, [](const auto& header) { return core::equals_ignoring_case(header.first, "Authorization"); });
    request.headers.emplace_back(
        "Authorization", std::string(kBearer) + signed_part + '.' + to_base64url(hmac(method_.digest, secrets_.current, signed_part)));
  }

  Method method_;
  std::chrono::milliseconds max_age_;
  LiveSecrets secrets_;
};

// ------------------------------------------------------------------ what it meant

std::string_view state_of(std::string_view status) {
  if (status == "delivered" || status == "read") return status;
  if (status == "accepted" || status == "buffered" || status == "submitted") return "sent";
  if (status == "expired" || status == "failed" || status == "rejected" || status == "undeliverable") return "failed";
  return {};
}

Event read_receipt(const Form& parameters) {
  Receipt receipt{.external_id = either(parameters, "messageId", "message_uuid"),
                  .state = std::string(state_of(parameters.value("status"))),
                  .error_code = {},
                  .at = read_time(parameters)};
  if (receipt.external_id.empty()) return Ignored{"not_a_message", {}};
  if (receipt.state.empty()) return Ignored{"other_status", receipt.external_id};
  if (receipt.state != "failed") return receipt;
  receipt.error_code = parameters.value("err-code");
  if (const auto error = JsonDocument::parse(parameters.value("error")); error && receipt.error_code.empty())
    receipt.error_code = error->root()["title"].id();
  return receipt;
}

// Vonage joins nothing: it names the parts, or leaves in a binary message the header that does. A part of senseless numbers is whole.
std::optional<core::TextPart> read_part(const Form& parameters, const UserDataHeader& udh) {
  const std::string total = parameters.value("concat-total");
  const std::string number = parameters.value("concat-part");
  const std::string reference = parameters.value("concat-ref");
  core::TextPart part{
      .reference = reference + '/' + total, .number = number_of(number), .total = number_of(total), .octets = {}, .charset = {}};
  if (!reference.empty() && part.total >= 2 && part.total <= kMaxParts && part.number >= 1 && part.number <= part.total) return part;
  if (!udh.part) return std::nullopt;
  part = {.reference = reference_of(*udh.part), .number = udh.part->number, .total = udh.part->total, .octets = {}, .charset = {}};
  return part;
}

Event read_message(const Form& parameters) {
  std::string external_id = either(parameters, "messageId", "message_uuid");
  const std::string channel = parameters.value("channel");
  if (!channel.empty() && channel != "sms") return Ignored{"other_channel", std::move(external_id)};
  const UserDataHeader udh = parse_udh(core::from_hex(parameters.value("udh")).value_or(""));
  const bool is_data = parameters.value("type") == "binary" || !parameters.has("text");
  std::string octets = is_data ? core::from_hex(parameters.value("data")).value_or("") : parameters.value("text");
  if (udh.addresses_port || (is_data && is_binary(octets))) return Ignored{"binary_sms", std::move(external_id)};

  Message message;
  message.channel = kInfo.channel;
  message.external_id = std::move(external_id);
  message.sender = sms_sender(either(parameters, "msisdn", "from"));
  if (std::string to = parameters.value("to"); !to.empty()) message.to.push_back(std::move(to));
  message.provider_at = read_time(parameters);
  const std::string charset = is_data ? "8-BIT" : "UTF-8";
  DecodedText decoded = to_utf8(octets, charset);
  message.text = std::move(decoded.text);
  if (decoded.repaired) message.flags.emplace_back("repaired");
  if (message.part = read_part(parameters, udh); message.part) {
    message.part->octets = std::move(octets);
    message.part->charset = charset;
  }
  return message;
}

class SmsVonage final : public Adapter {
 public:
  SmsVonage(std::string account, core::Settings& settings) : account_(std::move(account)) {
    std::vector<std::string> methods{std::string(kUnsigned)};
    for (const Method& method : kMethods) methods.emplace_back(method.name);
    const std::string name =
        settings.choice("signature_method",
                        "How Vonage signs what it sends, as chosen in its dashboard: \"md5hash\" is MD5 HASH, \"md5\" to "
                        "\"sha512\" are HMACs, \"jwt\" is what the Messages API uses; \"none\" where signing is not enabled.",
                        methods, "sha256");
    const auto max_age = settings.duration("max_age",
                                           "How old a signed request may be. Vonage tries again for 24 hours, perhaps with the first "
                                           "attempt's timestamp.",
                                           1min, 168h, 25h);
    const auto* const method = std::ranges::find(kMethods, name, &Method::name);
    if (method == kMethods.end()) secret_.emplace(account_, settings);
    else signatures_.emplace(*method, max_age, settings);
  }

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }

  [[nodiscard]] core::Result<core::Admission> admit(const HttpRequest& request, core::Timestamp now) const override {
    if (request.method != "GET" && request.method != "POST") return core::fail(Errc::malformed, "the method is neither GET nor POST");
    if (request.body.size() > kMaxBodyBytes) return core::fail(Errc::too_large, "the body is larger than any SMS");
    // Vonage tries a URL so before it takes it. Anybody can, so nothing is kept of it.
    if (signatures_ && request.query.empty() && request.body.empty()) return core::Admission{.delivery = std::nullopt, .answer = {}};
    if (signatures_ && !signatures_->is_in(request, now))
      return core::fail(Errc::unauthentic, "the signature is missing, wrong or too old");
    if (secret_ && !secret_->is_in(request)) return core::fail(Errc::unauthentic, "the secret is missing or wrong");
    return core::Admission{
        .delivery = core::Delivery{.account = account_, .received_at = now, .head = to_head(request, is_kept), .body = request.body},
        .answer = {}};
  }

  [[nodiscard]] core::Result<std::vector<Event>> decode(const core::Delivery& delivery) const override {
    const auto request = from_head(delivery.head);
    if (!request) return core::fail(Errc::unreadable, "the head is none that this adapter writes");
    const auto parameters = parameters_of(*request, delivery.body);
    if (!parameters) return core::fail(Errc::unreadable, "the body is no JSON object");
    const bool says_something = parameters->has("text") || parameters->has("data");
    if (parameters->has("status") && !says_something) return std::vector<Event>{read_receipt(*parameters)};
    if (!says_something && either(*parameters, "msisdn", "from").empty()) return std::vector<Event>{Ignored{"not_a_message", {}}};
    return std::vector<Event>{read_message(*parameters)};
  }

  void sign(HttpRequest& request) const override {
    if (signatures_) signatures_->put_into(request);
    else secret_->put_into(request);
  }

  [[nodiscard]] HttpRequest compose(const Utterance& utterance, core::Timestamp now) const override {
    if (signatures_ && signatures_->are_tokens()) return compose_for_messages_api(utterance, now);
    const std::string hash = core::sha256_hex(utterance.external_id);
    std::string written = core::format_rfc3339(now).substr(0, 19);
    written[10] = ' ';
    Form fields;
    fields.add("msisdn", utterance.phone.substr(utterance.phone.starts_with('+') ? 1 : 0));
    fields.add("to", "622155501708");
    fields.add("messageId", hash.substr(0, 16));
    fields.add("text", utterance.text);
    fields.add("type",
               std::ranges::all_of(utterance.text, [](char c) { return static_cast<unsigned char>(c) < 0x80; }) ? "text" : "unicode");
    fields.add("keyword", utterance.text.substr(0, utterance.text.find_first_of(" \n")));
    fields.add("message-timestamp", written);
    fields.add("timestamp", std::to_string(core::to_unix_ms(now) / 1000));
    fields.add("nonce", hash.substr(16, 32));
    return {.method = "POST",
            .path = {},
            .query = {},
            .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
            .body = fields.encoded()};
  }

 private:
  [[nodiscard]] static HttpRequest compose_for_messages_api(const Utterance& utterance, core::Timestamp now) {
    return {.method = "POST",
            .path = {},
            .query = {},
            .headers = {{"Content-Type", std::string(kJson)}},
            .body = R"({"channel":"sms","message_uuid":)" + to_json_string(core::sha256_hex(utterance.external_id).substr(0, 32)) +
                    R"(,"to":"622155501708","from":)" + to_json_string(utterance.phone.substr(utterance.phone.starts_with('+') ? 1 : 0)) +
                    R"(,"timestamp":)" + to_json_string(core::format_rfc3339(now)) + R"(,"text":)" + to_json_string(utterance.text) +
                    R"(,"message_type":"text"})"};
  }

  std::string account_;
  // One of the two.
  std::optional<Signatures> signatures_;
  std::optional<SharedSecret> secret_;
};

}  // namespace

std::unique_ptr<Adapter> make_sms_vonage(std::string account, core::Settings& settings) {
  return std::make_unique<SmsVonage>(std::move(account), settings);
}

}  // namespace satupintu::adapters
