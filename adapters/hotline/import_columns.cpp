// SPDX-License-Identifier: Apache-2.0
#include "adapters/hotline/import_columns.hpp"

#include <algorithm>
#include <utility>

#include "adapters/hotline/call_rows.hpp"
#include "adapters/hotline/written_time.hpp"
#include "adapters/request_head.hpp"

namespace satupintu::adapters {

namespace {

struct Heading {
  Meaning meaning;
  std::string_view field;
  std::string_view words;  // separated by '|', as `plain` writes them; of two columns the one with the earlier word is meant
};

constexpr auto kHeadings = std::to_array<Heading>({
    {Meaning::call_id, "call.call_id", "call id|callid|id panggilan|kode panggilan|uniqueid|unique id|uuid|historyid|history id"},
    {Meaning::linked_id, "call.call_id", "linkedid|linked id"},
    {Meaning::other_leg, "call.call_id", "bleg uuid"},
    {Meaning::direction, "call.direction", "arah|arah panggilan|direction"},
    {Meaning::queue, "call.queue", "antrean|antrian|queue"},
    {Meaning::line, "call.line",
     "nomor tujuan|no tujuan|nomor yang dihubungi|saluran|line|dst|destination|destination number|called number|to no|dial no"},
    {Meaning::caller_number, "call.caller_number",
     "nomor pemanggil|no pemanggil|nomor penelepon|no penelepon|nomor penelpon|no penelpon|nomor pelapor|no pelapor|no hp|nomor hp|no hp "
     "pelapor|"
     "nomor hp pelapor|no telp|no tlp|no telepon|nomor telepon|nomor telp|no telp pelapor|telepon|telp|hp|kontak|kontak pelapor|no "
     "wa|caller|"
     "caller number|caller id|caller id number|callerid|src|source|from|from no|phone|phone number|number"},
    {Meaning::caller_name, "call.caller_name", "clid|caller id name|caller name|cnam"},
    {Meaning::started, "call.started_at",
     "waktu panggilan|tanggal panggilan|waktu mulai|mulai|waktu lapor|waktu laporan|tanggal waktu|tanggal dan waktu|calldate|call "
     "date|start|"
     "started|started at|start time|start stamp|starting date|time start|datetime|date time|timestamp"},
    {Meaning::started_date, "call.started_at",
     "tanggal|tgl|hari tanggal|tanggal lapor|tgl lapor|tanggal laporan|tgl laporan|tanggal masuk|date"},
    {Meaning::started_time, "call.started_at", "waktu|jam|pukul|jam lapor|jam laporan|jam masuk|time"},
    {Meaning::answered, "call.answered_at", "dijawab|waktu dijawab|jam dijawab|answer|answered|answered at|answer stamp|time answered"},
    {Meaning::ended, "call.ended_at", "selesai|waktu selesai|jam selesai|berakhir|end|ended|ended at|end stamp|end time|time end"},
    {Meaning::duration, "call.ended_at", "durasi|lama|lama panggilan|durasi panggilan|duration"},
    {Meaning::talk_seconds, "call.talk_seconds", "lama bicara|durasi bicara|billsec|talk|talk time|talk seconds"},
    {Meaning::wait_seconds, "call.wait_seconds", "lama tunggu|waktu tunggu|waitsec|wait|wait time|wait seconds"},
    {Meaning::recording, "call.recording", "rekaman|nama rekaman|recording|recordingfile"},
    {Meaning::disposition, "disposition",
     "jenis|jenis panggilan|tipe|tipe panggilan|status panggilan|kategori panggilan|disposition|call type|hangup cause|reason terminated"},
    {Meaning::category, "incident.category",
     "kategori|kategori laporan|kategori aduan|kategori pengaduan|kategori kejadian|jenis laporan|jenis aduan|jenis pengaduan|jenis "
     "kejadian|bidang|topik|"
     "category|type of incident"},
    {Meaning::urgency, "incident.urgency", "urgensi|prioritas|tingkat|tingkat urgensi|urgency|priority"},
    {Meaning::story, "incident.what_happened",
     "isi laporan|isi aduan|isi pengaduan|uraian kejadian|uraian laporan|kronologi|kronologis|uraian|deskripsi|description|what "
     "happened|complaint|"
     "isi|laporan|aduan|pengaduan|kejadian|details|keterangan|notes|catatan"},
    {Meaning::occurred, "incident.occurred_at", "waktu kejadian|tanggal kejadian|tgl kejadian|occurred|occurred at|happened at"},
    {Meaning::people_involved, "incident.people_involved", "jumlah orang|jumlah korban|korban|people involved"},
    {Meaning::address, "place.address", "lokasi kejadian|alamat kejadian|tempat kejadian|tkp|lokasi|alamat|location|address"},
    {Meaning::landmark, "place.landmark", "patokan|ancar ancar|dekat|landmark"},
    {Meaning::cross_street, "place.cross_street", "persimpangan|simpang|cross street"},
    {Meaning::rt, "place.rt", "rt"},
    {Meaning::rw, "place.rw", "rw"},
    {Meaning::rt_rw, "place.rt", "rt rw|rtrw"},
    {Meaning::kelurahan, "place.kelurahan", "kelurahan|kel|desa|kelurahan desa"},
    {Meaning::kecamatan, "place.kecamatan", "kecamatan|kec"},
    {Meaning::zip, "place.zip", "kode pos|zip|postal code"},
    {Meaning::latitude, "place.latitude", "lintang|latitude|lat"},
    {Meaning::longitude, "place.longitude", "bujur|longitude|long|lon|lng"},
    {Meaning::position_on_map, "place.latitude", "koordinat|titik koordinat|coordinates|lat long|latlong"},
    {Meaning::reporter, "person.name",
     "nama pelapor|nama pemanggil|nama penelepon|nama penelpon|pelapor|pemanggil|penelepon|reporter|nama|name"},
    {Meaning::callback_number, "person.callback_number",
     "nomor balik|no balik|nomor yang bisa dihubungi|nomor kontak|callback|callback number"},
    {Meaning::visibility, "person.visibility", "sifat|kerahasiaan|visibility"},
    {Meaning::operator_id, "operator.id", "petugas|nama petugas|operator|nama operator|penerima|call taker|calltaker|agen|agent"},
    {Meaning::operator_position, "operator.position", "meja|posisi|desk|position"},
    {Meaning::shift, "operator.shift", "shift|sif|regu|giliran"},
    {Meaning::handed_to, "result.handed_to",
     "diteruskan|diteruskan ke|diteruskan kepada|opd|opd tujuan|dinas|instansi|handed to|forwarded to"},
});

// Lower case, and one blank for whatever stands between letters and digits: "No. HP *" is "no hp".
std::string plain(std::string_view heading) {
  std::string out;
  bool is_apart = false;
  for (const char c : heading) {
    const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if ((small >= 'a' && small <= 'z') || (small >= '0' && small <= '9')) {
      if (is_apart && !out.empty()) out += ' ';
      out += small;
      is_apart = false;
    } else {
      is_apart = true;
    }
  }
  return out;
}

struct KnownHeading {
  Meaning meaning;
  std::size_t rank;  // of the word among those for the same
};

std::optional<KnownHeading> known_heading(std::string_view heading) {
  const std::string word = plain(heading);
  for (const Heading& known : kHeadings) {
    std::string_view words = known.words;
    for (std::size_t rank = 0; !words.empty(); ++rank) {
      if (take_until(words, "|") == word) return KnownHeading{.meaning = known.meaning, .rank = rank};
    }
  }
  return std::nullopt;
}

constexpr std::optional<Meaning> kUnread = std::nullopt;

std::vector<Profile> make_profiles() {
  using enum Meaning;
  return {
      {.name = "asterisk",
       .fewest_cells = 16,
       .most_cells = 21,
       .columns = {kUnread, caller_number, line, kUnread, caller_name, kUnread, kUnread, kUnread, kUnread, started, answered, ended,
                   duration, talk_seconds, disposition, kUnread}},
      {.name = "asterisk-custom",
       .fewest_cells = 17,
       .most_cells = 18,
       .columns = {caller_name, caller_number, line, kUnread, kUnread, kUnread, kUnread, kUnread, started, answered, ended, duration,
                   talk_seconds, disposition, kUnread, kUnread, call_id, kUnread}},
      {.name = "freepbx",
       .fewest_cells = 15,
       .most_cells = 17,
       .columns = {started, caller_name, caller_number, line, kUnread, kUnread, kUnread, kUnread, kUnread, duration, talk_seconds,
                   disposition, kUnread, kUnread, call_id, kUnread, kUnread}},
      {.name = "freeswitch",
       .fewest_cells = 12,
       .most_cells = 15,
       .columns = {caller_name, caller_number, line, kUnread, started, answered, ended, duration, talk_seconds, disposition, call_id,
                   other_leg, kUnread, kUnread, kUnread},
       .ending_tells_no_answer = true},
      {.name = "3cx",
       .fewest_cells = 9,
       .most_cells = 40,
       .columns = {call_id, linked_id, duration, started, answered, ended, disposition, caller_number, line},
       .ending_tells_no_answer = true},
      {.name = "cdr-stats",
       .fewest_cells = 17,
       .most_cells = 40,
       .columns = {kUnread, kUnread, call_id, caller_number, caller_name, line, kUnread, kUnread, kUnread, started, duration, talk_seconds,
                   kUnread, kUnread, wait_seconds, kUnread, disposition, direction},
       .ending_tells_no_answer = true},
  };
}

// Headings that only one system writes.
constexpr auto kHeadingsOfProfiles = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"freepbx", "calldate"},
    {"freeswitch", "start stamp"},
    {"3cx", "reason terminated"},
    {"cdr-stats", "starting date"},
    {"asterisk", "lastapp"},
});

constexpr std::size_t kMasterUniqueCell = 16;

}  // namespace

std::string_view field_of(Meaning meaning) {
  const auto* const found = std::ranges::find(kHeadings, meaning, &Heading::meaning);
  return found == kHeadings.end() ? std::string_view{} : found->field;
}

std::optional<Meaning> meaning_of_heading(std::string_view heading) {
  const auto known = known_heading(heading);
  return known ? std::optional(known->meaning) : std::nullopt;
}

ColumnMap map_by_header(const CsvRow& header) {
  ColumnMap map;
  std::array<std::size_t, kMeanings> ranks{};
  for (std::size_t i = 0; i < header.cells.size(); ++i) {
    const auto known = known_heading(header.cells[i]);
    if (!known) continue;
    std::size_t& rank = ranks[static_cast<std::size_t>(known->meaning)];
    if (map.has(known->meaning) && rank <= known->rank) continue;
    map.set(known->meaning, i);
    rank = known->rank;
  }
  return map;
}

const std::vector<Profile>& profiles() {
  static const std::vector<Profile> all = make_profiles();
  return all;
}

const Profile* find_profile(std::string_view name) {
  const auto found = std::ranges::find(profiles(), name, &Profile::name);
  return found == profiles().end() ? nullptr : &*found;
}

const Profile* profile_of_header(const CsvRow& header) {
  // Whoever added a column for what callers say keeps a table of complaints.
  const ColumnMap map = map_by_header(header);
  if (map.has(Meaning::story) || map.has(Meaning::category)) return nullptr;
  for (const auto& known : kHeadingsOfProfiles) {
    if (std::ranges::any_of(header.cells, [&](const std::string& cell) { return plain(cell) == known.second; }))
      return find_profile(known.first);
  }
  return nullptr;
}

const Profile* profile_of_shape(const CsvRow& row) {
  for (const Profile& profile : profiles()) {
    if (row.cells.size() < profile.fewest_cells || row.cells.size() > profile.most_cells) continue;
    const ColumnMap map = map_by_order(profile, row);
    const auto cell = [&](Meaning meaning) {
      const auto index = map.index_of(meaning);
      return index ? row.cell(*index) : std::string_view{};
    };
    if (!parse_written_time(cell(Meaning::started), core::kJakartaOffset)) continue;
    if (!parse_written_duration(cell(Meaning::duration))) continue;
    const std::string_view ending = cell(Meaning::disposition);
    // Systems with many causes may write one that we do not know, always in capitals.
    const bool is_cause = !ending.empty() && ending.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == std::string_view::npos;
    const bool is_named = profile.name == "3cx" || (profile.ending_tells_no_answer ? is_cause : !reason_of_ending(ending).empty());
    if (is_named) return &profile;
  }
  return nullptr;
}

ColumnMap map_by_order(const Profile& profile, const CsvRow& row) {
  ColumnMap map;
  for (std::size_t i = 0; i < profile.columns.size() && i < row.cells.size(); ++i) {
    if (const auto meaning = profile.columns[i]) map.set(*meaning, i);
  }
  if (profile.name == "asterisk") {
    const MasterIds ids = ids_of_master_row(row);
    if (!ids.unique.empty()) map.set(Meaning::call_id, kMasterUniqueCell);
    if (!ids.linked.empty()) map.set(Meaning::linked_id, row.cells.size() - 2);
  }
  return map;
}

}  // namespace satupintu::adapters
