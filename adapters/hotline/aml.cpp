// SPDX-License-Identifier: Apache-2.0
#include "adapters/hotline/aml.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "adapters/form.hpp"
#include "adapters/hotline/aml_sms.hpp"
#include "adapters/request_head.hpp"
#include "adapters/shared_secret.hpp"
#include "adapters/signature.hpp"
#include "adapters/sms/sender.hpp"
#include "core/crypto.hpp"

namespace satupintu::adapters {

using core::Errc;
using core::Event;
using core::HttpRequest;
using core::Ignored;
using core::Message;

namespace {

constexpr std::string_view kHmacField = "hmac=";
constexpr std::string_view kForm = "application/x-www-form-urlencoded";
constexpr std::string_view kSmsSender = "X-Kannel-From";
constexpr std::uint64_t kMaxBodyBytes = std::uint64_t{128} * 1024;

const AdapterInfo kInfo{.name = "hotline/aml", .channel = core::Channel::call, .methods = {"POST"}, .max_body_bytes = kMaxBodyBytes};

// What is journalled beside the body.
bool is_kept(std::string_view name) {
  return core::equals_ignoring_case(name, "Content-Type") || core::equals_ignoring_case(name, kSmsSender);
}

// A body's last field, if that is the signature, and what stands before it.
struct SignedBody {
  std::string_view content;
  std::optional<std::string> signature;
};

SignedBody split(std::string_view body) {
  const auto last = body.rfind('&');
  const std::string_view field = last == std::string_view::npos ? body : body.substr(last + 1);
  if (!field.starts_with(kHmacField)) return {.content = body, .signature = std::nullopt};
  return {.content = body.substr(0, last == std::string_view::npos ? 0 : last),
          .signature = core::from_hex(field.substr(kHmacField.size()))};
}

// A number whose '+' the sender did not escape begins with a blank.
std::string number_of(std::string number) {
  if (number.starts_with(' ')) number.front() = '+';
  return number;
}

// ------------------------------------------------------------------ what it meant

AmlLocation read_location(const Form& form) {
  AmlLocation location;
  set_place(location, parse_decimal(form.value("location_latitude")), parse_decimal(form.value("location_longitude")));
  if (const auto metres = parse_decimal(form.value("location_accuracy")); metres && *metres >= 0) location.accuracy_m = metres;
  location.fixed_at = core::parse_unix(form.value("location_time"));
  if (!location.fixed_at) location.fixed_at = core::parse_unix(form.value("time"));
  const std::string source = form.value("location_source");
  if (source == "gps" || source == "wifi" || source == "cell" || source == "fused") location.source = source;
  // From 0 to 1; telephones of the first years send a certainty in per cent instead.
  if (const auto share = parse_decimal(form.value("location_confidence")); share && *share >= 0 && *share <= 1) {
    location.confidence = std::to_string(std::lround(*share * 100));
  } else if (const auto certainty = parse_decimal(form.value("location_certainty")); certainty && *certainty >= 0 && *certainty <= 100) {
    location.confidence = std::to_string(std::lround(*certainty));
  }
  if (parse_decimal(form.value("location_altitude"))) location.altitude_m = form.value("location_altitude");
  location.emergency_number = form.value("emergency_number");
  return location;
}

// The same news of the same telephone has the same name, also when it is sent again. What it is made of includes a number or a serial
// number, and is hashed so that none of them leaves.
std::string name_made_of(std::string_view news) { return "aml:" + core::sha256_hex(news); }

std::string name_of(const Form& form, const std::string& number, const AmlLocation& location) {
  std::string news =
      (number.empty() ? form.value("device_imei") : number) + '\n' + form.value("time") + '/' + form.value("location_time") + '\n';
  for (const auto& degrees : {location.latitude, location.longitude}) {
    std::array<char, 32> text{};
    if (degrees) news.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), *degrees).ptr);
    news += '\n';
  }
  return name_made_of(news);
}

Event read_form(const Form& form) {
  if (form.has("gt_location_latitude") || form.has("gt_location_longitude")) return Ignored{"test_location", {}};
  const AmlLocation location = read_location(form);
  const std::string number = number_of(form.value("device_number"));
  Event event = event_of(location);
  const std::string id = name_of(form, number, location);
  if (auto* ignored = std::get_if<Ignored>(&event)) ignored->external_id = id;
  if (auto* message = std::get_if<Message>(&event)) {
    message->external_id = id;
    message->sender.address = number;
    if (!number.empty()) message->sender.address_kind = core::AddressKind::phone;
    const auto state = [&](std::string_view name, std::string value) {
      if (!value.empty()) message->stated.attributes.emplace_back(name, std::move(value));
    };
    state("emergency_source", form.value("source"));
    state("floor", form.value("location_floor"));
    if (const auto crash = core::parse_unix(form.value("adr_carcrash_time"))) state("car_crash_at", core::format_rfc3339(*crash));
  }
  return event;
}

Event read_sms(std::string_view text, std::string from) {
  Message sms;
  sms.sender = sms_sender(number_of(std::move(from)));
  sms.text = text;
  sms.external_id = name_made_of(sms.sender.address + '\n' + sms.text);
  std::optional<Event> event = read_aml_sms(sms);
  return event ? std::move(*event) : Ignored{"not_a_location", {}};
}

class HotlineAml final : public Adapter {
 public:
  HotlineAml(std::string account, core::Settings& settings) : account_(account), secret_(std::move(account), settings) {
    auto current =
        settings.optional_secret("hmac_key", "With what telephones sign: `hmac`, the last field of every form. Without it none needs to.");
    auto previous = settings.optional_secret("previous_hmac_key", "The key before, accepted while it is being replaced.");
    if (current) keys_ = LiveSecrets{.current = std::move(*current), .previous = std::move(previous)};
    else if (previous) settings.mistake("previous_hmac_key", "stands without hmac_key", "set hmac_key too, or remove it");
  }

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }

  [[nodiscard]] core::Result<core::Admission> admit(const HttpRequest& request, core::Timestamp now) const override {
    if (request.method != "POST") return core::fail(Errc::malformed, "the method is not POST");
    if (request.body.size() > kMaxBodyBytes) return core::fail(Errc::too_large, "the body is larger than any location");
    if (!secret_.is_in(request) || !is_signed(request.body))
      return core::fail(Errc::unauthentic, "the secret or the signature is missing or wrong");
    return core::Admission{
        .delivery = core::Delivery{.account = account_, .received_at = now, .head = to_head(request, is_kept), .body = request.body},
        .answer = {}};
  }

  [[nodiscard]] core::Result<std::vector<Event>> decode(const core::Delivery& delivery) const override {
    const auto request = from_head(delivery.head);
    if (!request) return core::fail(Errc::unreadable, "the head is none that this adapter writes");
    const std::string_view type = request->header("Content-Type").value_or("");
    if (type.starts_with("text/plain") || type.starts_with("application/octet-stream")) {
      const std::string from = Form::parse(request->query).value("from");
      return std::vector<Event>{read_sms(delivery.body, from.empty() ? std::string(request->header(kSmsSender).value_or("")) : from)};
    }
    const Form form = Form::parse(delivery.body);
    return std::vector<Event>{form.has("text") ? read_sms(form.value("text"), form.value("from")) : read_form(form)};
  }

  void sign(HttpRequest& request) const override {
    secret_.put_into(request);
    if (!keys_) return;
    request.body.resize(split(request.body).content.size());
    const std::string signature = core::to_hex(hmac(Digest::sha1, keys_->current, request.body));
    request.body.append("&").append(kHmacField).append(signature);
  }

  [[nodiscard]] HttpRequest compose(const Utterance& utterance, core::Timestamp now) const override {
    const std::string at = std::to_string(core::to_unix_ms(now));
    // Somewhere in the city, the same place for the same name.
    const std::string hash = core::sha256_hex(utterance.external_id);
    const auto decimals = [&](std::size_t begin) {
      std::string digits;
      for (const char c : hash.substr(begin, 3)) digits += static_cast<char>('0' + (c % 10));
      return digits;
    };
    Form form;
    form.add("v", "3");
    form.add("emergency_number", "112");
    form.add("source", "CALL");
    form.add("time", at);
    form.add("location_latitude", "-6.17" + decimals(0));
    form.add("location_longitude", "106.63" + decimals(3));
    form.add("location_time", at);
    form.add("location_accuracy", "12.5");
    form.add("location_confidence", "0.68");
    form.add("location_source", "gps");
    form.add("device_number", utterance.phone);
    return {.method = "POST", .path = {}, .query = {}, .headers = {{"Content-Type", std::string(kForm)}}, .body = form.encoded()};
  }

 private:
  [[nodiscard]] bool is_signed(std::string_view body) const {
    if (!keys_) return true;
    const SignedBody parts = split(body);
    return parts.signature && is_hmac(Digest::sha1, *keys_, parts.content, *parts.signature);
  }

  std::string account_;
  SharedSecret secret_;
  std::optional<LiveSecrets> keys_;
};

}  // namespace

std::unique_ptr<Adapter> make_hotline_aml(std::string account, core::Settings& settings) {
  return std::make_unique<HotlineAml>(std::move(account), settings);
}

}  // namespace satupintu::adapters
