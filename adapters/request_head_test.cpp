// SPDX-License-Identifier: Apache-2.0
#include "adapters/request_head.hpp"

#include <doctest/doctest.h>

using satupintu::adapters::parameter_of;
using satupintu::adapters::parameters_of;

TEST_CASE("a_header_s_parameters_are_read_with_and_without_quotes") {
  CHECK(parameter_of("text/plain; charset=UTF-8", "charset") == "UTF-8");
  CHECK(parameter_of("text/plain;charset=\"UTF-8\"", "Charset") == "UTF-8");
  CHECK(parameter_of("text/plain; format=flowed ; charset = \"a;b=c\" ; x", "charset") == "a;b=c");
  CHECK(parameter_of("text/plain; format=flowed ; charset=a ; x", "format") == "flowed");
  CHECK(parameter_of(R"(form-data; name="a \"b\" \\ \c")", "name") == R"(a "b" \ \c)");
  CHECK(parameter_of("text/plain; charset=\"UTF-8", "charset") == "UTF-8");
  CHECK(parameter_of("text/plain; charset", "charset").empty());
  CHECK(parameter_of("charset=UTF-8", "charset").empty());
  CHECK(parameter_of("", "charset").empty());
}

TEST_CASE("of_parameters_that_stand_twice_the_first_counts_and_all_are_listed") {
  constexpr std::string_view kHeader = "a; x=1;; =2; x=\"3\" sampah; y";
  CHECK(parameter_of(kHeader, "x") == "1");
  CHECK(parameters_of(kHeader) == std::vector<std::pair<std::string, std::string>>{{"x", "1"}, {"x", "3"}, {"y", ""}});
}
