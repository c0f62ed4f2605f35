// SPDX-License-Identifier: Apache-2.0
#include "normalizer/personal_data.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "core/http.hpp"
#include "normalizer/announcement.hpp"
#include "normalizer/mail_address.hpp"
#include "normalizer/number_plate.hpp"
#include "normalizer/phone.hpp"
#include "normalizer/text.hpp"
#include "normalizer/tracking_code.hpp"

namespace satupintu::normalizer {

namespace {

constexpr std::string_view kMaskedNik = "[NIK disamarkan]";
constexpr std::string_view kMaskedKk = "[nomor KK disamarkan]";
constexpr std::string_view kMaskedInsurance = "[nomor BPJS disamarkan]";
constexpr std::string_view kMaskedPhone = "[telepon disamarkan]";
constexpr std::string_view kMaskedMail = "[email disamarkan]";
constexpr std::string_view kMaskedCard = "[nomor kartu disamarkan]";
constexpr std::string_view kMaskedAccount = "[nomor rekening disamarkan]";
constexpr std::string_view kMaskedPlate = "[pelat nomor disamarkan]";
constexpr std::string_view kMaskedName = "[nama disamarkan]";
constexpr std::array kMasks{kMaskedNik,  kMaskedKk,      kMaskedInsurance, kMaskedPhone, kMaskedMail,
                            kMaskedCard, kMaskedAccount, kMaskedPlate,     kMaskedName};

constexpr std::size_t kLeastDigits = 7;  // a local telephone number; fewer identify nobody
constexpr std::size_t kMostDigits = 19;  // the longest payment card
constexpr std::size_t kMostGroups = 19;  // "0 8 1 2 5 5 5 0 1 1 7 8"
constexpr std::size_t kNikDigits = 16;
constexpr std::size_t kMobileDigits = 11;  // the shorter ones of today's mobile numbers, with their 0

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
  Announcement before;

  [[nodiscard]] std::size_t groups() const { return static_cast<std::size_t>(last - first) + 1; }
  [[nodiscard]] std::size_t size_of(std::size_t group) const { return first[group].end - first[group].begin; }
  [[nodiscard]] bool any_gap(char c) const {
    return std::any_of(first + 1, last + 1, [c](const Group& group) { return group.gap.contains(c); });
  }
  [[nodiscard]] bool has_one_kind_of_gap() const {
    return std::all_of(first + 1, last + 1, [this](const Group& group) { return group.gap == first[1].gap; });
  }
  [[nodiscard]] std::size_t single_digits() const {
    return static_cast<std::size_t>(std::count_if(first, last + 1, [](const Group& group) { return group.end - group.begin == 1; }));
  }
  [[nodiscard]] bool is_spelt_digit_by_digit() const { return single_digits() == groups() && groups() > 1; }
  // The text right before says that the number is something of this kind.
  [[nodiscard]] bool announced(Announced what, std::size_t within) const { return before.what == what && before.distance <= within; }
  // … or that it is nothing personal.
  [[nodiscard]] bool announced_as_impersonal(std::size_t within) const {
    return announced(Announced::customer, within) || announced(Announced::document, within) || announced(Announced::measure, within);
  }
};

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
  return c.groups() > 1 && c.size_of(0) == 2 && c.size_of(1) == 2 && c.first[1].gap == "." &&
         (c.groups() == 2 || c.first[2].gap != "." || c.size_of(2) == 2);
}

// 1.500.000 and 850 000 000: an amount of money.
bool is_grouped_by_thousands(const Candidate& c) {
  if (c.groups() < 2 || c.size_of(0) > 3 || c.digits[0] == '0') return false;
  for (std::size_t i = 1; i < c.groups(); ++i)
    if (c.size_of(i) != 3) return false;
  return true;
}

// Province, regency, district; day of birth (women's plus 40), month, year; serial number. KK numbers are built alike, with the date of
// their issue.
bool has_nik_structure(std::string_view digits) {
  constexpr std::array<int, 38> kProvinces{11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 31, 32, 33, 34, 35, 36, 51, 52, 53,
                                           61, 62, 63, 64, 65, 71, 72, 73, 74, 75, 76, 81, 82, 91, 92, 94, 95, 96, 97};
  const int day = number_at(digits, 6);
  const int month = number_at(digits, 8);
  return std::ranges::binary_search(kProvinces, number_at(digits, 0)) && number_at(digits, 2) != 0 && number_at(digits, 4) != 0 &&
         ((day >= 1 && day <= 31) || (day >= 41 && day <= 71)) && month >= 1 && month <= 12 && digits.substr(12) != "0000";
}

std::optional<std::string_view> as_identity_number(const Candidate& c) {
  constexpr std::size_t kReach = 4;
  if (holds_date(c)) return std::nullopt;
  const bool family_card = c.announced(Announced::family_card, kReach);
  const bool announced = family_card || c.announced(Announced::identity, kReach);
  const std::size_t size = c.digits.size();
  // A digit too many or too few still tells nearly all.
  const bool slipped = announced && (size == kNikDigits || (c.groups() == 1 && size + 2 >= kNikDigits && size <= kNikDigits + 2));
  // A group of one digit is a latitude: "-6.178306 106.631889" has sixteen digits too.
  const bool may_be_position = c.single_digits() != 0 && !c.is_spelt_digit_by_digit();
  const bool built = size == kNikDigits && !may_be_position && has_nik_structure(c.digits) && !c.announced_as_impersonal(1) &&
                     !c.announced(Announced::account, 1);
  if (!slipped && !built) return std::nullopt;
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
  if (c.announced_as_impersonal(1)) return false;
  const int pair = number_at(c.digits, 0);
  switch (c.digits.size()) {
    case 14: return (pair == 30 || pair == 36 || pair == 38) && passes_luhn(c.digits);
    case 15: return (pair == 34 || pair == 37) && passes_luhn(c.digits);
    case 16:
    case 19: return pair >= 22 && pair <= 69 && !holds_date(c) && passes_luhn(c.digits);
    default: return false;
  }
}

// "BPJS" and JKN card numbers: thirteen digits that begin with three zeros; those of workers' insurance eleven.
bool is_insurance_number(const Candidate& c) {
  constexpr std::size_t kMost = 5;
  if (c.groups() > kMost || c.announced(Announced::customer, 0)) return false;
  if (c.digits.size() == 13 && c.digits.starts_with("000")) return true;
  constexpr std::size_t kReach = 3;
  return c.announced(Announced::insurance, kReach) && (c.digits.size() == 13 || c.digits.size() == 11) && !holds_date(c);
}

// Banks give 8 to 16 digits; only words tell them from other numbers.
bool is_account(const Candidate& c) {
  constexpr std::size_t kReach = 5;
  return c.announced(Announced::account, kReach) && c.digits.size() >= 8 && c.digits.size() <= 16 && !holds_date(c) &&
         !is_grouped_by_thousands(c) && c.single_digits() * 2 < c.groups() + 1;
}

// As everybody writes it, with 0 or 62 in front: little else looks so.
bool is_mobile(const Candidate& c) {
  if (!(c.digits.starts_with("08") || c.digits.starts_with("628") || c.digits.starts_with("00628"))) return false;
  if (c.groups() > 1 && !c.is_spelt_digit_by_digit() && (c.size_of(0) == 1 || starts_as_time(c))) return false;
  const auto number = to_e164(c.digits, Numbering::local);
  return number && (*number)[4] != '0';  // 0800 and the like are the numbers of services
}

// An area code of its own group or of a large city, and a subscriber's number.
bool is_landline(const Candidate& c) {
  constexpr auto kCities = std::to_array<std::string_view>({"021", "022", "024", "031", "061"});
  if (c.digits[0] != '0' || c.digits[1] < '2' || c.digits[1] == '8' || c.groups() > 4 || c.size_of(0) < 3) return false;
  if (!to_e164(c.digits, Numbering::local)) return false;
  const std::size_t subscriber_begin = c.size_of(0);
  const bool of_city = std::ranges::find(kCities, c.digits.substr(0, 3)) != kCities.end();
  if (c.groups() == 1) return (of_city || c.digits.substr(0, 3) == "025") && !c.announced_as_impersonal(5);
  if (of_city && subscriber_begin == 3) return !c.announced(Announced::customer, 5);
  return subscriber_begin == 4 && c.size_of(1) >= 3 && !c.announced_as_impersonal(5);
}

// Written in a way that only the words before it make a telephone of: without area code, without 0, or not whole.
bool is_announced_phone(const Candidate& c) {
  constexpr std::size_t kReach = 2;
  if (!c.announced(Announced::phone, kReach) || starts_as_time(c) || is_grouped_by_thousands(c) || c.groups() > 5) return false;
  if (c.single_digits() != 0 || c.digits.size() > 15 || c.any_gap('\n')) return false;
  constexpr std::size_t kLongestLocal = 9;
  if (c.digits.size() > kLongestLocal && c.digits[0] != '0' && !to_e164(c.digits, Numbering::local)) return false;
  const bool of_services = c.digits[0] == '1' || c.digits.starts_with("080");  // 1500123, 14045, 0800…
  return !of_services && (c.groups() <= 3 || c.digits.size() >= 10);
}

bool is_phone(const Candidate& c) {
  if (holds_date(c)) return false;
  const bool plus = c.first->begin != 0 && c.text[c.first->begin - 1] == '+';
  if (plus && to_e164("+" + std::string(c.digits), Numbering::local)) return true;
  if (is_mobile(c)) return !(c.groups() == 1 && c.announced(Announced::customer, 1));
  if (is_announced_phone(c)) return true;
  if (c.digits[0] == '0') return is_landline(c) || (c.digits.starts_with("0062") && to_e164(c.digits, Numbering::local));
  if (c.announced_as_impersonal(5)) return false;
  if (c.digits.starts_with("62") && c.size_of(0) != 1) return to_e164(c.digits, Numbering::local).has_value();
  // Without '0' or country code a mobile number looks like any other: a meter, a customer, an amount.
  if (c.digits[0] != '8' || c.digits[1] == '0' || c.digits.size() < (c.groups() == 1 ? 11U : 10U)) return false;
  return c.size_of(0) >= 3 && !starts_as_time(c) && !is_grouped_by_thousands(c) && !c.any_gap('.') &&
         to_e164(c.digits, Numbering::local).has_value();
}

std::optional<std::string_view> mask_for(const Candidate& c) {
  if (c.digits.size() < kLeastDigits) return std::nullopt;
  if (is_account(c)) return kMaskedAccount;
  if (const auto identity = as_identity_number(c)) return identity;
  if (is_card(c)) return kMaskedCard;
  if (is_insurance_number(c)) return kMaskedInsurance;
  if (is_phone(c)) return kMaskedPhone;
  return std::nullopt;
}

// Whether the number ends with this candidate, though digits follow that would fit: "081255501178 3 hari", "0812-5550-1178 12 Maret".
bool ends_here(const Candidate& c, bool is_telephone) {
  if (c.digits.size() < kMobileDigits - 1 || c.is_spelt_digit_by_digit()) return false;
  const Group& next = c.last[1];
  const std::size_t next_size = next.end - next.begin;
  if (next.gap.contains('\n') || c.groups() == 1) return true;
  if (is_telephone && c.digits.size() < kMobileDigits) return next_size == 1;
  return (is_telephone && next_size <= 2) || (c.has_one_kind_of_gap() && next.gap != c.first[1].gap);
}

// The digits behind a decimal point: -6.1783061234.
bool is_fraction(std::string_view text, std::size_t position, std::size_t end, std::size_t from) {
  if (position < from + 2 || text[position - 1] != '.' || !is_digit(text[position - 2]) || end - position < 5) return false;
  std::size_t whole = position - 1;
  while (whole > from && position - 1 - whole < 4 && is_digit(text[whole - 1])) --whole;
  return position - 1 - whole <= 3 && !(text[whole] == '0' && position - 1 - whole > 1);
}

// Between the groups of one number: a few of these and at most one line's end, or a slash alone.
std::size_t gap_length(std::string_view text, std::size_t position) {
  constexpr std::size_t kMost = 5;
  std::size_t i = position;
  std::size_t lines = 0;
  while (i < text.size() && i - position < kMost && std::string_view(" -.()_\n").contains(text[i])) {
    lines += text[i] == '\n' ? 1U : 0U;
    ++i;
  }
  if (lines > 1) return 0;
  return i == position && text.substr(i).starts_with('/') ? 1 : i - position;
}

// O, o for 0 and l, I for 1, as typewriters had it and as those write who want to be overlooked.
bool is_misread_digit(char c) { return c == 'O' || c == 'o' || c == 'l' || c == 'I'; }

class Masking {
 public:
  // `plain` is what `text` looks like on a plain keyboard; byte i of it comes from byte `origins[i]`, or from byte i when there are none.
  Masking(std::string_view text, std::string_view plain, std::span<const std::uint32_t> origins)
      : text_(text), plain_(plain), origins_(origins) {}

  std::string run() {
    for (std::size_t i = 0; i < plain_.size();) i = look_at(i);
    out_.append(text_.substr(origin(copied_)));
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::size_t origin(std::size_t position) const { return position == 0 || origins_.empty() ? position : origins_[position]; }
  // A mask parts like a space: else what is left of the text would read otherwise when it is masked again.
  [[nodiscard]] char before(std::size_t position) const { return position <= copied_ ? ' ' : plain_[position - 1]; }

  void replace(std::size_t begin, std::size_t end, std::string_view mask) {
    out_.append(text_.substr(origin(copied_), origin(begin) - origin(copied_))).append(mask);
    copied_ = end;
  }

  // Masks what begins at `i`, or with whose digits or '@' it begins; gives where to go on.
  std::size_t look_at(std::size_t i) {
    const char c = plain_[i];
    if (is_digit(c)) return numbers(i);
    const bool may_be_at = c == '@' || c == '(' || c == '[' || c == '{' || c == '<' || ((c == 'a' || c == 'A') && before(i) == ' ');
    if (may_be_at) {
      if (const auto mail = mail_address_at(plain_, i, copied_)) {
        replace(mail->begin, mail->end, kMaskedMail);
        return mail->end;
      }
    }
    const bool begins_word = !is_letter(before(i)) && !is_digit(before(i));
    if (begins_word && (c == 's' || c == 'S')) {
      if (const auto code = tracking_code_at(plain_, i); code && !code->code.empty()) return code->end;
    }
    if (begins_word && (c == 'o' || c == 'O') && (plain_.substr(i + 1).starts_with('8'))) return numbers(i);
    return i + 1;
  }

  // The end of the group of digits at `position`; `position` when there is none. Letters count as digits where they are fewer than these.
  [[nodiscard]] std::size_t group_end(std::size_t position) const {
    std::size_t end = position;
    while (end < plain_.size() && is_digit(plain_[end])) ++end;
    std::size_t read = end;
    std::size_t misread = 0;
    while (read < plain_.size() && read - position <= kMostDigits && (is_digit(plain_[read]) || is_misread_digit(plain_[read]))) {
      misread += is_digit(plain_[read]) ? 0U : 1U;
      ++read;
    }
    const bool goes_on = read < plain_.size() && (is_letter(plain_[read]) || is_digit(plain_[read]));
    return misread != 0 && !goes_on && misread * 2 <= read - position ? read : end;
  }

  // Digits inside a word or a document's number ("0x2e69f", "PBG-367105-09022024", "3671-LT-12052019") belong to that, unless the letters
  // announce a number ("hp0812…", "wa/0812…") or the digits speak for themselves.
  [[nodiscard]] bool belongs_to_word(std::size_t begin, std::size_t end, const Announcement& before_it) const {
    const char c = before(begin);
    if (c == '+' || begin <= copied_) return false;
    const bool announced = before_it.what != Announced::nothing && before_it.distance == 0 && before_it.what != Announced::document &&
                           before_it.what != Announced::customer && before_it.what != Announced::address;
    if (is_letter(c) || c == '_') return !announced;
    if (begin < 2 || begin - 1 <= copied_ || !std::string_view("-/.").contains(c)) return false;
    const char joined = plain_[begin - 2];
    if (!is_letter(joined) && !is_digit(joined)) return false;
    const bool speaks_for_itself = end - begin >= 10;
    return !speaks_for_itself && (is_digit(joined) || (c != '.' && !announced));
  }

  // An extension behind a number: " ext 12", " pes. 7".
  [[nodiscard]] std::size_t extension_end(std::size_t end) const {
    std::size_t i = end;
    while (i < plain_.size() && i - end < 2 && std::string_view(" ,.;").contains(plain_[i])) ++i;
    for (const std::string_view word : {"extension", "ext", "pesawat", "pes"}) {
      if (!core::equals_ignoring_case(plain_.substr(i, word.size()), word)) continue;
      std::size_t digits = i + word.size();
      while (digits < plain_.size() && digits - i < word.size() + 3 && std::string_view(" .:=").contains(plain_[digits])) ++digits;
      std::size_t behind = digits;
      while (behind < plain_.size() && is_digit(plain_[behind])) ++behind;
      constexpr std::size_t kLongest = 6;
      return behind != digits && behind - digits <= kLongest ? behind : end;
    }
    return end;
  }

  // Looks at the digits from `begin` on; gives where to go on.
  std::size_t numbers(std::size_t begin) {
    const std::size_t end = std::max(group_end(begin), begin + 1);
    if (const auto code = tracking_code_at(plain_, begin)) return code->end;
    if (const auto plate = number_plate_at(plain_, begin, copied_)) {
      replace(plate->begin, plate->end, kMaskedPlate);
      return plate->end;
    }
    const Announcement announcement = announcement_before(plain_, begin, copied_);
    if (belongs_to_word(begin, end, announcement) || is_fraction(plain_, begin, end, copied_)) return end;

    std::array<Group, kMostGroups + 1> groups{};  // one more, for ends_here
    std::array<std::size_t, kMostGroups + 1> digits_until{};
    std::string digits;
    std::size_t count = 0;
    std::size_t position = begin;
    std::string_view gap;
    while (count < kMostGroups) {
      const std::size_t behind = group_end(position);
      if (behind == position || digits.size() + (behind - position) > kMostDigits) break;
      if (gap == "/" && (behind - position < 3 || groups[count - 1].end - groups[count - 1].begin < 3)) break;
      for (std::size_t i = position; i < behind; ++i) {
        const char c = plain_[i];
        digits += is_digit(c) ? c : c == 'O' || c == 'o' ? '0' : '1';
      }
      groups[count] = {position, behind, gap};
      digits_until[count++] = digits.size();
      const std::size_t between = gap_length(plain_, behind);
      if (between == 0) break;
      gap = plain_.substr(behind, between);
      position = behind + between;
    }
    const auto candidate_of = [&](std::size_t last) {
      return Candidate{plain_, groups.data(), &groups[last], std::string_view(digits).substr(0, digits_until[last]), announcement};
    };
    // The longest first, so that no tail of a number is left standing; but none that runs into what follows it.
    for (std::size_t last = count; last-- > 0 && digits_until[last] >= kLeastDigits;) {
      auto mask = mask_for(candidate_of(last));
      if (!mask) continue;
      std::size_t until = last;
      if (*mask == kMaskedPhone || *mask == kMaskedAccount) {
        for (std::size_t shorter = 0; shorter < last; ++shorter) {
          const Candidate candidate = candidate_of(shorter);
          if (!ends_here(candidate, *mask == kMaskedPhone)) continue;
          if (const auto shorter_mask = mask_for(candidate)) {
            mask = shorter_mask;
            until = shorter;
            break;
          }
        }
      }
      std::size_t from = begin;
      if (from > copied_ && before(from) == '+') --from;
      if (from > copied_ && before(from) == '(' && plain_.substr(from, groups[until].end - from).contains(')')) --from;
      const std::size_t to = *mask == kMaskedPhone ? extension_end(groups[until].end) : groups[until].end;
      replace(from, to, *mask);
      return to;
    }
    return end;
  }

  std::string_view text_;
  std::string_view plain_;
  std::span<const std::uint32_t> origins_;
  std::string out_;
  std::size_t copied_ = 0;  // in plain_
};

// Cheap for the many texts that hold nothing to mask.
bool may_hold_personal_data(std::string_view text) {
  char before = ' ';
  for (std::size_t i = 0; i < text.size(); before = text[i++]) {
    if (is_digit(text[i]) || text[i] == '@') return true;
    if (!is_letter(before) && core::equals_ignoring_case(text.substr(i, 2), "at")) return true;
  }
  return false;
}

bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return (c & 0x80) != 0; });
}

}  // namespace

std::string mask_personal_data(std::string text) {
  if (is_ascii(text)) return may_hold_personal_data(text) ? Masking(text, text, {}).run() : text;
  const Plain plain = make_plain(text);
  return may_hold_personal_data(plain.text) ? Masking(text, plain.text, plain.origins).run() : text;
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
