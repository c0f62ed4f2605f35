// SPDX-License-Identifier: Apache-2.0
#include "normalizer/title.hpp"

#include "normalizer/text.hpp"

namespace satupintu::normalizer {

namespace {

constexpr std::size_t kLeastSentence = 20;  // bytes; "Selamat pagi pak." says nothing yet
constexpr std::size_t kLongestAbbreviation = 3;
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

// Up to a line's end, or a mark that ends a sentence; the dot of "Jl." and "no. 5" does not. What is too short for a sentence goes on
// in the next line.
std::string_view first_sentence(std::string_view text) {
  std::size_t word_begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ') word_begin = i + 1;
    if (i < kLeastSentence) continue;
    if (c == '\n') return text.substr(0, i);
    const bool before_gap = i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '\n';
    const bool ends = c == '!' || c == '?' || (c == '.' && i - word_begin > kLongestAbbreviation);
    if (ends && before_gap) return text.substr(0, i + (c == '.' ? 0 : 1));
  }
  return text;
}

std::string within_limit(std::string_view line) {
  if (shorten(line, kLongestTitle).size() == line.size()) return clean_line(line);
  std::string_view cut = shorten(line, kLongestTitle - 1);
  const auto last_gap = cut.rfind(' ');
  if (last_gap != std::string_view::npos && last_gap > cut.size() / 2) cut = cut.substr(0, last_gap);
  return clean_line(cut).append(kEllipsis);
}

std::string_view kind_title(const core::Message& message) {
  if (message.kind == core::MessageKind::retraction) return "Pesan ditarik oleh pengirim";
  if (message.kind == core::MessageKind::unsupported) return "Pesan berjenis yang belum dapat dibaca";
  if (message.call) return "Panggilan tanpa uraian";
  if (!message.attachments.empty()) return "Lampiran tanpa keterangan";
  if (message.place) return "Lokasi tanpa keterangan";
  return "Pesan tanpa isi";
}

}  // namespace

std::string make_title(std::string_view subject, std::string_view text, const core::Message& message) {
  if (!subject.empty()) return within_limit(subject);
  if (text.empty()) return std::string(kind_title(message));
  return within_limit(first_sentence(text));
}

}  // namespace satupintu::normalizer
