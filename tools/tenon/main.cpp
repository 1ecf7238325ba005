// tenon: compile models, run, train, time and inspect what came out.

#include "compiler/report/Error.h"
#include "tools/tenon/Commands.h"

#include <cstdio>

namespace {

/// Every error of the program has the same form, also those that CLI11 finds.
std::string describeUsage(const std::string &what) {
  absl::Status status =
      tenon::report::makeError(tenon::report::ErrorCode::BadOption, what);
  return "tenon: error: " + tenon::report::describe(status) +
         "\nRun with --help for more information.\n";
}

} // namespace

int main(int argc, char **argv) {
  using namespace tenon::tool;
  CLI::App app(
      "Compiles models to small artifacts, and runs, trains, times and "
      "inspects them.",
      "tenon");
  app.require_subcommand(1);
  app.set_version_flag("--version", TENON_VERSION);
  app.failure_message([](const CLI::App *, const CLI::Error &error) {
    return describeUsage(error.what());
  });
  ExitCode exitCode = Done;
  addCompileCommand(app, exitCode);
  addRunCommand(app, exitCode);
  addTrainCommand(app, exitCode);
  addBenchCommand(app, exitCode);
  addInspectCommand(app, exitCode);
  addCheckCommand(app, exitCode);
  // CLI11 would only say that a command is missing.
  auto isNamed = [argv](const CLI::App *command) {
    return command->get_name() == argv[1];
  };
  if (argc > 1 && argv[1][0] != '-' && app.get_subcommands(isNamed).empty()) {
    std::string what = "there is no command '" + std::string(argv[1]) + "'";
    std::fputs(describeUsage(what).c_str(), stderr);
    return WrongUsage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? Done : WrongUsage;
  }
  return exitCode;
}
