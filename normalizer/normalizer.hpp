// SPDX-License-Identifier: Apache-2.0
// Makes a complaint of a message, in ten steps that can be read in order in normalizer.cpp. Pure: it
// knows no channel's wire format, no clock and no network; the same message and rules always give the
// same record. One Normalizer may be used by several threads at once.
#pragma once

#include <string>

#include "core/complaint.hpp"
#include "core/event.hpp"
#include "core/secret.hpp"
#include "core/time.hpp"
#include "normalizer/command.hpp"
#include "normalizer/fingerprint.hpp"
#include "normalizer/rules.hpp"

namespace satupintu::normalizer {

// Where and when the message came in.
struct Origin {
  std::string account;
  std::string provider;  // the adapter's name
  core::Timestamp received_at;
  std::string raw_sha256;
};

struct Normalized {
  core::Complaint complaint;
  Command command;
  Fingerprints fingerprints;
  // Sketch::packed() of a message that tells of something to be seen to, kUnlinkable of one that is to stay secret, else empty.
  std::string sketch;
};

class Normalizer {
 public:
  // `identity_key` (32 bytes) makes reporter references and ids; changing it makes every citizen a new one.
  Normalizer(Rules rules, core::Secret identity_key);

  // Every text in the complaint is valid UTF-8 and, outside `confidential`, free of the sender's address and of the personal
  // data that personal_data.hpp finds.
  [[nodiscard]] Normalized normalize(const Origin& origin, core::Message message) const;

 private:
  Rules rules_;
  core::Secret identity_key_;
};

}  // namespace satupintu::normalizer
