#include "compiler/report/Error.h"
#include "tools/tenon/Commands.h"
#include "tools/tenon/HeapPages.h"
#include "tools/tenon/ModelFlags.h"
#include "tools/tenon/Progress.h"

#include "llvm/Support/Path.h"

#include <cstdio>

namespace tenon::tool {
namespace {

using pipeline::Phase;
using report::ErrorCode;

struct CompileFlags {
  ModelFlags model;
  std::string output;
  std::string trainingSpec;
  std::string from;
  std::string to = "artifact";
  std::string dumpFolder;
  std::string traceFile;
  std::string remarksFile;
  std::string remarksFormat = "yaml";
  bool verifyPasses = driver::verifiesPassesByDefault();
  bool verbose = false;
  bool json = false;
};

std::vector<std::string> phaseNames() {
  std::vector<std::string> names;
  for (const pipeline::PhaseInfo &phase : pipeline::phases())
    names.push_back(phase.name.str());
  return names;
}

/// What --compile-to takes beside phases.
constexpr const char *stablehlo = "stablehlo";

std::vector<std::string> endNames() {
  std::vector<std::string> names = phaseNames();
  names.push_back(stablehlo);
  return names;
}

std::string phaseTable() {
  std::string text = "Phases:\n";
  for (const pipeline::PhaseInfo &phase : pipeline::phases()) {
    std::string name = phase.name.str();
    text += "  " + name + std::string(12 - name.size(), ' ') +
            phase.description.str() + "\n";
  }
  text += "Beside them, --compile-to=stablehlo writes the model's primitives, "
          "gradients expanded,\nas StableHLO.\n";
  return text;
}

/// What the flags ask for. An error carries T0110 or T0111.
absl::StatusOr<driver::CompileOptions> understand(const CompileFlags &flags) {
  driver::CompileOptions options;
  if (absl::Status status = flags.model.apply(options); !status.ok())
    return status;
  if (!flags.from.empty())
    options.from = pipeline::parsePhase(flags.from);
  options.asStablehlo = flags.to == stablehlo;
  options.to =
      options.asStablehlo ? Phase::Input : *pipeline::parsePhase(flags.to);
  if (options.from == Phase::Artifact)
    return report::makeError(ErrorCode::BadOption,
                             "--compile-from=artifact: an artifact is the end "
                             "of compilation");
  if (options.asStablehlo &&
      options.from.value_or(Phase::Input) != Phase::Input)
    return report::makeError(
        ErrorCode::BadOption,
        "--compile-to=stablehlo starts from a model or from "
        "a dump of phase input");
  if (options.from && options.to < *options.from)
    return report::makeError(ErrorCode::BadOption,
                             "--compile-to=" + flags.to +
                                 " lies before --compile-from=" + flags.from);
  options.output = flags.output;
  if (options.output.empty() && options.to == Phase::Artifact)
    options.output = llvm::sys::path::stem(options.model).str() + ".tenon";
  else if (options.output.empty())
    options.output = "-";
  if (options.output == "-" && options.to == Phase::Artifact)
    return report::makeError(ErrorCode::BadOption,
                             "-o -: an artifact needs a file of its own");
  if (options.from && !options.weights.empty())
    return report::makeError(ErrorCode::BadOption,
                             "--weights: a dump refers to its weights already");
  options.trainingSpec = flags.trainingSpec;
  if (options.from && !flags.trainingSpec.empty())
    return report::makeError(ErrorCode::BadOption,
                             "--train: a dump has its training entries or is "
                             "past the phase that adds them");
  options.dumpFolder = flags.dumpFolder;
  options.traceFile = flags.traceFile;
  options.remarksFile = flags.remarksFile;
  if (flags.remarksFormat == "bitstream")
    options.remarksFormat = report::RemarkFormat::Bitstream;
  options.verifyPasses = flags.verifyPasses;
  return options;
}

ExitCode runCompile(const CompileFlags &flags) {
  auto options = understand(flags);
  if (!options.ok())
    return reportFailure(options.status());
  useLargeHeapPages();
  absl::StatusOr<report::CompileSummary> summary;
  {
    Progress progress(flags.verbose);
    progress.watch(*options);
    summary = driver::compile(*options);
  }
  if (!summary.ok())
    return reportFailure(summary.status());
  if (flags.json)
    std::fputs(report::toJson(*summary).c_str(), stdout);
  else if (options->to == Phase::Artifact)
    std::fputs(report::toText(*summary).c_str(), stderr);
  return Done;
}

} // namespace

void addCompileCommand(CLI::App &app, ExitCode &exitCode) {
  auto flags = std::make_shared<CompileFlags>();
  CLI::App *command =
      app.add_subcommand("compile", "Compile a model to an artifact");
  command->footer(phaseTable());
  flags->model.addModel(*command, "The model: .onnx, .mlir or .mlirbc");
  command
      ->add_option("-o,--output", flags->output,
                   "The artifact, by default MODEL.tenon in this folder; with "
                   "--compile-to, the text, by default standard output")
      ->type_name("FILE");
  flags->model.addTarget(*command);
  command
      ->add_option("--train", flags->trainingSpec,
                   "Make the artifact learn: loss, optimizer and learning rate "
                   "by a JSON file (docs/training.md); the entries are init, "
                   "train_step, eval and predict")
      ->type_name("SPEC.json");
  command
      ->add_option("--compile-from", flags->from,
                   "The model is a dump of this phase's end")
      ->check(CLI::IsMember(phaseNames()))
      ->type_name("PHASE");
  command
      ->add_option("--compile-to", flags->to,
                   "Stop at this phase's end and write the module as text")
      ->check(CLI::IsMember(endNames()))
      ->type_name("PHASE");
  command
      ->add_option("--dump-ir", flags->dumpFolder,
                   "Write the module after each pass and each phase")
      ->type_name("DIR");
  command
      ->add_option("--trace", flags->traceFile,
                   "Write what ran when, for chrome://tracing or Perfetto")
      ->type_name("FILE");
  auto *remarks =
      command
          ->add_option("--remarks", flags->remarksFile,
                       "Write what the passes decided, and why, as remarks in "
                       "LLVM's format")
          ->type_name("FILE");
  command
      ->add_option("--remarks-format", flags->remarksFormat,
                   "yaml or bitstream")
      ->check(CLI::IsMember({"yaml", "bitstream"}))
      ->needs(remarks)
      ->capture_default_str();
  command->add_flag(
      "--verify-passes", flags->verifyPasses,
      "After each pass, check by the interpreter that the model still computes "
      "the same on probe inputs (docs/contributing/checking-the-compiler.md)");
  command->add_flag("-v,--verbose", flags->verbose, "One line per phase");
  command->add_flag("--json", flags->json, "Print the summary as JSON");
  command->callback([flags, &exitCode] { exitCode = runCompile(*flags); });
}

} // namespace tenon::tool
