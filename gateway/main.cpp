// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>

#include <iostream>
#include <map>

#include "core/crypto.hpp"
#include "gateway/commands/commands.hpp"
#include "gateway/commands/shared.hpp"
#include "gateway/version.hpp"

using namespace satupintu;
using namespace satupintu::gateway;

int main(int argc, char** argv) {
  // Otherwise malloc keeps what one large mail took, for the next one that may never come.
  constexpr int kGivenBackAtOnce = 256 * 1024;
  ::mallopt(M_MMAP_THRESHOLD, kGivenBackAtOnce);
  if (const auto started = core::start_crypto(); !started) return commands::explain(started.error());

  CLI::App app{"Satu Pintu: one door for a city's complaints"};
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);
  app.footer("Start with: satupintu keygen --into DIR, then satupintu config-reference, satupintu doctor and satupintu serve.");
  const commands::Run runs[] = {
      commands::add_serve(app),   commands::add_check_config(app), commands::add_config_reference(app), commands::add_doctor(app),
      commands::add_keygen(app),  commands::add_ledger(app),       commands::add_quarantine(app),       commands::add_replay(app),
      commands::add_consume(app), commands::add_simulate(app),     commands::add_send_fixture(app),     commands::add_import(app),
      commands::add_explain(app), commands::add_unseal(app),
  };
  CLI11_PARSE(app, argc, argv);
  const auto all = app.get_subcommands([](const CLI::App*) { return true; });
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i]->parsed()) return runs[i]();
  }
  return commands::kFailed;
}
