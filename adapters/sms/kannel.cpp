// SPDX-License-Identifier: Apache-2.0
#include "adapters/sms/kannel.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/form.hpp"
#include "adapters/signature.hpp"
#include "adapters/sms/charset.hpp"
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

constexpr std::string_view kSecretHeader = "X-Satupintu-Secret";
constexpr std::string_view kHeaderPrefix = "X-Kannel-";
// 255 joined parts make 39,015 octets at most.
constexpr std::uint64_t kMaxBodyBytes = 64 * 1024;
constexpr std::size_t kMaxPhoneDigits = 17;  // E.164 with an international prefix

const AdapterInfo kInfo{.name = "sms/kannel", .channel = core::Channel::sms, .methods = {"GET", "POST"}, .max_body_bytes = kMaxBodyBytes};

// ------------------------------------------------------------------ what is journalled beside the body

bool is_kept(const std::pair<std::string, std::string>& header) {
  const auto& [name, value] = header;
  const bool is_kannels = core::equals_ignoring_case(std::string_view(name).substr(0, kHeaderPrefix.size()), kHeaderPrefix);
  return (is_kannels || core::equals_ignoring_case(name, "Content-Type")) && !value.contains('\n');
}

// The request as HTTP would write it, without its path: that may hold the secret.
std::string to_head(const HttpRequest& request) {
  std::string head = request.method + " ?" + request.query + '\n';
  for (const auto& header : request.headers) {
    if (is_kept(header)) head += header.first + ": " + header.second + '\n';
  }
  return head;
}

std::string_view take_until(std::string_view& text, std::string_view mark) {
  const auto end = text.find(mark);
  const auto taken = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + mark.size());
  return taken;
}

// nullopt when `head` is not as to_head writes it.
std::optional<HttpRequest> from_head(std::string_view head) {
  HttpRequest request;
  std::string_view first_line = take_until(head, "\n");
  request.method = take_until(first_line, " ?");
  request.query = first_line;
  if (request.method != "GET" && request.method != "POST") return std::nullopt;
  while (!head.empty()) {
    std::string_view line = take_until(head, "\n");
    const std::string_view name = take_until(line, ": ");
    request.headers.emplace_back(name, line);
  }
  return request;
}

// ------------------------------------------------------------------ what the parameters say

// `parameter="value"` or `parameter=value` of a Content-Type.
std::string_view parameter_of(std::string_view content_type, std::string_view parameter) {
  take_until(content_type, ";");
  while (!content_type.empty()) {
    std::string_view value = take_until(content_type, ";");
    std::string_view name = take_until(value, "=");
    name.remove_prefix(std::min(name.find_first_not_of(" \t"), name.size()));
    if (!core::equals_ignoring_case(name, parameter)) continue;
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return value;
  }
  return {};
}

// One SMS as smsbox told it: in the query, where the configured URL asks for it, else in headers of its own.
class Told {
 public:
  Told(const HttpRequest& request, std::string_view body)
      : request_(request),
        query_(Form::parse(request.query)),
        payload_(request.method == "POST" ? std::string(body) : query_.value("text")) {}

  [[nodiscard]] const std::string& payload() const { return payload_; }

  // smsbox hands an escape that it does not know through as it stands, "%U"; that says nothing.
  [[nodiscard]] std::string parameter(std::string_view name) const {
    std::string value = query_.value(name);
    if (value.size() == 2 && value.starts_with('%')) value.clear();
    return value;
  }

  [[nodiscard]] std::string parameter(std::string_view name, std::string_view header) const {
    std::string value = parameter(name);
    return value.empty() ? std::string(request_.header(header).value_or("")) : value;
  }

  [[nodiscard]] std::string charset() const {
    if (std::string named = parameter("charset"); !named.empty()) return named;
    const std::string_view type = request_.header("Content-Type").value_or("");
    if (const auto named = parameter_of(type, "charset"); !named.empty()) return std::string(named);
    const std::string coding = parameter("coding", "X-Kannel-Coding");
    if (coding == "2") return "UTF-16BE";
    return coding == "1" || type.starts_with("application/octet-stream") ? "8-BIT" : "UTF-8";
  }

  // Percent-encoded in Kannel 1.4.5, hexadecimal in others.
  [[nodiscard]] UserDataHeader user_data_header() const {
    std::string udh = parameter("udh");
    if (udh.empty()) udh = percent_decode(request_.header("X-Kannel-UDH").value_or(""));
    const bool is_raw = !udh.empty() && static_cast<unsigned char>(udh.front()) + std::size_t{1} == udh.size();
    return parse_udh(is_raw ? udh : core::from_hex(udh).value_or(udh));
  }

  [[nodiscard]] std::optional<core::Timestamp> sent_at() const {
    if (const auto at = core::parse_unix(parameter("ts"))) return at;
    return core::parse_rfc3339(std::string(request_.header("X-Kannel-Time").value_or("")) + 'Z');
  }

 private:
  const HttpRequest& request_;
  Form query_;
  std::string payload_;
};

// ------------------------------------------------------------------ what it meant

core::Sender sender_of(std::string address) {
  const std::string_view digits = std::string_view(address).substr(address.starts_with('+') ? 1 : 0);
  const bool is_number =
      !digits.empty() && digits.size() <= kMaxPhoneDigits && digits.find_first_not_of("0123456789") == std::string_view::npos;
  core::Sender sender;
  if (!address.empty()) sender.address_kind = is_number ? core::AddressKind::phone : core::AddressKind::platform_id;
  sender.address = std::move(address);
  return sender;
}

// Text of any alphabet has no control characters but those that move the paper.
bool is_binary(std::string_view bytes) {
  return std::ranges::any_of(bytes,
                             [](char c) { return static_cast<unsigned char>(c) < 0x20 && !std::string_view("\t\n\f\r").contains(c); });
}

// Bits of Kannel's dlr-mask.
std::string_view state_of(std::string_view report) {
  if (report == "1") return "delivered";
  if (report == "2" || report == "16") return "failed";
  if (report == "4" || report == "8") return "sent";
  return {};
}

// None where the request is no delivery report on a message that we named.
std::optional<Receipt> read_receipt(const Told& told) {
  const std::string report = told.parameter("dlr");
  Receipt receipt{.external_id = told.parameter("id"), .state = std::string(state_of(report)), .error_code = {}, .at = told.sent_at()};
  if (receipt.external_id.empty() || receipt.state.empty()) return std::nullopt;
  if (receipt.state == "failed") receipt.error_code = report;
  return receipt;
}

Event read_message(const Told& told) {
  std::string external_id = told.parameter("id");
  const std::string charset = told.charset();
  const UserDataHeader udh = told.user_data_header();
  if (udh.addresses_port || (charset == "8-BIT" && is_binary(told.payload()))) return Ignored{"binary_sms", std::move(external_id)};

  Message message;
  message.channel = kInfo.channel;
  message.external_id = std::move(external_id);
  message.sender = sender_of(told.parameter("from", "X-Kannel-From"));
  if (std::string to = told.parameter("to", "X-Kannel-To"); !to.empty()) message.to.push_back(std::move(to));
  message.provider_at = told.sent_at();
  DecodedText decoded = to_utf8(told.payload(), charset);
  message.text = std::move(decoded.text);
  if (decoded.repaired) message.flags.emplace_back("repaired");
  if (!decoded.known_charset) message.flags.emplace_back("unknown_charset");
  if (udh.part) {
    message.thread_id = thread_of(*udh.part);
    message.flags.push_back("part " + std::to_string(udh.part->number) + '/' + std::to_string(udh.part->total));
  }
  return message;
}

bool is_fit_for_a_path(std::string_view secret) {
  return std::ranges::all_of(secret, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || std::string_view("-._~").contains(c);
  });
}

class SmsKannel final : public Adapter {
 public:
  SmsKannel(std::string account, core::Settings& settings)
      : account_(std::move(account)),
        secrets_{.current = settings.secret(
                     "secret", "What stands behind the account's name in Kannel's URL: letters, digits, '-', '.', '_' and '~'."),
                 .previous = settings.optional_secret("previous_secret", "The secret before, accepted while it is being replaced.")} {
    const auto check = [&](std::string_view key, const core::Secret& secret) {
      if (is_fit_for_a_path(secret.reveal())) return;
      settings.mistake(key, "has a character that changes its meaning in a URL", "make one with: satupintu keygen");
    };
    check("secret", secrets_.current);
    if (secrets_.previous) check("previous_secret", *secrets_.previous);
  }

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }

  [[nodiscard]] core::Result<core::Admission> admit(const HttpRequest& request, core::Timestamp now) const override {
    if (request.method != "GET" && request.method != "POST") return core::fail(Errc::malformed, "the method is neither GET nor POST");
    if (request.body.size() > kMaxBodyBytes) return core::fail(Errc::too_large, "the body is larger than any SMS");
    if (!is_one_of(secrets_, secret_in(request))) return core::fail(Errc::unauthentic, "the secret is missing or wrong");
    // Empty, since Kannel would text a body of ours back to the citizen.
    return core::Admission{
        .delivery = core::Delivery{.account = account_, .received_at = now, .head = to_head(request), .body = request.body}, .answer = {}};
  }

  [[nodiscard]] core::Result<std::vector<Event>> decode(const core::Delivery& delivery) const override {
    const auto request = from_head(delivery.head);
    if (!request) return core::fail(Errc::unreadable, "the head is none that this adapter writes");
    const Told told(*request, delivery.body);
    if (const auto receipt = read_receipt(told)) return std::vector<Event>{*receipt};
    if (told.payload().empty() && told.parameter("from", "X-Kannel-From").empty()) return std::vector<Event>{Ignored{"not_a_message", {}}};
    return std::vector<Event>{read_message(told)};
  }

  void sign(HttpRequest& request) const override {
    std::erase_if(request.headers, [](const auto& header) { return core::equals_ignoring_case(header.first, kSecretHeader); });
    request.headers.emplace_back(kSecretHeader, secrets_.current.reveal());
  }

  [[nodiscard]] HttpRequest compose(const Utterance& utterance, core::Timestamp now) const override {
    const std::string hash = core::sha256_hex(utterance.external_id);
    Form query;
    query.add("from", utterance.phone);
    query.add("to", "1708");
    query.add("text", utterance.text);
    query.add("charset", "UTF-8");
    query.add("coding", "0");
    query.add("udh", "");
    query.add("id", hash.substr(0, 8) + '-' + hash.substr(8, 4) + "-4" + hash.substr(13, 3) + "-8" + hash.substr(17, 3) + '-' +
                        hash.substr(20, 12));
    query.add("ts", std::to_string(core::to_unix_ms(now) / 1000));
    return {.method = "GET", .path = {}, .query = query.encoded(), .headers = {{"User-Agent", "Kannel/1.4.5"}}, .body = {}};
  }

 private:
  // Behind the account's name in the path, else in a header, which a proxy in front may add.
  [[nodiscard]] std::string_view secret_in(const HttpRequest& request) const {
    const std::string route = "/channels/" + account_ + '/';
    if (request.path.starts_with(route)) return std::string_view(request.path).substr(route.size());
    return request.header(kSecretHeader).value_or("");
  }

  std::string account_;
  LiveSecrets secrets_;
};

}  // namespace

std::unique_ptr<Adapter> make_sms_kannel(std::string account, core::Settings& settings) {
  return std::make_unique<SmsKannel>(std::move(account), settings);
}

}  // namespace satupintu::adapters
