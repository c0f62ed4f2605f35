// SPDX-License-Identifier: Apache-2.0
// libFuzzer: forms in parts, as fixtures are kept: a request with its Content-Type and its body. The fixtures are the seeds:
//   fuzz_multipart -max_total_time=60 EMPTY_DIRECTORY adapters/email/fixtures
#include <cstdlib>
#include <functional>

#include "adapters/multipart.hpp"
#include "core/http.hpp"

using namespace satupintu;

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

bool is_within(std::string_view part, std::string_view whole) {
  const std::less_equal<const char*> before;
  return part.empty() || (before(whole.data(), part.data()) && before(part.data() + part.size(), whole.data() + whole.size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto request = core::parse_fixture({reinterpret_cast<const char*>(bytes), size});
  if (!request) return -1;
  const auto form = adapters::MultipartForm::parse(request->header("Content-Type").value_or(""), request->body);
  if (!form) {
    require(form.error().code == core::Errc::unreadable);
    return 0;
  }
  std::size_t all = 0;
  for (const auto& part : form->parts()) {
    require(!part.name.empty() && form->first(part.name) != nullptr && form->last(part.name) != nullptr);
    require(is_within(part.bytes, request->body) && is_within(part.content_type, request->body));
    all += part.bytes.size();
  }
  require(all <= request->body.size() && form->parts().size() <= adapters::MultipartForm::kMaxParts);
  return 0;
}
