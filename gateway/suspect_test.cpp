// SPDX-License-Identifier: Apache-2.0
#include "gateway/suspect.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "tests/support/temporary_directory.hpp"

using satupintu::gateway::Suspect;

namespace {

// A process that reads `row` and dies over it, as a bug would have it.
void die_over(const std::filesystem::path& file, std::uint64_t row) {
  const pid_t child = ::fork();
  if (child == 0) {
    auto suspect = Suspect::open(file);
    suspect->begin(row - 1);
    suspect->end();
    suspect->begin(row);
    ::raise(SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
}

}  // namespace

TEST_CASE("a_row_is_poison_after_the_process_died_over_it_three_times") {
  const satupintu::tests::TemporaryDirectory directory;
  const auto file = directory.path() / "suspect";
  die_over(file, 7);
  die_over(file, 7);
  CHECK_FALSE(Suspect::open(file)->is_poison(7));
  die_over(file, 7);
  CHECK(Suspect::open(file)->is_poison(7));
  CHECK_FALSE(Suspect::open(file)->is_poison(6));
}

TEST_CASE("deaths_over_different_rows_make_none_of_them_poison") {
  const satupintu::tests::TemporaryDirectory directory;
  const auto file = directory.path() / "suspect";
  for (const std::uint64_t row : {7U, 7U, 9U, 7U, 7U}) die_over(file, row);
  CHECK_FALSE(Suspect::open(file)->is_poison(7));
  CHECK_FALSE(Suspect::open(file)->is_poison(9));
}

TEST_CASE("an_orderly_end_is_no_death") {
  const satupintu::tests::TemporaryDirectory directory;
  const auto file = directory.path() / "suspect";
  for (int i = 0; i < 5; ++i) {
    auto suspect = Suspect::open(file);
    REQUIRE(suspect);
    suspect->begin(7);
    suspect->end();
  }
  CHECK_FALSE(Suspect::open(file)->is_poison(7));
  CHECK_FALSE(Suspect::open("/nonexistent/suspect"));
}

TEST_CASE("a_row_that_was_survived_at_last_is_poison_no_more") {
  const satupintu::tests::TemporaryDirectory directory;
  const auto file = directory.path() / "suspect";
  for (int i = 0; i < 3; ++i) die_over(file, 7);
  {
    auto suspect = Suspect::open(file);
    suspect->begin(7);
    suspect->end();
    CHECK_FALSE(suspect->is_poison(7));
  }
  die_over(file, 7);
  CHECK_FALSE(Suspect::open(file)->is_poison(7));
}
