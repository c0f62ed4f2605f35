// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>
#include <memory>

#include "gateway/app.hpp"
#include "gateway/commands/commands.hpp"
#include "gateway/commands/shared.hpp"
#include "gateway/version.hpp"

namespace satupintu::gateway::commands {

namespace {

// Keys and citizens' messages must not end up in a core file.
void forbid_core_dumps() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
}

int serve(const std::string& file) {
  forbid_core_dumps();
  std::signal(SIGPIPE, SIG_IGN);
  auto config = load_or_explain(file);
  if (!config) return kRefusedToStart;
  ::malloc_trim(0);  // the tables of rules took much more while they were read
  Telemetry telemetry;
  telemetry.starting(kVersion, file);
  auto app = App::start(std::move(*config), telemetry);
  if (!app) {
    explain(app.error());
    return kRefusedToStart;
  }
  const int status = (*app)->run();
  app->reset();
  telemetry.stopped(status);
  return status;
}

}  // namespace

Run add_serve(CLI::App& app) {
  auto* command = app.add_subcommand("serve", "Run the gateway until SIGTERM");
  command->footer(
      "Exit status: 0 stopped orderly, 2 refused to start (see the messages), 3 the journal failed (restart it: nothing that\n"
      "was answered is lost), 4 stopped, but requests were cut off.");
  auto file = std::make_shared<std::string>();
  add_config_option(*command, *file);
  return [file] { return serve(*file); };
}

}  // namespace satupintu::gateway::commands
