// SPDX-License-Identifier: Apache-2.0
#include "adapters/hotline/form.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "adapters/hotline/call_form.hpp"
#include "adapters/json.hpp"
#include "adapters/signature.hpp"
#include "core/crypto.hpp"

namespace satupintu::adapters {

using core::Errc;
using core::Event;
using core::HttpRequest;

namespace {

constexpr std::string_view kAuthorization = "Authorization";
constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kIdempotencyKey = "Idempotency-Key";
constexpr std::string_view kJson = "application/json";
constexpr std::size_t kShortestIdempotencyKey = 8;
constexpr std::size_t kLongestIdempotencyKey = 255;
constexpr std::uint64_t kMaxBodyBytes = 64 * 1024;
constexpr std::size_t kMaxMistakesTold = 50;

const AdapterInfo kInfo{.name = "hotline/form",
                        .channel = core::Channel::call,
                        .audience = Audience::staff,
                        .methods = {"POST"},
                        .max_body_bytes = kMaxBodyBytes};

bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '!' && c <= '~'; });
}

bool is_json(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find_first_of("; \t"));
  return core::equals_ignoring_case(type, kJson);
}

bool is_idempotency_key(std::string_view key) {
  return key.size() >= kShortestIdempotencyKey && key.size() <= kLongestIdempotencyKey && is_visible(key);
}

std::string told(const Mistakes& mistakes) {
  std::string text = "the call form cannot be accepted:";
  for (const auto& mistake : mistakes | std::views::take(kMaxMistakesTold)) text += "\n- " + mistake;
  if (mistakes.size() > kMaxMistakesTold) text += "\n- and " + std::to_string(mistakes.size() - kMaxMistakesTold) + " more";
  return text;
}

class HotlineForm final : public Adapter {
 public:
  HotlineForm(std::string account, core::Settings& settings)
      : account_(std::move(account)),
        keys_{.current = settings.secret("key", "What the console or telephone system sends as `Authorization: Bearer …`."),
              .previous = settings.optional_secret("previous_key", "The key before, accepted while it is being replaced.")} {
    const auto check = [&](std::string_view name, const core::Secret& key) {
      if (!is_visible(key.reveal())) settings.mistake(name, "has a character that no header can carry", "make one with: satupintu keygen");
    };
    check("key", keys_.current);
    if (keys_.previous) check("previous_key", *keys_.previous);
  }

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }

  [[nodiscard]] core::Result<core::Admission> admit(const HttpRequest& request, core::Timestamp now) const override {
    if (request.method != "POST") return core::fail(Errc::malformed, "the method is not POST");
    if (request.body.size() > kMaxBodyBytes) return core::fail(Errc::too_large, "the body is larger than any call form");
    if (!is_authentic(request)) return core::fail(Errc::unauthentic, "the bearer key is missing or wrong");

    const std::string_view idempotency_key = request.header(kIdempotencyKey).value_or("");
    auto form = CallForm::parse(request.body);
    Mistakes mistakes = form ? Mistakes{} : std::move(form.error());
    if (!is_idempotency_key(idempotency_key)) {
      mistakes.emplace_back(
          "header Idempotency-Key: is missing or cannot be taken as it is; write 8 to 255 visible ASCII characters, "
          "the same ones when this form is sent again");
    }
    if (!is_json(request.header("Content-Type").value_or(""))) {
      mistakes.emplace_back("header Content-Type: names no JSON; write application/json");
    }
    if (!mistakes.empty()) return core::fail(Errc::malformed, told(mistakes));
    return core::Admission{
        .delivery = core::Delivery{.account = account_, .received_at = now, .head = std::string(idempotency_key), .body = request.body},
        .answer = accepted(*form)};
  }

  [[nodiscard]] core::Result<std::vector<Event>> decode(const core::Delivery& delivery) const override {
    const auto form = CallForm::parse(delivery.body);
    if (!form || !is_idempotency_key(delivery.head)) return core::fail(Errc::unreadable, "not a call form that this version accepts");
    return std::vector<Event>{form->event(delivery.head)};
  }

  void sign(HttpRequest& request) const override {
    std::erase_if(request.headers, [](const auto& header) { return core::equals_ignoring_case(header.first, kAuthorization); });
    request.headers.emplace_back(kAuthorization, std::string(kBearer).append(keys_.current.reveal()));
    if (!request.header(kIdempotencyKey)) request.headers.emplace_back(kIdempotencyKey, core::to_hex(core::random_bytes(16)));
  }

  [[nodiscard]] HttpRequest compose(const Utterance& utterance, core::Timestamp now) const override {
    const std::string id = to_json_string(utterance.external_id);
    const std::string at = to_json_string(core::format_rfc3339(now));
    return {.method = "POST",
            .path = {},
            .query = {},
            .headers = {{"Content-Type", std::string(kJson)}, {std::string(kIdempotencyKey), "panggilan-" + utterance.external_id}},
            .body = R"({"disposition":"normal","call":{"call_id":)" + id + R"(,"direction":"in","line":"112","caller_number":)" +
                    to_json_string(utterance.phone) + R"(,"started_at":)" + at + R"(,"answered_at":)" + at +
                    R"(},"operator":{"id":"sari","position":"meja-3","shift":"pagi"},"incident":{"category":"lainnya","what_happened":)" +
                    to_json_string(utterance.text) + R"(},"person":{"name":)" + to_json_string(utterance.name) + "}}"};
  }

 private:
  [[nodiscard]] bool is_authentic(const HttpRequest& request) const {
    const std::string_view authorization = request.header(kAuthorization).value_or("");
    return authorization.starts_with(kBearer) && is_one_of(keys_, authorization.substr(kBearer.size()));
  }

  [[nodiscard]] static core::HttpAnswer accepted(const CallForm& form) {
    const std::string call_id = form.call_id();
    const std::string named = call_id.empty() ? "" : R"(,"call_id":)" + to_json_string(call_id);
    return {.status = 202, .content_type = std::string(kJson), .body = R"({"status":"accepted")" + named + '}', .headers = {}};
  }

  std::string account_;
  LiveSecrets keys_;
};

}  // namespace

std::unique_ptr<Adapter> make_hotline_form(std::string account, core::Settings& settings) {
  return std::make_unique<HotlineForm>(std::move(account), settings);
}

}  // namespace satupintu::adapters
