// The subcommands. Each adds itself to the command line and, when it was
// chosen, runs and leaves its exit code.

#ifndef TENON_TOOLS_TENON_COMMANDS_H
#define TENON_TOOLS_TENON_COMMANDS_H

#include "tools/tenon/ExitCode.h"

#include <CLI/CLI.hpp>

namespace tenon::tool {

void addCompileCommand(CLI::App &app, ExitCode &exitCode);
void addRunCommand(CLI::App &app, ExitCode &exitCode);
void addTrainCommand(CLI::App &app, ExitCode &exitCode);
void addBenchCommand(CLI::App &app, ExitCode &exitCode);
void addInspectCommand(CLI::App &app, ExitCode &exitCode);
void addCheckCommand(CLI::App &app, ExitCode &exitCode);

} // namespace tenon::tool

#endif // TENON_TOOLS_TENON_COMMANDS_H
