// SPDX-License-Identifier: Apache-2.0
// What every adapter must keep, tried on each of its fixtures. A new adapter is tested by adding its row to
// accounts.cpp and its fixtures.
#include <doctest/doctest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <filesystem>
#include <functional>

#include "adapters/registry.hpp"
#include "core/crypto.hpp"
#include "tests/conformance/accounts.hpp"
#include "tests/golden/events_json.hpp"
#include "tests/golden/fixtures.hpp"

using namespace satupintu;
using namespace satupintu::tests;
namespace json = boost::json;

namespace {

// An account with its adapter, and a watch on everything that either says: no secret may be in it.
class Subject {
 public:
  explicit Subject(const TestAccount& account) : account_(account), adapter_(make_adapter(account)), secrets_(secrets_of(account)) {}

  [[nodiscard]] const TestAccount& account() const { return account_; }
  [[nodiscard]] const adapters::Adapter& adapter() const { return *adapter_; }

  [[nodiscard]] core::HttpRequest signed_copy(core::HttpRequest request) const {
    adapter_->sign(request);
    return request;
  }

  [[nodiscard]] core::Result<core::Admission> admit(const core::HttpRequest& request) const {
    auto admission = adapter_->admit(request, kArrival);
    if (!admission) {
      watch(admission.error().what);
    } else {
      watch(admission->answer.body);
      watch(admission->answer.content_type);
      for (const auto& [name, value] : admission->answer.headers) watch(name + value);
      if (admission->delivery) watch(admission->delivery->head);
    }
    return admission;
  }

  // The events as JSON, or the error's text.
  [[nodiscard]] std::string decode(const core::Delivery& delivery) const {
    const auto events = adapter_->decode(delivery);
    if (!events) CHECK(events.error().code == core::Errc::unreadable);
    std::string told = events ? to_json(*events) : events.error().what;
    watch(told);
    return told;
  }

  [[nodiscard]] bool is_authentic(const core::HttpRequest& request) const {
    const auto admission = admit(request);
    return admission && !asks_for_password(*admission);
  }

  // The text of the refusal, which must be that of a forgery.
  [[nodiscard]] std::string refusal(const core::HttpRequest& request) const {
    const auto admission = admit(request);
    if (admission) return asks_for_password(*admission) ? "" : "admitted";
    CHECK(admission.error().code == core::Errc::unauthentic);
    return admission.error().what;
  }

 private:
  // HTTP Basic: some send their password only after they were asked for it.
  static bool asks_for_password(const core::Admission& admission) { return !admission.delivery && admission.answer.status == 401; }

  void watch(std::string_view told) const {
    for (const auto& secret : secrets_) CHECK_FALSE(told.contains(secret));
  }

  const TestAccount& account_;
  std::unique_ptr<adapters::Adapter> adapter_;
  std::vector<std::string> secrets_;
};

// Where in a request `sign` put the signature.
class Signature {
 public:
  Signature(core::HttpRequest& signed_request, const core::HttpRequest& unsigned_request, std::string_view field) {
    for (auto& header : signed_request.headers) {
      if (field.empty() && std::ranges::find(unsigned_request.headers, header) == unsigned_request.headers.end()) {
        hold(header.second, 0, header.second.size());
      }
    }
    for (std::string* text : {&signed_request.query, &signed_request.body}) {
      if (!field.empty() && holder_ == nullptr) find_field(*text, std::string(field));
    }
    if (holder_ == nullptr) {
      REQUIRE(signed_request.query != unsigned_request.query);
      hold(signed_request.query, 0, signed_request.query.size());
    }
  }

  [[nodiscard]] const std::string& original() const { return original_; }
  void replace_by(std::string_view other) {
    holder_->replace(begin_, size_, other);
    size_ = other.size();
  }

 private:
  void hold(std::string& holder, std::size_t begin, std::size_t size) {
    holder_ = &holder;
    begin_ = begin;
    size_ = size;
    original_ = holder.substr(begin, size);
  }
  // "field=…" of a query or form, the part of that name of a multipart body, or a member of JSON.
  void find_field(std::string& text, const std::string& field) {
    for (const auto& [before, after] :
         {std::pair{field + "=", "&"}, {"name=\"" + field + "\"\r\n\r\n", "\r\n"}, {'"' + field + "\":\"", "\""}}) {
      const auto at = text.find(before);
      if (at == std::string::npos) continue;
      const auto begin = at + before.size();
      return hold(text, begin, std::min(text.find(after, begin), text.size()) - begin);
    }
  }

  std::string* holder_ = nullptr;
  std::size_t begin_ = 0, size_ = 0;
  std::string original_;
};

void for_each_fixture(const std::function<void(const Subject&, const Fixture&)>& check) {
  for (const TestAccount& account : test_accounts()) {
    const Subject subject(account);
    for (const Fixture& fixture : fixtures()) {
      if (fixture.adapter != account.adapter) continue;
      CAPTURE(fixture.name);
      check(subject, fixture);
    }
  }
}

void for_each_request(const std::function<void(const Subject&, const core::HttpRequest&)>& check) {
  for_each_fixture([&](const Subject& subject, const Fixture& fixture) {
    if (fixture.request) check(subject, *fixture.request);
  });
}

// What is journalled of a fixture.
core::Delivery delivery_of(const Subject& subject, const Fixture& fixture) {
  if (!fixture.request) return fixture.pulled;
  const auto admission = subject.admit(subject.signed_copy(*fixture.request));
  REQUIRE(admission);
  REQUIRE(admission->delivery);
  return *admission->delivery;
}

void for_each_signed_request(const std::function<void(const Subject&, const core::HttpRequest&)>& check) {
  for_each_request([&](const Subject& subject, const core::HttpRequest& request) {
    if (!subject.account().signing_secret.empty()) check(subject, request);
  });
}

void flip(std::string& text, std::size_t bit) { text[bit / 8] = static_cast<char>(text[bit / 8] ^ static_cast<char>(1U << (bit % 8))); }

// Calls `with` once for every value in `document` and every replacement for it.
void for_each_mutation(json::value& document, json::value& at, const std::function<void(const json::value&)>& with) {
  static const json::array replacements{nullptr,
                                        true,
                                        7,
                                        -1.5,
                                        "",
                                        "teks",
                                        json::array{},
                                        json::object{},
                                        json::array{json::array{nullptr}},
                                        json::object{{"id", json::object{}}}};
  json::value original = at;
  for (const auto& replacement : replacements) {
    at = replacement;
    with(document);
  }
  at = std::move(original);
  if (auto* object = at.if_object()) {
    for (auto& member : *object) for_each_mutation(document, member.value(), with);
  } else if (auto* array = at.if_array()) {
    for (auto& element : *array) for_each_mutation(document, element, with);
  }
}

// `fields` ("a=1&b=2") with each field in turn left out, emptied and doubled.
std::vector<std::string> mutated_fields(const std::string& fields) {
  std::vector<std::string> all;
  for (std::size_t begin = 0; begin < fields.size();) {
    const std::size_t end = std::min(fields.find('&', begin), fields.size());
    const std::string field = fields.substr(begin, end - begin);
    const std::string before = fields.substr(0, begin);
    const std::string after = fields.substr(end);
    for (const std::string& instead : {std::string{}, field.substr(0, field.find('=') + 1), field + '&' + field})
      all.push_back(before + instead + after);
    begin = end + 1;
  }
  return all;
}

}  // namespace

TEST_CASE("every_adapter_has_a_test_account_and_a_page") {
  for (const auto& registration : adapters::registry()) {
    CAPTURE(registration.name);
    const auto adapter = make_adapter(test_account(registration.name));
    CHECK(adapter->info().name == registration.name);
    CHECK(adapter->info().methods.empty() == (adapter->info().max_body_bytes == 0));
    if (adapter->info().methods.empty()) CHECK(adapter->poll_interval().has_value());
    CHECK_FALSE(registration.summary.empty());
    const std::string channel{registration.name.substr(0, registration.name.find('/'))};
    CHECK(std::filesystem::exists(std::filesystem::path(SATUPINTU_SOURCE_DIR) / "adapters" / channel / "README.md"));
  }
  CHECK(test_accounts().size() == adapters::registry().size());
}

TEST_CASE("an_authentic_request_is_admitted_as_it_came_and_decoded") {
  for_each_request([](const Subject& subject, const core::HttpRequest& fixture) {
    const core::HttpRequest authentic = subject.signed_copy(fixture);
    const auto admission = subject.admit(authentic);
    REQUIRE(admission);
    REQUIRE(admission->delivery);
    CHECK(admission->answer.status / 100 == 2);
    CHECK(admission->delivery->account == subject.account().name);
    CHECK(admission->delivery->received_at == kArrival);
    CHECK(admission->delivery->body == authentic.body);
    CHECK(subject.adapter().decode(*admission->delivery));
  });
}

TEST_CASE("decoding_twice_gives_the_same") {
  for_each_fixture([](const Subject& subject, const Fixture& fixture) {
    const core::Delivery delivery = delivery_of(subject, fixture);
    CHECK(subject.decode(delivery) == subject.decode(delivery));
  });
}

TEST_CASE("a_flipped_bit_of_the_signature_is_unauthentic") {
  for_each_signed_request([](const Subject& subject, const core::HttpRequest& fixture) {
    const core::HttpRequest authentic = subject.signed_copy(fixture);
    core::HttpRequest request = authentic;
    Signature signature(request, fixture, subject.account().signature_field);
    const std::string& original = signature.original();
    const std::size_t prefix = original.find('=') == std::string::npos ? 0 : original.find('=') + 1;
    for (std::size_t bit = 0; bit < original.size() * 8; ++bit) {
      std::string flipped = original;
      flip(flipped, bit);
      const bool is_the_same_number =
          subject.account().signature_is_hex && prefix <= bit / 8 && core::equals_ignoring_case(flipped, original);
      if (is_the_same_number) continue;
      signature.replace_by(flipped);
      CAPTURE(bit);
      CHECK_FALSE(subject.is_authentic(request));
    }
  });
}

TEST_CASE("a_flipped_bit_of_the_body_is_unauthentic") {
  for_each_signed_request([](const Subject& subject, const core::HttpRequest& fixture) {
    if (!subject.account().signs_body) return;
    core::HttpRequest request = subject.signed_copy(fixture);
    const std::string whole = request.body;
    const std::string_view field = subject.account().signature_field;
    const std::size_t signature_begins = field.empty() ? whole.size() : whole.rfind(field);
    for (std::size_t bit = 0; bit < request.body.size() * 8; ++bit) {
      CAPTURE(bit);
      flip(request.body, bit);
      const bool is_the_same_number = subject.account().signature_is_hex && signature_begins + field.size() < bit / 8 &&
                                      core::equals_ignoring_case(request.body, whole);
      if (!is_the_same_number) CHECK_FALSE(subject.is_authentic(request));
      flip(request.body, bit);
    }
    for (const std::string& other : {"\xEF\xBB\xBF" + request.body, request.body + '\n', request.body + '\0', ' ' + request.body}) {
      core::HttpRequest changed = request;
      changed.body = other;
      CHECK_FALSE(subject.is_authentic(changed));
    }
  });
}

TEST_CASE("a_flipped_bit_of_the_secret_is_unauthentic") {
  for (const TestAccount& account : test_accounts()) {
    if (account.signing_secret.empty()) continue;
    CAPTURE(account.adapter);
    const Subject subject(account);
    const auto fixture =
        std::ranges::find_if(fixtures(), [&](const Fixture& known) { return known.adapter == account.adapter && known.request; });
    REQUIRE(fixture != fixtures().end());
    const std::string secret{std::get<core::Secret>(account.settings.at(std::string(account.signing_secret)).value).reveal()};
    for (std::size_t bit = 0; bit < secret.size() * 8; ++bit) {
      CAPTURE(bit);
      TestAccount other = account;
      std::string flipped = secret;
      flip(flipped, bit);
      if (std::isalnum(static_cast<unsigned char>(flipped[bit / 8])) == 0) continue;  // not every adapter takes every character
      other.settings[std::string(account.signing_secret)] = {core::Secret{flipped}};
      core::HttpRequest request = *fixture->request;
      make_adapter(other)->sign(request);
      CHECK_FALSE(subject.is_authentic(request));
    }
  }
}

TEST_CASE("every_forged_signature_is_refused_with_the_same_words") {
  for_each_signed_request([](const Subject& subject, const core::HttpRequest& fixture) {
    const core::HttpRequest authentic = subject.signed_copy(fixture);
    std::string refusal = subject.refusal(fixture);  // no signature at all
    CHECK(refusal != "admitted");

    core::HttpRequest request = authentic;
    Signature signature(request, fixture, subject.account().signature_field);
    if (refusal.empty()) {
      signature.replace_by("none");
      refusal = subject.refusal(request);
      CHECK_FALSE(refusal.empty());
    }
    const std::string& original = signature.original();
    const std::string bare = original.substr(original.find('=') + 1);
    for (const std::string& forged : std::vector<std::string>{"",
                                                              " ",
                                                              bare + bare,
                                                              original + ' ' + original,
                                                              original.substr(0, original.size() - 1),
                                                              original.substr(0, original.size() - 2),
                                                              original + "0",
                                                              original + "00",
                                                              ' ' + original,
                                                              original + ' ',
                                                              "none",
                                                              "none=" + bare,
                                                              "sha1=" + bare,
                                                              "sha512=" + bare,
                                                              "md5=" + bare,
                                                              "SHA256=" + bare,
                                                              "sha256 =" + bare,
                                                              "sha256=",
                                                              "sha256=0x" + bare,
                                                              "sha256=" + std::string(64, 'z'),
                                                              "sha256=" + std::string(64, '0'),
                                                              core::to_base64(bare),
                                                              std::string(64, '0'),
                                                              std::string(65'536, 'a'),
                                                              std::string(original.size(), '\0'),
                                                              original + '\0'}) {
      if (forged == original) continue;
      CAPTURE(forged.size());
      signature.replace_by(forged);
      CHECK(subject.refusal(request) == refusal);
    }

    for (const auto& header : authentic.headers) {
      if (std::ranges::find(fixture.headers, header) != fixture.headers.end()) continue;
      core::HttpRequest doubled = authentic;
      doubled.headers.push_back(header);
      CHECK(subject.refusal(doubled) == refusal);
      doubled.headers.back().second = "sha256=" + std::string(64, '0');
      CHECK(subject.refusal(doubled) == refusal);
      std::ranges::reverse(doubled.headers);
      CHECK(subject.refusal(doubled) == refusal);
    }
  });
}

TEST_CASE("a_body_cut_short_anywhere_never_throws_and_is_not_taken_for_the_whole") {
  for_each_request([](const Subject& subject, const core::HttpRequest& fixture) {
    const core::HttpRequest authentic = subject.signed_copy(fixture);
    const bool is_signed = subject.account().signs_body && !subject.account().signing_secret.empty();
    const auto whole = subject.admit(authentic);
    REQUIRE(whole);
    for (std::size_t length = 0; length < authentic.body.size(); ++length) {
      CAPTURE(length);
      core::HttpRequest cut = authentic;
      cut.body.resize(length);
      if (is_signed) CHECK_FALSE(subject.is_authentic(cut));
      const auto admission = subject.admit(subject.signed_copy(cut));
      if (!admission || !admission->delivery) continue;
      const auto events = subject.adapter().decode(*admission->delivery);
      if (!events) CHECK(events.error().code == core::Errc::unreadable);
    }
  });
}

TEST_CASE("what_was_pulled_and_cut_short_anywhere_never_throws") {
  for_each_fixture([](const Subject& subject, const Fixture& fixture) {
    if (fixture.request) return;
    for (std::size_t length = 0; length < fixture.pulled.body.size(); ++length) {
      CAPTURE(length);
      core::Delivery cut = fixture.pulled;
      cut.body.resize(length);
      CHECK_FALSE(subject.decode(cut).empty());
    }
  });
}

TEST_CASE("a_json_value_of_any_other_type_never_throws") {
  for_each_fixture([](const Subject& subject, const Fixture& fixture) {
    boost::system::error_code error;
    json::value document = json::parse(fixture.request ? fixture.request->body : fixture.pulled.body, error);
    if (error || !(document.is_object() || document.is_array())) return;
    for_each_mutation(document, document, [&](const json::value& mutated) {
      if (!fixture.request) {
        core::Delivery delivery = fixture.pulled;
        delivery.body = json::serialize(mutated);
        CHECK_FALSE(subject.decode(delivery).empty());
        return;
      }
      core::HttpRequest request = *fixture.request;
      request.body = json::serialize(mutated);
      const auto admission = subject.admit(subject.signed_copy(std::move(request)));
      if (admission && admission->delivery) CHECK_FALSE(subject.decode(*admission->delivery).empty());
    });
  });
}

TEST_CASE("a_field_left_out_emptied_or_doubled_never_throws") {
  for_each_request([](const Subject& subject, const core::HttpRequest& fixture) {
    const auto try_it = [&](const core::HttpRequest& request) {
      const auto admission = subject.admit(subject.signed_copy(request));
      if (admission && admission->delivery) CHECK_FALSE(subject.decode(*admission->delivery).empty());
    };
    for (std::string& query : mutated_fields(fixture.query)) {
      core::HttpRequest request = fixture;
      request.query = std::move(query);
      try_it(request);
    }
    if (fixture.header("Content-Type") != "application/x-www-form-urlencoded") return;
    for (std::string& body : mutated_fields(fixture.body)) {
      core::HttpRequest request = fixture;
      request.body = std::move(body);
      try_it(request);
    }
  });
}

TEST_CASE("an_unknown_method_is_refused") {
  for_each_request([](const Subject& subject, const core::HttpRequest& fixture) {
    for (const std::string_view method : {"DELETE", "PUT", "post", "TRACE", ""}) {
      core::HttpRequest request = fixture;
      request.method = method;
      CHECK_FALSE(subject.is_authentic(subject.signed_copy(std::move(request))));
    }
  });
}

TEST_CASE("a_body_over_the_limit_is_too_large") {
  for (const TestAccount& account : test_accounts()) {
    CAPTURE(account.adapter);
    const Subject subject(account);
    core::HttpRequest request =
        subject.adapter().compose({.external_id = "uji-1", .phone = "+6281255501001", .name = "Sari", .text = "Banjir"}, kArrival);
    if (request.method != "POST") continue;
    request.body.resize(subject.adapter().info().max_body_bytes + 1, ' ');
    const auto admission = subject.admit(subject.signed_copy(std::move(request)));
    REQUIRE_FALSE(admission);
    CHECK(admission.error().code == core::Errc::too_large);
  }
}

TEST_CASE("what_a_citizen_says_comes_back_as_said") {
  for (const TestAccount& account : test_accounts()) {
    if (!account.carries_words) continue;
    const Subject subject(account);
    std::vector<std::string> ids;
    for (const std::string_view text :
         {"Lampu jalan padam di Jl. Moh. Toha", "\"Banjir\" 50% & naik\\turun <b>\nRT 03/RW 05 + tetangga", "Pohon tumbang \U0001F333"}) {
      CAPTURE(account.adapter);
      CAPTURE(text);
      const adapters::Utterance utterance{.external_id = "uji-" + std::to_string(ids.size()),
                                          .phone = "+6281255501001",
                                          .name = "Sari \"Ibu RT\"",
                                          .text = std::string(text)};
      const core::HttpRequest composed = subject.adapter().compose(utterance, kArrival);
      core::Delivery delivery{.account = {}, .received_at = kArrival, .head = composed.query, .body = composed.body};
      if (!subject.adapter().info().methods.empty()) {
        const auto admission = subject.admit(subject.signed_copy(composed));
        REQUIRE(admission);
        REQUIRE(admission->delivery);
        delivery = *admission->delivery;
      }
      const auto events = subject.adapter().decode(delivery);
      REQUIRE(events);
      REQUIRE(events->size() == 1);
      const auto* message = std::get_if<core::Message>(&events->front());
      REQUIRE(message != nullptr);
      CHECK(message->text == text);
      CHECK(message->channel == subject.adapter().info().channel);
      CHECK(message->external_id.empty() != subject.adapter().info().names_messages);
      if (subject.adapter().info().names_messages) CHECK(std::ranges::find(ids, message->external_id) == ids.end());
      ids.push_back(message->external_id);
    }
  }
}

TEST_CASE("a_channel_without_words_opens_no_complaint") {
  for_each_fixture([](const Subject& subject, const Fixture& fixture) {
    if (subject.account().carries_words) return;
    const auto events = subject.adapter().decode(delivery_of(subject, fixture));
    REQUIRE(events);
    for (const auto& event : *events) {
      const auto* message = std::get_if<core::Message>(&event);
      CHECK((message == nullptr || message->kind == core::MessageKind::caller_location));
    }
  });
}
