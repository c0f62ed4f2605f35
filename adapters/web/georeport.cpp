// SPDX-License-Identifier: Apache-2.0
#include "adapters/web/georeport.hpp"

#include <array>
#include <charconv>
#include <initializer_list>
#include <utility>
#include <vector>

#include "adapters/json.hpp"

namespace satupintu::adapters::georeport {

using core::HttpAnswer;

namespace {

// One member of a record. Numbers and truth values are written without quotes; nothing is null in JSON, and an empty element in XML.
struct Member {
  std::string_view name;
  std::string value;
  bool is_bare = false;
};
using Record = std::vector<Member>;

// XML 1.0 has no way to write most control characters.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\t':
      case '\n': out += c; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) out += "\xEF\xBF\xBD";
        else out += c;
    }
  }
  return out;
}

std::string json_of(const Record& record) {
  std::string out = "{";
  for (const auto& [name, value, is_bare] : record) {
    if (out.size() > 1) out += ',';
    out += to_json_string(name) + ':';
    if (value.empty()) out += "null";
    else out += is_bare ? value : to_json_string(value);
  }
  return out + '}';
}

std::string xml_of(const Record& record) {
  std::string out;
  for (const auto& [name, value, is_bare] : record) {
    if (value.empty()) out.append("<").append(name).append("/>");
    else out.append("<").append(name).append(">").append(escaped(value)).append("</").append(name).append(">");
  }
  return out;
}

HttpAnswer answer(unsigned status, const std::string& document, Format format) {
  constexpr std::string_view kDeclaration = R"(<?xml version="1.0" encoding="utf-8"?>)";
  if (format == Format::json) {
    return {.status = status, .content_type = "application/json; charset=utf-8", .body = document + '\n', .headers = {}};
  }
  return {.status = status,
          .content_type = "text/xml; charset=utf-8",
          .body = std::string(kDeclaration).append("\n").append(document).append("\n"),
          .headers = {}};
}

HttpAnswer list(unsigned status, std::string_view root, std::string_view each, std::span<const Record> records, Format format) {
  std::string document;
  for (const Record& record : records) {
    if (format == Format::json) document += (document.empty() ? "" : ",") + json_of(record);
    else document.append("<").append(each).append(">").append(xml_of(record)).append("</").append(each).append(">");
  }
  if (format == Format::json) return answer(status, '[' + document + ']', format);
  return answer(status, std::string("<").append(root).append(">").append(document).append("</").append(root).append(">"), format);
}

std::string written(const std::optional<double>& number) {
  if (!number) return {};
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), *number);
  return error == std::errc{} ? std::string(digits.data(), end) : std::string{};
}

std::string written(const std::optional<core::Timestamp>& at) { return at ? w3c_datetime(*at) : std::string{}; }

}  // namespace

std::optional<Target> read_target(std::string_view path) {
  using enum Target::What;
  constexpr std::string_view kVersion = "v2/", kJson = ".json", kXml = ".xml";
  if (path.starts_with(kVersion)) path.remove_prefix(kVersion.size());
  Target target;
  if (path.ends_with(kJson)) {
    path.remove_suffix(kJson.size());
  } else if (path.ends_with(kXml)) {
    path.remove_suffix(kXml.size());
    target.format = Format::xml;
  } else {
    return std::nullopt;
  }
  for (const auto& [name, what] : {std::pair<std::string_view, Target::What>{"requests", requests}, {"services", services}}) {
    if (path != name) continue;
    target.what = what;
    return target;
  }
  for (const auto& [prefix, what] :
       {std::pair<std::string_view, Target::What>{"requests/", request}, {"tokens/", token}, {"services/", service}}) {
    if (!path.starts_with(prefix)) continue;
    target.what = what;
    target.id = path.substr(prefix.size());
    if (target.id.empty() || target.id.contains('/')) return std::nullopt;
    return target;
  }
  return std::nullopt;
}

HttpAnswer services_answer(std::span<const Service> services, Format format) {
  std::vector<Record> records;
  for (const Service& service : services) {
    records.push_back({{"service_code", service.code},
                       {"service_name", service.name},
                       {"description", service.name},
                       {"metadata", "false", true},
                       {"type", "batch"},
                       {"keywords", ""},
                       {"group", service.group}});
  }
  return list(200, "services", "service", records, format);
}

HttpAnswer definition_answer(const Service& service, Format format) {
  if (format == Format::json) return answer(200, R"({"service_code":)" + to_json_string(service.code) + R"(,"attributes":[]})", format);
  return answer(200, "<service_definition>" + xml_of({{"service_code", service.code}, {"attributes", ""}}) + "</service_definition>",
                format);
}

HttpAnswer requests_answer(std::span<const ServiceRequest> requests, Format format) {
  std::vector<Record> records;
  for (const ServiceRequest& request : requests) {
    records.push_back({{"service_request_id", request.tracking_code},
                       {"status", request.is_open ? "open" : "closed"},
                       {"status_notes", request.status_notes},
                       {"service_name", request.service_name},
                       {"service_code", request.service_code},
                       {"description", ""},
                       {"agency_responsible", request.agency},
                       {"service_notice", ""},
                       {"requested_datetime", w3c_datetime(request.requested_at)},
                       {"updated_datetime", written(request.updated_at)},
                       {"expected_datetime", written(request.expected_at)},
                       {"address", request.address},
                       {"address_id", ""},
                       {"zipcode", ""},
                       {"lat", written(request.latitude), true},
                       {"long", written(request.longitude), true},
                       {"media_url", ""}});
  }
  return list(200, "service_requests", "request", records, format);
}

HttpAnswer accepted_answer(std::string_view token, Format format) {
  const std::array records{Record{{"token", std::string(token)}}};
  return list(200, "service_requests", "request", records, format);
}

HttpAnswer token_answer(std::string_view token, std::string_view tracking_code, Format format) {
  const std::array records{Record{{"service_request_id", std::string(tracking_code)}, {"token", std::string(token)}}};
  return list(200, "service_requests", "request", records, format);
}

HttpAnswer error_answer(unsigned status, std::string_view description, Format format) {
  const std::array records{Record{{"code", std::to_string(status), true}, {"description", std::string(description)}}};
  return list(status, "errors", "error", records, format);
}

std::string w3c_datetime(core::Timestamp at) {
  constexpr std::size_t kToSeconds = 19;
  return core::format_rfc3339(at + core::kJakartaOffset).substr(0, kToSeconds) + "+07:00";
}

}  // namespace satupintu::adapters::georeport
