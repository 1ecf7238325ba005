// tenon-reduce: makes a module small that shows an error of the compiler.

#include "compiler/driver/Dialects.h"
#include "compiler/driver/ModuleText.h"
#include "compiler/driver/Reduction.h"
#include "compiler/report/Error.h"

#include <CLI/CLI.hpp>

#include <cstdio>

using namespace tenon;

namespace {

int fail(const absl::Status &status) {
  std::fprintf(stderr, "tenon-reduce: error: %s\n",
               report::describe(status).c_str());
  return report::errorCode(status) == report::ErrorCode::BadOption ? 2 : 1;
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app(
      "Reduces a module in the graph dialect while something stays true of it: "
      "that the interpreter and the compiled code do not agree, or what --test "
      "or --passes says. Exit code 0: reduced; 1: failed; 2: wrong usage, or "
      "there is nothing to reduce.",
      "tenon-reduce");
  std::string model, output = "-", targetCpu = "native";
  driver::ReductionOptions options;
  app.add_option("module", model, "The module, as text or bytecode")
      ->required()
      ->type_name("FILE");
  app.add_option("-o,--output", output,
                 "What is left, by default on standard output")
      ->type_name("FILE");
  auto *test = app.add_option("--test", options.interest.script,
                              "A program that gets a module's path and exits "
                              "with 0 where it is interesting")
                   ->type_name("PROGRAM");
  app.add_option("--passes", options.interest.passes,
                 "Passes that change the results, such as "
                 "'builtin.module(tenon-decompose)'")
      ->type_name("PIPELINE")
      ->excludes(test);
  app.add_option("--seed", options.agreement.seed, "Decides the inputs")
      ->capture_default_str();
  app.add_option("--target-cpu", targetCpu,
                 "A target description that this machine can run")
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--max-tries", options.maxTries,
                 "How many modules to try at most")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_flag("--only-test", options.onlyTest,
               "Reduce nothing, only say by the exit code whether the module "
               "is interesting");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  driver::registerPasses();
  auto target = target::lookupTarget(targetCpu);
  if (!target)
    return fail(report::makeError(report::ErrorCode::BadOption,
                                  llvm::toString(target.takeError())));
  options.agreement.target = *target;
  options.agreement.folder = driver::folderOf(model);
  auto text = driver::reduce(model, options);
  if (!text.ok())
    return fail(text.status());
  if (options.onlyTest)
    return 0;
  absl::Status written = driver::writeText(output, *text);
  return written.ok() ? 0 : fail(written);
}
