// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

#include "core/time.hpp"
#include "gateway/commands/explanation.hpp"
#include "normalizer/text.hpp"

namespace satupintu::gateway::commands {

namespace json = boost::json;
using normalizer::columns_of;

namespace {

constexpr std::size_t kIndent = 3;
constexpr std::size_t kLabelColumns = 28;
constexpr std::size_t kNarrow = 64;       // below, values stand under their labels
constexpr std::size_t kKindColumns = 18;  // of the longest Indonesian name of a kind of mark, and the gap before it
constexpr std::size_t kLeastColumns = 30;
constexpr std::size_t kCandidatesShown = 6;

enum class Tone : std::uint8_t { plain, dim, bold, good, alarm };

struct Words {
  std::string_view key, said;
};

// Indonesian first. What is missing here is shown by its key.
constexpr auto kWords = std::to_array<Words>({
    // marks
    {"category", "kategori / category"},
    {"other_category", "kategori lain / other"},
    {"danger", "bahaya / danger"},
    {"possible_danger", "mungkin bahaya / possible danger"},
    {"no_danger", "bukan bahaya / no danger"},
    {"weakens", "meredakan / weakens"},
    {"priority", "prioritas / priority"},
    {"report_type", "jenis / report type"},
    {"scope", "cakupan / scope"},
    {"place", "tempat / place"},
    {"no_place", "bukan tempatnya / not the place"},
    {"visibility", "kerahasiaan / visibility"},
    {"occurred", "waktu / when"},
    {"flag", "tanda / flag"},
    {"idiom", "kiasan / idiom"},
    // how words were read
    {"other_spelling", "ejaan / spelling"},
    {"without_ending", "tanpa akhiran / without ending"},
    {"drawn_out", "huruf diulur / drawn out"},
    {"mistyped", "salah ketik / mistyped"},
    // what cleaning dropped
    {"controls", "karakter kendali / control characters"},
    {"bidi", "pembalik arah / bidi controls"},
    {"invisible", "tak terlihat / invisible"},
    {"not_utf8", "byte bukan UTF-8 / bytes that are no UTF-8"},
    // commands, and why not
    {"none", "bukan perintah / no command"},
    {"status", "tanya status / status"},
    {"rating", "nilai / rating"},
    {"withdraw", "batal / withdraw"},
    {"help", "bantuan / help"},
    {"stop", "berhenti / stop"},
    {"start", "mulai / start"},
    {"officer", "minta petugas / officer"},
    {"written_by_staff", "ditulis petugas / written by staff"},
    {"with_attachment", "ada lampiran / has an attachment"},
    {"with_position", "ada posisi / has a position"},
    {"says_nothing", "bukan pesan teks / no message of words"},
    {"no_command_word", "tak ada kata perintah / no command word"},
    {"not_a_whole_command", "bukan perintah utuh / not a whole command"},
    // reporters
    {"nobody", "tidak dikenal / unknown"},
    {"telephone", "nomor telepon / telephone number"},
    {"mail", "alamat email / mail address"},
    {"account", "akun / account on the platform"},
    {"sender", "pelapor / sender"},
    {"operator", "petugas / operator"},
    {"public", "terbuka / public"},
    {"anonymous", "anonim / anonymous"},
    {"secret", "rahasia / secret"},
    // sources of a category
    {"code", "kode / code"},
    {"hashtag", "tagar / hashtag"},
    {"keyword", "kata / words"},
    {"rule", "aturan bahaya / rule of a danger"},
    // why a phrase does not count
    {"beside", "hanya letaknya / only where it is"},
    {"denied", "disangkal / denied"},
    {"solved", "sudah beres / solved"},
    // dangers
    {"real", "nyata / real"},
    {"feared", "belum atau sudah lewat / feared or over"},
    {"doubted", "meragukan / doubted"},
    {"harmless", "ungkapan tak berbahaya / a harmless phrase"},
    {"did_not_happen", "tidak terjadi / did not happen"},
    {"befell_a_thing", "bukan orang / befell no person"},
    {"only_feared", "baru dikhawatirkan / only feared"},
    {"imminent", "hampir terjadi / about to happen"},
    {"habitual", "sering terjadi / happens now and then"},
    {"supposed", "seandainya / supposed"},
    {"past", "sudah lewat / past"},
    {"over", "sudah selesai / over"},
    {"unreal", "bukan kejadian / no event"},
    {"another_time", "waktu lain / another time"},
    // assessment
    {"complaint", "pengaduan / complaint"},
    {"aspiration", "aspirasi / aspiration"},
    {"information", "permintaan informasi / information"},
    {"thanks", "terima kasih / thanks"},
    {"emergency", "DARURAT / EMERGENCY"},
    {"high", "tinggi / high"},
    {"normal", "normal"},
    {"low", "rendah / low"},
    {"in_scope", "urusan kota / in scope"},
    {"out_of_scope_election", "urusan pemilu / election"},
    {"out_of_scope_crime", "tindak pidana / crime"},
    {"out_of_scope_private", "urusan swasta / private"},
    {"out_of_scope_court", "perkara pengadilan / court"},
    {"out_of_scope_irrelevant", "tidak terkait / irrelevant"},
    {"other_jurisdiction", "di luar kota / other jurisdiction"},
    // places
    {"gps", "GPS"},
    {"wifi", "Wi-Fi"},
    {"cell", "menara seluler / cell"},
    {"pin", "pin atau tautan peta / pin or map link"},
    {"address", "alamat / address"},
    {"text", "dari teks / from the text"},
    {"cross_street", "simpang / cross street"},
    {"landmark", "patokan / landmark"},
    {"rt", "RT"},
    {"rw", "RW"},
    {"kelurahan", "kelurahan"},
    {"kecamatan", "kecamatan"},
    // why a place's name counts, or does not
    {"common_word", "kata biasa di sini / a common word here"},
    {"street", "nama jalan / a street's name"},
    {"direction", "arah atau tujuan / a direction"},
    {"passed", "hanya dilewati / only passed"},
    {"home", "tempat tinggal / where the writer lives"},
    {"only_named", "hanya dilewati atau nama jalan, tetapi satu-satunya / passed or a street's name, but no other is named"},
    {"only_home", "tempat tinggal, satu-satunya / the writer's home, and no other"},
    {"people", "orangnya / its people"},
    {"somewhere", "nama gang atau perumahan / an alley's or estate's name"},
    {"institution", "nama lembaga / an institution there"},
    {"name", "namanya / its name"},
    {"frame", "bagian alamat / part of an address"},
    {"at", "setelah “di” / behind “at”"},
    {"announced", "setelah “kel.”, “kec.” / announced"},
    // by what similar reports are found
    {"position", "posisi / position"},
    {"alley", "gang / alley"},
    {"estate", "perumahan / estate"},
    {"no_matter", "tak memuat masalah / tells of no matter"},
    // clocks
    {"verify", "verifikasi / verify"},
    {"follow_up", "tindak lanjut / follow up"},
    {"expected", "selesai / expected"},
    {"by_emergency", "standar darurat / for emergencies"},
    {"by_category", "standar kategori / the category's"},
    {"by_city", "standar kota / the city's"},
    {"working days", "hari kerja / working days"},
    {"hours", "jam / hours"},
    {"exact", "tepat / exact"},
    {"day", "harinya saja / the day only"},
    // fingerprints
    {"seen", "pesan yang sama / the same message"},
    {"target", "pesan asal / the message it acts on"},
    {"said", "kata yang sama / the same words"},
    {"conversation", "percakapan / conversation"},
    {"post", "kiriman publik / public post"},
    {"caller", "penelepon / caller"},
});

std::string_view say(std::string_view key) {
  const auto* found = std::ranges::find(kWords, key, &Words::key);
  return found == kWords.end() ? key : found->said;
}

std::string_view text_at(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value == nullptr ? std::string_view() : std::string_view(value->as_string());
}

std::string joined(const json::array& list, std::string_view between = ", ") {
  std::string out;
  for (const auto& item : list) out.append(out.empty() ? "" : between).append(item.as_string());
  return out;
}

std::string quoted(const json::array& list) {
  std::string out;
  for (const auto& item : list) out += (out.empty() ? "“" : ", “") + std::string(item.as_string()) + "”";
  return out;
}

std::string in_jakarta(std::string_view rfc3339) {
  const auto at = core::parse_rfc3339(rfc3339);
  if (!at) return std::string(rfc3339);
  const auto local = std::chrono::floor<std::chrono::minutes>(*at + core::kJakartaOffset);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{local - day};
  return fmt::format("{:04}-{:02}-{:02} {:02}.{:02} WIB", int{date.year()}, unsigned{date.month()}, unsigned{date.day()},
                     time.hours().count(), time.minutes().count());
}

// Where to cut lines of at most `columns`, at spaces where there are any: the byte ranges of the lines.
std::vector<std::pair<std::size_t, std::size_t>> lines_of(std::string_view text, std::size_t columns) {
  std::vector<std::pair<std::size_t, std::size_t>> lines;
  std::size_t begin = 0;
  std::size_t space = std::string_view::npos;
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t next = i + 1;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0U) == 0x80U) ++next;
    if (text[i] == '\n') {
      lines.emplace_back(begin, i);
      begin = next;
      width = 0;
      space = std::string_view::npos;
      i = next;
      continue;
    }
    const std::size_t wide = columns_of(text.substr(i, next - i));
    if (width + wide > columns && i != begin) {
      const bool at_space = space != std::string_view::npos && text[i] != ' ';
      lines.emplace_back(begin, at_space ? space : i);
      begin = at_space ? space + 1 : text[i] == ' ' ? next : i;
      space = std::string_view::npos;
      i = begin;
      width = 0;
      continue;
    }
    if (text[i] == ' ') space = i;
    width += wide;
    i = next;
  }
  lines.emplace_back(begin, text.size());
  return lines;
}

// How the marks of a kind are drawn: dim where they stand for what does not count.
Tone tone_of(std::string_view kind) {
  constexpr auto kUncounted =
      std::to_array<std::string_view>({"other_category", "beside", "denied", "solved", "no_danger", "weakens", "idiom", "no_place"});
  if (kind == "danger") return Tone::alarm;
  return std::ranges::find(kUncounted, kind) != kUncounted.end() ? Tone::dim : Tone::good;
}

class Page {
 public:
  explicit Page(PageStyle style) : style_(style), columns_(std::max(style.columns, kLeastColumns)) {}

  void heading(std::string_view number, std::string_view title) {
    if (!out_.empty()) out_ += '\n';
    out_ += paint(fmt::format("{:<{}}{}", number, kIndent, title), Tone::bold) + '\n';
  }

  void row(std::string_view label, std::string_view value, Tone tone = Tone::plain) {
    const bool is_narrow = columns_ < kNarrow;
    const std::size_t left = is_narrow ? kIndent + 2 : kIndent + kLabelColumns;
    bool is_first = true;
    if (is_narrow || columns_of(label) > kLabelColumns - 2) {
      out_ += std::string(kIndent, ' ') + paint(label, Tone::dim) + '\n';
      is_first = false;
    }
    for (const auto& [begin, end] : lines_of(value, columns_ - left)) {
      const std::string start =
          is_first ? std::string(kIndent, ' ') + paint(label, Tone::dim) + std::string(kLabelColumns - columns_of(label), ' ')
                   : std::string(left, ' ');
      out_ += start + paint(value.substr(begin, end - begin), tone) + '\n';
      is_first = false;
    }
  }

  void line(std::string_view text, Tone tone) {
    for (const auto& [begin, end] : lines_of(text, columns_ - kIndent))
      out_ += std::string(kIndent, ' ') + paint(text.substr(begin, end - begin), tone) + '\n';
  }

  // The text, and below each of its lines, one line for each kind of mark that lies in it.
  void marked_text(std::string_view text, const json::array& marks) {
    std::vector<std::string_view> kinds;
    for (const auto& mark : marks) {
      const std::string_view kind = mark.at("kind").as_string();
      if (std::ranges::find(kinds, kind) == kinds.end()) kinds.push_back(kind);
    }
    for (const auto& [begin, end] : lines_of(text, columns_ - kIndent - kKindColumns)) {
      out_ += std::string(kIndent, ' ') + std::string(text.substr(begin, end - begin)) + '\n';
      for (const auto kind : kinds) mark_line(text, begin, end, kind, marks);
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void mark_line(std::string_view text, std::size_t begin, std::size_t end, std::string_view kind, const json::array& marks) {
    std::vector<bool> marked(end - begin);
    bool any = false;
    for (const auto& mark : marks) {
      if (mark.at("kind").as_string() != kind) continue;
      const auto from = std::max(begin, mark.at("begin").to_number<std::size_t>());
      const auto until = std::min(end, mark.at("end").to_number<std::size_t>());
      for (std::size_t i = from; i < until; ++i) any = marked[i - begin] = true;
    }
    if (!any) return;
    std::string line;
    for (std::size_t i = begin; i < end;) {
      std::size_t next = i + 1;
      while (next < end && (static_cast<unsigned char>(text[next]) & 0xC0U) == 0x80U) ++next;
      for (std::size_t n = columns_of(text.substr(i, next - i)); n > 0; --n) line += marked[i - begin] ? "━" : " ";
      i = next;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    std::string_view said = say(kind);
    if (kIndent + columns_of(line) + 2 + columns_of(said) > columns_) said = said.substr(0, said.find(" / "));
    out_ += std::string(kIndent, ' ') + paint(line, tone_of(kind)) + "  " + paint(said, Tone::dim) + '\n';
  }

  std::string paint(std::string_view text, Tone tone) const {
    if (!style_.is_coloured || tone == Tone::plain || text.empty()) return std::string(text);
    constexpr std::array<std::string_view, 5> kCodes{"", "2", "1", "32", "1;31"};
    return fmt::format("\x1b[{}m{}\x1b[0m", kCodes[static_cast<std::size_t>(tone)], text);
  }

  PageStyle style_;
  std::size_t columns_;
  std::string out_;
};

void show_text(Page& page, const json::object& text) {
  page.heading("1", "Teks / Text");
  const std::string_view read = text.at("read").as_string();
  if (read.empty()) page.line("(kosong / empty)", Tone::dim);
  else page.marked_text(read, text.at("marks").as_array());
  std::string dropped;
  for (const auto& [key, count] : text.at("dropped").as_object()) {
    if (count.to_number<std::size_t>() == 0) continue;
    dropped += (dropped.empty() ? "" : "; ") + std::to_string(count.to_number<std::size_t>()) + " " + std::string(say(key));
  }
  if (!dropped.empty()) page.row("dibuang / dropped", dropped);
  for (const char* how : {"other_spelling", "without_ending", "drawn_out", "mistyped"}) {
    std::string words;
    for (const auto& word : text.at("words").as_array()) {
      if (word.at("how").as_string() != how) continue;
      words.append(words.empty() ? "" : ", ").append(word.at("word").as_string()).append(" → ").append(word.at("read_as").as_string());
    }
    if (!words.empty()) page.row(say(how), words);
  }
  const auto& unknown = text.at("unknown_words").as_array();
  if (!unknown.empty()) page.row("tak dikenal / unknown", joined(unknown), Tone::dim);
}

void show_command(Page& page, const json::object& command) {
  page.heading("2", "Perintah / Command");
  const std::string_view kind = command.at("kind").as_string();
  std::string value(say(kind));
  if (const auto why = text_at(command, "why"); !why.empty()) value.append(" — ").append(say(why));
  if (const auto resembles = text_at(command, "resembles"); !resembles.empty()) value.append(": ").append(say(resembles));
  if (const auto word = text_at(command, "unexplained_word"); !word.empty()) value.append(", tapi / but “").append(word).append("”");
  if (const auto code = text_at(command, "tracking_code"); !code.empty()) value += ": " + std::string(code);
  if (const auto* rating = command.if_contains("rating")) value += ", " + std::to_string(rating->as_int64());
  page.row("perintah / command", value, kind == "none" ? Tone::dim : Tone::good);
  if (const auto* code = command.if_contains("code")) {
    page.row("kode / code", code->at("category").as_string(), Tone::good);
    if (const auto& place = code->at("place").as_string(); !place.empty()) page.row("bagian tempat / place field", place);
  }
}

void show_reporter(Page& page, const json::object& reporter) {
  page.heading("3", "Pelapor / Reporter");
  std::string kind(say(reporter.at("kind").as_string()));
  if (reporter.at("verified_by_channel").as_bool()) kind += ", dijamin kanal / verified by the channel";
  page.row("dikenal dari / known by", kind);
  if (const auto reference = text_at(reporter, "reference"); !reference.empty())
    page.row("nama samaran / pseudonym", std::string(reference) + " (kunci sekali pakai / of a throw-away key)", Tone::dim);
  page.row("ditulis oleh / written by", say(reporter.at("stated_by").as_string()));
}

void show_personal_data(Page& page, const json::object& data) {
  page.heading("4", "Data pribadi / Personal data");
  std::string masked;
  for (const auto& mask : data.at("masked").as_array()) {
    masked += masked.empty() ? "" : ", ";
    masked += fmt::format("{} × {}", mask.at("times").to_number<std::size_t>(), std::string_view(mask.at("mask").as_string()));
  }
  page.row("disamarkan / masked", masked.empty() ? "tidak ada / nothing" : masked, masked.empty() ? Tone::dim : Tone::good);
  std::string visibility(say(data.at("visibility").as_string()));
  if (const auto& words = data.at("asked_by").as_array(); !words.empty()) visibility += " — " + quoted(words);
  page.row("kerahasiaan / visibility", visibility);
}

// What gave a category its points, and what gave none. Of the listed phrases the strongest counts twice, and the category named first gets
// the rest.
std::string phrases_of(const json::object& candidate) {
  constexpr std::size_t kLearnedShown = 5;
  const auto name = [](const json::value& phrase) { return "“" + std::string(phrase.at("phrase").as_string()) + "” "; };
  const auto points = [](const json::value& phrase) { return phrase.at("points").to_number<int>(); };
  const auto& phrases = candidate.at("phrases").as_array();
  std::vector<std::string> parts;
  const json::value* strongest = nullptr;
  int rest = candidate.at("listed_points").to_number<int>();
  for (const auto& phrase : phrases) {
    if (phrase.as_object().contains("void")) continue;
    rest -= points(phrase);
    if (strongest == nullptr || points(phrase) > points(*strongest)) strongest = &phrase;
  }
  for (const auto& phrase : phrases) {
    const std::string_view why = text_at(phrase.as_object(), "void");
    if (!why.empty()) continue;
    parts.push_back(name(phrase) + std::to_string(points(phrase)) + (&phrase == strongest ? "×2" : ""));
  }
  if (strongest != nullptr && rest > points(*strongest))
    parts.push_back(fmt::format("disebut pertama / named first {}", rest - points(*strongest)));
  for (const auto& phrase : phrases)
    if (const std::string_view why = text_at(phrase.as_object(), "void"); !why.empty())
      parts.push_back(name(phrase) + std::string(say(why)));
  const auto& learned = candidate.at("learned").as_array();
  for (std::size_t i = 0; i < std::min(learned.size(), kLearnedShown); ++i)
    parts.push_back(fmt::format("{}{}{:+}", i == 0 ? "dipelajari / learned: " : "", name(learned[i]), points(learned[i])));
  return fmt::format("{}", fmt::join(parts, ", "));
}

void show_category(Page& page, const json::object& category) {
  page.heading("5", "Kategori / Category");
  const std::string_view code = category.at("category").as_string();
  if (code.empty()) {
    page.row("kategori / category", "tidak dikenali / unclassified", Tone::dim);
  } else {
    page.row("kategori / category", fmt::format("{}  {}", code, std::string_view(category.at("label").as_string())), Tone::good);
    page.row("dari / from", fmt::format("{}, keyakinan / confidence {:.2f}", say(category.at("source").as_string()),
                                        category.at("confidence").to_number<double>()));
  }
  if (code.empty() && !category.at("candidates").as_array().empty())
    page.row("perlu / needed", std::to_string(category.at("least_points").to_number<int>()));
  std::size_t shown = 0;
  for (const auto& candidate : category.at("candidates").as_array()) {
    if (++shown > kCandidatesShown) break;
    const std::string_view name = candidate.at("category").as_string();
    const std::string label = fmt::format("{} {:>{}}", name, candidate.at("points").to_number<int>(), kLabelColumns - 3 - name.size());
    page.row(label, phrases_of(candidate.as_object()), name == code ? Tone::plain : Tone::dim);
  }
  if (const auto& further = category.at("further").as_array(); !further.empty()) page.row("juga / further", joined(further));
  if (const auto& idioms = category.at("idioms").as_array(); !idioms.empty()) page.row("kiasan / idioms", quoted(idioms), Tone::dim);
  page.row("dinas / office", joined(category.at("offices").as_array()));
}

void show_assessment(Page& page, const json::object& assessment) {
  page.heading("6", "Penilaian / Assessment");
  const auto row = [&](std::string_view label, std::string_view key, std::string_view words, Tone tone) {
    std::string value(say(text_at(assessment, key)));
    if (assessment.at(std::string(key) + "_learned").as_bool()) value += " — dipelajari / learned";
    if (const auto why = text_at(assessment, words); !why.empty()) value.append(" — ").append(say(why));
    page.row(label, value, tone);
  };
  const std::string_view priority = assessment.at("priority").as_string();
  row("jenis / report type", "report_type", "report_type_reason", Tone::plain);
  row("cakupan / scope", "scope", "scope_words", Tone::plain);
  if (const auto turn_to = text_at(assessment, "scope_reason"); !turn_to.empty()) page.row("", turn_to);
  row("prioritas / priority", "priority", "priority_reason",
      priority == "emergency" ? Tone::alarm
      : priority == "high"    ? Tone::bold
                              : Tone::plain);
  for (const auto& told : assessment.at("dangers").as_array()) {
    const auto& danger = told.as_object();
    const std::string_view standing = text_at(danger, "standing");
    std::string value = fmt::format("{}: “{}”", text_at(danger, "danger"), text_at(danger, "phrase"));
    if (standing != "none") value.append(" — ").append(say(standing));
    if (const auto* by = danger.if_contains("weakened_by"))
      value += fmt::format(" — “{}”: {}", text_at(by->as_object(), "phrase"), say(text_at(by->as_object(), "why")));
    page.row("bahaya / danger", value, standing == "none" ? Tone::dim : Tone::plain);
  }
  if (const auto& flags = assessment.at("flags").as_array(); !flags.empty()) page.row("tanda / flags", joined(flags));
}

void show_location(Page& page, const json::object& place) {
  const std::string_view method = place.at("method").as_string();
  if (method == "none") return page.row("tempat / place", "tidak ditemukan / not found", Tone::dim);
  page.row("dari / from", fmt::format("{}, keyakinan / confidence {:.2f}", say(method), place.at("confidence").to_number<double>()));
  if (const auto* position = place.if_contains("position")) {
    page.row("posisi / position", fmt::format("{:.6f}, {:.6f}", position->at(0).to_number<double>(), position->at(1).to_number<double>()),
             Tone::good);
  }
  for (const char* field : {"address", "cross_street", "landmark", "rt", "rw", "kelurahan", "kecamatan"})
    if (const auto value = text_at(place, field); !value.empty()) page.row(say(field), value, Tone::good);
}

void show_place(Page& page, const json::object& place) {
  page.heading("7", "Tempat / Place");
  show_location(page, place);
  for (const auto& name : place.at("names").as_array()) {
    const auto& object = name.as_object();
    std::string value(object.at("name").as_string());
    value.append(" — ").append(say(text_at(object, "why")));
    if (!object.contains("kelurahan") && !object.contains("kecamatan")) value += ", di luar kota / elsewhere";
    page.row("nama / name", value, object.at("counts").as_bool() ? Tone::plain : Tone::dim);
  }
  if (const auto* caller = place.if_contains("caller")) {
    page.line("penelepon / where the caller is", Tone::bold);
    show_location(page, caller->as_object());
  }
}

void show_clocks(Page& page, const json::object& clocks) {
  page.heading("8", "Tenggat / Clocks");
  page.row("diterima / received", in_jakarta(clocks.at("received_at").as_string()));
  if (clocks.at("written_at") != clocks.at("received_at")) page.row("ditulis / written", in_jakarta(clocks.at("written_at").as_string()));
  if (const auto* at = clocks.if_contains("occurred_at"))
    page.row("terjadi / occurred", in_jakarta(at->as_string()) + ", " + std::string(say(clocks.at("occurred_precision").as_string())));
  for (const char* name : {"verify", "follow_up", "expected"}) {
    const auto* clock = clocks.if_contains(name);
    if (clock == nullptr) continue;
    page.row(say(name), fmt::format("{} — {} {}, {}", in_jakarta(clock->at("due_at").as_string()), clock->at("amount").to_number<int>(),
                                    say(clock->at("unit").as_string()),
                                    say(fmt::format("by_{}", std::string_view(clock->at("standard").as_string())))));
  }
}

void show_fingerprints(Page& page, const json::object& explanation) {
  page.heading("9", "Sidik / Fingerprints");
  std::string applies, other;
  for (const auto& [key, value] : explanation.at("fingerprints").as_object()) {
    std::string& list = value.as_bool() ? applies : other;
    list.append(list.empty() ? "" : "; ").append(say(key));
  }
  page.row("berlaku / apply", applies);
  page.row("tidak berlaku / do not", other, Tone::dim);
  const auto& continuation = explanation.at("continuation").as_object();
  page.row("percakapan / in a talk", continuation.at("stands_alone").as_bool()
                                         ? "laporan tersendiri / a report of its own"
                                         : "dapat melanjutkan laporan sebelumnya / may go on with the one before");
  const auto& similarity = explanation.at("similarity").as_object();
  std::string compared;
  if (similarity.at("linkable").as_bool()) {
    compared = fmt::format("{} kata / words", similarity.at("words").to_number<int>());
    for (const auto& fact : similarity.at("place").as_array()) compared.append(", ").append(say(fact.as_string()));
  } else {
    compared.append("tidak / no — ").append(say(similarity.at("why").as_string()));
  }
  page.row("laporan serupa / similar", compared);
}

// What one would tell a colleague.
void show_result(Page& page, const json::object& explanation) {
  const auto& category = explanation.at("category").as_object();
  const auto& assessment = explanation.at("assessment").as_object();
  const auto& place = explanation.at("place").as_object();
  page.heading("=", "Hasil / Result");
  const std::string_view kind = explanation.at("command").at("kind").as_string();
  if (kind != "none" && kind != "officer") return page.line(say(kind), Tone::bold);
  std::string where;
  for (const char* field : {"address", "kelurahan", "kecamatan"})
    if (const auto value = text_at(place, field); !value.empty()) where.append(where.empty() ? "" : ", ").append(value);
  const std::string_view label = category.at("label").as_string();
  std::string line(say(assessment.at("report_type").as_string()));
  line.append(" · ").append(label.empty() ? "tidak dikenali / unclassified" : label);
  line.append(" · prioritas ").append(say(assessment.at("priority").as_string()));
  if (const auto scope = assessment.at("scope").as_string(); scope != "in_scope") line.append(" · ").append(say(scope));
  if (!where.empty()) line.append(" · ").append(where);
  line.append(" → ").append(joined(category.at("offices").as_array()));
  page.line(line, Tone::bold);
}

}  // namespace

std::string page_of(const json::object& explanation, PageStyle style) {
  Page page(style);
  show_text(page, explanation.at("text").as_object());
  show_command(page, explanation.at("command").as_object());
  show_reporter(page, explanation.at("reporter").as_object());
  show_personal_data(page, explanation.at("personal_data").as_object());
  show_category(page, explanation.at("category").as_object());
  show_assessment(page, explanation.at("assessment").as_object());
  show_place(page, explanation.at("place").as_object());
  show_clocks(page, explanation.at("clocks").as_object());
  show_fingerprints(page, explanation);
  show_result(page, explanation);
  return page.take();
}

}  // namespace satupintu::gateway::commands
