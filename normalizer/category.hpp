// SPDX-License-Identifier: Apache-2.0
// What a report is about: as stated, by code, by hashtag, by words, or unclassified, which is a fine answer. Pure.
#pragma once

#include <string>
#include <vector>

#include "core/complaint.hpp"
#include "normalizer/lexicon.hpp"
#include "normalizer/rules.hpp"

namespace satupintu::normalizer {

// Why a phrase says nothing about what the report is about.
enum class Void : std::uint8_t {
  no,
  beside,  // tells where it is: "depan sekolah"
  denied,  // "bukan soal lampu"
  solved,  // "sampah sudah diangkut"
};

struct Mention {
  Match match;
  Void is_void = Void::no;
};

inline constexpr int kPoints = 10;  // of a candidate, for each of a phrase's weight

// A category that the words speak for.
struct Candidate {
  const Category* category = nullptr;
  bool is_named_first = false;
  int listed = 0;                 // points by the lists of routing.toml
  int points = 0;                 // with those that learned.toml gives its words
  std::vector<Mention> mentions;  // in the order of the text
};

struct Classification {
  const Category* category = nullptr;    // nullptr: unclassified
  std::string source;                    // "operator", "sender", "code", "hashtag", "keyword"
  double confidence = 0;                 // 0..1
  std::vector<const Category*> further;  // also spoken of, most likely first
  std::vector<Candidate> candidates;     // all that the words speak for, most points first
  std::vector<int> learned;              // what the words count by learned.toml, by the topics of Rules; for the next step, too
  int least_points = 0;                  // that the first of them needed
};

// `coded` is the category under whose code the report came, or nullptr.
[[nodiscard]] Classification classify(const Reading& reading, const core::Message& message, const Category* coded, const Rules& rules);

}  // namespace satupintu::normalizer
