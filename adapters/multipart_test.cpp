// SPDX-License-Identifier: Apache-2.0
#include "adapters/multipart.hpp"

#include <doctest/doctest.h>

using satupintu::adapters::is_multipart_form;
using satupintu::adapters::MultipartForm;
using satupintu::adapters::to_multipart_form;

namespace {

constexpr std::string_view kType = "multipart/form-data; boundary=batas";

MultipartForm parsed(std::string_view body, std::string_view type = kType) {
  auto form = MultipartForm::parse(type, body);
  REQUIRE(form);
  return std::move(*form);
}

std::string_view bytes_of(const MultipartForm& form, std::string_view name) {
  REQUIRE(form.first(name) != nullptr);
  return form.first(name)->bytes;
}

// One part with this Content-Disposition behind "form-data; ".
std::string part(std::string_view disposition, std::string_view bytes = "isi", std::string_view headers = "") {
  return std::string("--batas\r\nContent-Disposition: form-data; ")
             .append(disposition)
             .append("\r\n")
             .append(headers)
             .append("\r\n")
             .append(bytes) +
         "\r\n--batas--\r\n";
}

std::string name_in(std::string_view disposition) {
  const std::string body = part(disposition);
  return parsed(body).parts().front().name;
}

std::string file_name_in(std::string_view disposition) {
  const std::string body = part(disposition);
  return parsed(body).parts().front().file_name;
}

}  // namespace

TEST_CASE("fields_and_files_are_found_and_nothing_is_copied") {
  const std::string body =
      "--batas\r\nContent-Disposition: form-data; name=\"subject\"\r\n\r\nLampu padam\r\n"
      "--batas\r\nContent-Disposition: form-data; name=\"attachment-1\"; filename=\"foto.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
      "\xFF\xD8\r\n\r\n--bata\r\n\r\n"
      "--batas--\r\n";
  const MultipartForm form = parsed(body);
  REQUIRE(form.parts().size() == 2);
  CHECK_FALSE(form.cut_short());
  CHECK(bytes_of(form, "subject") == "Lampu padam");
  CHECK(form.first("subject")->file_name.empty());
  CHECK(form.first("attachment-1")->file_name == "foto.jpg");
  CHECK(form.first("attachment-1")->content_type == "image/jpeg");
  CHECK(bytes_of(form, "attachment-1") == "\xFF\xD8\r\n\r\n--bata\r\n");
  CHECK(form.first("subject")->bytes.data() == body.data() + body.find("Lampu"));
  CHECK(form.first("Subject") == nullptr);
}

TEST_CASE("any_bytes_may_stand_in_a_part") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const std::string& bytes : {all, std::string(), std::string("\r\n"), std::string("\r\n\r\n"), std::string("x--batas"), all + "\r"}) {
    const std::string body = to_multipart_form({{"a", bytes}, {"b", "lain"}}, "batas");
    const MultipartForm form = parsed(body);
    CHECK(bytes_of(form, "a") == bytes);
    CHECK(bytes_of(form, "b") == "lain");
  }
}

TEST_CASE("of_a_name_that_stands_twice_both_can_be_had") {
  const std::string body = to_multipart_form({{"token", "palsu"}, {"x", ""}, {"token", "asli"}}, "batas");
  const MultipartForm form = parsed(body);
  CHECK(form.first("token")->bytes == "palsu");
  CHECK(form.last("token")->bytes == "asli");
  CHECK(form.last("tidak-ada") == nullptr);
}

TEST_CASE("a_line_that_only_begins_like_the_boundary_is_content") {
  const std::string inner = "x\r\n--batas2\r\ny\r\n--batas-\r\nz\r\n --batas\r\n--batas--2\r\n\n--batas\r\nz";
  const std::string body = to_multipart_form({{"surat", inner}}, "batas");
  CHECK(bytes_of(parsed(body), "surat") == inner);
}

TEST_CASE("blanks_behind_a_boundary_a_preamble_and_an_epilogue_say_nothing") {
  const std::string body =
      "pembuka\r\n--batas \t\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--batas--  \r\npenutup\r\n--batas\r\n"
      "Content-Disposition: form-data; name=b\r\n\r\n2\r\n--batas--";
  const MultipartForm form = parsed(body);
  REQUIRE(form.parts().size() == 1);
  CHECK(bytes_of(form, "a") == "1");
}

TEST_CASE("a_last_part_that_nothing_ends_reaches_to_the_end") {
  const MultipartForm form = parsed("--batas\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nBanjir di Peri");
  CHECK(form.cut_short());
  CHECK(bytes_of(form, "text") == "Banjir di Peri");
}

TEST_CASE("parts_without_headers_a_name_or_a_body_cost_the_others_nothing") {
  const std::string body =
      "--batas\r\n\r\ntanpa kepala\r\n--batas\r\n--batas\r\nContent-Type: text/plain\r\n\r\ntanpa nama\r\n"
      "--batas\r\nContent-Disposition: form-data; name=\"kosong\"\r\n--batas\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n"
      "--batas--\r\n";
  const MultipartForm form = parsed(body);
  REQUIRE(form.parts().size() == 2);
  CHECK(bytes_of(form, "kosong").empty());
  CHECK(bytes_of(form, "a") == "1");
}

TEST_CASE("names_are_read_as_browsers_and_libraries_write_them") {
  CHECK(name_in("name=\"a b;c\"") == "a b;c");
  CHECK(name_in("NAME=polos") == "polos");
  CHECK(name_in("name = \"a\" ; x=y") == "a");
  CHECK(name_in("filename=\"x\"; name=\"a\"") == "a");
  CHECK(name_in(R"(name="kata \"dalam\" kutip")") == "kata \"dalam\" kutip");
  CHECK(name_in("name=\"kata %22dalam%22 kutip%0D%0A50%25\"") == "kata \"dalam\" kutip\r\n50%25");
  CHECK(name_in("name=\"a\r\n\tb\"") == "a\r\n\tb");
  CHECK(name_in("name=\"tanpa akhir") == "tanpa akhir");
}

TEST_CASE("file_names_are_read_in_every_spelling") {
  CHECK(file_name_in(R"(name=a; filename="C:\foto\lampu.jpg")") == R"(C:\foto\lampu.jpg)");
  CHECK(file_name_in("name=a; filename=\"caf\xC3\xA9.jpg\"") == "café.jpg");
  CHECK(file_name_in("name=a; filename=\"caf\xE9.jpg\"") == "café.jpg");
  CHECK(file_name_in("name=a; filename=\"cafe.jpg\"; filename*=UTF-8''caf%C3%A9+1.jpg") == "café+1.jpg");
  CHECK(file_name_in("name=a; filename*=iso-8859-1'id'caf%E9.jpg") == "café.jpg");
  CHECK(file_name_in("name=a; filename*0=\"surat-\"; filename*1=\"pengaduan.pdf\"") == "surat-pengaduan.pdf");
  CHECK(file_name_in("name=a; filename*0*=UTF-8''caf%C3; filename*1*=%A9; filename*2=\" 50%41.jpg\"") == "café 50%41.jpg");
  CHECK(file_name_in("name=a; filename*=rusak") == "");
  CHECK(file_name_in("name=a; filename=\"\"") == "");
}

TEST_CASE("a_part_tells_its_charset") {
  const std::string body = part("name=text", "isi", "content-type:text/plain;\r\n charset=\"iso-8859-1\" \r\n");
  const MultipartForm form = parsed(body);
  CHECK(form.first("text")->charset() == "iso-8859-1");
  CHECK(form.first("text")->content_type.starts_with("text/plain;"));
  const std::string silent = part("name=text");
  CHECK(parsed(silent).first("text")->charset().empty());
}

TEST_CASE("the_boundary_may_be_quoted_and_the_type_in_capitals") {
  const std::string body = to_multipart_form({{"a", "1"}}, "a;b c");
  CHECK(bytes_of(parsed(body, "Multipart/Form-Data ; charset=utf-8; Boundary=\"a;b c\""), "a") == "1");
  CHECK(is_multipart_form("MULTIPART/FORM-DATA"));
  CHECK_FALSE(is_multipart_form("multipart/mixed; boundary=a"));
  CHECK_FALSE(is_multipart_form("application/x-www-form-urlencoded"));
}

TEST_CASE("what_is_no_form_at_all_is_unreadable") {
  using satupintu::core::Errc;
  const std::string body = to_multipart_form({{"a", "1"}}, "batas");
  for (const auto& [type, bytes] : std::vector<std::pair<std::string, std::string>>{{"", body},
                                                                                    {"multipart/form-data", body},
                                                                                    {"multipart/form-data; boundary=", body},
                                                                                    {"multipart/mixed; boundary=batas", body},
                                                                                    {std::string(kType), ""},
                                                                                    {std::string(kType), "--batas--\r\n"},
                                                                                    {std::string(kType), "--batas"},
                                                                                    {std::string(kType), "a=1&b=2"}}) {
    CAPTURE(type);
    CAPTURE(bytes);
    const auto form = MultipartForm::parse(type, bytes);
    REQUIRE_FALSE(form);
    CHECK(form.error().code == Errc::unreadable);
  }
}

TEST_CASE("parts_and_their_headers_are_bounded") {
  std::vector<std::pair<std::string, std::string>> fields(MultipartForm::kMaxParts, {"a", "1"});
  const std::string most = to_multipart_form(fields, "batas");
  CHECK(parsed(most).parts().size() == MultipartForm::kMaxParts);
  fields.emplace_back("a", "1");
  const std::string too_many = to_multipart_form(fields, "batas");
  CHECK_FALSE(MultipartForm::parse(kType, too_many));

  const std::string long_line = part("name=a", "1", "X-Panjang: " + std::string(MultipartForm::kMaxPartHeaderBytes, 'x') + "\r\n");
  CHECK_FALSE(MultipartForm::parse(kType, long_line));
  const std::string long_field = part("name=a", std::string(3 * MultipartForm::kMaxPartHeaderBytes, 'y'));
  CHECK(bytes_of(parsed(long_field), "a").size() == 3 * MultipartForm::kMaxPartHeaderBytes);
}

TEST_CASE("a_form_cut_short_anywhere_never_throws") {
  const std::string body = to_multipart_form({{"subject", "Lampu padam"}, {"text", "Di depan \"masjid\" ya"}}, "batas");
  for (std::size_t length = 0; length < body.size(); ++length) {
    CAPTURE(length);
    const auto form = MultipartForm::parse(kType, std::string_view(body).substr(0, length));
    if (form && form->last("text") != nullptr) CHECK(form->cut_short() == !body.substr(0, length).ends_with("--batas--"));
  }
}
