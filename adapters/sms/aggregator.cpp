// SPDX-License-Identifier: Apache-2.0
#include "adapters/sms/aggregator.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/request_head.hpp"
#include "adapters/shared_secret.hpp"
#include "adapters/sms/field_map.hpp"
#include "core/crypto.hpp"

namespace satupintu::adapters {

using core::Errc;
using core::Event;
using core::HttpRequest;
using core::Ignored;
using core::Settings;
using core::Unreadable;

namespace {

constexpr std::uint64_t kMaxBodyBytes = 1'000'000;

const AdapterInfo kInfo{
    .name = "sms/aggregator", .channel = core::Channel::sms, .methods = {"GET", "POST"}, .max_body_bytes = kMaxBodyBytes};

// ------------------------------------------------------------------ who may hand over

enum class Proof { url, header, parameter, hmac };

struct NamedProof {
  std::string_view name;
  Proof proof;
};
constexpr std::array<NamedProof, 4> kProofs{
    {{"url", Proof::url}, {"header", Proof::header}, {"parameter", Proof::parameter}, {"hmac", Proof::hmac}}};

struct NamedDigest {
  std::string_view name;
  Digest digest;
};
constexpr std::array<NamedDigest, 4> kDigests{
    {{"md5", Digest::md5}, {"sha1", Digest::sha1}, {"sha256", Digest::sha256}, {"sha512", Digest::sha512}}};

template <class Table>
const auto& read_row(Settings& settings, std::string_view key, std::string_view meaning, const Table& table, std::string_view fallback) {
  std::vector<std::string> names;
  names.reserve(table.size());
  for (const auto& row : table) names.emplace_back(row.name);
  const std::string name = settings.choice(key, meaning, names, std::string(fallback));
  return *std::ranges::find(table, name, [](const auto& row) { return row.name; });
}

// The fields of a query that are not called `name`, as they are.
std::string without_field(std::string_view query, std::string_view name) {
  std::string kept;
  while (!query.empty()) {
    const std::string_view field = take_until(query, "&");
    if (percent_decode(field.substr(0, field.find('='))) != name) (kept += kept.empty() ? "" : "&") += field;
  }
  return kept;
}

// How the aggregator proves that a request is its own, by one of four ways.
class Gatekeeper {
 public:
  Gatekeeper(std::string account, Settings& settings)
      : proof_(read_row(settings, "auth",
                        "Where the secret stands: \"url\" behind the account's name or as the password of HTTP Basic, \"header\" or "
                        "\"parameter\" as the value of what `auth_name` names, or \"hmac\": there stands the body's HMAC.",
                        kProofs, "url")
                   .proof),
        name_(settings.text("auth_name", "The name of the header, or of the parameter in the query.", "")),
        digest_(read_row(settings, "digest", "What the HMAC hashes with.", kDigests, "sha256")) {
    if (proof_ == Proof::url) {
      shared_.emplace(std::move(account), settings);
      if (!name_.empty()) settings.mistake("auth_name", "says nothing where `auth` is \"url\"", "leave it out, or choose another `auth`");
      return;
    }
    secrets_ = {.current = settings.secret("secret", "What the header or the parameter holds, or the HMAC's key."),
                .previous = settings.optional_secret("previous_secret", "The secret before, accepted while it is being replaced.")};
    if (name_.empty()) settings.mistake("auth_name", "is missing", "name the header or the parameter that holds the secret or the HMAC");
  }

  [[nodiscard]] bool is_satisfied(const HttpRequest& request) const {
    switch (proof_) {
      case Proof::url: return shared_->is_in(request);
      case Proof::header: return is_one_of(secrets_, request.header(name_).value_or(""));
      case Proof::parameter: return is_in_query(request.query);
      case Proof::hmac: return request.method == "POST" && is_signed(request);
    }
    std::unreachable();
  }

  // Nothing stands behind a query where the body alone is signed.
  [[nodiscard]] bool vouches_for_query() const { return proof_ != Proof::hmac; }

  // The query without the secret.
  [[nodiscard]] std::string harmless(const std::string& query) const {
    return proof_ == Proof::parameter ? without_field(query, name_) : query;
  }

  void let_in(HttpRequest& request) const {
    if (proof_ == Proof::url) return shared_->put_into(request);
    if (proof_ == Proof::parameter) {
      Form form;
      form.add(name_, std::string(secrets_.current.reveal()));
      request.query = without_field(request.query, name_);
      request.query += (request.query.empty() ? "" : "&") + form.encoded();
      return;
    }
    std::erase_if(request.headers, [&](const auto& header) { return core::equals_ignoring_case(header.first, name_); });
    request.headers.emplace_back(name_, proof_ == Proof::header ? std::string(secrets_.current.reveal())
                                                                : core::to_hex(hmac(digest_.digest, secrets_.current, request.body)));
  }

 private:
  [[nodiscard]] bool is_in_query(std::string_view query) const {
    const Form form = Form::parse(query);
    const bool stands_once =
        std::ranges::count(form.fields(), name_, [](const auto& field) -> const std::string& { return field.first; }) == 1;
    return stands_once && is_one_of(secrets_, form.value(name_));
  }

  // In hex or base64, with or without "sha256=" in front.
  [[nodiscard]] bool is_signed(const HttpRequest& request) const {
    std::string_view written = request.header(name_).value_or("");
    if (const std::string prefix = std::string(digest_.name) + '='; written.starts_with(prefix)) written.remove_prefix(prefix.size());
    for (const auto& claimed : {core::from_hex(written), core::from_base64(written)}) {
      if (claimed && is_hmac(digest_.digest, secrets_, request.body, *claimed)) return true;
    }
    return false;
  }

  Proof proof_;
  std::string name_;
  NamedDigest digest_;
  std::optional<SharedSecret> shared_;  // for Proof::url
  LiveSecrets secrets_;                 // for the others
};

// ------------------------------------------------------------------ what it meant

bool is_kept(std::string_view name) { return core::equals_ignoring_case(name, "Content-Type"); }

// Some call JSON a form, or nothing at all.
bool looks_like_json(std::string_view body) {
  const auto first = body.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (body[first] == '{' || body[first] == '[' || body.starts_with("\xEF\xBB\xBF"));
}

class SmsAggregator final : public Adapter {
 public:
  SmsAggregator(std::string account, Settings& settings)
      : account_(account),
        gatekeeper_(std::move(account), settings),
        fields_(settings),
        list_(settings.text("list",
                            "The path to the list of messages where one JSON body holds several: \"/data/messages\". Empty where the "
                            "body is the message or the list.",
                            "")),
        answer_{.status = static_cast<unsigned>(
                    settings.number("answer_status", "The status that tells the aggregator that we have it.", 200, 299, 200)),
                .content_type = settings.text("answer_type", "The answer's media type, where it has a body.", "text/plain; charset=utf-8"),
                .body = settings.text("answer_body", "The answer's body, where the aggregator wants one: \"OK\".", ""),
                .headers = {}} {
    if (answer_.body.empty()) answer_.content_type.clear();
  }

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }

  [[nodiscard]] core::Result<core::Admission> admit(const HttpRequest& request, core::Timestamp now) const override {
    if (request.method != "GET" && request.method != "POST") return core::fail(Errc::malformed, "the method is neither GET nor POST");
    if (request.body.size() > kMaxBodyBytes) return core::fail(Errc::too_large, "the body is larger than any batch of SMS");
    if (!gatekeeper_.is_satisfied(request)) return core::fail(Errc::unauthentic, "the secret or the signature is missing or wrong");
    const HttpRequest kept{.method = request.method,
                           .path = {},
                           .query = gatekeeper_.vouches_for_query() ? gatekeeper_.harmless(request.query) : std::string{},
                           .headers = request.headers,
                           .body = {}};
    return core::Admission{
        .delivery = core::Delivery{.account = account_, .received_at = now, .head = to_head(kept, is_kept), .body = request.body},
        .answer = answer_};
  }

  [[nodiscard]] core::Result<std::vector<Event>> decode(const core::Delivery& delivery) const override {
    const auto request = from_head(delivery.head);
    if (!request) return core::fail(Errc::unreadable, "the head is none that this adapter writes");
    if (delivery.body.empty()) return std::vector<Event>{fields_.read(Form::parse(request->query))};
    if (!looks_like_json(delivery.body)) return std::vector<Event>{fields_.read(Form::parse(delivery.body))};
    const auto document = JsonDocument::parse(delivery.body);
    if (!document) return std::unexpected(document.error());
    return read_json(*document);
  }

  void sign(HttpRequest& request) const override { gatekeeper_.let_in(request); }

  [[nodiscard]] HttpRequest compose(const Utterance& utterance, core::Timestamp now) const override {
    return {.method = "POST",
            .path = {},
            .query = {},
            .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
            .body = fields_.compose(utterance.phone, utterance.text, core::sha256_hex(utterance.external_id).substr(0, 16), now).encoded()};
  }

 private:
  [[nodiscard]] std::vector<Event> read_json(const JsonDocument& document) const {
    const JsonView found = list_.empty() ? document.root() : at_path(document.root(), list_);
    if (found.is_object()) return {fields_.read(found, document.repaired())};
    if (!found.is_list()) return {Unreadable{"no_list_of_messages"}};
    std::vector<Event> events;
    for (const JsonView element : found.elements()) {
      if (element.is_object()) events.push_back(fields_.read(element, document.repaired()));
      else events.emplace_back(Unreadable{"unreadable_message"});
    }
    if (events.empty()) events.emplace_back(Ignored{"not_a_message", {}});
    return events;
  }

  std::string account_;
  Gatekeeper gatekeeper_;
  FieldMap fields_;
  std::string list_;
  core::HttpAnswer answer_;
};

}  // namespace

std::unique_ptr<Adapter> make_sms_aggregator(std::string account, Settings& settings) {
  return std::make_unique<SmsAggregator>(std::move(account), settings);
}

}  // namespace satupintu::adapters
