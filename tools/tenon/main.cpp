// tenon: compile models, run, time and inspect what came out.

#include "tools/tenon/Commands.h"

int main(int argc, char **argv) {
  using namespace tenon::tool;
  CLI::App app("Compiles models to small artifacts, and runs, times and "
               "inspects them.",
               "tenon");
  app.require_subcommand(1);
  app.set_version_flag("--version", TENON_VERSION);
  ExitCode exitCode = Done;
  addCompileCommand(app, exitCode);
  addRunCommand(app, exitCode);
  addBenchCommand(app, exitCode);
  addInspectCommand(app, exitCode);
  addCheckCommand(app, exitCode);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? Done : WrongUsage;
  }
  return exitCode;
}
