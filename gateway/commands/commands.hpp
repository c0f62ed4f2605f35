// SPDX-License-Identifier: Apache-2.0
// The commands of `satupintu`, one file each. Every function here adds its subcommand to the command line and
// returns what runs it; the exit status is 0 for success, 1 for a finding (a ledger that does not balance, a
// configuration with mistakes) and 2 for a command that could not do its work.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace satupintu::gateway::commands {

using Run = std::function<int()>;

[[nodiscard]] Run add_serve(CLI::App& app);
[[nodiscard]] Run add_check_config(CLI::App& app);
[[nodiscard]] Run add_config_reference(CLI::App& app);
[[nodiscard]] Run add_doctor(CLI::App& app);
[[nodiscard]] Run add_consume(CLI::App& app);
[[nodiscard]] Run add_ledger(CLI::App& app);
[[nodiscard]] Run add_replay(CLI::App& app);
[[nodiscard]] Run add_quarantine(CLI::App& app);
[[nodiscard]] Run add_send_fixture(CLI::App& app);
[[nodiscard]] Run add_import(CLI::App& app);
[[nodiscard]] Run add_simulate(CLI::App& app);
[[nodiscard]] Run add_keygen(CLI::App& app);
[[nodiscard]] Run add_explain(CLI::App& app);
[[nodiscard]] Run add_unseal(CLI::App& app);

}  // namespace satupintu::gateway::commands
