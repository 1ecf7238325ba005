// The compile session: a model's file in, an artifact out, with everything a
// person needs to see why.

#ifndef TENON_COMPILER_DRIVER_COMPILE_H
#define TENON_COMPILER_DRIVER_COMPILE_H

#include "compiler/driver/LoadModel.h"
#include "compiler/driver/Targets.h"
#include "compiler/pipeline/Pipeline.h"
#include "compiler/report/Remarks.h"
#include "compiler/report/Summary.h"

#include "absl/status/statusor.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tenon::driver {

/// Whether this build checks passes unless told otherwise: the CMake option
/// TENON_VERIFY_PASSES.
bool verifiesPassesByDefault();

struct CompileOptions {
  /// .onnx, .mlir or .mlirbc; with `from`, the dump of a phase.
  std::string model;
  std::vector<DimSizes> dims;
  WeightSources weights;
  /// A training spec: the artifact learns; empty for none.
  std::string trainingSpec;
  /// What code is generated for, best first; at least one.
  std::vector<target::TargetDescription> targets;
  /// How `targets` were asked for: kept where compilation has to wait.
  TargetRequest targetRequest;
  /// The model is a dump of this phase's end.
  std::optional<pipeline::Phase> from;
  /// Stop at this phase's end and write the module's text.
  pipeline::Phase to = pipeline::Phase::Artifact;
  /// With `to` Input: write the module's primitives as StableHLO instead.
  bool asStablehlo = false;
  /// The artifact or the text; "-" is standard output, for text only.
  std::string output;
  /// Where per-pass dumps go; empty for none.
  std::string dumpFolder;
  /// Where the trace goes; empty for none.
  std::string traceFile;
  /// Where remarks go; empty for none.
  std::string remarksFile;
  report::RemarkFormat remarksFormat = report::RemarkFormat::Yaml;
  /// Check by the interpreter, after each pass up to phase "scheduled", that
  /// the model still computes the same. A build may do so always.
  bool verifyPasses = verifiesPassesByDefault();
  /// How a command line says the same options, model and phases apart; quoted
  /// where a failure prints the command that replays it.
  std::string replayFlags;
  /// Called as phases begin and end, for whoever waits.
  std::function<void(const pipeline::PhaseInfo &)> phaseBegins;
  std::function<void(const pipeline::PhaseInfo &, double seconds)> phaseEnds;

  ModelRequest request() const { return {model, dims, weights}; }
};

/// Compiles. A model of which dimensions have no size, and that is to become an
/// artifact for no training, waits: the artifact holds the model itself
/// (PendingModel.h), and the summary names the dimensions. An error carries a
/// number and is one line; what a failed phase started from is left beside the
/// output, and replayCommand says how to run that phase again.
absl::StatusOr<report::CompileSummary> compile(const CompileOptions &options);

/// The command that replays the failure in `status`; empty where no
/// reproducer was left.
std::string replayCommand(const absl::Status &status);

} // namespace tenon::driver

#endif // TENON_COMPILER_DRIVER_COMPILE_H
