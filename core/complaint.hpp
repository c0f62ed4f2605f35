// SPDX-License-Identifier: Apache-2.0
// The complaint record: what the normalizer makes of one message and what the queue carries as
// `complaint-v1` (docs/schema/complaint-v1.json). One message makes one Complaint with one contact; when the
// message turns out to continue an earlier complaint, the same record goes out under that complaint's id.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/crypto.hpp"
#include "core/event.hpp"
#include "core/time.hpp"

namespace satupintu::core {

enum class ReportType { complaint, aspiration, information, emergency, thanks };
enum class Priority { low, normal, high, emergency };
enum class Scope {
  in_scope,
  out_of_scope_election,
  out_of_scope_crime,
  out_of_scope_private,
  out_of_scope_court,
  out_of_scope_irrelevant,
  other_jurisdiction
};
enum class Visibility { open, anonymous, secret };  // biasa, anonim, rahasia; `open` is written "public"
enum class LocationMethod { none, gps, wifi, cell, pin, address, text };
enum class LocationRole { incident, caller, initial };

struct Location {
  std::optional<double> latitude, longitude, accuracy_m;
  double confidence = 0;  // 0..1
  LocationMethod method = LocationMethod::none;
  LocationRole role = LocationRole::incident;
  std::string address, landmark, cross_street, kelurahan, kecamatan, rt, rw, zip;
};

// Who reported it, without saying who: everything that identifies a person is in Complaint::confidential.
struct Reporter {
  std::string ref;                   // 32 hex digits, keyed hash of the canonical identity; empty when nobody is known
  std::string display_name;          // empty when the report is anonymous or secret
  bool verified_by_channel = false;  // the network vouched for the sender's address
};

// What only the back office may read. Sealed before it leaves the gateway.
struct Confidential {
  std::string identity;          // canonical: "tel:+62812…", "mailto:…", "whatsapp:<scope>:<id>"
  std::string address_verbatim;  // for the answer
  std::string phone;             // when known besides the address, as it was written
  std::string name, handle;
  std::string original_subject;  // before cleaning and masking
  std::string original_text;
};

struct Found {  // a conclusion and where it came from
  std::string value;
  std::string source;     // hashtag, code, keyword, operator, sender, rule
  double confidence = 0;  // 0..1
};

struct Complaint {
  std::string complaint_id;                    // UUIDv7, derived from the provider's id
  std::array<std::string, 3> code_candidates;  // tracking codes; the first that is free is taken
  std::string contact_id;                      // UUIDv7 of the message itself, also the stream entry's CloudEvents id

  std::string jurisdiction_id;
  ReportType report_type = ReportType::complaint;
  std::string title;        // at most 160 characters
  std::string description;  // cleaned, personal data masked
  Found category;           // value "" where nothing was recognised
  std::string category_name;
  std::vector<std::string> further_categories;
  std::vector<std::string> suggested_agencies;
  Scope scope = Scope::in_scope;
  std::string scope_reason;
  Priority priority = Priority::normal;
  std::string priority_reason;
  Location location;
  std::optional<Location> caller_location;  // where a caller was, when that is not the place of the matter
  Reporter reporter;
  Visibility visibility = Visibility::open;
  std::optional<Timestamp> occurred_at;
  std::string occurred_precision;  // "exact", "day"; empty when unknown
  Timestamp received_at;
  std::optional<Timestamp> verify_due_at, follow_up_due_at, expected_at;
  std::vector<std::string> flags;
  std::vector<std::pair<std::string, std::string>> attributes;

  Message contact;         // text and subject are the cleaned, masked ones
  std::string account;     // the account it came in on
  std::string provider;    // the adapter's name, "whatsapp/cloud"
  std::string raw_sha256;  // of the delivery's body
  Confidential confidential;
};

// complaint-v1 as JSON text in the pieces that publish.lua joins once it knows whose complaint this is:
//   head + <entry type> + middle_subject + <tracking code> + middle_data + <complaint id> + middle_code + <tracking code> +
//   middle_interest + <how many people report it, and what it is similar to> + tail
// The joined text is one CloudEvents 1.0 object in structured mode.
struct EventPieces {
  std::string head;             // {"specversion":"1.0","id":…,"source":…,"time":…,"dataschema":…,"type":"
  std::string middle_subject;   // ","subject":"
  std::string middle_data;      // ","datacontenttype":"application/json","data":{"complaint_id":"
  std::string middle_code;      // ","tracking_code":"
  std::string middle_interest;  // ","interest_count":
  std::string tail;             // ,"schema_version":"1.0",…}}
  // The beginning of the event that tells a similar complaint of this one, up to where that one's tracking code completes the id:
  // {"specversion":"1.0","source":…,"time":…,"dataschema":…,"type":"complaint.linked","id":"<contact_id>:
  std::string linked_head;
};

// `sealed` is Confidential in sealed form (base64), `recorded_at` when this record was made.
[[nodiscard]] EventPieces to_event_pieces(const Complaint& complaint, std::string_view sealed, Timestamp recorded_at);

// Confidential as JSON, to be sealed; `satupintu unseal` shows it again.
[[nodiscard]] std::string to_json(const Confidential& confidential);

[[nodiscard]] std::string_view name_of(ReportType type) noexcept;
[[nodiscard]] std::string_view name_of(Priority priority) noexcept;
[[nodiscard]] std::string_view name_of(Scope scope) noexcept;
[[nodiscard]] std::string_view name_of(Visibility visibility) noexcept;
[[nodiscard]] std::string_view name_of(LocationMethod method) noexcept;
[[nodiscard]] std::string_view name_of(LocationRole role) noexcept;

}  // namespace satupintu::core
