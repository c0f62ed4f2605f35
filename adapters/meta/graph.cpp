// SPDX-License-Identifier: Apache-2.0
#include "adapters/meta/graph.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "adapters/form.hpp"
#include "adapters/json.hpp"
#include "adapters/request_head.hpp"
#include "adapters/url.hpp"

namespace satupintu::adapters {

using core::Errc;
using core::Result;

namespace {

constexpr std::string_view kDefaultUrl = "https://graph.facebook.com/v26.0";
constexpr std::size_t kLongestId = 128;

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kLongestId && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
  });
}

// ------------------------------------------------------------------ what a refusal means
//
// By the code, since the status is 400 for most of them ("Handling errors" in the Graph API's documentation).

struct Refusal {
  int from, to;
  Errc means;
  std::string_view what;
};

constexpr std::array<Refusal, 13> kRefusals{{
    {1, 2, Errc::unavailable, "Meta has trouble of its own"},
    {4, 4, Errc::unavailable, "the app asked Meta too often"},
    {10, 10, Errc::unauthentic, "the access token lacks a permission"},
    {17, 17, Errc::unavailable, "the account asked Meta too often"},
    {24, 24, Errc::not_found, "Meta no longer has it"},
    {32, 32, Errc::unavailable, "the page asked Meta too often"},
    {102, 102, Errc::unauthentic, "the access token is no longer valid"},
    {190, 190, Errc::unauthentic, "the access token is no longer valid"},
    {200, 299, Errc::unauthentic, "the access token lacks a permission"},
    {613, 613, Errc::unavailable, "the account asked Meta too often"},
    {803, 803, Errc::not_found, "Meta no longer has it"},
    {80'000, 80'014, Errc::unavailable, "the account asked Meta too often"},
    {130'429, 130'429, Errc::unavailable, "the number asked Meta too often"},
}};

std::optional<int> number_of(const JsonView& value) {
  const std::string digits = value.id();
  int number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

core::Error refusal_of(unsigned status, const JsonView& error) {
  const auto code = number_of(error["code"]);
  if (code == 100 && number_of(error["error_subcode"]) == 33) return {Errc::not_found, "Meta no longer has it, or hides it from us"};
  const auto* const known =
      std::ranges::find_if(kRefusals, [&](const Refusal& refusal) { return code && refusal.from <= *code && *code <= refusal.to; });
  if (known != kRefusals.end()) return {known->means, std::string(known->what)};
  if (status == 401 || status == 403) return {Errc::unauthentic, "Meta refuses the access token"};
  if (status == 404 || status == 410) return {Errc::not_found, "Meta no longer has it"};
  if (status == 408 || status == 429 || status >= 500) return {Errc::unavailable, "Meta answers with status " + std::to_string(status)};
  return {Errc::refused, "Meta refuses the question, code " + (code ? std::to_string(*code) : "unknown")};
}

}  // namespace

std::optional<std::string> GraphTarget::written() const {
  if (!is_word(role) || !is_word(item) || !is_word(id) || !is_word(asset) || !(parent.empty() || is_word(parent))) return std::nullopt;
  std::string words = role + ' ' + item + ' ' + id + ' ' + asset;
  if (!parent.empty()) words += ' ' + parent;
  return words;
}

std::optional<GraphTarget> GraphTarget::parse(std::string_view words) {
  GraphTarget target;
  for (std::string* part : {&target.role, &target.item, &target.id, &target.asset, &target.parent}) *part = take_until(words, " ");
  if (!words.empty() || !target.written()) return std::nullopt;
  return target;
}

GraphApi::GraphApi(core::Settings& settings)
    : access_token_(settings.optional_secret(
          "access_token",
          "The access token of the page, account or system user. With it, what Meta only points at (mentions, comments without their "
          "author) is looked up and media are fetched; without it, they are lost.")),
      api_url_(settings.text("api_url",
                             "The Graph API with its version. Accounts with Instagram Login have theirs at "
                             "https://graph.instagram.com/v26.0.",
                             std::string(kDefaultUrl))),
      host_(host_of(api_url_)) {
  if (host_.empty() || api_url_.ends_with('/') || api_url_.find_first_of("?# \r\n") != std::string::npos)
    settings.mistake("api_url", "is no address of the Graph API", "write it as \"" + std::string(kDefaultUrl) + "\"");
}

// In a header it stays out of every log of addresses.
std::vector<std::pair<std::string, std::string>> GraphApi::authorization() const {
  if (!access_token_) return {};
  return {{"Authorization", "Bearer " + std::string(access_token_->reveal())}};
}

boost::asio::awaitable<Result<std::string>> GraphApi::ask(std::string path, std::string fields, Transport& transport) const {
  if (!access_token_) co_return core::fail(Errc::refused, "no access_token is configured, so Meta cannot be asked");
  Call call{.url = api_url_ + '/' + path};
  if (!fields.empty()) {
    Form query;
    query.add("fields", std::move(fields));
    call.url += '?' + query.encoded();
  }
  call.headers = authorization();
  auto answer = co_await transport.call(std::move(call));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  const auto document = JsonDocument::parse(answer->body);
  const JsonView root = document ? document->root() : JsonView{};
  if (answer->status != 200 || root["error"].exists()) co_return std::unexpected(refusal_of(answer->status, root["error"]));
  if (!root.is_object()) co_return core::fail(Errc::unavailable, "what answers in Meta's place speaks no JSON");
  co_return std::move(answer->body);
}

}  // namespace satupintu::adapters
