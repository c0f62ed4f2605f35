// SPDX-License-Identifier: Apache-2.0
#include "adapters/hotline/cti.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/form.hpp"
#include "adapters/json.hpp"
#include "adapters/request_head.hpp"
#include "adapters/shared_secret.hpp"
#include "core/crypto.hpp"

namespace satupintu::adapters {

using core::Errc;
using core::Event;
using core::HttpRequest;
using core::Ignored;

namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kForm = "application/x-www-form-urlencoded";
constexpr std::uint64_t kMaxBodyBytes = std::uint64_t{16} * 1024;

const AdapterInfo kInfo{.name = "hotline/cti",
                        .channel = core::Channel::call,
                        .audience = Audience::staff,
                        .methods = {"POST"},
                        .max_body_bytes = kMaxBodyBytes};

// What is journalled beside the body.
bool is_kept(std::string_view name) { return core::equals_ignoring_case(name, "Content-Type"); }

struct CallNews {
  std::string event, cause, call_id;
};

// Why a call ended, as a reason to count it by.
std::string_view reason_of(std::string_view cause) {
  constexpr auto kReasons = std::to_array<std::pair<std::string_view, std::string_view>>({{"normalClearing", "call_ended_normal_clearing"},
                                                                                          {"busy", "call_ended_busy"},
                                                                                          {"cancel", "call_ended_cancel"},
                                                                                          {"noAnswer", "call_ended_no_answer"},
                                                                                          {"congestion", "call_ended_congestion"},
                                                                                          {"notFound", "call_ended_not_found"},
                                                                                          {"forwarded", "call_ended_forwarded"}});
  const auto* const found = std::ranges::find(kReasons, cause, [](const auto& reason) { return reason.first; });
  return found == kReasons.end() ? "call_ended" : found->second;
}

Event read(CallNews news) {
  std::string_view why = "unknown_call_event";
  if (news.event == "newCall") why = "call_ringing";
  else if (news.event == "answer") why = "call_answered";
  else if (news.event == "hangup") why = reason_of(news.cause);
  return Ignored{std::string(why), std::move(news.call_id)};
}

class HotlineCti final : public Adapter {
 public:
  HotlineCti(std::string account, core::Settings& settings) : account_(account), secret_(std::move(account), settings) {}

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }

  [[nodiscard]] core::Result<core::Admission> admit(const HttpRequest& request, core::Timestamp now) const override {
    if (request.method != "POST") return core::fail(Errc::malformed, "the method is not POST");
    if (request.body.size() > kMaxBodyBytes) return core::fail(Errc::too_large, "the body is larger than any news of a call");
    if (!secret_.is_in(request)) return core::fail(Errc::unauthentic, "the secret is missing or wrong");
    // Some telephone systems look for instructions in the answer to a new call; an empty object gives none.
    return core::Admission{
        .delivery = core::Delivery{.account = account_, .received_at = now, .head = to_head(request, is_kept), .body = request.body},
        .answer = {.status = 200, .content_type = std::string(kJson), .body = "{}", .headers = {}}};
  }

  [[nodiscard]] core::Result<std::vector<Event>> decode(const core::Delivery& delivery) const override {
    const auto request = from_head(delivery.head);
    if (!request) return core::fail(Errc::unreadable, "the head is none that this adapter writes");
    if (request->header("Content-Type").value_or("").starts_with(kJson)) {
      const auto document = JsonDocument::parse(delivery.body);
      if (!document) return std::unexpected(document.error());
      const JsonView root = document->root();
      return std::vector<Event>{read({.event = root["event"].text(), .cause = root["cause"].text(), .call_id = root["callId"].id()})};
    }
    const Form form = Form::parse(delivery.body);
    return std::vector<Event>{read({.event = form.value("event"), .cause = form.value("cause"), .call_id = form.value("callId")})};
  }

  void sign(HttpRequest& request) const override { secret_.put_into(request); }

  [[nodiscard]] HttpRequest compose(const Utterance& utterance, core::Timestamp) const override {
    Form form;
    form.add("event", "newCall");
    form.add("direction", "in");
    form.add("from", utterance.phone);
    form.add("to", "112");
    form.add("callId", core::sha256_hex(utterance.external_id).substr(0, 32));
    form.add("user[]", "Meja 3");
    return {.method = "POST", .path = {}, .query = {}, .headers = {{"Content-Type", std::string(kForm)}}, .body = form.encoded()};
  }

 private:
  std::string account_;
  SharedSecret secret_;
};

}  // namespace

std::unique_ptr<Adapter> make_hotline_cti(std::string account, core::Settings& settings) {
  return std::make_unique<HotlineCti>(std::move(account), settings);
}

}  // namespace satupintu::adapters
