// SPDX-License-Identifier: Apache-2.0
// libFuzzer: query strings, urlencoded bodies, and the parameters of headers.
//   fuzz_form -max_total_time=60 EMPTY_DIRECTORY
#include <cstdlib>
#include <string_view>

#include "adapters/form.hpp"
#include "adapters/request_head.hpp"

using namespace satupintu::adapters;

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const Form form = Form::parse(text);
  require(Form::parse(form.encoded()).fields() == form.fields());
  for (const auto& [name, value] : form.fields()) require(form.has(name) && name.size() + value.size() <= size);
  require(percent_decode(text).size() <= size && percent_unescape(text).size() <= size);
  std::size_t all = 0;
  for (const auto& [name, value] : parameters_of(text)) all += name.size() + value.size();
  require(all <= size);
  if (const auto request = from_head(text)) {
    const auto again = from_head(to_head(*request, [](std::string_view) { return true; }));
    require(again && again->query == request->query && again->method == request->method);
  }
  return 0;
}
