// SPDX-License-Identifier: Apache-2.0
#include "adapters/sms/joining.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "adapters/sms/charset.hpp"
#include "core/crypto.hpp"
#include "core/http.hpp"

namespace satupintu::adapters {

using core::Message;

namespace {

void add_flag(std::vector<std::string>& flags, std::string_view flag) {
  if (std::ranges::find(flags, flag) == flags.end()) flags.emplace_back(flag);
}

// Parts `first` to `last` of `total`.
std::string gap(unsigned first, unsigned last, unsigned total) {
  const std::string which = std::to_string(first) + (first == last ? "" : "-" + std::to_string(last));
  const std::string all = std::to_string(total);
  return "[bagian " + which + " dari " + all + " tidak sampai / part" + (first == last ? " " : "s ") + which + " of " + all + " missing]";
}

// The text as it grows: what is to be read as characters together is kept back as octets.
class Text {
 public:
  void add(const core::TextPart& part) {
    if (!core::equals_ignoring_case(part.charset, charset_)) read_octets();
    charset_ = part.charset;
    octets_ += part.octets;
  }
  void add_gap(const std::string& marker) {
    read_octets();
    text_ += (text_.empty() ? "" : " ") + marker;
    after_gap_ = true;
  }
  [[nodiscard]] std::string take() {
    read_octets();
    return std::move(text_);
  }
  [[nodiscard]] bool is_repaired() const { return repaired_; }

 private:
  void read_octets() {
    const DecodedText decoded = to_utf8(octets_, charset_);
    octets_.clear();
    if (decoded.text.empty()) return;
    text_ += (after_gap_ ? " " : "") + decoded.text;
    after_gap_ = false;
    repaired_ = repaired_ || decoded.repaired;
  }

  std::string text_, octets_, charset_;
  bool after_gap_ = false, repaired_ = false;
};

// Where the provider named no part, what the part says has to tell it from another with the same reference.
std::string id_of(const Message& lowest) {
  std::string name;
  const auto add = [&](std::string_view field) { name += std::to_string(field.size()) + ':' + std::string(field); };
  add(lowest.part->reference);
  add(lowest.sender.address);
  for (const auto& to : lowest.to) add(to);
  add(lowest.external_id);
  if (lowest.external_id.empty()) {
    add(lowest.part->octets);
    if (lowest.provider_at) add(core::format_rfc3339(*lowest.provider_at));
  }
  return "joined:" + core::sha256_hex(name);
}

}  // namespace

Message join_parts(std::vector<Message> parts, unsigned total) {
  std::map<unsigned, Message> by_number;
  for (Message& part : parts) {
    const unsigned number = part.part->number;
    by_number.try_emplace(number, std::move(part));
  }
  Text text;
  unsigned next = 1;
  Message joined = by_number.begin()->second;
  joined.external_id = id_of(joined);
  for (const auto& [number, part] : by_number) {
    if (number > next) text.add_gap(gap(next, number - 1, total));
    next = number + 1;
    text.add(*part.part);
    if (part.provider_at && (!joined.provider_at || *part.provider_at < *joined.provider_at)) joined.provider_at = part.provider_at;
    for (const auto& flag : part.flags) add_flag(joined.flags, flag);
  }
  if (next <= total) text.add_gap(gap(next, total, total));

  joined.text = text.take();
  joined.part.reset();
  // What was half a symbol in one part is whole now.
  std::erase(joined.flags, "repaired");
  if (text.is_repaired()) add_flag(joined.flags, "repaired");
  add_flag(joined.flags, "concatenated");
  if (by_number.size() < total) add_flag(joined.flags, "gap");
  return joined;
}

}  // namespace satupintu::adapters
