// SPDX-License-Identifier: Apache-2.0
#include "normalizer/announcement.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace satupintu::normalizer {

namespace {

using enum Announced;

constexpr std::size_t kReach = 60;     // bytes
constexpr std::size_t kMostWords = 6;  // "nomor pelanggan PDAM saya atas nama Hartono"

struct List {
  Announced what;
  std::string_view words;
};

constexpr auto kLists = std::to_array<List>({
    {phone,
     "call calling contact contak cp dihubungi dihubungin ditelepon ditelpon ditlp faks faksimile fax handphone hanphone "
     "hape hp hpe hub hubungi hubungin kontak menghubungi miscall misscall mobile nelepon nelpon nohape nohp nope "
     "notelp notlp nowa phone ponsel seluler sms tel telefon telegram telephone telepon telf telfon telp telpn telpon "
     "telponan tilpon tlf tlp tlpn wa wasap wasapp wathsapp whatsap whatsapp"},
    {identity, "ektp identitas kependudukan ktp nik noktp nonik"},
    {family_card, "keluarga kk nokk"},
    {insurance, "askes bpjs jamkes jamsostek jkn kis kpj nobpjs pbi"},
    {card, "atm cc debit kartu kredit mastercard visa"},
    {account,
     "bca bjb bni bri bsi btn bukopin cimb danamon jago mandiri maybank mega muamalat niaga norek norekening ocbc panin "
     "permata rek rekening seabank"},
    {plate, "flat noplat nopol pelat plat plate platno platnya pol polisi tnkb"},
    {vehicle,
     "aerox agya alphard ambulans angkot avanza ayla bajaj beat becak bentor bis brio bus calya civic container daihatsu "
     "dump elf engkel ertiga fortuner fuso gojek grab hino honda innova isuzu jazz jeep kendaraan kijang kontainer losbak "
     "matic matik mikrolet minibus mio mitsubishi mobil motor ninja nmax ojol pajero pcx pickup pikap pikep revo rush satria "
     "scoopy sedan sepeda sigra supra suzuki taksi taxi terios toyota trailer travel trek tronton truck truk van vario "
     "vixion xenia xpander yamaha"},
    {customer, "awb idpel idpelanggan kwh meter meteran nometer pel pelanggan resi token va"},
    {document,
     "air akta akte antre antrean antri antrian ayat bast bayar berkas billing bukti code faktur gardu gas id "
     "imb imei indihome invoice kode kontrak kuitansi kupon kwitansi lambung langganan listrik medis mesin nib nip "
     "nis nisn nop npsn npwp nuptk order otp panel pasal pasien password pbb pbg pdam pembayaran pendaftaran "
     "perda perkara permohonan perwal perwali pesanan pin pln pp rangka ref referensi reg regist "
     "registrasi rekam rm sambungan sandi seri serial sertifikat sertipikat sk slf sp spk sppt surat tagihan tiang ticket "
     "tiket transaksi trx ujian uu virtual voucher"},
    {address,
     "blk blok cluster desa dusun gang gate gedung gg hal halaman halte jalan jalur jl jln kamar kav kavling kec kecamatan "
     "kel kelas kelurahan kios km komplek kompleks koridor lantai lapak loket lt pal perum pintu pos poskamling posko rt "
     "ruang ruangan ruko rute rw sd sdn shelter sma sman smk smkn smp smpn terminal tk tower tps trayek unit"},
    {measure,
     "anggaran biaya bln bulan denda gaji gps harga hari idr jam jarak jumlah kira kodepos koordinat lat latitude lebar lng "
     "long longitude luas panjang pukul rp saldo sebesar seharga sejumlah sekitar senilai tahun tanggal tg tgl th thn tinggi "
     "total uang ukuran umur upah usia"},
});

struct Word {
  std::string_view text;
  Announced what{};
};

constexpr std::size_t kCount = [] {
  std::size_t count = 0;
  for (const List& list : kLists) count += static_cast<std::size_t>(std::ranges::count(list.words, ' ')) + 1;
  return count;
}();

constexpr auto kWords = [] {
  std::array<Word, kCount> words;
  std::size_t next = 0;
  for (const List& list : kLists) {
    for (std::size_t begin = 0; begin < list.words.size();) {
      const std::size_t end = std::min(list.words.find(' ', begin), list.words.size());
      words[next++] = {list.words.substr(begin, end - begin), list.what};
      begin = end + 1;
    }
  }
  std::ranges::sort(words, {}, &Word::text);
  return words;
}();
static_assert(std::ranges::adjacent_find(kWords, {}, &Word::text) == kWords.end(), "a word announces one kind of number");

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::optional<Announced> look_up(std::string_view word) {
  const auto* found = std::ranges::lower_bound(kWords, word, {}, &Word::text);
  return found == kWords.end() || found->text != word ? std::nullopt : std::optional(found->what);
}

// Also with what people put on a word: "pelanggannya", "wa-ku", "nohpmu".
std::optional<Announced> meaning_of(std::string_view word) {
  if (const auto known = look_up(word)) return known;
  for (const std::string_view ending : {"nya", "ny", "ku", "mu"}) {
    if (word.size() > ending.size() + 1 && word.ends_with(ending)) {
      if (const auto known = look_up(word.substr(0, word.size() - ending.size()))) return known;
    }
  }
  return std::nullopt;
}

}  // namespace

Announcement announcement_before(std::string_view text, std::size_t position, std::size_t from) {
  const std::size_t least = std::max(from, position > kReach ? position - kReach : 0);
  std::string word;
  std::size_t words = 0;
  char behind = ' ';  // what stands right behind the word
  for (std::size_t i = position; i > least && words < kMostWords;) {
    const char c = text[i - 1];
    if (is_letter(c)) {
      const std::size_t end = i;
      while (i > least && is_letter(text[i - 1])) --i;
      // A dot ends a sentence behind a word too long to be an abbreviation.
      if (behind == '.' && end - i > 4 && end + 1 < position && text[end + 1] == ' ') return {};
      word.assign(text.substr(i, end - i));
      for (char& letter : word) letter = static_cast<char>(letter | 0x20);
      if (const auto what = meaning_of(word)) return {*what, words};
      ++words;
      continue;
    }
    const bool labels = c == '\n' && i > least + 1 && text[i - 2] == ':';
    if (is_digit(c) || c == ']' || c == '!' || c == '?' || c == ';' || (c == '\n' && !labels)) return {};
    behind = c;
    --i;
  }
  return {};
}

}  // namespace satupintu::normalizer
