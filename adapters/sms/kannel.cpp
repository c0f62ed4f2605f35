// SPDX-License-Identifier: Apache-2.0
#include "adapters/sms/kannel.hpp"

#include <utility>

#include "adapters/form.hpp"
#include "adapters/request_head.hpp"
#include "adapters/shared_secret.hpp"
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

constexpr std::string_view kHeaderPrefix = "X-Kannel-";
// 255 joined parts make 39,015 octets at most.
constexpr std::uint64_t kMaxBodyBytes = 64 * 1024;

const AdapterInfo kInfo{.name = "sms/kannel", .channel = core::Channel::sms, .methods = {"GET", "POST"}, .max_body_bytes = kMaxBodyBytes};

// What is journalled beside the body.
bool is_kept(std::string_view name) {
  return core::equals_ignoring_case(name.substr(0, kHeaderPrefix.size()), kHeaderPrefix) ||
         core::equals_ignoring_case(name, "Content-Type");
}

// ------------------------------------------------------------------ what the parameters say

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
    if (std::string named = parameter_of(type, "charset"); !named.empty()) return named;
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
  message.sender = sms_sender(told.parameter("from", "X-Kannel-From"));
  if (std::string to = told.parameter("to", "X-Kannel-To"); !to.empty()) message.to.push_back(std::move(to));
  message.provider_at = told.sent_at();
  DecodedText decoded = to_utf8(told.payload(), charset);
  message.text = std::move(decoded.text);
  if (decoded.repaired) message.flags.emplace_back("repaired");
  if (!decoded.known_charset) message.flags.emplace_back("unknown_charset");
  if (udh.part) {
    message.part = core::TextPart{.reference = reference_of(*udh.part),
                                  .number = udh.part->number,
                                  .total = udh.part->total,
                                  .octets = told.payload(),
                                  .charset = charset};
  }
  return message;
}

class SmsKannel final : public Adapter {
 public:
  SmsKannel(std::string account, core::Settings& settings) : account_(account), secret_(std::move(account), settings) {}

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }

  [[nodiscard]] core::Result<core::Admission> admit(const HttpRequest& request, core::Timestamp now) const override {
    if (request.method != "GET" && request.method != "POST") return core::fail(Errc::malformed, "the method is neither GET nor POST");
    if (request.body.size() > kMaxBodyBytes) return core::fail(Errc::too_large, "the body is larger than any SMS");
    if (!secret_.is_in(request)) return core::fail(Errc::unauthentic, "the secret is missing or wrong");
    // Empty, since Kannel would text a body of ours back to the citizen.
    return core::Admission{
        .delivery = core::Delivery{.account = account_, .received_at = now, .head = to_head(request, is_kept), .body = request.body},
        .answer = {}};
  }

  [[nodiscard]] core::Result<std::vector<Event>> decode(const core::Delivery& delivery) const override {
    const auto request = from_head(delivery.head);
    if (!request) return core::fail(Errc::unreadable, "the head is none that this adapter writes");
    const Told told(*request, delivery.body);
    if (const auto receipt = read_receipt(told)) return std::vector<Event>{*receipt};
    if (told.payload().empty() && told.parameter("from", "X-Kannel-From").empty()) return std::vector<Event>{Ignored{"not_a_message", {}}};
    return std::vector<Event>{read_message(told)};
  }

  void sign(HttpRequest& request) const override { secret_.put_into(request); }

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
  std::string account_;
  SharedSecret secret_;
};

}  // namespace

std::unique_ptr<Adapter> make_sms_kannel(std::string account, core::Settings& settings) {
  return std::make_unique<SmsKannel>(std::move(account), settings);
}

}  // namespace satupintu::adapters
