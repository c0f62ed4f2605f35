// SPDX-License-Identifier: Apache-2.0
#include "normalizer/personal_data.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "core/ids.hpp"
#include "normalizer/phone.hpp"
#include "normalizer/text.hpp"

namespace satupintu::normalizer {

namespace {

constexpr std::string_view kMaskedNik = "[NIK disamarkan]";
constexpr std::string_view kMaskedKk = "[nomor KK disamarkan]";
constexpr std::string_view kMaskedInsurance = "[nomor BPJS disamarkan]";
constexpr std::string_view kMaskedPhone = "[telepon disamarkan]";
constexpr std::string_view kMaskedMail = "[email disamarkan]";
constexpr std::string_view kMaskedCard = "[nomor kartu disamarkan]";
constexpr std::string_view kMaskedName = "[nama disamarkan]";
constexpr std::array kMasks{kMaskedNik, kMaskedKk, kMaskedInsurance, kMaskedPhone, kMaskedMail, kMaskedCard, kMaskedName};

constexpr std::size_t kLeastDigits = 8;  // fewer identify nobody
constexpr std::size_t kMostDigits = 19;  // the longest payment card
constexpr std::size_t kMostGroups = 8;   // "08 12 90 00 12 34" and a few more
constexpr std::size_t kNikDigits = 16;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
int number_at(std::string_view digits, std::size_t at) { return (digits[at] - '0') * 10 + (digits[at + 1] - '0'); }

// Digits that stand together, and what stands between them and the group before.
struct Group {
  std::size_t begin, end;
  std::string_view gap;
};

// One candidate: some groups in a row.
struct Candidate {
  std::string_view text;  // the whole text
  const Group* first;
  const Group* last;
  std::string_view digits;  // of all groups, without what stands between

  [[nodiscard]] std::size_t groups() const { return static_cast<std::size_t>(last - first) + 1; }
  [[nodiscard]] std::size_t size_of(std::size_t group) const { return first[group].end - first[group].begin; }
  [[nodiscard]] bool any_gap(char c) const {
    return std::any_of(first + 1, last + 1, [c](const Group& group) { return group.gap.contains(c); });
  }
};

// Lower-case letters of the words right before `position`, without anything between: "no. hp :" gives "nohp".
std::string letters_before(std::string_view text, std::size_t position) {
  constexpr std::size_t kReach = 20;
  std::string letters;
  for (std::size_t i = position > kReach ? position - kReach : 0; i < position; ++i) {
    if (is_letter(text[i])) letters += static_cast<char>(text[i] | 0x20);
    else if (text[i] == '\n' || text[i] == ']' || is_digit(text[i])) letters.clear();
  }
  return letters;
}

bool announces_phone(std::string_view letters) {
  constexpr std::array<std::string_view, 16> kWords{"hp",    "wa",      "telp",   "tlp",   "tlpn", "telpon",   "telepon", "telephone",
                                                    "phone", "nohpnya", "kontak", "nomor", "sms",  "whatsapp", "hubungi", "nope"};
  return std::ranges::any_of(kWords, [&](std::string_view word) { return letters.ends_with(word); });
}

bool announces_customer(std::string_view letters) {
  constexpr std::array<std::string_view, 5> kWords{"meter", "meteran", "idpel", "pelanggan", "resi"};
  return std::ranges::any_of(kWords, [&](std::string_view word) { return letters.ends_with(word); });
}

// 12-03-2026 10 and 03-2026: a date is no number of anybody.
bool holds_date(const Candidate& c) {
  for (std::size_t i = 1; i < c.groups(); ++i) {
    if (c.size_of(i) != 4 || c.size_of(i - 1) > 2) continue;
    if (const int century = number_at(c.text, c.first[i].begin); century == 19 || century == 20) return true;
  }
  return false;
}

// 08.30-10.00, and 08.00 0812…: opening hours.
bool starts_as_time(const Candidate& c) {
  return c.size_of(0) == 2 && c.size_of(1) == 2 && c.first[1].gap == "." && (c.groups() == 2 || c.first[2].gap != "." || c.size_of(2) == 2);
}

// 1.500.000 and 850 000 000: an amount of money.
bool is_grouped_by_thousands(const Candidate& c) {
  if (c.groups() < 2 || c.size_of(0) > 3 || c.digits[0] == '0') return false;
  for (std::size_t i = 1; i < c.groups(); ++i)
    if (c.size_of(i) != 3) return false;
  return true;
}

// Province, regency, district; day of birth (women's plus 40), month, year; serial number. KK numbers are built alike.
bool has_nik_structure(std::string_view digits) {
  constexpr std::array<int, 38> kProvinces{11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 31, 32, 33, 34, 35, 36, 51, 52, 53,
                                           61, 62, 63, 64, 65, 71, 72, 73, 74, 75, 76, 81, 82, 91, 92, 94, 95, 96, 97};
  const int day = number_at(digits, 6);
  const int month = number_at(digits, 8);
  return std::ranges::binary_search(kProvinces, number_at(digits, 0)) && number_at(digits, 2) != 0 && number_at(digits, 4) != 0 &&
         ((day >= 1 && day <= 31) || (day >= 41 && day <= 71)) && month >= 1 && month <= 12 && digits.substr(12) != "0000";
}

std::optional<std::string_view> as_identity_number(const Candidate& c) {
  // A group of one digit is a latitude: "-6.178306 106.631889" has sixteen digits too.
  const bool single = std::any_of(c.first, c.last + 1, [](const Group& g) { return g.end - g.begin == 1; });
  if (c.digits.size() != kNikDigits || single || holds_date(c)) return std::nullopt;
  const std::string before = letters_before(c.text, c.first->begin);
  const bool family_card = before.contains("kk") || before.contains("kartukeluarga");
  const bool announced = family_card || before.contains("nik") || before.contains("ktp");
  if (!announced && !has_nik_structure(c.digits)) return std::nullopt;
  return family_card ? kMaskedKk : kMaskedNik;
}

bool passes_luhn(std::string_view digits) {
  int sum = 0;
  bool twice = false;
  for (std::size_t i = digits.size(); i-- > 0; twice = !twice) {
    const int value = (digits[i] - '0') * (twice ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 == 0;
}

// Visa, Mastercard, JCB, UnionPay and GPN have 16 or 19 digits, American Express 15, Diners 14.
bool is_card(const Candidate& c) {
  const int pair = number_at(c.digits, 0);
  switch (c.digits.size()) {
    case 14: return (pair == 30 || pair == 36 || pair == 38) && passes_luhn(c.digits);
    case 15: return (pair == 34 || pair == 37) && passes_luhn(c.digits);
    case 16:
    case 19: return pair >= 22 && pair <= 69 && !holds_date(c) && passes_luhn(c.digits);
    default: return false;
  }
}

// "BPJS" and JKN card numbers: thirteen digits that begin with three zeros.
bool is_insurance_number(const Candidate& c) { return c.digits.size() == 13 && c.digits.starts_with("000") && c.groups() <= 4; }

bool is_phone(const Candidate& c) {
  const bool plus = c.first->begin != 0 && c.text[c.first->begin - 1] == '+';
  if (holds_date(c)) return false;
  if (plus) return to_e164("+" + std::string(c.digits), Numbering::local).has_value();
  if (c.groups() > 1 && (c.size_of(0) == 1 || starts_as_time(c))) return false;
  if (c.digits[0] != '0' && !c.digits.starts_with("62")) {
    // Without '0' or country code a mobile number looks like any other: a meter, a customer, an amount.
    if (c.digits[0] != '8' || c.digits.size() < 10) return false;
    const std::string before = letters_before(c.text, c.first->begin);
    if (announces_customer(before)) return false;
    if (!announces_phone(before) && (c.groups() == 1 ? c.digits.size() < 11 : is_grouped_by_thousands(c) || c.any_gap('.'))) return false;
  }
  return to_e164(c.digits, Numbering::local).has_value();
}

std::optional<std::string_view> mask_for(const Candidate& c) {
  if (const auto identity = as_identity_number(c)) return identity;
  if (is_card(c)) return kMaskedCard;
  if (is_insurance_number(c)) return kMaskedInsurance;
  if (is_phone(c)) return kMaskedPhone;
  return std::nullopt;
}

// Where a tracking code stands whose first digit is at `position`, its end; else `position`.
std::size_t end_of_tracking_code(std::string_view text, std::size_t position) {
  if (position < 3 || (text[position - 3] | 0x20) != 's' || (text[position - 2] | 0x20) != 'p') return position;
  for (const std::size_t length : {std::size_t{14}, std::size_t{13}}) {
    if (core::parse_tracking_code(text.substr(position - 3, length))) return std::min(position - 3 + length, text.size());
  }
  return position;
}

// Digits inside a word of letters ("0x2e69f", "B1234XYZ") are part of a name, unless the letters announce a number ("hp0812…").
bool belongs_to_word(std::string_view text, std::size_t position) {
  if (position == 0 || !(is_letter(text[position - 1]) || text[position - 1] == '_')) return false;
  const std::string before = letters_before(text, position);
  return !(announces_phone(before) || before.ends_with("no") || before.ends_with("nik") || before.ends_with("kk") ||
           before.ends_with("ktp"));
}

// The digits behind a decimal point: -6.1783061234.
bool is_fraction(std::string_view text, std::size_t position, std::size_t end) {
  if (position < 2 || text[position - 1] != '.' || !is_digit(text[position - 2]) || end - position < 5) return false;
  std::size_t whole = position - 1;
  while (whole > 0 && is_digit(text[whole - 1])) --whole;
  return position - 1 - whole <= 3 && !(text[whole] == '0' && position - 1 - whole > 1);
}

// Between the groups of one number: one or two of these, and the dash U+2013.
std::size_t gap_length(std::string_view text, std::size_t position) {
  std::size_t i = position;
  while (i < text.size() && i - position < 5) {
    if (std::string_view(" -.()").contains(text[i])) ++i;
    else if (const auto wide = text.substr(i, 3); wide >= "\xE2\x80\x90" && wide <= "\xE2\x80\x95") i += 3;
    else break;
  }
  return i - position;
}

class Masking {
 public:
  explicit Masking(std::string_view text) : text_(text) {}

  std::string run() {
    for (std::size_t i = 0; i < text_.size();) {
      if (text_[i] == '@') i = mail(i);
      else if (is_digit(text_[i])) i = numbers(i);
      else ++i;
    }
    out_.append(text_.substr(copied_));
    return std::move(out_);
  }

 private:
  void replace(std::size_t begin, std::size_t end, std::string_view mask) {
    out_.append(text_.substr(copied_, begin - copied_)).append(mask);
    copied_ = end;
  }

  std::size_t mail(std::size_t at) {
    const auto local = [](char c) { return is_letter(c) || is_digit(c) || std::string_view("._%+-'").contains(c) || (c & 0x80) != 0; };
    const auto domain = [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '-' || (c & 0x80) != 0; };
    std::size_t begin = at;
    while (begin > copied_ && local(text_[begin - 1])) --begin;
    std::size_t end = at + 1;
    while (end < text_.size() && domain(text_[end])) ++end;
    while (end > at + 1 && (text_[end - 1] == '.' || text_[end - 1] == '-')) --end;
    const std::string_view host = text_.substr(at + 1, end - at - 1);
    const std::size_t dot = host.rfind('.');
    const bool is_host = dot != std::string_view::npos && dot > 0 && host.size() - dot > 2 && !is_digit(host[dot + 1]);
    if (begin == at || !is_host) return at + 1;
    replace(begin, end, kMaskedMail);
    return end;
  }

  // Looks at the digits from `begin` on; gives where to go on.
  std::size_t numbers(std::size_t begin) {
    std::size_t end = begin;
    while (end < text_.size() && is_digit(text_[end])) ++end;
    if (const std::size_t code_end = end_of_tracking_code(text_, begin); code_end > end) return code_end;
    if (belongs_to_word(text_, begin) || is_fraction(text_, begin, end)) return end;

    std::array<Group, kMostGroups> groups{};
    std::array<std::size_t, kMostGroups> digits_until{};
    std::string digits;
    std::size_t count = 0;
    std::size_t position = begin;
    std::string_view gap;
    while (count < kMostGroups) {
      std::size_t group_end = position;
      while (group_end < text_.size() && is_digit(text_[group_end])) ++group_end;
      if (group_end == position || digits.size() + (group_end - position) > kMostDigits) break;
      digits.append(text_.substr(position, group_end - position));
      groups[count] = {position, group_end, gap};
      digits_until[count++] = digits.size();
      const std::size_t between = gap_length(text_, group_end);
      if (between == 0) break;
      gap = text_.substr(group_end, between);
      position = group_end + between;
    }
    // The longest first, so that no tail of a number is left standing.
    for (; count > 0 && digits_until[count - 1] >= kLeastDigits; --count) {
      const std::size_t last = count - 1;
      const Candidate candidate{text_, groups.data(), &groups[last], std::string_view(digits).substr(0, digits_until[last])};
      if (const auto mask = mask_for(candidate)) {
        std::size_t from = begin;
        if (from > copied_ && text_[from - 1] == '+') --from;
        if (from > copied_ && text_[from - 1] == '(' && candidate.any_gap(')')) --from;
        replace(from, groups[last].end, *mask);
        return groups[last].end;
      }
    }
    return end;
  }

  std::string_view text_;
  std::string out_;
  std::size_t copied_ = 0;
};

// Cheap for the nine texts in ten that hold nothing to mask.
bool may_hold_personal_data(std::string_view text) {
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == '@') return true;
    digits += is_digit(c) ? 1U : 0U;
  }
  return digits >= kLeastDigits;
}

}  // namespace

std::string mask_personal_data(std::string text) {
  if (!may_hold_personal_data(text)) return text;
  return Masking(text).run();
}

std::string mask_name(std::string text, std::string_view name) {
  constexpr std::size_t kLeastLetters = 5;
  const Words wanted = split_words(name);
  if (wanted.list.empty() || (wanted.list.size() == 1 && wanted.folded.size() < kLeastLetters)) return text;
  const Words words = split_words(text);
  std::string out;
  std::size_t copied = 0;
  for (std::size_t i = 0; i + wanted.list.size() <= words.list.size();) {
    std::size_t same = 0;
    while (same < wanted.list.size() && words.folded_of(words.list[i + same]) == wanted.folded_of(wanted.list[same])) ++same;
    if (same < wanted.list.size()) {
      ++i;
      continue;
    }
    out.append(text, copied, words.list[i].begin - copied).append(kMaskedName);
    copied = words.list[i + same - 1].end;
    i += same;
  }
  if (copied == 0) return text;
  return out.append(text, copied);
}

std::size_t mask_length(std::string_view text) {
  for (const std::string_view mask : kMasks)
    if (text.starts_with(mask)) return mask.size();
  return 0;
}

}  // namespace satupintu::normalizer
