// SPDX-License-Identifier: Apache-2.0
#include "adapters/email/aws_signature.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace satupintu::adapters;
using namespace satupintu::core;

TEST_CASE("the_example_of_amazon_s_documentation_is_signed_alike") {
  // S3's API reference, "Signature calculations for the Authorization header: GET object".
  const AwsAccess access{
      .key_id = "AKIAIOSFODNN7EXAMPLE", .secret_key = Secret{"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}, .region = "us-east-1"};
  const auto headers = signed_aws_headers(access, "s3", "examplebucket.s3.amazonaws.com", "/test.txt", {{"range", "bytes=0-9"}},
                                          *parse_rfc3339("2013-05-24T00:00:00Z"));
  REQUIRE(headers.size() == 4);
  CHECK(headers[0] == std::pair<std::string, std::string>{"range", "bytes=0-9"});
  CHECK(headers[2] == std::pair<std::string, std::string>{"x-amz-date", "20130524T000000Z"});
  CHECK(headers[3].first == "Authorization");
  CHECK(headers[3].second ==
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST_CASE("a_path_keeps_its_slashes_and_escapes_the_rest") {
  CHECK(to_aws_path("/surat/masuk/a-b_c.d~e") == "/surat/masuk/a-b_c.d~e");
  CHECK(to_aws_path("/a b+c%\xC3\xA9?x=1#y") == "/a%20b%2Bc%25%C3%A9%3Fx%3D1%23y");
}
