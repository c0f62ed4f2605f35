// SPDX-License-Identifier: Apache-2.0
// Open311 GeoReport v2 as documents: which address asks for what, and how services, service requests, tokens and errors are written in
// JSON and XML. Called by web/open311, and by whoever answers for requests that are already in the queue. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/http.hpp"
#include "core/time.hpp"

namespace satupintu::adapters::georeport {

enum class Format { json, xml };

// "requests.json", "tokens/4b1f.xml", "services.json" …
struct Target {
  enum class What { requests, request, token, services, service };
  What what{};
  std::string id;  // of a request (its tracking code), a token or a service; empty for a list
  Format format = Format::json;
};

// `path` is what stands behind the service's own address, with or without "v2/". nullopt for any other.
[[nodiscard]] std::optional<Target> read_target(std::string_view path);

struct Service {
  std::string code, name, group;
};

// What may be told of a complaint to anybody who has its code: no name, no number, no text.
struct ServiceRequest {
  std::string tracking_code;
  bool is_open = true;
  std::string status_notes;  // the answer that is public; may be empty
  std::string service_code, service_name, agency;
  core::Timestamp requested_at;
  std::optional<core::Timestamp> updated_at, expected_at;
  std::string address;
  std::optional<double> latitude, longitude;
};

// Answers with status 200 …
[[nodiscard]] core::HttpAnswer services_answer(std::span<const Service> services, Format format);
[[nodiscard]] core::HttpAnswer definition_answer(const Service& service, Format format);
[[nodiscard]] core::HttpAnswer requests_answer(std::span<const ServiceRequest> requests, Format format);
// … to a new request: it has a token, by which its tracking code can be asked for …
[[nodiscard]] core::HttpAnswer accepted_answer(std::string_view token, Format format);
// … and to that question; without a tracking code as long as there is none.
[[nodiscard]] core::HttpAnswer token_answer(std::string_view token, std::string_view tracking_code, Format format);

// With `status`, which the document repeats.
[[nodiscard]] core::HttpAnswer error_answer(unsigned status, std::string_view description, Format format);

// In Jakarta's time: "2026-01-05T10:04:05+07:00".
[[nodiscard]] std::string w3c_datetime(core::Timestamp at);

}  // namespace satupintu::adapters::georeport
