// SPDX-License-Identifier: Apache-2.0
#include "adapters/web/open311.hpp"

#include <algorithm>
#include <charconv>
#include <ranges>
#include <utility>

#include "adapters/form.hpp"
#include "adapters/multipart.hpp"
#include "adapters/request_head.hpp"
#include "adapters/signature.hpp"
#include "adapters/sms/charset.hpp"
#include "adapters/web/georeport.hpp"
#include "adapters/web/media_kind.hpp"
#include "core/crypto.hpp"

namespace satupintu::adapters {

using core::Errc;
using core::Event;
using core::HttpAnswer;
using core::HttpRequest;
using core::Message;
using core::Result;
using georeport::Format;
using georeport::Service;
using georeport::Target;

namespace {

constexpr std::string_view kApiKey = "api_key";
constexpr std::string_view kTokenHeader = "Token";  // in a delivery's head
constexpr std::string_view kUrlencoded = "application/x-www-form-urlencoded";
constexpr std::string_view kPartPrefix = "part:";
constexpr std::size_t kMaxDescription = 4000;
constexpr auto kResubmission = std::chrono::minutes{10};
// GeoReport names no limit. A telephone's photos have 2 to 6 MB each; a form without files is small, and read before anybody has
// proved who sent it.
constexpr std::uint64_t kMaxBodyBytes = 16'777'216;
constexpr std::size_t kMaxPlainFormBytes = 262'144;

const AdapterInfo kInfo{.name = "web/open311", .channel = core::Channel::app, .methods = {"GET", "POST"}, .max_body_bytes = kMaxBodyBytes};

// The categories of config/routing.toml as it is shipped.
const std::vector<std::string> kShippedServices{
    "pju|Penerangan jalan umum|Jalan dan lalu lintas",
    "jalan|Jalan, jembatan, dan trotoar rusak|Jalan dan lalu lintas",
    "lalulintas|Lalu lintas dan rambu|Jalan dan lalu lintas",
    "parkir|Parkir|Jalan dan lalu lintas",
    "transportasi|Angkutan umum|Jalan dan lalu lintas",
    "drainase|Saluran air dan gorong-gorong|Air dan banjir",
    "banjir|Banjir dan genangan|Air dan banjir",
    "air|Air bersih|Air dan banjir",
    "sampah|Sampah|Lingkungan",
    "pencemaran|Pencemaran lingkungan|Lingkungan",
    "pohon|Pohon tumbang atau berbahaya|Lingkungan",
    "taman|Taman, lapangan, dan fasilitas umum|Lingkungan",
    "hewan|Hewan liar, berbahaya, atau mati|Lingkungan",
    "listrik|Listrik|Layanan umum",
    "kependudukan|Administrasi kependudukan|Layanan umum",
    "kesehatan|Kesehatan|Layanan umum",
    "pendidikan|Pendidikan|Layanan umum",
    "bansos|Bantuan dan masalah sosial|Layanan umum",
    "ketenagakerjaan|Ketenagakerjaan|Layanan umum",
    "perizinan|Perizinan|Layanan umum",
    "pajak|Pajak dan retribusi daerah|Layanan umum",
    "digital|Layanan digital kota|Layanan umum",
    "pelayanan|Pelayanan dan perilaku aparatur|Layanan umum",
    "ketertiban|Ketertiban umum|Ketertiban dan kedaruratan",
    "kebakaran|Kebakaran|Ketertiban dan kedaruratan",
    "medis|Kedaruratan medis dan ambulans|Ketertiban dan kedaruratan",
    "lainnya|Lainnya|Lainnya",
};

// ------------------------------------------------------------------ what was posted

struct Upload {
  std::size_t part = 0;  // its place among the form's parts
  std::string name;
  std::string_view content_type, bytes;
};

// The fields of a form of either kind, and the files of one in parts; valid as long as the body.
struct Post {
  std::vector<std::pair<std::string, std::string>> fields;
  std::vector<Upload> uploads;

  [[nodiscard]] std::string value(std::string_view name) const {
    const auto found = std::ranges::find(fields, name, [](const auto& field) -> std::string_view { return field.first; });
    return found == fields.end() ? std::string{} : found->second;
  }
  [[nodiscard]] auto count(std::string_view name) const {
    return std::ranges::count(fields, name, [](const auto& field) -> std::string_view { return field.first; });
  }
};

Result<Post> read_post(std::string_view content_type, std::string_view body) {
  Post post;
  if (!is_multipart_form(content_type)) {
    post.fields = Form::parse(body).fields();
    return post;
  }
  const auto form = MultipartForm::parse(content_type, body);
  if (!form) return std::unexpected(form.error());
  for (std::size_t at = 0; at < form->parts().size(); ++at) {
    const FormPart& part = form->parts()[at];
    if (part.file_name.empty()) post.fields.emplace_back(part.name, part.bytes);
    else if (!part.bytes.empty()) post.uploads.push_back({at, part.file_name, part.content_type, part.bytes});
  }
  return post;
}

// "media_url", and with the brackets that some clients append: "media_url[]", "media_url[1]".
bool is_named(std::string_view field, std::string_view name) {
  return field == name || (field.starts_with(name) && field.substr(name.size()).starts_with('[') && field.ends_with(']'));
}

// "LIGHTS" of "attribute[LIGHTS]" and "attribute[LIGHTS][]"; empty for any other field.
std::string attribute_in(std::string_view field) {
  constexpr std::string_view kBefore = "attribute[";
  if (!field.starts_with(kBefore)) return {};
  field.remove_prefix(kBefore.size());
  return std::string(field.substr(0, field.find(']')));
}

std::optional<double> number_in(std::string_view digits, double most) {
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool is_whole = error == std::errc{} && end == digits.data() + digits.size();
  return is_whole && value >= -most && value <= most ? std::optional(value) : std::nullopt;
}

std::optional<core::SharedPlace> place_in(const Post& post) {
  const auto latitude = number_in(post.value("lat"), 90);
  const auto longitude = number_in(post.value("long"), 180);
  if (!latitude || !longitude) return std::nullopt;
  return core::SharedPlace{.latitude = *latitude, .longitude = *longitude, .accuracy_m = std::nullopt, .name = {}, .address = {}};
}

// ------------------------------------------------------------------ what is wrong with it

struct Refusal {
  unsigned status;
  std::string_view description;
};

std::optional<Refusal> refusal_of(const Post& post, std::span<const Service> services) {
  const std::string code = post.value("service_code");
  if (code.empty()) return Refusal{400, "service_code was not provided"};
  if (std::ranges::find(services, code, &Service::code) == services.end()) return Refusal{404, "service_code was not found"};
  const bool has_numbers = !post.value("lat").empty() || !post.value("long").empty();
  if (has_numbers && !place_in(post)) return Refusal{400, "lat and long are no position in decimal degrees (WGS 84)"};
  if (!has_numbers && post.value("address_string").empty() && post.value("address_id").empty()) {
    return Refusal{400, "lat and long, address_string or address_id was not provided"};
  }
  const std::string description = post.value("description");
  const auto characters = std::ranges::count_if(description, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; });
  if (std::cmp_greater(characters, kMaxDescription)) return Refusal{400, "description is longer than 4000 characters"};
  const std::string email = post.value("email");
  if (!email.empty() && !email.contains('@')) return Refusal{400, "email is no address"};
  return std::nullopt;
}

// ------------------------------------------------------------------ what it means

std::string joined(std::string first, const std::string& last) {
  if (!first.empty() && !last.empty()) first += ' ';
  return first + last;
}

core::Sender sender_in(const Post& post, const std::string& account) {
  core::Sender sender;
  std::string phone = post.value("phone");
  std::string device = post.value("device_id");
  if (device.empty()) device = post.value("account_id");
  if (!device.empty()) sender.scope = account;
  if (sender.address = post.value("email"); !sender.address.empty()) {
    sender.address_kind = core::AddressKind::email;
  } else if (!phone.empty()) {
    sender.address_kind = core::AddressKind::phone;
    sender.address = std::exchange(phone, {});
  } else if (!device.empty()) {
    sender.address_kind = core::AddressKind::platform_id;
    sender.address = std::exchange(device, {});
  }
  sender.phone = std::move(phone);
  sender.platform_id = std::move(device);
  sender.name = joined(post.value("first_name"), post.value("last_name"));
  return sender;
}

std::vector<core::Attachment> attachments_in(const Post& post) {
  std::vector<core::Attachment> attachments;
  for (const auto& [name, value] : post.fields) {
    if (!is_named(name, "media_url") || value.empty()) continue;
    core::Attachment attachment;
    attachment.url = value;
    attachments.push_back(std::move(attachment));
  }
  for (const Upload& upload : post.uploads) {
    core::Attachment attachment;
    attachment.mime_type = upload.content_type;
    attachment.kind = kind_of_media(attachment.mime_type);
    attachment.name = upload.name;
    attachment.inline_part = std::string(kPartPrefix) + std::to_string(upload.part);
    attachments.push_back(std::move(attachment));
  }
  return attachments;
}

Message message_of(const Post& post, std::string token, const std::string& account) {
  Message message;
  message.channel = kInfo.channel;
  message.external_id = std::move(token);
  message.sender = sender_in(post, account);
  DecodedText description = to_utf8(post.value("description"), "UTF-8");
  message.text = std::move(description.text);
  if (description.repaired) message.flags.emplace_back("repaired");
  message.attachments = attachments_in(post);
  if (!message.attachments.empty()) message.kind = core::MessageKind::media;
  message.place = place_in(post);
  message.stated.category = post.value("service_code");
  message.stated.address = post.value("address_string");
  for (const auto& [name, value] : post.fields) {
    std::string code = name == "address_id" ? name : attribute_in(name);
    if (!code.empty() && !value.empty()) message.stated.attributes.emplace_back(std::move(code), value);
  }
  return message;
}

// ------------------------------------------------------------------ settings

std::vector<Service> read_services(core::Settings& settings) {
  std::vector<Service> services;
  for (const std::string& line :
       settings.texts("services",
                      "What can be reported, each \"code|label|group\" with a code of config/routing.toml. Leave it "
                      "out for the categories that are shipped.",
                      kShippedServices)) {
    std::string_view rest = line;
    Service service;
    service.code = take_until(rest, "|");
    service.name = take_until(rest, "|");
    service.group = rest;
    const bool is_code = !service.code.empty() && std::ranges::all_of(service.code, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (!is_code || service.name.empty()) {
      settings.mistake("services", "has an entry that is no service", "write each as \"pju|Penerangan jalan umum|Jalan dan lalu lintas\"");
    }
    services.push_back(std::move(service));
  }
  return services;
}

class WebOpen311 final : public Adapter {
 public:
  WebOpen311(std::string account, core::Settings& settings)
      : account_(std::move(account)),
        route_("/channels/" + account_ + '/'),
        api_keys_{.current = settings.secret("api_key", "What clients send as api_key."),
                  .previous = settings.optional_secret("previous_api_key", "The key before, accepted while it is being replaced.")},
        takes_anonymous_(settings.enabled("accept_without_key", "Also take requests of clients that send no api_key at all.", false)),
        jurisdiction_(settings.text("jurisdiction_id", "Which one we answer for, when a client names one; empty: any.", "id.tangerang")),
        services_(read_services(settings)),
        media_hosts_(settings.texts("media_hosts",
                                    "The servers from which files named by media_url may be fetched: \"foto.example.org\", or "
                                    "\"*.example.org\" for all below a name.",
                                    {})) {}

  [[nodiscard]] const AdapterInfo& info() const noexcept override { return kInfo; }

  [[nodiscard]] Result<core::Admission> admit(const HttpRequest& request, core::Timestamp now) const override {
    if (request.method == "GET") return core::Admission{.delivery = std::nullopt, .answer = answer_to(request)};
    if (request.method != "POST") return core::fail(Errc::malformed, "the method is neither GET nor POST");
    if (request.body.size() > kMaxBodyBytes) return core::fail(Errc::too_large, "the body is larger than 16 MiB");
    const std::string_view content_type = request.header("Content-Type").value_or("");
    if (!is_multipart_form(content_type) && request.body.size() > kMaxPlainFormBytes) {
      return core::fail(Errc::too_large, "the form is larger than 256 KiB");
    }
    const auto post = read_post(content_type, request.body);
    if (!post || !may_post(*post)) return core::fail(Errc::unauthentic, "the api_key is missing or wrong");

    const auto target = target_of(request);
    const Format format = target ? target->format : Format::json;
    const auto refused = [&](unsigned status, std::string_view description) {
      return core::Admission{.delivery = std::nullopt, .answer = georeport::error_answer(status, description, format)};
    };
    if (!target || target->what != Target::What::requests) return refused(404, "there is nothing to post to at this address");
    const Form query = Form::parse(request.query);
    if (!is_ours(post->value("jurisdiction_id")) || !is_ours(query.value("jurisdiction_id"))) {
      return refused(404, "jurisdiction_id was not found");
    }
    if (const auto refusal = refusal_of(*post, services_)) return refused(refusal->status, refusal->description);

    // Neither the query nor another header says anything, and both may hold a key.
    const std::string token = token_of(*post, now);
    const HttpRequest kept{.method = "POST",
                           .path = {},
                           .query = {},
                           .headers = {{"Content-Type", std::string(content_type)}, {std::string(kTokenHeader), token}},
                           .body = {}};
    return core::Admission{.delivery = core::Delivery{.account = account_,
                                                      .received_at = now,
                                                      .head = to_head(kept, [](std::string_view) { return true; }),
                                                      .body = request.body},
                           .answer = georeport::accepted_answer(token, format)};
  }

  [[nodiscard]] Result<std::vector<Event>> decode(const core::Delivery& delivery) const override {
    const auto request = from_head(delivery.head);
    const std::string token(request ? request->header(kTokenHeader).value_or("") : "");
    if (token.empty()) return core::fail(Errc::unreadable, "the head is none that this adapter writes");
    const auto post = read_post(request->header("Content-Type").value_or(""), delivery.body);
    if (!post) return std::unexpected(post.error());
    return std::vector<Event>{message_of(*post, token, account_)};
  }

  [[nodiscard]] Result<std::string> extract(const core::Delivery& delivery, const core::Attachment& attachment) const override {
    std::string_view number = attachment.inline_part;
    if (!number.starts_with(kPartPrefix)) return core::fail(Errc::not_found, "the attachment did not come inside the delivery");
    number.remove_prefix(kPartPrefix.size());
    const auto request = from_head(delivery.head);
    const auto post = read_post(request ? request->header("Content-Type").value_or("") : "", delivery.body);
    if (post) {
      for (const Upload& upload : post->uploads) {
        if (std::to_string(upload.part) == number) return std::string(upload.bytes);
      }
    }
    return core::fail(Errc::not_found, "the delivery has no such file");
  }

  [[nodiscard]] std::vector<std::string> hosts() const override { return media_hosts_; }

  // Instead of a key that is there already.
  void sign(HttpRequest& request) const override {
    const std::string key(api_keys_.current.reveal());
    const std::string_view content_type = request.header("Content-Type").value_or("");
    if (is_multipart_form(content_type)) {
      const std::string boundary = parameter_of(content_type, "boundary");
      request.body.insert(0, "--" + boundary + "\r\nContent-Disposition: form-data; name=\"api_key\"\r\n\r\n" + key + "\r\n");
      return;
    }
    if (const Form form = Form::parse(request.body); form.has(kApiKey)) {
      Form others;
      for (const auto& [name, value] : form.fields()) {
        if (name != kApiKey) others.add(name, value);
      }
      request.body = others.encoded();
    }
    Form signature;
    signature.add(std::string(kApiKey), key);
    request.body += (request.body.empty() ? "" : "&") + signature.encoded();
  }

  [[nodiscard]] HttpRequest compose(const Utterance& utterance, core::Timestamp) const override {
    Form form;
    form.add("service_code", services_.empty() ? "lainnya" : services_.back().code);
    form.add("address_string", "Jl. Daan Mogot, Tangerang");
    form.add("device_id", utterance.external_id);
    form.add("first_name", utterance.name);
    form.add("phone", utterance.phone);
    form.add("description", utterance.text);
    return {.method = "POST", .path = {}, .query = {}, .headers = {{"Content-Type", std::string(kUrlencoded)}}, .body = form.encoded()};
  }

 private:
  // A key that stands twice is none: another reader of the same bytes may take the other one.
  [[nodiscard]] bool may_post(const Post& post) const {
    const auto keys = post.count(kApiKey);
    if (keys == 0) return takes_anonymous_;
    return keys == 1 && is_one_of(api_keys_, post.value(kApiKey));
  }

  [[nodiscard]] bool is_ours(std::string_view jurisdiction) const {
    return jurisdiction.empty() || jurisdiction_.empty() || jurisdiction == jurisdiction_;
  }

  // Nothing behind the account's own address: the list of requests.
  [[nodiscard]] std::optional<Target> target_of(const HttpRequest& request) const {
    if (!request.path.starts_with(route_)) return Target{};
    return georeport::read_target(std::string_view(request.path).substr(route_.size()));
  }

  [[nodiscard]] HttpAnswer answer_to(const HttpRequest& request) const {
    const auto target = target_of(request);
    if (!target) return georeport::error_answer(404, "there is nothing at this address", Format::json);
    if (!is_ours(Form::parse(request.query).value("jurisdiction_id"))) {
      return georeport::error_answer(404, "jurisdiction_id was not found", target->format);
    }
    switch (target->what) {
      case Target::What::services: return georeport::services_answer(services_, target->format);
      case Target::What::service: {
        const auto service = std::ranges::find(services_, target->id, &Service::code);
        if (service == services_.end()) return georeport::error_answer(404, "service_code was not found", target->format);
        return georeport::definition_answer(*service, target->format);
      }
      // What became of a request is known behind the journal, not here.
      case Target::What::token: return georeport::error_answer(404, "token was not found", target->format);
      case Target::What::request: return georeport::error_answer(404, "service_request_id was not found", target->format);
      case Target::What::requests: break;
    }
    return georeport::error_answer(404, "requests are shown one by one, by their service_request_id", target->format);
  }

  // GeoReport knows no ids of the client's, and clients send again what they are not sure of: the same content within ten minutes has
  // the same token.
  [[nodiscard]] std::string token_of(const Post& post, core::Timestamp now) const {
    std::string content = std::to_string(now.time_since_epoch() / kResubmission);
    const auto add = [&](std::string_view part) { content.append(" ").append(std::to_string(part.size())).append(":").append(part); };
    for (const auto& [name, value] : post.fields) {
      if (name == kApiKey) continue;
      add(name);
      add(value);
    }
    for (const Upload& upload : post.uploads) add(core::sha256_hex(upload.bytes));
    return core::to_hex(core::keyed_hash(api_keys_.current, {"open311 token", account_, content}));
  }

  std::string account_;
  std::string route_;
  LiveSecrets api_keys_;
  bool takes_anonymous_;
  std::string jurisdiction_;
  std::vector<Service> services_;
  std::vector<std::string> media_hosts_;
};

}  // namespace

std::unique_ptr<Adapter> make_web_open311(std::string account, core::Settings& settings) {
  return std::make_unique<WebOpen311>(std::move(account), settings);
}

}  // namespace satupintu::adapters
